"""The clip described in conversation: what the brief asks for, what is seen, what happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from filmcomposer_core.agents.describe.brief import BRIEF, beyond, in_words
from filmcomposer_core.agents.describe.look import LOOK, LookState, findings
from filmcomposer_core.agents.describe.story import STORY, StoryState
from filmcomposer_core.agents.roles import Role
from filmcomposer_core.agents.speaker import THEORY, Speaker
from filmcomposer_core.agents.talk import Order, converse, converse_beside, sequence
from filmcomposer_core.contracts.clip import Analysis, Curves, Shot
from filmcomposer_core.contracts.codec import adapter
from filmcomposer_core.contracts.describing import BriefReply, StoryReply
from filmcomposer_core.contracts.description import Description, Label
from filmcomposer_core.contracts.sightings import Sightings
from filmcomposer_core.contracts.speech import Speech
from filmcomposer_core.description import describe_clip
from filmcomposer_core.description.describer import NOTHING_SEEN

#: Key frames by shot number, as JPEG; asked for only where a model is to see them.
Pictures = Callable[[], Mapping[int, tuple[bytes, ...]]]

#: Shots that are shown in one question, and at all: the longest.
SHOTS_AT_ONCE: Final = 4
MOST_SHOTS: Final = 40
#: How sure sentences of a model are, as against 0.5 for those that are put together.
_STORY: Final = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribeTalk:
    """The description, and what was said for it."""

    description: Description
    speeches: tuple[Speech, ...]


def no_pictures() -> Mapping[int, tuple[bytes, ...]]:
    """Show nothing."""
    return {}


def talk_describe(
    analysis: Analysis,
    curves: Curves,
    sightings: Sightings = NOTHING_SEEN,
    *,
    brief: str = "",
    pictures: Pictures = no_pictures,
    speaker: Speaker = THEORY,
    name: str = "describe",
) -> DescribeTalk:
    """Let Brief, Describe and Story speak.

    Parameters
    ----------
    analysis, curves, sightings, brief
        As for :func:`filmcomposer_core.description.describe_clip`, which is theory.
    pictures : callable
        Gives the key frames by shot.
    speaker : Speaker
    name : str
        Of the conversations, for the transcript.

    Returns
    -------
    DescribeTalk
        Labels of a model that sees merge with the detectors' per field by confidence; what it
        reads in the brief is added to what theory has understood; its sentences take the place of
        theory's. Without a model it is theory's description, to the byte.

    Notes
    -----
    Implements the vision model of Sec. 3.1: labels of Table 6, emotion over time, plot development
    and motion.
    """
    speeches: list[Speech] = []
    heard = ""
    if brief.strip():
        reading = _held(f"{name}, brief", BRIEF, brief, speaker)
        speeches += reading
        heard = _beyond(reading[-1])
    described = describe_clip(analysis, curves, sightings, brief=brief, heard=heard)
    looking = _looked(analysis, described, brief, pictures, speaker, name)
    speeches += looking
    seen = findings(looking, analysis.shots)
    if seen is not None:
        described = describe_clip(
            analysis, curves, sightings, brief=brief, heard=heard, told=(seen,)
        )
    story = StoryState(analysis=analysis, described=described)
    telling = _held(f"{name}, story", STORY, story, speaker)
    speeches += telling
    return DescribeTalk(description=_retold(described, telling[-1]), speeches=tuple(speeches))


def _held(name: str, role: Role[Any, Any], state: object, speaker: Speaker) -> tuple[Speech, ...]:
    return converse(name, [role], state, order=sequence([role.name]), speaker=speaker)[1]


def _beyond(speech: Speech) -> str:
    if not speech.theirs:
        return ""
    said: BriefReply = adapter(BriefReply).validate_python(speech.answer)
    computed: BriefReply = adapter(BriefReply).validate_python(speech.computed)
    return in_words(beyond(said, computed))


def _looked(
    analysis: Analysis,
    described: Description,
    brief: str,
    pictures: Pictures,
    speaker: Speaker,
    name: str,
) -> tuple[Speech, ...]:
    """Let Describe look at the shots, some at a time; theory where nobody can see."""
    sees = speaker.model_of is not None and speaker.sees
    shown = pictures() if sees else {}
    sees = bool(shown)
    numbers = _longest(analysis.shots)
    order: Order[Any] = sequence([LOOK.name])
    talks: list[tuple[str, Sequence[Role[Any, Any]], Any, Order[Any]]] = []
    for place in range(0, len(numbers), SHOTS_AT_ONCE):
        batch = numbers[place : place + SHOTS_AT_ONCE]
        state = LookState(
            shots={number: analysis.shots[number - 1] for number in batch},
            pictures={number: shown.get(number, ()) for number in batch},
            described=described,
            brief=brief,
        )
        talks.append((f"{name}, shots {batch[0]}-{batch[-1]}", [LOOK], state, order))
    held = converse_beside(talks, speaker=speaker if sees else THEORY)
    return tuple(speech for _, said in held for speech in said)


def _longest(shots: Sequence[Shot]) -> list[int]:
    order = sorted(range(len(shots)), key=lambda i: (shots[i].start_s - shots[i].end_s, i))
    return sorted(place + 1 for place in order[:MOST_SHOTS])


def _retold(described: Description, speech: Speech) -> Description:
    said: StoryReply = adapter(StoryReply).validate_python(speech.answer)
    told = {
        field: Label(value=" ".join(text.split()), source="model", confidence=_STORY)
        for field, text in (("plot", said.plot), ("motion", said.motion))
        if field in speech.theirs
    }
    return replace(
        described,
        plot=told.get("plot", described.plot),
        motion=told.get("motion", described.motion),
    )
