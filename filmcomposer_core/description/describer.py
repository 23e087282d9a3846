"""The contract of everything that can say what a clip shows (Sec. 3.1, Table 6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from filmcomposer_core.contracts.clip import Analysis, Curves
from filmcomposer_core.contracts.description import UNKNOWN, Label
from filmcomposer_core.contracts.sightings import Sightings
from filmcomposer_core.description.look import Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """What describers may look at: measures of every frame, and what was seen in key frames."""

    analysis: Analysis
    curves: Curves
    look: Look
    sightings: Sightings


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A reason for an emotion at a time.

    ``valence`` -1 to 1 and ``arousal`` 0 to 1 pull the curve towards them with ``weight``, 0 to 1,
    for ``length_s`` from ``time_s`` on; ``reason`` says why in a few words ("smiling face").
    """

    time_s: float
    length_s: float
    valence: float
    arousal: float
    weight: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShotFindings:
    """What a describer says of one shot; ``shot`` counts from 1.

    ``labels`` holds for attributes of Table 6 the labels it thinks possible, the surest first.
    ``people`` is how many can be made out, -1 if it cannot tell. ``camera`` is ``static``, ``pan``,
    ``tilt``, ``zoom`` or ``hand-held``. ``text`` is what stands on the screen.
    """

    shot: int
    labels: Mapping[str, tuple[Label, ...]] = field(default_factory=dict)
    people: int = -1
    camera: Label = UNKNOWN
    text: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a describer says of a clip: of its shots, one by one in order, and of the whole."""

    source: str
    shots: tuple[ShotFindings, ...]
    overall: Mapping[str, tuple[Label, ...]] = field(default_factory=dict)


#: Something that can say what a clip shows; several are asked and the surest answer counts.
#: Attributes that it cannot tell are left out.
Describer = Callable[[Film], Findings]

#: What is seen where nobody looked.
NOTHING_SEEN = Sightings(models=(), missing=(), frames=(), groups=())
