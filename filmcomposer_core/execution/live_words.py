"""Lines for the user: tempo maps, themes, the assessment, what made the music."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.contracts.tempo import MappedHit, TempoMap
from filmcomposer_core.contracts.verdict import Assessment

if TYPE_CHECKING:  # the ledger's contract imports numpy; this package runs inside REAPER too
    from filmcomposer_core.contracts.cue import Artefact, Provenance

#: Stages whose work is music, named even where no trained weights took part.
MUSIC_STAGES = ("plan", "compose", "arrange", "mix", "render")
_NON_COMMERCIAL = re.compile(r"(?<![a-z])nc(?![a-z])|non-?\s?commercial", re.IGNORECASE)
_NO_MODEL = "none"


def map_words(tempo_map: TempoMap, spots: Sequence[Spot]) -> str:
    """Return a tempo map in a line, such as ``1: 96-104 BPM, 4/4, 5 of 6 strong hits …``.

    Parameters
    ----------
    tempo_map : TempoMap
        With its measured hits.
    spots : sequence of Spot
        Say which hits are strong and how far off they may be.
    """
    slowest = min(point.bpm for point in tempo_map.points)
    fastest = max(point.bpm for point in tempo_map.points)
    bpm = _range(slowest, fastest)
    meters = " and ".join(dict.fromkeys(f"{p.num}/{p.den}" for p in tempo_map.points))
    return f"{tempo_map.rank}: {bpm} BPM, {meters}, {_hit_words(tempo_map, spots)}"


def _range(low: float, high: float) -> str:
    if high - low < 0.05:
        return f"{low:.1f}".removesuffix(".0")
    if round(low) < round(high):
        return f"{low:.0f}-{high:.0f}"
    return f"{low:.1f}-{high:.1f}"


def _hit_words(tempo_map: TempoMap, spots: Sequence[Spot]) -> str:
    known = {spot.id: spot for spot in spots if spot.strong}
    strong = [(hit, known[hit.spot]) for hit in tempo_map.hits if hit.spot in known]
    if not strong:
        return "no strong hits"
    met = [hit for hit, spot in strong if _met(hit, spot)]
    downbeats = sum(abs(hit.beat - 1.0) < 1e-6 for hit in met)
    words = f"{downbeats} of {len(strong)} strong hits on the downbeat"
    if len(met) > downbeats:
        words += f", {len(met) - downbeats} on another beat"
    worst = max(abs(hit.frames_off) for hit, _ in strong)
    return f"{words}, worst {worst:.1f} frames"


def _met(hit: MappedHit, spot: Spot) -> bool:
    return -spot.early_frames - 1e-6 <= hit.frames_off <= spot.late_frames + 1e-6


def theme_words(number: int, assessment: Assessment, *, edited: bool = False) -> str:
    """Return the name of a theme, such as ``Theme 1 (13.8 of 15, accepted)``.

    The second number is how many of the 19 criteria can be judged before the cue is arranged.
    """
    tail = ", edited" if edited else ""
    return f"Theme {number} ({_points(assessment)}, {_verdict(assessment)}{tail})"


def _points(assessment: Assessment) -> str:
    judged = sum(c.score is not None for c in assessment.criteria)
    return f"{assessment.musicality:.1f} of {judged}"


def _verdict(assessment: Assessment) -> str:
    return "accepted" if assessment.accepted else "not accepted"


def assessment_lines(what: str, assessment: Assessment | None) -> tuple[str, ...]:
    """Return the verdict on ``what`` and a line for each of the 19 criteria; none for None."""
    if assessment is None:
        return ()
    rows = [
        f"{c.id:2} {c.name}: {'pending' if c.score is None else f'{c.score:.2f} {c.verdict}'}. "
        f"{c.evidence}".rstrip()
        for c in assessment.criteria
    ]
    wishes = [f"To mend: {wish}." for wish in assessment.wishes] if not assessment.accepted else []
    return (f"{what}: {_points(assessment)}, {_verdict(assessment)}.", *rows, *wishes)


def made_by(artefacts: Mapping[str, Artefact], stages: Iterable[str]) -> tuple[str, ...]:
    """Say what made the music: engine, model or soundfont and synthesizer, seed, licence.

    Parameters
    ----------
    artefacts : mapping of str to Artefact
        The ledger.
    stages : iterable of str
        The stages to speak of, in order.

    Returns
    -------
    tuple of str
        Sentences; a licence that forbids commercial use is named as such.
    """
    groups: dict[tuple[str, ...], list[str]] = {}
    for stage in stages:
        made = next((a.provenance for a in artefacts.values() if a.stage == stage), None)
        if made is not None and (stage in MUSIC_STAGES or made.model != _NO_MODEL):
            groups.setdefault(_maker(made), []).append(stage)
    return tuple(f"{', '.join(names)}: {', '.join(maker)}." for maker, names in groups.items())


def _maker(made: Provenance) -> tuple[str, ...]:
    model = "no trained weights" if made.model == _NO_MODEL else made.model
    limit = " - FOR NON-COMMERCIAL USE ONLY" if _NON_COMMERCIAL.search(made.licence) else ""
    return (
        f"{made.engine} engine",
        model,
        f"seed {made.seed}",
        f"licence {made.licence}{limit}",
    )
