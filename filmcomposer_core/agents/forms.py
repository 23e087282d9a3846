"""How an endpoint is asked: in which form it replies, how patiently, and how often at a time."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field, replace
from typing import Literal, cast

from filmcomposer_core.agents.budget import Budget, counted
from filmcomposer_core.agents.contract import (
    AgentError,
    Ask,
    BudgetError,
    ChatModel,
    FormRefused,
    Remembers,
    Reply,
)

#: Forms of reply, the strictest first; an endpoint that refuses one is asked in the next.
FORMS = ("json_schema", "json_object", "text")
_FIRST_WAIT_S = 0.5
_LONGEST_WAIT_S = 30.0
#: After so many questions in a row without an answer no more are sent.
_SILENT = 2


@dataclass(slots=True)
class Forms:
    """What was found out about an endpoint, shared by all who ask it.

    ``wanted`` is the form of reply of the settings, ``known`` the place in ``FORMS`` of each model.
    A question is sent ``retries`` times more where that may help, all within ``within_s`` seconds,
    and at most ``at_once`` at a time. ``fault`` is why the endpoint was given up, which does not
    happen where it is ``patient``.
    """

    wanted: str = "auto"
    known: dict[str, int] = field(default_factory=dict)
    retries: int = 0
    within_s: float = 120.0
    at_once: int = 4
    patient: bool = False
    fault: AgentError | None = None
    _silent: int = 0
    _gate: tuple[asyncio.AbstractEventLoop, asyncio.Semaphore] | None = None

    def first(self, model: str) -> int:
        """Return the place in ``FORMS`` to begin with."""
        return self.known.get(model, 0) if self.wanted == "auto" else FORMS.index(self.wanted)

    def gate(self) -> asyncio.Semaphore:
        """Return what lets so many through at a time; each conversation has a loop of its own."""
        loop = asyncio.get_running_loop()
        if self._gate is None or self._gate[0] is not loop:
            self._gate = (loop, asyncio.Semaphore(self.at_once))
        return self._gate[1]

    def answered(self) -> None:
        """Note that the endpoint lives."""
        self._silent = 0

    def failed(self, fault: AgentError) -> None:
        """Note that a question had no answer; after the second, or a lasting fault, give up."""
        self._silent += 1
        if not self.patient and (fault.lasting or self._silent >= _SILENT):
            self.fault = fault


async def ask_in_a_known_form(ask: Ask, *, model: ChatModel, budget: Budget, forms: Forms) -> Reply:
    """Ask in the strictest form of reply that the endpoint knows; what is kept is not asked.

    Raises
    ------
    AgentError
        If there is no answer, or a cap is reached.
    """
    kept = model.kept(ask) if isinstance(model, Remembers) else None
    if kept is not None:
        return kept
    place = forms.first(model.name)
    while True:
        try:
            form = cast("Literal['json_schema', 'json_object', 'text']", FORMS[place])
            reply = await _patiently(replace(ask, form=form), model, budget, forms)
        except FormRefused:
            if place + 1 >= len(FORMS) or forms.wanted != "auto":
                raise
            place += 1
            continue
        if reply.source == "model":
            forms.known[model.name] = max(place, forms.known.get(model.name, 0))
        return reply


async def _patiently(ask: Ask, model: ChatModel, budget: Budget, forms: Forms) -> Reply:
    """Ask, and again after a pause where that may help; each try is a call of the budget."""
    if forms.fault is not None:
        raise forms.fault
    began, wait_s = time.monotonic(), _FIRST_WAIT_S
    for tries_left in range(forms.retries, -1, -1):
        try:
            async with forms.gate():
                reply = await _paid(ask, model, budget, forms)
        except (FormRefused, BudgetError):
            raise
        except AgentError as exc:
            wait_s = max(wait_s, exc.again_s or 0.0)
            late = time.monotonic() - began + wait_s > min(forms.within_s, budget.seconds_left())
            if exc.again_s is None or not tries_left or late:
                forms.failed(exc)
                raise
        else:
            forms.answered()
            return reply
        await asyncio.sleep(wait_s)
        wait_s = min(2.0 * wait_s, _LONGEST_WAIT_S)
    raise AssertionError("unreachable")


async def _paid(ask: Ask, model: ChatModel, budget: Budget, forms: Forms) -> Reply:
    """Ask once. What it may cost is set aside before, what it has cost is counted after."""
    receipt = budget.reserve(ask, model.name)
    reply: Reply | None = None
    nothing_sent = refused = False
    try:
        async with asyncio.timeout(min(forms.within_s, budget.seconds_left())):
            reply = counted(ask, await model.ask(ask))
        nothing_sent = reply.source != "model"
        return replace(reply, tokens_in=0, tokens_out=0) if nothing_sent else reply
    except TimeoutError:
        if budget.seconds_left() <= 0.0:
            raise BudgetError(
                f"The agents' budget for this cue is spent: {budget.caps.seconds:g} seconds.",
                "Theory answers from here on; raise the cap in agents.toml for more.",
            ) from None
        raise AgentError(f"{model.name} did not answer within {forms.within_s:g} s.") from None
    except AgentError as exc:
        refused = exc.free
        raise
    finally:
        if nothing_sent:
            budget.forget(receipt)
        else:
            budget.settle(receipt, reply, model=model.name, free=refused)
