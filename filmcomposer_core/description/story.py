"""What happens and how it moves, in plain sentences made from what was measured."""

from __future__ import annotations

from itertools import groupby, pairwise

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.clip import Analysis, Curves, Shot
from filmcomposer_core.description.look import STILL, Look, filled_motion, smooth

Array = NDArray[np.float64]

#: Sentences kept, the most telling ones, so that the text of a feature stays readable.
MOST_SHOTS = 40
MOST_EVENTS = 24
REST_S = 1.5
#: Speeds in picture widths per second up to which a word holds.
SPEED_WORDS = ((STILL, "still"), (0.04, "slow"), (0.12, "moving"), (0.35, "lively"), (9e9, "fast"))


def plot_text(analysis: Analysis, look: Look) -> str:
    """Tell the shots one by one, each against the one before.

    Returns
    -------
    str
        One line of sentences; of many shots only those that change most are told.
    """
    shots = analysis.shots
    count = f"{len(shots)} shots" if len(shots) != 1 else "One shot"
    colour = ", black and white" if look.monochrome else ""
    opening = f"{count} in {analysis.clip.duration_s:.1f} s{colour}."
    changes = [9e9, *(_change(a, b) for a, b in pairwise(shots))]
    order = sorted(range(len(shots)), key=lambda i: (-changes[i], i))
    told = sorted(order[:MOST_SHOTS])
    sentences = [_tell(i + 1, shots[i], shots[i - 1] if i else None) for i in told]
    if len(told) < len(shots):
        sentences.append(f"{len(shots) - len(told)} shots that change less are left out.")
    return " ".join([opening, *sentences])


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


def speed_word(speed: float) -> str:
    """Put a speed in picture widths per second into a word."""
    return next(word for limit, word in SPEED_WORDS if speed <= limit)


def _change(before: Shot, after: Shot) -> float:
    speed = abs(_level(after.speed) - _level(before.speed))
    return speed + 6.0 * abs(after.luma - before.luma) + 0.5 * (after.hue != before.hue)


def _level(speed: float) -> float:
    return float(np.log2(1.0 + speed / 0.03))


def _tell(number: int, shot: Shot, before: Shot | None) -> str:
    where = f"Shot {number}, {shot.start_s:.1f}-{shot.end_s:.1f} s:"
    if before is None:
        known = [word for word in (shot.brightness, shot.hue) if word != "null"]
        return f"{where} {', '.join([*known, speed_word(shot.speed)])}."
    words = []
    faster = _level(shot.speed) - _level(before.speed)
    if abs(faster) > 0.5:
        words.append("faster" if faster > 0 else "slower")
    lighter = shot.luma - before.luma
    if abs(lighter) > 0.06:
        words.append("brighter" if lighter > 0 else "darker")
    sentence = f"{' and '.join(words)} than before" if words else "much as before"
    if shot.hue not in (before.hue, "null"):
        sentence += f", now {shot.hue}"
    return f"{where} {speed_word(shot.speed)}, {sentence}."


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
