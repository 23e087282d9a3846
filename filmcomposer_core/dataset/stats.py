"""What a dataset holds: Fig. 6 as a table and as a picture."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from filmcomposer_core.contracts.labels import NULL
from filmcomposer_core.dataset.read import Dataset

#: Themes that Fig. 6 of the paper counts as one.
OTHERS: Final = ("biography", "sport", "documentary")
_BAR, _GAP, _HEIGHT, _LEFT, _FOOT = 34, 10, 220, 46, 78


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """Numbers of a dataset; ``themes`` as in Fig. 6, the commonest first, others and null last."""

    samples: int
    films: int
    hours: float
    refined: int
    separated: int
    by_people: int
    sources: tuple[tuple[str, int], ...]
    themes: tuple[tuple[str, int], ...]
    train: int
    test: int


def dataset_stats(dataset: Dataset) -> Stats:
    """Count a dataset, one sample in memory at a time.

    Raises
    ------
    InputError
        If a sample cannot be read.
    """
    themes: Counter[str] = Counter()
    sources: Counter[str] = Counter()
    films: set[str] = set()
    refined = separated = by_people = 0
    seconds = 0.0
    for ident in dataset.ids():
        sample = dataset.sample(ident)
        themes["others" if sample.theme in OTHERS else sample.theme] += 1
        sources[sample.music.source] += 1
        films.add(sample.film.casefold())
        seconds += sample.clip.duration_s
        refined += sample.refined
        separated += sample.music.separated
        by_people += sample.words.by == "people"
    splits = dataset.splits()
    last = ("others", NULL)
    ordered = sorted(themes.items(), key=lambda row: (row[0] in last, -row[1], row[0]))
    return Stats(
        samples=themes.total(),
        films=len(films),
        hours=seconds / 3600.0,
        refined=refined,
        separated=separated,
        by_people=by_people,
        sources=tuple(sorted(sources.items())),
        themes=tuple(ordered),
        train=len(splits.train) if splits else 0,
        test=len(splits.test) if splits else 0,
    )


def stats_lines(stats: Stats, *, name: str) -> list[str]:
    """Return the numbers of a dataset as lines of text."""
    total = max(1, stats.samples)
    parted = f"{stats.train} train, {stats.test} test" if stats.train else "not split yet"
    return [
        f"{name}: {stats.samples} samples of {stats.films} films, {stats.hours:.2f} hours",
        f"{stats.refined} refined by musicians, {stats.by_people} described by people, "
        f"{stats.separated} separated from film sound",
        "Music: " + (", ".join(f"{count} {name}" for name, count in stats.sources) or "none"),
        f"Split: {parted}",
        "",
        *(f"{theme:<12}{count:>7}{100 * count / total:>8.1f} %" for theme, count in stats.themes),
    ]


def themes_svg(themes: Sequence[tuple[str, int]]) -> str:
    """Draw how often the themes are, on a logarithmic axis as in Fig. 6 of the paper.

    Parameters
    ----------
    themes : sequence of (str, int)
        Names and numbers, drawn in this order.
    """
    most = max((count for _, count in themes), default=1)
    decades = max(1, math.ceil(math.log10(most) + 1e-9))
    width = _LEFT + len(themes) * (_BAR + _GAP) + _GAP
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_HEIGHT + _FOOT}" '
        'font-family="sans-serif" font-size="11">',
        f'<rect width="{width}" height="{_HEIGHT + _FOOT}" fill="#ffffff"/>',
    ]
    for decade in range(decades + 1):
        y = _y(10**decade, decades)
        drawn.append(
            f'<path d="M{_LEFT} {y:.1f}H{width - _GAP}" stroke="#dddddd"/>'
            f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{10**decade}</text>'
        )
    for place, (theme, count) in enumerate(themes):
        x = _LEFT + _GAP + place * (_BAR + _GAP)
        # A theme of one sample would have no height on this axis.
        top = min(_y(count, decades), _y(1, decades) - 2)
        middle = x + _BAR / 2
        drawn.append(
            f'<rect x="{x}" y="{top:.1f}" width="{_BAR}" height="{_y(1, decades) - top:.1f}" '
            'fill="#4a6fa5"/>'
            f'<text x="{middle}" y="{top - 4:.1f}" text-anchor="middle">{count}</text>'
            f'<text transform="translate({middle + 4},{_HEIGHT + 10}) rotate(-45)" '
            f'text-anchor="end">{theme}</text>'
        )
    return "\n".join([*drawn, "</svg>", ""])


def _y(count: float, decades: int) -> float:
    """Return the height of a number on the picture, from above."""
    return _HEIGHT - (_HEIGHT - 24) * math.log10(count) / decades
