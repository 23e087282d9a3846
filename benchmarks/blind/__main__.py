"""Make pairs and count verdicts.

::

    python -m benchmarks.blind versions OUT NEW OLD     cue folders of the same names in both
    python -m benchmarks.blind corpus OUT NEW           themes against public-domain tunes
    python -m benchmarks.blind count OUT VERDICTS...    text files of lines such as 07,B
"""

from __future__ import annotations

import argparse
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks.blind.count import count
from benchmarks.blind.pairs import RUBRIC, WHOSE, Pair, theme_text, write_pairs
from benchmarks.blind.tunes import corpus_tunes, distance, first_bars, plain_abc, theme_of

_BARS = 12
#: Of so many tunes of the same metre the most alike is taken, so that no genre gives it away.
_CHOICE = 60


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.blind", description=__doc__)
    parser.add_argument("what", choices=("versions", "corpus", "count"))
    parser.add_argument("out", type=Path)
    parser.add_argument("paths", type=Path, nargs="+")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if given.what == "count":
        key = given.out.with_name(given.out.name + ".key.json")
        lines = [line for path in given.paths for line in path.read_text("utf-8").splitlines()]
        print(count(key, lines))
    elif given.what == "versions":
        new, old = given.paths
        names = sorted(p.name for p in new.iterdir() if (old / p.name / "melody.abc").is_file())
        pairs = [Pair(name=n, ours=theme_text(new / n), other=theme_text(old / n)) for n in names]
        write_pairs(pairs, given.out, rubric=RUBRIC, seed=given.seed)
        print(f"{len(pairs)} pairs in {given.out}")
    else:
        pairs = list(_against_corpus(given.paths[0], seed=given.seed))
        write_pairs(pairs, given.out, rubric=WHOSE, seed=given.seed)
        print(f"{len(pairs)} pairs in {given.out}")


def _against_corpus(cues: Path, *, seed: int) -> list[Pair]:
    rng = np.random.default_rng(seed)
    pairs, used = [], set()
    for cue in sorted(cues.iterdir()):
        theme = theme_of(cue, bars=_BARS) if (cue / "melody.abc").is_file() else None
        if theme is None:
            continue
        bars = theme.bars // 4 * 4
        found = corpus_tunes(num=theme.num, den=theme.den, bars=bars, rng=rng)
        others = [tune for tune in islice(found, _CHOICE) if tune.name not in used]
        if others:
            ours = first_bars(theme, bars)
            tune = min(others, key=lambda other: distance(ours, other))
            used.add(tune.name)
            name = f"{cue.name} / {tune.name}"
            pairs.append(Pair(name=name, ours=plain_abc(ours), other=plain_abc(tune)))
    return pairs


if __name__ == "__main__":
    main()
