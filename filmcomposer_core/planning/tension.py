"""Tension of the picture over time, and of the cue by bar (craft 1.4)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.clip import Analysis, Curves
from filmcomposer_core.contracts.description import Description
from filmcomposer_core.timeline import Bar

Values = NDArray[np.float64]
STEP_S = 0.25
_SMOOTH_S, _ATTACK_S, _RELEASE_S, _CUT_WINDOW_S = 1.5, 0.5, 2.5, 3.0
_CLOSENESS = {
    "long shot": 0.1, "full shot": 0.3, "medium shot": 0.45, "close-up shot": 0.75,
    "extreme close-up shot": 1.0,
}  # fmt: skip
#: What a motion curve without any change says.
_FLAT = 0.3
#: Tension at the start and the end of a section, by kind of arc.
_ARCS: dict[str, dict[str, tuple[float, float]]] = {
    "arch": {
        "establish": (0.15, 0.25), "theme": (0.3, 0.42), "turn": (0.4, 0.5),
        "build": (0.5, 0.85), "climax": (0.95, 0.9), "aftermath": (0.35, 0.15),
        "button": (0.2, 0.15),
    },
    "rise": {
        "establish": (0.15, 0.2), "theme": (0.25, 0.4), "turn": (0.4, 0.5),
        "build": (0.5, 0.8), "climax": (0.85, 0.9), "aftermath": (0.75, 0.7),
        "button": (0.8, 0.85),
    },
    "saw": {
        "establish": (0.2, 0.35), "theme": (0.3, 0.55), "turn": (0.3, 0.6),
        "build": (0.45, 0.85), "climax": (0.7, 0.95), "aftermath": (0.2, 0.3),
        "button": (0.5, 0.6),
    },
}  # fmt: skip


def picture_tension(analysis: Analysis, curves: Curves, description: Description) -> Values:
    """Return the tension that the picture asks for.

    Returns
    -------
    numpy.ndarray, shape (ceil(duration_s / 0.25),), float64 in [0, 1]
        One value per quarter second: motion speed, its increases, cut rate, arousal and closeness
        of view, ranked within the clip and followed with a fast attack and a slow release.
    """
    steps = max(1, int(np.ceil(analysis.clip.duration_s / STEP_S)))
    times = np.asarray((np.arange(steps) + 0.5) * STEP_S, dtype=np.float64)
    speed = _binned(curves.time_s, curves.motion, steps)
    jumps = np.maximum(np.diff(curves.motion, prepend=curves.motion[:1]), 0.0)
    sudden = _binned(curves.time_s, jumps, steps)
    raw = (
        0.40 * _rank(_smoothed(speed))
        + 0.15 * _rank(_smoothed(sudden))
        + 0.15 * _cut_rate(analysis, times)
        + 0.22 * _arousal(description, curves, times)
        + 0.08 * _closeness(analysis, description, times)
    )
    return _followed(_smoothed(raw))


def bar_means(values: Values, bars: tuple[Bar, ...], end_s: float) -> Values:
    """Return the mean of a quarter-second curve over each bar, shape (bars,)."""
    total = np.concatenate(([0.0], np.cumsum(values)))
    edges = np.array([bar.start_s for bar in bars] + [end_s]) / STEP_S
    low = np.clip(np.floor(edges[:-1]).astype(int), 0, len(values) - 1)
    high = np.clip(np.ceil(edges[1:]).astype(int), low + 1, len(values))
    return np.asarray((total[high] - total[low]) / (high - low), dtype=np.float64)


def arc_tension(functions: list[tuple[str, int]], *, arc: str) -> Values:
    """Return the tension of the form alone.

    Parameters
    ----------
    functions : list of (str, int)
        Function and number of bars of each section.
    arc : str
        ``arch``, ``rise`` (never releases) or ``saw`` (falls back at each section).

    Returns
    -------
    numpy.ndarray, shape (bars of all sections,), float64 in [0, 1]
    """
    parts = []
    for function, bars in functions:
        start, end = _ARCS[arc][function]
        parts.append(start + (end - start) * (np.arange(bars) + 0.5) / bars)
    return np.concatenate(parts)


def _binned(time_s: Values, values: Values, steps: int) -> Values:
    index = np.clip((time_s / STEP_S).astype(int), 0, steps - 1)
    count = np.bincount(index, minlength=steps)
    total = np.bincount(index, weights=values, minlength=steps)
    known = np.flatnonzero(count)
    means = total[known] / count[known]
    return np.interp(np.arange(steps), known, means)


def _rank(values: Values) -> Values:
    """Return the place of each value in the clip, 0 to 1; ties share their mean place."""
    if np.ptp(values) < 1e-9:
        return np.full(len(values), _FLAT)
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts + 1) / 2
    ranks: Values = middle[inverse] / (len(values) - 1)
    return ranks


def _smoothed(values: Values) -> Values:
    width = min(len(values), round(_SMOOTH_S / STEP_S))
    padded = np.pad(values, (width // 2, width - 1 - width // 2), mode="edge")
    return np.convolve(padded, np.full(width, 1.0 / width), mode="valid")


def _followed(values: Values) -> Values:
    up, down = (1 - np.exp(-STEP_S / s) for s in (_ATTACK_S, _RELEASE_S))
    out = np.empty_like(values)
    level = values[0]
    for i, value in enumerate(values):
        level += (up if value > level else down) * (value - level)
        out[i] = level
    return np.clip(out, 0.0, 1.0)


def _cut_rate(analysis: Analysis, times: Values) -> Values:
    cuts = np.array([shot.start_s for shot in analysis.shots[1:]], dtype=np.float64)
    half = _CUT_WINDOW_S / 2
    count = np.searchsorted(cuts, times + half) - np.searchsorted(cuts, times - half)
    return np.minimum(count / 3.0, 1.0)


def _arousal(description: Description, curves: Curves, times: Values) -> Values:
    if not description.emotion:
        return _binned(curves.time_s, curves.arousal, len(times))
    points = description.emotion
    return np.interp(times, [p.time_s for p in points], [p.arousal for p in points])


def _closeness(analysis: Analysis, description: Description, times: Values) -> Values:
    views = {shot.shot: shot.attributes.view_scale.value for shot in description.shots}
    near = [_CLOSENESS.get(views.get(n + 1, ""), 0.4) for n in range(len(analysis.shots))]
    starts = np.array([shot.start_s for shot in analysis.shots])
    index = np.clip(np.searchsorted(starts, times, side="right") - 1, 0, len(near) - 1)
    return np.array(near)[index]
