"""A tune in more notes or fewer: passing and neighbouring notes, and notes left out."""

from __future__ import annotations

from typing import Final

from filmcomposer_core.composition.grid import SIXTEENTH, TICKS, GridBar

#: Start, length (ticks) and height (steps above the tonic) of a note of a tune.
TuneNote = tuple[int, int, int]
#: No note becomes shorter than this, seconds and ticks.
_SHORTEST_S: Final = 0.17
_SHORTEST: Final = SIXTEENTH
#: A note as short as this may be left out where it stands on no beat, ticks.
_LIGHT: Final = TICKS


def changed(notes: list[TuneNote], bar: GridBar, more: int) -> list[TuneNote]:
    """Return the notes of a tune with more of them, or fewer, in one bar.

    Parameters
    ----------
    notes : list of (int, int, int)
        Start in ticks of film, length, height; in time order.
    bar : GridBar
    more : int
        How many notes to add; below 0 to leave out. As many as the bar allows.

    Notes
    -----
    Long notes are divided: a note in between leads by step to the next, as players have varied
    tunes since the 16th century. The first note of the bar stays, and so do all on its beats.
    """
    out = list(notes)
    for _ in range(abs(more)):
        before = len(out)
        out = _divided(out, bar) if more > 0 else _thinned(out, bar)
        if len(out) == before:
            break
    return out


def _divided(notes: list[TuneNote], bar: GridBar) -> list[TuneNote]:
    tick_s = bar.seconds / bar.length
    best, found = 0, None
    for i, (start, length, _) in enumerate(notes):
        if not bar.start <= start < bar.end or start + length > bar.end:
            continue
        cut = _cut(length)
        least = min(cut, length - cut)
        if least >= _SHORTEST and least * tick_s >= _SHORTEST_S and length > best:
            best, found = length, i
    if found is None:
        return notes
    start, length, height = notes[found]
    after = notes[found + 1][2] if found + 1 < len(notes) else height
    cut = _cut(length)
    between = (start + cut, length - cut, _between(height, after))
    return [*notes[:found], (start, cut, height), between, *notes[found + 1 :]]


def _cut(length: int) -> int:
    """Return where a note is divided: a dotted one after two thirds, others in the middle."""
    return 2 * length // 3 if length % 9 == 0 else length // 2


def _between(height: int, after: int) -> int:
    """Return the height between two: a step on the way, a neighbour where there is none.

    Examples
    --------
    >>> [_between(2, after) for after in (0, 4, 3, 1, 2, 7)]
    [1, 3, 1, 3, 3, 3]
    """
    way = after - height
    if abs(way) == 1:
        return height - way
    return height + (1 if way >= 0 else -1)


def _thinned(notes: list[TuneNote], bar: GridBar) -> list[TuneNote]:
    light = [
        i
        for i, (start, length, _) in enumerate(notes)
        if i
        and bar.start < start < bar.end
        and length <= _LIGHT
        and bar.strength(start) < 0.35
        and notes[i - 1][0] >= bar.start
    ]
    if not light:
        return notes
    gone = min(light, key=lambda i: (notes[i][1], -i))
    start, _, height = notes[gone - 1]
    longer = (start, notes[gone][0] + notes[gone][1] - start, height)
    return [*notes[: gone - 1], longer, *notes[gone + 1 :]]
