"""What the five roles of Table 1 answer: scores, reasons, and what the next try should mend."""

from __future__ import annotations

from dataclasses import dataclass, field

from filmcomposer_core.contracts._check import STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a role wants done to the music, and in which bars; none = throughout.

    ``action`` is one of :mod:`filmcomposer_core.contracts.wishing`. Theory names none: its wish
    stands in ``words``.
    """

    __pydantic_config__ = STRICT

    action: str = ""
    bars: tuple[int, ...] = ()
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeReply:
    """By criterion number: a score from 0 to 1, the reason for it, and a wish where it is low."""

    __pydantic_config__ = STRICT

    scores: dict[str, float]
    reasons: dict[str, str]
    wishes: dict[str, Wanted] = field(default_factory=dict)
