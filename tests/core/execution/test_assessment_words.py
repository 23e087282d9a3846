"""The assessment as a user reads it in the console."""

from __future__ import annotations

from dataclasses import replace

from filmcomposer_core.contracts.verdict import Assessment
from filmcomposer_core.execution.assessment_words import assessment_lines
from tests.core.execution.live_cases import verdict


def scored(assessment: Assessment, **scores: float) -> Assessment:
    """Return an assessment with other scores, given as ``c8=0.3``."""
    rows = tuple(
        replace(c, score=scores[f"c{c.id}"], verdict="poor") if f"c{c.id}" in scores else c
        for c in assessment.criteria
    )
    return replace(assessment, criteria=rows)


def test_the_three_weakest_and_a_line_on_the_rest() -> None:
    given = scored(verdict(12.0, accepted=False), c6=0.31, c11=0.2)
    assert assessment_lines("Theme", given) == (
        "Theme: 12.0 of 15 points, not accepted. The weakest:",
        "  Name 11: 0.20 (poor)",
        "  Name 6: 0.31 (poor); to mend: more",
        "  Name 1: 0.75 (good)",
        "  The other 12 from 0.75 to 0.75; 4 wait for the arranged cue. "
        "The report page tells more.",
    )


def test_what_is_not_judged_is_counted_apart() -> None:
    given = verdict(13.0, pending=0)
    rows = tuple(
        replace(c, score=None, verdict="not judged") if c.id in (5, 6) else c
        for c in given.criteria
    )
    lines = assessment_lines("Arranged cue", replace(given, criteria=rows))
    assert lines[0] == "Arranged cue: 13.0 of 17 points, accepted. The weakest:"
    assert lines[-1] == (
        "  The other 14 from 0.75 to 0.75; 2 not judged (too little music). "
        "The report page tells more."
    )


def test_nothing_is_said_of_what_nobody_has_judged() -> None:
    assert assessment_lines("Arranged cue", None) == ()
    nothing = assessment_lines("Theme", verdict(0.0, pending=19))
    assert nothing == (
        "Theme: 0.0 of 0 points, accepted.",
        "  19 wait for the arranged cue. The report page tells more.",
    )
