"""The last look at the full score: clashes and parallels are revoiced, no note is left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Final

from filmcomposer_core.arrangement.chairs import HIT_RANK
from filmcomposer_core.arrangement.ground import SAME_BEAT
from filmcomposer_core.arrangement.idioms import Idiom
from filmcomposer_core.arrangement.page import (
    AFTER,
    CLASHING,
    THEME,
    Held,
    Page,
    beat_from,
    move,
)

#: Idioms that mean their dissonances, and those that move chords in parallel.
DISSONANT: Final = ("dread", "shock")
#: One that colours its chords and pedals, but whose theme is to be heard clear of them.
VEILED: Final = "mystery"
PLANING: Final = ("dream", "wonder", "machine")
#: Moves are no wider; beyond comfort, above the theme, below the bass each cost so much.
WIDEST: Final = 12
UNEASY, CROSSING, UNDER, PARALLEL = 4.0, 5.0, 8.0, 60.0
#: Below this pitch only bass and drone belong; what it costs to go there.
CLEAR_FROM, MUDDY = 47, 12.0
#: A note that cannot move ends before the clash if so much of it is left, beats.
LEAST_LEFT: Final = 0.4


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
            _clear(page, beat, only_theme=idiom.id == VEILED)


def _clear(page: Page, beat: int, *, only_theme: bool) -> None:
    """Move what clashes on a beat, with the theme or anyone, the least important first."""
    tried: set[int] = set()
    while True:
        pairs = _clashing(page, beat)
        if only_theme:
            pairs = [pair for pair in pairs if any(h.entry.role == THEME for h in pair)]
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
    sinks = pitch < min(CLEAR_FROM, held.pitch) and held.entry.role not in ("bass", "drone")
    cost += MUDDY * sinks + UNEASY * (not player.comfort_low <= pitch <= player.comfort_high)
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
    held.first, held.last = beat_from(held.entry.tone.beat), beat_from(held.entry.tone.end)


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
