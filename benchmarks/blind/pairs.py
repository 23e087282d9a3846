"""Pairs for readers: which side is whose is drawn by lot, half of the time each."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

#: What a reader is asked, for pairs of two versions of a theme for the same film.
RUBRIC = """\
You read as a film composer. Each file holds two themes, A and B, as ABC. Judge each pair by itself:
1. theme: a motif with a face, singable, remembered after one hearing
2. development: what becomes of the motif (sequence, variation, contrast, return), phrases that
   answer one another
3. harmony: lines that sit on their chords, cadences that close, tension where it belongs
4. fit: the line follows its plan (sections, tension, climax, ending), where one is given
Answer one line a pair: `NUMBER,A` or `NUMBER,B` for the better theme as a whole. No ties.
"""
#: And for pairs of which one is a machine's.
WHOSE = """\
You read as a film composer. Each file holds two tunes, A and B, as ABC. One was written by a
machine, one is a tune of the 18th or 19th century. Answer one line a pair: `NUMBER,A` or `NUMBER,B`
for the one that you take for the machine's. No ties.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two texts to compare; ``ours`` is the one whose wins are counted."""

    name: str
    ours: str
    other: str


def write_pairs(pairs: Sequence[Pair], out: Path, *, rubric: str, seed: int) -> None:
    """Write ``01.txt`` ..., ``RUBRIC.md``, and beside the folder the key that readers must not see.

    Parameters
    ----------
    pairs : sequence of Pair
    out : Path
        Made if need be. The key is ``OUT.key.json``: number to side and name.
    rubric : str
    seed : int
        Of the order of pairs and of sides; each side is ours in half of the pairs.
    """
    rng = np.random.default_rng(seed)
    out.mkdir(parents=True, exist_ok=True)
    sides = [("A", "B")[n % 2] for n in range(len(pairs))]
    sides = [sides[n] for n in rng.permutation(len(pairs))]
    key = {}
    for number, (place, side) in enumerate(zip(rng.permutation(len(pairs)), sides, strict=True), 1):
        pair = pairs[place]
        texts = (pair.ours, pair.other) if side == "A" else (pair.other, pair.ours)
        text = "".join(f"=== {name} ===\n{each}\n" for name, each in zip("AB", texts, strict=True))
        (out / f"{number:02d}.txt").write_text(text, "utf-8")
        key[f"{number:02d}"] = [side, pair.name]
    (out / "RUBRIC.md").write_text(rubric, "utf-8")
    out.with_name(out.name + ".key.json").write_text(json.dumps(key, indent=1), "utf-8")


def theme_text(cue: Path) -> str:
    """Return a cue's whole theme with chords and plan, without what tells its version."""
    abc = (cue / "melody.abc").read_text("utf-8")
    return re.sub(r"^(X|T):.*\n|^%%.*\n", "", abc, flags=re.MULTILINE)
