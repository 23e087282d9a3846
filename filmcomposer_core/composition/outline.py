"""The outline of the theme: phrases by section, and what each of their bars is made of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from filmcomposer_core.composition.mend import Mending, mend_phrase
from filmcomposer_core.composition.outline_units import RESTS, Phrase, Unit
from filmcomposer_core.composition.tables import Style
from filmcomposer_core.contracts.plan import MAIN_MOTIF, CuePlan, Section

#: Forms of a phrase by its bars; ``/`` parts those to choose from. M motif, H its first bar, F a
#: bar of its first notes twice, A its first bar in notes twice as long, K the idea that answers it,
#: d a bar that drives to a close, h half close, e the close that the section asks for, D a bar that
#: drives into the next section, R and r rests of two bars and one. ``=`` returns to the pitches of
#: the last M, ``i`` turns upside down, ``+n`` lifts by steps of the scale.
Forms = Mapping[str, Mapping[int, str]]
_FORMS: Final[Forms] = {
    # question and answer that begin alike
    "period": {
        1: "H", 2: "M / H e", 3: "M e", 4: "M d e", 5: "M h d e", 6: "M h M= e", 7: "M h M= d e",
        8: "M d h M= d+2 e / M d h M+1 d e",
    },
    # idea, idea again higher, pieces of it, close
    "sentence": {
        1: "H", 2: "M / H e", 3: "M e", 4: "H H+1 d e / M d e", 5: "M H+1 d e", 6: "M M+1 d e",
        7: "M M+1 H+2 d e", 8: "M M+1 F+2 F+3 d e / M M-1 H+1 H+2 d e",
    },
    # a b a' c: a second idea between
    "song": {
        1: "H", 2: "M / H e", 3: "M e", 4: "M d e", 5: "M K e", 6: "M K d e", 7: "M K H= d e",
        8: "M K M= d+2 e / M K+2 M+2 d e",
    },
    # a a b: said twice, then taken further
    "bar": {
        1: "H", 2: "M", 3: "M e", 4: "M d e / H H= d e", 5: "H H= d+2 d e", 6: "M M= d e",
        7: "M M= d+2 d e", 8: "M M= K+2 d e / M M+1 K+3 d e",
    },
    # a motion that spins on
    "spin": {
        1: "H", 2: "M", 3: "M e", 4: "M F+2 e / H H+1 F+2 e", 5: "M H+1 d e", 6: "M H+1 F+2 d e",
        7: "M H+1 F+2 F+3 d e", 8: "M H+1 H+2 F+3 F+4 d e / M M+1 H+2 F+3 d e",
    },
    # calls with room for the echo
    "question": {
        1: "H", 2: "M", 3: "M r", 4: "M e r / M h r", 5: "M h M=", 6: "M h M= e", 7: "M h r M= e",
        8: "M h r M= e r / M r h M+1 d e",
    },
    "loop": {
        1: "H", 2: "M", 3: "M e", 4: "M M=", 5: "M M= e", 6: "M M= d e", 7: "M M= H+1 d e",
        8: "M M= M+1 d e",
    },
    "burst": {
        1: "H", 2: "M", 3: "M r", 4: "M d e", 5: "M H+1 e r", 6: "M M+1 e r", 7: "M M+1 d e r",
        8: "M M+1 H+2 F+3 e r / M d h M+1 e r",
    },
    # what follows an open first half: another idea, then the theme again
    "middle": {
        1: "H", 2: "K", 3: "K e", 4: "K d e", 5: "K H= d e", 6: "K M= d e", 7: "K h M= d e",
        8: "K K+1 M= d e / K d h M= d e",
    },
    "turn": {
        1: "h", 2: "Mi", 3: "Mi h", 4: "Mi d e / K d e", 5: "K Mi e", 6: "K Mi d e",
        7: "K h Mi d e", 8: "K K+1 Mi d e / Mi Mi+1 K d e",
    },
    "build": {
        1: "D", 2: "F+1 D / H D", 3: "H H+1 D", 4: "H H+1 F+2 D", 5: "M H+1 F+2 D",
        6: "M H+1 H+2 F+3 D", 7: "M M+1 H+2 F+3 D", 8: "M M+1 H+2 H+3 F+4 D",
    },
    "climax": {
        1: "H+2", 2: "M+2", 3: "M+2 e", 4: "A d e / M+2 d e", 5: "A H d e", 6: "A M+1 d e",
        7: "A M+1 H d e", 8: "A K M+2 d e / M A+1 M+2 d e",
    },
    "aftermath": {
        1: "e", 2: "H e", 3: "M e", 4: "M d e", 5: "M r d e", 6: "M h r d e",
        7: "M h r H d e", 8: "M h r M= d e / A h r M d e",
    },
    "establish": {
        1: "r", 2: "r H", 3: "R H", 4: "R M", 5: "R M r", 6: "R M R", 7: "R M R r", 8: "R M R R",
    },
    "button": {
        1: "e", 2: "H e", 3: "H d e", 4: "M d e", 5: "M r d e", 6: "M R d e", 7: "M R r d e",
        8: "M d h R d e",
    },
}  # fmt: skip
_M2: Final = {1: "M", 2: "M e"}
#: The same where bars are long: every unit takes one bar, and so does the motif.
_BROAD: Final[Forms] = {
    "period": {**_M2, 3: "M d e", 4: "M h M= e", 5: "M h M= d e"},
    "sentence": {**_M2, 3: "M M+1 e", 4: "M M+1 d e", 5: "M M+1 M+2 d e"},
    "song": {**_M2, 3: "M K e", 4: "M K M= e / M K M+2 e", 5: "M K M= d e"},
    "bar": {**_M2, 3: "M M= e", 4: "M M= K e", 5: "M M= K d e"},
    "spin": {**_M2, 3: "M M+1 e", 4: "M M+1 M+2 e", 5: "M M+1 M+2 d e"},
    "question": {1: "M", 2: "M r", 3: "M r e", 4: "M h M= e / M r M= e", 5: "M h r M= e"},
    "loop": {1: "M", 2: "M M=", 3: "M M= e", 4: "M M= K e", 5: "M M= r M= e"},
    "burst": {**_M2, 3: "M M+1 e", 4: "M M+1 e r", 5: "M M+1 d e r"},
    "middle": {1: "K", 2: "K e", 3: "K d e", 4: "K K+1 M= e", 5: "K K+1 M= d e"},
    "turn": {1: "Mi", 2: "Mi e", 3: "K Mi e", 4: "K K+1 Mi e", 5: "K K+1 Mi d e"},
    "build": {1: "D", 2: "M+1 D", 3: "M M+1 D", 4: "M M+1 M+2 D", 5: "M M+1 M+2 M+3 D"},
    "climax": {1: "M+2", 2: "M+2 e", 3: "M+1 d e", 4: "M+1 K M+2 e", 5: "M K M+2 d e"},
    "aftermath": {1: "e", 2: "M e", 3: "M d e", 4: "M h M= e", 5: "M h r M= e"},
    "establish": {1: "r", 2: "r M", 3: "r M r", 4: "r M r r", 5: "r M r r r"},
    "button": {1: "e", 2: "M e", 3: "M d e", 4: "M h d e", 5: "M h r d e"},
}
_BARS: Final = {
    "M": 2, "K": 2, "A": 2, "R": 2, "H": 1, "F": 1, "d": 1, "h": 1, "e": 1, "D": 1, "r": 1,
}  # fmt: skip
_WORD: Final = re.compile(r"^([MKARHFdheDr])(=?)(i?)([+-]\d+)?$")
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
    style: Style,
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
    style : Style
        Gives the forms of the theme.
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
    forms = {letter: style.forms[int(rng.integers(len(style.forms)))] for letter in "ABCD"}
    picks = rng.random(64)
    singing = [s for s in plan.sections if "melody" in s.roles and not s.silence]
    phrases: list[Phrase] = []
    chosen: dict[str, str] = {}
    onward = 0
    for section in singing:
        first = section.start - origin
        for number, length in enumerate(phrase_lengths(section.bars, whole=4 if broad else 8)):
            last = first + length == section.start - origin + section.bars
            ends = section is singing[-1] and last
            form = section.function
            # The turn of a cue with one motif turns that motif; another motif is stated plainly.
            if form == "theme" or (form == "turn" and section.motif != MAIN_MOTIF):
                form = "middle" if number % 2 else forms[section.motif]
            # Each further wave of a build or a climax is another, and stands higher.
            waves = phrases and phrases[-1].function == section.function in ("build", "climax")
            onward = onward + 1 if waves else 0
            name = f"{section.motif} {form} {length} {onward or number % 2}"
            options = (_BROAD if broad else _FORMS)[form][length].split("/")
            pick = picks[len(phrases) % len(picks)]
            words = chosen.setdefault(name, options[int(pick * len(options))].strip())
            words = _ending(words, broad=broad) if ends else words
            words = words.replace("K", "M") if returns else words
            units = _units(words, first, returning, broad=broad)
            goal = _goal(section, number, last=last, final=section is plan.sections[-1])
            phrase = Phrase(
                units=units,
                function=section.function,
                goal=goal,
                lift=3.0 * min(onward, 2),
                motif=section.motif,
                name=name,
            )
            if mend is not None:
                phrase = mend_phrase(phrase, mend, origin=origin, last=ends)
            if any(unit.kind not in RESTS for unit in phrase.units):
                phrases.append(phrase)
            first += length
    return tuple(phrases)


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
        if first in restate and kind in "KRAr":
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


def _goal(section: Section, number: int, *, last: bool, final: bool) -> str:
    """Return how a phrase ends: home, close, half or lead."""
    if last and final:
        return "home"
    if section.function == "build":
        return "lead"
    if section.function == "turn" or not last:
        return "half"
    return "close"
