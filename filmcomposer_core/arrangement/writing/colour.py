"""Colour: single touches of light or dread, each kind a function of ground and block."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from filmcomposer_core.arrangement.ground import SAME_BEAT, Block, Ground, Tone
from filmcomposer_core.arrangement.writing.pitches import nearest, scale_of, within
from filmcomposer_core.catalogue import Instrument

#: Technique by kind of colour, by preference.
TECHNIQUES = {
    "swell": ("roll", "swell"),
    "glint": ("hit", "sustain"),
    "runs": ("legato", "sustain"),
    "glissando": ("glissando", "sustain"),
    "veil": ("sustain",),
    "toll": ("hit", "sustain"),
    "birds": ("staccato", "sustain"),
}
#: The sound of one stroke is written this long.
RING = 2.0


def write_colour(
    ground: Ground, block: Block, after: Block | None, kind: str, player: Instrument
) -> list[Tone]:
    """Write one kind of colour for a block; ``after`` is the block that follows without a gap."""
    return WRITERS[kind](ground, block, after, player)


def _key(player: Instrument, kind: str) -> int | None:
    names = {item.name: item.key for item in player.techniques}
    return next((names[t] for t in TECHNIQUES[kind] if t in names), player.techniques[0].key)


def _swell(ground: Ground, block: Block, after: Block | None, player: Instrument) -> list[Tone]:
    if after is None or after.tension < block.tension + 0.08:
        return []
    bar = block.bars[-1]
    length = min(4.0, bar.end - bar.start)
    start = block.end - length
    if ground.sound_until(start) < block.end - SAME_BEAT:
        return []
    return [Tone(start, length, _key(player, "swell") or player.comfort_low, 0)]


def _glint(ground: Ground, block: Block, after: Block | None, player: Instrument) -> list[Tone]:
    """Touch one theme note in four, the long ones, an octave or two higher."""
    key = _key(player, "glint")
    if key is not None:
        return [Tone(block.start, RING / 2, key, -4)] if ground.span_at(block.start) else []
    notes = [n for n in ground.theme_in(block.start, block.end) if n.length >= 0.75]
    tones = []
    for note in notes[:: 2 if len(notes) < 6 else 4]:
        pitch = within(note.pitch + 12, player.comfort_low, player.comfort_high)
        tones.append(Tone(note.beat, min(note.length, RING), pitch, -6))
    return tones


def _runs(ground: Ground, block: Block, after: Block | None, player: Instrument) -> list[Tone]:
    """Run up a scale into the next block over the last beat."""
    if after is None or after.tension < 0.4:
        return []
    target = within(nearest(_arrival(ground, after), 86), player.comfort_low, player.comfort_high)
    start_s, end_s = ground.timeline.time_at(block.end - 1.0), ground.timeline.time_at(block.end)
    count = min(8, int((end_s - start_s) * 0.9 * player.agility))
    if count < 3 or ground.sound_until(block.end - 1.0) < block.end - SAME_BEAT:
        return []
    return scale_run(block, target, start=block.end - 1.0, end=block.end, count=count)


def scale_run(block: Block, target: int, *, start: float, end: float, count: int) -> list[Tone]:
    """Return a rising scale of ``count`` notes that fills a stretch and leads to a target."""
    scale = scale_of(block.section)
    below = [p for p in range(target - 1, target - 30, -1) if p % 12 in scale][:count]
    step = (end - start) / count
    return [
        Tone(start + i * step, step, pitch, round(-10 + 20 * i / count))
        for i, pitch in enumerate(reversed(below))
    ]


def _arrival(ground: Ground, after: Block) -> int:
    span = ground.span_at(after.start)
    return span.chord.root if span is not None else 0


def _glissando(ground: Ground, block: Block, after: Block | None, player: Instrument) -> list[Tone]:
    if after is None or after.order != 0:
        return []
    start = block.end - 1.0
    if ground.sound_until(start) < block.end - SAME_BEAT:
        return []
    pitch = within(nearest(_arrival(ground, after), 86), player.comfort_low, player.comfort_high)
    return [Tone(start, 1.0, pitch, -4)]


def _veil(ground: Ground, block: Block, after: Block | None, player: Instrument) -> list[Tone]:
    """Hold a high fifth or root over the block from its second bar on."""
    if len(block.bars) < 2:
        return []
    start = block.bars[1].start
    span = ground.span_at(start)
    if span is None:
        return []
    tones = []
    tonic = (span.tonic + 7) % 12
    end = min(block.end, ground.sound_until(start))
    pitch = within(nearest(tonic, 88), player.comfort_low, player.comfort_high)
    tones.append(Tone(start, end - start, pitch, -8))
    return tones


def _toll(ground: Ground, block: Block, after: Block | None, player: Instrument) -> list[Tone]:
    span = ground.span_at(block.start)
    if span is None or block.order % 2:
        return []
    key = _key(player, "toll")
    pitch = within(nearest(span.chord.bass, player.comfort_low + 5), player.low, player.high)
    length = min(4.0, ground.sound_until(block.start) - block.start)
    return [Tone(block.start, length, key if key is not None else pitch, 0)]


def _birds(ground: Ground, block: Block, after: Block | None, player: Instrument) -> list[Tone]:
    """Chirp two or three quick notes in the theme's rests."""
    notes = ground.theme_over(block.start, block.end)
    tones: list[Tone] = []
    for note, following in pairwise(notes):
        gap = following.beat - note.end
        span = ground.span_at(note.end + 0.5) if gap >= 1.0 else None
        if span is None:
            continue
        pitch = within(nearest(span.chord.root, 86), player.comfort_low, player.comfort_high)
        first = note.end + 0.5
        tones += [Tone(first + i * 0.25, 0.25, pitch + 2 * i, -8) for i in range(2)]
    return tones


WRITERS: dict[str, Callable[[Ground, Block, Block | None, Instrument], list[Tone]]] = {
    "swell": _swell,
    "glint": _glint,
    "runs": _runs,
    "glissando": _glissando,
    "veil": _veil,
    "toll": _toll,
    "birds": _birds,
}
