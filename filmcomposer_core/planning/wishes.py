"""What the planner can do about the wishes of the assessor.

A wish begins with the number of its criterion in Table 1, e.g. ``"4: chords monotonous"``.
Understood here: 1 and 15 (the nearest mode, no blend), 2 (stay in the home key), 3 (smoother
chord steps), 4 and 5 (more and other chords), 7 (plainer chords), 8 (richer chords, one role
more), 16 (chords that follow the tension more closely). Any wish also draws new chords.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from filmcomposer_core.planning.progressions import Weights

_NUMBER = re.compile(r"^\s*(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaning:
    """The wishes as settings of the planner."""

    weights: Weights
    settled: bool
    unblended: bool
    fuller: int


def leaning(wishes: Sequence[str]) -> Leaning:
    """Return the settings that meet a set of wishes; none for wishes of other stages."""
    matches = [_NUMBER.match(wish) for wish in wishes]
    asked = {int(match[1]) for match in matches if match}
    colour = 1.8 if 8 in asked else 1.0
    return Leaning(
        weights=Weights(
            fit=2.5 if 16 in asked else 1.0,
            follow=2.5 if 3 in asked else 1.0,
            variety=2.5 if asked & {4, 5} else 1.0,
            colour=0.3 if 7 in asked else colour,
        ),
        settled=2 in asked,
        unblended=bool(asked & {1, 15}),
        fuller=1 if 8 in asked else 0,
    )
