"""The outline of the theme: phrases by section, and what each of their bars is made of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from filmcomposer_core.composition.tables import Style
from filmcomposer_core.contracts.plan import CuePlan, Section

#: Forms of a phrase by its bars. M motif, H its head, F free bars to a half close, C cadence
#: (c in one bar), A head in notes twice as long, D drive into the next section, R and r rests of
#: two bars and one. ``=`` returns to the same pitches, ``i`` turns it upside down, ``+n`` lifts it.
_FORMS: Final[dict[str, dict[int, str]]] = {
    "period": {
        1: "H", 2: "M", 3: "M c", 4: "M C", 5: "M H C", 6: "M M+2 C", 7: "M M+2 H C",
        8: "M F M= C",
    },
    "sentence": {
        1: "H", 2: "M", 3: "M c", 4: "H H+2 C", 5: "M H C", 6: "M M+2 C", 7: "M M+2 H C",
        8: "M M+2 H H+2 C",
    },
    "loop": {
        1: "H", 2: "M", 3: "M H", 4: "M M=", 5: "M M= H", 6: "M M= M+2", 7: "M M= M+2 H",
        8: "M M= M+2 C",
    },
    "turn": {
        1: "c", 2: "Mi", 3: "Mi c", 4: "Mi F", 5: "Mi Hi F", 6: "Mi Mi+2 F", 7: "Mi Mi+2 Hi F",
        8: "Mi F Mi+2 C",
    },
    "build": {
        1: "D", 2: "H+2 D", 3: "H H+2 D", 4: "H H+2 H+4 D", 5: "M+1 H+3 H+5 D",
        6: "M+1 H+2 H+4 H+5 D", 7: "M M+2 H+4 H+5 D", 8: "M M+2 H+3 H+4 H+6 D",
    },
    "climax": {
        1: "H+2", 2: "M+2", 3: "M+2 c", 4: "A+2 C", 5: "A+2 H C", 6: "M A+2 C", 7: "M A+2 H C",
        8: "M F A+2 C",
    },
    "aftermath": {
        1: "c", 2: "H c", 3: "H C", 4: "A C", 5: "A r C", 6: "A R C", 7: "A R H C",
        8: "A R H r C",
    },
    "establish": {
        1: "r", 2: "r H", 3: "R H", 4: "R M", 5: "R M r", 6: "R M R", 7: "R M R r", 8: "R M R R",
    },
    "button": {
        1: "c", 2: "C", 3: "H C", 4: "M C", 5: "M r C", 6: "M R C", 7: "M R r C", 8: "M F R C",
    },
}  # fmt: skip
#: The same where bars are long: every unit takes one bar, and so does the motif.
_BROAD: Final[dict[str, dict[int, str]]] = {
    "period": {1: "M", 2: "M C", 3: "M M+2 C", 4: "M F M= C", 5: "M F M= M+2 C"},
    "sentence": {1: "M", 2: "M C", 3: "M M+2 C", 4: "M M+2 M+4 C", 5: "M M+2 F M= C"},
    "loop": {1: "M", 2: "M M=", 3: "M r M=", 4: "M r M= C", 5: "M M= r M= C"},
    "turn": {1: "Mi", 2: "Mi F", 3: "Mi Mi+2 F", 4: "Mi F Mi+2 C", 5: "Mi F Mi+2 Mi C"},
    "build": {1: "D", 2: "M+2 D", 3: "M M+2 D", 4: "M M+2 M+4 D", 5: "M M+2 M+4 M+5 D"},
    "climax": {1: "M+2", 2: "M+2 C", 3: "M F C", 4: "M F M+2 C", 5: "M F M+2 F C"},
    "aftermath": {1: "C", 2: "M C", 3: "M r C", 4: "M r M C", 5: "M r M r C"},
    "establish": {1: "r", 2: "r M", 3: "r M r", 4: "r M r r", 5: "r M r r r"},
    "button": {1: "C", 2: "M C", 3: "M r C", 4: "M r M C", 5: "M r M r C"},
}  # fmt: skip
#: Forms of the theme in idioms that leave gaps.
_GAPS: Final[dict[str, dict[int, str]]] = {
    "question": {4: "M R", 6: "M R C", 8: "M R M= C"},
    "burst": {6: "M M+2 R", 8: "M M+2 C R"},
}
_BROAD_GAPS: Final[dict[str, dict[int, str]]] = {
    "question": {2: "M r", 3: "M r C", 4: "M r M= C"},
}
_BARS: Final = {"M": 2, "H": 1, "F": 2, "C": 2, "c": 1, "A": 2, "D": 1, "R": 2, "r": 1}
_WORD: Final = re.compile(r"^([MHFCcADRr])(=?)(i?)(?:\+(\d+))?$")
#: Semitones that a section function adds to the register of the theme.
REGISTER: Final = {
    "establish": -1.0, "theme": 0.0, "turn": -1.0, "build": 0.0, "climax": 3.0, "aftermath": -3.0,
    "button": -1.5,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One or two bars with one task; ``first`` is an index into the grid."""

    kind: str
    first: int
    bars: int
    again: bool = False
    inverted: bool = False
    lift: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A phrase: its units, the function of its section, how it ends, and its lift in semitones."""

    units: tuple[Unit, ...]
    function: str
    goal: str
    lift: float = 0.0

    @property
    def first(self) -> int:
        """Grid index of the first bar."""
        return self.units[0].first

    @property
    def bars(self) -> int:
        """Number of bars."""
        return sum(unit.bars for unit in self.units)


def phrase_lengths(bars: int, *, whole: int = 8) -> list[int]:
    """Return the lengths of the phrases of a section: eights and fours as far as they go.

    ``whole`` is the length of a full phrase, 8 bars or 4 broad ones.

    Examples
    --------
    >>> phrase_lengths(12), phrase_lengths(7), phrase_lengths(21)
    ([8, 4], [4, 3], [8, 8, 5])
    """
    lengths = []
    while bars >= whole:
        lengths.append(whole)
        bars -= whole
    half = whole // 2
    if bars == 1 and lengths:
        lengths[-1:] = [whole + 1] if whole == 4 else [half, half + 1]
    elif bars in (6, 7):
        lengths += [half, bars - half]
    elif bars:
        lengths.append(bars)
    return lengths


def outline(
    plan: CuePlan,
    style: Style,
    *,
    broad: bool = False,
    restate: Sequence[int] = (),
    returns: bool = False,
) -> tuple[Phrase, ...]:
    """Return the phrases of the cue; sections without melody have none.

    Parameters
    ----------
    plan : CuePlan
        Sections with their functions and textures.
    style : Style
        Gives the form of the theme.
    broad : bool
        Whether bars are so long that motif and units take one bar instead of two.
    restate : sequence of int
        Bar numbers in which the motif has to return, where a unit begins there.
    returns : bool
        Whether the motif takes the place of free bars everywhere.
    """
    origin = plan.sections[0].start
    returning = {bar - origin for bar in restate}
    singing = [s for s in plan.sections if "melody" in s.roles and not s.silence]
    phrases: list[Phrase] = []
    for section in singing:
        first = section.start - origin
        for number, length in enumerate(phrase_lengths(section.bars, whole=4 if broad else 8)):
            last = first + length == section.start - origin + section.bars
            ends = section is singing[-1] and last
            words = _form(section, style, length, broad=broad, ends_cue=ends)
            words = words.replace("F", "M") if returns else words
            units = _units(words, first, returning, broad=broad)
            goal = _goal(section, number, last=last, final=section is plan.sections[-1])
            lift = 2.0 * number if section.function == "build" else 0.0
            if any(unit.kind not in "Rr" for unit in units):
                phrases.append(Phrase(units=units, function=section.function, goal=goal, lift=lift))
            first += length
    return tuple(phrases)


def _form(section: Section, style: Style, length: int, *, broad: bool, ends_cue: bool) -> str:
    forms = _BROAD if broad else _FORMS
    if section.function != "theme":
        words = forms[section.function][length]
    else:
        gaps = (_BROAD_GAPS if broad else _GAPS).get(style.gaps, {})
        words = ("" if ends_cue else gaps.get(length)) or forms[style.plan][length]
    if ends_cue and words.split()[-1] not in ("C", "c"):
        words = " ".join([*words.split()[:-1], "C" if _bars(words.split()[-1], broad) > 1 else "c"])
    return words


def _bars(word: str, broad: bool) -> int:
    return 1 if broad else _BARS[word[0]]


def _units(words: str, first: int, restate: set[int], *, broad: bool) -> tuple[Unit, ...]:
    units = []
    for word in words.split():
        match = _WORD.match(word)
        if match is None:
            msg = f"{word!r} is no unit of a phrase"
            raise ValueError(msg)
        kind, again, inverted, lift = match.groups()
        if first in restate and kind in ("F", "R", "A"):
            kind = "M"
        bars = _bars(word, broad)
        units.append(
            Unit(
                kind=kind,
                first=first,
                bars=bars,
                again=bool(again),
                inverted=bool(inverted),
                lift=int(lift or 0),
            )
        )
        first += bars
    return tuple(units)


def _goal(section: Section, number: int, *, last: bool, final: bool) -> str:
    """Return how a phrase ends: home, close, half or lead."""
    if last and final:
        return "home"
    if section.function == "build":
        return "lead"
    if section.function == "turn" or not last:
        return "half"
    return "close"
