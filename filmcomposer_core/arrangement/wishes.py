"""What the assessors wish for, as changes of the next attempt."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from filmcomposer_core.contracts.wishing import told_apart

_WISH = re.compile(r"^\s*(\d{1,2})\s*:\s*(.*)$")
_BARS = re.compile(r"\b(?:measures?|bars?)\s+(\d+)(?:\s*(?:-|–|to)\s*(\d+))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """How an attempt departs from the first.

    Attributes
    ----------
    thin, fill : frozenset of int
        Bars with fewer or more parts; bar 0 stands for all.
    faithful : bool
        Take the idiom's first choice of instruments (criterion 18) and techniques (19).
    pulse : float
        Added to the density of figures: clearer rhythm (11) or more contrast (17).
    varied : bool
        Change patterns from block to block (13, 5); ``steady`` keeps them (14, 6).
    """

    thin: frozenset[int]
    fill: frozenset[int]
    faithful: bool
    pulse: float
    varied: bool
    steady: bool

    def parts(self, bars: Sequence[int]) -> int:
        """Return how many parts more or fewer play in a stretch of bars."""
        change = 0
        if 0 in self.thin or self.thin.intersection(bars):
            change -= 2
        if 0 in self.fill or self.fill.intersection(bars):
            change += 2
        return change


def read_wishes(wishes: Sequence[str]) -> Tuning:
    """Read wishes such as ``"10: parts overlap too much in measures 5-8"``.

    A wish without a criterion, or about what an arrangement cannot change, changes nothing. Actions
    of :mod:`filmcomposer_core.contracts.wishing` are carried out by name, whatever criterion they
    are for.
    """
    named, numbered = told_apart(wishes)
    do = {wish.action for wish in named}
    thin = {bar for wish in named if wish.action == "thinner" for bar in wish.bars or (0,)}
    fill = {bar for wish in named if wish.action == "fuller" for bar in wish.bars or (0,)}
    asked: set[int] = set()
    for wish in numbered:
        match = _WISH.match(wish)
        if match is None:
            continue
        number = int(match[1])
        asked.add(number)
        if number == 10:
            thin |= _bars(match[2])
        if number == 8:
            fill |= _bars(match[2])
    return Tuning(
        thin=frozenset(thin),
        fill=frozenset(fill),
        faithful=bool(asked & {18, 19}) or "own_colours" in do,
        pulse=0.25 if asked & {11, 17} or "stronger_pulse" in do else 0.0,
        varied=bool(asked & {5, 13}) or "change_figures" in do,
        steady=bool(asked & {6, 14}) or "keep_figures" in do,
    )


def _bars(text: str) -> set[int]:
    found: set[int] = set()
    for first, last in _BARS.findall(text):
        found |= set(range(int(first), int(last or first) + 1))
    return found or {0}
