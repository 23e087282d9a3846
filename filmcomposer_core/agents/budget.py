"""What a cue may cost: calls, tokens, seconds and money, counted as they are spent."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from filmcomposer_core.agents.contract import Ask, BudgetError, Reply
from filmcomposer_core.contracts._check import STRICT, in_range, not_empty

#: Characters of Latin text for each token, and tokens for each other character: on the high side,
#: since what is set aside must not be passed.
_CHARS_A_TOKEN = 2.8
_TOKENS_A_SIGN = 1.5
#: Tokens of one key frame at the size that is sent, as vision models count them.
_IMAGE_TOKENS = 1100
#: So many times the estimate is set aside; more than that is neither read nor believed.
MARGIN = 2
#: A count of the server's that is so many times below ours is not believed.
_TOO_FEW = 8
_MILLION = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a model costs for a million tokens, in and out."""

    __pydantic_config__ = STRICT

    tokens_in: float
    tokens_out: float
    currency: str = "USD"

    def __post_init__(self) -> None:
        in_range("tokens_in", self.tokens_in, 0.0, 1e6)
        in_range("tokens_out", self.tokens_out, 0.0, 1e6)
        not_empty("currency", self.currency)

    def of(self, tokens_in: float, tokens_out: float) -> float:
        """Return what so many tokens cost."""
        return (tokens_in * self.tokens_in + tokens_out * self.tokens_out) / _MILLION


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """The most that one run on a cue may spend; ``money`` counts where the price is known."""

    __pydantic_config__ = STRICT

    calls: int = 80
    tokens: int = 400_000
    seconds: float = 1800.0
    money: float = 2.0

    def __post_init__(self) -> None:
        in_range("calls", self.calls, 0, 100_000)
        in_range("tokens", self.tokens, 0, 1_000_000_000)
        in_range("seconds", self.seconds, 0.0, 1e6)
        in_range("money", self.money, 0.0, 1e6)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """What is set aside for a question under way."""

    tokens_in: int
    tokens_out: int
    money: float
    priced: bool


@dataclass(slots=True, kw_only=True)
class Budget:
    """Counts what is spent and refuses what would go beyond a cap.

    The one object of a conversation that changes: roles that speak side by side share it. Replies
    of the cache or a transcript cost nothing. ``seconds`` is time in which at least one question
    was under way. ``spent`` is money as far as prices are known, ``unpriced`` whether a model
    without a price was asked. ``closed`` = nothing more is sent.
    """

    caps: Caps
    prices: dict[str, Price] = field(default_factory=dict)
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0
    spent: float = 0.0
    unpriced: bool = False
    closed: bool = False
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    _held: dict[int, _Held] = field(default_factory=dict, repr=False)
    _busy_since: float = field(default=0.0, repr=False)
    _receipts: int = field(default=0, repr=False)

    @property
    def money(self) -> float | None:
        """What was spent, None if a model without a price was asked."""
        return None if self.unpriced else self.spent

    def seconds_left(self) -> float:
        """Return how long may still be asked, in seconds."""
        busy = self.clock() - self._busy_since if self._held else 0.0
        return max(0.0, self.caps.seconds - self.seconds - busy)

    def reserve(self, ask: Ask, model: str) -> int:
        """Set aside what a question may cost at most, before it is sent.

        Returns
        -------
        int
            A receipt for :meth:`settle` or :meth:`forget`.

        Raises
        ------
        BudgetError
            If a cap would be passed.
        """
        if self.closed:
            raise BudgetError("The work was stopped; nothing more is asked.")
        price = self.prices.get(model)
        tokens_in, tokens_out = MARGIN * tokens_of(ask), MARGIN * ask.max_tokens
        wanted = _Held(
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            money=price.of(tokens_in, tokens_out) if price else 0.0,
            priced=price is not None,
        )
        self._check(wanted, price.currency if price else "")
        if not self._held:
            self._busy_since = self.clock()
        self._receipts += 1
        self._held[self._receipts] = wanted
        return self._receipts

    def _check(self, wanted: _Held, currency: str) -> None:
        caps, under_way = self.caps, [*self._held.values(), wanted]
        if self.calls + len(under_way) > caps.calls:
            raise BudgetError(*_reached(f"{caps.calls} calls"))
        tokens = sum(held.tokens_in + held.tokens_out for held in under_way)
        if self.tokens_in + self.tokens_out + tokens > caps.tokens:
            raise BudgetError(*_reached(f"{caps.tokens:,} tokens"))
        if self.seconds_left() <= 0.0:
            raise BudgetError(*_reached(f"{caps.seconds:g} seconds"))
        if wanted.priced and self.spent + sum(held.money for held in under_way) > caps.money:
            raise BudgetError(*_reached(f"{caps.money:g} {currency}"))

    def settle(self, receipt: int, reply: Reply | None, *, model: str, free: bool = False) -> None:
        """Count what a question has cost.

        Parameters
        ----------
        receipt : int
            Of :meth:`reserve`.
        reply : Reply or None
            With its tokens as :func:`counted` has them. None where none came: then all that was set
            aside counts, since the server may have written it.
        model : str
        free : bool
            Whether the question was refused: a call, but no tokens.
        """
        held = self._release(receipt)
        self.calls += 1
        price = self.prices.get(model)
        self.unpriced = self.unpriced or price is None
        if free:
            return
        tokens_in = reply.tokens_in if reply else held.tokens_in
        tokens_out = reply.tokens_out if reply else held.tokens_out
        self.tokens_in += tokens_in
        self.tokens_out += tokens_out
        self.spent += price.of(tokens_in, tokens_out) if price else 0.0

    def forget(self, receipt: int) -> None:
        """Give back what was set aside for a question that was not sent."""
        self._release(receipt)

    def _release(self, receipt: int) -> _Held:
        held = self._held.pop(receipt)
        if not self._held:
            self.seconds += max(0.0, self.clock() - self._busy_since)
        return held

    def said(self) -> str:
        """Return what was spent, in a line for the user."""
        calls = "1 call" if self.calls == 1 else f"{self.calls} calls"
        return (
            f"{calls}, {self.tokens_in + self.tokens_out:,} tokens, "
            f"{self.seconds:.1f} s, {self._money_said()}"
        )

    def _money_said(self) -> str:
        currency = next((p.currency for p in self.prices.values()), "")
        if not self.unpriced:
            return f"{self.spent:.4f} {currency}".strip()
        return f"{self.spent:.4f} {currency} and more, unknown" if self.spent else "cost unknown"


def tokens_of(ask: Ask) -> int:
    """Estimate the tokens of a question, pictures included, on the high side."""
    texts = [message.text for message in ask.messages]
    if ask.form != "text":
        texts.append(str(ask.schema))
    pictures = sum(len(message.images) for message in ask.messages)
    return sum(tokens_in_text(text) for text in texts) + _IMAGE_TOKENS * pictures


def tokens_in_text(text: str) -> int:
    """Estimate the tokens of a text, on the high side."""
    return round(weight_of(text)) + 1


def weight_of(text: str) -> float:
    """Estimate what a piece of text adds to the tokens of a whole one."""
    if text.isascii():
        return len(text) / _CHARS_A_TOKEN
    latin = sum(character.isascii() for character in text)
    return latin / _CHARS_A_TOKEN + (len(text) - latin) * _TOKENS_A_SIGN


def counted(ask: Ask, reply: Reply) -> Reply:
    """Return a reply with tokens that can be believed: the server's count, or an estimate.

    Some servers count nothing, others count nonsense; a model that thinks writes more than it says.
    """
    into, out = tokens_of(ask), tokens_in_text(reply.text)
    return replace(
        reply,
        tokens_in=_believed(reply.tokens_in, into, most=MARGIN * into),
        tokens_out=_believed(reply.tokens_out, out, most=MARGIN * ask.max_tokens),
    )


def _believed(given: int, guess: int, *, most: int) -> int:
    return min(given if given >= guess / _TOO_FEW else guess, most)


def _reached(what: str) -> tuple[str, str]:
    return (
        f"The agents' budget for this cue is spent: {what}.",
        "Theory answers from here on; raise the cap in agents.toml for more.",
    )
