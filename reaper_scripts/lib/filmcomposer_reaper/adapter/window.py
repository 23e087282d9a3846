"""REAPER's main window: the line of help below the tracks, and our toolbar buttons."""

from __future__ import annotations

import hashlib
import os
import sys

from filmcomposer_reaper.adapter.reaper import Reaper

_MAIN_SECTION = 0


def show_progress(reaper: Reaper, text: str) -> None:
    """Write the line of help below the tracks; "" clears it. It may be replaced by REAPER's."""
    reaper.rpr.Help_Set(" ".join(text.replace("\0", " ").split()), False)


def light_button(reaper: Reaper, *, on: bool) -> None:
    """Light the toolbar button of the running action, or put it out, where it can be found."""
    number = _command(reaper)
    if number:
        reaper.rpr.SetToggleCommandState(_MAIN_SECTION, number, int(on))
        reaper.rpr.RefreshToolbar2(_MAIN_SECTION, number)


def command_name(path: str) -> str:
    """Return the name by which REAPER knows a script: of its path as the action list has it."""
    return "_RS" + hashlib.sha1(path.upper().encode("utf-8", "surrogateescape")).hexdigest()


def _command(reaper: Reaper) -> int:
    """Return the running action's command id; 0 where it is not in the action list.

    Python is not told it. The list has paths relative to ``Scripts``, or whole ones.
    """
    if not reaper.action:
        return 0
    name = f"FilmComposer_{reaper.action.capitalize()}.py"
    whole = os.path.join(sys.path[0], name)
    scripts = os.path.join(reaper.rpr.GetResourcePath(), "Scripts")
    try:
        relative = os.path.relpath(whole, scripts)
    except ValueError:  # another drive
        relative = whole
    for path in (relative.replace(os.sep, "/"), relative, whole):
        number = int(reaper.rpr.NamedCommandLookup(command_name(path)))
        if number:
            return number
    return 0
