"""Describe: looks at the key frames of some shots and labels them by Table 6."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from filmcomposer_core.agents.arrange.faults import unknown
from filmcomposer_core.agents.arrange.words import NO_BRIEF
from filmcomposer_core.agents.roles import Role
from filmcomposer_core.contracts.clip import Shot
from filmcomposer_core.contracts.codec import adapter
from filmcomposer_core.contracts.describing import LookReply, SeenLabels
from filmcomposer_core.contracts.description import Description, Label
from filmcomposer_core.contracts.labels import ATTRIBUTES, EMOTION_PLANE, NULL
from filmcomposer_core.contracts.speech import Speech
from filmcomposer_core.description.describer import Evidence, Findings, ShotFindings
from filmcomposer_core.description.merge import FLOOR

SOURCE: Final = "vision"
#: What a vision model says of itself is believed so far: detectors that were measured come first
#: where they are sure.
TRUST: Final = 0.85
_MOOD_WEIGHT: Final = 0.6
_BRIEF_CHARS: Final = 600


@dataclass(frozen=True, kw_only=True)
class LookState:
    """Some shots of a clip, by number from 1, with their key frames as JPEG; and the brief."""

    shots: Mapping[int, Shot]
    pictures: Mapping[int, tuple[bytes, ...]]
    described: Description
    brief: str

    @property
    def keys(self) -> dict[str, int]:
        """Names of the shots in an answer, with their numbers."""
        return {f"shot{number}": number for number in self.shots}


def variables(state: LookState) -> dict[str, str]:
    """Return the lists of labels, and which picture shows which shot."""
    return {
        **{name: ", ".join(values) for name, values in ATTRIBUTES.items()},
        "shots": "\n".join(_shot(state, name, number) for name, number in state.keys.items()),
        "brief": state.brief[:_BRIEF_CHARS] or NO_BRIEF,
    }


def _shot(state: LookState, name: str, number: int) -> str:
    shot, shown = state.shots[number], len(state.pictures.get(number, ()))
    before = sum(len(state.pictures.get(n, ())) for n in state.shots if n < number)
    which = {0: "no picture", 1: f"picture {before + 1}"}.get(
        shown, f"pictures {before + 1} to {before + shown}"
    )
    return f"{name}: {shot.start_s:.1f}-{shot.end_s:.1f} s, {which}"


def images(state: LookState) -> tuple[bytes, ...]:
    """Return the pictures in the order of the shots."""
    return tuple(each for number in sorted(state.shots) for each in state.pictures.get(number, ()))


def theory(state: LookState) -> LookReply:
    """Return what detectors, rules and measures say."""
    return LookReply(shots={name: _seen(state, number) for name, number in state.keys.items()})


def _seen(state: LookState, number: int) -> SeenLabels:
    found = state.described.shots[number - 1].attributes
    labels: dict[str, Label] = {name: getattr(found, name) for name in ATTRIBUTES}
    known = [label.confidence for label in labels.values() if label.value != NULL]
    valence, arousal = EMOTION_PLANE.get(labels["emotion"].value, (0.0, 0.0))
    return SeenLabels(
        **{name: label.value for name, label in labels.items()},
        valence=valence,
        arousal=arousal,
        confidence=round(sum(known) / len(known), 3) if known else 0.0,
    )


def check(reply: LookReply, state: LookState) -> tuple[str, ...]:
    """Return shots and labels that do not exist and numbers beyond their limits."""
    faults = unknown("shots", reply.shots, state.keys, "shot")
    for name, seen in reply.shots.items():
        place = f"shots.{name[:20]}"
        for attribute, values in ATTRIBUTES.items():
            faults += unknown(f"{place}.{attribute}", [getattr(seen, attribute)], values, attribute)
        for field, low in (("valence", -1.0), ("arousal", 0.0), ("confidence", 0.0)):
            value = getattr(seen, field)
            if not low <= value <= 1.0:
                faults.append(f"{place}.{field} is {value:g}, must lie between {low:g} and 1")
    return tuple(faults)


def _entry(state: LookState) -> dict[str, dict[str, object]]:
    """Return the schema of a shot: the labels, and the numbers within their limits."""
    labels = {name: {"enum": list(values)} for name, values in ATTRIBUTES.items()}
    numbers = {
        name: {"type": "number", "minimum": low, "maximum": 1}
        for name, low in (("valence", -1), ("arousal", 0), ("confidence", 0))
    }
    return {"shots": {"type": "object", "properties": {**labels, **numbers}}}


def say(reply: LookReply) -> str:
    """Return what is seen, shot by shot."""
    return " ".join(f"{name}: {_told(seen)}." for name, seen in reply.shots.items())


def _told(seen: SeenLabels) -> str:
    values = [getattr(seen, name) for name in ("view_scale", "setting", "action", "emotion")]
    return ", ".join(value for value in values if value != NULL) or "nothing to tell"


def findings(speeches: Sequence[Speech], shots: Sequence[Shot]) -> Findings | None:
    """Return what a model has seen as one more describer, None where nothing of it is a model's.

    Parameters
    ----------
    speeches : sequence of Speech
        Of Describe.
    shots : sequence of Shot
        All of the clip.
    """
    seen: dict[int, SeenLabels] = {}
    for speech in speeches:
        reply: LookReply = adapter(LookReply).validate_python(speech.answer)
        for entry in speech.theirs:
            name = entry.partition(".")[2]
            seen[int(name.removeprefix("shot"))] = reply.shots[name]
    if not seen:
        return None
    rows = (_found(number, shot, seen.get(number)) for number, shot in enumerate(shots, start=1))
    return Findings(source=SOURCE, shots=tuple(rows))


def _found(number: int, shot: Shot, seen: SeenLabels | None) -> ShotFindings:
    if seen is None:
        return ShotFindings(shot=number)
    sure = round(TRUST * seen.confidence, 3)
    labels = {
        name: (Label(value=value, source=SOURCE, confidence=sure),)
        for name in ATTRIBUTES
        if (value := getattr(seen, name)) != NULL
    }
    if seen.emotion == NULL or sure < FLOOR:
        return ShotFindings(shot=number, labels=labels)
    mood = Evidence(
        time_s=shot.start_s,
        length_s=shot.end_s - shot.start_s,
        valence=seen.valence,
        arousal=seen.arousal,
        weight=_MOOD_WEIGHT * sure,
        reason=f"a picture that looks {seen.emotion}",
    )
    return ShotFindings(shot=number, labels=labels, evidence=(mood,))


LOOK: Final[Role[LookState, LookReply]] = Role(
    name="Describe",
    prompt="describe",
    kind=LookReply,
    variables=variables,
    theory=theory,
    check=check,
    hear=lambda state, _: state,
    say=say,
    images=images,
    max_tokens=1200,
    by_id=("shots",),
    entry=_entry,
)
