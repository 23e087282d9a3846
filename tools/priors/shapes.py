"""Figures of tunes as the composer measures its own themes, and what phrases look like."""

from __future__ import annotations

import itertools
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any, Final

from filmcomposer_core.composition.figures import measure
from filmcomposer_core.composition.grid import TICKS, GridBar, Harmony
from filmcomposer_core.composition.manner import Sung
from filmcomposer_core.contracts.harmony import parse_chord
from tools.priors.tunes import Tune, TuneNote

#: Figures of :func:`filmcomposer_core.composition.figures.measure` that need no chords.
BANDS: Final = (
    "repeated", "steps", "thirds", "leaps", "mean_interval", "recovery", "range", "entropy",
    "weight_ratio", "bar_rhythm_entropy", "recurrence", "exact",
)  # fmt: skip
_ANY: Final = Harmony(chord=parse_chord("C"), scale=(0, 2, 4, 5, 7, 9, 11), tonic=0, minor=False)
_LEVEL: Final = 0.75
_LEAP: Final = 5
_WIDE: Final = 8
#: Bars that a phrase-end has to be the last of.
_SQUARE: Final = 4


def figures_of(tune: Tune) -> dict[str, float]:
    """Return the figures of a tune by the composer's own code."""
    ticks = tune.bar_ticks
    sung = [
        Sung(
            start=note.bar * ticks + note.offset,
            length=note.length,
            pitch=note.pitch,
            strength=note.strength,
            bar=note.bar,
            phrase=max(0, note.bar - 1) // _SQUARE,
            place=0.0,
            hit=0.0,
        )
        for note in tune.notes
    ]
    grid = [_bar(number, tune) for number in range(tune.bars + 1)]
    found = asdict(measure(sung, grid))
    return {name: float(found[name]) for name in BANDS}


def _bar(number: int, tune: Tune) -> GridBar:
    return GridBar(
        number=number,
        start=number * tune.bar_ticks,
        length=tune.bar_ticks,
        num=tune.num,
        den=tune.den,
        seconds=2.0,
        section=0,
        harmonies=(_ANY,),
        tension=0.5,
        motion=0.5,
    )


def band(values: Sequence[float]) -> list[float]:
    """Return the tenth, fiftieth and ninetieth percentile."""
    cuts = statistics.quantiles(values, n=10, method="inclusive")
    return [round(cuts[0], 3), round(cuts[4], 3), round(cuts[8], 3)]


def bands(tunes: Sequence[Tune]) -> dict[str, list[float]]:
    """Return the band of each figure over some tunes."""
    rows = [figures_of(tune) for tune in tunes]
    return {name: band([row[name] for row in rows]) for name in BANDS}


def intervals(tunes: Iterable[Tune]) -> dict[int, float]:
    """Return the share in percent of each interval of at most an octave, in semitones."""
    counts = Counter(b.pitch - a.pitch for tune in tunes for a, b in itertools.pairwise(tune.notes))
    total = counts.total()
    return {m: round(100 * counts[m] / total, 2) for m in range(-12, 13) if counts[m]}


def degree_moves(tunes: Iterable[Tune], *, minor: bool, strong: bool) -> list[list[float]]:
    """Return in percent how often degree 1 to 7 (row) is followed by 1 to 7, in settled tunes."""
    counts: Counter[tuple[int, int]] = Counter()
    for tune in tunes:
        if tune.minor == minor and tune.settled:
            for a, b in itertools.pairwise(tune.notes):
                if (b.strength >= 0.35) == strong:
                    counts[a.height % 7, b.height % 7] += 1
    rows = [[counts[a, b] for b in range(7)] for a in range(7)]
    return [[round(100 * n / max(1, sum(row)), 1) for n in row] for row in rows]


def contour(heights: Sequence[float]) -> str:
    """Return the shape of first note, mean of the middle and last note.

    Examples
    --------
    >>> contour([60, 67, 64, 60]), contour([67, 65, 62, 60]), contour([60, 60, 60])
    ('arch', 'falling', 'flat')
    """
    middle = statistics.mean(heights[1:-1])
    words = (_way(middle - heights[0]), _way(heights[-1] - middle))
    same = {("rise", "rise"): "rising", ("fall", "fall"): "falling", ("flat", "flat"): "flat"}
    plain = {("rise", "fall"): "arch", ("fall", "rise"): "bowl"}
    return same.get(words) or plain.get(words) or "-".join(words)


def _way(move: float) -> str:
    return "flat" if abs(move) <= _LEVEL else "rise" if move > 0 else "fall"


def contours(tunes: Iterable[Tune], *, bars: int) -> dict[str, float]:
    """Return the share in percent of the shapes of stretches of some bars."""
    counts = Counter(
        contour([float(note.pitch) for note in notes])
        for tune in tunes
        for notes in _stretches(tune, bars)
        if len(notes) >= 3
    )
    return {shape: round(100 * n / counts.total(), 1) for shape, n in counts.most_common()}


def _stretches(tune: Tune, bars: int) -> Iterator[list[TuneNote]]:
    for first in range(1, tune.bars - bars + 2, bars):
        yield [note for note in tune.notes if first <= note.bar < first + bars]


def phrase_ends(tunes: Iterable[Tune], *, minor: bool) -> dict[str, list[float]]:
    """Return in percent how often each degree ends bars 4 and 8 of a strain (settled tunes).

    Notes
    -----
    The end is the last of the longest notes of the bar: what follows it leads on.
    """
    found: dict[str, Counter[int]] = {"bar4": Counter(), "bar8": Counter()}
    for tune in tunes:
        if tune.minor == minor and tune.settled:
            for place, note in _ends(tune):
                found[place][note.height % 7] += 1
    return {
        place: [round(100 * row[d] / max(1, row.total()), 1) for d in range(7)]
        for place, row in found.items()
    }


def _ends(tune: Tune) -> Iterator[tuple[str, TuneNote]]:
    for number in range(_SQUARE, tune.bars + 1, _SQUARE):
        notes = [note for note in tune.notes if note.bar == number]
        if notes:
            longest = max(note.length for note in notes)
            last = [note for note in notes if note.length == longest][-1]
            yield "bar8" if number % 8 == 0 else "bar4", last


def end_lengths(tunes: Iterable[Tune]) -> list[float]:
    """Return the band of the lengths of phrase ends, in quarter notes."""
    return band([note.length / TICKS for tune in tunes for _, note in _ends(tune)])


def after_leaps(tunes: Sequence[Tune]) -> dict[str, list[float]]:
    """Return in percent what follows a leap: back by step, back wider, the same note, onward."""
    tests: dict[str, Callable[[int], bool]] = {
        "fourth_and_more": lambda move: abs(move) >= _LEAP,
        "sixth_and_more": lambda move: abs(move) >= _WIDE,
    }
    result = {}
    for name, test in tests.items():
        counts: Counter[int] = Counter()
        for tune in tunes:
            pitches = [note.pitch for note in tune.notes]
            moves = [b - a for a, b in itertools.pairwise(pitches)]
            for leap, then in itertools.pairwise(moves):
                if test(leap):
                    counts[_answer(leap, then)] += 1
        total = max(1, counts.total())
        result[name] = [round(100 * counts[kind] / total, 1) for kind in range(4)]
    return result


def _answer(leap: int, then: int) -> int:
    if then == 0:
        return 2
    if leap * then > 0:
        return 3
    return 0 if abs(then) <= 2 else 1


def summary(tunes: Sequence[Tune]) -> dict[str, Any]:
    """Return all figures of tunes of one kind, as tables of ``figures.toml``."""
    return {
        "bands": bands(tunes),
        "intervals": {str(m): share for m, share in intervals(tunes).items()},
        "contours": {f"bars{n}": contours(tunes, bars=n) for n in (2, 4)},
        "ends": {
            kind: phrase_ends(tunes, minor=minor)
            for kind, minor in (("major", False), ("minor", True))
        },
        "end_length": end_lengths(tunes),
        "after_leap": after_leaps(tunes),
        "degrees": {
            kind: {
                "strong": degree_moves(tunes, minor=minor, strong=True),
                "weak": degree_moves(tunes, minor=minor, strong=False),
            }
            for kind, minor in (("major", False), ("minor", True))
        },
    }
