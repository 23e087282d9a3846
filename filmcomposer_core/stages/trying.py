"""What the stages share that try more than once: the picture, ranks and the list of tries."""

from __future__ import annotations

from typing import Any

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.verdict import Assessment, Try
from filmcomposer_core.cue import Cue


def picture_of(cue: Cue) -> dict[str, Any]:
    """Gather what planner, arranger and assessor all look at."""
    return {
        "spots": cue.value("spots.csv"),
        "curves": cue.value("curves.npz"),
        "description": cue.value("description.toml"),
        "tempo_map": cue.value("tempo.json").map,
    }


def rank(assessment: Assessment) -> tuple[bool, float]:
    """Return what the best of several tries has most of."""
    return assessment.accepted, assessment.mean


def tries_json(what: str, verdicts: list[Assessment], best: int) -> bytes:
    """Return the list of tries as it stands in ``candidates/``."""
    rows = tuple(
        Try(
            what=what,
            number=number,
            musicality=v.musicality,
            accepted=v.accepted,
            kept=number == best + 1,
        )
        for number, v in enumerate(verdicts, start=1)
    )
    return codec.dump_json(rows).encode()


def said_of(what: str, verdict: Assessment, tries: list[Any]) -> tuple[str, ...]:
    """Say where no try met the criteria."""
    if verdict.accepted:
        return ()
    return (
        f"No try of {what}, met the criteria; the best of {len(tries)} is kept "
        f"({verdict.musicality:.1f} of {verdict.judged} points).",
    )
