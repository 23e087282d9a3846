"""The material of a cue: its tunes by letter, known before a chord of the plan is written.

The plan harmonises them and the theme states them, each from the same few words.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from filmcomposer_core.composition.grid import GridBar
from filmcomposer_core.composition.manner import Idea
from filmcomposer_core.composition.motif import Motif
from filmcomposer_core.composition.rhythm import Metre
from filmcomposer_core.composition.tables import Style
from filmcomposer_core.composition.tune_form import BROADER, cue_statements
from filmcomposer_core.composition.tune_ideas import common_chords
from filmcomposer_core.composition.tune_lens import PLAIN, Lens, chord_class, lens_of
from filmcomposer_core.composition.tune_motifs import idea_of
from filmcomposer_core.contracts.harmony import MODES
from filmcomposer_core.contracts.plan import MOTIFS, CuePlan
from filmcomposer_core.seeding import rng_for

#: Bars longer than this in seconds hold a whole motif each (bars are 2, 2.8, 4 s in the rough), in
#: a cue of few bars already those that are longer than this.
_BROAD_BAR_S: Final = 3.2
_FEW, _FEW_BAR_S = 8, 2.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What the material of a theme hangs on: not the hits, not the chords, not the length."""

    idiom: str
    tonic: str
    minor: bool
    film: str
    seed: int
    attempt: int

    @property
    def words(self) -> tuple[str | int, ...]:
        """The same as words of a seed."""
        kind = "minor" if self.minor else "major"
        return (self.idiom, self.tonic, kind, self.film, self.seed, self.attempt)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """The metre of most bars, and whether a bar holds a whole motif, as two bars of a tune do."""

    metre: Metre
    broad: bool


def pulse_of(bars: Sequence[tuple[int, int, float]]) -> Pulse:
    """Return the commonest metre of the bars of a cue (numerator, denominator, seconds).

    Its bar lasts a rough time, so that small shifts of the tempo change nothing. Long bars are
    broad, and those of a cue that has few: a tune of three bars says little.
    """
    num, den = Counter((num, den) for num, den, _ in bars).most_common(1)[0][0]
    same = [seconds for *metre, seconds in bars if metre == [num, den]]
    rough = 2.0 ** (round(2.0 * math.log2(float(np.median(same)))) / 2.0)
    broad = rough > _BROAD_BAR_S or (len(bars) <= _FEW and rough > _FEW_BAR_S and num == 4)
    return Pulse(metre=Metre(num=num, den=den, seconds=rough), broad=broad)


def is_minor(mode: str) -> bool:
    """Return whether tunes in a mode are read as minor."""
    return 3 in MODES[mode] or 4 not in MODES[mode]


def lens_for(pulse: Pulse, style: Style) -> Lens:
    """Return how the bars of a cue are held against those of tunes."""
    metre = pulse.metre
    return lens_of(
        metre.num,
        metre.den,
        notes=style.density * metre.seconds,
        broad=pulse.broad,
        slow=style.corpus == "slow",
    )


@lru_cache(maxsize=8)
def ideas_for(
    pulse: Pulse,
    identity: Identity,
    *,
    style: Style,
    last: str,
    chords: tuple[tuple[str, tuple[int, ...]], ...] = (),
) -> Mapping[str, Idea]:
    """Return the material of each letter up to the last; each idea differs from those before it.

    Parameters
    ----------
    pulse : Pulse
        Of most bars of the cue.
    identity : Identity
    style : Style
        Manner of the idiom.
    last : str
        The last letter, one of ``contracts.plan.MOTIFS``.
    chords : tuple of (str, tuple of int)
        Letters and the chords on which their tunes are to stand, see :func:`chords_told`.
    """
    made: list[Motif] = []
    found: dict[str, Idea] = {}
    for letter in MOTIFS[: MOTIFS.index(last) + 1]:
        found[letter] = idea_of(
            pulse.metre,
            lens_for(pulse, style),
            style=style,
            scale=PLAIN[identity.minor],
            bars=1 if pulse.broad else 2,
            density=style.density,
            unlike=made,
            chords=dict(chords).get(letter, ()),
            rng=rng_for(0, "motif", *identity.words, letter),
        )
        made += [found[letter].motif, found[letter].answer]
    return found


def chords_told(
    plan: CuePlan, grid: Sequence[GridBar], pulse: Pulse, style: Style
) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Return the degrees of the chords that a plan has under the tune of each letter.

    Those of the first statement of each bar; where a bar is not stated, some that are common.
    """
    lens = lens_for(pulse, style)
    per = max(1, pulse.metre.ticks // lens.ticks)
    told: dict[str, dict[int, int]] = {}
    origin = plan.sections[0].start
    stated = cue_statements(plan.sections, broad=pulse.broad)
    for section, row in zip(plan.sections, stated, strict=True):
        for each in row:
            for place, number in enumerate(each.bars):
                if number is None or number == BROADER:
                    continue
                bar = grid[section.start - origin + each.first + place]
                known = told.setdefault(section.motif, {})
                for half in range(2 * per):
                    harmony = bar.harmony_at(bar.start + half * bar.length // (2 * per))
                    if not harmony.chord.silent:
                        known.setdefault(2 * per * number + half, chord_class(harmony) - 1)
    common = common_chords(minor=grid[0].harmonies[0].minor)
    return tuple(
        (letter, tuple(known.get(half, degree) for half, degree in enumerate(common)))
        for letter, known in told.items()
    )
