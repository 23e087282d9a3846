"""No cap is passed, whoever asks at the same time and whatever a server counts."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_core.agents.budget import Budget, Caps, Price, counted, tokens_of
from filmcomposer_core.agents.contract import AgentError, Ask, BudgetError, Message, Reply
from filmcomposer_core.agents.forms import Forms, ask_in_a_known_form

ASK = Ask(
    name="Mode",
    messages=(Message(role="user", text="x" * 280),),
    schema={},
    max_tokens=100,
)
PRICE = Price(tokens_in=10.0, tokens_out=40.0, currency="EUR")


def test_the_cost_by_hand() -> None:
    budget = Budget(caps=Caps(), prices={"m": PRICE})
    reply = Reply(text="", model="m", tokens_in=1_000_000, tokens_out=500_000)
    budget.settle(budget.reserve(ASK, "m"), reply, model="m")
    assert budget.money == 30.0
    assert budget.said() == "1 call, 1,500,000 tokens, 0.0 s, 30.0000 EUR"


def test_a_model_without_a_price_leaves_the_cap_of_the_others_in_force() -> None:
    budget = Budget(caps=Caps(money=1.0), prices={"m": Price(tokens_in=0, tokens_out=4000)})
    budget.settle(budget.reserve(ASK, "free"), Reply(text="", model="free"), model="free")
    assert budget.money is None
    reply = Reply(text="", model="m", tokens_out=200)
    budget.settle(budget.reserve(ASK, "m"), reply, model="m")
    assert budget.said().endswith("0.8000 EUR and more, unknown".replace("EUR", "USD"))
    with pytest.raises(BudgetError, match="1 USD"):
        budget.reserve(ASK, "m")


def test_what_comes_out_counts_at_its_own_price_before_it_is_sent() -> None:
    # 101 tokens in cost next to nothing; twice 100 tokens out would cost 0.008.
    prices = {"m": Price(tokens_in=0.0, tokens_out=40.0)}
    Budget(caps=Caps(money=0.0081), prices=prices).reserve(ASK, "m")
    with pytest.raises(BudgetError):
        Budget(caps=Caps(money=0.0079), prices=prices).reserve(ASK, "m")


def test_a_question_that_was_refused_costs_a_call_and_no_tokens() -> None:
    budget = Budget(caps=Caps())
    budget.settle(budget.reserve(ASK, "m"), None, model="m", free=True)
    assert (budget.calls, budget.tokens_in, budget.tokens_out) == (1, 0, 0)
    budget.settle(budget.reserve(ASK, "m"), None, model="m")
    assert budget.tokens_out == 200  # it may have been written


def test_seconds_are_those_in_which_anything_was_asked() -> None:
    now = 0.0
    budget = Budget(caps=Caps(seconds=10.0), clock=lambda: now)
    first = budget.reserve(ASK, "m")
    now = 2.0
    second = budget.reserve(ASK, "m")
    now = 3.0
    budget.forget(first)
    assert budget.seconds_left() == 7.0
    now = 5.0
    budget.settle(second, None, model="m")
    now = 100.0  # nothing under way
    assert budget.seconds_left() == 5.0
    budget.reserve(ASK, "m")
    now = 105.0
    with pytest.raises(BudgetError, match="10 seconds"):
        budget.reserve(ASK, "m")


def test_after_it_is_closed_nothing_is_sent() -> None:
    budget = Budget(caps=Caps())
    budget.closed = True
    with pytest.raises(BudgetError, match="stopped"):
        budget.reserve(ASK, "m")


class Model:
    """Answers after a moment, with whatever count it likes."""

    name = "m"

    def __init__(self, counts: list[tuple[int, int]], text: str) -> None:
        self.counts = counts
        self.text = text
        self.asked = 0
        self.most = 0
        self._now = 0

    async def ask(self, ask: Ask) -> Reply:
        self.asked += 1
        self._now += 1
        self.most = max(self.most, self._now)
        await asyncio.sleep(0)
        self._now -= 1
        into, out = self.counts[self.asked % len(self.counts)]
        if into < 0:
            raise AgentError("no", again_s=0.0)
        return Reply(text=self.text[: 2 * ask.max_tokens], model="m", tokens_in=into,
                     tokens_out=out)  # fmt: skip


@given(
    st.lists(st.tuples(st.integers(-2, 10**9), st.integers(0, 10**9)), min_size=1, max_size=5),
    st.text("ab cé漢", max_size=400),
    st.integers(0, 12),
    st.integers(0, 6000),
    st.floats(0, 0.05),
    st.integers(1, 8),
    st.integers(1, 20),
)
def test_no_cap_is_passed_by_questions_at_the_same_time(
    counts: list[tuple[int, int]],
    text: str,
    calls: int,
    tokens: int,
    money: float,
    at_once: int,
    questions: int,
) -> None:
    caps = Caps(calls=calls, tokens=tokens, money=money)
    budget = Budget(caps=caps, prices={"m": PRICE})
    model = Model(counts, text)
    forms = Forms(at_once=at_once, patient=True)
    ask = replace(ASK, messages=(Message(role="user", text=text),))

    async def one() -> None:
        try:
            await ask_in_a_known_form(ask, model=model, budget=budget, forms=forms)
        except AgentError:
            return

    async def all_() -> None:
        await asyncio.gather(*(one() for _ in range(questions)))

    asyncio.run(all_())
    assert model.asked == budget.calls <= calls
    assert budget.tokens_in + budget.tokens_out <= tokens
    assert budget.spent <= money + 1e-12
    assert model.most <= at_once


def test_pictures_and_foreign_signs_weigh_more() -> None:
    shown = replace(ASK, messages=(Message(role="user", text="x", images=(b"1", b"2")),))
    assert tokens_of(shown) - tokens_of(replace(shown, messages=())) > 2000
    foreign = replace(ASK, messages=(Message(role="user", text="電" * 280),))
    assert tokens_of(foreign) > 3 * tokens_of(ASK)


def test_what_a_server_counts_is_believed_where_it_can_be() -> None:
    reply = Reply(text="x" * 28, model="m", tokens_in=150, tokens_out=12)
    assert (counted(ASK, reply).tokens_in, counted(ASK, reply).tokens_out) == (150, 12)
    thinking = replace(reply, tokens_out=190)
    assert counted(ASK, thinking).tokens_out == 190
