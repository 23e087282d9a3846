"""What a theme is made with, what it has used, and a note that has been placed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from filmcomposer_core.composition.mend import Mending
from filmcomposer_core.composition.motif import Motif
from filmcomposer_core.composition.rhythm import Onsets
from filmcomposer_core.composition.slots import LineWeights
from filmcomposer_core.composition.tables import Style
from filmcomposer_core.composition.tune_ideas import Tune
from filmcomposer_core.composition.tune_lens import Lens

#: Offset in ticks from the start of a unit -> pitch, and the tonic that it stood over.
Line = dict[int, tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Idea:
    """The material of one letter: its motif, the idea that answers it, and bars of their tune.

    ``bars`` are rhythms by task (``outline.py``), those most wanted first; ``tune`` is the tune of
    two parts that begins with the motif, None in bars too short for one.
    """

    motif: Motif
    answer: Motif
    tune: Tune | None = None
    bars: Mapping[str, tuple[Onsets, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """What a theme is made with.

    ``ideas`` is the material by letter; ``fresh`` is the cost of a new bar rhythm, ``same`` the
    chance of an exact return, ``vary`` that of a changed bar in a restatement; ``density`` is a
    factor, ``contrast`` how much it follows the motion of the picture. ``summit`` is the index of
    the phrase with the highest note of the cue, and ``top`` that note. ``mend`` is what is asked of
    single bars.
    ``tonics`` are the MIDI pitches of the home tonic from which each letter's tune is counted,
    ``middles`` those around which it lies.
    ``points`` are the rhythms of free bars by number where they are not drawn.
    """

    style: Style
    weights: LineWeights
    ideas: Mapping[str, Idea]
    fresh: float
    same: float
    vary: float
    density: float
    contrast: float
    summit: int
    top: float
    lens: Lens
    tonics: Mapping[str, int]
    middles: Mapping[str, float]
    mend: Mending = field(default_factory=Mending)
    points: Mapping[int, Onsets] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sung:
    """A note of the theme with its place and its phrase."""

    start: int
    length: int
    pitch: int
    strength: float
    bar: int
    phrase: int
    place: float
    hit: float


@dataclass(slots=True, kw_only=True)
class Heard:
    """What a theme has used so far, so that it can return to it.

    ``bars`` are rhythms, ``free`` the rhythm of each task in a metre, ``lines`` the pitches of each
    unit by phrase name and index, ``ideas`` those of the first statement of each motif, ``stated``
    bars of tunes by letter.
    """

    bars: list[Onsets] = field(default_factory=list)
    free: dict[tuple[str, int, int, int], Onsets] = field(default_factory=dict)
    lines: dict[tuple[str, int], Line] = field(default_factory=dict)
    ideas: dict[str, Line] = field(default_factory=dict)
    stated: set[tuple[str, int]] = field(default_factory=set)
