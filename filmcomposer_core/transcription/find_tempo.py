"""The beats of a recording that comes without a tempo map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.tempo import TempoPoint
from filmcomposer_core.contracts.transcript import HeardNote

Floats = NDArray[np.float64]

#: Tempi that are sought, beats a minute; the likeliest, and how many octaves from it still are.
_SLOWEST, _FASTEST, _USUAL, _OCTAVES = 48.0, 176.0, 96.0, 0.7
_STEPS: Final = 400
#: Tempo is judged in windows, so that one who sings freely still has one, seconds.
_WINDOW_S, _HOP_S = 8.0, 4.0
#: What beats, halves and quarters of them say for a tempo.
_LEVELS: Final = ((1, 1.0), (2, 0.6), (4, 0.25), (3, 0.3))
#: Frames a second of the curve of beginnings.
_RATE: Final = 100
#: Tempi around the likeliest one that are tried for the whole recording, and how much of what the
#: windows say by themselves it must keep to be steady.
_NEAR: Final = np.linspace(-0.04, 0.04, 321)
_STEADY: Final = 0.86
_PHASES: Final = 48
#: Metres that are tried where none is given, with how much they must be believed.
_METERS: Final = (("4/4", 1.0), ("3/4", 0.94), ("2/4", 0.9))
#: Notes this much before the first downbeat take a bar of their own, in beats.
_PICKUP: Final = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """A tempo map that was found: bar 1 begins ``begin_s`` after the recording does.

    ``begin_s`` may be negative; ``steady`` says that one tempo serves throughout.
    """

    begin_s: float
    points: tuple[TempoPoint, ...]
    steady: bool


def find_pulse(notes: Sequence[HeardNote], *, bpm: float = 0.0, meter: str = "") -> Pulse:
    """Find tempo, metre and downbeats of a recording.

    Parameters
    ----------
    notes : sequence of HeardNote
        At least one, in time order.
    bpm : float
        The tempo where it is known, quarter notes a minute, else 0.
    meter : str
        The metre where it is known, such as ``3/4``, else empty.

    Returns
    -------
    Pulse
        Tempi in quarter notes a minute.
    """
    begins = np.array([note.start_s for note in notes])
    weights = np.array(
        [note.confidence * (0.3 + min(1.0, note.end_s - note.start_s)) for note in notes]
    )
    known = bpm * (int(meter.split("/")[1]) / 4.0 if meter else 1.0)
    rate = known or _tempo(begins, weights)
    line = _line(begins, weights, rate, given=bool(known))
    beats = _beats(begins, weights, rate) if line is None else np.zeros(0)
    if line is None:
        at = np.interp(begins, beats, np.arange(beats.size))
    else:
        at = (begins - line[1]) / line[0]
    signature, phase = _meter(at, weights, meter)
    num, den = (int(word) for word in signature.split("/"))
    first = phase + num * int(np.floor((at.min() + _PICKUP - phase) / num))
    if line is not None:
        points: tuple[TempoPoint, ...] = (_point(0.0, 60.0 / line[0], num, den),)
        return Pulse(begin_s=float(line[1] + first * line[0]), points=points, steady=True)
    starts = _bar_times(beats, first, num)
    points = tuple(
        _point(float(a - starts[0]), 60.0 * num / float(b - a), num, den)
        for a, b in pairwise(starts)
    )
    return Pulse(begin_s=float(starts[0]), points=points, steady=False)


def _point(time_s: float, bpm: float, num: int, den: int) -> TempoPoint:
    return TempoPoint(
        time_s=time_s, bpm=min(960.0, max(5.0, bpm * 4.0 / den)), ramp=False, num=num, den=den
    )


def _tempo(begins: Floats, weights: Floats) -> float:
    """Return the tempo whose pulses the notes fall on, window by window."""
    tempi = np.geomspace(_SLOWEST, _FASTEST, _STEPS)
    last = float(begins.max())
    score = np.zeros(_STEPS)
    for start in np.arange(0.0, max(_HOP_S, last), _HOP_S):
        inside = (begins >= start) & (begins < start + _WINDOW_S)
        if inside.sum() < 3:
            continue
        for level, worth in _LEVELS:
            score += worth * np.abs(_pulses(begins[inside], weights[inside], tempi, level))
    if not score.any():
        return _USUAL
    prior = np.exp(-0.5 * (np.log2(tempi / _USUAL) / _OCTAVES) ** 2)
    return float(tempi[np.argmax(score * prior)])


def _beats(begins: Floats, weights: Floats, bpm: float) -> Floats:
    """Return beat times, seconds, from before the first note to after the last one."""
    import librosa

    size = int((begins.max() + 2.0) * _RATE)
    curve = np.zeros(size)
    for begin, weight in zip(begins, weights, strict=True):
        centre = int(begin * _RATE)
        low, high = max(0, centre - 6), min(size, centre + 7)
        curve[low:high] += weight * np.exp(
            -0.5 * ((np.arange(low, high) - begin * _RATE) / 2.0) ** 2
        )
    _, found = librosa.beat.beat_track(
        onset_envelope=curve, sr=_RATE, hop_length=1, bpm=bpm, trim=False, units="time",
        tightness=100.0,
    )  # fmt: skip
    beats = np.asarray(found, dtype=np.float64)
    step = 60.0 / bpm
    if beats.size < 2:
        beats = begins.min() + step * np.arange(2.0)
    before = np.arange(beats[0] - step, begins.min() - 2 * step, -step)[::-1]
    after = np.arange(beats[-1] + step, begins.max() + 3 * step, step)
    return np.concatenate([before, beats, after])


def _line(
    begins: Floats, weights: Floats, bpm: float, *, given: bool
) -> tuple[float, float] | None:
    """Return seconds a beat and the time of a beat where one tempo serves, else None."""
    rates = np.array([bpm]) if given else bpm * (1.0 + _NEAR)
    sums = np.array([_pulses(begins, weights, rates, level) for level, _ in _LEVELS])
    worth = np.array([worth for _, worth in _LEVELS])
    whole = (np.abs(sums) * worth[:, None]).sum(axis=0)
    best = int(np.argmax(whole))
    parts = 0.0
    for start in np.arange(0.0, float(begins.max()) + 1e-9, _WINDOW_S):
        inside = (begins >= start) & (begins < start + _WINDOW_S)
        if inside.any():
            own = [_pulses(begins[inside], weights[inside], rates, level) for level, _ in _LEVELS]
            parts += float((np.abs(np.array(own)) * worth[:, None]).sum(axis=0).max())
    if not given and whole[best] < _STEADY * parts:
        return None
    step = 60.0 / float(rates[best])
    phases = np.arange(_PHASES) / _PHASES
    turns = np.array([np.exp(-2j * np.pi * level * phases) for level, _ in _LEVELS])
    fit = (worth[:, None] * (turns * sums[:, best, None]).real).sum(axis=0)
    return step, step * float(phases[np.argmax(fit)])


def _pulses(begins: Floats, weights: Floats, rates: Floats, level: int) -> NDArray[np.complex128]:
    """Return for each tempo how the notes add up on its pulses, shape (tempi,)."""
    angle = 2j * np.pi * level * begins[None, :] * rates[:, None] / 60.0
    return np.asarray((weights * np.exp(angle)).sum(axis=1))


def _meter(at: Floats, weights: Floats, asked: str) -> tuple[str, int]:
    """Return the metre, and which beat is a downbeat: long notes begin on those."""
    near = np.round(at)
    heavy = weights * (np.abs(at - near) < 0.12)
    best = ("4/4", 0, -1.0)
    for meter, belief in ((asked, 1.0),) if asked else _METERS:
        num = int(meter.split("/")[0])
        sums = np.array([heavy[(near % num) == phase].sum() for phase in range(num)])
        shares = sums / max(1e-9, float(heavy.sum()))
        phase = int(np.argmax(shares))
        score = belief * (num * float(shares[phase]) - 1.0) / np.sqrt(num - 1.0)
        if score > best[2]:
            best = (meter, phase, score)
    return best[0], best[1]


def _bar_times(beats: Floats, first: int, num: int) -> list[float]:
    """Return the times of the bar lines from a beat on, the beats going on as they began."""
    count = np.arange(beats.size)
    last = int(beats.size) - 1
    lines = np.arange(first, last + num, num)
    inside = np.interp(lines, count, beats)
    head, tail = beats[1] - beats[0], beats[-1] - beats[-2]
    inside = np.where(lines < 0, beats[0] + lines * head, inside)
    inside = np.where(lines > last, beats[-1] + (lines - last) * tail, inside)
    return [float(time_s) for time_s in inside]
