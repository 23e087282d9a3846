"""Rhythms of tunes: whole bars, and the next length given this one and the place in the bar."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from filmcomposer_core.composition.grid import SIXTEENTH
from filmcomposer_core.composition.learned import weight_class
from tools.priors.tunes import Tune, TuneNote

METRES: Final = ((4, 4), (3, 4), (2, 4), (6, 8), (3, 8))
#: Bars kept by metre, and how often one has to occur.
_FLOW: Final = 48
_CLOSE: Final = 16
_LEAST: Final = 2
#: Bars of slow music are also those of a metre half as long, in values twice as long.
_HALVES: Final = {(4, 4): (2, 4)}
_HALVES_WEIGHT: Final = 0.25
_SQUARE: Final = 4
_LEAST_MOVES: Final = 30
Patterns = dict[str, float]


def whole_bars(tune: Tune) -> Iterator[tuple[int, list[TuneNote]]]:
    """Yield number and notes of the bars that the metre fills."""
    for number, group in itertools.groupby(tune.notes, key=lambda note: note.bar):
        if number >= 1 and number not in tune.odd:
            yield number, list(group)


def pattern_of(notes: Sequence[TuneNote], ticks: int, *, until: int | None = None) -> str | None:
    """Return the notes of a bar on a grid of sixteenths; None for finer values.

    Parameters
    ----------
    notes : sequence of TuneNote
        The notes of one bar.
    ticks : int
        Length of the bar.
    until : int, optional
        Index of the last note to show; what follows it becomes a rest.
    """
    cells = ["."] * (ticks // SIXTEENTH)
    kept = notes if until is None else notes[: until + 1]
    for note in kept:
        if note.offset % SIXTEENTH or note.length % SIXTEENTH:
            return None
        first, last = note.offset // SIXTEENTH, (note.offset + note.length) // SIXTEENTH
        cells[first:last] = ["x", *"-" * (last - first - 1)]
    return "".join(cells) if len(cells) == ticks // SIXTEENTH else None


def flow_bars(tunes: Iterable[Tune], metre: tuple[int, int]) -> Counter[str]:
    """Return how often each bar occurs that does not end a phrase and begins on its downbeat."""
    counts: Counter[str] = Counter()
    for tune in tunes:
        if (tune.num, tune.den) == metre:
            for number, notes in whole_bars(tune):
                pattern = pattern_of(notes, tune.bar_ticks)
                if number % _SQUARE and pattern and pattern[0] == "x":
                    counts[pattern] += 1
    return counts


def close_bars(tunes: Iterable[Tune], metre: tuple[int, int]) -> Counter[str]:
    """Return how often each bar ends a phrase: up to the last of its longest notes, then rests."""
    counts: Counter[str] = Counter()
    for tune in tunes:
        if (tune.num, tune.den) == metre:
            for number, notes in whole_bars(tune):
                longest = max(note.length for note in notes)
                last = max(i for i, note in enumerate(notes) if note.length == longest)
                pattern = pattern_of(notes, tune.bar_ticks, until=last)
                if number % _SQUARE == 0 and pattern and pattern[0] == "x" and _rests(pattern):
                    counts[pattern] += 1
    return counts


def _rests(pattern: str) -> bool:
    """Whether a closing bar leaves off before its end, or holds one note."""
    return pattern.endswith(".") or pattern.count("x") == 1


def bar_tables(tunes: Sequence[Tune]) -> dict[str, dict[str, Patterns]]:
    """Return by metre the bars that go on and those that close, in percent, commonest first."""
    tables: dict[str, dict[str, Patterns]] = {}
    for metre in METRES:
        flow, close = flow_bars(tunes, metre), close_bars(tunes, metre)
        shares = _shares(flow, _FLOW)
        half = _HALVES.get(metre)
        if half and tunes and all(tune.kind == "slow" for tune in tunes):
            wide = _shares(flow_bars(tunes, half), _FLOW)
            for pattern, share in wide.items():
                long = _doubled(pattern)
                shares[long] = round(shares.get(long, 0.0) + _HALVES_WEIGHT * share, 2)
        if shares and close:
            tables[f"{metre[0]}/{metre[1]}"] = {"flow": shares, "close": _shares(close, _CLOSE)}
    return tables


def _doubled(pattern: str) -> str:
    return "".join(cell + ("." if cell == "." else "-") for cell in pattern)


def _shares(counts: Counter[str], most: int) -> Patterns:
    total = counts.total()
    rows = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:most]
    return {pattern: round(100 * n / total, 2) for pattern, n in rows if n >= _LEAST}


def length_moves(tunes: Iterable[Tune]) -> dict[str, dict[str, dict[int, int]]]:
    """Return by metre what length follows a length at a place in the bar.

    Returns
    -------
    dict
        Metre -> ``"length class"`` -> next length -> count; lengths in sixteenths, class of the
        metrical weight of the next note (3 downbeat, 2 accent, 1 beat, 0 between).
    """
    moves: dict[str, defaultdict[str, Counter[int]]] = {}
    for tune in tunes:
        table = moves.setdefault(f"{tune.num}/{tune.den}", defaultdict(Counter))
        for a, b in itertools.pairwise(tune.notes):
            if a.length % SIXTEENTH == 0 and b.length % SIXTEENTH == 0:
                key = f"{a.length // SIXTEENTH} {weight_class(b.strength)}"
                table[key][b.length // SIXTEENTH] += 1
    return {
        metre: {
            key: {n: row[n] for n in sorted(row) if row[n] >= _LEAST}
            for key, row in sorted(table.items())
            if row.total() >= _LEAST_MOVES
        }
        for metre, table in sorted(moves.items())
    }
