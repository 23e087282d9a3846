"""The last look at the full score: clashes and parallels are revoiced, no note is left out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Final

from filmcomposer_core.arrangement.chairs import HIT_RANK, Chair, Chairs, Entry
from filmcomposer_core.arrangement.ground import SAME_BEAT, Ground, GroundBar
from filmcomposer_core.arrangement.idioms import Idiom

#: Semitones that clash where not both notes are of the chord.
CLASHING: Final = (1, 13, 25)
#: Idioms that mean their dissonances, and those that move chords in parallel.
DISSONANT: Final = ("dread", "shock", "mystery")
PLANING: Final = ("dream", "wonder", "machine")
#: A beat is heard this much after it begins: legato notes reach into the next one.
AFTER: Final = 0.125
#: Moves are no wider; beyond comfort, above the theme, below the bass each cost so much.
WIDEST: Final = 12
UNEASY, CROSSING, UNDER, PARALLEL = 4.0, 5.0, 8.0, 60.0
#: A note that cannot move ends before the clash if so much of it is left, beats.
LEAST_LEFT: Final = 0.4
THEME = "melody"


@dataclass(slots=True)
class Held:
    """A pitched note of a chair, with the whole beats on which it is heard."""

    chair: Chair
    entry: Entry
    first: int = 0
    last: int = 0

    def __post_init__(self) -> None:
        self.first = _beat_from(self.entry.tone.beat)
        self.last = _beat_from(self.entry.tone.end)

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


def repair(page: Page, idiom: Idiom) -> None:
    """Revoice what clashes on strong beats and what moves in parallel with the theme.

    A note moves to another tone of its chord or by an octave, within its player's range and where
    it clashes with nobody; the nearest such place is taken. What finds none ends before the clash.
    The theme and what plays along with it stay as they are. Idioms that mean their dissonances or
    parallels keep them.
    """
    if idiom.id not in PLANING:
        for i in range(1, len(page.places)):
            _straighten(page, i)
    if idiom.id not in DISSONANT:
        for beat in page.strong:
            _clear(page, beat)


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


def _beat_from(beat: float) -> int:
    return max(0, math.ceil(beat - AFTER - 1e-6))


def _clear(page: Page, beat: int) -> None:
    """Move what clashes on a beat, the least important first."""
    tried: set[int] = set()
    while True:
        pairs = _clashing(page, beat)
        movable = [h for pair in pairs for h in pair if h.movable and id(h) not in tried]
        if not movable:
            return
        held = max(movable, key=lambda h: (h.entry.rank, -h.entry.tone.length, h.pitch))
        tried.add(id(held))
        if not _revoice(page, held):
            _end_before(page, held, beat)


def _clashing(page: Page, beat: int) -> list[tuple[Held, Held]]:
    tones = page.chord(beat)
    return [
        (a, b)
        for a, b in combinations(page.at.get(beat, ()), 2)
        if abs(a.pitch - b.pitch) in CLASHING
        and not (a.pitch % 12 in tones and b.pitch % 12 in tones)
    ]


def _revoice(page: Page, held: Held) -> bool:
    """Move a note to the cheapest pitch at which it clashes with nobody; say if there is one."""
    beats = [b for b in range(held.first, held.last) if b in page.at]
    strong = [b for b in beats if b in page.strong]
    best = min(
        (
            (cost_of(page, held, pitch, beats), pitch)
            for pitch in choices(page, held)
            if not any(page.clashes(b, pitch, held) for b in strong)
        ),
        default=None,
    )
    if best is None:
        return False
    move(held, best[1])
    return True


def choices(page: Page, held: Held) -> list[int]:
    """Return the pitches that a note may move to: tones of all its chords, or its own octaves."""
    player, tone = held.chair.player, held.entry.tone
    spans = page.ground.spans_in(tone.beat, tone.end - AFTER)
    chords = [set(page.ground.spans[i].chord.pitch_classes) for i in spans]
    first = page.ground.span_at(tone.beat)
    chords += [set(first.chord.pitch_classes)] if first is not None else []
    classes = set.intersection(*chords) if chords else set()
    classes.add(tone.pitch % 12)
    if held.entry.role == "drone" and first is not None:
        classes |= {first.tonic, (first.tonic + 7) % 12}
    taken = {
        other.pitch
        for other in page.of[held.chair.instrument]
        if other is not held
        and other.entry.tone.beat < tone.end - SAME_BEAT
        and other.entry.tone.end > tone.beat + SAME_BEAT
    }
    low, high = max(player.low, tone.pitch - WIDEST), min(player.high, tone.pitch + WIDEST)
    return [
        p for p in range(low, high + 1) if p % 12 in classes and p != tone.pitch and p not in taken
    ]


def cost_of(page: Page, held: Held, pitch: int, beats: Iterable[int]) -> float:
    """Return what a pitch of a note costs: distance, discomfort, crossings, parallels."""
    player = held.chair.player
    cost = float(abs(pitch - held.pitch))
    cost += UNEASY * (not player.comfort_low <= pitch <= player.comfort_high)
    for beat in beats:
        top, low = page.edges(beat)
        if held.entry.role != "bass":
            cost += CROSSING * (held.pitch < top <= pitch) + UNDER * (0 <= pitch < low)
    if held.entry.role == "bass":
        before = held.pitch
        move(held, pitch)
        near = [i for i, place in enumerate(page.places) if held.first <= place < held.last]
        cost += PARALLEL * sum(_parallel(page, i) + _parallel(page, i + 1) for i in near)
        move(held, before)
    return cost


def move(held: Held, pitch: int) -> None:
    """Give a note another pitch."""
    held.entry = replace(held.entry, tone=replace(held.entry.tone, pitch=pitch))


def _end_before(page: Page, held: Held, beat: int) -> None:
    """End a note before a beat on which it would clash, or begin it after, if enough is left."""
    tone = held.entry.tone
    if beat - tone.beat >= LEAST_LEFT:
        held.shorten(beat - tone.beat)
        gone = range(beat, held.last)
    elif tone.end - beat > 1.0 + LEAST_LEFT and held.entry.rank > HIT_RANK and not tone.accent:
        late = replace(tone, beat=beat + 0.5, length=tone.end - beat - 0.5)
        held.entry = replace(held.entry, tone=late)
        gone = range(held.first, beat + 1)
    else:
        return
    for place in gone:
        if place in page.at:
            page.at[place] = [other for other in page.at[place] if other is not held]
    held.first, held.last = _beat_from(held.entry.tone.beat), _beat_from(held.entry.tone.end)


def _parallel(page: Page, i: int) -> bool:
    """Whether theme and bass move in parallel fifths or octaves to the chord of a number."""
    if not 1 <= i < len(page.places):
        return False
    (top, low), (top2, low2) = page.edges(page.places[i - 1]), page.edges(page.places[i])
    if min(top, low, top2, low2) < 0:
        return False
    kind = (top - low) % 12
    same = kind == (top2 - low2) % 12 and kind in (0, 7)
    return same and (top2 - top) * (low2 - low) > 0


def _straighten(page: Page, i: int) -> None:
    """Let the bass go the other way round, or to another tone of the chord."""
    if not _parallel(page, i):
        return
    here = page.places[i]
    bass = [h for h in page.at.get(here, ()) if h.entry.role == "bass" and h.movable]
    before = [h.pitch for h in bass]
    found: list[tuple[float, tuple[int, ...]]] = []
    for shift in range(-WIDEST, WIDEST + 1):
        moved = [pitch + shift for pitch in before]
        if shift and _allowed(page, bass, moved, here):
            for held, pitch in zip(bass, moved, strict=True):
                move(held, pitch)
            faults = _parallel(page, i) + _parallel(page, i + 1)
            strong = [b for b in range(here, max(h.last for h in bass)) if b in page.strong]
            faults += sum(page.clashes(b, h.pitch, h) for h in bass for b in strong)
            octave = 0.0 if abs(shift) == WIDEST else 10.0
            found.append((PARALLEL * faults + octave + abs(shift) / 2, tuple(moved)))
            for held, pitch in zip(bass, before, strict=True):
                move(held, pitch)
    if found and min(found)[0] < PARALLEL:
        for held, pitch in zip(bass, min(found)[1], strict=True):
            move(held, pitch)


def _allowed(page: Page, bass: Sequence[Held], pitches: Sequence[int], beat: int) -> bool:
    tones = page.chord(beat)
    return all(
        pitch % 12 in tones and h.chair.player.low <= pitch <= h.chair.player.high
        for h, pitch in zip(bass, pitches, strict=True)
    )
