"""Counter-melody: long guide tones while the theme moves, moving notes while it holds or rests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

import numpy as np

from filmcomposer_core.arrangement.ground import SAME_BEAT, Block, Ground, Tone
from filmcomposer_core.arrangement.voice_leading import Voices
from filmcomposer_core.arrangement.writing.pitches import scale_of
from filmcomposer_core.contracts.score import Note

#: A held note or rest of the theme this long leaves room for an answer.
ROOM = 1.5
COMPASS = 6
#: Notes this long, in beats, belong to the chord; shorter ones off the beat may pass between.
PLAIN = 1.0
#: What a note foreign to the chord costs, and a leap to or from it, or its repetition.
FOREIGN, LEFT_ALONE = 0.6, 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A place for a counter note.

    ``theme`` is the theme's pitch (-1 = rest), ``taken`` the pitches that the pad holds, ``chord``
    the pitch classes of the chord.
    """

    beat: float
    length: float
    choices: tuple[int, ...]
    strong: bool
    theme: int
    taken: tuple[int, ...]
    chord: frozenset[int]


def write_counter(
    ground: Ground,
    block: Block,
    voices: Sequence[Voices],
    *,
    rng: np.random.Generator,
    chance: float = 1.0,
) -> list[Tone]:
    """Write the counter-melody of a block: cheapest path by craft rules of contrary motion.

    Parameters
    ----------
    chance : float
        How much chance there is in it, against what is usual.

    Returns
    -------
    list of Tone
        One line without overlaps, a compass of about an octave below the theme (above a low one);
        nothing after the last chord has begun.
    """
    centre = _centre(ground, block)
    places = _places(ground, block)
    found = (_event(ground, block, voices, b, x, centre) for b, x in places)
    events = [event for event in found if event is not None]
    if not events:
        return []
    path = _cheapest(events, centre, rng, chance)
    return [
        Tone(e.beat, e.length, p, 0 if e.strong else -4) for e, p in zip(events, path, strict=True)
    ]


def _centre(ground: Ground, block: Block) -> float:
    theme = [note.pitch for note in ground.theme_over(block.start, block.end)]
    if not theme:
        return 62.0
    middle = float(np.median(theme))
    return middle + 12.0 if middle < 62.0 else min(66.0, max(54.0, middle - 11.0))


def _places(ground: Ground, block: Block) -> list[tuple[float, float]]:
    """Return beats and lengths: answers in the theme's gaps, one long note per chord elsewhere."""
    gaps = _gaps(ground, block)
    places: list[tuple[float, float]] = []
    for i in ground.spans_in(block.start, block.end):
        span = ground.spans[i]
        if span.beat > ground.final - SAME_BEAT:
            places.append((span.beat, span.length))
            continue
        inside = [g for g in gaps if g[0] < span.end - SAME_BEAT and g[1] > span.beat + SAME_BEAT]
        places += _fill_span(span.beat, span.end, inside)
    return places


def _gaps(ground: Ground, block: Block) -> list[tuple[float, float]]:
    notes = ground.theme_over(block.start, block.end)
    gaps: list[tuple[float, float]] = []
    for note, after in zip_longest(notes, notes[1:]):
        end = after.beat if after is not None else block.end
        if end - note.beat >= ROOM:
            gaps.append((max(block.start, note.beat), min(end, block.end)))
    return gaps


def _fill_span(
    start: float, end: float, gaps: Sequence[tuple[float, float]]
) -> list[tuple[float, float]]:
    if not gaps:
        half = (end - start) / 2
        return [(start, half), (start + half, half)] if half >= 2.0 else [(start, 2 * half)]
    first = max(start, gaps[0][0])
    step = 0.5 if end - first < 3.0 else 1.0
    beats = [start] if first > start + 0.5 else []
    beat = first + step
    while beat < end - SAME_BEAT and len(beats) < 5:
        beats.append(beat)
        beat += step
    if not beats:
        return [(start, end - start)]
    return [(a, b - a) for a, b in pairwise([*beats, end])]


def _event(
    ground: Ground,
    block: Block,
    voices: Sequence[Voices],
    beat: float,
    length: float,
    centre: float,
) -> Event | None:
    index = ground.span_index(beat)
    if index is None:
        return None
    span = ground.spans[index]
    strong = abs(beat - span.beat) < SAME_BEAT or length >= 2.0
    classes = set(span.chord.pitch_classes)
    inside = beat - ground.bar_at(beat).start
    beats = abs(inside - round(inside)) < SAME_BEAT
    if not (strong or beats or length >= PLAIN):
        classes |= set(scale_of(block.section))
    low, high = round(centre) - COMPASS, round(centre) + COMPASS
    choices = tuple(p for p in range(low, high + 1) if p % 12 in classes)
    above = ground.theme_over(beat, beat + 2 * SAME_BEAT)
    return Event(
        beat=beat,
        length=min(length, span.end - beat),
        choices=choices,
        strong=strong,
        theme=_pitch_of(above),
        taken=voices[index] if "pad" in block.section.roles else (),
        chord=frozenset(span.chord.pitch_classes),
    )


def _pitch_of(notes: Sequence[Note]) -> int:
    return notes[-1].pitch if notes else -1


def _cheapest(
    events: Sequence[Event], centre: float, rng: np.random.Generator, chance: float
) -> list[int]:
    """Viterbi over the choices of each event."""
    costs = np.array([_own(events[0], p, centre) for p in events[0].choices])
    costs += chance * rng.random(len(costs))
    back = []
    for before, now in pairwise(events):
        step = np.array([[_move(before, now, a, b) for b in now.choices] for a in before.choices])
        total = costs[:, None] + step
        best = total.argmin(axis=0)
        back.append(best)
        own = np.array([_own(now, p, centre) for p in now.choices])
        costs = total[best, np.arange(len(best))] + own + 0.4 * chance * rng.random(len(best))
    place = int(costs.argmin())
    path = [place]
    for best in reversed(back):
        path.append(int(best[path[-1]]))
    path.reverse()
    return [event.choices[p] for event, p in zip(events, path, strict=True)]


def _own(event: Event, pitch: int, centre: float) -> float:
    cost = 0.1 * abs(pitch - centre) + (2.5 if pitch in event.taken else 0.0)
    cost += FOREIGN * (pitch % 12 not in event.chord)
    if event.theme < 0:
        return cost
    gap = abs(event.theme - pitch)
    if gap < 3:
        cost += 8.0
    if event.strong and gap % 12 in (1, 2, 6, 10, 11):
        cost += 2.0
    if gap % 12 in (3, 4, 8, 9):
        cost -= 0.8
    return cost


def _move(before: Event, now: Event, a: int, b: int) -> float:
    leap = abs(b - a)
    cost = 0.3 * leap + (1.5 if leap == 0 else 0.0) + (4.0 if leap > 7 else 0.0)
    foreign = a % 12 not in before.chord or b % 12 not in now.chord
    cost += LEFT_ALONE * (foreign and not 1 <= leap <= 2)
    if before.theme >= 0 and now.theme >= 0:
        theme = now.theme - before.theme
        old, new = (before.theme - a) % 12, (now.theme - b) % 12
        if old == new and new in (0, 7) and theme * (b - a) > 0:
            cost += 6.0
        if theme * (b - a) < 0:
            cost -= 0.6
    return cost
