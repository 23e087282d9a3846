"""Rhythm by the transformer: motion gives density and strength, the bars so far the groove."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from filmcomposer_core.contracts.clip import Curves
from filmcomposer_core.contracts.rhythm import LEVELS, BarAsked, RhythmPoint
from filmcomposer_core.rhythm.by_rules import SHORTEST_S
from filmcomposer_core.rhythm.code import (
    BACK,
    BAR,
    PLACES,
    TOKENS,
    Bar,
    density_class,
    is_onset,
    metre_class,
    nearest_place,
    onset,
    place_of,
    places_in,
    points_of,
    rest,
    row,
)
from filmcomposer_core.rhythm.motion import BarMotion, motion_per_bar
from filmcomposer_core.rhythm.network import Reader, RhythmNetwork, rhythm_network

#: By how much density follows speed: from 1 - half of it to 1 + half of it.
CONTRAST: Final = 1.2
#: Classes of strength.
_STRENGTHS: Final = 4
TEMPERATURE: Final = 0.85
_NEVER: Final = -np.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is known of a bar: classes for the network and what its events have to keep."""

    classes: tuple[int, int, int, int, int]
    ticks: int
    tick_s: float
    hits: tuple[int, ...]
    given: Bar


def write_rhythm(
    bars: Sequence[BarAsked],
    curves: Curves,
    *,
    rng: np.random.Generator,
    temperature: float = TEMPERATURE,
    network: RhythmNetwork | None = None,
) -> tuple[tuple[RhythmPoint, ...], ...]:
    """Return the rhythm of each bar by the transformer.

    Parameters
    ----------
    bars : sequence of BarAsked
        The bars in order; each is written with those before it in mind, so that rhythms return.
    curves : Curves
        Motion of the picture.
    rng : numpy.random.Generator
        Source of choice.
    temperature : float
        0 = always the likeliest event.
    network : RhythmNetwork or None
        None = the one that is shipped.

    Returns
    -------
    tuple of tuple of RhythmPoint
        Each bar begins with an onset; every hit carries one. In bars longer than six quarters the
        last onset before their end is held.

    Notes
    -----
    The Controllable Rhythm Transformer of Sec. 3.1 of FilmComposer: speed (Eq. 4) by rank bends the
    density that the idiom wants, saliency (Eq. 5) by rank is the strength.
    """
    network = network or rhythm_network()
    reader = network.reader(sum(2 + places_in(bar.ticks) for bar in bars) + 1)
    past: list[Bar] = []
    found = []
    for bar, moved in zip(bars, motion_per_bar(curves, bars), strict=True):
        known = _known(bar, moved)
        events = _write(reader, known, past, rng, temperature)
        past.append(events)
        found.append(_exact(events, bar))
    return tuple(found)


def _known(bar: BarAsked, moved: BarMotion) -> _Known:
    if bar.given:
        wanted = float(len(bar.given))
    else:
        wanted = bar.notes * (1.0 + CONTRAST * (moved.speed_rank - 0.5))
    strength = 1 + min(_STRENGTHS - 1, int(_STRENGTHS * moved.saliency_rank))
    return _Known(
        classes=(
            metre_class(bar.num, bar.den),
            density_class(max(1.0, wanted), bar.ticks),
            strength,
            bar.place,
            int(bar.close),
        ),
        ticks=min(bar.ticks, PLACES[-1] + PLACES[1]),
        tick_s=bar.seconds / bar.ticks,
        hits=tuple(sorted({nearest_place(hit) for hit in bar.hits if hit > 0})),
        given=tuple(sorted({nearest_place(start) for start, _ in bar.given})),
    )


def _write(
    reader: Reader,
    known: _Known,
    past: Sequence[Bar],
    rng: np.random.Generator,
    temperature: float,
) -> Bar:
    events: list[int] = []
    while True:
        before = events[-1] if events else BAR
        chances = reader.read(row(before, known.classes, past[-max(BACK) :]))
        allowed = _allowed(known, events)
        scores = np.where(allowed, chances, _NEVER)
        if temperature > 0:
            scores = scores / temperature + rng.gumbel(size=TOKENS)
        token = int(np.argmax(scores))
        if token == BAR:
            return tuple(events)
        events.append(token)


def _allowed(known: _Known, events: Sequence[int]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return which events may come: in order, not too close, none that passes over a hit."""
    allowed = np.zeros(TOKENS, np.bool_)
    at = place_of(events[-1]) if events else -1
    forced = known.given or (0, *known.hits)
    due = next((place for place in forced if place > at), None)
    if known.given or due == 0:
        _allow(allowed, due)
        return allowed
    allowed[BAR] = due is None
    for place in range(at + 1, places_in(known.ticks) if due is None else due + 1):
        apart_s = (PLACES[place] - PLACES[at]) * known.tick_s
        fits = place == due or _room_s(known, place, due) >= SHORTEST_S
        if place == due or (apart_s >= SHORTEST_S and fits):
            allowed[onset(place, 0) : onset(place, LEVELS)] = True
            allowed[rest(place)] = place != due and is_onset(events[-1])
    return allowed


def _room_s(known: _Known, place: int, due: int | None) -> float:
    end = known.ticks if due is None else PLACES[due]
    return (end - PLACES[place]) * known.tick_s


def _allow(allowed: np.ndarray[tuple[int], np.dtype[np.bool_]], place: int | None) -> None:
    if place is None:
        allowed[BAR] = True
    else:
        allowed[onset(place, 0) : onset(place, LEVELS)] = True


def _exact(events: Bar, bar: BarAsked) -> tuple[RhythmPoint, ...]:
    """Return points with given rhythms and hits on their own ticks, off the grid too."""
    points = points_of(events, bar.ticks)
    if bar.given:
        levels = {p.start: p.level for p in points}
        return tuple(
            RhythmPoint(start=start, length=length, level=levels[PLACES[nearest_place(start)]])
            for start, length in bar.given
        )
    taken = {PLACES[nearest_place(hit)] for hit in bar.hits if hit > 0}
    starts = {p.start: p for p in points if p.start not in taken}
    kept = {start: (p.start + p.length, p.level) for start, p in starts.items()}
    for hit in bar.hits:
        kept[hit] = (bar.ticks, LEVELS - 1)
    ordered = sorted(kept)
    ends = [*ordered[1:], bar.ticks]
    return tuple(
        RhythmPoint(start=start, length=min(kept[start][0], end) - start, level=kept[start][1])
        for start, end in zip(ordered, ends, strict=True)
    )
