"""Every call that FilmComposer makes to REAPER.

This file and ``bootstrap`` keep to what an old Python can read, so that it can be told as such.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

#: The section of our values in REAPER's ext state.
SECTION = "FilmComposer"


class Reaper:
    """REAPER, as far as the actions need it.

    Parameters
    ----------
    main : mapping
        The globals of the running script. ``RPR_defer`` and ``RPR_atexit`` are nowhere else.
    """

    def __init__(self, main: Mapping[str, Any]) -> None:
        self._main = SimpleNamespace(**{n: v for n, v in main.items() if n.startswith("RPR_")})

    def say(self, text: str) -> None:
        """Write a line to REAPER's console, which opens."""
        # A NUL would end the text, and a lone surrogate (a file name's stray byte) would raise.
        clean = text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
        self._main.RPR_ShowConsoleMsg(clean + "\n")

    def seconds(self) -> float:
        """Return REAPER's clock in seconds; it only goes forward."""
        return float(self._main.RPR_time_precise())

    def defer(self, code: str) -> None:
        """Have Python source run in the script's globals in about a thirtieth of a second."""
        self._main.RPR_defer(code)

    def at_exit(self, code: str) -> None:
        """Have Python source run when the script ends, however it ends."""
        self._main.RPR_atexit(code)

    def recall(self, key: str) -> str:
        """Return a text that one of our scripts left in this session of REAPER; "" if none."""
        return str(self._main.RPR_GetExtState(SECTION, key))

    def remember(self, key: str, text: str) -> None:
        """Leave a text for our other scripts, until REAPER closes."""
        self._main.RPR_SetExtState(SECTION, key, text, False)

    def forget(self, key: str) -> None:
        """Take back what ``remember`` left."""
        self._main.RPR_DeleteExtState(SECTION, key, False)
