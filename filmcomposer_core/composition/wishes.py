"""What the composer can do about the wishes of the assessor.

A wish begins with the number of its criterion in Table 1 and may name bars, e.g.
``"6: restate the motif in bars 5, 9"``. Understood here:

- 1, 2: degrees 1, 3 and 5 on strong beats and long notes; 7: chord notes there
- 5: more change in restatements
- 6: the motif in place of free bars, and in the bars named
- 11: fewer notes
- 17: more notes where the picture moves, fewer where it is still
- 13 and 14: more, and fewer, bar rhythms
- after any number: "denser", "sparser", "leap" (fewer leaps), "range" (narrower phrases)

Actions of :mod:`filmcomposer_core.contracts.wishing` are carried out by name, whatever criterion
they are for: those of single bars in the outline (:mod:`filmcomposer_core.composition.mend`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from filmcomposer_core.composition.mend import Mending, mending
from filmcomposer_core.contracts.wishing import read_wish, told_apart

_NUMBER = re.compile(r"^\s*(\d+)")
#: Actions that do what a wish by number does.
_LIKE_NUMBER = {
    "clear_tonic": 1, "fewer_notes": 11, "more_rhythms": 13, "fewer_rhythms": 14,
    "follow_motion": 17,
}  # fmt: skip
_BARS = re.compile(r"\bbars?\s+([\d,\sand–-]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaning:
    """The wishes as settings of the composer."""

    chord: float
    home: float
    contrast: float
    leap: float
    motif: float
    span: int
    vary: float
    fresh: float
    same: float
    density: float
    restate: tuple[int, ...]
    returns: bool
    mend: Mending = field(default_factory=Mending)


def leaning(wishes: Sequence[str]) -> Leaning:
    """Return the settings that meet a set of wishes; neutral ones for none."""
    named, numbered = told_apart(wishes)
    do = {wish.action for wish in named}
    asked = {int(match[1]) for match in map(_NUMBER.match, numbered) if match}
    asked |= {number for action, number in _LIKE_NUMBER.items() if action in do}
    text = " ".join(numbered).lower()
    more = "denser" in text or "more_notes" in do
    fewer = "sparser" in text or 11 in asked
    density = 1.3 if more and not fewer else 0.75 if fewer else 1.0
    fresh = -0.5 if 13 in asked else 3.0 if 14 in asked else 1.2
    return Leaning(
        chord=1.8 if 7 in asked else 1.0,
        home=1.6 if asked & {1, 2} else 0.5,
        contrast=1.4 if 17 in asked else 0.6,
        leap=2.5 if "leap" in text or "smaller_leaps" in do else 1.0,
        motif=2.0 if 6 in asked else 0.7 if 5 in asked else 1.25,
        span=-3 if "range" in text or "narrower" in do else 0,
        vary=0.7 if 5 in asked else 0.05 if 6 in asked else 0.4,
        fresh=fresh,
        same=1.0 if 6 in asked else 0.0 if 5 in asked else -1.0,
        density=density,
        restate=tuple(_named_bars(numbered)) if 6 in asked else (),
        returns=6 in asked,
        mend=mending(named),
    )


def mends(wishes: Sequence[str]) -> tuple[str, ...]:
    """Return the wishes about single bars, which make sense in the theme they were made of only."""
    return tuple(w for w in wishes if (found := read_wish(w)) is not None and found.bars)


def _named_bars(wishes: Sequence[str]) -> list[int]:
    bars: list[int] = []
    for wish in wishes:
        match = _NUMBER.match(wish)
        if match and int(match[1]) == 6:
            for found in _BARS.finditer(wish):
                bars += [int(number) for number in re.findall(r"\d+", found[1])]
    return bars
