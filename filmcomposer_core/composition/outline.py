"""The outline of the theme: phrases by section, and what each of their bars is made of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from filmcomposer_core.composition.mend import Mending, mend_phrase
from filmcomposer_core.composition.outline_units import RESTS, Phrase, Unit
from filmcomposer_core.composition.tune_form import BROADER, Statement, cue_statements
from filmcomposer_core.contracts.plan import CuePlan, Section

#: Forms of a phrase by its bars; ``/`` parts those to choose from. M motif, H its first bar, F a
#: bar of its first notes twice, K the idea that answers it,
#: d a bar that drives to a close, h half close, e the close that the section asks for, D a bar that
#: drives into the next section, R and r rests of two bars and one. ``=`` returns to the pitches of
#: the last M, ``i`` turns upside down, ``+n`` lifts by steps of the scale.
Forms = Mapping[str, Mapping[int, str]]
_FORMS: Final[Forms] = {
    "turn": {
        1: "h", 2: "Mi", 3: "Mi h", 4: "Mi d e / K d e", 5: "K Mi e", 6: "K Mi d e",
        7: "K h Mi d e", 8: "K K+1 Mi d e / Mi Mi+1 K d e",
    },
    "build": {
        1: "D", 2: "F+1 D / H D", 3: "H H+1 D", 4: "H H+1 F+2 D", 5: "M H+1 F+2 D",
        6: "M H+1 H+2 F+3 D", 7: "M M+1 H+2 F+3 D", 8: "M M+1 H+2 H+3 F+4 D",
    },
    "establish": {
        1: "r", 2: "r H", 3: "R H", 4: "R M", 5: "R M r", 6: "R M R", 7: "R M R r", 8: "R M R R",
    },
}  # fmt: skip
#: The same where bars are long: every unit takes one bar, and so does the motif.
_BROAD: Final[Forms] = {
    "turn": {1: "Mi", 2: "Mi e", 3: "K Mi e", 4: "K K+1 Mi e", 5: "K K+1 Mi d e"},
    "build": {1: "D", 2: "M+1 D", 3: "M M+1 D", 4: "M M+1 M+2 D", 5: "M M+1 M+2 M+3 D"},
    "establish": {1: "r", 2: "r M", 3: "r M r", 4: "r M r r", 5: "r M r r r"},
}
_BARS: Final = {
    "M": 2, "K": 2, "R": 2, "H": 1, "F": 1, "d": 1, "h": 1, "e": 1, "D": 1, "r": 1,
}  # fmt: skip
_WORD: Final = re.compile(r"^([MKRHFdheDr])(=?)(i?)([+-]\d+)?$")
#: Semitones that a section function adds to the register of the theme.
REGISTER: Final = {
    "establish": -1.0, "theme": 0.0, "turn": -1.0, "build": 0.5, "climax": 4.0, "aftermath": -3.0,
    "button": -1.5,
}  # fmt: skip


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
    *,
    rng: np.random.Generator,
    broad: bool = False,
    restate: Sequence[int] = (),
    returns: bool = False,
    mend: Mending | None = None,
) -> tuple[Phrase, ...]:
    """Return the phrases of the cue; sections without melody have none.

    Parameters
    ----------
    plan : CuePlan
        Sections with their functions and textures.
    rng : numpy.random.Generator
        Chooses among the forms.
    broad : bool
        Whether bars are so long that motif and units take one bar instead of two.
    restate : sequence of int
        Bar numbers in which the motif has to return, where a unit begins there.
    returns : bool
        Whether the motif takes the place of the answering idea everywhere.
    mend : Mending or None
        What is asked of single bars.
    """
    origin = plan.sections[0].start
    returning = {bar - origin for bar in restate}
    picks = rng.random(64)
    stated = cue_statements(plan.sections, broad=broad)
    singing = [
        (section, row)
        for section, row in zip(plan.sections, stated, strict=True)
        if "melody" in section.roles and not section.silence
    ]
    phrases: list[Phrase] = []
    chosen: dict[str, str] = {}
    onward = 0
    for section, row in singing:
        first = section.start - origin
        end = first + section.bars
        # Each further wave of a build or a climax is another, and stands higher.
        waves = phrases and phrases[-1].function == section.function in ("build", "climax")
        onward = onward + 1 if waves else 0
        made: list[tuple[tuple[Unit, ...], str, bool]] = []
        for each in row:
            units = tune_units(each, first, returning, broad=broad)
            made.append((units, f"{section.motif} {each.bars}", each.closes))
        for length in () if row else phrase_lengths(section.bars, whole=4 if broad else 8):
            name = f"{section.motif} {section.function} {length} {onward}"
            options = (_BROAD if broad else _FORMS)[section.function][length].split("/")
            pick = picks[len(phrases) % len(picks)]
            words = chosen.setdefault(name, options[int(pick * len(options))].strip())
            if section is singing[-1][0] and first + length == end:
                words = _ending(words, broad=broad)
            if section.function == "build":
                words = _another(words, onward)
            words = words.replace("K", "M") if returns else words
            made.append((_units(words, first, returning, broad=broad), name, False))
            first += length
        for units, name, closes in made:
            last = units[-1].first + units[-1].bars == end
            phrase = Phrase(
                units=units,
                function=section.function,
                goal=_goal(section, closes=closes, final=last and section is plan.sections[-1]),
                lift=3.0 * min(onward, 2),
                motif=section.motif,
                name=name,
            )
            if mend is not None:
                ends = last and section is singing[-1][0]
                phrase = mend_phrase(phrase, mend, origin=origin, last=ends)
            if any(unit.kind not in RESTS for unit in phrase.units):
                phrases.append(phrase)
    return tuple(phrases)


def _another(words: str, wave: int) -> str:
    """Return a build with other material: that of the answer, or the motif upside down."""
    if wave % 3 == 1:
        return words.replace("M", "K")
    return re.sub("([MHF])", r"\1i", words) if wave % 3 == 2 else words


def _ending(words: str, *, broad: bool) -> str:
    """Return a form that closes: the theme has the last word of the cue."""
    *before, last = words.split()
    if last == "e":
        return words
    fill = [] if broad or _BARS[last[0]] == 1 else ["d"]
    return " ".join([*before, *fill, "e"])


def _units(words: str, first: int, restate: set[int], *, broad: bool) -> tuple[Unit, ...]:
    units = []
    for word in words.split():
        match = _WORD.match(word)
        if match is None:
            msg = f"{word!r} is no unit of a phrase"
            raise ValueError(msg)
        kind, again, inverted, lift = match.groups()
        bars = 1 if broad else _BARS[kind]
        if first in restate and kind in "KRr":
            kind = "M" if bars == 2 or broad else "H"
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


def tune_units(
    statement: Statement, first: int, restate: set[int], *, broad: bool
) -> tuple[Unit, ...]:
    """Return the units of a phrase that states a tune: its head, its halves, its close.

    Parameters
    ----------
    statement : Statement
    first : int
        Grid index of the section.
    restate : set of int
        Grid indices at which the motif has to return.
    broad : bool
        Whether the motif takes one bar instead of two.
    """
    whole, rows = (1 if broad else 2), statement.bars
    units: list[Unit] = []
    place = 0
    while place < len(rows):
        at, bar = first + statement.first + place, rows[place]
        count = 1
        if bar is None:
            units.append(Unit(kind="r", first=at, bars=1))
        elif place == len(rows) - 1:
            kind = "e" if statement.closes else "h"
            units.append(Unit(kind=kind, first=at, bars=1, tune=(bar,)))
        elif rows[place + 1] == BROADER:
            units.append(Unit(kind="A", first=at, bars=2, tune=(bar, BROADER)))
            count = 2
        else:
            # The second half of a part begins as the first does, as a rule.
            head = at in restate or bar == 0 or (place == 0 and bar == (2 if broad else 4))
            if place + 2 < len(rows) and rows[place + 1] == bar + 1:
                count = whole
            bar = 0 if at in restate else bar
            kind = ("M" if count == whole else "H") if head else "T"
            tune = tuple(range(bar, bar + count))
            units.append(Unit(kind=kind, first=at, bars=count, tune=tune))
        place += count
    return tuple(units)


def _goal(section: Section, *, closes: bool, final: bool) -> str:
    """Return how a phrase ends: home, close, half or lead."""
    if final:
        return "home"
    if section.function == "build":
        return "lead"
    return "close" if closes else "half"
