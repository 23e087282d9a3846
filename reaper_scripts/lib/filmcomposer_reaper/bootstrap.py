"""Put what an action needs on Python's path, then run it; every failure ends as a sentence.

REAPER's Python sees the script's folder and the standard library only. Two places are served: the
installed one (``Scripts/FilmComposer``, with ``reapy_site`` and ``installed.json`` beside the
actions) and a checkout, where the product's own folders are next door.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Generator
from contextlib import suppress
from typing import Any

from filmcomposer_reaper.adapter.reaper import Reaper

SITE = "reapy_site"
RECEIPT = "installed.json"
OLDEST = (3, 11)
#: Actions that look at the project.
SCORING = frozenset(
    (
        "apply_scheme", "arrange", "assess_theme", "choose_sounds", "compose_theme",
        "fit_tempo_to_hits",
        "hit_report", "mix", "next_hit", "open_cue_folder_and_report", "previous_hit",
        "read_my_markers_back", "regenerate_selection", "render_cue_48k_24_bit",
        "score_selected_video", "spot_video",
    )
)  # fmt: skip
#: What reapy loads that takes as long as the rest of it; where it cannot be had, reapy says so.
FOR_REAPY = ("urllib.request", "typing_extensions")
#: What they load, each after those that it needs itself.
LOADED_FIRST = (
    "bridge.session_file", "cue.picture", "cue.cues", "bridge.work", "markers.merge",
    "markers.lay", "tempo.map", "chunks.items", "tracks.changes", "tracks.observe", "tempo.lay",
    "tracks.lay",
)  # fmt: skip


class SetupFault(Exception):
    """Something is missing that install.py puts in place."""


def start(action: str, main: dict[str, Any]) -> None:
    """Run an action.

    Parameters
    ----------
    action : str
        The module in ``actions``.
    main : dict
        The running script's globals.
    """
    reaper = Reaper(main, action)
    try:
        check_python(tuple(sys.version_info))
        here = os.path.dirname(os.path.abspath(__file__))
        python = prepare(os.path.dirname(os.path.dirname(here)))
        run = importlib.import_module("filmcomposer_reaper.poll").run
        if action in SCORING:
            work = _loaded(reaper, action, python)
        else:
            work = _action(action)(reaper, python)
        run(reaper, main, action, work)
    except SetupFault as fault:
        reaper.say(f"FilmComposer: {fault}")
    except Exception as fault:  # noqa: BLE001 - the outermost frame; the sentence names the fault
        kind = type(fault).__name__
        reaper.say(
            f"FilmComposer: the action did not start ({kind}: {fault}). Run install.py again."
        )


def _action(action: str) -> Any:
    return importlib.import_module(f"filmcomposer_reaper.actions.{action}").work


def _loaded(reaper: Reaper, action: str, python: str) -> Generator[None, None, None]:
    """Load what a scoring action needs a little at a time, then do it.

    REAPER loads every module anew for each press of a button, a fifth of a second in all.
    """
    for name in FOR_REAPY:
        yield
        with suppress(Exception):
            importlib.import_module(name)
    yield
    reaper.load()
    for name in LOADED_FIRST:
        yield
        importlib.import_module(f"filmcomposer_reaper.{name}")
    yield
    work = _action(action)
    yield
    yield from work(reaper, python)


def check_python(version: tuple[Any, ...]) -> None:
    """Refuse a Python that cannot read the rest.

    Raises
    ------
    SetupFault
        Naming both versions.
    """
    if version[:2] < OLDEST:
        found, needed = (".".join(map(str, v[:2])) for v in (version, OLDEST))
        raise SetupFault(
            f"REAPER runs its scripts with Python {found}; FilmComposer needs {needed} or newer. "
            "Choose another one in Preferences > Plug-ins > ReaScript, or run install.py again."
        )


def prepare(scripts: str) -> str:
    """Put our folders first on the path and return the bridge's interpreter.

    Parameters
    ----------
    scripts : str
        The folder of the actions.

    Raises
    ------
    SetupFault
        Naming what is missing.
    """
    root = os.path.dirname(scripts)
    if os.path.isfile(os.path.join(root, "filmcomposer_core", "errors.py")):
        inner = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
        python = os.path.join(root, ".venv", *inner)
        # The site folder holds copies of some of ours, which may be older.
        _put_first([root, os.path.join(root, "bridge"), os.path.join(scripts, SITE)])
    else:
        site = os.path.join(scripts, SITE)
        if not os.path.isdir(site):
            raise SetupFault(
                f"{site} is missing, which ReaPack cannot install. Run install.py from "
                "FilmComposer's folder with REAPER closed."
            )
        python = _interpreter(os.path.join(scripts, RECEIPT))
        _put_first([site])
    if not os.path.isfile(python):
        raise SetupFault(
            f"the bridge's Python, {python}, is missing. Run install.py from FilmComposer's folder."
        )
    return python


def _put_first(folders: list[str]) -> None:
    """Put folders behind the script's own and before a user's packages, which may be others."""
    ours = [folder for folder in folders if os.path.isdir(folder)]
    sys.path[1:1] = [folder for folder in ours if folder not in sys.path]


def _interpreter(receipt: str) -> str:
    """Return the interpreter that the installer noted."""
    try:
        with open(receipt, encoding="utf-8") as stream:
            noted = json.load(stream)
        python = noted["python"]
    except (OSError, ValueError, LookupError, TypeError):
        python = None
    if not isinstance(python, str) or not python:
        raise SetupFault(
            f"{receipt} does not name the bridge's Python. Run install.py from FilmComposer's "
            "folder with REAPER closed."
        )
    return python
