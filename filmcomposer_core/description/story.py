"""What happens and how it moves, in plain sentences made from what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.clip import Analysis, Curves, Shot
from filmcomposer_core.contracts.description import EmotionPoint, ShotDescription
from filmcomposer_core.description.describer import Evidence
from filmcomposer_core.description.development import development
from filmcomposer_core.description.look import STILL, Look, filled_motion, smooth
from filmcomposer_core.description.tell_shot import speed_level, speed_word, tell_shot

Array = NDArray[np.float64]

#: Sentences kept, the most telling ones, so that the text of a feature stays readable.
MOST_SHOTS = 40
MOST_EVENTS = 24
REST_S = 1.5


def plot_text(
    analysis: Analysis,
    look: Look,
    *,
    shots: Sequence[ShotDescription],
    points: Sequence[EmotionPoint],
    reasons: Sequence[Evidence],
) -> str:
    """Tell how the clip goes on, then its shots one by one, each against the one before.

    Parameters
    ----------
    analysis : Analysis
    look : Look
    shots : sequence of ShotDescription
        What was seen in the shots.
    points : sequence of EmotionPoint
        The mood over time.
    reasons : sequence of Evidence
        Why the mood is what it is.

    Returns
    -------
    str
        One line of sentences; of many shots only those that change most are told.
    """
    measured = analysis.shots
    count = f"{len(measured)} shots" if len(measured) != 1 else "One shot"
    colour = ", black and white" if look.monochrome else ""
    opening = f"{count} in {analysis.clip.duration_s:.1f} s{colour}."
    changes = [9e9, *(_change(a, b) for a, b in pairwise(measured))]
    order = sorted(range(len(measured)), key=lambda i: (-changes[i], i))
    told = sorted(order[:MOST_SHOTS])
    sentences = [tell_shot(i, measured, shots) for i in told]
    if len(told) < len(measured):
        sentences.append(f"{len(measured) - len(told)} shots that change less are left out.")
    course = development(analysis, shots=shots, points=points, reasons=reasons)
    return " ".join([opening, *course, *sentences])


def motion_text(analysis: Analysis, curves: Curves, look: Look) -> str:
    """Tell the arrangers where motion rises, peaks and rests.

    Returns
    -------
    str
        One line of sentences in order of time, the largest events only.
    """
    fps = float(analysis.clip.fps)
    motion = smooth(filled_motion(analysis, curves), fps)
    opening = (
        f"Mean motion {look.speed_mean:.3f} and mean increase {look.saliency_mean:.3f} "
        "picture widths per second."
    )
    if not len(motion) or float(motion.max()) < STILL:
        return f"{opening} The picture is still throughout."
    events = _rests(motion, curves.time_s) + _peaks(motion, curves.time_s, fps)
    largest = sorted(events, key=lambda e: (-e[1], e[0]))[:MOST_EVENTS]
    if not largest:
        return f"{opening} Motion is even throughout."
    return " ".join([opening, *(text for _, _, text in sorted(largest))])


def _change(before: Shot, after: Shot) -> float:
    speed = abs(speed_level(after.speed) - speed_level(before.speed))
    return speed + 6.0 * abs(after.luma - before.luma) + 0.5 * (after.hue != before.hue)


def _rests(motion: Array, time_s: Array) -> list[tuple[float, float, str]]:
    """Return stretches without motion as (start in s, size, sentence)."""
    found = []
    for resting, group in groupby(range(len(motion)), key=lambda i: bool(motion[i] < STILL)):
        frames = list(group)
        start, end = float(time_s[frames[0]]), float(time_s[frames[-1]])
        if resting and end - start >= REST_S:
            found.append((start, end - start, f"Rests {start:.1f}-{end:.1f} s."))
    return found


def _peaks(motion: Array, time_s: Array, fps: float) -> list[tuple[float, float, str]]:
    """Return the crests of motion, each with the place where its rise begins."""
    level = np.log2(1.0 + motion / STILL)
    reach = max(1, round(2.0 * fps))
    found = []
    last = -reach
    crests = np.flatnonzero(np.diff(np.sign(np.diff(level, prepend=-1.0)), append=-1.0) < 0)
    for i in crests.tolist():
        low, high = max(0, i - reach), min(len(level), i + reach + 1)
        if level[i] < level[low:high].max() or i - last < reach:
            continue
        foot = low + int(level[low : i + 1].argmin())
        height = float(level[i] - level[low:high].min())
        if height >= 1.0:
            last = i
            rise = f"Rises from {time_s[foot]:.1f} s, " if time_s[i] - time_s[foot] >= 0.4 else ""
            peak = f"peaks at {time_s[i]:.1f} s ({speed_word(float(motion[i]))})."
            text = rise + peak
            found.append((float(time_s[i]), height, text[0].upper() + text[1:]))
    return found
