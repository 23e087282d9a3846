"""The assessment in a few lines for the user; the report page has all of it."""

from __future__ import annotations

import re

from filmcomposer_core.contracts.verdict import PENDING, UNJUDGED, Assessment, CriterionScore

#: Criteria that are named: the weakest, with what would mend them.
NAMED = 3
_NUMBERED = re.compile(r"(?P<id>\d+): (?P<words>.+)", re.DOTALL)


def points_words(assessment: Assessment) -> str:
    """Return the points reached of those to be had, such as ``13.8 of 15``."""
    return f"{assessment.musicality:.1f} of {assessment.judged}"


def verdict_words(assessment: Assessment) -> str:
    """Return whether the assessors took it."""
    return "accepted" if assessment.accepted else "not accepted"


def assessment_lines(what: str, assessment: Assessment | None) -> tuple[str, ...]:
    """Return the verdict on ``what``, its three weakest criteria and a line on the rest.

    Parameters
    ----------
    what : str
        ``Theme`` or ``Arranged cue``.
    assessment : Assessment or None
        None gives no lines.
    """
    if assessment is None:
        return ()
    judged = [c for c in assessment.criteria if c.score is not None]
    weakest = sorted(judged, key=lambda c: (c.score or 0.0, c.id))[:NAMED]
    cures = _cures(assessment)
    named = [
        f"  {c.name}: {c.score:.2f} ({c.verdict}){_cure(c, cures)}"
        for c in weakest
        if c.score is not None
    ]
    head = f"{what}: {points_words(assessment)} points, {verdict_words(assessment)}. The weakest:"
    return (head if named else head.removesuffix(" The weakest:"), *named, *_rest(assessment))


def _cures(assessment: Assessment) -> dict[int, str]:
    matches = (_NUMBERED.fullmatch(wish) for wish in assessment.wishes)
    return {int(m["id"]): m["words"].strip() for m in matches if m is not None}


def _cure(criterion: CriterionScore, cures: dict[int, str]) -> str:
    return f"; to mend: {cures[criterion.id]}" if criterion.id in cures else ""


def _rest(assessment: Assessment) -> tuple[str, ...]:
    scores = sorted(c.score for c in assessment.criteria if c.score is not None)[NAMED:]
    waiting = sum(c.verdict == PENDING for c in assessment.criteria)
    short = sum(c.verdict == UNJUDGED for c in assessment.criteria)
    told = [
        f"the other {len(scores)} from {scores[0]:.2f} to {scores[-1]:.2f}" if scores else "",
        f"{waiting} wait for the arranged cue" if waiting else "",
        f"{short} not judged (too little music)" if short else "",
    ]
    found = [words for words in told if words]
    if not found:
        return ()
    line = "; ".join(found)
    return (f"  {line[0].upper()}{line[1:]}. The report page tells more.",)
