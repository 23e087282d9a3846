"""Measure music21's public-domain tunes and chorales: ``python -m tools.music_reference``.

Writes ``filmcomposer_core/evaluation/real_music.json``: quantiles 10, 50 and 90 of every column by
set, those of a tune's beginnings of several lengths, and the interval profile of the tunes. Only
these figures are kept, no music.

- ``tunes``: O'Neill's collection (1850 tunes), Aird's airs, Ryan's Mammoth Collection and the
  American fife and Northumbrian tunes of music21 10.5. The tunes are in the public domain;
  transcribed into ABC by the volunteers named in the files.
- ``slow``: those of O'Neill's that are marked slow, tender, plaintive, mournful or with feeling.
- ``chorales``: four-part chorales of J. S. Bach.

The Essen collection (non-commercial permission only) and Palestrina are left out. It takes about
fifteen minutes on one core; ``--every N`` takes each Nth tune.
"""

from __future__ import annotations

import argparse
import itertools
import json
import re
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from filmcomposer_core.assessment.measures.notes import Floats, Notes
from filmcomposer_core.evaluation import across, intervals
from filmcomposer_core.evaluation.piece import Piece, notes_from, piece_of_lines
from filmcomposer_core.evaluation.reference import FILE
from filmcomposer_core.evaluation.symbolic import measure_line, measure_notes, measure_voices
from filmcomposer_core.seeding import rng_for

FOLDERS = ("oneills1850", "airdsAirs", "ryansMammoth", "miscFolk")
_SLOW = re.compile(r"slow|tender|plaintive|mournful|feeling|expression", re.IGNORECASE)
_LEAST_BARS = 8
_LEAST_NOTES = 24
#: Pairs and groups that the figures between pieces are drawn from; the size of a group.
_PAIRS, _GROUPS, _GROUP = 3000, 300, 9
#: Notes of the beginnings that short themes are held against; bars are not cut.
_BEGINNINGS = (8, 16, 32, 64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Real:
    """A piece of real music and the sets it belongs to."""

    piece: Piece
    sets: tuple[str, ...]


def _line(part: Any) -> tuple[Notes, float, tuple[int, int]] | None:
    """Return the notes of a part as written, its pickup in beats and its signature."""
    signatures = {
        (s.numerator, s.denominator) for s in part.recurse().getElementsByClass("TimeSignature")
    }
    if len(signatures) != 1:
        return None
    num, den = signatures.pop()
    rows = []
    flat = part.flatten().stripTies()
    for item in flat.notes:
        length = float(item.quarterLength)
        if length > 0:
            top = max(int(p.midi) for p in item.pitches)
            rows.append((float(item.offset), length, top))
    first = next(iter(part.recurse().getElementsByClass("Measure")), None)
    lead = 0.0 if first is None else float(first.highestTime)
    lead = lead if lead < num * 4.0 / den - 1e-6 else 0.0
    rows = _single(rows)
    return (notes_from(rows), lead, (num, den)) if rows else None


def _single(rows: list[tuple[float, float, int]]) -> list[tuple[float, float, int]]:
    """Return one note an onset, none longer than to the next."""
    best: dict[float, tuple[float, float, int]] = {}
    for row in rows:
        if row[0] not in best or best[row[0]][2] < row[2]:
            best[row[0]] = row
    ordered = [best[key] for key in sorted(best)]
    cut = [(b, min(n, after[0] - b), p) for (b, n, p), after in itertools.pairwise(ordered)]
    return [*cut, *ordered[-1:]]


def tunes(every: int) -> Iterator[Real]:
    """Read the tunes one by one."""
    from music21 import converter, corpus

    number = -1
    for folder in FOLDERS:
        for path in sorted(p for p in corpus.getPaths() if p.parent.name == folder):
            for block in re.split(r"(?m)^(?=X:)", path.read_text("utf-8", errors="replace"))[1:]:
                number += 1
                if number % every:
                    continue
                try:
                    found = _line(converter.parse(block, format="abc"))
                except Exception as exc:  # noqa: BLE001 - many transcriptions are faulty
                    sys.stderr.write(f"{path.name}: {type(exc).__name__}\n")
                    continue
                if found is None or len(found[0]) < _LEAST_NOTES:
                    continue
                notes, lead, (num, den) = found
                slow = folder == "oneills1850" and _SLOW.search(block.split("K:")[0]) is not None
                piece = piece_of_lines([notes], num=num, den=den, lead=lead)
                yield Real(piece=piece, sets=("tunes", "slow") if slow else ("tunes",))


def chorales(every: int) -> Iterator[Real]:
    """Read the four-part chorales one by one."""
    from music21 import corpus

    for path in corpus.getComposer("bach", fileExtensions=("mxl",))[::every]:
        score: Any = corpus.parse(path)
        found = [_line(part) for part in score.parts] if len(score.parts) == 4 else []
        lines = [item for item in found if item is not None]
        if len(lines) == 4 and len({item[2] for item in lines}) == 1:
            _, lead, (num, den) = lines[0]
            piece = piece_of_lines([item[0] for item in lines], num=num, den=den, lead=lead)
            yield Real(piece=piece, sets=("chorales",))


def _quantiles(values: Iterable[float]) -> list[float] | None:
    known = np.array([value for value in values if not np.isnan(value)])
    if known.size < 8:
        return None
    return [round(float(q), 4) for q in np.quantile(known, [0.1, 0.5, 0.9])]


def _between(pieces: Sequence[Piece], name: str) -> dict[str, list[float] | None]:
    """Return theme distances of random pairs and to the nearest, and chroma diversity."""
    rng = rng_for(1, "real music", name)
    themes = [across.theme_moves(piece.line) for piece in pieces]
    chosen = rng.integers(len(pieces), size=(_PAIRS, 2))
    pairs = [across.theme_distance(themes[a], themes[b]) for a, b in chosen.tolist() if a != b]
    some = rng.choice(len(pieces), size=min(len(pieces), 60), replace=False).tolist()
    # The nearest of eight others: as many as a run of nine clips has. (It is nearer among more.)
    near = []
    for one in some:
        others = rng.permutation([i for i in range(len(pieces)) if i != one])[: _GROUP - 1]
        near.append(min(across.theme_distance(themes[one], themes[i]) for i in others.tolist()))
    chromas = [across.chroma(p.pitched if p.voices else p.line, float(p.lines[-1])) for p in pieces]
    size = min(_GROUP, len(pieces))
    groups = [rng.choice(len(pieces), size=size, replace=False).tolist() for _ in range(_GROUPS)]
    spread = [across.diversity([chromas[i] for i in group]) for group in groups]
    return {
        "theme_distance": _quantiles(pairs),
        "theme_nearest": _quantiles(near),
        "diversity": _quantiles(spread),
    }


def _set(name: str, pieces: Sequence[Piece], profile: Floats) -> dict[str, Any]:
    rows = [measure_line(p, profile=profile) | measure_voices(p) for p in pieces]
    columns = {key: _quantiles(row.get(key, np.nan) for row in rows) for key in rows[0]}
    columns |= _between(pieces, name)
    tunes = [piece for piece in pieces if not piece.voices]
    return {
        "pieces": len(pieces),
        "columns": {key: value for key, value in columns.items() if value is not None},
        "beginnings": {str(n): _beginnings(tunes, n, profile) for n in _BEGINNINGS if tunes},
    }


def _beginnings(pieces: Sequence[Piece], notes: int, profile: Floats) -> dict[str, list[float]]:
    some = [beginning(piece, notes) for piece in pieces if len(piece.line) > notes]
    rows = [measure_notes(line, lines, profile=profile) for line, lines in some]
    found = {key: _quantiles(row[key] for row in rows) for key in rows[0]} if rows else {}
    return {key: value for key, value in found.items() if value is not None}


def beginning(piece: Piece, notes: int) -> tuple[Notes, Floats]:
    """Return the first whole bars of a tune that hold so many notes, and their bar lines."""
    lines = piece.lines
    ends = [n for n in range(1, lines.size) if len(piece.line.between(0.0, lines[n])) >= notes]
    return piece.line.between(0.0, lines[ends[0]]), lines[: ends[0] + 1]


def main(words: Sequence[str] | None = None) -> None:
    """Measure and write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument(
        "--every",
        type=int,
        default=1,
        metavar="N",
        help="take each Nth tune and three times as many of the chorales",
    )
    every = parser.parse_args(words).every
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        real = [*tunes(every), *chorales(max(1, every // 3))]
    real = [item for item in real if len(item.piece.bars) >= _LEAST_BARS]
    by_set = {
        name: [item.piece for item in real if name in item.sets]
        for name in ("tunes", "slow", "chorales")
    }
    moves = np.concatenate([intervals.moves(piece.line) for piece in by_set["tunes"]])
    clipped = np.clip(moves, -intervals.WIDEST, intervals.WIDEST) + intervals.WIDEST
    profile = np.bincount(clipped, minlength=2 * intervals.WIDEST + 1) / moves.size
    tree = {
        "source": "music21 corpus, public-domain tunes and chorales; see tools/music_reference",
        "every": every,
        "intervals": [round(float(share), 5) for share in profile],
        "sets": {name: _set(name, pieces, profile) for name, pieces in by_set.items() if pieces},
    }
    FILE.write_text(json.dumps(tree, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"{ {name: len(pieces) for name, pieces in by_set.items()} }\n")


if __name__ == "__main__":
    main()
