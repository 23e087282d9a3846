"""Hits in the theme: where the picture wants an onset, and how the rhythm gives way."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from filmcomposer_core.composition.grid import SIXTEENTH, TICKS
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.contracts.tempo import TempoMap
from filmcomposer_core.timeline import Bar, Timeline

#: Grids in ticks on which a hit is sought, the plainest first: sixteenths, triplets, then finer
#: halves, so that notation stays readable wherever a tolerance allows.
_GRIDS: Final = (SIXTEENTH, TICKS // 3, TICKS // 6, SIXTEENTH // 2, SIXTEENTH // 4, SIXTEENTH // 8)
_WEAK_FROM: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A hit in the theme: tick, weight 0 to 10, and whether an onset must stand there."""

    tick: int
    strength: float
    strong: bool


def melody_hits(
    spots: Sequence[Spot], *, tempo_map: TempoMap, bars: Sequence[Bar], fps: float
) -> tuple[Hit, ...]:
    """Return the hits in ticks, in order.

    A hit stands on the place that the tempo map gave it if that is within its tolerance, else on
    the plainest grid that is: sixteenths, triplets, thirty-seconds and finer.

    Parameters
    ----------
    spots : sequence of Spot
        Hit points; those to avoid are left out.
    tempo_map : TempoMap
        Gives beats, and the places of the hits it was fitted to.
    bars : sequence of Bar
        Bars of the map from bar 1.
    fps : float
        Frames per second of the picture.
    """
    timeline = Timeline(tempo_map.points)
    mapped = {hit.spot: hit for hit in tempo_map.hits}
    found: dict[int, Hit] = {}
    for spot in spots:
        if spot.hit_class == "avoid" or (not spot.strong and spot.strength < _WEAK_FROM):
            continue
        tick = None
        place = mapped.get(spot.id)
        if place is not None and place.bar <= len(bars):
            bar = bars[place.bar - 1]
            beat = bar.start_beat + (place.beat - 1.0) * 4.0 / bar.den
            tick = _within(round(beat * TICKS), spot, timeline, fps)
        if tick is None:
            tick = _on_grid(spot, timeline, fps)
        hit = Hit(tick=tick, strength=spot.strength, strong=spot.strong)
        if tick not in found or found[tick].strength < hit.strength:
            found[tick] = hit
    return tuple(found[tick] for tick in sorted(found))


def _within(tick: int, spot: Spot, timeline: Timeline, fps: float) -> int | None:
    frames = (timeline.time_at(tick / TICKS) - spot.time_s) * fps
    return tick if -spot.early_frames <= frames <= spot.late_frames else None


def _on_grid(spot: Spot, timeline: Timeline, fps: float) -> int:
    exact = timeline.beat_at(spot.time_s) * TICKS
    for grid in _GRIDS:
        tick = _within(round(exact / grid) * grid, spot, timeline, fps)
        if tick is not None:
            return tick
    return math.floor(exact + 0.5)


def with_hits(onsets: Sequence[Note], hits: Sequence[Hit], *, end: int) -> list[Note]:
    """Return a row of notes with an onset on every hit.

    The nearest onset within an eighth moves to the hit; where there is none, the sounding note is
    cut and a new one begins. A note that would be shorter than a sixteenth joins its neighbour.

    Parameters
    ----------
    onsets : sequence of Note
        Notes in time order without overlap.
    hits : sequence of Hit
        Hits within the time of those notes.
    end : int
        Tick that no new note may pass.
    """
    notes = list(onsets)
    fixed: set[int] = set()
    for hit in sorted(hits, key=lambda h: (-h.strength, h.tick)):
        _meet(notes, hit, fixed, end)
    return notes


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note without pitch: start and length in ticks, the bar, and what its motif asks for.

    ``step`` is the step of the scale from the note before, ``firm`` how firmly it is kept;
    ``lean`` marks a note that leans on the next. ``height`` is how many steps of the scale it lies
    above the tonic, where a tune is stated.
    """

    start: int
    length: int
    bar: int
    step: int | None = None
    pitch: int | None = None
    unit: int = 0
    hit: float = 0.0
    firm: float = 1.0
    lean: int = 0
    height: int | None = None

    @property
    def end(self) -> int:
        """Tick at which it stops."""
        return self.start + self.length


def _meet(notes: list[Note], hit: Hit, fixed: set[int], limit: int) -> None:
    for i, note in enumerate(notes):
        if note.start == hit.tick:
            notes[i] = dataclasses.replace(note, hit=hit.strength)
            fixed.add(hit.tick)
            return
    if not hit.strong:
        return
    near = [i for i, n in enumerate(notes) if n.start not in fixed]
    best = min(near, key=lambda i: abs(notes[i].start - hit.tick), default=None)
    if best is not None and _reachable(notes, best, hit.tick):
        _move(notes, best, hit, fixed, limit)
    else:
        _insert(notes, hit, limit)
    fixed.add(hit.tick)


def _reachable(notes: list[Note], i: int, tick: int) -> bool:
    """Whether an onset may move to a tick: no more than an eighth, and past no other onset."""
    after_last = i == 0 or notes[i - 1].start < tick
    before_next = i + 1 == len(notes) or notes[i + 1].start > tick
    return abs(notes[i].start - tick) <= TICKS // 2 and after_last and before_next


def _move(notes: list[Note], i: int, hit: Hit, fixed: set[int], limit: int) -> None:
    note = notes[i]
    end = min(max(note.end, hit.tick + SIXTEENTH), max(limit, note.end))
    if i + 1 < len(notes):
        end = min(end, notes[i + 1].start)
    if end - hit.tick < SIXTEENTH and i + 1 < len(notes) and notes[i + 1].start not in fixed:
        end = max(end, notes[i + 1].end)
        lost = notes.pop(i + 1)
        _pass_on(notes, i + 1, lost)
    notes[i] = dataclasses.replace(
        note, start=hit.tick, length=max(1, end - hit.tick), hit=hit.strength
    )
    if (i and notes[i - 1].end > hit.tick) or (i and notes[i - 1].end == note.start < hit.tick):
        before = notes[i - 1]
        notes[i - 1] = dataclasses.replace(before, length=hit.tick - before.start)


def _pass_on(notes: list[Note], i: int, lost: Note) -> None:
    """Add the step of a note that went to that of the note after it."""
    step = notes[i].step if i < len(notes) else None
    if step is not None and lost.step is not None:
        notes[i] = dataclasses.replace(notes[i], step=step + lost.step)


def _insert(notes: list[Note], hit: Hit, end: int) -> None:
    index = sum(1 for note in notes if note.start < hit.tick)
    until = notes[index].start if index < len(notes) else end
    length = min(until - hit.tick, TICKS)
    bar = notes[max(0, index - 1)].bar if notes else 1
    unit = notes[max(0, index - 1)].unit if notes else 0
    # A note struck again on the hit leaves the steps of the motif as they are.
    again = 0 if index < len(notes) and notes[index].step is not None else None
    if index and notes[index - 1].end > hit.tick:
        before = notes[index - 1]
        length = min(until, before.end) - hit.tick
        notes[index - 1] = dataclasses.replace(before, length=hit.tick - before.start)
    notes.insert(
        index,
        Note(
            start=hit.tick,
            length=max(1, length),
            bar=bar,
            unit=unit,
            hit=hit.strength,
            step=again if index else None,
        ),
    )
