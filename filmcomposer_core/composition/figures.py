"""Figures of a theme beside those of real tunes, and the score that picks the best (craft 2.6)."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from filmcomposer_core.composition.grid import GridBar
from filmcomposer_core.composition.manner import Sung
from filmcomposer_core.composition.tables import band

_JUDGED: Final = (
    "steps", "thirds", "leaps", "recovery", "range", "entropy", "weight_ratio",
    "bar_rhythm_entropy",
)  # fmt: skip
_REJECTED: Final = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Figures of a theme: shares 0 to 1, intervals in semitones, entropies in bits."""

    repeated: float
    steps: float
    thirds: float
    leaps: float
    mean_interval: float
    recovery: float
    range: float
    entropy: float
    weight_ratio: float
    bar_rhythm_entropy: float
    recurrence: float
    exact: float
    peak_alone: float
    chord_fit: float


def measure(notes: Sequence[Sung], grid: Sequence[GridBar]) -> Figures:
    """Return the figures of a theme of at least one note."""
    moves = [b.pitch - a.pitch for a, b in itertools.pairwise(notes)] or [0]
    sizes = [abs(move) for move in moves]
    strong = [n.length for n in notes if n.strength >= 0.6]
    weak = [n.length for n in notes if n.strength < 0.3]
    shapes = bar_shapes(notes, grid)
    return Figures(
        repeated=_share(size == 0 for size in sizes),
        steps=_share(1 <= size <= 2 for size in sizes),
        thirds=_share(3 <= size <= 4 for size in sizes),
        leaps=_share(size >= 5 for size in sizes),
        mean_interval=sum(sizes) / len(sizes),
        recovery=_recovery(moves),
        range=float(max(n.pitch for n in notes) - min(n.pitch for n in notes)),
        entropy=_entropy(_weights(notes)),
        weight_ratio=_mean(strong) / _mean(weak) if strong and weak else 1.5,
        bar_rhythm_entropy=_entropy(Counter(rhythm for rhythm, _, _ in shapes)),
        recurrence=_again([(rhythm, ups) for rhythm, ups, _ in shapes]),
        exact=_again([(rhythm, pitches) for rhythm, _, pitches in shapes]),
        peak_alone=_peaks(notes),
        chord_fit=_chord_fit(notes, grid),
    )


def theme_score(figures: Figures, *, corpus: str, notes: int, cadences: float) -> float:
    """Return how far a theme is from real ones, less its merits; lower is better.

    Parameters
    ----------
    figures : Figures
        The theme's figures.
    corpus : str
        ``slow`` or ``folk``: what it is held against.
    notes : int
        Number of notes; the figures of a short theme say less.
    cadences : float
        Share of phrases that end on a stable degree.
    """
    faults = 0.0
    for name in _JUDGED:
        low, middle, high = band(corpus, name)
        z = (getattr(figures, name) - middle) / ((high - low) / 2.56)
        faults += max(0.0, abs(z) - 1.0) ** 2 + (_REJECTED if abs(z) > 2.5 else 0.0)
    merits = 2.0 * min(figures.recurrence, 0.5) + 1.5 * figures.peak_alone + cadences
    merits += figures.chord_fit - 4.0 * max(0.0, figures.exact - 0.4)
    return faults * min(1.0, notes / 40.0) - merits


def bar_shapes(
    notes: Sequence[Sung], grid: Sequence[GridBar]
) -> list[tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]]:
    """Return for each bar with onsets its rhythm, its ups and downs, and its pitches."""
    starts = {bar.number: bar.start for bar in grid}
    shapes = []
    for number, group in itertools.groupby(notes, key=lambda note: note.bar):
        row = list(group)
        pitches = tuple(note.pitch for note in row)
        rhythm = tuple(note.start - starts[number] for note in row)
        ups = tuple((b > a) - (b < a) for a, b in itertools.pairwise(pitches))
        shapes.append((rhythm, ups, pitches))
    return shapes


def _share(answers: Iterable[bool]) -> float:
    values = list(answers)
    return sum(values) / len(values)


def _mean(values: Sequence[int]) -> float:
    return sum(values) / len(values)


def _recovery(moves: Sequence[int]) -> float:
    pairs = [(a, b) for a, b in itertools.pairwise(moves) if abs(a) >= 5]
    if not pairs:
        return 0.34
    return sum(a * b < 0 and abs(b) <= 2 for a, b in pairs) / len(pairs)


def _weights(notes: Sequence[Sung]) -> Counter[int]:
    weights: Counter[int] = Counter()
    for note in notes:
        weights[note.pitch % 12] += note.length
    return weights


def _entropy(counts: Mapping[Any, int]) -> float:
    total = sum(counts.values())
    return -sum(n / total * math.log2(n / total) for n in counts.values() if n)


def _again(shapes: Sequence[object]) -> float:
    seen: set[object] = set()
    repeats = 0
    for shape in shapes:
        repeats += shape in seen
        seen.add(shape)
    return repeats / len(shapes)


def _peaks(notes: Sequence[Sung]) -> float:
    """Return the share of phrases with four notes and more whose highest pitch stands alone."""
    alone = total = 0
    for _, group in itertools.groupby(notes, key=lambda note: note.phrase):
        pitches = [note.pitch for note in group]
        if len(pitches) >= 4:
            total += 1
            alone += pitches.count(max(pitches)) == 1
    return alone / total if total else 1.0


def _chord_fit(notes: Sequence[Sung], grid: Sequence[GridBar]) -> float:
    bars = {bar.number: bar for bar in grid}
    strong = [note for note in notes if note.strength >= 0.6]
    if not strong:
        return 1.0
    return _share(
        note.pitch % 12 in bars[note.bar].harmony_at(note.start).chord.pitch_classes
        for note in strong
    )
