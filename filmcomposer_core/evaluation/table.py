"""The result of a run as a table to read and as a tree to keep."""

from __future__ import annotations

import math
from typing import Any

from filmcomposer_core.evaluation.bench import Run
from filmcomposer_core.evaluation.columns import ACROSS, COLUMNS, Column
from filmcomposer_core.evaluation.cues import Scored, mean
from filmcomposer_core.evaluation.reference import real_music
from filmcomposer_core.evaluation.summary import (
    between,
    control,
    figures,
    show,
    verdicts,
)

_TITLE_WIDTH, _CELL_WIDTH = 34, 15
_REAL_WIDTH = 17


def _by_clip(run: Run) -> dict[str, list[Scored]]:
    groups: dict[str, list[Scored]] = {}
    for cue in run.scored:
        groups.setdefault(cue.clip, []).append(cue)
    return groups


def table(run: Run) -> str:
    """Return the run as text.

    Parameters
    ----------
    run : Run
        All cues.

    Returns
    -------
    str
        A row for each column of measure: median and worst seed of each clip, median and worst of
        all cues, real music, random notes, the music shifted in time; then the targets.
    """
    clips = _by_clip(run)
    letters = [_letter(number) for number in range(len(clips))]
    rows = [
        f"{letter}  {name}: {', '.join(dict.fromkeys(cue.idioms[0] for cue in cues))}"
        for letter, (name, cues) in zip(letters, clips.items(), strict=True)
    ]
    head = ["", *letters, "all", "real 10/50/90", "own scores", "random", "shifted"]
    rows += ["", _row(head), _row(["", *["med (worst)"] * (len(clips) + 1), "", "", "", ""])]
    for column in COLUMNS:
        groups = [*clips.values(), list(run.scored)]
        if any(column.name in cue.values for cue in run.scored):
            rows.append(_row(_cells(column, groups, run)))
    rows += ["", *_across(run), "", *_targets(run), "", *_footer(run)]
    return "\n".join(rows)


def _letter(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else f"#{number + 1}"


def _row(cells: list[str]) -> str:
    title, *rest = cells
    widths = [_CELL_WIDTH] * (len(rest) - 4) + [_REAL_WIDTH, _CELL_WIDTH, 9, 9]
    return f"{title:<{_TITLE_WIDTH}}" + "".join(
        f"{cell:>{width}}" for cell, width in zip(rest, widths, strict=True)
    )


def _cells(column: Column, groups: list[list[Scored]], run: Run) -> list[str]:
    cells = [column.title]
    for cues in groups:
        found = figures(column, cues)
        cells.append(f"{show(column, found.median)} ({show(column, found.worst)})")
    own = [_own(column, seen.own) for seen in run.seen if seen.own]
    return [
        *cells,
        _real(column),
        show(column, mean(own)),
        show(column, control(column, run.scored, "random")),
        show(column, control(column, run.scored, "shifted")),
    ]


def _own(column: Column, values: dict[str, float]) -> float:
    """Return a column of a clip's own score; what is measured on our mix is measured on it."""
    same = {
        "mix_hits": "strong_hits",
        "mix_lift": "accent_lift",
        "mix_loudness_motion": "loudness_motion",
        "mix_silence": "silence",
    }
    return values.get(same.get(column.name, column.name), math.nan)


def _real(column: Column) -> str:
    found = real_music().quantiles(column.real, column.name)
    return "/".join(show(column, value) for value in found) if found else "-"


def _across(run: Run) -> list[str]:
    found = between(run)
    rows = []
    for column in ACROSS:
        value = found["cues"].get(column.name, math.nan)
        if math.isnan(value):
            continue
        name = "theme_distance" if column.name == "theme_seeds" else column.name
        real = real_music().quantiles(column.real, name)
        against = "/".join(show(column, q) for q in real) if real else "-"
        own = found["own"].get(column.name, math.nan)
        random = found["random"].get(column.name, math.nan)
        rows.append(
            f"{column.title:<{_TITLE_WIDTH}}{show(column, value):>{_CELL_WIDTH}}"
            f"   real {against}   own scores {show(column, own)}   random {show(column, random)}"
        )
    return rows


def _targets(run: Run) -> list[str]:
    found = verdicts(run)
    rows = []
    for title, met in (("Targets missed", False), ("Targets met", True), ("Not judged", None)):
        chosen = [v for v in found if v.met is met]
        rows.append(f"{title}: {len(chosen)}")
        rows += [f"  {v.title:<36} {v.wanted:<24} {v.found}" for v in chosen]
    return rows


def _footer(run: Run) -> list[str]:
    rows = [f"failed: {f.clip}, seed {f.seed}: {f.why}" for f in run.failed]
    long = [60.0 * cue.work_s / cue.duration_s for cue in run.scored if cue.duration_s >= 20.0]
    if long:
        rows.append(f"planning to mix scheme: {mean(long):.1f} s for 60 s of picture")
    counts = real_music().counts
    real = ", ".join(f"{n} {name}" for name, n in counts.items())
    rows.append(f"real music: {real}; own scores: {sum(bool(s.own) for s in run.seen)} clips")
    return rows


def tree(run: Run) -> dict[str, Any]:
    """Return the run as a tree for JSON: every cue with its controls, the columns, the targets."""
    found: dict[str, Any] = _clean(
        {
            "columns": [
                {"name": c.name, "title": c.title.strip(), "unit": c.unit, "better": c.better}
                for c in (*COLUMNS, *ACROSS)
            ],
            "cues": [
                {
                    "clip": cue.clip,
                    "seed": cue.seed,
                    "idioms": list(cue.idioms),
                    "duration_s": cue.duration_s,
                    "work_s": cue.work_s,
                    "values": cue.values,
                    "random": cue.random,
                    "shifted": cue.shifted,
                }
                for cue in run.scored
            ],
            "own_scores": {one.clip: one.own for one in run.seen if one.own},
            "across": between(run),
            "targets": [
                {"title": v.title, "wanted": v.wanted, "found": v.found, "met": v.met}
                for v in verdicts(run)
            ],
            "failed": [{"clip": f.clip, "seed": f.seed, "why": f.why} for f in run.failed],
        }
    )
    return found


def _clean(tree: Any) -> Any:
    """Return a tree without numbers that JSON has no word for, and rounded."""
    if isinstance(tree, dict):
        return {key: _clean(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_clean(value) for value in tree]
    if isinstance(tree, float):
        return round(tree, 5) if math.isfinite(tree) else None
    return tree
