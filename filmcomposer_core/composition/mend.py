"""Bars of the outline that an assessor wants otherwise: closes, rests, returns, other ideas."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from filmcomposer_core.composition.outline_units import RESTS, Phrase, Unit
from filmcomposer_core.contracts.wishing import WishedFor

_NONE: Final[frozenset[int]] = frozenset()
#: Semitones that "higher" and "lower" move a bar by.
_FAR: Final = 5.0
#: Kind of a bar by action; where several are asked for, the first counts.
_KINDS: Final = {"rest": "r", "close": "h", "close_later": "d", "restate": "H"}
#: What takes the place of a unit that is to be varied, in two bars and in one.
_OTHER: Final = {"M": "K", "A": "K", "T": "K", "K": "M", "H": "d", "F": "d", "d": "F"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mending:
    """What is asked of single bars, by bar number.

    ``kinds`` holds the kind of unit that a bar becomes, ``vary`` bars that get another idea,
    ``own`` bars in which chord notes count more, ``lift`` semitones by bar.
    """

    kinds: Mapping[int, str] = field(default_factory=dict)
    vary: frozenset[int] = _NONE
    own: frozenset[int] = _NONE
    lift: Mapping[int, float] = field(default_factory=dict)

    @property
    def fresh(self) -> frozenset[int]:
        """Bars that do not take up the pitches they had before."""
        return self.own | frozenset(self.lift)


def mending(wishes: Sequence[WishedFor]) -> Mending:
    """Return what wishes ask of single bars."""
    kinds: dict[int, str] = {}
    lift: dict[int, float] = {}
    bars: dict[str, set[int]] = {"vary": set(), "chord_tones": set()}
    for action, kind in _KINDS.items():
        for wish in wishes:
            if wish.action == action:
                for number in wish.bars:
                    kinds.setdefault(number, kind)
    for wish in wishes:
        if wish.action in bars:
            bars[wish.action] |= set(wish.bars)
        step = {"higher": _FAR, "lower": -_FAR}.get(wish.action)
        for number in wish.bars if step else ():
            lift[number] = lift.get(number, 0.0) + (step or 0.0)
    return Mending(
        kinds=kinds,
        vary=frozenset(bars["vary"]),
        own=frozenset(bars["chord_tones"]),
        lift=lift,
    )


def mend_phrase(phrase: Phrase, mend: Mending, *, origin: int, last: bool) -> Phrase:
    """Return a phrase with the bars that were asked for.

    Parameters
    ----------
    phrase : Phrase
    mend : Mending
    origin : int
        Number of the bar at grid index 0.
    last : bool
        Whether the cue ends with it: its last bar stays.
    """
    begin, end = phrase.first + origin, phrase.first + phrase.bars + origin
    kept = end - 1 if last else 0
    inside = {n for n in {*mend.kinds, *mend.vary} if begin <= n < end and n != kept}
    if not inside:
        return phrase
    units: list[Unit] = []
    for unit in phrase.units:
        units += _mended(unit, mend, inside, origin)
    kind = mend.kinds.get(end - 1, "") if end - 1 in inside else ""
    if kind == "h":
        units[-1] = dataclasses.replace(units[-1], kind="e")
    goal = {"d": "lead", "h": "close"}.get(kind, phrase.goal)
    asked = " ".join(f"{n}{mend.kinds.get(n, 'v')}" for n in sorted(inside))
    return dataclasses.replace(
        phrase, units=tuple(units), goal=goal, name=f"{phrase.name}, {asked}"
    )


def _mended(unit: Unit, mend: Mending, inside: set[int], origin: int) -> list[Unit]:
    numbers = [unit.first + origin + place for place in range(unit.bars)]
    if not inside.intersection(numbers):
        return [unit]
    kinds = {n: mend.kinds[n] for n in numbers if n in inside and n in mend.kinds}
    if not kinds:
        return _varied(unit)
    if kinds.get(numbers[0]) == "H" and unit.kind not in "eh" + RESTS:
        # The whole motif, as it was first sung.
        whole = "M" if unit.bars == 2 or unit.kind == "M" else "H"
        return [dataclasses.replace(unit, kind=whole, again=False, inverted=False, lift=0, tune=())]
    found = []
    for place, number in enumerate(numbers):
        kind = kinds.get(number) or (unit.kind if unit.bars == 1 else _half(unit, place))
        plain = number in kinds
        found.append(
            Unit(
                kind=kind,
                first=unit.first + place,
                bars=1,
                again=unit.again and not plain,
                inverted=unit.inverted and not plain,
                lift=0 if plain else unit.lift,
                tune=unit.tune[place : place + 1] if not plain else (),
            )
        )
    return found


def _half(unit: Unit, place: int) -> str:
    """Return what one bar of a unit of two is alone: its head, or a drive after that."""
    if unit.kind in RESTS:
        return "r"
    return "H" if place == 0 and unit.kind in "MA" else "d"


def _varied(unit: Unit) -> list[Unit]:
    """Return another idea in the place of a unit; closes and rests stay."""
    kind = _OTHER.get(unit.kind, unit.kind) if unit.bars > 1 or unit.kind != "T" else "d"
    inverted = unit.kind == "K" or (unit.inverted and kind == "M")
    tune = unit.tune if kind == unit.kind else ()
    return [dataclasses.replace(unit, kind=kind, again=False, inverted=inverted, tune=tune)]
