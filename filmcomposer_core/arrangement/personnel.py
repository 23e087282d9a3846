"""Who sits in the orchestra: how many lines one player has, and how the strings divide."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from filmcomposer_core.catalogue import Instrument

#: The desks of the strings; who of them plays the middle of a chord.
SECTIONS: Final = ("violins1", "violins2", "violas", "cellos", "basses")
MIDDLE: Final = ("violins2", "violas", "cellos")
#: Names for strings that play together in one way: the same people as the sections.
TOGETHER: Final = (
    "strings1_ensemble", "strings2_slow", "strings_sordino", "strings_tremolo",
    "strings_pizzicato", "strings_harmonics",
)  # fmt: skip
#: How many of the middle may play on their own beside strings that play together.
MIDDLE_LEFT: Final = 1
#: Names for others who play together, with the desks that they are made of; how many of those may
#: play on their own beside them.
BANDS: Final = {
    "brass_ensemble": ("horns_a4", "trumpets_a3", "trombones_a3"),
    "woodwinds_ensemble": ("flutes_a2", "clarinets_a2", "bassoons_a2"),
}
BESIDE: Final = 1
#: Bowed soloists: a line each, and now and then a double stop.
BOWED: Final = ("violin_solo", "violin2_solo", "viola_solo", "cello_solo", "fiddle")


def enough_players(seated: Collection[str], name: str) -> bool:
    """Whether anybody is left to join: the strings who pluck cannot bow at the same time.

    Parameters
    ----------
    seated : collection of str
        Everyone who plays in a block.
    name : str
        Who wants to join; soloists always may.

    Examples
    --------
    >>> enough_players(["violins1", "basses"], "strings_pizzicato")
    True
    >>> enough_players(["violins1", "violins2", "violas"], "strings_pizzicato")
    False
    """
    everyone = {*seated, name}
    for band, desks in BANDS.items():
        concerned = band in everyone and name in (band, *desks)
        if concerned and sum(desk in everyone for desk in desks) > BESIDE:
            return False
    bands = [n for n in TOGETHER if n in everyone]
    if not bands or name not in (*SECTIONS, *TOGETHER):
        return True
    return len(bands) == 1 and sum(n in everyone for n in MIDDLE) <= MIDDLE_LEFT


def lines_of(player: Instrument) -> int:
    """Return how many lines somebody can play at once: a soloist one, a pianist many."""
    return 1 if player.id in BOWED else player.polyphony
