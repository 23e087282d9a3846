"""Cues in the hands of the six roles, and models that answer for them from a script."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from filmcomposer_core.agents.arrange import ArrangeTalk, MixTalk, talk_arrange, talk_mix
from filmcomposer_core.agents.budget import Budget, Caps
from filmcomposer_core.agents.contract import Ask, Reply
from filmcomposer_core.agents.forms import Forms
from filmcomposer_core.agents.speaker import THEORY, Speaker
from filmcomposer_core.arrangement import arrange, begin_mix, begin_take, mix
from filmcomposer_core.arrangement.mix_take import MixTake
from filmcomposer_core.arrangement.take import Take
from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.scheme import Scheme
from filmcomposer_core.contracts.score import Score
from filmcomposer_core.notation import melody_to_abc
from tests.core.arrangement.cues import Cue, random_cue, sample, with_brief

MODEL = "scripted"
#: What a model says: a reply, or one by what it was asked.
Said = str | Mapping[str, Any] | Callable[[Ask], str]


def given(cue: Cue, *, seed: int = 1) -> dict[str, Any]:
    """Return the arguments of ``arrange``."""
    return {
        "plan": cue.plan, "melody": cue.melody, "tempo_map": cue.tempo_map, "spots": cue.spots,
        "curves": cue.curves, "description": cue.description, "duration_s": cue.duration_s,
        "seed": seed,
    }  # fmt: skip


def viewed(cue: Cue, score: Score) -> dict[str, Any]:
    """Return the arguments of ``mix``."""
    return {
        "score": score, "plan": cue.plan, "tempo_map": cue.tempo_map, "curves": cue.curves,
        "description": cue.description,
    }  # fmt: skip


@cache
def cue_number(number: int) -> Cue:
    """Return a cue of any idiom and metre; every third has a brief."""
    if number == 0:
        return sample()
    cue = random_cue(number, duration_s=30.0)
    briefs = ("solo cello with strings, no drums", "piano only", "string quartet, pizzicato")
    return with_brief(cue, briefs[number // 3 % 3]) if number % 3 == 0 else cue


@cache
def score_number(number: int) -> Score:
    """Return the score of a cue as theory arranges it."""
    return arrange(**given(cue_number(number)))


def take_of(cue: Cue) -> Take:
    return begin_take(**given(cue))


def mix_take_of(cue: Cue, score: Score) -> MixTake:
    return begin_mix(**viewed(cue, score))


def abc_of(cue: Cue) -> str:
    return melody_to_abc(cue.melody, tempo_map=cue.tempo_map, plan=cue.plan, title="x")


@dataclass(slots=True)
class Scripted:
    """A model that says for each role what a script has, the last line again and again."""

    script: Mapping[str, list[Said]]
    asked: list[Ask] = field(default_factory=list)

    @property
    def name(self) -> str:
        return MODEL

    async def ask(self, ask: Ask) -> Reply:
        before = sum(other.name == ask.name for other in self.asked)
        self.asked.append(ask)
        lines = self.script.get(ask.name) or ["I would rather not say."]
        said = lines[min(before, len(lines) - 1)]
        text = said(ask) if callable(said) else said if isinstance(said, str) else json.dumps(said)
        return Reply(text=text, model=MODEL, tokens_in=10, tokens_out=10)


def speaker_of(model: Scripted) -> Speaker:
    return Speaker(
        model_of=lambda _: model, budget=Budget(caps=Caps()), forms=Forms(), by_autogen=False
    )


def arranged(
    cue: Cue, script: Mapping[str, list[Said]] | None = None, **more: Any
) -> tuple[Score, ArrangeTalk]:
    """Return a cue's score after a conversation; theory's without a script."""
    speaker = THEORY if script is None else speaker_of(Scripted(script))
    talk = talk_arrange(take_of(cue), abc=abc_of(cue), speaker=speaker, **more)
    return arrange(**given(cue), choices=talk.choices), talk


def mixed(
    cue: Cue, score: Score, script: Mapping[str, list[Said]] | None = None
) -> tuple[Scheme, MixTalk]:
    """Return a score's scheme after a conversation; theory's without a script."""
    speaker = THEORY if script is None else speaker_of(Scripted(script))
    talk = talk_mix(mix_take_of(cue, score), speaker=speaker)
    return mix(**viewed(cue, score), choices=talk.choices), talk


def text(value: object) -> str:
    """Return a score or a scheme as its file says it."""
    return codec.dump_json(value)
