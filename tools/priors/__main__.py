"""Learn the composer's priors from music21's corpus.

::

    python -m tools.priors filmcomposer_core/composition/priors

Needs music21 (the extra ``test``) and about three minutes; the product itself never needs it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import music21

from filmcomposer_core.composition.learned import BEST_ORDER
from tools.priors import harmony, shapes
from tools.priors.chorales import Chorale, read_chorales
from tools.priors.compare import compare_bars, compare_notes
from tools.priors.families import families, folds, held_out, share_of
from tools.priors.melody import bits_of, count, merged, pruned
from tools.priors.rhythms import bar_tables, length_moves
from tools.priors.tunes import Tune, read_tunes
from tools.priors.write import (
    bars_of,
    comparison_text,
    source_text,
    steps_text,
    toml_text,
)

HELD: Final = 0.1
FOLDS: Final = 5
_KINDS: Final = ("slow", "folk")


def surprises(tunes: Sequence[Tune]) -> dict[str, list[float]]:
    """Return the band of bits per note over the settled tunes of each kind.

    Notes
    -----
    Each half of the families is judged by what was learned from the other half.
    """
    halves = [share_of(f"half {root}") < 0.5 for root in families(tunes)]
    found: dict[str, list[float]] = {kind: [] for kind in _KINDS}
    for side in (False, True):
        counts = pruned(count(t for t, h in zip(tunes, halves, strict=True) if h != side))
        for kind in _KINDS:
            model = merged(counts, kind)
            found[kind] += [
                bits_of(model, [tune], order=BEST_ORDER[kind])
                for tune, half in zip(tunes, halves, strict=True)
                if half == side and tune.kind == kind and tune.settled
            ]
    return {kind: shapes.band(values) for kind, values in found.items()}


def learn(tunes: Sequence[Tune], chorales: Sequence[Chorale]) -> dict[str, str]:
    """Return the files by name."""
    kinds = {kind: [tune for tune in tunes if tune.kind == kind] for kind in _KINDS}
    figures: dict[str, Any] = {kind: shapes.summary(some) for kind, some in kinds.items()}
    for kind, band in surprises(tunes).items():
        figures[kind]["bands"]["surprise"] = band
    rhythms = {
        kind: {**bars_of(bar_tables(some)), "lengths": _as_text(length_moves(some))}
        for kind, some in kinds.items()
    }
    held = held_out(tunes, share=HELD)
    parts = [[t for t, h in zip(tunes, held, strict=True) if h == side] for side in (False, True)]
    notes = {
        "slow": compare_notes(folds(tunes, FOLDS), "slow"),
        "folk": compare_notes([(parts[0], parts[1])], "folk"),
    }
    comparison = comparison_text(notes, compare_bars(parts[0], parts[1]))
    return {
        "steps.csv": steps_text(pruned(count(tunes))),
        "figures.toml": toml_text(figures, note="Shares in percent; bands are p10, p50, p90."),
        "rhythms.toml": toml_text(rhythms, note="Bars with their share in percent."),
        "harmony.toml": toml_text(harmony.summary(chorales), note="Shares in percent."),
        "SOURCE.md": source_text(
            tunes,
            chorales,
            version=music21.__version__,
            comparison=comparison,
        ),
    }


def _as_text(moves: dict[str, dict[str, dict[int, int]]]) -> dict[str, dict[str, str]]:
    return {
        metre: {key: " ".join(f"{n}:{c}" for n, c in row.items()) for key, row in table.items()}
        for metre, table in moves.items()
    }


def main(arguments: Sequence[str]) -> int:
    """Write the prior files into a folder."""
    parser = argparse.ArgumentParser(prog="python -m tools.priors", description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUT", help="folder for the files")
    out: Path = parser.parse_args(arguments).out
    out.mkdir(parents=True, exist_ok=True)
    for name, text in learn(read_tunes(), list(read_chorales())).items():
        (out / name).write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
