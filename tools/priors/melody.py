"""Steps of melodies: counts for the composer's model and its surprise at tunes."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from filmcomposer_core.composition.learned import (
    NO_STEP,
    ORDERS,
    SLOW_WEIGHT,
    Counts,
    Place,
    chance,
    clipped,
    contexts,
    weight_class,
)
from tools.priors.tunes import Tune

#: Contexts above order 0 that are met less often say more about chance than about tunes.
LEAST: Final = 40
Raw = list[dict[str, Counter[int]]]


def places_of(tune: Tune) -> Iterator[tuple[Place, int]]:
    """Yield for each move of a tune where it starts and its step."""
    last = NO_STEP
    for before, note in itertools.pairwise(tune.notes):
        place = Place(
            minor=tune.minor,
            degree=before.height % 7,
            last=last,
            coming=weight_class(note.strength),
            leaving=weight_class(before.strength),
        )
        last = clipped(note.height - before.height)
        yield place, last


def count(tunes: Iterable[Tune]) -> dict[str, Raw]:
    """Return what followed each context in the settled tunes of each kind, by order."""
    kinds: dict[str, Raw] = {}
    for kind in ("folk", "slow"):
        kinds[kind] = [defaultdict(Counter) for _ in range(ORDERS)]
    for tune in tunes:
        if tune.settled:
            for place, step in places_of(tune):
                for table, context in zip(kinds[tune.kind], contexts(place), strict=True):
                    table[context][step] += 1
    return kinds


def pruned(kinds: dict[str, Raw]) -> dict[str, Raw]:
    """Leave out the contexts that were met less than 40 times, slow airs counting more."""
    kept: dict[str, Raw] = {kind: [] for kind in kinds}
    for order in range(ORDERS):
        totals: Counter[str] = Counter()
        for kind, tables in kinds.items():
            for context, row in tables[order].items():
                totals[context] += row.total() * (SLOW_WEIGHT if kind == "slow" else 1)
        for kind, tables in kinds.items():
            kept[kind].append(
                {c: row for c, row in sorted(tables[order].items()) if totals[c] >= LEAST}
            )
    return kept


def merged(kinds: dict[str, Raw], corpus: str) -> tuple[Counts, ...]:
    """Return the counts of a corpus as the composer adds them up."""
    tables: tuple[Counts, ...] = tuple({} for _ in range(ORDERS))
    for kind, rows in kinds.items():
        weight = SLOW_WEIGHT if kind == corpus == "slow" else 1
        for table, raw in zip(tables, rows, strict=True):
            for context, followed in raw.items():
                known = table.setdefault(context, {})
                for step, number in followed.items():
                    known[step] = known.get(step, 0) + number * weight
    return tables


def bits_of(tables: Sequence[Counts], tunes: Iterable[Tune], *, order: int) -> float:
    """Return the mean surprise in bits per move, of all moves of some tunes."""
    total = number = 0.0
    for tune in tunes:
        for place, step in places_of(tune):
            total -= math.log2(chance(tables, contexts(place)[: order + 1], step))
            number += 1
    return total / number
