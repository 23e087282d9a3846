"""Other voicings of the same chords, led in from what is held before and out to what follows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from filmcomposer_core.arrangement.ground import SAME_BEAT, Ground, Span, Tone
from filmcomposer_core.arrangement.regenerate.ear import Sounding, sounding
from filmcomposer_core.arrangement.regenerate.jobs import Job
from filmcomposer_core.arrangement.regenerate.scene import Scene
from filmcomposer_core.arrangement.voice_leading import Voices, lead_voices
from filmcomposer_core.arrangement.voicings import Costs, Voicings
from filmcomposer_core.arrangement.writing.harmony import LONGEST_TIE, write_drone, write_pad

#: Voices of the pad, lowest first, as places in ``Voices``.
UPPER = (1, 2, 3)
#: Chords before and after the bars that the voices are led from and to.
AROUND = 3
#: Costs: a bass that is not the cue's, a neighbour's or held pitch that is missing, an old pitch.
BASS, NEIGHBOUR, OLD = 80.0, 12.0, 4.0
#: How much chance there is in the choice of a voicing; a parallel costs 40 and more.
CHANCE = 3.2
#: What a voice above the theme costs, where the theme lies high enough to be the top.
OVER, HIGH = 12.0, 60.0
#: Beats of a chord from which it may be struck again in its middle.
LONG = 3.5


def other_voices(scene: Scene, ground: Ground, rng: np.random.Generator) -> tuple[Voices, ...]:
    """Lead the voices through the bars by another way; outside them they stay where they are.

    What other pads hold in the bars, and what the chosen ones hold before and after them, is
    preferred in the voicings; pitches that the chosen ones have had there are avoided.
    """
    inside = ground.spans_in(scene.start, scene.end)
    if not len(inside):
        return scene.voices
    low, high = max(0, inside.start - AROUND), min(len(ground.spans), inside.stop + AROUND)
    part = replace(ground, spans=ground.spans[low:high])
    old, held = (sounding(tones) for tones in _pad_tones(scene))

    def lean(place: int, found: Voicings) -> Costs:
        span = ground.spans[low + place]
        upper = found.pitches[:, 1:]
        cost = BASS * (found.pitches[:, 0] != scene.voices[low + place][0])
        beside = _pitches(held, span)
        cost = cost + NEIGHBOUR * sum(~(upper == pitch).any(axis=1) for pitch in beside)
        if low + place in inside:
            cost = cost + OLD * np.isin(upper, _pitches(old, span)).sum(axis=1)
            cost = cost + OVER * (upper > _ceiling(ground, span)).sum(axis=1)
            cost = cost - rng.gumbel(0.0, CHANCE, len(cost))
        elif not beside:
            cost = cost + NEIGHBOUR * (found.pitches != scene.voices[low + place]).sum(axis=1)
        return np.asarray(cost, dtype=np.float64)

    led = lead_voices(part, planing=scene.idiom.id == "dream", lean=lean)
    return (*scene.voices[:low], *led, *scene.voices[high:])


def _ceiling(ground: Ground, span: Span) -> float:
    """Return the pitch under which the pad stays: the theme's lowest, if that is no low one."""
    theme = [note.pitch for note in ground.theme_over(span.beat, span.end)]
    return float(min(theme)) if theme and np.median(theme) >= HIGH else 127.0


def _pad_tones(scene: Scene) -> tuple[list[Tone], list[Tone]]:
    """Return the pad's tones that are replaced, and all the others."""
    old: list[Tone] = []
    kept: list[Tone] = []
    for part in scene.score.parts:
        for note in part.notes:
            if part.role_of(note) == "pad":
                mine = part.id in scene.chosen and scene.inside(note.beat)
                (old if mine else kept).append(Tone(note.beat, note.length, note.pitch))
    return old, kept


def _pitches(tones: Sounding, span: Span) -> list[int]:
    return sorted({tone.pitch for tone in tones.over(span.beat, span.end)})


def pad_tones(
    scene: Scene, ground: Ground, jobs: Sequence[Job], rng: np.random.Generator
) -> list[list[Tone]]:
    """Hold another voicing of the chords, tied, struck with each chord, or twice a long one."""
    voices = other_voices(scene, ground, rng)
    strike = _STRIKES[int(rng.choice(len(_STRIKES), p=(0.55, 0.3, 0.15)))]
    lines: dict[tuple[int, int], list[Tone]] = {}
    found = []
    for job in jobs:
        mine: list[Tone] = []
        for voice in _nearest_voices(ground, voices, job):
            key = (job.block.index, voice)
            if key not in lines:
                lines[key] = strike(ground, write_pad(ground, job.block, voices, voice))
            mine += lines[key]
        found.append(mine)
    return found


def _nearest_voices(ground: Ground, voices: Sequence[Voices], job: Job) -> tuple[int, ...]:
    """Return which voices are nearest to what a part has held so far."""
    count = min(job.voices, job.player.polyphony, len(UPPER))
    spans = list(ground.spans_in(job.block.start, job.block.end))
    held = sounding(Tone(note.beat, note.length, note.pitch) for note in job.notes)

    def distance(voice: int) -> float:
        away = []
        for i in spans:
            old = _pitches(held, ground.spans[i])
            away += [min(abs(pitch - voices[i][voice]) for pitch in old)] if old else []
        return float(np.mean(away)) if away else 0.0

    return tuple(sorted(sorted(UPPER, key=lambda v: (distance(v), -v))[:count]))


def _tied(ground: Ground, tones: list[Tone]) -> list[Tone]:
    return tones


def _struck(ground: Ground, tones: list[Tone]) -> list[Tone]:
    """Strike held tones anew with every chord."""
    return [piece for tone in tones for piece in _cut(tone, _chords(ground, tone))]


def _halved(ground: Ground, tones: list[Tone]) -> list[Tone]:
    """Strike every long chord again in its middle, on a beat."""
    found = []
    for tone in tones:
        marks = []
        for start, end in _pieces(tone, _chords(ground, tone)):
            middle = start + round((end - start) / 2)
            if end - start >= LONG and tone.beat < ground.final - SAME_BEAT:
                marks.append(middle)
            marks.append(end)
        found += _cut(tone, marks)
    return found


_STRIKES: tuple[Callable[[Ground, list[Tone]], list[Tone]], ...] = (_tied, _struck, _halved)


def _chords(ground: Ground, tone: Tone) -> list[float]:
    return [ground.spans[i].beat for i in ground.spans_in(tone.beat + 0.01, tone.end)]


def _pieces(tone: Tone, marks: Sequence[float]) -> list[tuple[float, float]]:
    inner = sorted(m for m in marks if tone.beat + SAME_BEAT < m < tone.end - SAME_BEAT)
    edges = [tone.beat, *inner, tone.end]
    return list(pairwise(edges))


def _cut(tone: Tone, marks: Sequence[float]) -> list[Tone]:
    return [Tone(a, b - a, tone.pitch, tone.accent) for a, b in _pieces(tone, marks)]


def drone_tones(
    scene: Scene, ground: Ground, jobs: Sequence[Job], rng: np.random.Generator
) -> list[list[Tone]]:
    """Hold the key's root, with the fifth or the octave, tied or struck with every bar."""
    above, by_bar = bool(rng.random() < 0.5), bool(rng.random() < 0.5)
    kind = int(rng.integers(3))
    found = []
    for job in jobs:
        pairs = write_drone(ground, job.block, above_bass=above)
        roots, fifths = pairs[::2], pairs[1::2]
        octaves = [Tone(t.beat, t.length, t.pitch + 12, t.accent) for t in roots]
        tones = [[*roots, *fifths], roots, [*roots, *octaves]][kind]
        if by_bar:
            lines = [bar.start for bar in job.block.bars]
            tones = [piece for tone in tones for piece in _cut(tone, lines)]
        found.append(tones)
    return found


def joined(tones: Sequence[Tone], carried: Tone) -> Tone | None:
    """Return the tone that goes on as a carried one, if tying the two is not too long."""
    for tone in tones:
        meets = abs(tone.end - carried.beat) < SAME_BEAT and tone.pitch == carried.pitch
        if meets and carried.end - tone.beat <= LONGEST_TIE + SAME_BEAT:
            return tone
    return None
