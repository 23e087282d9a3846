"""How far a job is, and how long it still takes, from what its stages say."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

#: Stage, the subcommand that runs it, and its share of a whole run in thousandths: the mean of
#: real runs over clips of 30, 47, 60 and 70 s on two cores.
SHARES: tuple[tuple[str, str, float], ...] = (
    ("see", "see", 185.0),
    ("spot", "spot", 6.0),
    ("recognise", "describe", 212.5),
    ("describe", "describe", 5.5),
    ("tempo", "tempo", 23.0),
    ("plan", "plan", 1.5),
    ("compose", "compose", 13.0),
    ("arrange", "arrange", 6.0),
    ("mix", "mix", 1.0),
    ("assess", "assess", 1.5),
    ("build", "build", 2.5),
    ("project", "build", 0.5),
    ("render", "render", 430.5),
    ("movie", "render", 63.0),
    ("report", "report", 48.5),
)
#: No estimate of the time left before this much work, in seconds and in share of the job.
_LEAST_S = 2.0
_LEAST_SHARE = 0.03
#: How slowly the estimate follows the rate measured, in seconds.
_SMOOTH_S = 3.0
#: A longer silence than this was a machine asleep, not work.
_LONGEST_GAP_S = 60.0


def last_command(stage: str, params: Mapping[str, Any]) -> str:
    """Return the last subcommand that a job carries out, ``score`` for everything."""
    return str(params.get("until") or stage)


def stages_of(command: str) -> dict[str, float]:
    """Return the stages that a job may run, each with its weight.

    Parameters
    ----------
    command : str
        ``score``, or the last subcommand to carry out.
    """
    commands = [of for _, of, _ in SHARES]
    if command not in commands:
        return {name: weight for name, _, weight in SHARES}
    last = len(commands) - commands[::-1].index(command)
    return {name: weight for name, _, weight in SHARES[:last]}


class Estimate:
    """Follow one run of a job. Times are seconds of one clock that never goes back.

    Parameters
    ----------
    command : str
        What the job was asked to do.
    """

    def __init__(self, command: str) -> None:
        self._weights = stages_of(command)
        self._share: dict[str, float] = {}
        self._reached = 0.0
        self._worked_s = 0.0
        self._last_s: float | None = None
        self._pace: float | None = None

    def started(self, stage: str, *, now_s: float) -> None:
        """Note that a stage begins."""
        self._share.setdefault(stage, 0.0)
        self._tick(now_s)

    def moved(self, stage: str, fraction: float, *, now_s: float) -> None:
        """Note how far a stage is, 0 to 1; a step back is passed over."""
        held = self._share.get(stage, 0.0)
        self._share[stage] = max(held, min(1.0, max(0.0, fraction)))
        self._tick(now_s)

    def ended(self, stage: str, *, ran: bool, now_s: float) -> None:
        """Note that a stage is done; one that was up to date was no work of this job."""
        if ran:
            self._share[stage] = 1.0
        else:
            self._weights.pop(stage, None)
            self._share.pop(stage, None)
        self._tick(now_s)

    @property
    def fraction(self) -> float:
        """The share of the whole job that is done, 0 to 1; it never falls."""
        return self._reached

    def seconds_left(self, *, now_s: float) -> float | None:
        """Return the estimated time to the end, or None while there is too little to go by."""
        if self._last_s is None or self._pace is None:
            return None
        if self._worked_s < _LEAST_S or self._reached < _LEAST_SHARE:
            return None
        left = self._pace * (sum(self._weights.values()) - self._done())
        return max(0.0, left - min(_LONGEST_GAP_S, max(0.0, now_s - self._last_s)))

    def _done(self) -> float:
        return sum(weight * self._share.get(name, 0.0) for name, weight in self._weights.items())

    def _tick(self, now_s: float) -> None:
        done, whole = self._done(), sum(self._weights.values())
        if whole > 0.0:
            self._reached = min(1.0, max(self._reached, done / whole))
        gap = 0.0 if self._last_s is None else max(0.0, now_s - self._last_s)
        self._last_s = now_s
        self._worked_s += min(gap, _LONGEST_GAP_S)
        if done <= 0.0:
            return
        pace = self._worked_s / done
        if self._pace is None or self._worked_s < _LEAST_S:
            self._pace = pace
        else:
            self._pace += (1.0 - math.exp(-gap / _SMOOTH_S)) * (pace - self._pace)
