"""Which tunes are variants of each other, and which families are held out of the learning."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterator, Sequence

from filmcomposer_core.composition.grid import beat_offsets
from tools.priors.tunes import Tune

_WORDS = re.compile(r"[^a-z0-9 ]")
_COMMON = re.compile(
    r"\b(the|a|an|or|of|and|reel|jig|hornpipe|strathspey|clog|fling|slipjig|march|quick ?step|"
    r"lancashire|highland|favou?rite|air|no ?\d*|\d*(st|nd|rd|th)? ?setting)\b"
)
_OPENING_MOVES = 12
_OPENING_BARS = 3


def families(tunes: Sequence[Tune]) -> list[int]:
    """Return the family of each tune: those that share a title or an incipit are one.

    Parameters
    ----------
    tunes : sequence of Tune
        All tunes.

    Returns
    -------
    list of int
        Index of the first tune of the family.

    Notes
    -----
    An incipit is normalised in two ways, so that neither transposition nor ornaments hide a
    variant: the scale degrees on the beats of the first three bars, and the first twelve moves
    from the first downbeat.
    """
    parent = list(range(len(tunes)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    known: dict[tuple[object, ...], int] = {}
    for i, tune in enumerate(tunes):
        for key in keys_of(tune):
            first = known.setdefault(key, i)
            low, high = sorted((root(first), root(i)))
            parent[high] = low
    return [root(i) for i in range(len(tunes))]


def keys_of(tune: Tune) -> Iterator[tuple[object, ...]]:
    """Yield what variants of a tune have in common."""
    title = normal_title(tune.title)
    if len(title) >= 5:
        yield ("title", title)
    notes = [note for note in tune.notes if note.bar >= 1]
    heights = [note.height for note in notes[: _OPENING_MOVES + 1]]
    yield ("moves", *(b - a for a, b in itertools.pairwise(heights)))
    beats, _ = beat_offsets(tune.num, tune.den)
    on_beats = {
        (note.bar, note.offset): note.height % 7 for note in notes if note.bar <= _OPENING_BARS
    }
    row = [on_beats.get((bar, at)) for bar in range(1, _OPENING_BARS + 1) for at in beats]
    if sum(height is not None for height in row) >= 5:
        yield ("beats", *row)


def normal_title(title: str) -> str:
    """Return a title without case, signs, articles and the name of the dance.

    Examples
    --------
    >>> normal_title("Miss Gay's -- Reel"), normal_title("Gay's, Miss")
    ('gays miss', 'gays miss')
    """
    words = _COMMON.sub(" ", _WORDS.sub("", title.lower().replace("-", " ")))
    return " ".join(sorted(words.split()))


def share_of(family: str) -> float:
    """Return a number from 0 to 1 that belongs to a family by its name, the same everywhere."""
    digest = hashlib.sha256(family.encode("utf-8")).digest()
    return int.from_bytes(digest[:4], "big") / 2**32


def held_out(tunes: Sequence[Tune], *, share: float) -> list[bool]:
    """Return for each tune whether its family is held out; about ``share`` of them are."""
    roots = families(tunes)
    return [share_of(f"{tunes[i].source}/{tunes[i].title}/{i}") < share for i in roots]


def folds(tunes: Sequence[Tune], number: int) -> list[tuple[list[Tune], list[Tune]]]:
    """Return the tunes to learn from and those held out, for each fold of families in turn."""
    places = [int(number * share_of(f"fold {root}")) for root in families(tunes)]
    return [
        (
            [tune for tune, place in zip(tunes, places, strict=True) if place != fold],
            [tune for tune, place in zip(tunes, places, strict=True) if place == fold],
        )
        for fold in range(number)
    ]
