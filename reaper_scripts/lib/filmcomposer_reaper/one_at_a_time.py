"""One action at a time works on a cue: two would lay in what neither knows of the other."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

from filmcomposer_core.errors import DawError
from filmcomposer_reaper.adapter.reaper import Reaper

Result = TypeVar("Result")

#: A mark is renewed this often; one that is this much older was left by a script that is no more.
RENEW_S = 0.5
STALE_S = 3.0


def alone(
    reaper: Reaper, cue: str, name: str, work: Generator[None, None, Result]
) -> Generator[None, None, Result]:
    """Do a cue's work while no other action works on that cue.

    Parameters
    ----------
    reaper : Reaper
    cue : str
        The cue's id.
    name : str
        What the action is called, for others.
    work : generator
        What it does.

    Raises
    ------
    DawError
        Where another one is at it; the project is as it was.
    """
    key = f"cue.{cue}"
    other = _at_work(reaper, key)
    if other:
        work.close()
        msg = f"{other} is still at work on this cue."
        raise DawError(msg, "Wait for it to end, or press Cancel, then press the button again.")
    renewed = _mark(reaper, key, name)
    try:
        while True:
            try:
                next(work)
            except StopIteration as end:
                result: Result = end.value
                return result
            if reaper.seconds() - renewed > RENEW_S:
                renewed = _mark(reaper, key, name)
            yield
    finally:
        work.close()
        reaper.forget(key)


def _at_work(reaper: Reaper, key: str) -> str:
    """Return the name of the action that holds a cue, empty where none lives."""
    since, _, name = reaper.recall(key).partition(" ")
    try:
        age_s = reaper.seconds() - float(since)
    except ValueError:
        return ""
    return name if 0 <= age_s < STALE_S else ""


def _mark(reaper: Reaper, key: str, name: str) -> float:
    now = reaper.seconds()
    reaper.remember(key, f"{now:.6f} {name}")
    return now
