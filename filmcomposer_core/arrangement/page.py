"""The score in the making by beat: who sounds where, and what would clash."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Final

from filmcomposer_core.arrangement.chairs import Chair, Chairs, Entry
from filmcomposer_core.arrangement.ground import Ground, GroundBar

#: Semitones that clash where not both notes are of the chord.
CLASHING: Final = (1, 13, 25)
#: A beat is heard this much after it begins: legato notes reach into the next one.
AFTER: Final = 0.125
#: The role of the theme and of what plays along with it.
THEME: Final = "melody"


@dataclass(slots=True)
class Held:
    """A pitched note of a chair, with the whole beats on which it is heard."""

    chair: Chair
    entry: Entry
    first: int = 0
    last: int = 0

    def __post_init__(self) -> None:
        self.first = beat_from(self.entry.tone.beat)
        self.last = beat_from(self.entry.tone.end)

    @property
    def pitch(self) -> int:
        """What sounds."""
        return self.entry.tone.pitch

    @property
    def movable(self) -> bool:
        """Whether it is neither the theme nor plays along with it."""
        return self.entry.rank > 0 and self.entry.role != THEME

    def shorten(self, length: float) -> None:
        """Let the note end sooner."""
        self.entry = replace(self.entry, tone=replace(self.entry.tone, length=length))


@dataclass(slots=True)
class Page:
    """The score by beat, as far as it is looked at.

    ``strong`` are the beats on which nothing may clash, ``places`` those on which chords begin.
    """

    ground: Ground
    chairs: Chairs
    strong: tuple[int, ...]
    places: tuple[int, ...]
    held: list[Held] = field(default_factory=list)
    at: dict[int, list[Held]] = field(default_factory=dict)
    of: dict[str, list[Held]] = field(default_factory=dict)

    def chord(self, beat: int) -> frozenset[int]:
        """Return the pitch classes planned at a beat, none in a rest."""
        span = self.ground.span_at(beat)
        return frozenset(span.chord.pitch_classes) if span is not None else frozenset()

    def clashes(self, beat: int, pitch: int, but: Held) -> bool:
        """Whether a pitch would clash on a beat with anybody but one note."""
        tones = self.chord(beat)
        for other in self.at.get(beat, ()):
            both = pitch % 12 in tones and other.pitch % 12 in tones
            if other is not but and abs(other.pitch - pitch) in CLASHING and not both:
                return True
        return False

    def edges(self, beat: int) -> tuple[int, int]:
        """Return the theme's highest and the bass's lowest pitch at a beat, -1 for a rest."""
        here = self.at.get(beat, ())
        top = [h.pitch for h in here if h.entry.role == THEME]
        low = [h.pitch for h in here if h.entry.role == "bass"]
        return max(top, default=-1), min(low, default=-1)


def close_page(page: Page) -> None:
    """Hand the notes back to their chairs."""
    for name, notes in page.of.items():
        page.chairs[name].entries = [held.entry for held in notes]
        page.chairs[name].sort()


def open_page(ground: Ground, chairs: Chairs) -> Page:
    """Return the score by beat."""
    strong = tuple(sorted({b for bar in ground.bars for b in strong_beats(bar)}))
    places = tuple(sorted({math.ceil(span.beat - 1e-6) for span in ground.spans}))
    page = Page(ground, chairs, strong, places)
    for chair in chairs.values():
        if chair.player.pitched:
            mine = [Held(chair, entry) for entry in chair.entries]
            page.of[chair.instrument] = mine
            page.held += mine
    wanted = {*strong, *places}
    for held in page.held:
        for beat in range(held.first, held.last):
            if beat in wanted:
                page.at.setdefault(beat, []).append(held)
    return page


def strong_beats(bar: GroundBar) -> tuple[int, ...]:
    """Return the whole beats of a bar that are strong: its line, and the middle of an even bar."""
    halved = bar.num % 4 == 0 or (bar.den == 8 and bar.num % 6 == 0)
    middle = (round(bar.start + (bar.end - bar.start) / 2),) if halved else ()
    return (round(bar.start), *middle)


def beat_from(beat: float) -> int:
    """Return the first whole beat on which a note that begins at a beat is heard."""
    return max(0, math.ceil(beat - AFTER - 1e-6))


def move(held: Held, pitch: int) -> None:
    """Give a note another pitch."""
    held.entry = replace(held.entry, tone=replace(held.entry.tone, pitch=pitch))
