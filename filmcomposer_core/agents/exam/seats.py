"""Where a case puts a role: what it is asked, after whom it speaks, what its answer says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from filmcomposer_core.agents.arrange.state import ArrangeState, MixState
from filmcomposer_core.agents.arrange.talks import ARRANGE_ROLES, MIX_ROLES
from filmcomposer_core.agents.assess import JUDGES, AssessState
from filmcomposer_core.agents.assess.talk import CHAINS
from filmcomposer_core.agents.exam.cases import Case, Value
from filmcomposer_core.agents.exam.material import Material, material
from filmcomposer_core.agents.exam.values import own_answer, values_of
from filmcomposer_core.agents.prompt import Prompt, read_prompt
from filmcomposer_core.agents.roles import Role
from filmcomposer_core.arrangement.mix_take import begin_mix, nothing_asked
from filmcomposer_core.arrangement.take import begin_take
from filmcomposer_core.assessment import make_subject
from filmcomposer_core.contracts.arranging import VolumeReply
from filmcomposer_core.contracts.speech import Speech

#: The seed of the lines that are written for a case.
_SEED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A role at the moment in which it is asked.

    ``heard`` are the words of those who speak before it, ``turn`` is its place among them;
    ``present`` is the technique that each part has.
    """

    role: Role[Any, Any]
    state: Any
    turn: int
    heard: str
    present: Mapping[str, str]

    def values(self, speech: Speech, names: Sequence[str]) -> dict[str, Value]:
        """Return what a speech says of some values; what theory filled in is left out."""
        answer = own_answer(speech, [item.name for item in fields(self.role.kind)])
        return values_of(answer, names, present=self.present)


def take_seat(case: Case, given: Mapping[str, Any]) -> Seat:
    """Make the music of a case and let those speak by theory who speak before its role.

    Parameters
    ----------
    case : Case
    given : mapping
        The case's own, or the second music's.

    Raises
    ------
    ValueError
        If the case lacks something, or names a role that its task does not have.
    """
    made = material(given)
    roles, state = _conversation(case, made)
    names = [role.name for role in roles]
    if case.role not in names:
        msg = f"{case.id}: {case.task} has the roles {', '.join(names)}, not {case.role}"
        raise ValueError(msg)
    heard = ""
    # Rhythm and Emotion speak beside the others and hear nobody.
    chain = next((chain for chain in CHAINS if case.role in chain), names)
    for role in roles[: names.index(case.role)]:
        reply = role.theory(state)
        if role.name not in chain:
            continue
        if not (case.role == "Reviewer" and role.name == "Volume"):
            heard += f"{role.name}: {role.say(reply)}\n"
            state = role.hear(state, reply)
    parts = made.score.parts if made.score else ()
    return Seat(
        role=roles[names.index(case.role)],
        state=state,
        turn=names.index(case.role) + 1,
        heard=heard,
        present={part.id: part.technique for part in parts},
    )


def _conversation(case: Case, made: Material) -> tuple[Sequence[Role[Any, Any]], Any]:
    if case.task == "mix":
        return MIX_ROLES, _mix_state(case, made)
    if case.task == "arrangement":
        return ARRANGE_ROLES, _arrange_state(made)
    return _assess(made)


def _arrange_state(made: Material) -> ArrangeState:
    take = begin_take(
        plan=made.plan,
        melody=made.melody,
        tempo_map=made.tempo_map,
        spots=made.spots,
        curves=made.curves,
        description=made.description,
        duration_s=made.duration_s,
        seed=_SEED,
    )
    return ArrangeState(take=take, abc=made.abc)


def _mix_state(case: Case, made: Material) -> MixState:
    """Return a mix; the Reviewer is shown the levels that the case gives."""
    if made.score is None or made.scheme is None:
        msg = f"{case.id}: {case.role} needs parts"
        raise ValueError(msg)
    take = begin_mix(
        score=made.score,
        plan=made.plan,
        tempo_map=made.tempo_map,
        curves=made.curves,
        description=made.description,
    )
    state = MixState(take=take, asked=nothing_asked(take))
    if case.role != "Reviewer":
        return state
    tracks = made.scheme.tracks
    return MixState(
        take=take,
        asked=state.asked,
        volume=VolumeReply(volume={t.id: dict(t.volume_envelope) for t in tracks}),
    )


def prompt_versions(cases: Sequence[Case]) -> dict[str, str]:
    """Return name and version of the prompt of each role that is asked."""
    seen: dict[str, str] = {}
    for case in cases:
        if case.role not in seen:
            prompt = take_seat(case, case.given).role.prompt
            read = prompt if isinstance(prompt, Prompt) else read_prompt(prompt)
            seen[case.role] = f"{read.name} {read.version}"
    return seen


def _assess(made: Material) -> tuple[Sequence[Role[Any, Any]], AssessState]:
    subject = make_subject(
        melody=made.melody,
        plan=made.plan,
        tempo_map=made.tempo_map,
        spots=made.spots,
        curves=made.curves,
        description=made.description,
        score=made.score,
        scheme=made.scheme,
    )
    return JUDGES, AssessState(subject=subject, abc=made.abc)
