"""Lay a plan into the project: one undo step where it is small, slices where it is large.

A block that is left open over a ``yield`` is closed by REAPER under a name of its own, and a block
that spans one would take in what the user does meanwhile; so every slice has a block of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass

from filmcomposer_core.errors import DawError
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.adapter.undo import (
    begin_block,
    change_count,
    end_block,
    hold_refresh,
    last_step,
    project_here,
    redraw,
    release_refresh,
    undo_once,
)

#: A short piece of work (below 10 ms) that calls REAPER.
Step = Callable[[], None]
#: A plan that costs no more is laid in one slice; the slices of others last this long.
WHOLE_MS = 150.0
SLICE_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be laid: the undo step's name, the steps, and what they are thought to cost."""

    name: str
    steps: Iterable[Step]
    cost_ms: float


def apply(reaper: Reaper, plan: Plan) -> Generator[None, None, None]:
    """Carry out a plan.

    Parameters
    ----------
    reaper : Reaper
    plan : Plan
        Up to 150 ms it is done in one slice as one undo step of its name; a larger one in slices of
        at most 50 ms, which are ``NAME (part 1)``, ``NAME (part 2)`` ... A plan that changes
        nothing leaves no undo step.

    Yields
    ------
    None
        Between slices, when nothing is open.

    Raises
    ------
    DawError
        When the user has gone to another project between two slices.

    Notes
    -----
    What a step raises is passed on; the slice that it fell in is undone before.
    """
    steps = iter(plan.steps)
    limit_s = math.inf if plan.cost_ms <= WHOLE_MS else SLICE_S
    here = project_here(reaper)
    told = False
    part = 1
    step = next(steps, None)
    while step is not None:
        step = _slice(reaper, plan.name, part, step, steps, limit_s)
        if step is None:
            return
        count = change_count(reaper)
        yield
        _still(reaper, here, plan.name, part)
        if not told and change_count(reaper) != count:
            reaper.say(f"FilmComposer: you edited while {plan.name} was being laid; both stay.")
            told = True
        part += 1


class _Slice:
    """How far a slice has come."""

    __slots__ = ("failed", "step")

    def __init__(self, step: Step) -> None:
        self.step: Step | None = step
        self.failed = True


def _slice(
    reaper: Reaper, name: str, part: int, step: Step, steps: Iterator[Step], limit_s: float
) -> Step | None:
    """Do steps until the time is over, in a block; return the step that comes next."""
    at = _Slice(step)
    # Told apart from every other step's name, so that nothing else is ever undone for it.
    stopped = f"{name} (stopped at {reaper.seconds():.6f})"
    begin_block(reaper)
    try:
        hold_refresh(reaper)
        try:
            _work(reaper, at, steps, limit_s)
        finally:
            release_refresh(reaper)
    finally:
        whole = name if part == 1 and at.step is None else f"{name} (part {part})"
        end_block(reaper, stopped if at.failed else whole)
        if at.failed:
            _take_back(reaper, name, part, stopped)
    redraw(reaper)
    return at.step


def _work(reaper: Reaper, at: _Slice, steps: Iterator[Step], limit_s: float) -> None:
    began = now = reaper.seconds()
    longest = 0.0
    while at.step is not None:
        at.step()
        at.step = next(steps, None)
        before, now = now, reaper.seconds()
        longest = max(longest, now - before)
        if now - began + longest > limit_s:
            break
    at.failed = False


def _take_back(reaper: Reaper, name: str, part: int, stopped: str) -> None:
    """Undo a slice that failed, where it has left an undo step of its own."""
    if last_step(reaper) == stopped:
        undo_once(reaper)
    if part > 1:
        last = "part 1 stays" if part == 2 else f"parts 1 to {part - 1} stay"
        reaper.say(f"FilmComposer: {name} broke off; its {last} and can be undone.")


def _still(reaper: Reaper, here: tuple[str, str], name: str, part: int) -> None:
    if project_here(reaper) != here:
        msg = f"{name} stopped after part {part}: another project came to the front meanwhile."
        raise DawError(msg, "Go back to the cue's project and press the button again.")
