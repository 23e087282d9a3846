"""Keep every note of a part on the instrument that plays it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from filmcomposer_core.contracts.score import Note

#: A silence of this many beats ends a phrase.
PHRASE_GAP_BEATS = 0.5
OCTAVE = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeChange:
    """Notes that were moved to where their instrument can play them.

    ``semitones`` is a whole number of octaves unless the instrument's range is narrower than one.
    """

    track: str
    instrument: str
    first_measure: int
    last_measure: int
    semitones: int
    notes: int

    def __str__(self) -> str:
        where = f"measure {self.first_measure}"
        if self.last_measure != self.first_measure:
            where = f"measures {self.first_measure} to {self.last_measure}"
        octaves, rest = divmod(abs(self.semitones), OCTAVE)
        way = "up" if self.semitones > 0 else "down"
        amount = f"{abs(self.semitones)} semitones" if rest else f"{octaves} octave"
        plural = "s" if not rest and octaves > 1 else ""
        noun = "note" if self.notes == 1 else "notes"
        return (
            f"{self.track}: {self.notes} {noun} in {where} moved {way} by {amount}{plural} "
            f"into the range of {self.instrument}"
        )


def fit_to_range(
    notes: Sequence[Note],
    *,
    low: int,
    high: int,
    measure_at: Callable[[float], int],
    track: str,
    instrument: str,
) -> tuple[tuple[Note, ...], tuple[RangeChange, ...]]:
    """Move whole phrases by octaves so that no note leaves the range; none is dropped.

    A phrase ends at a silence of half a beat. One that is wider than the range is split into
    measures and then, where even a measure is too wide, into single notes. In a range narrower
    than an octave (a gong) a note goes to the nearest pitch.

    Parameters
    ----------
    notes : sequence of Note
        The notes of one part.
    low, high : int
        Playable range, MIDI pitches.
    measure_at : callable
        Measure number of a beat.
    track, instrument : str
        Names for the list of changes.

    Returns
    -------
    tuple of (tuple of Note, tuple of RangeChange)
        All notes in order of time and pitch, and what was moved.
    """
    kept: list[Note] = []
    changes: list[RangeChange] = []
    for group in _groups(notes, low=low, high=high, measure_at=measure_at):
        shift = _shift(group, low=low, high=high)
        kept += [replace(note, pitch=note.pitch + shift) for note in group] if shift else group
        if shift:
            change = RangeChange(
                track=track,
                instrument=instrument,
                first_measure=measure_at(group[0].beat),
                last_measure=measure_at(group[-1].beat),
                semitones=shift,
                notes=len(group),
            )
            _add(changes, change)
    return tuple(sorted(kept, key=_order)), tuple(changes)


def _order(note: Note) -> tuple[float, int]:
    return (note.beat, note.pitch)


def _add(changes: list[RangeChange], change: RangeChange) -> None:
    """Join a change to the one before when it goes on in the same or the next measure."""
    if changes:
        before = changes[-1]
        close = change.first_measure - before.last_measure <= 1
        if close and before.semitones == change.semitones:
            changes[-1] = replace(
                before,
                last_measure=max(before.last_measure, change.last_measure),
                notes=before.notes + change.notes,
            )
            return
    changes.append(change)


def _groups(
    notes: Iterable[Note], *, low: int, high: int, measure_at: Callable[[float], int]
) -> Iterator[list[Note]]:
    """Give the longest stretches that can move as one: phrases, else measures, else notes."""
    for phrase in _phrases(notes):
        if _fits(phrase, low=low, high=high):
            yield phrase
            continue
        for _, found in groupby(phrase, key=lambda note: measure_at(note.beat)):
            measure = list(found)
            if _fits(measure, low=low, high=high):
                yield measure
            else:
                yield from ([note] for note in measure)


def _phrases(notes: Iterable[Note]) -> Iterator[list[Note]]:
    phrase: list[Note] = []
    end = 0.0
    for note in sorted(notes, key=_order):
        if phrase and note.beat >= end + PHRASE_GAP_BEATS:
            yield phrase
            phrase = []
        end = max(end, note.end) if phrase else note.end
        phrase.append(note)
    if phrase:
        yield phrase


def _octaves(group: Sequence[Note], *, low: int, high: int) -> int | None:
    """Return the smallest shift by octaves that brings a group into the range, if there is one."""
    bottom = min(note.pitch for note in group)
    top = max(note.pitch for note in group)
    if bottom < low:
        shift = -((bottom - low) // OCTAVE) * OCTAVE
    else:
        shift = -(-(top - high) // OCTAVE) * -OCTAVE if top > high else 0
    return shift if low <= bottom + shift and top + shift <= high else None


def _fits(group: Sequence[Note], *, low: int, high: int) -> bool:
    return _octaves(group, low=low, high=high) is not None


def _shift(group: Sequence[Note], *, low: int, high: int) -> int:
    shift = _octaves(group, low=low, high=high)
    if shift is not None:
        return shift
    pitch = group[0].pitch  # a single note in a range narrower than an octave
    return min(max(pitch, low), high) - pitch
