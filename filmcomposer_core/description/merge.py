"""Of several describers the surest answer, field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from filmcomposer_core.contracts.description import UNKNOWN, Label
from filmcomposer_core.contracts.labels import ATTRIBUTES, NULL
from filmcomposer_core.description.describer import Findings, ShotFindings

#: Less sure than one in four says nothing: most shots leave three or four labels open.
FLOOR = 0.25
#: A label of the whole clip needs shots that say something for this share of time.
LEAST_SHARE = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedShot:
    """The surest label of each attribute of Table 6 that any describer gave a shot."""

    shot: int
    labels: Mapping[str, Label]
    people: int
    camera: Label
    text: str


def merge_shots(findings: Sequence[Findings]) -> tuple[MergedShot, ...]:
    """Take of each shot and field the surest answer.

    Parameters
    ----------
    findings : sequence of Findings
        Of the same clip; among equally sure answers the first describer's counts.

    Returns
    -------
    tuple of MergedShot
        Labels below ``FLOOR`` are left out. People, camera and text are those of the first
        describer that can tell them.
    """
    return tuple(_merge_shot(row) for row in zip(*(f.shots for f in findings), strict=True))


def _merge_shot(row: Sequence[ShotFindings]) -> MergedShot:
    labels = {}
    for name in ATTRIBUTES:
        best = surest([label for found in row for label in found.labels.get(name, ())])
        if best != UNKNOWN:
            labels[name] = best
    return MergedShot(
        shot=row[0].shot,
        labels=labels,
        people=next((found.people for found in row if found.people >= 0), -1),
        camera=surest([found.camera for found in row]),
        text=next((found.text for found in row if found.text), ""),
    )


def surest(labels: Sequence[Label]) -> Label:
    """Return the label of highest confidence, the first of equals; unknown below the floor."""
    known = [label for label in labels if label.value != NULL and label.confidence >= FLOOR]
    return max(known, key=lambda label: label.confidence, default=UNKNOWN)


def vote(labels: Sequence[Label], shares: Sequence[float]) -> Label:
    """Return the label of the whole clip: each shot votes with its time and confidence.

    Parameters
    ----------
    labels : sequence of Label
        One of each shot, unknown ones abstain.
    shares : sequence of float
        Share of time of each shot.

    Returns
    -------
    Label
        Its confidence is what the shots for it bring in, over the time of all that vote.
    """
    votes: dict[str, float] = {}
    sources: dict[str, Label] = {}
    said = 0.0
    for label, part in zip(labels, shares, strict=True):
        if label.value == NULL:
            continue
        said += part
        votes[label.value] = votes.get(label.value, 0.0) + part * label.confidence
        known = sources.get(label.value)
        if known is None or label.confidence > known.confidence:
            sources[label.value] = label
    if said < LEAST_SHARE or not votes:
        return UNKNOWN
    best = max(votes, key=lambda name: (votes[name], name))
    confidence = round(min(1.0, votes[best] / said), 3)
    return Label(value=best, source=sources[best].source, confidence=confidence)
