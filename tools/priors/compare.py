"""Bits per note and per bar on held-out tunes: the tables of before against what was learned.

Every model chooses among the same: the 15 scale steps of at most an octave, and the bars of a
metre. What the earlier tables say about semitones is spread over the scale that a tune uses.
"""

from __future__ import annotations

import itertools
import math
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from filmcomposer_core.composition.learned import ORDERS, WIDEST, clipped
from tools.priors.melody import bits_of, count, merged, pruned
from tools.priors.rhythms import METRES, bar_tables, pattern_of, whole_bars
from tools.priors.tunes import Tune

_HERE: Final = Path(__file__).parent
_SCALES: Final = {False: (0, 2, 4, 5, 7, 9, 11), True: (0, 2, 3, 5, 7, 8, 10)}
#: Share in percent of moves that the earlier table does not list.
_RARE: Final = 0.15
#: Weights of the earlier composer on intervals and degrees and its cost of a repeated note.
_COMPOSER: Final = (0.55, 0.22, 1.1)
#: Shares of bars that a table of bars leaves to unlisted ones; each model gets its best.
_ESCAPES: Final = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7)
_CELLS: Final = 3
Weights = tuple[float, float, float]


def scale_of(tune: Tune) -> list[int] | None:
    """Return semitones above the tonic of degrees 1 to 7 as a tune has them most often."""
    tonics = Counter(note.pitch % 12 for note in tune.notes if note.height % 7 == 0)
    if not tonics:
        return None
    tonic = tonics.most_common(1)[0][0]
    scale = list(_SCALES[tune.minor])
    for degree in range(1, 7):
        heard = Counter((n.pitch - tonic) % 12 for n in tune.notes if n.height % 7 == degree)
        if heard:
            scale[degree] = heard.most_common(1)[0][0]
    return scale


def earlier_chances(tune: Tune, tables: dict[str, Any], weights: Weights) -> Iterator[float]:
    """Yield the chance that the earlier tables give to each move of a tune."""
    scale = scale_of(tune)
    if scale is None:
        return
    percents = tables["intervals"][tune.kind]
    rows = tables["degrees"]["minor" if tune.minor else "major"]
    for a, b in itertools.pairwise(tune.notes):
        degrees = rows["strong" if b.strength >= 0.35 else "weak"][a.height % 7]
        costs = []
        for step in range(-WIDEST, WIDEST + 1):
            to = a.height + step
            move = _semitones(scale, to) - _semitones(scale, a.height)
            interval = -math.log(percents.get(str(max(-12, min(12, move))), _RARE) / 100)
            degree = -math.log((degrees[to % 7] + 1) / 107)
            costs.append(weights[0] * interval + weights[1] * degree + weights[2] * (step == 0))
        total = sum(math.exp(-cost) for cost in costs)
        yield math.exp(-costs[clipped(b.height - a.height) + WIDEST]) / total


def _semitones(scale: Sequence[int], height: int) -> int:
    return 12 * (height // 7) + scale[height % 7]


def _bits(chances: Iterable[float]) -> float:
    values = [-math.log2(chance) for chance in chances]
    return sum(values) / len(values)


def compare_notes(
    folds: Sequence[tuple[Sequence[Tune], Sequence[Tune]]], kind: str
) -> dict[str, float]:
    """Return bits per note by model, on the settled tunes of a kind that are held out.

    Parameters
    ----------
    folds : sequence of (tunes, tunes)
        What is learned from and what is held out, once or several times.
    kind : str
        ``slow`` or ``folk``.
    """
    tables = tomllib.loads((_HERE / "before_tables.toml").read_text("utf-8"))
    names = [f"learned, order {order}" for order in range(ORDERS)]
    learned = dict.fromkeys(names, 0.0)
    tunes: list[Tune] = []
    for some, held in folds:
        mine = [tune for tune in held if tune.kind == kind and tune.settled]
        model = merged(pruned(count(some)), kind)
        for order, name in enumerate(names):
            learned[name] += bits_of(model, mine, order=order) * _moves(mine)
        tunes += mine

    def earlier(weights: Weights) -> float:
        return _bits(c for tune in tunes for c in earlier_chances(tune, tables, weights))

    return {
        "any step alike": math.log2(2 * WIDEST + 1),
        "earlier intervals": earlier((1, 0, 0)),
        "earlier degrees": earlier((0, 1, 0)),
        "earlier, as the composer weighed them": earlier(_COMPOSER),
        "earlier, best blend found": min(
            earlier((a / 10, b / 10, 0)) for a in (4, 6, 8, 10) for b in (4, 6, 8)
        ),
        **{name: bits / _moves(tunes) for name, bits in learned.items()},
        "tunes": len(tunes),
        "moves": _moves(tunes),
    }


def _moves(tunes: Sequence[Tune]) -> int:
    return sum(len(tune.notes) - 1 for tune in tunes)


def compare_bars(learned: Sequence[Tune], held: Sequence[Tune]) -> dict[str, dict[str, float]]:
    """Return bits per bar that does not end a phrase, by kind and model."""
    before = tomllib.loads((_HERE / "before_rhythms.toml").read_text("utf-8"))
    result: dict[str, dict[str, float]] = {}
    for kind in ("slow", "folk"):
        some = [tune for tune in learned if tune.kind == kind]
        bars = [
            (metre, pattern)
            for tune in held
            if tune.kind == kind
            for metre, pattern in _flow(tune)
            if metre in before
        ]
        now = bar_tables(some)
        lengths = _length_model(some)
        earlier = {m: _normal(dict(before[m]["flow"])) for m in before if "flow" in before[m]}
        tables = {m: _normal(now[m]["flow"]) for m in now}
        result[kind] = {
            "earlier bars": _best(bars, earlier, _blind),
            "learned bars": _best(bars, tables, _blind),
            "learned lengths": _bits(lengths(m, p) for m, p in bars),
            "learned bars, then lengths": _best(bars, tables, lengths),
            "share of bars in the earlier table": _known(bars, earlier),
            "share of bars in the learned table": _known(bars, tables),
            "bars": len(bars),
        }
    return result


Bars = list[tuple[str, str]]
Tables = dict[str, dict[str, float]]
Model = Callable[[str, str], float]


def _flow(tune: Tune) -> Iterator[tuple[str, str]]:
    if (tune.num, tune.den) in METRES:
        for number, notes in whole_bars(tune):
            pattern = pattern_of(notes, tune.bar_ticks)
            if number % 4 and pattern and pattern[0] == "x":
                yield f"{tune.num}/{tune.den}", pattern


def _normal(weights: dict[str, float]) -> dict[str, float]:
    total = sum(weights.values())
    return {pattern: weight / total for pattern, weight in weights.items()}


def _blind(metre: str, pattern: str) -> float:
    """Return the chance of a bar for one who only knows how long it is."""
    return float(_CELLS) ** (1 - len(pattern))


def _best(bars: Bars, tables: Tables, other: Model) -> float:
    return min(
        _bits((1 - e) * tables.get(m, {}).get(p, 0.0) + e * other(m, p) for m, p in bars)
        for e in _ESCAPES
    )


def _known(bars: Bars, tables: Tables) -> float:
    return sum(p in tables.get(m, {}) for m, p in bars) / len(bars)


def _length_model(tunes: Sequence[Tune]) -> Model:
    """Return the chance of a bar note by note: each length given the one before and its place."""
    tables: defaultdict[tuple[object, ...], Counter[int]] = defaultdict(Counter)
    for tune in tunes:
        for metre, pattern in _flow(tune):
            for known, length in _lengths(metre, pattern):
                for key in known:
                    tables[key][length] += 1

    def chance(metre: str, pattern: str) -> float:
        value = 1.0
        for known, length in _lengths(metre, pattern):
            part = 1.0 / (2 * len(pattern))
            for key in known:
                row = tables.get(key)
                if row:
                    part = (max(row[length] - 0.7, 0) + 0.7 * len(row) * part) / row.total()
            value *= part
        return value

    return chance


def _lengths(metre: str, pattern: str) -> Iterator[tuple[list[tuple[object, ...]], int]]:
    """Yield contexts and length of each run of a bar; rests count as negative lengths."""
    last, at = 0, 0
    while at < len(pattern):
        end = at + 1
        while end < len(pattern) and pattern[end] == ("-" if pattern[at] == "x" else "."):
            end += 1
        length = end - at if pattern[at] == "x" else at - end
        yield [(metre,), (metre, at), (metre, at, last)], length
        last, at = length, end
