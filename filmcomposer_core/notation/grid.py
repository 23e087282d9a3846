"""A theme on a fine grid, cut into pieces that notation can write."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from filmcomposer_core.contracts.score import Melody
from filmcomposer_core.timeline import Bar

#: Grid of ABC: 1/48 beat holds sixteenths of a beat (3) and its twelfths (4) exactly.
UNITS_PER_BEAT: Final = 48
#: Places that are multiples of this need no triplet.
_STRAIGHT: Final = 3
#: Lengths that one note head can show, in the smallest written value: plain and dotted.
_HEADS: Final = (96, 64, 48, 32, 24, 16, 12, 8, 6, 4, 3, 2, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A note, a part of a tied note or a rest (``pitch`` None), in units of the grid."""

    start: int
    end: int
    pitch: int | None
    first: bool = True
    tied: bool = False

    @property
    def straight(self) -> bool:
        """Whether both ends lie where no triplet is needed."""
        return self.start % _STRAIGHT == 0 and self.end % _STRAIGHT == 0


def units(beat: float) -> int:
    """Return the nearest place of the grid."""
    return round(beat * UNITS_PER_BEAT)


def pieces_of(melody: Melody, *, end: int) -> tuple[Piece, ...]:
    """Return notes and rests without a gap from 0 to ``end``, in units of the grid.

    Every note is kept. A place moves by at most 1/96 beat, except that a note shorter than the
    grid becomes one unit long and moves what it would cover.
    """
    found: list[Piece] = []
    free = 0
    for note in melody.notes:
        start = max(free, units(note.beat))
        if start > free:
            found.append(Piece(start=free, end=start, pitch=None))
        free = max(start + 1, units(note.end))
        found.append(Piece(start=start, end=free, pitch=note.pitch))
    if free < end:
        found.append(Piece(start=free, end=end, pitch=None))
    return tuple(found)


def cut(piece: Piece, places: Sequence[int]) -> list[Piece]:
    """Cut a piece at those of the places that lie inside it; parts of a note are tied."""
    inside = [place for place in places if piece.start < place < piece.end]
    edges = [piece.start, *inside, piece.end]
    parts = []
    for start, end in itertools.pairwise(edges):
        last = end == piece.end
        parts.append(
            replace(
                piece,
                start=start,
                end=end,
                first=piece.first and start == piece.start,
                tied=piece.tied if last else piece.pitch is not None,
            )
        )
    return parts


def by_bar(pieces: Sequence[Piece], bars: Sequence[Bar]) -> list[list[Piece]]:
    """Part the pieces by bar, tying notes over bar lines."""
    lines = [units(bar.end_beat) for bar in bars]
    result: list[list[Piece]] = [[] for _ in bars]
    index = 0
    for piece in pieces:
        first = index
        while first < len(lines) - 1 and lines[first] <= piece.start:
            first += 1
        last = first
        while last < len(lines) - 1 and lines[last] < piece.end:
            last += 1
        for offset, part in enumerate(cut(piece, lines[first:last])):
            result[first + offset].append(part)
        index = first
    return result


def at_beats(piece: Piece, *, bar_start: int) -> list[Piece]:
    """Cut a long piece with an end inside a triplet so that the triplet fills one beat."""
    if piece.straight or piece.end - piece.start <= UNITS_PER_BEAT:
        return [piece]
    first = bar_start + -(-(piece.start - bar_start) // UNITS_PER_BEAT) * UNITS_PER_BEAT
    last = bar_start + (piece.end - bar_start) // UNITS_PER_BEAT * UNITS_PER_BEAT
    return cut(piece, sorted({first, last}))


def triplets(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Group the pieces of a bar: single straight ones, and runs that need a triplet.

    A run goes on until it is back on a straight place, so its written lengths (3/2 of the sounding
    ones) have denominators that are powers of two.
    """
    groups: list[list[Piece]] = []
    inside = False
    for piece in pieces:
        if inside:
            groups[-1].append(piece)
        else:
            groups.append([piece])
        inside = piece.end % _STRAIGHT != 0
    return groups


def heads(piece: Piece, *, triplet: bool) -> list[tuple[Piece, int]]:
    """Cut a piece into lengths that one note head can show.

    Returns
    -------
    list of (Piece, int)
        With the written length in 1/16 beat, or in 1/32 beat inside a triplet.
    """
    step = 1 if triplet else _STRAIGHT
    left = (piece.end - piece.start) // step
    values: list[int] = []
    while left:
        values.append(next(head for head in _HEADS if head <= left))
        left -= values[-1]
    place = piece.start
    edges = []
    for value in values[:-1]:
        place += value * step
        edges.append(place)
    return list(zip(cut(piece, edges), values, strict=True))
