"""Drive an action by REAPER's defer calls, a short step at a time.

An action's work is a generator: each ``yield`` gives the main thread back until the next call, a
thirtieth of a second later. REAPER takes source text, not functions, so two names are put into the
script's globals for it to call.
"""

from __future__ import annotations

import traceback
from collections.abc import Generator
from datetime import datetime
from typing import Any

from filmcomposer_bridge.state import state_folder
from filmcomposer_core.errors import FilmComposerError
from filmcomposer_reaper.adapter.reaper import Reaper

Work = Generator[None, None, None]

TICK = "filmcomposer_tick"
END = "filmcomposer_end"
#: A running action renews its mark this often; one that is this much older was left behind.
RENEW_S = 0.5
STALE_S = 3.0
LOG_FILE = "actions.log"


def run(reaper: Reaper, main: dict[str, Any], action: str, work: Work) -> None:
    """Begin an action's work, unless the same action is at work already.

    Parameters
    ----------
    reaper : Reaper
        What to call.
    main : dict
        The running script's globals.
    action : str
        Its name; one of a kind runs at a time.
    work : generator
        What it does; a FilmComposerError that it raises becomes a line in the console.
    """
    key = f"running.{action}"
    if _at_work(reaper, key):
        work.close()
        reaper.say(f"FilmComposer: {_title(action)} is at work already; its answer comes here.")
        return
    began = f"{reaper.seconds():.6f}"
    renewed = _mark(reaper, key, began)

    def tick() -> None:
        nonlocal renewed
        if reaper.recall(key).split(" ")[0] != began:
            _close(reaper, action, work)  # another press took over while a dialog held this one up
            return
        if not _step(reaper, action, work):
            end()
            return
        if reaper.seconds() - renewed > RENEW_S:
            renewed = _mark(reaper, key, began)
        reaper.defer(f"{TICK}()")

    def end() -> None:
        _close(reaper, action, work)
        if reaper.recall(key).split(" ")[0] == began:
            reaper.forget(key)

    main[TICK], main[END] = tick, end
    reaper.at_exit(f"{END}()")
    reaper.defer(f"{TICK}()")


def _step(reaper: Reaper, action: str, work: Work) -> bool:
    """Take one step of the work; False when there is no more."""
    try:
        next(work)
    except StopIteration:
        return False
    except FilmComposerError as fault:
        reaper.say(f"FilmComposer, {_title(action)}: {fault}")
        return False
    except Exception as fault:  # noqa: BLE001 - the outermost frame, with a log
        reaper.say(f"FilmComposer, {_title(action)}: {_logged(action, fault)}")
        return False
    return True


def _close(reaper: Reaper, action: str, work: Work) -> None:
    """Have a work put back what it holds (undo block, refresh lock, button), wherever it stands."""
    try:
        work.close()
    except Exception as fault:  # noqa: BLE001 - the outermost frame, with a log
        reaper.say(f"FilmComposer, {_title(action)}: {_logged(action, fault)}")


def _title(action: str) -> str:
    return action.replace("_", " ").capitalize()


def _logged(action: str, fault: Exception) -> str:
    """Write an unforeseen fault to our log and return the sentence for the user."""
    what = f"it failed in a way we did not foresee ({type(fault).__name__}: {fault})."
    try:
        log = state_folder() / LOG_FILE
        with log.open("a", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(f"{datetime.now().astimezone().isoformat()} {action}\n")
            stream.writelines(traceback.format_exception(fault))
    except (OSError, FilmComposerError):
        return f"{what} Its details could not be written down."
    return f"{what} Please send us {log}."


def _at_work(reaper: Reaper, key: str) -> bool:
    """Whether another script of this action lives: its mark says when it was last renewed."""
    try:
        renewed = float(reaper.recall(key).split(" ")[1])
    except (IndexError, ValueError):
        return False
    return 0 <= reaper.seconds() - renewed < STALE_S


def _mark(reaper: Reaper, key: str, began: str) -> float:
    now = reaper.seconds()
    reaper.remember(key, f"{began} {now:.6f}")
    return now


def pause(reaper: Reaper, seconds: float) -> Work:
    """Give the main thread back for at least this long."""
    until = reaper.seconds() + seconds
    yield
    while reaper.seconds() < until:
        yield
