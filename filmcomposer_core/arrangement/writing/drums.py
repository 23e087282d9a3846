"""Percussion: patterns by idiom, a fill before a new section, timpani on home and dominant."""

from __future__ import annotations

import numpy as np

from filmcomposer_core.arrangement.ground import SAME_BEAT, Block, Ground, Tone
from filmcomposer_core.arrangement.patterns import Pattern, fill_bar, patterns_for
from filmcomposer_core.arrangement.writing.pitches import nearest, within
from filmcomposer_core.catalogue import instrument

TIMPANI_RANGE = (40, 53)
#: Drums that play a pitch of the chord, home or dominant only.
TUNED = ("timpani",)
#: Drums that may lead into a bar line with a fill.
FILLING = ("snare_concert", "toms", "taiko", "timpani", "woodblock", "temple_blocks")


def choose_drums(block: Block, names: tuple[str, ...], *, most: int) -> dict[str, list[Pattern]]:
    """Return for each drum its pattern in every bar of a block, the most needed drums first."""
    drums: dict[str, list[Pattern]] = {}
    first = block.bars[0]
    known = patterns_for("percussion", names, first.num, first.den)
    ordered = sorted(known, key=lambda p: names.index(p.id) if p.id in names else len(names))
    for pattern in ordered:
        name = f"{pattern.drum[0]}/{pattern.drum[1]}"
        if name not in drums and len(drums) < most:
            drums[name] = [_same_drum(pattern, names, b.num, b.den) for b in block.bars]
    return drums


def _same_drum(pattern: Pattern, names: tuple[str, ...], num: int, den: int) -> Pattern:
    """Return the drum's pattern in another metre; its own, cut to the bar, where it has none."""
    others = patterns_for("percussion", names, num, den)
    return next((p for p in others if p.drum == pattern.drum), pattern)


def write_drum(
    ground: Ground, block: Block, drum: str, patterns: list[Pattern], *, rng: np.random.Generator
) -> list[Tone]:
    """Write one drum through a block; silent from the last chord on but for its first stroke."""
    name, technique = drum.split("/")
    sound = instrument(name)
    key = sound.technique(technique).key
    tones: list[Tone] = []
    for n, (bar, pattern) in enumerate(zip(block.bars, patterns, strict=True)):
        for step in fill_bar(pattern, bar.end - bar.start):
            beat = bar.start + step.offset
            if ground.span_at(beat) is None or beat > ground.final + SAME_BEAT:
                continue
            pitch = key if key is not None else _pitch(ground, name, beat)
            if pitch is not None:
                tones.append(Tone(beat, step.length, pitch, step.accent))
        last = n == len(block.bars) - 1
        if last and not block.last and name in FILLING and len(tones) > 4:
            tones = _fill(ground, tones, bar.end, rng)
    return tones


def _pitch(ground: Ground, name: str, beat: float) -> int | None:
    span = ground.span_at(beat)
    if span is None:
        return None
    player = instrument(name)
    if name not in TUNED:
        return (player.comfort_low + player.comfort_high) // 2
    home = (span.tonic, (span.tonic + 7) % 12)
    for wanted in home:
        if wanted in span.chord.pitch_classes:
            return within(nearest(wanted, 46), *TIMPANI_RANGE)
    return None


def _fill(
    ground: Ground, tones: list[Tone], bar_line: float, rng: np.random.Generator
) -> list[Tone]:
    """Lead into the bar line with sixteenths on the last beat, two or four of them."""
    count = 2 if rng.random() < 0.5 else 4
    start = bar_line - count * 0.25
    if ground.span_at(start) is None:
        return tones
    pitch = tones[-1].pitch
    kept = [tone for tone in tones if tone.beat < start - SAME_BEAT]
    return kept + [Tone(start + i * 0.25, 0.25, pitch, 4 * i) for i in range(count)]
