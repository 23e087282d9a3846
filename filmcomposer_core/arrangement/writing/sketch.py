"""All lines of one block, by the roles its section lists."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from filmcomposer_core.arrangement.ground import SAME_BEAT, Block, Ground, Tone
from filmcomposer_core.arrangement.idioms import Idiom
from filmcomposer_core.arrangement.patterns import Pattern
from filmcomposer_core.arrangement.styles import SLOW
from filmcomposer_core.arrangement.voice_leading import Voices
from filmcomposer_core.arrangement.writing.colour import TECHNIQUES, write_colour
from filmcomposer_core.arrangement.writing.counter import write_counter
from filmcomposer_core.arrangement.writing.drums import choose_drums, write_drum
from filmcomposer_core.arrangement.writing.figures import (
    centre_for,
    choose_patterns,
    write_figure,
)
from filmcomposer_core.arrangement.writing.follow import follow_motion
from filmcomposer_core.arrangement.writing.harmony import write_bass, write_drone, write_pad
from filmcomposer_core.catalogue import instrument

#: Quickest onsets per second that a figure and a bass ask for.
FIGURE_PER_S, BASS_PER_S = 8.0, 4.5
PAD_VOICES = {"tenor": 1, "alto": 2, "top": 3}


def sketch_block(
    ground: Ground,
    block: Block,
    voices: Sequence[Voices],
    *,
    idiom: Idiom,
    pick: float,
    pulse: float,
    rng: np.random.Generator,
) -> dict[str, list[Tone]]:
    """Return every line of a block by name.

    Parameters
    ----------
    pick : float
        0 to 1: which of the idiom's patterns near the tension is taken.
    pulse : float
        Added to the tension when patterns are chosen.
    """
    roles = block.section.roles
    lines: dict[str, list[Tone]] = {}
    if "melody" in roles:
        notes = ground.theme_in(block.start, block.end)
        lines["theme"] = [Tone(n.beat, n.length, n.pitch) for n in notes]
    if "pad" in roles:
        for name, voice in PAD_VOICES.items():
            lines[name] = write_pad(ground, block, voices, voice)
    if "bass" in roles:
        lines["bass"] = _bass(ground, block, voices, idiom, pick=pick, pulse=pulse)
    if "drone" in roles:
        lines["drone"] = write_drone(ground, block, above_bass="bass" in roles)
    if "motion" in roles and not _rests(ground, block, "motion"):
        lines |= _figures(ground, block, idiom, pick=pick, pulse=pulse, rng=rng)
    if "counter" in roles and not _rests(ground, block, "counter"):
        lines["counter"] = write_counter(ground, block, voices, rng=rng)
    if "percussion" in roles and not _rests(ground, block, "percussion"):
        lines |= _drums(ground, block, idiom, rng)
    if "colour" in roles:
        lines |= _colours(ground, block, idiom)
    return follow_motion(ground, block, lines, calm=idiom.id in SLOW)


def _rests(ground: Ground, block: Block, role: str) -> bool:
    """Whether a role waits for the second phrase of a section that has more than one."""
    blocks = [b for b in ground.blocks[block.index : block.index + 2] if b.section is block.section]
    harmony = {"pad", "motion"} & set(block.section.roles) - {role}
    if block.order > 0 or len(blocks) < 2 or not harmony:
        return False
    waits = {
        "motion": block.section.function in ("theme", "establish") and block.tension < 0.55,
        "counter": True,
        "percussion": block.section.function in ("build", "theme"),
    }
    return waits[role]


def _per_beat(ground: Ground, block: Block, per_s: float) -> float:
    return per_s * 60.0 / ground.timeline.bpm_at(ground.timeline.time_at(block.start))


def _bass(
    ground: Ground,
    block: Block,
    voices: Sequence[Voices],
    idiom: Idiom,
    *,
    pick: float,
    pulse: float,
) -> list[Tone]:
    chosen = choose_patterns(
        block,
        "bass",
        idiom.bass_patterns,
        lift=pulse / 2,
        most_per_beat=_per_beat(ground, block, BASS_PER_S),
        pick=pick,
    )
    patterns: list[Pattern] = [p for p in chosen if p is not None]
    return write_bass(ground, block, voices, patterns)


def _figures(
    ground: Ground,
    block: Block,
    idiom: Idiom,
    *,
    pick: float,
    pulse: float,
    rng: np.random.Generator,
) -> dict[str, list[Tone]]:
    """Return a figure, and an answering one of another density in the octave above it."""
    centre = centre_for(ground, block)
    most = _per_beat(ground, block, FIGURE_PER_S)
    found = {}
    for name, lift, above in (("figure", pulse, 0.0), ("answer", pulse - 0.5, 12.0)):
        patterns = choose_patterns(
            block,
            "motion",
            idiom.motion_patterns,
            lift=lift,
            most_per_beat=most,
            pick=pick,
        )
        found[name] = write_figure(ground, block, patterns, centre=centre + above, rng=rng)
    theme = [note.pitch for note in ground.theme_over(block.start, block.end)]
    if theme and min(theme) - 3 < centre + 14 and max(theme) > centre + 4:
        low = [Tone(t.beat, t.length, t.pitch - 12, t.accent) for t in found["answer"]]
        found["answer"] = low
    return found


def _drums(
    ground: Ground, block: Block, idiom: Idiom, rng: np.random.Generator
) -> dict[str, list[Tone]]:
    most = 1 + (block.tension > 0.4) + (block.tension > 0.65)
    chosen = choose_drums(block, idiom.drums, most=most)
    return {
        f"percussion:{drum}": write_drum(ground, block, drum, patterns, rng=rng)
        for drum, patterns in chosen.items()
    }


def _colours(ground: Ground, block: Block, idiom: Idiom) -> dict[str, list[Tone]]:
    following = ground.blocks[block.index + 1 : block.index + 2]
    after = following[0] if following and following[0].start < block.end + SAME_BEAT else None
    found = {}
    for item in idiom.colour:
        name, kind = item.split()
        player = instrument(name)
        known = [technique.name for technique in player.techniques]
        technique = next((t for t in TECHNIQUES[kind] if t in known), known[0])
        tones = write_colour(ground, block, after, kind, player)
        found[f"colour:{name}/{technique}"] = [t for t in tones if t.beat <= ground.last_onset]
    return found
