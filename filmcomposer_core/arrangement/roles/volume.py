"""Volume: a fader curve for every track, by measure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.score import Part, Score

#: Level of a role against the theme in dB; doublings of the theme stand below it.
ROLE_DB = {
    "melody": 0.0, "counter": -4.5, "bass": -3.0, "drone": -9.0, "pad": -8.5, "motion": -7.5,
    "percussion": -6.0, "colour": -9.0,
}  # fmt: skip
DOUBLING_DB = -4.0
#: Share of the idiom's loudness range that the faders make; players and numbers do the rest.
FADER_SHARE = 0.3
#: Gain of the theme at the tensest measure.
TOP_GAIN = 0.9
LEAST_GAIN = 0.03
STEP = 0.02


def design_volume(
    score: Score,
    plan: CuePlan,
    *,
    range_db: float,
    leads: Sequence[str],
    lower_db: Mapping[tuple[str, int], float],
) -> dict[str, dict[str, float]]:
    """Speak fourth: set a volume envelope for every part.

    Parameters
    ----------
    score : Score
        Parts and measures.
    plan : CuePlan
        Gives the tension of each measure, which loudness follows.
    range_db : float
        Loudness range of the whole cue in dB; the faders make a third of it.
    leads : sequence of str
        Ids of the parts that carry the theme, so that doublings can stand below it.
    lower_db : mapping of (part id, measure) to float
        What the Reviewer wants lowered, in dB.

    Returns
    -------
    dict
        Part id to ``measureN`` to linear gain, 0 to 1; a point only where the line bends.

    Notes
    -----
    Implements the Volume agent (Table 2 of FilmComposer).
    """
    tension = [_tension(plan, m.number) for m in score.measures]
    top = max(tension, default=0.0)
    curve = [FADER_SHARE * range_db * (value - top) for value in tension]
    envelopes = {}
    for part in score.parts:
        base = role_db(part, leads)
        gains = []
        for measure, level in zip(score.measures, curve, strict=True):
            lowered = lower_db.get((part.id, measure.number), 0.0)
            gains.append(_gain(base + level - lowered))
        envelopes[part.id] = sparse(gains)
    return envelopes


def role_db(part: Part, leads: Sequence[str]) -> float:
    """Return a part's level against the theme in dB."""
    if part.role == "melody":
        return 0.0 if part.id in leads else DOUBLING_DB
    return ROLE_DB[part.role]


def sparse(gains: Sequence[float]) -> dict[str, float]:
    """Return the points at which a line through the gains of all measures bends."""
    kept: dict[str, float] = {}
    for i, gain in enumerate(gains):
        before = gains[i - 1] if i else None
        after = gains[i + 1] if i + 1 < len(gains) else gain
        if before != gain or after != gain or not kept:
            kept[f"measure{i + 1}"] = gain
    return kept


def _gain(level_db: float) -> float:
    gain = TOP_GAIN * math.pow(10.0, level_db / 20.0)
    return round(max(LEAST_GAIN, min(1.0, round(gain / STEP) * STEP)), 4)


def _tension(plan: CuePlan, measure: int) -> float:
    return plan.bar_tension[min(measure, plan.last_bar) - 1]
