"""Plain, stable text of the prior files."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from tools.priors.chorales import Chorale
from tools.priors.melody import Raw
from tools.priors.tunes import SETS, TRANSCRIBERS, Tune

HEAD = "# Learned by `python -m tools.priors` (see SOURCE.md); do not edit by hand.\n"


def toml_text(data: Mapping[str, Any], *, note: str = "") -> str:
    """Return nested tables of numbers as TOML, one key a line.

    Examples
    --------
    >>> print(toml_text({"a": {"x": 1.5, "I V": [1, 2]}})[len(HEAD):])
    <BLANKLINE>
    [a]
    x = 1.5
    "I V" = [1, 2]
    <BLANKLINE>
    """
    lines = [HEAD + "".join(f"# {line}\n" for line in note.splitlines())]
    _table(data, (), lines)
    return "\n".join(lines) + "\n"


def _table(data: Mapping[str, Any], path: tuple[str, ...], lines: list[str]) -> None:
    plain = {key: value for key, value in data.items() if not isinstance(value, Mapping)}
    if plain and path:
        lines.append(f"[{'.'.join(map(_key, path))}]")
    for key, value in plain.items():
        lines.append(f"{_key(key)} = {_value(value)}")
    if plain:
        lines.append("")
    for key, value in data.items():
        if isinstance(value, Mapping):
            _table(value, (*path, key), lines)


def _key(key: str) -> str:
    plain = key.replace("_", "").replace("-", "")
    return key if plain.isascii() and plain.isalnum() else json.dumps(key, ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, Sequence) and value and isinstance(value[0], Sequence):
        return "[\n" + "".join(f"  {json.dumps(row, ensure_ascii=False)},\n" for row in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def steps_text(kinds: Mapping[str, Raw]) -> str:
    """Return the counts of steps as CSV: corpus, order, context and what followed how often."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["corpus", "order", "context", "followed"])
    for kind, tables in kinds.items():
        for order, table in enumerate(tables):
            for context, row in sorted(table.items()):
                followed = " ".join(f"{step}:{row[step]}" for step in sorted(row))
                writer.writerow([kind, order, context, followed])
    return text.getvalue()


def bars_of(tables: Mapping[str, Mapping[str, Mapping[str, float]]]) -> dict[str, Any]:
    """Return tables of bars as lists of (pattern, share), so that their order is kept."""
    return {
        metre: {name: [[p, share] for p, share in rows.items()] for name, rows in kinds.items()}
        for metre, kinds in tables.items()
    }


def comparison_text(
    notes: Mapping[str, Mapping[str, float]], bars: Mapping[str, Mapping[str, float]]
) -> str:
    """Return the comparison on held-out tunes as Markdown tables."""
    lines = []
    for title, table in (("Bits per note", notes), ("Bits per bar", bars)):
        lines += [f"| {title} | {' | '.join(table)} |", "|---|" + "---|" * len(table)]
        for name in next(iter(table.values())):
            values = [row[name] for row in table.values()]
            lines.append(f"| {name} | {' | '.join(_number(v) for v in values)} |")
        lines.append("")
    return "\n".join(lines)


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else f"{value:.2f}"


def source_text(
    tunes: Sequence[Tune],
    chorales: Sequence[Chorale],
    *,
    version: str,
    comparison: str,
) -> str:
    """Return the notice: sets, counts, rights, who transcribed them, and the comparison."""
    counts = Counter(tune.source for tune in tunes)
    slow = sum(tune.kind == "slow" for tune in tunes)
    rows = "\n".join(f"| {name} | {title} | {counts[name]} |" for name, title in SETS.items())
    return f"""# Where these figures are from

Made by `python -m tools.priors filmcomposer_core/composition/priors` from the corpus of music21
{version}; the same corpus gives the same bytes. Only counts and figures are kept, no tune.

| set | printed source | tunes used |
|---|---|---|
{rows}
| bach | chorales in four parts | {len(chorales)} |

{slow} airs of O'Neill's that are marked slow, tender, plaintive, mournful, "with feeling" or the
like are the corpus `slow`; all other tunes are `folk`. Left out: tunes of several voices, with
chords, without key or metre, in rare metres or shorter than 24 notes; chorales with another number
of voices or whose final does not fit their signature. Not used at all: essenFolksong (permission
for non-commercial use only) and palestrina (rights to electronic forms reserved).

## Rights

The melodies and Bach's chorales are in the public domain. The ABC transcriptions come without a
licence line; they were made by volunteers, who are named here as they name themselves in the files:
{", ".join(TRANSCRIBERS)}.

## Files

- `steps.csv`: what followed a context how often. Order 0 knows nothing, 1 the step before, 2 also
  mode and degree of the last note (`m5 -1`: minor, degree 5, one step down before; `x`: no step
  before), 3 also the metrical class of the coming note (3 downbeat, 2 accent, 1 beat, 0 between),
  4 also that of the last note. Contexts met less than 40 times are left out.
- `figures.toml`: bands (10th, 50th, 90th percentile over tunes) of what the composer measures in
  its themes, intervals, contours, phrase ends, what follows a leap, degrees on strong and weak
  places; all but counts in percent.
- `rhythms.toml`: whole bars on a grid of sixteenths (x onset, - held, . rest), and what length
  follows a length at a place in the bar.
- `harmony.toml`: chords of the chorales on the beats, named in the key of the final.

## Against the tables used before, on tunes held out

A tenth of the families of tunes was held out: tunes that share a title or an incipit, normalised,
are one family. (For the notes of the slow airs, of which that leaves 18, a fifth in turn.) All
models choose among the same 15 scale steps, or the same bars. The composer uses the order that
won: 4 for `folk`, 3 for `slow`.

{comparison}"""
