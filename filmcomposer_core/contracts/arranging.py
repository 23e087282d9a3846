"""What the six roles of Table 2 answer, in the order in which they speak.

Measures are named ``measureN`` as in Fig. 3; tracks are the roles of the plan's texture until
Instrument has spoken, and the score's parts from then on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from filmcomposer_core.contracts._check import STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyzeReply:
    """Chords that begin in each measure, how the picture develops, and a dynamic for each measure.

    The counts come first: who has counted judges better (Sec. 3.3).
    """

    __pydantic_config__ = STRICT

    harmonies: dict[str, int]
    development: str
    dynamics: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangeReply:
    """By track: the measures that are played softer, and those in which it may be doubled."""

    __pydantic_config__ = STRICT

    soften: dict[str, tuple[int, ...]]
    duplicate: dict[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """Who plays in a seat, and how."""

    __pydantic_config__ = STRICT

    instrument: str
    technique: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentReply:
    """How many measures each track sounds for, counted first; then who plays, by seat."""

    __pydantic_config__ = STRICT

    originals: dict[str, int]
    players: dict[str, Player]


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeReply:
    """By part: linear gains of 0 to 1 by ``measureN``, with straight lines between, and why."""

    __pydantic_config__ = STRICT

    volume: dict[str, dict[str, float]]
    why: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MixingReply:
    """By part: pan from -1 to 1, reverb send from 0 to 1, and why."""

    __pydantic_config__ = STRICT

    panning: dict[str, float]
    reverb: dict[str, float]
    why: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewReply:
    """Whether all matches the picture; better techniques by part; remarks by role sent back."""

    __pydantic_config__ = STRICT

    match: str
    techniques: dict[str, str]
    send_back: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangeChoices:
    """What was decided before the score is written.

    ``models`` names the model that decided an entry (``players.pad1``); theory decided the others.
    """

    analyze: AnalyzeReply | None = None
    arrange: ArrangeReply | None = None
    instrument: InstrumentReply | None = None
    models: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MixChoices:
    """What was decided about the mix; ``computed`` are theory's last answers beside it."""

    volume: VolumeReply
    mixing: MixingReply
    review: ReviewReply
    computed_volume: VolumeReply
    computed_mixing: MixingReply
    models: Mapping[str, str] = field(default_factory=dict)
