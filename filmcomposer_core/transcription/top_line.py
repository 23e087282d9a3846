"""The tune of a recording in which several notes sound at once and nobody says who plays them."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from typing import Final

from filmcomposer_core.transcription.onto_grid import Placed

#: What a note is worth: being there, its confidence, how surely it begins, a beat of length.
_NOTE, _SURE, _BEGUN, _BEAT = 0.1, 1.0, 0.3, 0.25
#: What it costs to lie below the highest notes around: a semitone, and at most.
_BELOW, _LOWEST, _AROUND = 0.08, 1.4, 1.0
#: What a semitone beyond a step costs, and one beyond an octave; a beat of rest, and at most.
_LEAP, _FAR, _REST, _LONG_REST = 0.03, 0.12, 0.12, 0.6
#: What it costs to cut the whole of a note short.
_CUT: Final = 0.8
#: How many notes back the one before is sought.
_BACK: Final = 48
#: A note less sure than this does not hide those below it.
_SOLID: Final = 0.35


def top_line(notes: Sequence[Placed]) -> tuple[int, ...]:
    """Return the numbers of the notes that make the tune.

    Parameters
    ----------
    notes : sequence of Placed
        In order of beats.

    Returns
    -------
    tuple of int
        In order, no two on one beat.

    Notes
    -----
    The best way through the notes (dynamic programming): sure, long and high ones are worth more,
    leaps and rests cost.
    """
    worth = _worth(notes)
    best: list[float] = []
    back: list[int] = []
    for j, note in enumerate(notes):
        top, before = 0.0, -1
        for i in range(j - 1, max(-1, j - _BACK) - 1, -1):
            if notes[i].beat >= note.beat - 1e-6:
                continue
            value = best[i] - _move(notes[i], note)
            if value > top:
                top, before = value, i
        best.append(worth[j] + top)
        back.append(before)
    at = max(range(len(best)), key=best.__getitem__, default=-1)
    line = []
    while at >= 0:
        line.append(at)
        at = back[at]
    return tuple(reversed(line))


def _worth(notes: Sequence[Placed]) -> list[float]:
    solid = [n for n in notes if n.note.confidence >= _SOLID]
    beats = [n.beat for n in solid]
    found = []
    for item in notes:
        low = bisect.bisect_left(beats, item.beat - _AROUND)
        high = bisect.bisect_right(beats, item.beat + _AROUND)
        top = max((n.note.pitch for n in solid[low:high]), default=item.note.pitch)
        below = min(_LOWEST, _BELOW * max(0, top - item.note.pitch))
        sure = _SURE * item.note.confidence + _BEGUN * item.note.begun
        found.append(_NOTE + sure + _BEAT * min(item.length, 2.0) - below)
    return found


def _move(before: Placed, after: Placed) -> float:
    leap = abs(after.note.pitch - before.note.pitch)
    cost = _LEAP * max(0, leap - 2) + _FAR * max(0, leap - 12)
    gap = after.beat - before.end
    if gap >= 0:
        return cost + min(_LONG_REST, _REST * gap)
    return cost + _CUT * -gap / before.length
