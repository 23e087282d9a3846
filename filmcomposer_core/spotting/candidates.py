"""Everything in the picture that could become a hit, each with a score from 0 to 1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.clip import Analysis
from filmcomposer_core.spotting.steps import (
    Array,
    Track,
    local_maxima,
    loudness,
    smooth,
    window_means,
)

#: Smallest step that counts at all, in units of loudness (motion doubles and more).
LEAST_STEP = 0.6
#: A step this large is a full event in any clip; a clip's own large steps count as full as well.
FULL_STEP = 2.5
LEAST_FLASH = 0.12
#: A peak slower than this (picture widths per second) may be a compressed picture being refreshed.
LEAST_ACCENT = 0.02
#: Flow slower than this (picture widths per second) has no direction worth a hit.
LEAST_FLOW = 0.03
WINDOW_S = 0.3
#: What the kinds of movement are worth beside each other.
WORTH = {"starts": 1.0, "stops": 0.95, "accent": 0.8, "turns": 0.75, "light": 0.85}
CUT_WORTH = {"cut": 0.3, "fade": 0.3, "dissolve": 0.15, "start": 0.0}
MONTAGE_SHOT_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A possible hit: its frame, ``C`` for a cut or ``M`` for motion, its name and its score."""

    frame: int
    letter: str
    name: str
    score: float


def cut_candidates(analysis: Analysis, track: Track) -> list[Candidate]:
    """Score every change of shot by how much the picture changes there.

    Craft 1.1: the kind of cut, the saliency rank of the new shot, the change of motion and of
    light, and how long the shot before was held.
    """
    shots = analysis.shots
    ranks = _ranks([shot.saliency for shot in shots])
    found = []
    for number in range(1, len(shots)):
        shot, before = shots[number], shots[number - 1]
        frame = shot.start_frame
        if not 0 < frame < len(track.motion):
            continue
        width = track.frames(0.5)
        old = track.loudness[max(frame - width, track.first[frame - 1]) : frame].mean()
        new = track.loudness[frame : min(frame + width, track.end[frame])].mean()
        light = abs(shot.luma - before.luma) + 0.5 * abs(shot.contrast - before.contrast)
        score = (
            CUT_WORTH[shot.cut]
            + 0.33 * min(1.0, abs(new - old) / FULL_STEP)
            + 0.15 * min(1.0, light / 0.3)
            + 0.12 * ranks[number]
            + 0.10 * min(1.0, (before.end_s - before.start_s) / 8.0)
        )
        if _inside_montage(analysis, number):
            score *= 0.6
        name = f"{shot.cut} to shot {number + 1}"
        found.append(Candidate(frame=frame, letter="C", name=name, score=score))
    return found


def motion_candidates(track: Track) -> list[Candidate]:
    """Find where movement starts, stops, peaks or turns inside a shot, and where light jumps."""
    before, after = window_means(track.loudness, track, window_s=WINDOW_S)
    step = after - before
    full = max(FULL_STEP / 2, _percentile(np.abs(step), 99.5))
    radius = track.frames(WINDOW_S)
    starts = local_maxima(step, radius=radius, least=LEAST_STEP)
    # A decline that leaves the picture busy is no stop.
    calm = float(loudness(np.array([2.0 * track.just_noticed]), track.just_noticed)[0])
    fall = np.where(after < np.minimum(calm, 0.7 * before), -step, 0.0)
    stops = local_maxima(fall, radius=radius, least=LEAST_STEP)
    found = [_candidate(i, "starts" if before[i] < 0.6 else "grows", step[i], full) for i in starts]
    found += [_candidate(i, "stops", -step[i], full) for i in stops]
    found += _accents(track, full)
    return found + _turns(track) + _flashes(track)


def _candidate(frame: int, what: str, step: float, full: float) -> Candidate:
    worth = WORTH["starts" if what == "grows" else what]
    size = 0.5 * min(1.0, step / full) + 0.5 * min(1.0, step / FULL_STEP)
    name = "accent" if what == "accent" else f"movement {what}"
    return Candidate(frame=int(frame), letter="M", name=name, score=worth * size)


def _accents(track: Track, full: float) -> list[Candidate]:
    """Find short peaks that stand out of the second before and the second after them."""
    curve = smooth(track.loudness, track.frames(0.12))
    least = float(loudness(np.array([LEAST_ACCENT]), track.just_noticed)[0])
    span = track.frames(1.0)
    found = []
    for peak in local_maxima(curve, radius=track.frames(WINDOW_S), least=least):
        before = curve[max(track.first[peak], peak - span) : peak + 1].min()
        after = curve[peak : min(track.end[peak], peak + span + 1)].min()
        height = float(curve[peak] - max(before, after))
        if height >= LEAST_STEP:
            found.append(_candidate(peak, "accent", height, full))
    return found


def _turns(track: Track) -> list[Candidate]:
    """Find where the picture as a whole turns back, as in swaying or a reversed pan."""
    x_before, x_after = window_means(track.flow_x, track, window_s=WINDOW_S)
    y_before, y_after = window_means(track.flow_y, track, window_s=WINDOW_S)
    before, after = np.hypot(x_before, y_before), np.hypot(x_after, y_after)
    against = -(x_before * x_after + y_before * y_after)
    size = np.where(against > 0.3 * before * after, np.minimum(before, after), 0.0)
    frames = local_maxima(size, radius=track.frames(WINDOW_S), least=LEAST_FLOW)
    sizes = loudness(size, track.just_noticed)
    return [
        Candidate(
            frame=int(i),
            letter="M",
            name="movement turns",
            score=WORTH["turns"] * min(1.0, float(sizes[i]) / FULL_STEP),
        )
        for i in frames
    ]


def _flashes(track: Track) -> list[Candidate]:
    """Find sudden changes of light inside a shot: a flash, a lamp that goes out."""
    before, after = window_means(track.luma, track, window_s=0.15)
    step = after - before
    frames = local_maxima(np.abs(step), radius=track.frames(WINDOW_S), least=LEAST_FLASH)
    return [
        Candidate(
            frame=int(i),
            letter="M",
            name="flash" if step[i] > 0 else "light goes",
            score=WORTH["light"] * min(1.0, abs(float(step[i])) / 0.4),
        )
        for i in frames
    ]


def _inside_montage(analysis: Analysis, number: int) -> bool:
    """Tell whether a cut stands between very short shots: those are scored as one gesture."""
    around = analysis.shots[max(0, number - 1) : number + 2]
    return len(around) == 3 and all(s.end_s - s.start_s < MONTAGE_SHOT_S for s in around)


def _ranks(values: list[float]) -> list[float]:
    """Return the rank of each value within the list, 0 to 1, equal values sharing the lowest."""
    order = np.sort(values)
    places: NDArray[np.int64] = np.searchsorted(order, values)
    return [float(place) / max(1, len(values) - 1) for place in places]


def _percentile(values: Array, percent: float) -> float:
    return float(np.percentile(values, percent)) if len(values) else 0.0
