"""How well notes agree with the chords and with each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from filmcomposer_core.assessment.measures.chords import ChordSpan
from filmcomposer_core.assessment.measures.notes import Bools, Ints, Notes
from filmcomposer_core.contracts.harmony import QUALITIES, scale_pitch_classes


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """How a line lies on its chords: share of time that fits, and bars where most does not."""

    share: float
    in_scale: float
    clashes: int
    bad_bars: tuple[int, ...]


def melody_fit(line: Notes, spans: Sequence[ChordSpan]) -> Fit:
    """Measure how a line fits the chords under it.

    Parameters
    ----------
    line : Notes
        One line.
    spans : sequence of ChordSpan
        The chords.

    Returns
    -------
    Fit
        A stretch of a note fits if it is a chord tone, or a tone of the scale that is left by
        step (passing, neighbour, suspension, appoggiatura). A clash is a foreign tone of at least
        a beat, a semitone from a chord tone and outside the scale.
    """
    starts = np.array([span.start for span in spans])
    total = good = scale_time = 0.0
    clashes = 0
    bad: dict[int, float] = {}
    for index in range(len(line)):
        pitch, end = int(line.pitch[index]), float(line.end[index])
        after = int(line.pitch[index + 1]) if index + 1 < len(line) else None
        by_step = after is not None and 0 < abs(after - pitch) <= 2
        first = max(0, int(np.searchsorted(starts, line.start[index] + 1e-6, side="right")) - 1)
        for place in range(first, len(spans)):
            span = spans[place]
            if span.start >= end - 1e-6:
                break
            beats = min(end, span.end) - max(float(line.start[index]), span.start)
            if beats <= 1e-6:
                continue
            tones = span.chord.pitch_classes
            scale = scale_pitch_classes(span.section.key, span.section.mode)
            inside = pitch % 12 in scale
            fits = pitch % 12 in tones or (inside and by_step)
            total += beats
            good += beats * fits
            scale_time += beats * (inside or pitch % 12 in tones)
            if not fits:
                bad[span.bar] = bad.get(span.bar, 0.0) + beats
            near = any((pitch - tone) % 12 in (1, 11) for tone in tones)
            clashes += bool(not fits and not inside and near and beats >= 1.0)
    worst = sorted(bar for bar, beats in bad.items() if beats >= 1.0)
    return Fit(
        share=good / total if total else float("nan"),
        in_scale=scale_time / total if total else float("nan"),
        clashes=clashes,
        bad_bars=tuple(worst),
    )


@cache
def _plain_table() -> Bools:
    """For each of the 4,096 sets of pitch classes: whether some known chord holds all of it."""
    chords = {
        sum(1 << ((root + step) % 12) for step in {s % 12 for s in steps})
        for root in range(12)
        for steps in QUALITIES.values()
    }
    table = np.zeros(4096, dtype=np.bool_)
    for mask in chords:
        subset = mask
        while subset:
            table[subset] = True
            subset = (subset - 1) & mask
    table[0] = True
    return table


def plain_beats(classes: Bools) -> Bools:
    """Return for each beat whether its pitch classes form (part of) a known chord.

    Parameters
    ----------
    classes : ndarray, shape (beats, 12), bool
        Pitch classes that sound.

    Returns
    -------
    ndarray, shape (beats,), bool
        True also where nothing sounds.
    """
    masks = classes.astype(np.int64) @ (1 << np.arange(12))
    result: Bools = _plain_table()[masks]
    return result


def ninth_clashes(pitches: Bools, chord_classes: Bools) -> Bools:
    """Return for each beat whether two notes a semitone, or octaves and a semitone, apart sound.

    Parameters
    ----------
    pitches : ndarray, shape (beats, 128), bool
        Pitches that sound.
    chord_classes : ndarray, shape (beats, 12), bool
        Pitch classes of the planned chord; pairs that both belong to it do not clash.

    Returns
    -------
    ndarray, shape (beats,), bool
        True for a clash.
    """
    found = np.zeros(len(pitches), dtype=np.bool_)
    classes = np.arange(128) % 12
    belongs = chord_classes[:, classes]
    for distance in (1, 13, 25):
        both = pitches[:, :-distance] & pitches[:, distance:]
        meant = belongs[:, :-distance] & belongs[:, distance:]
        found |= (both & ~meant).any(axis=1)
    return found


def parallels(top: Ints, bass: Ints) -> tuple[int, int]:
    """Count parallel fifths and octaves between the outer voices.

    Parameters
    ----------
    top, bass : ndarray, shape (places,), int
        Pitches at successive places, -1 where a voice rests.

    Returns
    -------
    faults : int
        Moves of both voices in one direction from a fifth or octave to another of its kind.
    moves : int
        Moves in which both voices change.
    """
    here = (top >= 0) & (bass >= 0)
    both = here[1:] & here[:-1]
    up, low = np.diff(top), np.diff(bass)
    moved = both & (up != 0) & (low != 0)
    kind = (top - bass) % 12
    same = (kind[1:] == kind[:-1]) & np.isin(kind[1:], (0, 7))
    return int(np.sum(moved & same & (np.sign(up) == np.sign(low)))), int(np.sum(moved))
