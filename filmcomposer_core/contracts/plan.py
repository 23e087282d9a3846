"""The cue plan: sections, keys, chords and how full they are, before any note is written."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from filmcomposer_core.contracts._check import STRICT, in_range, not_empty, one_of
from filmcomposer_core.contracts.harmony import MODES, parse_chords, parse_pitch_class
from filmcomposer_core.contracts.labels import DYNAMICS, ENDINGS, FUNCTIONS, IDIOMS, NULL, ROLES

#: Letters of motifs; the first is the cue's theme.
MOTIFS = ("A", "B", "C", "D")
MAIN_MOTIF = MOTIFS[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A stretch of whole bars with one task.

    ``start`` is the first bar (1 = first bar of the tempo map), ``bars`` the length. ``chords`` is
    a lead-sheet line with one cell per bar, e.g. ``"Dm | Bb | Gm A7 | Dm"``; chords in a cell share
    the bar evenly, ``N.C.`` is silence. ``texture`` joins the sounding roles with ``+``
    (``"melody+pad+bass"``). In a ``silence`` section nothing sounds. Sections of the same ``motif``
    letter are made of the same motif: ``A`` is the theme, other letters belong to another place or
    person of the picture and return with it.
    """

    __pydantic_config__ = STRICT

    id: str
    start: int
    bars: int
    function: str
    tension: float
    dynamic: str
    key: str
    mode: str
    chords: str
    texture: str
    silence: bool = False
    motif: str = MAIN_MOTIF

    def __post_init__(self) -> None:
        not_empty("id", self.id)
        in_range("start", self.start, 1, 1_000_000)
        in_range("bars", self.bars, 1, 1_000_000)
        in_range("tension", self.tension, 0.0, 1.0)
        one_of("function", self.function, FUNCTIONS)
        one_of("dynamic", self.dynamic, DYNAMICS)
        one_of("mode", self.mode, MODES)
        one_of("motif", self.motif, MOTIFS)
        parse_pitch_class(self.key)
        for role in self.roles:
            one_of("texture", role, ROLES)
        cells = len(parse_chords(self.chords))
        if cells != self.bars:
            msg = f"section {self.id} has {self.bars} bars but chords for {cells}"
            raise ValueError(msg)

    @property
    def roles(self) -> tuple[str, ...]:
        """The sounding roles."""
        return tuple(word.strip() for word in self.texture.split("+") if word.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class CuePlan:
    """The whole plan: ``plan.toml``.

    Sections follow one another without a gap from the first sounding bar. ``bar_tension`` has one
    value of 0 to 1 for each bar from bar 1 to the last bar of the last section.
    """

    __pydantic_config__ = STRICT

    idiom: str
    blend: str
    ending: str
    sections: tuple[Section, ...]
    bar_tension: tuple[float, ...]

    def __post_init__(self) -> None:
        one_of("idiom", self.idiom, IDIOMS)
        one_of("blend", self.blend, (*IDIOMS, NULL))
        one_of("ending", self.ending, ENDINGS)
        if not self.sections:
            msg = "a plan needs at least one section"
            raise ValueError(msg)
        for before, after in pairwise(self.sections):
            if after.start != before.start + before.bars:
                msg = (
                    f"section {after.id} starts in bar {after.start}, "
                    f"but {before.id} ends before bar {before.start + before.bars}"
                )
                raise ValueError(msg)
        if len(self.bar_tension) != self.last_bar:
            msg = f"bar_tension has {len(self.bar_tension)} values for {self.last_bar} bars"
            raise ValueError(msg)
        for value in self.bar_tension:
            in_range("bar_tension", value, 0.0, 1.0)

    @property
    def last_bar(self) -> int:
        """Number of the last planned bar."""
        return self.sections[-1].start + self.sections[-1].bars - 1

    def section_at(self, bar: int) -> Section | None:
        """Return the section that holds a bar, or None in the lead-in and after the end."""
        for section in self.sections:
            if section.start <= bar < section.start + section.bars:
                return section
        return None
