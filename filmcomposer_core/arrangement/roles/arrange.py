"""Arrange: write the lines, say which measures of which tracks are softened and what is doubled."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from filmcomposer_core.arrangement.ground import Block, Ground, Tone
from filmcomposer_core.arrangement.idioms import Idiom
from filmcomposer_core.arrangement.roles.analyze import Development
from filmcomposer_core.arrangement.stand import Sketch
from filmcomposer_core.arrangement.voice_leading import Voices
from filmcomposer_core.arrangement.wishes import Tuning
from filmcomposer_core.arrangement.writing.sketch import sketch_block
from filmcomposer_core.contracts.labels import DYNAMIC_LEVELS

#: Fewest and most parts; more than this only at the climax.
FEWEST, MOST, MOST_ELSEWHERE = 3, 16, 10
#: A role within this many semitones of the theme for most of a measure is softened.
CLOSE = 4
#: From this tension on a section's tracks may be duplicated.
FULL = 0.65
#: Roles whose tracks may be duplicated to increase harmony.
DUPLICATED = ("pad", "counter", "bass")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """What the Arrange role hands on.

    Attributes
    ----------
    sketches : tuple of mapping
        For each block the lines by name: ``theme``, ``tenor``, ``alto``, ``top``, ``bass``,
        ``figure``, ``answer``, ``counter``, ``drone``, ``percussion:…`` and ``colour:…``.
    parts : tuple of int
        For each block how many parts play.
    soften : dict of str to frozenset of int
        Role to the measures that are played one step softer.
    duplicated : dict of str to frozenset of int
        Role to the blocks in which its tracks may be duplicated to increase harmony.
    """

    sketches: tuple[Sketch, ...]
    parts: tuple[int, ...]
    soften: dict[str, frozenset[int]]
    duplicated: dict[str, frozenset[int]]


def write_arrangement(
    ground: Ground,
    voices: Sequence[Voices],
    *,
    development: Development,
    idiom: Idiom,
    tuning: Tuning,
    rng: np.random.Generator,
) -> Arrangement:
    """Speak second: write every line of every block, then soften and duplicate.

    Parameters
    ----------
    voices : sequence of (int, int, int, int)
        The led voices of each chord.
    development : Development
        What Analyze found.
    tuning : Tuning
        What the assessors wish changed.

    Returns
    -------
    Arrangement

    Notes
    -----
    Implements duties 1 and 2 of the Arrange agent (Table 2 of FilmComposer).
    """
    sketches: list[Sketch] = []
    picks: dict[str, float] = {}
    for block in ground.blocks:
        name = f"{block.index}" if tuning.varied else "cue" if tuning.steady else block.section.id
        if name not in picks:
            picks[name] = float(rng.random())
        sketches.append(
            sketch_block(
                ground, block, voices, idiom=idiom, pick=picks[name], pulse=tuning.pulse, rng=rng
            )
        )
    full = frozenset(
        block.index
        for block in ground.blocks
        if block.section.function == "climax" or block.tension >= FULL
    )
    return Arrangement(
        sketches=tuple(sketches),
        parts=tuple(count_parts(block, tuning) for block in ground.blocks),
        soften=_soften(ground, sketches, development),
        duplicated=dict.fromkeys(DUPLICATED, full),
    )


def count_parts(block: Block, tuning: Tuning) -> int:
    """Return how many parts play in a block: by its tension, a tutti at the climax only."""
    wanted = round(2 + 13 * math.sqrt(block.tension) * block.tension)
    most = MOST if block.section.function == "climax" else MOST_ELSEWHERE
    if block.section.function == "climax":
        wanted += 1
    wanted += tuning.parts([bar.number for bar in block.bars])
    return max(FEWEST, min(most, wanted))


def _soften(
    ground: Ground, sketches: Sequence[Sketch], development: Development
) -> dict[str, frozenset[int]]:
    """Soften what comes close to the theme, and what would cover it in quiet measures."""
    found: dict[str, set[int]] = {}
    groups = {"pad": ("tenor", "alto", "top"), "motion": ("figure",), "counter": ("counter",)}
    for block, sketch in zip(ground.blocks, sketches, strict=True):
        for role, lines in groups.items():
            tones = [tone for line in lines for tone in sketch.get(line, ())]
            close = _close_bars(ground, block, tones)
            if close:
                found.setdefault(role, set()).update(close)
        quiet = [
            bar.number
            for bar in block.bars
            if DYNAMIC_LEVELS[development.dynamics[bar.number - 1]] <= DYNAMIC_LEVELS["p"]
        ]
        if quiet and "percussion" in block.section.roles:
            found.setdefault("percussion", set()).update(quiet)
    return {role: frozenset(bars) for role, bars in found.items()}


def _close_bars(ground: Ground, block: Block, tones: Sequence[Tone]) -> list[int]:
    bars = []
    for bar in block.bars:
        theme = ground.theme_over(bar.start, bar.end)
        here = [tone for tone in tones if tone.beat < bar.end and tone.end > bar.start]
        if not theme or not here:
            continue
        low = min(note.pitch for note in theme) - CLOSE
        high = max(note.pitch for note in theme) + CLOSE
        if sum(low < tone.pitch < high for tone in here) * 2 > len(here):
            bars.append(bar.number)
    return bars
