"""Compare who makes the rhythm: drawn bars, CMT's rules, the transformer.

::

    python -m benchmarks.rhythm CLIPS... [--seeds N] [--out DIR]

``CLIPS`` are films, or cue folders made as far as ``tempo``. Each is composed with each writer and
seed. The cues stay in ``DIR/<writer>/<clip>-<seed>``, ready for ``python -m benchmarks.blind
versions``. Correlations are of ranks over the bars in which something sounds.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from filmcomposer_core.assessment.measures.notes import rank_correlation
from filmcomposer_core.composition.rhythm import Metre, draw_bar
from filmcomposer_core.composition.tables import style_of
from filmcomposer_core.contracts.clip import Curves
from filmcomposer_core.contracts.rhythm import DRAWN, RHYTHMS, TICKS, BarAsked, RhythmPoint
from filmcomposer_core.cue import Cue
from filmcomposer_core.cue_folder import open_folder
from filmcomposer_core.pipeline import run_cue
from filmcomposer_core.rhythm import rhythm_writer
from filmcomposer_core.rhythm.motion import motion_per_bar
from filmcomposer_core.rhythm.write import CONTRAST
from filmcomposer_core.seeding import rng_for
from filmcomposer_core.timeline import Timeline

_SIXTEENTH = TICKS // 4
#: Bars from which a correlation says something.
_LEAST = 6
Row = dict[str, float]
Points = Sequence[tuple[RhythmPoint, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What rhythm is written for: bars that are all free, the picture's motion, the idiom."""

    bars: tuple[BarAsked, ...]
    curves: Curves
    idiom: str


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.rhythm", description=__doc__)
    parser.add_argument("clips", type=Path, nargs="+")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    out = given.out or Path(tempfile.mkdtemp(prefix="filmcomposer-rhythm-"))
    rows: dict[str, list[Row]] = {kind: [] for kind in RHYTHMS}
    for clip in given.clips:
        seen = clip if clip.is_dir() else _seen(clip, out)
        for seed in range(1, given.seeds + 1):
            for kind in RHYTHMS:
                folder = out / kind / f"{clip.stem}-{seed}"
                rows[kind].append(_cue_row(seen, folder, kind, seed))
                print(folder, _told(rows[kind][-1]), flush=True)
    (out / "rows.json").write_text(json.dumps(rows, indent=1), "utf-8")
    print(table(rows))
    print(against_drawn(rows, seeds=given.seeds))


def _seen(clip: Path, out: Path) -> Path:
    folder = out / "seen" / clip.stem
    run_cue(folder, changes={"clip": str(clip.absolute())}, until="tempo")
    return folder


def _cue_row(seen: Path, folder: Path, kind: str, seed: int) -> Row:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(seen, folder)
    run_cue(folder, changes={"seed": seed, "rhythm": kind}, until="compose")
    with open_folder(folder) as opened:
        ledger = opened.load_ledger()
        assert ledger is not None
        cue = Cue(opened, ledger, lambda _: None)
        ground = _ground(cue)
        theme = _theme(cue, ground)
        velocities = _velocities(cue, ground)
    verdict = _verdict(folder)
    begin = time.perf_counter()
    alone = _alone(ground, kind, seed)
    took_ms = 1000 * (time.perf_counter() - begin)
    return {
        **{f"points {name}": value for name, value in _follow(alone, ground).items()},
        "points accents": float("nan") if kind == DRAWN else _accents(alone, ground),
        **{f"theme {name}": value for name, value in _follow(theme, ground).items()},
        "theme accents": _correlate(velocities, [m.saliency for m in _motion(ground)]),
        "musicality": verdict["musicality"] / max(1, verdict["judged"]),
        "ms a bar": took_ms / len(ground.bars),
    }


def _ground(cue: Cue) -> Ground:
    plan, curves = cue.value("plan.toml"), cue.value("curves.npz")
    timeline = Timeline(cue.value("tempo.json").map.points)
    duration_s = cue.value("analysis.json").clip.duration_s
    density = style_of(plan.idiom).density
    bars = timeline.bars_until(duration_s)[: plan.last_bar]
    asked = []
    for bar in bars:
        end_s = timeline.time_at(bar.end_beat)
        asked.append(
            BarAsked(
                number=bar.number, num=bar.num, den=bar.den, start_s=bar.start_s, end_s=end_s,
                notes=density * (end_s - bar.start_s), place=(bar.number - 1) % 8,
                close=bar.number % 4 == 0,
            )
        )  # fmt: skip
    return Ground(bars=tuple(asked), curves=curves, idiom=plan.idiom)


def _alone(ground: Ground, kind: str, seed: int) -> Points:
    """Return the rhythm of all bars without motifs.

    Drawn bars follow the motion as widely as the transformer's, so that writers are compared.
    """
    writer = rhythm_writer(kind, ground.curves, seed=seed, attempt=1)
    if writer is not None:
        return writer(ground.bars)
    rng, known, found = rng_for(seed, "benchmark", "rhythm"), [], []
    for bar, moved in zip(ground.bars, _motion(ground), strict=True):
        onsets = draw_bar(
            style_of(ground.idiom),
            Metre(num=bar.num, den=bar.den, seconds=bar.seconds),
            close=bar.close,
            density=bar.notes / bar.seconds * (1.0 + CONTRAST * (moved.speed_rank - 0.5)),
            hits=(), known=known, fresh=0.4, rng=rng,
        )  # fmt: skip
        known.append(onsets)
        found.append(tuple(RhythmPoint(start=a, length=b) for a, b in onsets))
    return found


def _theme(cue: Cue, ground: Ground) -> Points:
    """Return the rhythm of the theme as written, by bar."""
    timeline = Timeline(cue.value("tempo.json").map.points)
    notes = cue.value("melody.mid").notes
    found = []
    for bar in ground.bars:
        first = timeline.beat_at(bar.start_s)
        found.append(
            tuple(
                RhythmPoint(
                    start=max(0, round((n.beat - first) * TICKS)),
                    length=max(1, round(n.length * TICKS)),
                )
                for n in notes
                if first - 1e-6 <= n.beat < first + bar.ticks / TICKS - 1e-6
            )
        )
    return found


def _velocities(cue: Cue, ground: Ground) -> list[float]:
    """Return by how much each bar is struck above its section's mean; NaN for silent bars."""
    plan, notes = cue.value("plan.toml"), cue.value("melody.mid").notes
    timeline = Timeline(cue.value("tempo.json").map.points)
    found = [float("nan")] * len(ground.bars)
    for section in plan.sections:
        inside = []
        for bar in ground.bars[section.start - 1 : section.start - 1 + section.bars]:
            first = timeline.beat_at(bar.start_s)
            last = first + bar.ticks / TICKS
            row = [n.velocity for n in notes if first - 1e-6 <= n.beat < last - 1e-6]
            inside.append(statistics.fmean(row) if row else float("nan"))
        known = [v for v in inside if not np.isnan(v)]
        middle = statistics.fmean(known) if known else 0.0
        for i, value in enumerate(inside):
            found[section.start - 1 + i] = value - middle
    return found


def _motion(ground: Ground):  # type: ignore[no-untyped-def]
    return motion_per_bar(ground.curves, ground.bars)


def _follow(points: Points, ground: Ground) -> Row:
    rates = [
        len(row) / bar.seconds if row else float("nan")
        for row, bar in zip(points, ground.bars, strict=True)
    ]
    return {
        "density": _correlate(rates, [moved.speed for moved in _motion(ground)]),
        "groove": groove(points, ground.bars),
        "onsets a bar": statistics.fmean([len(row) for row in points if row] or [0.0]),
    }


def _accents(points: Points, ground: Ground) -> float:
    levels = [statistics.fmean([p.level for p in row]) if row else float("nan") for row in points]
    return _correlate(levels, [moved.saliency for moved in _motion(ground)])


def _correlate(values: Sequence[float], others: Sequence[float]) -> float:
    kept = [(a, b) for a, b in zip(values, others, strict=True) if not np.isnan(a)]
    if len(kept) < _LEAST:
        return float("nan")
    one, other = np.array(kept).T
    return float(rank_correlation(one, other))


def groove(points: Points, bars: Sequence[BarAsked]) -> float:
    """Return how alike neighbouring bars of one metre are: 1 - share of sixteenths that differ."""
    found = []
    for (a, bar), (b, after) in pairwise(zip(points, bars, strict=True)):
        if a and b and (bar.num, bar.den) == (after.num, after.den):
            one, other = ({p.start // _SIXTEENTH for p in row} for row in (a, b))
            found.append(1.0 - len(one ^ other) * _SIXTEENTH / bar.ticks)
    return statistics.fmean(found) if found else float("nan")


def _verdict(folder: Path) -> Row:
    tries = json.loads((folder / "candidates" / "tries.json").read_text("utf-8"))
    rows = tries["tries"] if isinstance(tries, dict) else tries
    kept = next(row["number"] for row in rows if row["kept"])
    path = folder / "candidates" / str(kept) / "assessment.json"
    verdict = json.loads(path.read_text("utf-8"))
    judged = sum(criterion.get("score") is not None for criterion in verdict["criteria"])
    return {"musicality": float(verdict["musicality"]), "judged": float(judged)}


def _told(row: Row) -> str:
    return ", ".join(f"{name} {value:.2f}" for name, value in row.items())


def table(rows: dict[str, list[Row]]) -> str:
    """Return means over all cues that have a value, a line a measure."""
    lines = ["| | " + " | ".join(rows) + " |", "|---" * (1 + len(rows)) + "|"]
    for name in next(iter(rows.values()))[0]:
        means = []
        for some in rows.values():
            known = [row[name] for row in some if not np.isnan(row[name])]
            means.append(f"{statistics.fmean(known):.2f} ({len(known)})" if known else "–")
        lines.append(f"| {name} | " + " | ".join(means) + " |")
    return "\n".join(lines)


def against_drawn(rows: dict[str, list[Row]], *, seeds: int) -> str:
    """Return the gains over drawn rhythm with 95 % intervals, clips drawn with replacement."""
    rng, lines = np.random.default_rng(1), []
    for kind in (kind for kind in rows if kind != DRAWN):
        for name in ("theme density", "theme accents", "theme groove", "musicality"):
            gains = [a[name] - b[name] for a, b in zip(rows[kind], rows[DRAWN], strict=True)]
            clips = [gains[i : i + seeds] for i in range(0, len(gains), seeds)]
            means = [np.nanmean(clip) for clip in clips if not np.isnan(clip).all()]
            if means:
                many = [rng.choice(means, len(means)).mean() for _ in range(4000)]
                low, high = np.percentile(many, [2.5, 97.5])
                lines.append(f"{kind}, {name}: {np.mean(means):+.3f} ({low:+.3f} to {high:+.3f})")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
