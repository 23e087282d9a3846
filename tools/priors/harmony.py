"""Chords of the chorales by degree, their cadences and pace, and how the voices move."""

from __future__ import annotations

import bisect
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import numpy as np

from filmcomposer_core.composition.grid import TICKS, metric_strength
from tools.priors.chorales import Chorale

#: Quality -> intervals above the root; the smallest chord that holds all tones is taken.
_QUALITIES: Final = {
    "": (0, 4, 7), "m": (0, 3, 7), "o": (0, 3, 6), "+": (0, 4, 8), "7": (0, 4, 7, 10),
    "m7": (0, 3, 7, 10), "ø7": (0, 3, 6, 10), "o7": (0, 3, 6, 9), "maj7": (0, 4, 7, 11),
}  # fmt: skip
_MAJOR: Final = ("I", "bII", "II", "bIII", "III", "IV", "#IV", "V", "bVI", "VI", "bVII", "VII")
_MINOR: Final = ("I", "bII", "II", "III", "#III", "IV", "#IV", "V", "VI", "#VI", "VII", "#VII")
_NAMES: Final = ("soprano", "alto", "tenor", "bass")
_LEAST_ROW: Final = 30
_LEAST_SHARE: Final = 2.0
_FORMULAS: Final = 12
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
    """Return in percent what chord follows a chord (changes only; 2 % and more)."""
    counts: dict[str, Counter[str]] = {}
    for chorale in chorales:
        for (_, a), (_, b) in itertools.pairwise(changes(chords_of(chorale))):
            counts.setdefault(a, Counter())[b] += 1
    rows = sorted(counts.items(), key=lambda item: (-item[1].total(), item[0]))
    return {
        name: {"n": row.total(), **_percent(row, least=_LEAST_SHARE)}
        for name, row in rows
        if row.total() >= _LEAST_ROW
    }


def _percent(
    counts: Counter[str], *, least: float = 0.0, most: int | None = None
) -> dict[str, float]:
    total = max(1, counts.total())
    rows = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:most]
    return {name: round(100 * n / total, 1) for name, n in rows if 100 * n / total >= least}


def cadences(chorales: Iterable[Chorale]) -> dict[str, dict[str, float]]:
    """Return the commonest three chords into a pause, inside a chorale and at its end."""
    found = {"inner": Counter[str](), "final": Counter[str]()}
    for chorale in chorales:
        row = changes(chords_of(chorale))
        for pause in chorale.pauses:
            heard = [name for tick, name in row if tick <= pause][-3:]
            last = not any(pause < other for other in chorale.pauses)
            if len(heard) == 3:
                found["final" if last else "inner"][" ".join(heard)] += 1
    return {place: _percent(row, most=_FORMULAS) for place, row in found.items()}


def pace(chorales: Iterable[Chorale]) -> dict[str, Any]:
    """Return how long chords last in quarters, and where they change."""
    lengths: Counter[str] = Counter()
    met: Counter[float] = Counter()
    changed: Counter[float] = Counter()
    phrases: list[float] = []
    for chorale in chorales:
        chords = chords_of(chorale)
        row = changes(chords)
        starts = {tick for tick, _ in row}
        for (a, _), (b, _) in itertools.pairwise(row):
            lengths[str(min(8, (b - a) // TICKS))] += 1
        for tick, _ in chords[1:]:
            strength = _strength(chorale, tick)
            met[strength] += 1
            changed[strength] += tick in starts
        phrases += [(b - a) / TICKS for a, b in itertools.pairwise(chorale.pauses) if b - a > TICKS]
    quantiles = np.quantile(phrases, (0.1, 0.5, 0.9)) if phrases else ()
    return {
        "quarters": dict(sorted(_percent(lengths).items())),
        "change_on": {
            str(s): round(100 * changed[s] / met[s], 1) for s in sorted(met, reverse=True)
        },
        "phrase_quarters": [float(q) for q in quantiles],
    }


def _strength(chorale: Chorale, tick: int) -> float:
    i = bisect.bisect_right(chorale.lines, tick) - 1
    offset = tick - chorale.lines[max(0, i)]
    if i == 0 and len(chorale.lines) > 1:
        offset += TICKS * 4 * chorale.num // chorale.den - (chorale.lines[1] - chorale.lines[0])
    return metric_strength(offset, num=chorale.num, den=chorale.den)


def voice_moves(chorales: Sequence[Chorale]) -> dict[str, Any]:
    """Return how each voice moves, how the outer ones move together, and spacing.

    Returns
    -------
    dict
        ``moves``: by voice in percent repeat, step, third, fourth or fifth, wider. ``outer``: in
        percent contrary, oblique, similar, parallel, of moves from beat to beat. ``parallels``:
        perfect fifths and octaves in parallel per 1000 moves of any two voices. ``spacing`` and
        ``range``: 5th, 50th and 95th percentile in semitones and of MIDI pitches.
    """
    moves = {
        name: _kinds(abs(b[2] - a[2]) for c in chorales for a, b in itertools.pairwise(c.voices[v]))
        for v, name in enumerate(_NAMES)
    }
    pairs = [
        (np.array(a), np.array(b))
        for c in chorales
        for (_, a), (_, b) in itertools.pairwise(beats_of(c))
    ]
    before, after = np.array([a for a, _ in pairs]), np.array([b for _, b in pairs])
    gaps = before[:, :-1] - before[:, 1:]
    pitches = [[p for c in chorales for _, _, p in c.voices[v]] for v in range(len(_NAMES))]
    return {
        "moves": moves,
        "outer": _together(before[:, [0, -1]], after[:, [0, -1]]),
        "parallels": _parallels(before, after),
        "spacing": {
            name: [int(q) for q in np.quantile(gaps[:, i], (0.05, 0.5, 0.95))]
            for i, name in enumerate(("soprano_alto", "alto_tenor", "tenor_bass"))
        },
        "range": {
            name: [int(q) for q in np.quantile(row, (0.05, 0.5, 0.95))]
            for name, row in zip(_NAMES, pitches, strict=True)
        },
    }


def _kinds(sizes: Iterable[int]) -> list[float]:
    found = np.searchsorted([0, 2, 4, 7], list(sizes), side="left")
    counts = np.bincount(found, minlength=5)
    return [round(float(100 * n / counts.sum()), 1) for n in counts]


def _together(before: Any, after: Any) -> dict[str, float]:
    first, second = (after - before)[:, 0], (after - before)[:, 1]
    moving = (first != 0) | (second != 0)
    contrary = first * second < 0
    oblique = moving & (first * second == 0)
    parallel = (first * second > 0) & (first == second)
    similar = (first * second > 0) & ~parallel
    kinds = {"contrary": contrary, "oblique": oblique, "similar": similar, "parallel": parallel}
    return {name: round(float(100 * row.sum() / moving.sum()), 1) for name, row in kinds.items()}


def _parallels(before: Any, after: Any) -> dict[str, float]:
    found = {"fifths": 0, "octaves": 0}
    total = 0
    for upper, lower in itertools.combinations(range(before.shape[1]), 2):
        gap, then = before[:, upper] - before[:, lower], after[:, upper] - after[:, lower]
        both = (before[:, upper] != after[:, upper]) & (before[:, lower] != after[:, lower])
        total += int(both.sum())
        for name, interval in (("fifths", 7), ("octaves", 0)):
            same = (gap % 12 == interval) & (then % 12 == interval)
            along = (after[:, upper] - before[:, upper]) * (after[:, lower] - before[:, lower]) > 0
            found[name] += int((both & same & along).sum())
    return {name: round(1000 * n / max(1, total), 2) for name, n in found.items()}


def summary(chorales: Sequence[Chorale]) -> dict[str, Any]:
    """Return all figures of the chorales, as tables of ``harmony.toml``."""
    result: dict[str, Any] = {}
    for kind, minor in (("major", False), ("minor", True)):
        some = [chorale for chorale in chorales if chorale.minor == minor]
        result[kind] = {"next": transitions(some), "cadence": cadences(some)}
    result["pace"] = pace(chorales)
    result["voices"] = voice_moves(chorales)
    return result
