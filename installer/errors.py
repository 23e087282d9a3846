"""The error that reaches the person who runs ``install.py``."""

from __future__ import annotations


class SetupError(Exception):
    """Name what the user has to mend, and how.

    Parameters
    ----------
    message : str
        What failed, naming the item and its value.
    hint : str
        What the user can do.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()
