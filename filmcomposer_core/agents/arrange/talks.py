"""The two conversations: before the score is written, and about its mix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from filmcomposer_core.agents.arrange.analyze import ANALYZE
from filmcomposer_core.agents.arrange.arrange import ARRANGE
from filmcomposer_core.agents.arrange.instrument import INSTRUMENT
from filmcomposer_core.agents.arrange.mixing import MIXING
from filmcomposer_core.agents.arrange.reviewer import BEFORE_IT, REVIEWER
from filmcomposer_core.agents.arrange.state import ArrangeState, MixState
from filmcomposer_core.agents.arrange.volume import VOLUME
from filmcomposer_core.agents.roles import Role
from filmcomposer_core.agents.speaker import THEORY, Speaker
from filmcomposer_core.agents.talk import converse
from filmcomposer_core.arrangement.mix_take import MixTake, nothing_asked
from filmcomposer_core.arrangement.take import Take
from filmcomposer_core.contracts.arranging import (
    AnalyzeReply,
    ArrangeChoices,
    MixChoices,
    MixingReply,
    VolumeReply,
)
from filmcomposer_core.contracts.codec import adapter
from filmcomposer_core.contracts.speech import Speech

T = TypeVar("T")

ARRANGE_ROLES: tuple[Role[ArrangeState, Any], ...] = (ANALYZE, ARRANGE, INSTRUMENT)
MIX_ROLES: tuple[Role[MixState, Any], ...] = (VOLUME, MIXING, REVIEWER)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangeTalk:
    """What was decided before the score is written, and what was said."""

    choices: ArrangeChoices
    speeches: tuple[Speech, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MixTalk:
    """What was decided about the mix, and what was said.

    ``wants`` are the Reviewer's remarks to Analyze, Arrange and Instrument, who spoke before the
    score was written: another arrangement could heed them.
    """

    choices: MixChoices
    speeches: tuple[Speech, ...]
    wants: Mapping[str, str]


def talk_arrange(
    take: Take,
    *,
    abc: str,
    speaker: Speaker = THEORY,
    name: str = "arrange",
    remarks: Mapping[str, str] | None = None,
    heard: ArrangeChoices | None = None,
) -> ArrangeTalk:
    """Let Analyze, Arrange and Instrument speak.

    Parameters
    ----------
    take : Take
        From ``arrangement.begin_take``, with the parameters that ``arrange`` is given.
    abc : str
        The theme.
    speaker : Speaker
    name : str
        Of the conversation, for the transcript.
    remarks : mapping of str to str or None
        What the Reviewer wants changed in an arrangement before this one, by role.
    heard : ArrangeChoices or None
        What was decided before that: Analyze is asked again only if there is a remark for it.

    Returns
    -------
    ArrangeTalk
        Choices that ``arrange`` takes.
    """
    said = heard or ArrangeChoices()
    remarks = remarks or {}
    state = ArrangeState(
        take=take,
        abc=abc,
        remarks=remarks,
        analyze=None if ANALYZE.name in remarks else said.analyze,
    )
    found, speeches = converse(name, ARRANGE_ROLES, state, order=arrange_order, speaker=speaker)
    choices = ArrangeChoices(
        analyze=found.analyze,
        arrange=found.arrange,
        instrument=found.instrument,
        models=(_of_analyze(said.models) if state.analyze else {}) | models_of(speeches),
    )
    return ArrangeTalk(choices=choices, speeches=speeches)


def arrange_order(last: str, state: ArrangeState) -> str:
    """Return who speaks next: needs first, then lines, then players; nobody where none plays."""
    if last == "":
        return ANALYZE.name if state.analyze is None else ARRANGE.name if _plays(state) else ""
    if last == ANALYZE.name:
        return ARRANGE.name if _plays(state) else ""
    return INSTRUMENT.name if last == ARRANGE.name else ""


def _plays(state: ArrangeState) -> bool:
    return not state.take.empty


def talk_mix(take: MixTake, *, speaker: Speaker = THEORY, name: str = "mix") -> MixTalk:
    """Let Volume, Mixing and Reviewer speak; the Reviewer may send the others back twice.

    Parameters
    ----------
    take : MixTake
        From ``arrangement.begin_mix``, with the parameters that ``mix`` is given.
    """
    state = MixState(take=take, asked=nothing_asked(take))
    found, speeches = converse(name, MIX_ROLES, state, order=mix_order, speaker=speaker)
    if found.volume is None or found.mixing is None or found.review is None:
        msg = "the conversation about the mix ended before everybody had spoken"
        raise RuntimeError(msg)
    choices = MixChoices(
        volume=found.volume,
        mixing=found.mixing,
        review=found.review,
        computed_volume=_computed(VolumeReply, VOLUME.name, speeches),
        computed_mixing=_computed(MixingReply, MIXING.name, speeches),
        models=models_of(speeches),
    )
    wants = {role: found.review.send_back[role] for role in BEFORE_IT if role in found.remarks}
    return MixTalk(choices=choices, speeches=speeches, wants=wants)


def mix_order(last: str, state: MixState) -> str:
    """Return who speaks next: levels, places, review; then those whom the Reviewer sent back."""
    asked = state.again or (VOLUME.name, MIXING.name)
    if last == REVIEWER.name:
        return state.again[0] if state.again else ""
    following = [name for name in asked if last == "" or (last, name) == (VOLUME.name, MIXING.name)]
    return following[0] if following else REVIEWER.name


def models_of(speeches: Sequence[Speech]) -> dict[str, str]:
    """Return the model that decided an entry, by the last that each role said."""
    last = {speech.role: speech for speech in speeches}
    return {entry: speech.model for speech in last.values() for entry in speech.theirs}


def _of_analyze(models: Mapping[str, str]) -> dict[str, str]:
    names = {item.name for item in fields(AnalyzeReply)}
    return {entry: model for entry, model in models.items() if entry.partition(".")[0] in names}


def _computed(kind: type[T], role: str, speeches: Sequence[Speech]) -> T:
    """Return what theory said beside the last words of a role."""
    last = [speech for speech in speeches if speech.role == role][-1]
    anything: Any = kind
    found: T = adapter(anything).validate_python(last.computed)
    return found
