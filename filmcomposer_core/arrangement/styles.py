"""How a line is played: from the length of its notes, the idiom and the tension."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Protocol

import numpy as np

from filmcomposer_core.arrangement.ground import Block, Ground, Tone
from filmcomposer_core.arrangement.idioms import Idiom
from filmcomposer_core.catalogue import Instrument

#: Idioms whose held chords tremble when tension is high.
TREMBLING = ("dread", "military", "shock", "chase")
#: Idioms that hold their pads with slow bows.
SLOW = ("wonder", "pastoral", "love", "grief", "dream", "mystery", "travel", "title", "dread")

#: Plucked and detached notes are no longer than this.
LONGEST_SHORT_S = 1.15
#: Below this tension nobody bounces the bow in a lyrical idiom.
DRIVEN_FROM = 0.75
#: Bass notes quicker than this are bowed short.
QUICK_S = 0.28


class Standing(Protocol):
    """What a style is judged by."""

    ground: Ground
    block: Block
    idiom: Idiom


def median_length_s(ground: Ground, tones: Iterable[Tone]) -> float:
    """Return the median length of tones in seconds; 0 for none."""
    lengths = [(tone.beat, tone.length) for tone in tones]
    if not lengths:
        return 0.0
    bpm = ground.timeline.bpm_at(ground.timeline.time_at(lengths[0][0]))
    return float(np.median([length for _, length in lengths])) * 60.0 / bpm


def style_of(stand: Standing, role: str, tones: Sequence[Tone], player: Instrument) -> str:
    """Return the style (a key of ``desks.STYLES``) of a role in a block."""
    tension, name = stand.block.section.tension, stand.idiom.id
    if role in ("melody", "counter"):
        return theme_style(stand.idiom, median_length_s(stand.ground, tones))
    if role in ("pad", "drone"):
        if name in TREMBLING and tension > 0.55 and player.family == "strings":
            return "tense hold"
        return "calm hold" if name in SLOW and tension < 0.45 else "hold"
    if role == "bass":
        quick = median_length_s(stand.ground, tones) < QUICK_S
        return "short" if stand.idiom.short or quick else "bass"
    if stand.idiom.short:
        return "short"
    lyrical = name in SLOW and tension < DRIVEN_FROM
    detached = player.family == "strings" and not lyrical and _detached(tones)
    return "driven" if detached else "flowing"


def _detached(tones: Sequence[Tone]) -> bool:
    """Whether most tones end before the next begins, or last no longer than a sixteenth."""
    beats = sorted({tone.beat for tone in tones})
    lengths = {tone.beat: tone.length for tone in tones}
    short = [lengths[a] < 0.8 * (b - a) or lengths[a] <= 0.25 for a, b in pairwise(beats)]
    return sum(short) * 2 > len(short)


def theme_style(idiom: Idiom, length_s: float) -> str:
    """Return the style of a tune by its median note in seconds."""
    if length_s < 0.12 or (idiom.short and length_s < 0.35):
        return "short"
    return "lyric"


def fitting(technique: str, length_s: float) -> str:
    """Return the technique a palette asks for, nothing where the notes are too long for it."""
    short = ("pizzicato", "staccato", "spiccato")
    return "" if technique in short and length_s > LONGEST_SHORT_S else technique
