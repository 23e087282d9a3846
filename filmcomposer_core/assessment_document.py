"""The assessment as a file: a score that the user sets or marks ``pinned = true`` is theirs.

Everything else in it follows from measures and models: other edits are written over.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any, Final

from filmcomposer_core.assessment.criteria import verdict_of
from filmcomposer_core.assessment.settle import CUE_CAN_MEND, THEME_CAN_MEND, settled, total
from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.verdict import (
    Assessment,
    AssessmentFile,
    ComputedScore,
    CriterionScore,
)
from filmcomposer_core.document import Files, Tree, Values, file_text

ASSESSMENT_FILE: Final = "assessment.json"
_CAN_MEND: Final = {"theme": THEME_CAN_MEND, "cue": CUE_CAN_MEND}
_KEPT: Final = ("id", "agent", "name", "model")


def assessment_from_file(files: Files, values: Values) -> AssessmentFile:
    """Read the file; of what differs from how it was written, scores and marks count."""
    where = values.place(ASSESSMENT_FILE)
    data = codec.parse_json(file_text(files[ASSESSMENT_FILE], where), where=where)
    found: AssessmentFile = codec.build(AssessmentFile, data, where=where)
    before: AssessmentFile | None = values.written(ASSESSMENT_FILE)
    if before is None:
        return _whole(found)
    theme = _marked(found.theme, before.theme)
    cue = before.cue and (_marked(found.cue, before.cue) if found.cue else before.cue)
    return _whole(replace(before, theme=theme, cue=cue))


def assessment_to_file(value: AssessmentFile, values: Values) -> dict[str, bytes]:
    """Write the file."""
    return {ASSESSMENT_FILE: codec.dump_json(value).encode()}


def assessment_tree(value: AssessmentFile, values: Values) -> Tree:
    """Return what pins can hold: the user's scores, apart from all that was computed."""
    plain = codec.plain(value)
    for part in _CAN_MEND:
        verdict: Assessment | None = getattr(value, part)
        if verdict is not None:
            plain[part] = {
                "criteria": [_row(each) for each in verdict.criteria],
                "wishes": list(verdict.wishes),
            }
    return plain


def assessment_from_tree(tree: Tree, values: Values) -> AssessmentFile:
    """Make the file of a tree, every verdict from its scores."""
    where = values.place(ASSESSMENT_FILE)
    parts: dict[str, Any] = {}
    for part, can_mend in _CAN_MEND.items():
        if tree[part] is not None:
            rows = [_criterion(row, where) for row in tree[part]["criteria"]]
            parts[part] = total(rows, can_mend=can_mend, wishes=tree[part]["wishes"])
    empty = codec.build(AssessmentFile, tree | codec.plain(parts), where=where)
    return replace(empty, **parts)


def _marked(found: Assessment, before: Assessment) -> Assessment:
    rows = zip(found.criteria, before.criteria, strict=True)
    return replace(before, criteria=tuple(_by_user(now, then) for now, then in rows))


def _by_user(now: CriterionScore, then: CriterionScore) -> CriterionScore:
    """Return a criterion as written with the user's score: one that they changed is pinned."""
    if now.score is None or then.score is None:
        return then
    changed = now.score != then.score
    pinned = now.pinned if now.pinned != then.pinned else then.pinned or changed
    measured = then.computed or ComputedScore(score=then.score, evidence=then.evidence)
    return replace(then, score=now.score, pinned=pinned, computed=measured)


def _whole(value: AssessmentFile) -> AssessmentFile:
    cue = value.cue and _settled(value.cue, CUE_CAN_MEND)
    return replace(value, theme=_settled(value.theme, THEME_CAN_MEND), cue=cue)


def _settled(verdict: Assessment, can_mend: Collection[int]) -> Assessment:
    rows = [settled(row) for row in verdict.criteria]
    return total(rows, can_mend=can_mend, wishes=verdict.wishes)


def _row(criterion: CriterionScore) -> Tree:
    plain = codec.plain(criterion)
    row = {name: plain.get(name) for name in _KEPT}
    if criterion.score is None:
        told = {"evidence": criterion.evidence, "verdict": criterion.verdict}
        return row | {"held": None, "computed": None, "unscored": told}
    measured = criterion.computed or ComputedScore(
        score=criterion.score, evidence=criterion.evidence
    )
    held = criterion.score if criterion.pinned else None
    return row | {"held": held, "computed": codec.plain(measured), "unscored": None}


def _criterion(row: Tree, where: str) -> CriterionScore:
    plain = {name: row[name] for name in _KEPT}
    if row["computed"] is None:
        return codec.build(CriterionScore, plain | row["unscored"] | {"score": None}, where=where)
    held, measured = row["held"], row["computed"]
    score = measured["score"] if held is None else held
    plain |= {
        "score": score,
        "evidence": measured["evidence"],
        "verdict": verdict_of(score),
        "computed": measured,
        "pinned": held is not None,
    }
    return settled(codec.build(CriterionScore, plain, where=where))
