"""REAPER as the actions see it: one object, handed to whoever needs it.

``reapy_boost`` gives the functions. Of the two reapy forks it is the healthier: python-reapy takes
a marker's place in a list for its number, ends undo blocks with flags 0 and cannot name MIDI
notes. What is used of it, and what is called raw in the other modules of this folder:

==========================  ========================================================================
reapy                       project, selected items, an item's and a take's numbers, source and
                            file, undo blocks
raw: reapy has none         envelope points, tempo markers, state chunks, frame rate, section
                            sources, stretch markers, GUIDs and ``P_EXT`` of items, help line
raw: reapy is wrong         ``Project.bpm`` (scaled by the denominator), texts of ``Project`` and
                            ``ExtState`` (a 4 MiB size, pickles with line breaks), ``fx.params``,
                            marker names (ask for SWS), ``add_note`` in seconds
never                       its network side; ``has_valid_id`` (asks the dead pointer itself for its
                            project); its ``defer`` (puts another ``open`` into the script)
==========================  ========================================================================

It takes the check of pointers out of REAPER's wrapper: a dead one then reaches REAPER. So no
pointer is kept over a ``yield``; what was found by a GUID is looked for again.

This file and ``bootstrap`` keep to what an old Python can read, so that it can be told as such.
"""

from __future__ import annotations

import importlib
import re
import warnings
from collections.abc import Mapping
from types import ModuleType, SimpleNamespace
from typing import Any

#: The section of our values in REAPER's ext state.
SECTION = "FilmComposer"
_POINTER = re.compile(r"\((\w+\*)\)0x([0-9A-Fa-f]+)")


class Reaper:
    """REAPER, as far as the actions need it.

    Parameters
    ----------
    main : mapping
        The globals of the running script. ``RPR_defer`` and ``RPR_atexit`` are nowhere else.
    action : str
        The action's module, which names its script and so its toolbar button.
    """

    def __init__(self, main: Mapping[str, Any], action: str = "") -> None:
        self._main = SimpleNamespace(**{n: v for n, v in main.items() if n.startswith("RPR_")})
        self._reapy: ModuleType | None = None
        self._version: tuple[int, ...] = ()
        self.action = action

    @property
    def reapy(self) -> Any:
        """The module ``reapy_boost``, loaded at first use (11 to 35 ms)."""
        if self._reapy is None:
            self._reapy = _load()
        return self._reapy

    def load(self) -> None:
        """Load reapy now, at a moment that suits the caller."""
        _ = self.reapy

    @property
    def rpr(self) -> Any:
        """REAPER's functions without ``RPR_``: ``reaper.rpr.CountTracks(0)``."""
        return self.reapy.reascript_api

    @property
    def version(self) -> tuple[int, ...]:
        """REAPER's version: ``(7, 78)``."""
        if not self._version:
            found = re.match(r"(\d+)\.(\d+)", str(self.rpr.GetAppVersion()))
            self._version = tuple(map(int, found.groups())) if found else (0, 0)
        return self._version

    def has(self, name: str) -> bool:
        """Whether this REAPER has a function (without ``RPR_``)."""
        return hasattr(self.rpr, name)

    def lives(self, pointer: str) -> bool:
        """Whether a pointer of the project in front, as REAPER gave it, may still be used."""
        found = _POINTER.fullmatch(pointer)
        # reapy's own, which takes the address: REAPER's by the pointer's text is always False.
        return bool(
            found and int(found[2], 16) and self.rpr.ValidatePtr2(0, int(found[2], 16), found[1])
        )

    def say(self, text: str) -> None:
        """Write a line to REAPER's console, which opens."""
        self._main.RPR_ShowConsoleMsg(_clean(text) + "\n")

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


def is_null(pointer: str) -> bool:
    """Whether a pointer is NULL; as a text it is never false."""
    found = _POINTER.fullmatch(pointer)
    return not found or not int(found[2], 16)


def _clean(text: str) -> str:
    """Return a text without what would end it, or raise: NUL, and half a character of a name."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")


def _load() -> ModuleType:
    """Import reapy; a sentence where it cannot be.

    Raises
    ------
    DawError
        Naming what is missing.
    """
    from filmcomposer_core.errors import DawError  # not before Python is known to be new enough

    try:
        # It warns of its own source, and of an extension that it does not find.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importlib.import_module("reapy_boost")
    except Exception as exc:  # whatever a damaged package raises
        msg = f"The Python package reapy_boost cannot be loaded ({type(exc).__name__}: {exc})."
        raise DawError(msg, "Close REAPER and run install.py again.") from exc
