"""One assessment as a conversation, and the verdict that follows from what was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from filmcomposer_core.agents.assess.judges import JUDGES
from filmcomposer_core.agents.assess.state import (
    EMOTION,
    HARMONY,
    MELODY,
    MODE,
    RHYTHM,
    AssessState,
)
from filmcomposer_core.agents.roles import Role
from filmcomposer_core.agents.speaker import THEORY, Speaker
from filmcomposer_core.agents.talk import converse_beside, sequence
from filmcomposer_core.assessment.assess import conclude
from filmcomposer_core.assessment.subject import Subject
from filmcomposer_core.contracts.assessing import JudgeReply, Wanted
from filmcomposer_core.contracts.codec import adapter
from filmcomposer_core.contracts.speech import Speech
from filmcomposer_core.contracts.verdict import Assessment, ModelScore
from filmcomposer_core.contracts.wishing import wish_words

#: Who answers to whom: a chain, and two who need nobody's answer (Sec. 3.3).
CHAINS = ((MODE, MELODY, HARMONY), (RHYTHM,), (EMOTION,))


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessTalk:
    """A verdict, and what was said for it."""

    assessment: Assessment
    speeches: tuple[Speech, ...]


def talk_assess(
    subject: Subject, *, abc: str, speaker: Speaker = THEORY, name: str = "assess"
) -> AssessTalk:
    """Let the five roles judge.

    Parameters
    ----------
    subject : Subject
        From :func:`filmcomposer_core.assessment.make_subject`: a theme, or a cue with its parts.
    abc : str
        The theme.
    speaker : Speaker
        Theory, or a model with theory beside it.
    name : str
        Of the conversations, for the transcript.

    Returns
    -------
    AssessTalk
        All 19 criteria. A model's score stands beside the computed one; its wishes take the place
        of theory's where its criterion needs mending.

    Notes
    -----
    Implements the assessment of Sec. 3.3 and Table 1: Mode, Melody and Harmony in a sequential chat
    in which each hears those above it, Rhythm and Emotion at the same time. A role of which nothing
    can be judged yet (the players, of a theme alone) is not asked.
    """
    state = AssessState(subject=subject, abc=abc)
    roles = {role.name: role for role in JUDGES if state.judged(role.name)}
    chains = [[roles[each] for each in chain if each in roles] for chain in CHAINS]
    talks: list[tuple[str, Sequence[Role[Any, Any]], Any, Any]] = [
        (_called(name, chain[0].name), chain, state, sequence([role.name for role in chain]))
        for chain in chains
        if chain
    ]
    held = converse_beside(talks, speaker=speaker)
    speeches = tuple(speech for _, said in held for speech in said)
    said, wished = _by_model(speeches)
    findings = tuple(state.findings.values())
    verdict = conclude(subject, findings, said=said, wished=wished)
    return AssessTalk(assessment=verdict, speeches=speeches)


def _called(name: str, first: str) -> str:
    """Return the name of a conversation: the chain has the assessment's own."""
    return f"{name}, {first.lower()}" if first in (RHYTHM, EMOTION) else name


def _by_model(speeches: Sequence[Speech]) -> tuple[dict[int, ModelScore], dict[int, str]]:
    """Return scores and wishes that are a model's, by criterion."""
    scores: dict[int, ModelScore] = {}
    wishes: dict[int, str] = {}
    for speech in speeches:
        reply: JudgeReply = adapter(JudgeReply).validate_python(speech.answer)
        for entry in speech.theirs:
            field, _, number = entry.partition(".")
            if field == "scores":
                # A reason that could not be used is theory's, and so names the measures.
                reason = reply.reasons[number]
                score = round(reply.scores[number], 3)
                scores[int(number)] = ModelScore(score=score, reason=reason, model=speech.model)
            elif field == "wishes" and reply.wishes[number].action:
                wishes[int(number)] = _line(int(number), reply.wishes[number])
    return scores, wishes


def _line(number: int, wish: Wanted) -> str:
    return wish_words(number, wish.action, wish.bars)
