"""Chords that sound, how often they change, and faults between the voices."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Final

import numpy as np

from filmcomposer_core.assessment.measures.chords import ChordSpan, diversity
from filmcomposer_core.assessment.measures.consonance import ninth_clashes, parallels
from filmcomposer_core.assessment.measures.notes import Bools, Floats, Ints, Notes, sounding
from filmcomposer_core.timeline import Bar

#: Idioms that move chords in parallel on purpose, and idioms whose dissonance is meant.
PLANING: Final = frozenset({"dream", "wonder", "machine"})
#: Chord changes that are looked at together, and the fewest that are.
_CHANGES: Final = 16
_LEAST_CHANGES: Final = 8
_TRIADS: Final = ((0, 4, 7), (0, 3, 7), (0, 3, 6), (0, 4, 8), (0, 5, 7))
_SHAPES: Final = np.array(
    [[(pc - root) % 12 in steps for pc in range(12)] for steps in _TRIADS for root in range(12)],
    dtype=np.float64,
)
#: Beats are looked at this much after they begin: players come in early or late, and legato notes
#: reach into the next one.
_AFTER: Final = 0.125
_MISSING: Final = 0.2
_BASS: Final = 0.05


def heard_chords(notes: Notes, beats: int) -> list[int]:
    """Return the triad that is heard on each beat.

    Parameters
    ----------
    notes : Notes
        All pitched notes.
    beats : int
        Number of beats.

    Returns
    -------
    list of int
        A number for kind and root of the triad (major, minor, diminished, augmented, suspended)
        that explains most of the beat's sounding time; -1 where less than three pitch classes
        sound. A tone of the triad that is missing counts against it, a root in the bass for it.
    """
    weights, bass = _beat_weights(notes, beats)
    found = []
    for row, low in zip(weights, bass.tolist(), strict=True):
        if np.count_nonzero(row) < 3:
            found.append(-1)
            continue
        share = row / row.sum()
        missing = (_SHAPES * (share == 0)[None, :]).sum(axis=1)
        rooted = np.arange(len(_SHAPES)) % 12 == low % 12
        found.append(int(np.argmax(_SHAPES @ share - _MISSING * missing + _BASS * rooted)))
    return found


def _beat_weights(notes: Notes, beats: int) -> tuple[Floats, Ints]:
    """Return sounding time by beat and pitch class, shape (beats, 12), and the lowest pitch."""
    weights = np.zeros((beats, 12))
    bass = np.full(beats, 999, dtype=np.int64)
    rows = zip(notes.start.tolist(), notes.end.tolist(), notes.pitch.tolist(), strict=True)
    for start, end, pitch in rows:
        for beat in range(max(0, int(start + 1e-6)), min(beats, int(np.ceil(end - 1e-6)))):
            inside = min(end, beat + 1.0) - max(start, float(beat))
            if inside > 0.1:
                weights[beat, pitch % 12] += inside
                bass[beat] = min(bass[beat], pitch)
    return weights, bass


def distinct_chords(heard: Sequence[int]) -> float:
    """Return how many chords there are in 16 changes, mean; NaN for less than eight changes."""
    names = [key for key, _ in itertools.groupby(chord for chord in heard if chord >= 0)]
    if len(names) < _LEAST_CHANGES:
        return float("nan")
    parts = [names[i : i + _CHANGES] for i in range(0, len(names), _CHANGES)]
    counts = [len(set(part)) for part in parts if len(part) >= min(_CHANGES, len(names))]
    return float(np.mean(counts))


def chord_beats(heard: Sequence[int]) -> float:
    """Return the mean number of beats that a chord is held; NaN where none is heard."""
    known = [chord for chord in heard if chord >= 0]
    groups = sum(1 for _ in itertools.groupby(known))
    return len(known) / groups if groups else float("nan")


def planned_chords(spans: Sequence[ChordSpan]) -> float:
    """Return how many distinct chords are planned in 16 places; NaN for less than eight."""
    return diversity(spans).distinct if len(spans) >= _LEAST_CHANGES else float("nan")


def parallel_share(top: Notes, bass: Notes, places: Floats, beats: int) -> float:
    """Return the share of moves of the outer voices that are parallel fifths or octaves.

    Parameters
    ----------
    top, bass : Notes
        Highest and lowest voice.
    places : ndarray, shape (n,), float64
        Beats at which the voices are compared: where chords begin.
    beats : int
        Beats of the piece.

    Returns
    -------
    float
        0 to 1; NaN where both voices never move together.
    """
    at = np.unique(np.ceil(places - 1e-6).astype(np.int64))
    at = at[at < beats]
    faults, moved = parallels(_edge(top, beats, low=False)[at], _edge(bass, beats, low=True)[at])
    return faults / moved if moved else float("nan")


def _on_beats(notes: Notes, beats: int) -> Bools:
    """Return what sounds just after each beat begins, shape (beats, 128)."""
    moved = Notes(notes.start - _AFTER, notes.end - _AFTER, notes.pitch, notes.velocity)
    return sounding(moved, columns=notes.pitch, width=128, beats=beats)


def _edge(notes: Notes, beats: int, *, low: bool) -> Ints:
    rows = _on_beats(notes, beats)
    edge = rows.argmax(axis=1) if low else 127 - rows[:, ::-1].argmax(axis=1)
    result: Ints = np.where(rows.any(axis=1), edge, -1).astype(np.int64)
    return result


def strong_beats(bars: Sequence[Bar], beats: int) -> Ints:
    """Return the whole beats that are strong: bar lines, and the middle of bars of four."""
    found = set()
    for bar in bars:
        found.add(round(bar.start_beat))
        if bar.num % 4 == 0 or (bar.den == 8 and bar.num % 6 == 0):
            found.add(round(bar.start_beat + bar.beats / 2))
    return np.array(sorted(b for b in found if 0 <= b < beats), dtype=np.int64)


def clash_share(notes: Notes, spans: Sequence[ChordSpan], bars: Sequence[Bar], beats: int) -> float:
    """Return the share of strong beats on which notes clash by a semitone.

    Parameters
    ----------
    notes : Notes
        All pitched notes.
    spans : sequence of ChordSpan
        Planned chords: two tones of one do not clash. May be empty.
    bars : sequence of Bar
        All bars.
    beats : int
        Beats of the piece.

    Returns
    -------
    float
        0 to 1, of the strong beats on which something sounds. Notes a semitone, or one or two
        octaves and a semitone, apart clash. Where no chords are planned every such pair counts,
        suspensions and major sevenths too.
    """
    rows = _on_beats(notes, beats)
    chords: Bools = np.zeros((beats, 12), dtype=np.bool_)
    for span in spans:
        first, last = int(np.ceil(span.start - 1e-6)), int(np.ceil(span.end - 1e-6))
        chords[first:last, list(span.chord.pitch_classes)] = True
    strong = strong_beats(bars, beats)
    busy = strong[rows[strong].any(axis=1)]
    return float(ninth_clashes(rows, chords)[busy].mean()) if busy.size else float("nan")
