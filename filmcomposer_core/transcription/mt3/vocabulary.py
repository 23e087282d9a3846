"""The words of MT3: one number for each shift in time, key, loudness, instrument and drum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from filmcomposer_core.contracts._check import in_range

#: Steps of the grid in a second, and the longest shift that one word tells.
STEPS_PER_S: Final = 100
LONGEST_SHIFT: Final = 1000
#: The numbers that are no events: filling (also what decoding starts with), the end, unknown.
PAD, END, SPECIAL = 0, 1, 3
#: The program of drums in this package and in :class:`HeardNote`.
DRUMS: Final = 128
#: Numbers at the end that T5 reserves, and what the size of the table is rounded up to.
_EXTRA, _ROUND = 100, 128
#: Velocity where the model has but one loudness.
_PLAIN: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note on the grid.

    ``start`` and ``end`` are steps of 10 ms from the beginning of the recording, ``program`` is
    0 to 127, or ``DRUMS``, whose notes last one step.
    """

    start: int
    end: int
    pitch: int
    velocity: int
    program: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The table of words.

    Parameters
    ----------
    bins : int
        Grades of loudness besides 0, which ends a note: 1 in MT3, 127 in its piano model.
    ties : bool
        Whether a segment begins with the notes that go on from the one before, and a tie. Without
        it instruments are not told apart either, as in the piano model.

    Notes
    -----
    In this order, from number 3 on: shifts of 0 to 1000 steps, 128 keys, the grades of loudness
    from 0, the tie, 128 programs, 128 drums (Gardner et al. 2022, Sec. 3.2 and their code).
    """

    bins: int = 1
    ties: bool = True

    def __post_init__(self) -> None:
        in_range("bins", self.bins, 1, 127)

    @property
    def _ranges(self) -> tuple[tuple[str, int], ...]:
        return (
            ("shift", LONGEST_SHIFT + 1), ("pitch", 128), ("velocity", self.bins + 1), ("tie", 1),
            ("program", 128), ("drum", 128),
        )  # fmt: skip

    @property
    def words(self) -> int:
        """How many numbers mean something, special ones included."""
        return SPECIAL + sum(count for _, count in self._ranges)

    @property
    def size(self) -> int:
        """Rows of the model's table: 1536 in MT3."""
        return -(-(self.words + _EXTRA) // _ROUND) * _ROUND

    def number(self, kind: str, value: int) -> int:
        """Return the number of an event.

        Raises
        ------
        ValueError
            If there is no such event.
        """
        first = SPECIAL
        for name, count in self._ranges:
            if name == kind and 0 <= value < count:
                return first + value
            first += count
        msg = f"there is no event {kind} {value}"
        raise ValueError(msg)

    def event(self, number: int) -> tuple[str, int] | None:
        """Return kind and value of a number, None for special and reserved ones."""
        left = number - SPECIAL
        if left < 0:
            return None
        for name, count in self._ranges:
            if left < count:
                return name, left
            left -= count
        return None

    def grade(self, velocity: int) -> int:
        """Return the grade of a MIDI velocity, at least 1."""
        return max(1, -(-self.bins * velocity // 127))

    def velocity(self, grade: int) -> int:
        """Return the MIDI velocity of a grade; a single grade says nothing, and is 100."""
        return _PLAIN if self.bins == 1 else 127 * grade // self.bins


def vocabulary_of_size(size: int) -> Vocabulary | None:
    """Return the published vocabulary that a model with so many words has, None for another."""
    for vocabulary in (Vocabulary(bins=1), Vocabulary(bins=127, ties=False)):
        if vocabulary.size == size:
            return vocabulary
    return None
