"""One line of progress on a terminal."""

from __future__ import annotations

import sys
import time

_EVERY_S = 0.2


class Line:
    """One line of progress on a terminal, nothing elsewhere.

    Parameters
    ----------
    word : str
        What is going on.
    percent : bool
        Whether the share is shown; else the message says how far it is.
    """

    def __init__(self, word: str, *, percent: bool = True) -> None:
        self._word = word
        self._percent = percent
        self._drawn = 0.0

    def __call__(self, fraction: float, message: str = "") -> None:
        """Draw it, if it is time to."""
        now = time.monotonic()
        if sys.stderr.isatty() and (now - self._drawn > _EVERY_S or fraction >= 1.0):
            self._drawn = now
            share = f"{100 * fraction:3.0f} % " if self._percent else ""
            end = "\n" if fraction >= 1.0 else ""
            sys.stderr.write(f"\r{self._word} {share}{message}{end}")
            sys.stderr.flush()
