"""From cues to figures: median and worst of each clip, columns across cues, targets."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from filmcomposer_core.evaluation import across
from filmcomposer_core.evaluation.bench import Run
from filmcomposer_core.evaluation.columns import COLUMNS, LINE, SUNG, Column
from filmcomposer_core.evaluation.cues import Scored, mean
from filmcomposer_core.evaluation.reference import real_music

_BANDS: Final = Path(__file__).with_name("bands.toml")
#: Theme of a cue and of its nearest neighbour: below this the engine repeats itself.
LEAST_NEAREST: Final = 0.42
#: Of real tunes themselves 80 % lie in the middle 80 %.
_INSIDE: Final = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A column over the cues of a clip, or over all."""

    median: float
    worst: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A target, the figure that is held against it, and whether it is met (None = no figure)."""

    title: str
    wanted: str
    found: str
    met: bool | None


def worst(column: Column, values: Sequence[float]) -> float:
    """Return the worst of some values by the better direction of a column; NaN for none."""
    known = [value for value in values if not np.isnan(value)]
    if not known:
        return float("nan")
    if column.better == "high":
        return min(known)
    if column.better == "real":
        band = real_music().quantiles(column.real, column.name)
        middle = band[1] if band else float(np.median(known))
        return max(known, key=lambda value: abs(value - middle))
    return max(known)


def median(values: Sequence[float]) -> float:
    """Return the median of what is known, NaN for nothing."""
    known = [value for value in values if not np.isnan(value)]
    return float(np.median(known)) if known else float("nan")


def figures(column: Column, cues: Sequence[Scored]) -> Figures:
    """Return median and worst of a column; hits and lift of several cues are pooled."""
    values = [cue.values.get(column.name, float("nan")) for cue in cues]
    middle = pooled(column, cues) if column.judged == "pooled" else median(values)
    return Figures(median=middle, worst=worst(column, values))


def pooled(column: Column, cues: Sequence[Scored], kind: str = "values") -> float:
    """Return a column over all hits of some cues: every hit counts the same."""
    rows = [getattr(cue, kind) for cue in cues]
    rows = [row for row in rows if row.get("hits", 0.0) > 0]
    if not rows:
        return float("nan")
    weights = np.array([row["hits"] for row in rows])

    def over(name: str) -> float:
        return float(np.average([row[name] for row in rows], weights=weights))

    if column.name == "accent_lift":
        chance = over("accent_chance")
        return over("accent_rate") / chance if chance > 0 else float("nan")
    return over(column.name)


def control(column: Column, cues: Sequence[Scored], kind: str) -> float:
    """Return a column of a control (``random`` or ``shifted``) over all cues."""
    if column.judged == "pooled":
        known = [cue for cue in cues if column.name in getattr(cue, kind)]
        return pooled(column, known, kind)
    return median([getattr(cue, kind).get(column.name, float("nan")) for cue in cues])


def between(run: Run) -> dict[str, dict[str, float]]:
    """Return the columns across cues: of the cues, of random notes, of the clips' own scores."""
    by_seed = _groups(run.scored, [cue.seed for cue in run.scored])
    by_clip = _groups(run.scored, [cue.clip for cue in run.scored])
    themes = [cue.moves for cue in run.scored]
    pairs = list(itertools.combinations(run.scored, 2))
    apart = [across.theme_distance(a.moves, b.moves) for a, b in pairs if a.clip != b.clip]
    seeds = [across.theme_distance(a.moves, b.moves) for a, b in pairs if a.clip == b.clip]
    near = [_nearest(cue, group) for group in by_seed for cue in group]
    own = [one.own_chroma for one in run.seen if one.own_chroma is not None]
    cues = {
        "diversity": mean([across.diversity([c.chroma for c in group]) for group in by_seed]),
        "diversity_seeds": mean([across.diversity([c.chroma for c in group]) for group in by_clip]),
        "theme_distance": median(apart),
        "theme_nearest": median(near),
        "theme_seeds": median(seeds),
        "mix_diversity": mean([_mixes(group) for group in by_seed]),
    }
    random = mean([across.diversity([c.random_chroma for c in group]) for group in by_seed])
    return {
        "cues": cues if themes else {},
        "random": {"diversity": random},
        "own": {"mix_diversity": across.diversity(own)},
    }


def _mixes(group: Sequence[Scored]) -> float:
    return across.diversity([cue.mix_chroma for cue in group if cue.mix_chroma is not None])


def _nearest(cue: Scored, group: Sequence[Scored]) -> float:
    found = [across.theme_distance(cue.moves, o.moves) for o in group if o.clip != cue.clip]
    known = [value for value in found if not np.isnan(value)]
    return min(known) if known else float("nan")


def _groups(cues: Sequence[Scored], keys: Sequence[object]) -> list[list[Scored]]:
    groups: dict[object, list[Scored]] = {}
    for cue, key in zip(cues, keys, strict=True):
        groups.setdefault(key, []).append(cue)
    return list(groups.values())


@cache
def bands() -> dict[str, dict[str, tuple[float, float]]]:
    """Return the declared bands of idioms without a sung theme."""
    tree = tomllib.loads(_BANDS.read_text("utf-8"))
    return {
        idiom: {name: (float(low), float(high)) for name, (low, high) in rows.items()}
        for idiom, rows in tree.items()
    }


def verdicts(run: Run) -> tuple[Verdict, ...]:
    """Hold the run against the targets.

    Returns
    -------
    tuple of Verdict
        First the targets of single columns, then the melody's, then those across cues.
    """
    found = [_limit(column, run.scored) for column in COLUMNS if _limited(column)]
    found += [_melody(column, run.scored) for column in LINE if column.better in ("real", "low")]
    across_cues = between(run)["cues"]
    diversity = real_music().quantiles("chorales", "diversity")
    if diversity is not None:
        found.append(
            _least("chroma diversity of clips", across_cues.get("diversity"), diversity[1])
        )
    near = across_cues.get("theme_nearest")
    found.append(_least("nearest other clip's theme, median", near, LEAST_NEAREST))
    total = len(run.scored) + len(run.failed)
    found.append(
        Verdict(
            title="cues without a failure",
            wanted="all",
            found=f"{len(run.scored)} of {total}",
            met=not run.failed if total else None,
        )
    )
    return tuple(found)


def _limited(column: Column) -> bool:
    return column.least is not None or column.most is not None


def _limit(column: Column, cues: Sequence[Scored]) -> Verdict:
    judged = [cue for cue in cues if not column.freed & set(cue.idioms)]
    found = figures(column, judged)
    value = found.worst if column.judged == "worst" else found.median
    if column.least is not None:
        sign, limit, met = "≥", column.least, value >= column.least - 1e-9
    else:
        limit = column.most if column.most is not None else 0.0
        sign, met = "≤", value <= limit + 1e-9
    return Verdict(
        title=column.title.strip(),
        wanted=f"{sign} {show(column, limit)}",
        found=f"{show(column, value)} ({_OF[column.judged]})",
        met=None if np.isnan(value) else bool(met),
    )


_OF: Final = {"worst": "worst cue", "median": "median", "pooled": "all hits"}


def _least(title: str, value: float | None, least: float) -> Verdict:
    known = value is not None and not np.isnan(value)
    return Verdict(
        title=title,
        wanted=f"≥ {least:.2f}",
        found=f"{value:.2f}" if known else "-",
        met=bool(value is not None and value >= least) if known else None,
    )


def _melody(column: Column, cues: Sequence[Scored]) -> Verdict:
    """Judge a melodic column cue by cue: as many cues as real tunes are to lie in the band."""
    inside: list[bool] = []
    out: list[str] = []
    for cue in cues:
        value = cue.values.get(column.name, float("nan"))
        band = band_of(column, cue.idioms[0], notes=int(cue.values["line_notes"]))
        if band is None or np.isnan(value):
            continue
        inside.append(band[0] - 1e-9 <= value <= band[1] + 1e-9)
        if not inside[-1]:
            limits = f"{show(column, band[0])} to {show(column, band[1])}"
            out.append(f"{cue.idioms[0]} {show(column, value)} not {limits}")
    few = "; ".join(dict.fromkeys(out[:3]))
    return Verdict(
        title=column.title.strip(),
        wanted=f"{_INSIDE:.0%} of cues in band",
        found=f"{sum(inside)} of {len(inside)}" + (f" ({few})" if few else ""),
        met=None if not inside else sum(inside) >= _INSIDE * len(inside),
    )


def band_of(column: Column, idiom: str, *, notes: int) -> tuple[float, float] | None:
    """Return where a melodic column of an idiom is to lie; None where nothing is said.

    The middle 80 % of the real tunes that a sung theme of so many notes is held against (from 0
    for a distance), or the declared band of another idiom.
    """
    if idiom not in SUNG:
        return bands().get(idiom, {}).get(column.name)
    real = real_music().quantiles_of_length(SUNG[idiom], column.name, notes)
    if real is None:
        return None
    return (0.0 if column.better == "low" else real[0]), real[2]


def show(column: Column, value: float) -> str:
    """Return a value as it is printed, without its unit but for shares; a dash for none."""
    if np.isnan(value):
        return "-"
    if column.unit == "%":
        return f"{100 * value:.0f}%"
    if column.unit in ("n",):
        return f"{value:.0f}"
    if column.unit in ("st", "s", "x"):
        return f"{value:.1f}"
    return f"{value:.2f}"
