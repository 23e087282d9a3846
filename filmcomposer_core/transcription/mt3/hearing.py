"""Notes out of MT3's words, however little sense they make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from filmcomposer_core.transcription.mt3.vocabulary import (
    DRUMS,
    END,
    Note,
    Vocabulary,
)

_Key = tuple[int, int]
#: The velocity of notes before any grade was said.
_UNTOLD: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Notes in time order, how likely the word was that began each, and words that meant nothing.

    ``skipped`` counts words that could not be, such as the end of a note that does not sound, and
    those beyond the end of their segment.
    """

    notes: tuple[Note, ...]
    sureness: tuple[float, ...]
    skipped: int


@dataclass(slots=True, kw_only=True)
class _State:
    """What sounds, and what was said last; a program and a grade go on to the next segment."""

    vocabulary: Vocabulary
    grade: int
    now: int = 0
    program: int = 0
    listing: bool = False
    tied: set[_Key] = field(default_factory=set)
    #: Step, grade and sureness of the beginning of what sounds.
    sounding: dict[_Key, tuple[int, int, float]] = field(default_factory=dict)
    found: list[tuple[Note, float]] = field(default_factory=list)

    def end(self, key: _Key, step: int) -> None:
        """Write down a note that has ended."""
        start, grade, sure = self.sounding.pop(key)
        velocity = self.vocabulary.velocity(grade)
        note = Note(
            start=start, end=max(step, start + 1), pitch=key[1], velocity=velocity, program=key[0]
        )
        self.found.append((note, sure))


def decode(
    words: Sequence[Sequence[int]],
    firsts: Sequence[int],
    vocabulary: Vocabulary,
    *,
    sureness: Sequence[Sequence[float]] = (),
) -> Heard:
    """Read the notes out of the words of each segment.

    Parameters
    ----------
    words : sequence of sequences of int
        For each segment the numbers up to ``END``, or without one.
    firsts : sequence of int
        The step at which each segment begins.
    vocabulary : Vocabulary
    sureness : sequence of sequences of float, optional
        The probability of each word, 1 where none are given.

    Returns
    -------
    Heard
        Nothing is refused: what cannot be is skipped and counted.

    Notes
    -----
    As published: what is not named in a segment's list of ties ends where the segment begins; a
    segment says nothing of the time after the next one begins; what still sounds after the last
    word ends with the last change.
    """
    state = _State(vocabulary=vocabulary, grade=vocabulary.grade(_UNTOLD))
    skipped = 0
    for index, (row, first) in enumerate(zip(words, firsts, strict=True)):
        until = firsts[index + 1] if index + 1 < len(firsts) else None
        sure = sureness[index] if sureness else [1.0] * len(row)
        skipped += _read_segment(state, row, sure, first, until)
    last = max([state.now, *(start + 1 for start, _, _ in state.sounding.values())])
    for key in sorted(state.sounding):
        state.end(key, last)
    found = sorted(state.found, key=lambda pair: _order(pair[0]))
    return Heard(
        notes=tuple(note for note, _ in found),
        sureness=tuple(sure for _, sure in found),
        skipped=skipped,
    )


def _order(note: Note) -> tuple[int, int, int, int]:
    return note.start, note.program, note.pitch, note.end


def _read_segment(
    state: _State, row: Sequence[int], sure: Sequence[float], first: int, until: int | None
) -> int:
    """Read the words of a segment; return how many meant nothing."""
    state.listing = state.vocabulary.ties
    state.tied = set()
    skipped, shift, step = 0, 0, first
    said = row[: row.index(END)] if END in row else row
    for index, number in enumerate(said):
        event = state.vocabulary.event(number)
        if event is None:
            skipped += 1
            continue
        kind, value = event
        if kind == "shift":
            shift += value
            step = first + shift
            if until is not None and step > until:
                return skipped + len(said) - index
            continue
        shift = 0
        if step < state.now:
            skipped += 1
            continue
        state.now = step
        skipped += not _apply(state, kind, value, sure[index])
    return skipped


def _apply(state: _State, kind: str, value: int, sure: float) -> bool:
    """Carry out an event at ``state.now``; return whether it made sense."""
    if kind == "program":
        state.program = value
    elif kind == "velocity":
        state.grade = value
    elif kind == "drum":
        return _strike(state, value, sure)
    elif kind == "tie":
        return _end_list(state)
    elif state.listing:
        return _tie(state, (state.program, value))
    else:
        return _turn(state, (state.program, value), sure)
    return True


def _strike(state: _State, pitch: int, sure: float) -> bool:
    if state.grade == 0:
        return False
    key = (DRUMS, pitch)
    state.sounding[key] = (state.now, state.grade, sure)
    state.end(key, state.now)
    return True


def _end_list(state: _State) -> bool:
    """End what the list of ties does not name."""
    if not state.listing:
        return False
    for key in sorted(set(state.sounding) - state.tied):
        state.end(key, state.now)
    state.listing = False
    return True


def _tie(state: _State, key: _Key) -> bool:
    if key not in state.sounding or key in state.tied:
        return False
    state.tied.add(key)
    return True


def _turn(state: _State, key: _Key, sure: float) -> bool:
    """Begin a note, or end it where the grade is 0; one that sounds ends when it begins anew."""
    if key in state.sounding:
        state.end(key, state.now)
    elif state.grade == 0:
        return False
    if state.grade:
        state.sounding[key] = (state.now, state.grade, sure)
    return True
