"""What the roles that describe the clip answer: on the brief, the pictures, and the whole."""

from __future__ import annotations

from dataclasses import dataclass, field

from filmcomposer_core.contracts._check import STRICT
from filmcomposer_core.contracts.labels import NULL


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefReply:
    """What the composer's brief asks for; ``null``, 0 and "" = it does not say.

    ``bpm`` is the felt tempo in beats a minute, ``key`` as in "D minor". ``players`` maps
    instruments to ``with``, ``solo``, ``only`` or ``without``.
    """

    __pydantic_config__ = STRICT

    idiom: str = NULL
    emotion: str = NULL
    meter: str = NULL
    bpm: float = 0.0
    key: str = ""
    players: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenLabels:
    """What a shot shows, in labels of Table 6; ``null`` = it cannot be told.

    ``valence`` is -1 to 1, ``arousal`` and ``confidence`` are 0 to 1.
    """

    __pydantic_config__ = STRICT

    setting: str = NULL
    brightness: str = NULL
    hue: str = NULL
    action: str = NULL
    view_scale: str = NULL
    emotion: str = NULL
    theme: str = NULL
    valence: float = 0.0
    arousal: float = 0.0
    confidence: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LookReply:
    """What the shots show, by ``shotN``."""

    __pydantic_config__ = STRICT

    shots: dict[str, SeenLabels]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryReply:
    """How the plot develops, and where the picture moves and rests."""

    __pydantic_config__ = STRICT

    plot: str
    motion: str
