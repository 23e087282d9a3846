"""The agents in their order, and what follows from their findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from filmcomposer_core.assessment.criteria import GOOD, Finding, scored
from filmcomposer_core.assessment.reviewers.emotion import EmotionReview, review_emotion
from filmcomposer_core.assessment.reviewers.harmony import HarmonyReview, review_harmony
from filmcomposer_core.assessment.reviewers.melody import MelodyReview, review_melody
from filmcomposer_core.assessment.reviewers.mode import ModeReview, review_mode
from filmcomposer_core.assessment.reviewers.rhythm import RhythmReview, review_rhythm
from filmcomposer_core.assessment.settle import (
    CUE_CAN_MEND,
    THEME_CAN_MEND,
    judged_by_model,
    total,
)
from filmcomposer_core.assessment.subject import Subject, make_subject
from filmcomposer_core.contracts.clip import Curves
from filmcomposer_core.contracts.description import Description
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.scheme import Scheme
from filmcomposer_core.contracts.score import Melody, Score
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.contracts.tempo import TempoMap
from filmcomposer_core.contracts.verdict import Assessment, ModelScore


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviews:
    """What the five agents of Table 1 found."""

    mode: ModeReview
    melody: MelodyReview
    harmony: HarmonyReview
    rhythm: RhythmReview
    emotion: EmotionReview

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, by criterion."""
        agents = (self.mode, self.melody, self.harmony, self.rhythm, self.emotion)
        return tuple(finding for agent in agents for finding in agent.findings)


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
    return conclude(subject, review(subject).findings)


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
    return conclude(subject, review(subject).findings)


def review(subject: Subject) -> Reviews:
    """Let the five agents judge by their measures, each given what those before it found."""
    mode = review_mode(subject)
    melody = review_melody(subject, mode=mode)
    harmony = review_harmony(subject, mode=mode, melody=melody)
    above = mode.findings + melody.findings + harmony.findings
    rhythm = review_rhythm(subject, earlier=above)
    emotion = review_emotion(subject, earlier=above + rhythm.findings)
    return Reviews(mode=mode, melody=melody, harmony=harmony, rhythm=rhythm, emotion=emotion)


def conclude(
    subject: Subject,
    findings: Sequence[Finding],
    *,
    said: Mapping[int, ModelScore] | None = None,
    wished: Mapping[int, str] | None = None,
) -> Assessment:
    """Return the assessment that follows from findings.

    Parameters
    ----------
    subject : Subject
        Theme or cue: they differ in what another try can mend.
    findings : sequence of Finding
        One for each of the 19 criteria.
    said : mapping of int to ModelScore or None
        What a model says, by criterion.
    wished : mapping of int to str or None
        What a model wants changed, by criterion, in place of the finding's own wish.
    """
    ordered = sorted(findings, key=lambda finding: finding.id)
    rows = [scored(finding) for finding in ordered]
    for number, model in (said or {}).items():
        rows[number - 1] = judged_by_model(rows[number - 1], model)
    wishes = {finding.id: finding.wish for finding in ordered} | dict(wished or {})
    return total(
        rows,
        can_mend=THEME_CAN_MEND if subject.parts is None else CUE_CAN_MEND,
        wishes=(
            wishes[row.id]
            for row in rows
            if row.score is not None and row.score < GOOD and wishes[row.id]
        ),
    )
