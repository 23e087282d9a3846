"""The nineteen criteria of Table 1 and how a measure becomes a score and a verdict."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from filmcomposer_core.contracts.verdict import PENDING, UNJUDGED, CriterionScore

GOOD: Final = 0.7
FAIR: Final = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One row of Table 1."""

    id: int
    agent: str
    name: str


def _rows(agent: str, first: int, *names: str) -> list[Criterion]:
    return [Criterion(id=n, agent=agent, name=name) for n, name in enumerate(names, start=first)]


#: The criteria in order, with the agent of Table 1 that judges them.
CRITERIA: Final = (
    *_rows("Mode", 1, "The mode is clear", "The tonality is stable"),
    *_rows(
        "Melody",
        3,
        "Reasonable chord progression",
        "The chords are diverse, not monotonous",
        "Appropriate variation",
        "Appropriate repetition",
    ),
    *_rows(
        "Harmony",
        7,
        "Very harmonious",
        "Rich, not monotonous",
        "The orchestration is reasonable",
        "The instruments collaborate well",
    ),
    *_rows(
        "Rhythm",
        11,
        "The rhythm is clear",
        "The beat is consistently the same",
        "The rhythmic pattern has appropriate variation",
        "The rhythmic pattern has appropriate repetition",
    ),
    *_rows(
        "Emotion",
        15,
        "The mode matches the emotion",
        "The chord progression matches the emotion",
        "The rhythm matches the emotion",
        "The choice of instruments matches the emotion",
        "The playing techniques fit the emotion (e.g., staccato, legato)",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a reviewer found: a score, the numbers, and what would mend it.

    Without a score the criterion waits for the arranged cue, or is ``unjudged`` for good.
    ``at_most`` is less than 1 where a fact leaves no room for opinion: a note that no player has.
    """

    id: int
    score: float | None
    evidence: str
    wish: str = ""
    unjudged: bool = False
    at_most: float = 1.0


def ramp(value: float, fail: float, good: float) -> float:
    """Return 0 at ``fail``, 1 at ``good`` and beyond, a straight line between.

    Parameters
    ----------
    value : float
        A measure; NaN counts as failed.
    fail, good : float
        In either order.

    Returns
    -------
    float
        0 to 1.

    Examples
    --------
    >>> ramp(0.7, 0.6, 0.8), ramp(4.5, 4.5, 3.3)
    (0.49999999999999994, 0.0)
    """
    if math.isnan(value):
        return 0.0
    return max(0.0, min(1.0, (value - fail) / (good - fail)))


def unjudged(number: int, reason: str) -> Finding:
    """Return the finding for a criterion that the music is too short to be judged by."""
    return Finding(id=number, score=None, evidence=f"Not judged: {reason}.", unjudged=True)


def pending(number: int) -> Finding:
    """Return the finding for a criterion that needs the arranged cue."""
    return Finding(id=number, score=None, evidence="Waits for the arranged cue.")


def verdict_of(score: float | None) -> str:
    """Return ``good``, ``fair``, ``poor``, or ``pending`` for no score."""
    if score is None:
        return PENDING
    if score >= GOOD - 1e-9:
        return "good"
    return "fair" if score >= FAIR - 1e-9 else "poor"


def scored(finding: Finding) -> CriterionScore:
    """Return a finding as it stands in ``assessment.json``, the score to three decimals."""
    criterion = CRITERIA[finding.id - 1]
    score = None if finding.score is None else round(max(0.0, min(1.0, finding.score)), 3)
    return CriterionScore(
        id=criterion.id,
        agent=criterion.agent,
        name=criterion.name,
        score=score,
        evidence=finding.evidence,
        verdict=UNJUDGED if finding.unjudged else verdict_of(score),
    )


def bars_text(numbers: list[int]) -> str:
    """Return bar numbers as words, e.g. ``bars 5-8, 11``; at most six runs."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    words = [str(a) if a == b else f"{a}-{b}" for a, b in runs[:6]]
    more = " …" if len(runs) > 6 else ""
    single = len(words) == 1 and "-" not in words[0]
    return f"{'bar' if single else 'bars'} {', '.join(words)}{more}"
