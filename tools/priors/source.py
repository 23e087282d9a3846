"""The notice: which collections, whose rights, who transcribed them, what was kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tools.priors.chorales import Chorale
from tools.priors.tunes import SETS, TRANSCRIBERS, Tune


def source_text(tunes: Sequence[Tune], chorales: Sequence[Chorale], *, version: str) -> str:
    """Return the notice as Markdown."""
    counts = Counter(tune.source for tune in tunes)
    slow = sum(tune.kind == "slow" for tune in tunes)
    rows = "\n".join(f"| {name} | {title} | {counts[name]} |" for name, title in SETS.items())
    names = ", ".join(TRANSCRIBERS)
    return f"""# Where the composer's figures are from

`tables.toml` here and `../planning/chorales.toml` are made by `python -m tools.priors` from the
corpus of music21 {version}; the same corpus gives the same bytes. Only counts and figures are
kept, no tune.

| set | printed source | used |
|---|---|---|
{rows}
| bach | chorales in four parts | {len(chorales)} |

{slow} airs of O'Neill's that are marked slow, tender, plaintive, mournful, "with feeling" or the
like are the corpus `slow`; all other tunes are `folk`. Left out: tunes of several voices, with
chords, without key or metre, in rare metres or shorter than 24 notes; chorales with another
number of voices or whose final does not fit their signature. Not used at all: essenFolksong
(permission for non-commercial use only) and palestrina (rights to electronic forms reserved).

## Rights

The melodies and Bach's chorales are in the public domain. The ABC transcriptions come without a
licence line; they were made by volunteers, named here as they name themselves in the files:
{names}.

## What the composer does with them

- `bands`: themes outside the middle 80 % of real tunes are objected to.
- `tune_network.npz`: a transformer of 1.3 million weights that says which gap and which height may
  come next, given metre, place, chord and what came before. `python -m tools.tune_network` trains
  it in ten minutes on two cores, on those of the tunes above that keep their metre and fall into
  phrases of four bars (3,305; 173 others are held out: 0.49 bits a gap, 1.25 a height).
- `chorales.toml`: the cost of each change of chord; what chorales do not know (film's mediants,
  modal turns) has costs of its own in `planning/colour.py`.

`rhythms.toml` is ours.
"""
