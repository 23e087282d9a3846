"""Which score counts where measures, a model and the user each have one, and what follows."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Final

from filmcomposer_core.assessment.criteria import verdict_of
from filmcomposer_core.contracts.verdict import (
    Assessment,
    ComputedScore,
    CriterionScore,
    ModelScore,
)

#: Mean of the scores that an accepted try reaches.
ACCEPTED_MEAN: Final = 0.6
#: Criteria that another try can mend: another theme cannot change the plan's chords and modes (3,
#: 4, 15, 16) or the tempo map (12); another arrangement cannot change theme and plan. A poor score
#: in another criterion is reported, but does not ask for a try that cannot change it.
THEME_CAN_MEND: Final = frozenset({1, 2, 5, 6, 7, 8, 11, 13, 14, 17})
CUE_CAN_MEND: Final = frozenset({7, 8, 9, 10, 17, 18, 19})
#: So far from the computed score a model is believed alone.
NEAR: Final = 0.35
_EXACT: Final = 1e-9


def counted(computed: float, model: float) -> float:
    """Return the score that counts: the model's where it is near the computed one, else the mean.

    Examples
    --------
    >>> counted(0.5, 0.8), round(counted(0.2, 0.9), 2)
    (0.8, 0.55)
    """
    return model if abs(model - computed) <= NEAR + _EXACT else (computed + model) / 2


def settled(criterion: CriterionScore) -> CriterionScore:
    """Return a criterion with the score that counts, its evidence and its verdict.

    Parameters
    ----------
    criterion : CriterionScore
        ``computed`` is None where score and evidence are the measures'. What has no score cannot
        be pinned.
    """
    if criterion.score is None:
        return replace(criterion, computed=None, model=None, pinned=False)
    plain = ComputedScore(score=criterion.score, evidence=criterion.evidence)
    measured, model = criterion.computed or plain, criterion.model
    if criterion.pinned:
        score = criterion.score
    else:
        score = measured.score if model is None else round(counted(measured.score, model.score), 3)
    return replace(
        criterion,
        score=score,
        evidence=_evidence(measured, model, pinned=criterion.pinned),
        verdict=verdict_of(score),
        computed=None if model is None and not criterion.pinned else measured,
    )


def _evidence(measured: ComputedScore, model: ModelScore | None, *, pinned: bool) -> str:
    """Return the model's reason before the measures."""
    if model is None and not pinned:
        return measured.evidence
    by_user = "Set by the user. " if pinned else ""
    reason = "" if model is None else f"{model.reason.strip().rstrip('.')}. "
    scored = "" if model is None else f", the model says {model.score:.2f}"
    return f"{by_user}{reason}Measured {measured.score:.2f}{scored}: {measured.evidence}"


def total(
    criteria: Iterable[CriterionScore], *, can_mend: Collection[int], wishes: Iterable[str]
) -> Assessment:
    """Return an assessment of criteria that are settled.

    Parameters
    ----------
    criteria : iterable of CriterionScore
        All 19, in order.
    can_mend : collection of int
        Which of them another try can mend: it is asked for where one of these is poor.
    wishes : iterable of str
        What another try should mend.
    """
    rows = tuple(criteria)
    given = [row.score for row in rows if row.score is not None]
    mean = sum(given) / len(given) if given else 1.0
    poor = [row.id for row in rows if row.verdict == "poor" and row.id in can_mend]
    return Assessment(
        criteria=rows,
        musicality=round(sum(given), 3),
        accepted=mean >= ACCEPTED_MEAN and not poor,
        wishes=tuple(wishes),
    )


def judged_by_model(row: CriterionScore, model: ModelScore) -> CriterionScore:
    """Return a criterion that the measures have judged, with a model's score beside it."""
    if row.score is None:
        return row
    measured = ComputedScore(score=row.score, evidence=row.evidence)
    return settled(replace(row, computed=measured, model=model))
