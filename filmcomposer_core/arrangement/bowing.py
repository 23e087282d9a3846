"""Double stops: which two notes a bow can hold, and where a soloist without others plays them."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from filmcomposer_core.arrangement.brief import Forces
from filmcomposer_core.arrangement.chairs import Chair, Entry
from filmcomposer_core.arrangement.ground import SAME_BEAT, Ground, Tone
from filmcomposer_core.arrangement.page import Held, Page, move
from filmcomposer_core.arrangement.personnel import BOWED
from filmcomposer_core.arrangement.repair import choices

#: Open strings, lowest first.
_VIOLIN: Final = (55, 62, 69, 76)
STRINGS: Final = {
    "violin_solo": _VIOLIN,
    "violin2_solo": _VIOLIN,
    "fiddle": _VIOLIN,
    "viola_solo": (48, 55, 62, 69),
    "cello_solo": (36, 43, 50, 57),
}
#: A hand spans this many semitones, and goes no further up a string in a double stop.
HAND, HIGHEST = 4, 14
#: A long note of the theme of at least so many beats may be a double stop, if it is the last of
#: its phrase.
LONG: Final = 2.0
#: The second note is a third to an octave below.
NEAREST, FARTHEST = 3, 12
#: Rank of a note that is only there for the harmony.
HARMONY_RANK: Final = 6


def can_stop(player: str, one: int, other: int) -> bool:
    """Whether a bowed soloist can hold two pitches at once.

    They lie on neighbouring strings, open or within one hand.

    Examples
    --------
    >>> can_stop("cello_solo", 43, 52)
    True
    >>> can_stop("cello_solo", 37, 38)
    False
    """
    low, high = sorted((one, other))
    for below, above in pairwise(STRINGS[player]):
        down, up = low - below, high - above
        if min(down, up) < 0 or max(down, up) > HIGHEST:
            continue
        if not down or not up or abs(down - up) <= HAND:
            return True
    return False


def mend_stops(page: Page) -> None:
    """Give two notes at once that no bow can hold other pitches, else end the first of them."""
    for name, notes in page.of.items():
        if name not in BOWED:
            continue
        ordered = sorted(notes, key=lambda h: (h.entry.tone.beat, h.entry.rank))
        for place, later in enumerate(ordered):
            for earlier in ordered[max(0, place - 4) : place]:
                over = earlier.entry.tone.end > later.entry.tone.beat + SAME_BEAT
                if over and not can_stop(name, earlier.pitch, later.pitch):
                    _mend(page, name, earlier, later)


def _mend(page: Page, name: str, earlier: Held, later: Held) -> None:
    for held, other in ((later, earlier), (earlier, later)):
        able = [p for p in choices(page, held) if can_stop(name, p, other.pitch)]
        if held.movable and able:
            move(held, min(able, key=lambda p: (abs(p - held.pitch), p)))
            return
    if earlier.movable:
        earlier.shorten(later.entry.tone.beat - earlier.entry.tone.beat)


def add_stops(ground: Ground, chair: Chair, forces: Forces) -> None:
    """Let a bowed soloist who plays alone close his phrases with a double stop.

    Only where the section plans a chord under the theme, and where it can be held.
    """
    if forces.only != frozenset([chair.instrument]) or chair.instrument not in BOWED:
        return
    found: list[Entry] = []
    for entry, after in zip(chair.entries, [*chair.entries[1:], None], strict=True):
        gap = 1.0 if after is None else after.tone.beat - entry.tone.end
        section = ground.bar_at(entry.tone.beat).section
        closes = entry.rank == 0 and entry.tone.length >= LONG and gap > -SAME_BEAT
        if not closes or section is None or "pad" not in section.roles:
            continue
        span = ground.span_at(entry.tone.beat)
        tones = span.chord.pitch_classes if span is not None else ()
        below = [
            p
            for p in range(entry.tone.pitch - NEAREST, entry.tone.pitch - FARTHEST - 1, -1)
            if p % 12 in tones and can_stop(chair.instrument, p, entry.tone.pitch)
        ]
        if below and span is not None:
            length = min(entry.tone.length, span.end - entry.tone.beat)
            tone = Tone(entry.tone.beat, length, below[0], -6)
            found.append(Entry(tone, "pad", entry.technique, HARMONY_RANK))
    chair.entries += found
    chair.sort()
