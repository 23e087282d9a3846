"""Part what sounds together into lines that one player or singer each could take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

import numpy as np
from scipy.optimize import linear_sum_assignment

from filmcomposer_core.transcription.onto_grid import Placed
from filmcomposer_core.transcription.top_line import top_line

#: What it costs a line, in semitones: a beat of rest, to be new, and to cut its last note short.
_REST, _NEW, _CUT = 0.8, 9.0, 6.0
#: Semitones that a line is not expected to leap; more cost more.
_LEAP: Final = 12.0
#: Part of the last note that the next one of the line may cut off.
_OVERLAP: Final = 0.8
_NEVER: Final = 1e6
#: One line alone: of its onsets at most this share has several notes, and it moves like a voice,
#: in semitones for half and for nearly all of its moves.
_CHORDS, _MOVE, _FAR = 0.15, 4.0, 12.0

Voice = tuple[Placed, ...]


def voices_of(notes: Sequence[Placed]) -> tuple[Voice, ...]:
    """Part notes into lines without overlaps: the tune, then the highest line first.

    Parameters
    ----------
    notes : sequence of Placed
        In any order.

    Returns
    -------
    tuple of Voice
        A note that overlaps the next of its line is cut short there, as pedal and hall let notes
        ring on. Every note is in one line, but for the weaker of two that begin together in a
        recording of a single line.

    Notes
    -----
    Notes that begin together are given to lines as cheaply as possible in semitones (an
    assignment problem for each onset); after Chew and Wu 2004 lines prefer what is near in pitch
    and do not wait long.
    """
    ordered = sorted(notes, key=lambda n: (n.beat, -n.note.pitch))
    alone = _one_line(ordered)
    if alone:
        return (alone,)
    chosen = set(top_line(ordered)) if _unnamed(ordered) else set()
    tune = [ordered[i] for i in sorted(chosen)]
    rest = [note for i, note in enumerate(ordered) if i not in chosen]
    lines: list[list[Placed]] = []
    for _, group in groupby(rest, key=lambda n: round(n.beat, 4)):
        chord = list(group)
        costs = np.array(
            [[_join_cost(line[-1], note) for line in lines] + [_NEW] * len(chord) for note in chord]
        )
        rows, columns = linear_sum_assignment(costs)
        for row, column in zip(rows, columns, strict=True):
            note = chord[row]
            if column >= len(lines) or costs[row, column] >= _NEVER:
                lines.append([note])
                continue
            line = lines[column]
            if line[-1].end > note.beat:
                line[-1] = replace(line[-1], length=note.beat - line[-1].beat)
            line.append(note)
    lower = sorted(lines, key=lambda line: -_height(line))
    return tuple(tuple(line) for line in ([_legato(tune), *lower] if tune else lower))


def _unnamed(notes: Sequence[Placed]) -> bool:
    """Whether it is not known what plays: then the tune is sought before all other lines."""
    return all(note.note.program < 0 for note in notes)


def _legato(line: Sequence[Placed]) -> list[Placed]:
    ends = [*(n.beat for n in line[1:]), np.inf]
    return [
        replace(note, length=min(note.length, end - note.beat))
        for note, end in zip(line, ends, strict=True)
    ]


def _one_line(notes: Sequence[Placed]) -> Voice:
    """Return the line of a recording that has only one, where tones ring into one another."""
    chords = [list(group) for _, group in groupby(notes, key=lambda n: round(n.beat, 4))]
    if sum(len(chord) > 1 for chord in chords) > _CHORDS * len(chords):
        return ()
    line = [max(chord, key=lambda n: n.note.confidence) for chord in chords]
    moves = np.abs(np.diff([n.note.pitch for n in line]))
    if moves.size and (np.median(moves) > _MOVE or np.quantile(moves, 0.95) > _FAR):
        return ()
    return tuple(_legato(line))


def _join_cost(last: Placed, note: Placed) -> float:
    if last.note.program != note.note.program:
        return _NEVER
    over = last.end - note.beat
    if over > _OVERLAP * last.length + 1e-9:
        return _NEVER
    leap = abs(note.note.pitch - last.note.pitch)
    rest = max(0.0, -over)
    return (
        leap
        + max(0.0, leap - _LEAP)
        + _REST * min(rest, 16.0)
        + (_CUT * over / last.length if over > 0 else 0.0)
    )


def _height(line: Sequence[Placed]) -> float:
    return float(np.average([n.note.pitch for n in line], weights=[n.length for n in line]))
