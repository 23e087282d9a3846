"""How the parts of an arrangement share time and register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from filmcomposer_core.assessment.measures.notes import Bools, Floats, Notes

#: Width of a band of one third of an octave in semitones.
_BAND = 4
#: Notes begin together within 1/12 beat.
_SLOTS = 12
_EDGE = 1 / 24


def mean_classes(classes: Bools) -> float:
    """Return the mean number of pitch classes on beats where anything sounds, 0 for silence."""
    counts = classes.sum(axis=1)
    return float(counts[counts > 0].mean()) if (counts > 0).any() else 0.0


def pitch_class_entropy(weights: Floats) -> float:
    """Return the entropy in bits of pitch classes weighted by time; shape (12,)."""
    total = float(weights.sum())
    if total <= 0:
        return 0.0
    shares = weights[weights > 0] / total
    return float(-(shares * np.log2(shares)).sum())


def role_overlap(roles: Mapping[str, Notes]) -> tuple[float, dict[int, int]]:
    """Return how often notes of different roles begin together in one third of an octave.

    Parameters
    ----------
    roles : mapping of str to Notes
        The pitched notes of each role.

    Returns
    -------
    share : float
        Share of all notes that another role meets in its band at another pitch; unisons are
        doublings and do not count.
    beats : dict of int to int
        Notes concerned by whole beat.
    """
    cells: dict[tuple[int, int], set[tuple[str, int]]] = {}
    total = 0
    for role, notes in roles.items():
        slots = np.round(notes.start * _SLOTS).astype(int).tolist()
        for slot, pitch in zip(slots, notes.pitch.tolist(), strict=True):
            cells.setdefault((slot, pitch // _BAND), set()).add((role, pitch))
            total += 1
    beats: dict[int, int] = {}
    met = 0
    for (slot, _), members in cells.items():
        crowded = sum(
            any(other != role and p != pitch for other, p in members) for role, pitch in members
        )
        if crowded:
            met += crowded
            beats[slot // _SLOTS] = beats.get(slot // _SLOTS, 0) + crowded
    return (met / total if total else 0.0), beats


def theme_margins(
    theme: tuple[Notes, Floats], others: Sequence[tuple[Notes, Floats]], *, lines: Floats
) -> Floats:
    """Return by how much the theme is louder than the other parts in its octave, bar by bar.

    Parameters
    ----------
    theme : (Notes, ndarray of shape (notes,))
        Notes of the theme and their levels in dB.
    others : sequence of (Notes, ndarray)
        The same for each other part.
    lines : ndarray, shape (bars + 1,), float64
        Bar lines in beats.

    Returns
    -------
    ndarray, shape (bars,), float64
        dB; NaN where the theme rests or nothing else sounds within half an octave of it.
    """
    bars = len(lines) - 1
    own = _by_bar(theme[0], theme[1], lines)
    low, high = _range_by_bar(theme[0], lines)
    loudest = np.full(bars, -np.inf)
    for notes, levels in others:
        index = np.clip(np.searchsorted(lines, notes.start + 1e-6, side="right") - 1, 0, bars - 1)
        near = (notes.pitch >= low[index] - 6) & (notes.pitch <= high[index] + 6)
        part = Notes(notes.start[near], notes.end[near], notes.pitch[near], notes.velocity[near])
        found = _by_bar(part, levels[near], lines)
        loudest = np.fmax(loudest, np.where(np.isnan(found), -np.inf, found))
    result: Floats = np.where(np.isfinite(loudest), own - loudest, np.nan)
    return result


def _by_bar(notes: Notes, levels: Floats, lines: Floats) -> Floats:
    """Mean level of the notes that begin in each bar, weighted by length; NaN for none."""
    bars = len(lines) - 1
    index = np.clip(np.searchsorted(lines, notes.start + 1e-6, side="right") - 1, 0, bars - 1)
    weight = np.bincount(index, weights=notes.length, minlength=bars)
    total = np.bincount(index, weights=notes.length * levels, minlength=bars)
    result: Floats = np.divide(total, weight, out=np.full(bars, np.nan), where=weight > 0)
    return result


def _range_by_bar(notes: Notes, lines: Floats) -> tuple[Floats, Floats]:
    bars = len(lines) - 1
    index = np.clip(np.searchsorted(lines, notes.start + 1e-6, side="right") - 1, 0, bars - 1)
    low, high = np.full(bars, np.inf), np.full(bars, -np.inf)
    np.minimum.at(low, index, notes.pitch)
    np.maximum.at(high, index, notes.pitch)
    return low, high


def bars_with_sound(notes: Notes, *, lines: Floats) -> Bools:
    """Return for each bar whether a note sounds in it.

    Parameters
    ----------
    notes : Notes
        One part.
    lines : ndarray, shape (bars + 1,), float64
        Bar lines in beats.

    Returns
    -------
    ndarray, shape (bars,), bool
        A note that begins or ends within 1/24 beat of a bar line does not reach over it.
    """
    change = np.zeros(len(lines), dtype=np.int64)
    first = np.searchsorted(lines, notes.start + _EDGE, side="right") - 1
    last = np.searchsorted(lines, notes.end - _EDGE, side="left")
    last = np.maximum(last, first + 1)
    np.add.at(change, np.clip(first, 0, len(lines) - 1), 1)
    np.add.at(change, np.clip(last, 0, len(lines) - 1), -1)
    result: Bools = np.cumsum(change)[:-1] > 0
    return result


def resting_share(parts: Sequence[Notes], *, lines: Floats) -> float:
    """Return the share of bars, over all parts, in which a part does not sound.

    Parameters
    ----------
    parts : sequence of Notes
        The notes of each part.
    lines : ndarray, shape (bars + 1,), float64
        Bar lines in beats.

    Returns
    -------
    float
        0 to 1.
    """
    rows = [bars_with_sound(notes, lines=lines) for notes in parts]
    return 1.0 - float(np.mean(rows)) if rows and len(lines) > 1 else 0.0
