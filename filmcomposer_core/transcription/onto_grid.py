"""Lay what was heard onto the beats of a tempo map; rhythm spots are anchors (Sec. 3.3)."""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from filmcomposer_core.contracts.transcript import HeardNote
from filmcomposer_core.timeline import Timeline

#: Parts of a beat, what it costs to begin on them, and the step that they belong to: eighths,
#: sixteenths and 32nds; triplets and sextuplets.
_BINARY: Final = (
    (0.0, 0.0, 1.0),
    (0.5, 0.25, 0.5),
    *((k / 4, 0.9, 0.25) for k in (1, 3)),
    *((k / 8, 2.0, 0.125) for k in (1, 3, 5, 7)),
)
_TERNARY: Final = (
    (0.0, 0.0, 1.0),
    *((k / 3, 0.5, 1 / 3) for k in (1, 2)),
    *((k / 6, 1.6, 1 / 6) for k in (1, 3, 5)),
)
#: Steps shorter than this are not sought, and below a sixteenth none where attacks are slow.
_SHORTEST_STEP_S, _SHARP_S = 0.07, 0.01
_FINE: Final = 0.25
#: How far onsets stray from the grid, seconds (the deviation that costs one half); the later
#: attacks are, the less it is known when they began.
_STRAY_S, _STRAY_OF_LAG = 0.03, 0.4
#: What triplets must save in a beat to be believed.
_TERNARY_COST: Final = 1.6
#: Onsets this close together are one chord.
_CHORD_S: Final = 0.035
#: What it costs two chords to fall on one place, and beyond which distance that is no longer heard.
_COLLAPSE: Final = 2.5
_COLLAPSE_S: Final = 0.09
#: How far off an onset may be laid, in beats.
_REACH: Final = 0.6
#: Frames around a rhythm spot within which an onset is that spot's.
ANCHOR_FRAMES: Final = 2.0
#: Lateness of slow attacks that is sought, seconds, and its steps.
_LAGS: Final = tuple(0.004 * k for k in range(-5, 23))
#: Lengths are laid on this, in beats.
_LENGTH_STEP: Final = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A note with its place in quarter notes from the start of bar 1."""

    note: HeardNote
    beat: float
    length: float

    @property
    def end(self) -> float:
        """Beat at which it stops."""
        return self.beat + self.length


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chord:
    """Notes that begin together, by their numbers, and when."""

    time_s: float
    members: tuple[int, ...]


def lay_on_grid(
    notes: Sequence[HeardNote],
    timeline: Timeline,
    *,
    anchors_s: Sequence[float] = (),
    frame_s: float = 1 / 24,
) -> tuple[Placed, ...]:
    """Quantise notes.

    Parameters
    ----------
    notes : sequence of HeardNote
        In any order.
    timeline : Timeline
        The tempo map.
    anchors_s : sequence of float
        Rhythm spots, seconds: a note that begins within two frames of one begins on it, wherever
        that lies in its bar.
    frame_s : float
        Duration of a picture frame.

    Returns
    -------
    tuple of Placed
        In time order; notes of one pitch do not overlap.

    Notes
    -----
    The lateness that the whole recording shares (slow attacks) is taken off first. Then the
    cheapest way through all chords is sought (dynamic programming): each costs the square of its
    distance from its place and what such a place costs; beats are divided in two and four, or in
    three where that explains them better. Two notes never fall together unless they were heard
    as good as together.
    """
    if not notes:
        return ()
    lag = shared_lag(notes, timeline)
    ordered = sorted(notes, key=lambda n: (n.start_s, n.pitch))
    chords = _chords(ordered, lag)
    reach_s = ANCHOR_FRAMES * frame_s
    anchors = sorted(anchors_s)
    hand = _Hand(
        stray_s=_STRAY_S + _STRAY_OF_LAG * max(0.0, lag), step=0.0 if lag <= _SHARP_S else _FINE
    )
    ternary = _ternary_beats(chords, timeline, hand)
    around = [
        (anchors[low:high] if (high := bisect.bisect(anchors, c.time_s + reach_s)) > low else ())
        for c in chords
        for low in [bisect.bisect_left(anchors, c.time_s - reach_s)]
    ]
    choices = [
        _places(chord, timeline, ternary, hand) if not near else _anchored(chord, near, timeline)
        for chord, near in zip(chords, around, strict=True)
    ]
    beats = _cheapest(chords, choices)
    placed = [
        _placed(ordered[member], beat, timeline, lag)
        for chord, beat in zip(chords, beats, strict=True)
        for member in chord.members
    ]
    return _apart(placed)


def shared_lag(notes: Sequence[HeardNote], timeline: Timeline) -> float:
    """Return by how much all notes begin late together, seconds, from -0.02 to 0.09."""
    weights = [note.confidence for note in notes]

    def misfit(lag: float) -> float:
        total = 0.0
        for note, weight in zip(notes, weights, strict=True):
            time_s = note.start_s - lag
            beat = timeline.beat_at(time_s)
            step = 0.25 if 15.0 / timeline.bpm_at(max(0.0, time_s)) >= _SHORTEST_STEP_S * 2 else 0.5
            off = abs(beat / step - round(beat / step)) * step
            seconds = off * 60.0 / timeline.bpm_at(max(0.0, time_s))
            total += weight * min(seconds, 0.06) ** 2
        return total + 0.02 * sum(weights) * lag**2

    return min(_LAGS, key=lambda lag: (misfit(lag), abs(lag)))


def _chords(notes: Sequence[HeardNote], lag: float) -> list[_Chord]:
    groups: list[list[int]] = []
    for i, note in enumerate(notes):
        begin = notes[groups[-1][0]].start_s if groups else -math.inf
        same = groups and any(notes[k].pitch == note.pitch for k in groups[-1])
        if note.start_s - begin <= _CHORD_S and not same:
            groups[-1].append(i)
        else:
            groups.append([i])
    found = []
    for group in groups:
        weight = sum(notes[i].confidence for i in group) or 1.0
        mean = sum(notes[i].start_s * notes[i].confidence for i in group) / weight
        found.append(_Chord(time_s=max(0.0, mean - lag), members=tuple(group)))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hand:
    """How exactly a recording was played: what onsets stray, and the least step of a beat."""

    stray_s: float
    step: float

    def cost(self, seconds: float) -> float:
        """Return what it costs to lay an onset so far from where it was heard."""
        return 0.5 * (seconds / self.stray_s) ** 2

    def grid(self, second: float, *, three: bool) -> list[tuple[float, float]]:
        """Return where in a beat of some seconds notes may begin, with the price of each place."""
        rows = _TERNARY if three else _BINARY
        return [
            (part, price)
            for part, price, step in rows
            if step >= self.step and step * second >= _SHORTEST_STEP_S
        ]


def _ternary_beats(chords: Sequence[_Chord], timeline: Timeline, hand: _Hand) -> set[int]:
    """Return the beats that triplets explain better than halves and quarters."""
    rows: dict[int, list[float]] = {}
    for chord in chords:
        beat = timeline.beat_at(chord.time_s)
        near = math.floor(beat + 0.1)
        rows.setdefault(near, []).append(beat - near)
    found = set()
    for near, places in rows.items():
        second = 60.0 / timeline.bpm_at(max(0.0, timeline.time_at(near)))
        costs = []
        for three in (False, True):
            grid = [*hand.grid(second, three=three), (1.0, 0.0)]
            costs.append(
                sum(min(hand.cost((at - p) * second) + price for p, price in grid) for at in places)
            )
        if costs[1] + _TERNARY_COST < costs[0]:
            found.add(near)
    return found


def _places(
    chord: _Chord, timeline: Timeline, ternary: set[int], hand: _Hand
) -> list[tuple[float, float]]:
    """Return the beats on which a chord may begin, with their costs."""
    beat = timeline.beat_at(chord.time_s)
    second = 60.0 / timeline.bpm_at(chord.time_s)
    found: list[tuple[float, float]] = []
    for whole in range(math.floor(beat - _REACH), math.floor(beat + _REACH) + 1):
        for part, price in hand.grid(second, three=whole in ternary):
            place = whole + part
            if place >= -1e-9 and abs(place - beat) <= _REACH:
                cost = hand.cost((place - beat) * second) + price
                found.append((max(0.0, place), cost))
    return sorted(found)


def _anchored(
    chord: _Chord, near: Sequence[float], timeline: Timeline
) -> list[tuple[float, float]]:
    """Return the place of a rhythm spot: the picture says where the chord belongs."""
    spot_s = min(near, key=lambda time_s: abs(time_s - chord.time_s))
    return [(timeline.beat_at(spot_s), 0.0)]


def _cheapest(
    chords: Sequence[_Chord], choices: Sequence[list[tuple[float, float]]]
) -> list[float]:
    """Return the places of the cheapest way, never backwards."""
    costs = [cost for _, cost in choices[0]]
    ways: list[list[int]] = []
    for (a, b), before, after in zip(pairwise(chords), choices[:-1], choices[1:], strict=True):
        gap_s = b.time_s - a.time_s
        step: list[float] = []
        back: list[int] = []
        for place, price in after:
            options = [
                (costs[i] + _meeting(place - earlier, gap_s), i)
                for i, (earlier, _) in enumerate(before)
            ]
            best, i = min(options)
            step.append(best + price)
            back.append(i)
        costs = step
        ways.append(back)
    at = min(range(len(costs)), key=costs.__getitem__)
    found = [choices[-1][at][0]]
    for back, places in zip(reversed(ways), reversed(choices[:-1]), strict=True):
        at = back[at]
        found.append(places[at][0])
    return found[::-1]


def _meeting(distance: float, gap_s: float) -> float:
    """Return what it costs that one chord follows another at a distance in beats."""
    if distance > 1e-6:
        return 0.0
    if distance < -1e-6:
        return 1e6
    return _COLLAPSE if gap_s <= _COLLAPSE_S else 1e3


def _placed(note: HeardNote, beat: float, timeline: Timeline, lag: float) -> Placed:
    end = timeline.beat_at(max(0.0, note.end_s - lag))
    steps = max(1, round((end - beat) / _LENGTH_STEP))
    return Placed(note=note, beat=beat, length=steps * _LENGTH_STEP)


def _apart(placed: Sequence[Placed]) -> tuple[Placed, ...]:
    """End notes where their pitch begins again; the surer of two at one place stays."""
    rows: dict[tuple[int, int], list[Placed]] = {}
    for item in sorted(placed, key=lambda p: (p.beat, -p.note.confidence)):
        row = rows.setdefault((item.note.pitch, item.note.program), [])
        if row and item.beat - row[-1].beat < 1e-6:
            continue
        if row and row[-1].end > item.beat:
            last = row[-1]
            row[-1] = Placed(note=last.note, beat=last.beat, length=item.beat - last.beat)
        row.append(item)
    flat = (item for row in rows.values() for item in row)
    return tuple(sorted(flat, key=lambda p: (p.beat, p.note.pitch)))
