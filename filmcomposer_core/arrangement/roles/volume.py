"""Volume: a fader curve for every track, by measure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from filmcomposer_core.arrangement.levels import Roles
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.score import DOUBLING, Part, Score

#: Level of a role against the theme in dB; doublings of the theme stand below it.
ROLE_DB = {
    "melody": 0.0, "counter": -4.5, "bass": -3.0, "drone": -9.0, "pad": -8.5, "motion": -7.5,
    "percussion": -6.0, "colour": -9.0, DOUBLING: -4.0,
}  # fmt: skip
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
    roles: Roles,
    range_db: float,
    lower_db: Mapping[tuple[str, int], float],
) -> dict[str, dict[str, float]]:
    """Speak fourth: set a volume envelope for every part.

    Parameters
    ----------
    score : Score
        Parts and measures.
    plan : CuePlan
        Gives the tension of each measure, which loudness follows.
    roles : mapping of str to sequence of str
        What each part mainly does in each measure.
    range_db : float
        Loudness range of the whole cue in dB; the faders make a third of it.
    lower_db : mapping of (part id, measure) to float
        What the Reviewer wants lowered, in dB.

    Returns
    -------
    dict
        Part id to ``measureN`` to linear gain, 0 to 1; a point only where the line bends. The
        level follows what a part does in each measure: it stands out where it has the theme.

    Notes
    -----
    Implements the Volume agent (Table 2 of FilmComposer).
    """
    tension = [_tension(plan, m.number) for m in score.measures]
    top = max(tension, default=0.0)
    curve = [FADER_SHARE * range_db * (value - top) for value in tension]
    envelopes = {}
    for part in score.parts:
        bases = role_levels(part, roles[part.id])
        gains = []
        for measure, base, level in zip(score.measures, bases, curve, strict=True):
            lowered = lower_db.get((part.id, measure.number), 0.0)
            gains.append(_gain(base + level - lowered))
        envelopes[part.id] = sparse(gains)
    return envelopes


def role_levels(part: Part, roles: Sequence[str]) -> list[float]:
    """Return a part's level against the theme in dB by measure, by what it does there.

    Faders move in straight lines from downbeat to downbeat, so that a part that rests for a
    measure changes its level there. Where it steps back without a rest, the first measure of the
    new role begins half-way, so that the end of the theme does not sink.
    """
    levels: list[float] = []
    after = ROLE_DB[part.role]
    for role in reversed(roles):
        after = ROLE_DB.get(role, after)
        levels.append(after)
    levels.reverse()
    set_db = list(levels)
    for i in range(1, len(levels)):
        if not roles[i] and (roles[i - 1] or not any(roles[i:])):
            set_db[i] = levels[i] = levels[i - 1]
        elif roles[i] and roles[i - 1] and levels[i] < levels[i - 1]:
            set_db[i] = (levels[i] + levels[i - 1]) / 2.0
    return set_db


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
