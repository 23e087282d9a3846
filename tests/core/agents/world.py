"""Three small roles that judge a tune, and a model to speak for them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from filmcomposer_core.agents.budget import Budget, Caps
from filmcomposer_core.agents.endpoint import Endpoint
from filmcomposer_core.agents.forms import Forms
from filmcomposer_core.agents.prompt import Prompt
from filmcomposer_core.agents.roles import Role
from filmcomposer_core.agents.settings import AgentSettings
from filmcomposer_core.agents.speaker import Speaker
from filmcomposer_core.contracts._check import STRICT, in_range
from tests.fakes.endpoint import FakeEndpoint

KEY = "sk-test-SECRET-0123456789"
CRITERIA = ("1", "2", "3")
NAMES = ("Mode", "Melody", "Harmony")
#: An answer that has nothing wrong.
GOOD = '{"scores": {"1": 0.5, "2": 0.25, "3": 1}, "reason": "It sings.", "bar": 3}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Something that is to be changed."""

    __pydantic_config__ = STRICT

    bar: int
    what: str = ""

    def __post_init__(self) -> None:
        in_range("bar", self.bar, 1, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A score by criterion, why, and which bar is best."""

    __pydantic_config__ = STRICT

    scores: dict[str, float]
    reason: str
    bar: int = 1
    wish: Wish | None = None
    wishes: tuple[Wish, ...] = field(default=())

    def __post_init__(self) -> None:
        for name, score in self.scores.items():
            in_range(f"scores {name}", score, 0.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the roles know."""

    brief: str = "slow and sad"
    tune: str = "CDEF|GABc|"
    bars: int = 8
    heard: tuple[Verdict, ...] = ()


THEORY = Verdict(scores=dict.fromkeys(CRITERIA, 0.75), reason="computed", bar=2)
PROMPT = Prompt(
    name="judge",
    version="1",
    variables=("bars",),
    untrusted=("brief", "tune"),
    sections={
        "role": "You judge tunes.",
        "few-shot": "A scale scores 0.1.",
        "question": "{{bars}} bars.\n{{brief}}\n{{tune}}",
    },
)


def check(verdict: Verdict, state: State) -> tuple[str, ...]:
    """Return what a verdict says of things that do not exist."""
    faults = [f"scores: there is no criterion {n!r}" for n in set(verdict.scores) - set(CRITERIA)]
    if not 1 <= verdict.bar <= state.bars:
        faults.append(f"bar is {verdict.bar}, the tune has {state.bars}")
    return tuple(faults)


def role(name: str, **changes: Any) -> Role[State, Verdict]:
    made: Role[State, Verdict] = Role(
        name=name,
        prompt=PROMPT,
        kind=Verdict,
        variables=lambda s: {"bars": str(s.bars), "brief": s.brief, "tune": s.tune},
        theory=lambda s: THEORY,
        check=check,
        hear=lambda s, verdict: replace(s, heard=(*s.heard, verdict)),
        say=lambda verdict: f"{sum(verdict.scores.values()):g} points: {verdict.reason}",
    )
    return replace(made, **changes)


ROLES = tuple(role(name) for name in NAMES)


def usable(verdict: Verdict) -> bool:
    """Whether a verdict can be worked with: whole, and of things that exist."""
    return set(verdict.scores) == set(CRITERIA) and not check(verdict, State())


def settings_for(endpoint: FakeEndpoint, **changes: Any) -> AgentSettings:
    plain: dict[str, Any] = {"url": endpoint.url, "model": "m", "timeout_s": 0.6, "retries": 0}
    return AgentSettings(**(plain | changes))


def speaker_at(
    endpoint: FakeEndpoint, *, caps: Caps | None = None, retries: int = 0, **changes: Any
) -> Speaker:
    settings = settings_for(endpoint, **changes)
    model = Endpoint(settings, model="m", key=KEY)
    return Speaker(
        model_of=lambda _: model,
        budget=Budget(caps=caps or Caps(), prices=settings.prices),
        forms=Forms(wanted=settings.replies, retries=retries, within_s=settings.timeout_s),
        by_autogen=False,
    )
