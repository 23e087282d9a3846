"""Music on the clock of the picture: onsets with their weight, and loudness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from filmcomposer_core.assessment.measures.notes import Floats
from filmcomposer_core.contracts.score import Controller
from filmcomposer_core.evaluation.piece import Piece, Voice

#: Step of the loudness curve, seconds, and what stands for silence, dB.
STEP_S: Final = 0.1
SILENT_DB: Final = -120.0
#: Notes that begin within this time are one onset, seconds: chords are rolled and humanised.
_TOGETHER_S: Final = 0.025
#: Families whose sounds die away, and the time in which they fall to a third, seconds.
_DECAYING: Final = frozenset({"percussion", "plucked", "keyboards", "colour"})
_DECAY_S: Final = 0.8
_RING_S: Final = 2.0
_EXPRESSION, _VOLUME = 11, 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Onsets in seconds, ascending, with their weights, and the level every 0.1 s in dB.

    ``level_db`` has shape (ceil(duration / 0.1),).
    """

    times_s: Floats
    weights: Floats
    level_db: Floats
    duration_s: float

    def shifted(self, by_s: float) -> Heard:
        """Return the same music moved later in a circle: what falls off the end begins it."""
        times = (self.times_s + by_s) % max(self.duration_s, 1e-9)
        order = np.argsort(times, kind="stable")
        steps = round(by_s / STEP_S)
        return Heard(
            times_s=times[order],
            weights=self.weights[order],
            level_db=np.roll(self.level_db, steps),
            duration_s=self.duration_s,
        )


def heard_score(piece: Piece, *, duration_s: float) -> Heard:
    """Return the score on the clock of the picture.

    Parameters
    ----------
    piece : Piece
        With its voices.
    duration_s : float
        Length of the picture, seconds.

    Returns
    -------
    Heard
        An onset weighs the sum of the velocities that begin with it. The level is that of the
        summed powers of all notes: 40 log10 of velocity, expression and volume controller, the
        fader of the scheme, and a decay for plucked and struck sounds. Differences between sounds
        of the font are left out, as the mix trims them.
    """
    times, velocities = [np.zeros(0)], [np.zeros(0)]
    power = np.zeros(max(1, int(np.ceil(duration_s / STEP_S - 1e-9))))
    for voice in piece.voices:
        starts, ends = piece.times_of(voice.notes.start), piece.times_of(voice.notes.end)
        times.append(starts)
        velocities.append(voice.notes.velocity.astype(np.float64))
        power += _power(voice, piece, starts, ends, power.size)
    onsets, weights = cluster(np.concatenate(times), np.concatenate(velocities))
    inside = (onsets >= 0) & (onsets < duration_s)
    return Heard(
        times_s=onsets[inside],
        weights=weights[inside],
        level_db=levels_of(power),
        duration_s=duration_s,
    )


def levels_of(power: Floats) -> Floats:
    """Return powers in dB, silence as -120."""
    result: Floats = 10.0 * np.log10(np.maximum(power, 10.0 ** (SILENT_DB / 10.0)))
    return result


def cluster(times_s: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Join onsets that begin within 25 ms of the first of them.

    Returns
    -------
    times_s, weights : ndarray, shape (onsets,), float64
        Mean times, weighted, and summed weights, ascending.
    """
    order = np.argsort(times_s, kind="stable")
    found: list[tuple[float, float]] = []
    begin = -np.inf
    for time, weight in zip(times_s[order].tolist(), weights[order].tolist(), strict=True):
        if time - begin > _TOGETHER_S:
            begin = time
            found.append((time * weight, weight))
        else:
            found[-1] = (found[-1][0] + time * weight, found[-1][1] + weight)
    table = np.array(found, dtype=np.float64).reshape(-1, 2)
    return table[:, 0] / np.maximum(table[:, 1], 1e-12), table[:, 1]


def _power(voice: Voice, piece: Piece, starts: Floats, ends: Floats, size: int) -> Floats:
    grid = (np.arange(size) + 0.5) * STEP_S
    beats = np.array([piece.timeline.beat_at(t) for t in grid.tolist()])
    gain = _controller(voice.controllers, _EXPRESSION, beats)
    gain = gain * _controller(voice.controllers, _VOLUME, beats)
    power = np.zeros(size)
    dies = voice.player is not None and voice.player.family in _DECAYING
    rows = zip(starts.tolist(), ends.tolist(), voice.notes.velocity.tolist(), strict=True)
    for start, end, velocity in rows:
        if dies:
            end = max(end, start + _RING_S)
        first, last = max(0, int(start / STEP_S)), min(size, int(np.ceil(end / STEP_S)))
        if last <= first:
            continue
        left = np.maximum(grid[first:last] - STEP_S / 2, start)
        covered = np.clip((np.minimum(grid[first:last] + STEP_S / 2, end) - left) / STEP_S, 0, 1)
        age = np.maximum(0.0, left - start)
        fall = np.exp(-2.0 * age / _DECAY_S) if dies else 1.0
        power[first:last] += (velocity / 127.0) ** 4 * covered * fall
    fader = np.ones(size)
    if voice.fader:
        fader = np.interp(beats, [b for b, _ in voice.fader], [g for _, g in voice.fader])
    result: Floats = power * gain**4 * fader**2 * (1.0 + voice.doubled)
    return result


def _controller(points: tuple[Controller, ...], number: int, beats: Floats) -> Floats:
    """Return a controller's value over 127 at each beat; 1 where it is never sent."""
    mine = sorted((c for c in points if c.number == number), key=lambda c: c.beat)
    if not mine:
        return np.ones(beats.size)
    places = np.array([c.beat for c in mine])
    values = np.array([c.value for c in mine], dtype=np.float64)
    index = np.searchsorted(places, beats + 1e-9, side="right") - 1
    held = values[np.maximum(index, 0)]
    ramps = np.array([c.ramp for c in mine])[np.maximum(index, 0)] & (index >= 0)
    result: Floats = np.where(ramps, np.interp(beats, places, values), held) / 127.0
    return result
