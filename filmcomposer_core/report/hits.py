"""Hits measured on what sounds: note onsets, and onsets in the rendered mix.

The grid of the tempo map is not asked: a hit counts as met only if something begins there.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.closing import least_s
from filmcomposer_core.contracts.daw_plan import DawPlan, MidiItemOp, TempoOp
from filmcomposer_core.contracts.hit_rule import colour_of, frames_off, reason_of
from filmcomposer_core.contracts.report import ReportHit
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.contracts.tempo import MappedHit
from filmcomposer_core.timeline import Timeline

#: How far from a hit an onset in the sound is looked for, seconds.
AUDIO_REACH_S = 0.15
#: Step of the onset detector, samples at 48 kHz.
HOP = 128
#: The detector answers this late; measured on tones with attacks of 1 to 50 ms, seconds.
BIAS_S = 0.0105
#: An onset must rise this far above the local mean of the detection function.
RISE = 2.5


def note_onsets(plan: DawPlan) -> NDArray[np.float64]:
    """Return the onsets of all notes of a plan in seconds, ascending, each time once."""
    points = next(op.points for op in plan.operations if isinstance(op, TempoOp))
    timeline = Timeline(points)
    beats = {
        round(note.beat, 6)
        for op in plan.operations
        if isinstance(op, MidiItemOp)
        for note in op.notes
    }
    return np.array([timeline.time_at(beat) for beat in sorted(beats)])


def audio_onset(samples: NDArray[np.float32], *, rate: int, centre_s: float) -> float | None:
    """Return the onset nearest to the middle of a stretch of sound.

    Parameters
    ----------
    samples : ndarray, shape (samples,), float32
        Mono sound around the hit.
    rate : int
        Samples per second.
    centre_s : float
        Where the hit lies in it, seconds.

    Returns
    -------
    float or None
        Seconds from the start of ``samples``; None where nothing begins within
        ``AUDIO_REACH_S``.
    """
    from librosa.onset import onset_strength
    from scipy.signal import find_peaks

    if samples.size < 8 * HOP or not np.any(np.abs(samples) > 1e-5):
        return None
    curve = onset_strength(y=samples, sr=rate, hop_length=HOP, n_fft=1024, n_mels=64, lag=4)
    level = float(np.mean(curve))
    peaks, _ = find_peaks(curve, height=max(1e-6, RISE * level), distance=6)
    times = peaks * HOP / rate - BIAS_S
    close = times[np.abs(times - centre_s) <= AUDIO_REACH_S]
    return float(close[np.argmin(np.abs(close - centre_s))]) if close.size else None


def audio_onsets_at(wav_path: Path, times_s: Sequence[float]) -> list[float | None]:
    """Return for each time the nearest onset in a sound file, in seconds.

    Only a second around each time is read, so that memory does not grow with the file.
    """
    import soundfile

    found: list[float | None] = []
    with soundfile.SoundFile(wav_path) as sound:
        rate = sound.samplerate
        for time_s in times_s:
            start = max(0, round((time_s - 0.5) * rate))
            stop = min(sound.frames, round((time_s + 0.5) * rate))
            if stop <= start:
                found.append(None)
                continue
            sound.seek(start)
            block = sound.read(stop - start, dtype="float32", always_2d=True).mean(axis=1)
            onset = audio_onset(block, rate=rate, centre_s=time_s - start / rate)
            found.append(None if onset is None else start / rate + onset)
    return found


def measure(
    spots: Sequence[Spot],
    *,
    plan: DawPlan,
    mapped: Sequence[MappedHit],
    wav_path: Path,
    fps: float,
    duration_s: float,
) -> tuple[ReportHit, ...]:
    """Measure every hit on the notes and on the sound.

    Parameters
    ----------
    spots : sequence of Spot
    plan : DawPlan
        Its notes are what sounds.
    mapped : sequence of MappedHit
        Where the spots fall in bars and beats.
    wav_path : Path
        The rendered mix.
    fps : float
        Frames per second.
    duration_s : float
        Length of the picture, seconds.
    """
    onsets = note_onsets(plan).tolist()
    needed_s = least_s(duration_s)
    heard = audio_onsets_at(wav_path, [spot.time_s for spot in spots])
    places = {hit.spot: hit for hit in mapped}
    hits = []
    for spot, sound in zip(spots, heard, strict=True):
        off = frames_off(onsets, spot.time_s, fps=fps)
        place = places.get(spot.id)
        beat = place.beat if place else None
        hits.append(
            ReportHit(
                spot=spot.id,
                name=spot.name,
                time_s=spot.time_s,
                timecode=spot.timecode,
                weight=spot.weight,
                strong=spot.strong,
                bar=place.bar if place else 0,
                beat=place.beat if place else 0.0,
                frames_off_midi=off,
                frames_off_audio=None if sound is None else round((sound - spot.time_s) * fps, 2),
                colour=colour_of(spot, off, beat=beat),
                reason=reason_of(
                    spot, off, beat=beat, left_s=duration_s - spot.time_s, needed_s=needed_s
                ),
            )
        )
    return tuple(hits)
