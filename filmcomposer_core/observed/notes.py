"""Notes in seconds, as a DAW holds them, to beats of the cue's tempo map."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass, replace

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.observed import ObservedNote
from filmcomposer_core.timeline import Timeline

#: A note that begins and ends this near to a written one is that note, in seconds: a DAW keeps
#: places in ticks.
NEAR_S = 0.0015
TICKS_PER_BEAT = 960


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenNote:
    """A note as it was written, in beats; ``start_s`` and ``end_s`` are where the DAW has it."""

    beat: float
    length: float
    start_s: float
    end_s: float
    pitch: int
    velocity: int
    channel: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedNote:
    """A note of the DAW in beats; ``source`` is the index of the written note it is, or None."""

    beat: float
    length: float
    pitch: int
    velocity: int
    channel: int
    source: int | None = None


def ticked(beat: float, *, start_beat: float, timeline: Timeline) -> float:
    """Return the time at which a DAW has a beat of an item: at the nearest of 960 ticks a beat."""
    ticks = round((beat - start_beat) * TICKS_PER_BEAT)
    return timeline.time_at(start_beat + ticks / TICKS_PER_BEAT)


def unfolded(
    seen: Sequence[ObservedNote], written: Sequence[WrittenNote]
) -> tuple[ObservedNote, ...]:
    """Give notes the channels of their techniques again.

    Parameters
    ----------
    seen : sequence of ObservedNote
        Notes of an instrument that plays all techniques on the same channels.
    written : sequence of WrittenNote
        The notes of the part as it got them.

    Returns
    -------
    tuple of ObservedNote
        A note at the place and pitch of written ones is those: one for each channel, since a sound
        may have several layers. Any other has the channel of the written note before it.
    """
    if not written:
        return tuple(seen)
    order = sorted(written, key=lambda note: note.start_s)
    starts = [note.start_s for note in order]
    made: list[ObservedNote] = []
    for note in seen:
        first = bisect.bisect_left(starts, note.start_s - NEAR_S)
        last = bisect.bisect_right(starts, note.start_s + NEAR_S)
        same = dict.fromkeys(o.channel for o in order[first:last] if o.pitch == note.pitch)
        channels = list(same) or [order[max(0, last - 1)].channel]
        made += (replace(note, channel=channel) for channel in channels)
    return tuple(made)


def placed_notes(
    seen: Sequence[ObservedNote], written: Sequence[WrittenNote], *, timeline: Timeline
) -> tuple[PlacedNote, ...]:
    """Find the beats of notes.

    Parameters
    ----------
    seen : sequence of ObservedNote
        The notes of a part as the DAW has them now.
    written : sequence of WrittenNote
        The notes of the part as it got them.
    timeline : Timeline
        The map that the cue is written to.

    Returns
    -------
    tuple of PlacedNote
        In the order of ``seen``. A note that lies within 1.5 ms of a written one at both ends, with
        the same pitch, velocity and channel, has that note's own beats. Of an altered note the end
        that was left alone keeps its beat.
    """
    match = _Match(written)
    sources = [match.take(note) for note in seen]
    match.gather_left()
    made = []
    for note, source in zip(seen, sources, strict=True):
        if source is not None:
            beat, length = written[source].beat, written[source].length
        else:
            beat, length = _place(note, match, timeline)
        made.append(
            PlacedNote(
                beat=beat,
                length=length,
                pitch=note.pitch,
                velocity=note.velocity,
                channel=note.channel,
                source=source,
            )
        )
    return tuple(made)


def _place(note: ObservedNote, match: _Match, timeline: Timeline) -> tuple[float, float]:
    start_s = max(0.0, note.start_s)
    beat, end = match.start_near(start_s), match.end_near(note.end_s)
    beat = timeline.beat_at(start_s) if beat is None else beat
    end = timeline.beat_at(max(start_s, note.end_s)) if end is None else end
    length = max(end - beat, 1.0 / TICKS_PER_BEAT)
    return round(beat, codec.DECIMALS), round(length, codec.DECIMALS)


class _Match:
    """Written notes that wait for the note of the DAW that they are."""

    def __init__(self, written: Sequence[WrittenNote]) -> None:
        self._written = written
        self._used = [False] * len(written)
        self._by_key: dict[tuple[int, int, int], list[int]] = {}
        for index, note in enumerate(written):
            key = (note.pitch, note.velocity, note.channel)
            self._by_key.setdefault(key, []).append(index)
        for indexes in self._by_key.values():
            indexes.sort(key=lambda i: written[i].start_s)
        self._starts: list[tuple[float, float]] = []
        self._ends: list[tuple[float, float]] = []

    def take(self, note: ObservedNote) -> int | None:
        """Return the written note that a note is, which then is taken; None if there is none."""
        near = self._by_key.get((note.pitch, note.velocity, note.channel), [])
        first = bisect.bisect_left(
            near, note.start_s - NEAR_S, key=lambda i: self._written[i].start_s
        )
        best, least = None, NEAR_S
        for index in near[first:]:
            found = self._written[index]
            if found.start_s > note.start_s + NEAR_S:
                break
            apart = max(abs(found.start_s - note.start_s), abs(found.end_s - note.end_s))
            if not self._used[index] and apart <= least:
                best, least = index, apart
        if best is not None:
            self._used[best] = True
        return best

    def gather_left(self) -> None:
        """Keep the ends of the notes that nobody has taken: the user has altered those."""
        left = [note for note, used in zip(self._written, self._used, strict=True) if not used]
        self._starts = sorted((note.start_s, note.beat) for note in left)
        self._ends = sorted((note.end_s, note.beat + note.length) for note in left)

    def start_near(self, time_s: float) -> float | None:
        """Return the beat at which an altered note began just there, or None."""
        return _nearest(self._starts, time_s)

    def end_near(self, time_s: float) -> float | None:
        """Return the beat at which an altered note ended just there, or None."""
        return _nearest(self._ends, time_s)


def _nearest(known: Sequence[tuple[float, float]], time_s: float) -> float | None:
    at = bisect.bisect_left(known, (time_s, 0.0))
    near = min(known[max(0, at - 1) : at + 1], key=lambda k: abs(k[0] - time_s), default=None)
    return near[1] if near is not None and abs(near[0] - time_s) <= NEAR_S else None
