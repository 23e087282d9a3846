"""Chords of the chorales by degree, and what follows what."""

from __future__ import annotations

import bisect
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from filmcomposer_core.composition.grid import TICKS
from tools.priors.chorales import Chorale

#: Quality -> intervals above the root; the smallest chord that holds all tones is taken.
_QUALITIES: Final = {
    "": (0, 4, 7), "m": (0, 3, 7), "o": (0, 3, 6), "+": (0, 4, 8), "7": (0, 4, 7, 10),
    "m7": (0, 3, 7, 10), "ø7": (0, 3, 6, 10), "o7": (0, 3, 6, 9), "maj7": (0, 4, 7, 11),
}  # fmt: skip
_MAJOR: Final = ("I", "bII", "II", "bIII", "III", "IV", "#IV", "V", "bVI", "VI", "bVII", "VII")
_MINOR: Final = ("I", "bII", "II", "III", "#III", "IV", "#IV", "V", "VI", "#VI", "VII", "#VII")
#: Chords met less often, and followers of a smaller share in percent, are left out.
_LEAST_ROW: Final = 30
_LEAST_SHARE: Final = 4.0
Beat = tuple[int, tuple[int, ...]]


def beats_of(chorale: Chorale) -> Iterator[Beat]:
    """Yield tick and pitches, soprano first, of each quarter at which all voices sound."""
    starts = [[start for start, _, _ in voice] for voice in chorale.voices]
    end = max(start + length for start, length, _ in chorale.voices[0])
    for tick in range(0, end, TICKS):
        pitches = []
        for voice, row in zip(chorale.voices, starts, strict=True):
            i = bisect.bisect_right(row, tick) - 1
            if i >= 0 and tick < voice[i][0] + voice[i][1]:
                pitches.append(voice[i][2])
        if len(pitches) == len(chorale.voices):
            yield tick, tuple(pitches)


def chord_name(pitches: Sequence[int], *, tonic: int, minor: bool) -> str | None:
    """Return a chord as a degree of the key, None where it is no plain chord.

    Examples
    --------
    >>> chord_name([67, 62, 59, 53], tonic=0, minor=False)
    'V'
    >>> chord_name([65, 62, 57, 50], tonic=0, minor=False)
    'ii'
    """
    classes = {pitch % 12 for pitch in pitches}
    fits = [
        (len(tones), (pitches[-1] - root) % 12 != 0, root, quality)
        for root in sorted(classes)
        for quality, tones in _QUALITIES.items()
        if {(tone - root) % 12 for tone in classes} <= set(tones)
        and (root + tones[1]) % 12 in classes
    ]
    if not fits:
        return None
    _, _, root, quality = min(fits)
    degree = (_MINOR if minor else _MAJOR)[(root - tonic) % 12]
    if quality in ("m", "m7"):
        return _lowered(degree)
    if quality in ("o", "o7", "ø7"):
        return _lowered(degree) + "o"
    return degree + ("+" if quality == "+" else "")


def _lowered(degree: str) -> str:
    sign = degree[0] if degree[0] in "b#" else ""
    return sign + degree[len(sign) :].lower()


def chords_of(chorale: Chorale) -> list[tuple[int, str]]:
    """Return tick and name of each plain chord on a beat, in the key of the final."""
    found = []
    for tick, pitches in beats_of(chorale):
        name = chord_name(pitches, tonic=chorale.tonic, minor=chorale.minor)
        if name is not None:
            found.append((tick, name))
    return found


def changes(chords: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return the chords that differ from the one before."""
    return [c for i, c in enumerate(chords) if i == 0 or c[1] != chords[i - 1][1]]


def transitions(chorales: Iterable[Chorale]) -> dict[str, dict[str, float]]:
    """Return in percent what chord follows a chord (changes only; 4 % and more)."""
    counts: dict[str, Counter[str]] = {}
    for chorale in chorales:
        for (_, a), (_, b) in itertools.pairwise(changes(chords_of(chorale))):
            counts.setdefault(a, Counter())[b] += 1
    rows = sorted(counts.items(), key=lambda item: (-item[1].total(), item[0]))
    return {name: _shares(row) for name, row in rows if row.total() >= _LEAST_ROW}


def _shares(row: Counter[str]) -> dict[str, float]:
    rows = sorted(row.items(), key=lambda item: (-item[1], item[0]))
    shares = {name: round(100 * n / row.total(), 1) for name, n in rows}
    return {name: share for name, share in shares.items() if share >= _LEAST_SHARE}
