"""How long work tells its caller where it is."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receive the state of a running stage.

    A receiver stops the work by raising :class:`filmcomposer_core.errors.Cancelled`.
    """

    def __call__(self, fraction: float, message: str = "") -> None:
        """Take the share done, 0 to 1, and an optional few words."""


def silent(fraction: float, message: str = "") -> None:
    """Ignore the progress of a stage."""
