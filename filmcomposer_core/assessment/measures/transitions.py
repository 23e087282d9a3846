"""How expected each change of chord is, in bits."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from typing import Final

from filmcomposer_core.assessment.measures.chords import (
    ChordSpan,
    degree,
    minor_like,
    triad,
)

#: Root in semitones above the tonic, kind of triad.
Function = tuple[int, str]

#: Changes of home-key function in 334 Bach chorales, % of the changes from the first chord.
_MAJOR: Final = """
I: V34 IV25 ii11 vi11 II5
V: I65 vi10 II5 IV5 ii5 iii3
vi: V19 II18 ii15 I13 IV10 iii7 viio5 III5
IV: I37 V22 ii12 viio10 vi5 iii4
ii: V40 I19 vi7 VI7 III5
II: V77 I6 iii4 vi4
iii: vi29 IV20 I18 V11 ii7
viio: I50 III12 vi8 V7 iii7
III: vi77 IV11
VI: ii62 II6 bVII6
#ivo: V69
"""
_MINOR: Final = """
i: V24 iv14 iio14 IV10 VII9 VI7 III5 v5
V: i62 I21 VI7
III: VII24 VI20 i16 iv11 IV6 V5
VII: III58 i8 iv7 IV5 v4
iv: VII18 i15 V15 iio12 III10 I8 VI5
VI: III22 iio18 iv17 VII12 V8 i8
iio: V54 i20 VI7 III6
IV: VII56 i13 V8
v: III20 i18 II14 VI9 iv8
I: iv67
viio: i79 V10
II: v42 V41
"""
_MAJOR_ROOTS: Final = {"i": 0, "ii": 2, "iii": 4, "iv": 5, "v": 7, "vi": 9, "vii": 11}
_MINOR_ROOTS: Final = {"i": 0, "ii": 2, "iii": 3, "iv": 5, "v": 7, "vi": 8, "vii": 10}
_NUMERAL: Final = re.compile(r"([b#]?)([IViv]+)(o?)(\d*)")

#: Film changes that are heard as meant: kinds of both triads -> semitones from root to root.
_FILM_PAIRS: Final[dict[tuple[str, str], frozenset[int]]] = {
    ("M", "M"): frozenset({1, 2, 3, 4, 6, 8, 9, 10}),
    ("M", "m"): frozenset({0, 1, 3, 4, 5, 7, 8}),
    ("m", "m"): frozenset({1, 3, 4, 5, 6, 8}),
    ("m", "M"): frozenset({0, 1, 3, 5, 8}),
}
FILM_BITS: Final = 3.0
#: The share of a row that the table leaves out is spread over this many other chords.
_OTHERS: Final = 20
#: Least share of a change, and share of any change from a chord without a row.
_RARE: Final = 0.005
_UNKNOWN: Final = 1 / 36


def _function(numeral: str, roots: dict[str, int]) -> Function:
    match = _NUMERAL.fullmatch(numeral)
    if match is None:
        msg = f"{numeral!r} is not a numeral"
        raise ValueError(msg)
    sign, name, diminished, _ = match.groups()
    root = roots[name.lower()] + {"": 0, "b": -1, "#": 1}[sign]
    if name == "vii" and diminished:
        root = 11
    kind = "o" if diminished else "M" if name.isupper() else "m"
    return root % 12, kind


def _table(text: str, roots: dict[str, int]) -> dict[Function, dict[Function, float]]:
    table: dict[Function, dict[Function, float]] = {}
    for row in text.strip().splitlines():
        name, _, targets = row.partition(":")
        shares = {}
        for word in targets.split():
            match = _NUMERAL.fullmatch(word)
            shares[_function(word, roots)] = int(match[4]) / 100 if match else 0.0
        table[_function(name, roots)] = shares
    return table


_TABLES: Final = {False: _table(_MAJOR, _MAJOR_ROOTS), True: _table(_MINOR, _MINOR_ROOTS)}


def change_bits(before: Function, after: Function, *, minor: bool) -> float:
    """Return how surprising a change of function is.

    Parameters
    ----------
    before, after : (int, str)
        Root above the tonic in semitones and kind of triad (``M``, ``m``, ``o``).
    minor : bool
        Whether the minor table holds.

    Returns
    -------
    float
        -log2 of the change's share in the chorales; at most 3 for the chromatic pairs of film,
        for a change of third over one root, and for the way back from such a pair to the tonic.
    """
    row = _TABLES[minor].get(before)
    if row is None:
        probability = _UNKNOWN
    elif after in row:
        probability = row[after]
    else:
        probability = max(_RARE, (1.0 - sum(row.values())) / _OTHERS)
    bits = -math.log2(probability)
    film = _film(before, after) or (after[0] == 0 and _film(after, before))
    return min(bits, FILM_BITS) if film else bits


def _film(before: Function, after: Function) -> bool:
    return (after[0] - before[0]) % 12 in _FILM_PAIRS.get((before[1], after[1]), frozenset())


def progression_bits(spans: Sequence[ChordSpan]) -> list[tuple[float, int]]:
    """Return bits and bar of every change of chord, heard in the key of the chord it leads to.

    Parameters
    ----------
    spans : sequence of ChordSpan
        Planned chords in order.

    Returns
    -------
    list of (float, int)
        Empty if no chord ever changes. A change over a silence is left out; one over a held bass
        costs at most 3 bits.
    """
    found = []
    for one, two in itertools.pairwise(spans):
        if two.start > one.end + 1e-6:
            continue
        key, mode = two.section.key, two.section.mode
        before, after = (
            (degree(span.chord, key=key), triad(span.chord, key=key, mode=mode))
            for span in (one, two)
        )
        if before != after:
            bits = change_bits(before, after, minor=minor_like(mode))
            held = one.chord.bass == two.chord.bass
            found.append((min(bits, FILM_BITS) if held else bits, two.bar))
    return found
