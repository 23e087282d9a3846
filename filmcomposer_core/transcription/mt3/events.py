"""Notes as MT3 writes them, segment by segment: what a model is trained to say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from filmcomposer_core.transcription.mt3.vocabulary import (
    DRUMS,
    END,
    LONGEST_SHIFT,
    Note,
    Vocabulary,
)

#: Order of what happens at the same step: ends before beginnings, drums last of their kind.
_Change = tuple[int, bool, bool, int, int, int]
_NO_GRADE: Final = 0


def encode(notes: Sequence[Note], firsts: Sequence[int], vocabulary: Vocabulary) -> list[list[int]]:
    """Write notes as the words of each segment.

    Parameters
    ----------
    notes : sequence of Note
        Of one key and program, none may begin before the one before it has ended.
    firsts : sequence of int
        The step at which each segment begins, rising. The last one takes all that is left.
    vocabulary : Vocabulary

    Returns
    -------
    list of list of int
        For each segment its words, ``END`` last.

    Notes
    -----
    As published: with ties, a segment begins with program and key of every note that goes on,
    and the tie. Then, for each step at which something happens, a shift that counts from the
    beginning of the segment (several where it is beyond 10 s), and for each change the program,
    the grade of loudness (0 ends a note) and the key. Program and grade are left out where they
    are what they were.
    """
    changes = _changes(notes, vocabulary)
    found: list[list[int]] = []
    sounding: set[tuple[int, int]] = set()
    at = 0
    for index, first in enumerate(firsts):
        until = firsts[index + 1] if index + 1 < len(firsts) else None
        words = _Words(vocabulary)
        if vocabulary.ties:
            for program, pitch in sorted(sounding):
                words.say("program", program)
                words.say("pitch", pitch)
            words.say("tie", 0)
        while at < len(changes) and (until is None or changes[at][0] < until):
            step, begins, drum, program, pitch, grade = changes[at]
            words.shift_to(step - first)
            words.change(program=None if drum else program, grade=grade, pitch=pitch)
            if not drum:
                (sounding.add if begins else sounding.discard)((program, pitch))
            at += 1
        found.append([*words.numbers, END])
    return found


def _changes(notes: Sequence[Note], vocabulary: Vocabulary) -> list[_Change]:
    found: list[_Change] = []
    for note in notes:
        drum = note.program == DRUMS
        grade = vocabulary.grade(note.velocity)
        found.append((note.start, True, drum, note.program, note.pitch, grade))
        if not drum:
            found.append((note.end, False, False, note.program, note.pitch, _NO_GRADE))
    return sorted(found)


class _Words:
    """The words of one segment, as they are added."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.numbers: list[int] = []
        self._vocabulary = vocabulary
        self._last: dict[str, int] = {}
        self._step = 0

    def say(self, kind: str, value: int) -> None:
        """Add a word, but a program or grade only where it changes."""
        if kind in ("program", "velocity"):
            if kind == "program" and not self._vocabulary.ties:
                return
            if self._last.get(kind) == value:
                return
            self._last[kind] = value
        self.numbers.append(self._vocabulary.number(kind, value))

    def shift_to(self, step: int) -> None:
        """Add the shift to a step of the segment, if that is not where it is."""
        if step == self._step:
            return
        self._step = step
        while step > 0:
            self.say("shift", min(step, LONGEST_SHIFT))
            step -= LONGEST_SHIFT

    def change(self, *, program: int | None, grade: int, pitch: int) -> None:
        """Add the beginning or the end of a note, of a drum where there is no program."""
        if program is not None:
            self.say("program", program)
        self.say("velocity", grade)
        self.say("drum" if program is None else "pitch", pitch)
