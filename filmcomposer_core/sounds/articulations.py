"""How an articulation is called up, in the user's words: ``D-1``, ``program 5``, ``cc 32 17``."""

from __future__ import annotations

import re
from typing import Any

from filmcomposer_core.contracts.sounds import Articulation
from filmcomposer_core.errors import InputError

_STEPS = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_KEY = re.compile(r"([a-g])([#b]?)(-?\d)", re.IGNORECASE)
#: Middle C is MIDI 60.
_MIDDLE = 60
_HELP = 'Write a key ("C-1" or 24), "program 5", "cc 32 17", "channel 3", or several of them.'


def read_articulation(words: Any, *, middle_c: int, where: str) -> Articulation:
    """Return what an entry says.

    Parameters
    ----------
    words : str or int
        A key by name or MIDI number, ``program N`` (1 to 128), ``cc N VALUE``, ``channel N``; any
        of them after another.
    middle_c : int
        The octave of middle C in names of keys.
    where : str
        The place, for the message.

    Raises
    ------
    InputError
        For words that say none of it.

    Examples
    --------
    >>> read_articulation("C-1 channel 2", middle_c=4, where="").key
    0
    """
    left = str(words).replace(",", " ").casefold().split() if type(words) in (str, int) else []
    said: dict[str, int] = {}
    while left:
        word = left.pop(0)
        try:
            if word in ("program", "channel"):
                number = int(left.pop(0))
                said[word] = number - 1 if word == "program" else number
            elif word == "cc":
                said["controller"], said["value"] = int(left.pop(0)), int(left.pop(0))
            else:
                said["key"] = _key(word, middle_c)
        except (ValueError, IndexError) as exc:
            raise InputError(
                f"{where} is called by {words!r}, which is not understood.", _HELP
            ) from exc
    if not said or -1 in said.values():
        raise InputError(f"{where} is called by {words!r}, which is not understood.", _HELP)
    try:
        return Articulation(**said)
    except ValueError as exc:
        raise InputError(f"{where}: {exc}.", _HELP) from exc


def _key(word: str, middle_c: int) -> int:
    if word.isdigit():
        return int(word)
    match = _KEY.fullmatch(word)
    if match is None:
        raise ValueError(word)
    sharp = {"#": 1, "b": -1, "": 0}[match[2]]
    return _MIDDLE + _STEPS[match[1].lower()] + sharp + 12 * (int(match[3]) - middle_c)
