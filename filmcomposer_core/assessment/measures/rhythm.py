"""How clear and steady a rhythm is."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from filmcomposer_core.assessment.measures.notes import Floats, Ints, Notes
from filmcomposer_core.timeline import Bar


def felt_beat(bar: Bar) -> float:
    """Return the felt beat in quarter notes: dotted in 6/8, 9/8 and 12/8, else the denominator's.

    In metres of uneven eighths (5/8, 7/8) the eighth is counted.
    """
    compound = bar.den >= 8 and bar.num % 3 == 0 and bar.num > 3
    return (12.0 if compound else 4.0) / bar.den


def places_in_bar(starts: Floats, bars: Sequence[Bar]) -> tuple[Ints, Floats]:
    """Return bar index and beats from the bar line of each onset.

    Parameters
    ----------
    starts : ndarray, shape (n,), float64
        Onsets in beats.
    bars : sequence of Bar
        All bars.

    Returns
    -------
    index : ndarray, shape (n,), int
        Index into ``bars``.
    place : ndarray, shape (n,), float64
        Beats from the bar line.
    """
    lines = np.array([bar.start_beat for bar in bars])
    index = np.maximum(np.searchsorted(lines, starts + 1e-6, side="right") - 1, 0)
    return index.astype(np.int64), starts - lines[index]


def on_beat(starts: Floats, bars: Sequence[Bar]) -> list[bool]:
    """Return for each onset whether it falls on a felt beat (within 1/24 beat)."""
    index, places = places_in_bar(starts, bars)
    beats = np.array([felt_beat(bar) for bar in bars])[index]
    off = np.abs(places - np.round(places / beats) * beats)
    return [bool(flag) for flag in off < 1 / 24]


def strong_weak_ratio(notes: Notes, bars: Sequence[Bar]) -> float:
    """Return the mean length of notes on felt beats over that of the others.

    Parameters
    ----------
    notes : Notes
        One line.
    bars : sequence of Bar
        All bars.

    Returns
    -------
    float
        NaN if all notes, or none, fall on beats.
    """
    strong = np.array(on_beat(notes.start, bars), dtype=bool)
    if strong.size == 0 or strong.all() or not strong.any():
        return float("nan")
    return float(notes.length[strong].mean() / notes.length[~strong].mean())


def bar_autocorrelation(starts: Floats, bars: Sequence[Bar]) -> float:
    """Return how alike the onsets of successive bars are.

    Parameters
    ----------
    starts : ndarray, shape (n,), float64
        Onsets in beats.
    bars : sequence of Bar
        All bars; pairs of different length, and empty bars, are left out.

    Returns
    -------
    float
        Correlation of the onset patterns (sixteenths of a whole note) at a lag of one bar,
        centred on the mean density: 1 for bars that repeat, about 0 for chance, NaN for less
        than two bars.
    """
    index, places = places_in_bar(starts, bars)
    rows = {i: np.zeros(max(1, round(bars[i].beats * 4))) for i in sorted(set(index.tolist()))}
    slot = np.round(places * 4).astype(np.int64)
    for bar_index, place in zip(index.tolist(), slot.tolist(), strict=True):
        row = rows[bar_index]
        row[min(place, row.size - 1)] = 1.0
    pairs = [
        (rows[i], rows[i + 1]) for i in rows if i + 1 in rows and rows[i].size == rows[i + 1].size
    ]
    if not pairs:
        return float("nan")
    before = np.concatenate([a for a, _ in pairs])
    after = np.concatenate([b for _, b in pairs])
    mean = (before.mean() + after.mean()) / 2.0
    spread = mean * (1.0 - mean)
    if spread < 1e-9:
        return 1.0
    return float(np.mean((before - mean) * (after - mean)) / spread)


def tempo_spread(tempi: Floats, *, declared: float = 0.03) -> float:
    """Return how much the tempo of bars wavers.

    Parameters
    ----------
    tempi : ndarray, shape (bars,), float64
        Mean tempo of each bar in quarter notes per minute.
    declared : float
        Share by which a bar may differ from the one before it; runs of larger steps in one
        direction are written ritardandi and accelerandi and do not count.

    Returns
    -------
    float
        Standard deviation over mean of the tempi after such moves are taken out.
    """
    if tempi.size < 2:
        return 0.0
    steps = np.diff(np.log(tempi))
    big = np.abs(steps) > declared
    run = big & (np.append(big[1:], False) | np.append(False, big[:-1]))
    same_way = np.append(steps[1:] * steps[:-1] > 0, False) | np.append(
        False, steps[1:] * steps[:-1] > 0
    )
    steps = np.where(run & same_way, 0.0, steps)
    level = np.exp(np.append(0.0, np.cumsum(steps)))
    return float(np.std(level) / np.mean(level))


def metre_changes(bars: Sequence[Bar]) -> float:
    """Return changes of signature per 16 bars."""
    return 16.0 * _signature_changes(bars) / max(16, len(bars))


def metre_words(bars: Sequence[Bar]) -> str:
    """Return how often the signature changes in bars, such as ``2 changes of metre in 24 bars``."""
    changes = _signature_changes(bars)
    return f"{changes or 'no'} change{'' if changes == 1 else 's'} of metre in {len(bars)} bars"


def _signature_changes(bars: Sequence[Bar]) -> int:
    return sum((a.num, a.den) != (b.num, b.den) for a, b in itertools.pairwise(bars))
