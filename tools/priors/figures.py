"""Figures of tunes as the composer measures its own themes."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from filmcomposer_core.composition.figures import measure
from filmcomposer_core.composition.grid import GridBar, Harmony
from filmcomposer_core.composition.manner import Sung
from filmcomposer_core.contracts.harmony import parse_chord
from tools.priors.tunes import Tune

#: Figures of :func:`filmcomposer_core.composition.figures.measure` that need no chords.
BANDS: Final = (
    "repeated", "steps", "thirds", "leaps", "mean_interval", "recovery", "range", "entropy",
    "weight_ratio", "bar_rhythm_entropy",
)  # fmt: skip
_ANY: Final = Harmony(chord=parse_chord("C"), scale=(0, 2, 4, 5, 7, 9, 11), tonic=0, minor=False)
#: Bars of a phrase in most tunes.
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
