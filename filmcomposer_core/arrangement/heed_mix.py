"""What the roles have decided about the mix, in the place of what theory computed; with a guard."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from filmcomposer_core.arrangement.brief import read_forces
from filmcomposer_core.arrangement.heed import one_line
from filmcomposer_core.arrangement.mix_take import (
    MixTake,
    levelled,
    nothing_asked,
    placed,
    with_technique,
)
from filmcomposer_core.arrangement.roles.mixing import Place
from filmcomposer_core.arrangement.roles.reviewer import better_techniques
from filmcomposer_core.catalogue import instrument
from filmcomposer_core.contracts.arranging import MixChoices
from filmcomposer_core.contracts.decision import Computed, Decision, refused
from filmcomposer_core.contracts.scheme import MEASURE_KEY, measure_number
from filmcomposer_core.contracts.score import Part

#: A theme below this gain is not heard, and neither is a part that never rises above it.
SILENT = 0.05
_SHOWN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class HeededMix:
    """A mix that can be played, and who decided it, by part and field of the scheme."""

    envelopes: Mapping[str, Mapping[str, float]]
    places: Mapping[str, Place]
    techniques: Mapping[str, str]
    decisions: Mapping[str, Mapping[str, Decision]]


def heed_mix(take: MixTake, choices: MixChoices) -> HeededMix:
    """Return the mix that was chosen; what cannot be heard or played is theory's.

    Parameters
    ----------
    take : MixTake
    choices : MixChoices
        Any values: they may be a model's.
    """
    asked = nothing_asked(take)
    fresh, places = levelled(take, asked), placed(take, asked)
    envelopes: dict[str, dict[str, float]] = {}
    techniques: dict[str, str] = {}
    decisions: dict[str, dict[str, Decision]] = {}
    for part in take.score.parts:
        name = part.id
        judge = _Judge(choices, name)
        computed = choices.computed_volume.volume.get(name, fresh[name])
        computed = fresh[name] if volume_fault(take, part, computed) else computed
        chosen = choices.volume.volume.get(name, computed)
        fault = "" if chosen == computed else volume_fault(take, part, chosen)
        envelopes[name] = dict(computed if fault else chosen)
        why = choices.volume.why.get(name, "")
        judge.note("volume_envelope", "volume", computed, fault=fault, why=why)
        places[name] = _place(judge, places[name])
        technique = choices.review.techniques.get(name)
        if technique is not None and f"techniques.{name}" in choices.models:
            fault = technique_fault(take, part, technique)
            judge.note("technique", "techniques", part.technique, fault=fault, why="")
            techniques |= {} if fault else {name: technique}
        decisions[name] = judge.found
    return HeededMix(envelopes=envelopes, places=places, techniques=techniques, decisions=decisions)


class _Judge:
    """Notes who decided the fields of one part."""

    def __init__(self, choices: MixChoices, part: str) -> None:
        self.choices = choices
        self.part = part
        self.found: dict[str, Decision] = {}

    def note(self, field: str, entry: str, computed: Computed, *, fault: str, why: str) -> None:
        model = self.choices.models.get(f"{entry}.{self.part}", "")
        if fault:
            self.found[field] = refused(model, fault)
        elif model:
            self.found[field] = Decision(
                by="model", model=model, computed=computed, why=one_line(why)
            )


def _place(judge: _Judge, fresh: Place) -> Place:
    """Return pan and reverb as they were chosen; the effect is theory's."""
    mixing, theirs, name = judge.choices.mixing, judge.choices.computed_mixing, judge.part
    values: dict[str, Any] = {}
    for field, entry, low, chosen, computed, spare in (
        ("panning", "panning", -1.0, mixing.panning, theirs.panning, fresh.panning),
        ("reverb_space", "reverb", 0.0, mixing.reverb, theirs.reverb, fresh.reverb_space),
    ):
        theory = computed.get(name, spare)
        theory = spare if _outside(theory, low) else theory
        value = chosen.get(name, theory)
        fault = f"{entry} of {name} is {value}" if _outside(value, low) else ""
        values[field] = theory if fault else value
        judge.note(field, entry, theory, fault=fault, why=mixing.why.get(name, ""))
    return replace(fresh, **values)


def _outside(value: float, low: float) -> bool:
    return not (math.isfinite(value) and low <= value <= 1.0)


def volume_fault(take: MixTake, part: Part, envelope: Mapping[str, float]) -> str:
    """Return what is wrong with a fader curve, empty if nothing is.

    Its measures must exist, its gains be 0 to 1; a part must be heard somewhere, and wherever it
    has the theme.
    """
    measures = len(take.score.measures)
    if not envelope:
        return f"{part.id}: the volume has no point"
    for key, gain in envelope.items():
        if not MEASURE_KEY.match(key) or not 1 <= measure_number(key) <= measures:
            return f"{part.id}: {key[:_SHOWN]!r} is no measure of the cue, which has {measures}"
        if not (math.isfinite(gain) and 0.0 <= gain <= 1.0):
            return f"{part.id}: the gain in {key} is {gain:g}, it goes from 0 to 1"
    points = sorted((measure_number(key), gain) for key, gain in envelope.items())
    numbers = range(1, measures + 1)
    gains = np.interp(numbers, [n for n, _ in points], [g for _, g in points])
    roles = take.roles[part.id]
    low = [n for n, role in zip(numbers, roles, strict=True) if role and gains[n - 1] < SILENT]
    theme = [n for n in low if roles[n - 1] == "melody"]
    if theme:
        return f"{part.id}: it has the theme in measure {theme[0]} and is not heard there"
    if len(low) == sum(map(bool, roles)) and low:
        return f"{part.id}: it is never heard"
    return ""


def technique_fault(take: MixTake, part: Part, technique: str) -> str:
    """Return why a part cannot be played with a technique, empty if it can."""
    player = instrument(part.instrument)
    names = [item.name for item in player.techniques]
    if technique not in names:
        return f"{part.id}: {player.id} has no {technique[:_SHOWN]!r}, it has {', '.join(names)}"
    if technique in read_forces(take.description).shunned:
        return f"{part.id}: the brief refuses {technique}"
    if part.id in better_techniques(with_technique(take, part.id, technique), take.beat_s):
        return f"{part.id}: its notes are too short to speak with {technique}"
    return ""
