"""The agents in their order, and what follows from their findings."""

from __future__ import annotations

from typing import Final

from filmcomposer_core.assessment.criteria import GOOD, Finding, scored
from filmcomposer_core.assessment.reviewers.emotion import review_emotion
from filmcomposer_core.assessment.reviewers.harmony import review_harmony
from filmcomposer_core.assessment.reviewers.melody import review_melody
from filmcomposer_core.assessment.reviewers.mode import review_mode
from filmcomposer_core.assessment.reviewers.rhythm import review_rhythm
from filmcomposer_core.assessment.subject import Subject, make_subject
from filmcomposer_core.contracts.clip import Curves
from filmcomposer_core.contracts.description import Description
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.scheme import Scheme
from filmcomposer_core.contracts.score import Melody, Score
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.contracts.tempo import TempoMap
from filmcomposer_core.contracts.verdict import Assessment

#: Mean of the scores that an accepted try reaches.
ACCEPTED_MEAN: Final = 0.6
#: Criteria that another try can mend: another theme cannot change the plan's chords and modes (3,
#: 4, 15, 16) or the tempo map (12); another arrangement cannot change theme and plan. A poor score
#: in another criterion is reported, but does not ask for a try that cannot change it.
THEME_CAN_MEND: Final = frozenset({1, 2, 5, 6, 7, 8, 11, 13, 14, 17})
CUE_CAN_MEND: Final = frozenset({7, 8, 9, 10, 17, 18, 19})


def assess_theme(
    *,
    melody: Melody,
    plan: CuePlan,
    tempo_map: TempoMap,
    spots: tuple[Spot, ...],
    curves: Curves,
    description: Description,
) -> Assessment:
    """Assess the theme with its harmony.

    Parameters
    ----------
    melody : Melody
        The theme.
    plan : CuePlan
        Keys, chords and tension by section.
    tempo_map : TempoMap
        Bars and tempo.
    spots : tuple of Spot
        Hit points.
    curves : Curves
        Motion of the picture.
    description : Description
        What the picture asks for.

    Returns
    -------
    Assessment
        All 19 criteria; 9, 10, 18 and 19 are pending, and what so short a theme gives no chance
        to judge has no score either. Accepted if the mean of the scores given is
        at least 0.6 and no criterion is poor that another theme over the same plan can mend (all
        but 3, 4, 12, 15 and 16). ``wishes`` has one line "N: ..." for each criterion below good.

    Notes
    -----
    Implements the assessment of Sec. 3.3 and Table 1 of FilmComposer by measures in place of
    language models: Mode, then Melody, then Harmony, each given what those above it found, then
    Rhythm and Emotion. Musicality is the sum of the scores.
    """
    subject = make_subject(
        melody=melody,
        plan=plan,
        tempo_map=tempo_map,
        spots=spots,
        curves=curves,
        description=description,
    )
    return _conclude(_review(subject), can_mend=THEME_CAN_MEND)


def assess_cue(
    *,
    melody: Melody,
    score: Score,
    scheme: Scheme,
    plan: CuePlan,
    tempo_map: TempoMap,
    spots: tuple[Spot, ...],
    curves: Curves,
    description: Description,
) -> Assessment:
    """Assess the arranged cue.

    Parameters
    ----------
    melody : Melody
        The theme.
    score : Score
        The notes of every part.
    scheme : Scheme
        Instruments, techniques and faders; where it names a part it wins over the score.
    plan, tempo_map, spots, curves, description
        As in :func:`assess_theme`.

    Returns
    -------
    Assessment
        All 19 criteria scored. Accepted if their mean is at least 0.6 and none of 7 to 10 and 17
        to 19 is poor, which another arrangement can mend.
    """
    subject = make_subject(
        melody=melody,
        plan=plan,
        tempo_map=tempo_map,
        spots=spots,
        curves=curves,
        description=description,
        score=score,
        scheme=scheme,
    )
    return _conclude(_review(subject), can_mend=CUE_CAN_MEND)


def _review(subject: Subject) -> tuple[Finding, ...]:
    mode = review_mode(subject)
    melody = review_melody(subject, mode=mode)
    harmony = review_harmony(subject, mode=mode, melody=melody)
    above = mode.findings + melody.findings + harmony.findings
    rhythm = review_rhythm(subject, earlier=above)
    emotion = review_emotion(subject, earlier=above + rhythm.findings)
    return above + rhythm.findings + emotion.findings


def _conclude(findings: tuple[Finding, ...], *, can_mend: frozenset[int]) -> Assessment:
    criteria = tuple(scored(finding) for finding in sorted(findings, key=lambda f: f.id))
    given = [c.score for c in criteria if c.score is not None]
    mean = sum(given) / len(given) if given else 1.0
    poor = [c.id for c in criteria if c.verdict == "poor" and c.id in can_mend]
    wishes = tuple(
        finding.wish
        for finding, criterion in zip(sorted(findings, key=lambda f: f.id), criteria, strict=True)
        if criterion.score is not None and criterion.score < GOOD and finding.wish
    )
    return Assessment(
        criteria=criteria,
        musicality=round(sum(given), 3),
        accepted=mean >= ACCEPTED_MEAN and not poor,
        wishes=wishes,
    )
