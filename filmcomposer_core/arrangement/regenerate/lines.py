"""Other lines for the roles beside theme and pad, by the writers of the arrangement."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from filmcomposer_core.arrangement.ground import SAME_BEAT, Block, Ground, Tone
from filmcomposer_core.arrangement.guard import pitch_in_range
from filmcomposer_core.arrangement.idioms import Idiom
from filmcomposer_core.arrangement.patterns import Pattern, all_patterns, patterns_for
from filmcomposer_core.arrangement.regenerate.doubling import doubling_tones
from filmcomposer_core.arrangement.regenerate.harmony import drone_tones, pad_tones
from filmcomposer_core.arrangement.regenerate.jobs import Job
from filmcomposer_core.arrangement.regenerate.scene import Scene, sung_ground
from filmcomposer_core.arrangement.regenerate.variants import other_pattern
from filmcomposer_core.arrangement.writing.colour import TECHNIQUES, write_colour
from filmcomposer_core.arrangement.writing.counter import write_counter
from filmcomposer_core.arrangement.writing.drums import write_drum
from filmcomposer_core.arrangement.writing.figures import centre_for, choose_patterns, write_figure
from filmcomposer_core.arrangement.writing.harmony import write_bass
from filmcomposer_core.arrangement.writing.sketch import BASS_PER_S, FIGURE_PER_S
from filmcomposer_core.contracts.score import DOUBLING

#: How far the density of a rhythm may leave what tension and picture ask for.
STRAY = 0.35
#: How often a figure of another family is tried in place of the idiom's own.
PLAIN = 0.3
#: Where a figure may lie against its usual centre, in semitones: another inversion of the ladder.
INVERSIONS = (-4.0, 0.0, 3.0)
#: How much more chance there is in a counter-melody than usual.
CHANCE = 5.0
#: How often a pattern is changed a little.
VARIED = 0.6
#: Most strokes of a drum by the beat.
DRUM_PER_BEAT = 4.0

Writer = Callable[[Scene, Ground, Sequence[Job], np.random.Generator], list[list[Tone]]]
Manner = dict[str, tuple[float, tuple[str, ...], float, float]]
Variants = dict[tuple[str, str], Pattern]


def _manner(names: tuple[str, ...], jobs: Sequence[Job], rng: np.random.Generator) -> Manner:
    """Return for every section how it departs: density, patterns, pick, and inversion."""
    found: Manner = {}
    for job in jobs:
        if job.block.section.id not in found:
            lift = float(rng.normal(0.0, STRAY))
            own = names if rng.random() >= PLAIN else ()
            place = float(rng.choice(INVERSIONS))
            found[job.block.section.id] = (lift, own, float(rng.random()), place)
    return found


def _per_beat(ground: Ground, block: Block, per_s: float) -> float:
    return per_s * 60.0 / ground.timeline.bpm_at(ground.timeline.time_at(block.start))


def _varied(
    patterns: Sequence[Pattern | None],
    block: Block,
    most: float,
    variants: Variants,
    rng: np.random.Generator,
) -> list[Pattern | None]:
    """Change patterns a little, each alike through a section."""
    found: list[Pattern | None] = []
    for pattern in patterns:
        if pattern is None:
            found.append(None)
            continue
        key = (block.section.id, f"{pattern.id} {pattern.num}/{pattern.den}")
        if key not in variants:
            change = pattern.role == "percussion" or rng.random() < VARIED
            variants[key] = other_pattern(pattern, most=most, rng=rng) if change else pattern
        found.append(variants[key])
    return found


def bass_tones(
    scene: Scene, ground: Ground, jobs: Sequence[Job], rng: np.random.Generator
) -> list[list[Tone]]:
    """Set the same bass in another rhythm; two basses of a phrase share it."""
    manner = _manner(scene.idiom.bass_patterns, jobs, rng)
    lines: dict[int, list[Tone]] = {}
    variants: Variants = {}
    for job in jobs:
        block = job.block
        if block.index in lines:
            continue
        lift, names, pick, _ = manner[block.section.id]
        most = _per_beat(ground, block, min(BASS_PER_S, *(0.9 * j.player.agility for j in jobs)))
        chosen = choose_patterns(block, "bass", names, lift=lift, most_per_beat=most, pick=pick)
        chosen = _varied(chosen, block, most, variants, rng)
        patterns = [pattern for pattern in chosen if pattern is not None]
        whole = len(patterns) == len(chosen)
        lines[block.index] = write_bass(ground, block, scene.voices, patterns) if whole else []
    return [lines[job.block.index] for job in jobs]


def motion_tones(
    scene: Scene, ground: Ground, jobs: Sequence[Job], rng: np.random.Generator
) -> list[list[Tone]]:
    """Play another figure where the old one lay; parts of one register share it."""
    manner = _manner(scene.idiom.motion_patterns, jobs, rng)
    lines: dict[tuple[int, int], list[Tone]] = {}
    variants: Variants = {}
    found = []
    for job in jobs:
        block = job.block
        centre = centre_for(ground, block)
        octave = round((job.register - centre) / 12.0)
        key = (block.index, octave)
        if key not in lines:
            lift, names, pick, place = manner[block.section.id]
            most = _per_beat(ground, block, min(FIGURE_PER_S, 0.9 * job.player.agility))
            lift -= 0.5 * (octave != 0)
            patterns = choose_patterns(
                block, "motion", names, lift=lift, most_per_beat=most, pick=pick
            )
            patterns = _varied(patterns, block, most, variants, rng)
            middle = centre + 12.0 * octave + place
            lines[key] = write_figure(ground, block, patterns, centre=middle, rng=rng)
        found.append(lines[key])
    return found


def counter_tones(
    scene: Scene, ground: Ground, jobs: Sequence[Job], rng: np.random.Generator
) -> list[list[Tone]]:
    """Lead another line against the theme."""
    lines: dict[int, list[Tone]] = {}
    for job in jobs:
        if job.block.index not in lines:
            lines[job.block.index] = write_counter(
                ground, job.block, scene.voices, rng=rng, chance=CHANCE
            )
    return [lines[job.block.index] for job in jobs]


def drum_tones(
    scene: Scene, ground: Ground, jobs: Sequence[Job], rng: np.random.Generator
) -> list[list[Tone]]:
    """Beat another pattern of the same drum, or the old one with strokes left out or added."""
    variants: Variants = {}
    found = []
    for job in jobs:
        patterns = _varied(_own_drum(job, rng), job.block, DRUM_PER_BEAT, variants, rng)
        whole = [pattern for pattern in patterns if pattern is not None]
        drum = f"{job.part.instrument}/{job.technique}"
        same = len(whole) == len(patterns)
        found.append(write_drum(ground, job.block, drum, whole, rng=rng) if same else [])
    return found


def _own_drum(job: Job, rng: np.random.Generator) -> list[Pattern | None]:
    """Return for each bar of a phrase a pattern of the drum, one for each metre."""
    every = tuple(p.id for p in all_patterns() if p.role == "percussion")
    chosen: dict[tuple[int, int], Pattern | None] = {}
    for bar in job.block.bars:
        if (bar.num, bar.den) in chosen:
            continue
        known = patterns_for("percussion", every, bar.num, bar.den)
        mine = [pattern for pattern in known if pattern.drum[0] == job.part.instrument]
        place = int(rng.integers(len(mine))) if mine else 0
        chosen[bar.num, bar.den] = mine[place] if mine else None
    return [chosen[bar.num, bar.den] for bar in job.block.bars]


def colour_tones(
    scene: Scene, ground: Ground, jobs: Sequence[Job], rng: np.random.Generator
) -> list[list[Tone]]:
    """Touch other notes, or in another kind of what the instrument is good for."""
    found: list[list[Tone]] = []
    for job in jobs:
        kinds = _kinds(scene.idiom, job)
        if not kinds:
            found.append([])
            continue
        kind = kinds[int(rng.integers(len(kinds)))]
        notes = [n for n in ground.melody.notes if rng.random() < 0.6]
        following = ground.blocks[job.block.index + 1 : job.block.index + 2]
        after = following[0] if following and following[0].start < job.block.end + 0.01 else None
        tones = write_colour(sung_ground(ground, notes), job.block, after, kind, job.player)
        found.append([tone for tone in tones if tone.beat <= ground.last_onset])
    return found


def _kinds(idiom: Idiom, job: Job) -> list[str]:
    """Return the kinds of colour of an instrument: the idiom's, and what the technique can do."""
    own = [item.split()[1] for item in idiom.colour if item.split()[0] == job.part.instrument]
    fitting = [kind for kind, names in TECHNIQUES.items() if job.technique in names[:1]]
    if not job.player.pitched or job.player.family == "percussion":
        return own or [kind for kind in fitting if kind in ("swell", "toll", "glint")]
    return [*own, *(kind for kind in fitting if kind not in own and kind != "swell")]


WRITERS: dict[str, Writer] = {
    DOUBLING: doubling_tones,
    "bass": bass_tones,
    "pad": pad_tones,
    "drone": drone_tones,
    "counter": counter_tones,
    "motion": motion_tones,
    "percussion": drum_tones,
    "colour": colour_tones,
}


def in_register(tones: Sequence[Tone], job: Job) -> list[Tone]:
    """Return tones in the octave in which the part has played, as far as it reaches."""
    if not tones or not job.player.pitched or job.player.technique(job.technique).key is not None:
        return list(tones)
    pitches = [tone.pitch for tone in tones]
    away = job.register - float(np.mean(pitches))
    shift = 12 * round(away / 12.0) if abs(away) > 8.0 else 0
    low, high = job.player.low, job.player.high
    if not all(low <= pitch + shift <= high for pitch in pitches):
        shift = 0
    return [
        Tone(t.beat, t.length, pitch_in_range(t.pitch + shift, job.player), t.accent) for t in tones
    ]


def clipped(scene: Scene, tones: Sequence[Tone]) -> list[Tone]:
    """Return what of some tones lies in the bars."""
    kept = []
    for tone in tones:
        start, end = max(tone.beat, scene.start), min(tone.end, scene.end)
        if end - start > SAME_BEAT:
            kept.append(Tone(start, end - start, tone.pitch, tone.accent))
    return kept
