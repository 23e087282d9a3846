"""What reading the scores taught: grid, foundation, counter-melody, doublings, weight of hits."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby, pairwise

import numpy as np
import pytest

from filmcomposer_core.arrangement.chairs import Chair, Entry
from filmcomposer_core.arrangement.company import hosts
from filmcomposer_core.arrangement.ground import Ground, Tone
from filmcomposer_core.arrangement.hits import Hit
from filmcomposer_core.arrangement.lay_ground import lay_ground
from filmcomposer_core.arrangement.page import CLASHING, strong_beats
from filmcomposer_core.arrangement.patterns import Pattern, Step
from filmcomposer_core.arrangement.voice_leading import lead_voices
from filmcomposer_core.arrangement.weigh import HARDER, SOFTEST, weigh_hits
from filmcomposer_core.arrangement.writing.counter import write_counter
from filmcomposer_core.arrangement.writing.follow import follow_motion
from filmcomposer_core.arrangement.writing.harmony import write_bass
from filmcomposer_core.contracts.score import DOUBLING, Melody, Note, Part
from filmcomposer_core.seeding import rng_for
from tests.core.arrangement.cues import ALL_ROLES, Cue, curves, random_cue, sample, with_texture


def ground_of(cue: Cue) -> Ground:
    return lay_ground(
        plan=cue.plan,
        melody=cue.melody,
        tempo_map=cue.tempo_map,
        curves=cue.curves,
        duration_s=cue.duration_s,
    )


def busy() -> Ground:
    """Return the sample under a picture that moves more and more."""
    motion = np.repeat(np.arange(1.0, 21.0), 24)
    return ground_of(replace(sample(), curves=replace(curves(20.0), motion=motion)))


def test_what_comes_between_two_onsets_stands_on_the_grid_of_the_metre():
    """A dotted pair is filled on the beat: .75 and 1.5 beats are met by 1, never by 1.125."""
    ground = busy()
    block = ground.blocks[-1]
    dotted = [
        Tone(bar.start + offset, 0.25, 60) for bar in block.bars for offset in (0.0, 0.75, 1.5, 3.0)
    ]
    filled = follow_motion(ground, block, {"percussion:snare": dotted})["percussion:snare"]
    added = {t.beat for t in filled} - {t.beat for t in dotted}
    assert added
    offsets = {round(beat - ground.bar_at(beat).start, 6) for beat in added}
    assert all(offset * 4 == round(offset * 4) for offset in offsets)
    assert 1.0 in offsets


def test_a_broken_chord_is_subdivided_without_striking_a_pitch_twice():
    ground = busy()
    block = ground.blocks[-1]
    tones = []
    for bar in block.bars:
        span = ground.span_at(bar.start)
        assert span is not None
        pitches = [p for p in range(60, 84) if p % 12 in span.chord.pitch_classes]
        tones += [Tone(bar.start + n / 2, 0.5, pitches[n % 3]) for n in range(8)]
    filled = follow_motion(ground, block, {"figure": tones})["figure"]
    assert len(filled) > len(tones)
    for bar in block.bars:
        inside = [t.pitch for t in filled if bar.start <= t.beat < bar.end]
        assert all(a != b for a, b in pairwise(inside))


def test_a_pad_that_nobody_plays_below_stands_on_the_planned_bass():
    bare = ground_of(replace(with_texture(sample(), "pad"), melody=Melody(notes=())))
    voices = lead_voices(bare)
    lowest = [tenor % 12 for _, tenor, _, _ in voices]
    assert lowest == [span.chord.bass for span in bare.spans]


def test_a_pad_over_a_bass_is_as_free_as_before():
    cue = with_texture(sample(), "pad+bass")
    inner = {(t - b) % 12 for b, t, _, _ in lead_voices(ground_of(cue))}
    assert inner - {0}


@pytest.mark.parametrize("number", range(8))
def test_the_counter_melody_keeps_to_the_chord_on_beats_and_passes_by_step(number):
    ground = ground_of(with_texture(random_cue(number), ALL_ROLES))
    voices = lead_voices(ground)
    for block in ground.blocks:
        if block.section.silence:
            continue
        line = write_counter(ground, block, voices, rng=rng_for(number, "tests"))
        foreign = [t.pitch % 12 not in classes_at(ground, t.beat) for t in line]
        for tone, strange in zip(line, foreign, strict=True):
            inside = tone.beat - ground.bar_at(tone.beat).start
            assert not (strange and abs(inside - round(inside)) < 1e-3)
        for (a, b), (x, y) in zip(pairwise(line), pairwise(foreign), strict=True):
            if x or y:
                assert abs(b.pitch - a.pitch) <= 4


def classes_at(ground: Ground, beat: float) -> set[int]:
    span = ground.span_at(beat)
    assert span is not None
    return set(span.chord.pitch_classes)


def test_doublings_stay_under_the_theme_and_the_first_statement_is_plain():
    gaps = []
    for seed in range(4):
        cue = with_texture(sample(), ALL_ROLES)
        score = cue.arranged(seed=seed)
        theme = {round(n.beat, 4): n.velocity for n in cue.melody.notes}
        for part in score.parts:
            for note in part.notes:
                if part.role_of(note) == DOUBLING and round(note.beat, 4) in theme:
                    gaps.append(theme[round(note.beat, 4)] - note.velocity)
    assert np.median(gaps) >= 5


def test_a_mystery_keeps_its_theme_clear_of_semitones():
    for number in range(6):
        cue = random_cue(300 + number, idiom="mystery")
        score, ground = cue.arranged(seed=number), ground_of(cue)
        strong = {b for bar in ground.bars for b in strong_beats(bar)}
        notes = [(p.role_of(n), n) for p in score.parts for n in p.notes]
        for beat in sorted(strong):
            held = [(r, n) for r, n in notes if n.beat <= beat + 0.1 and n.end > beat + 0.15]
            tones = ground.span_at(beat)
            chord = set(tones.chord.pitch_classes) if tones else set()
            theme = [n for r, n in held if r == "melody" and n.beat > beat - 0.1]
            pads = [n for r, n in held if r == "pad"]
            clash = [
                (a.pitch, b.pitch)
                for a in theme
                for b in pads
                if abs(a.pitch - b.pitch) in CLASHING and not {a.pitch % 12, b.pitch % 12} <= chord
            ]
            assert not clash


def test_a_colour_goes_to_somebody_in_whose_range_it_lies():
    """A trumpets' chord is no tuba's, though both are brass."""
    tones = [Entry(Tone(0.0, 1.0, p), "pad", "sustain", 6) for p in (64, 67, 72)]
    trumpets = Chair("trumpets_a3", entries=tones)
    low = Chair("tuba", entries=[Entry(Tone(0.0, 1.0, 36), "bass", "sustain", 3)])
    high = Chair("violins2", entries=[Entry(Tone(4.0, 1.0, 64), "pad", "sustain", 6)])
    chairs = {c.instrument: c for c in (trumpets, low, high)}
    assert [c.instrument for c in hosts(chairs, trumpets)] == ["violins2", "tuba"]


def part(name: str, role: str, velocities: dict[float, int]) -> Part:
    notes = tuple(
        Note(beat=beat, length=0.5, pitch=60, velocity=v) for beat, v in velocities.items()
    )
    return Part(id=name, name=name, role=role, instrument=name, technique="x", notes=notes)


def weighed(theme: dict[float, int], pad: dict[float, int], at: float) -> dict[float, int]:
    ground = ground_of(sample())
    hit = Hit(
        spot="S",
        time_s=ground.timeline.time_at(at),
        beat=at,
        strength=8.0,
        gesture="touch",
        block=ground.blocks[0],
    )
    parts = [part("oboe", "melody", theme), part("violas", "pad", pad)]
    found = weigh_hits(ground, parts, [hit])
    assert found[0] == parts[0]
    return {n.beat: n.velocity for n in found[1].notes}


def test_a_hit_that_stands_out_stays_as_it_is():
    pad = {0.0: 60, 1.0: 60, 2.0: 90, 3.0: 60}
    assert weighed({}, pad, 2.0) == pad


def test_a_hit_that_others_outweigh_is_struck_harder_and_they_yield():
    found = weighed({}, {0.0: 90, 1.0: 60, 2.0: 70, 3.0: 60}, 2.0)
    assert found[2.0] == 70 + HARDER == 88
    assert found[0.0] == int(0.97 * 88)
    assert (found[1.0], found[3.0]) == (60, 60)


def test_nobody_yields_where_yielding_is_not_enough():
    found = weighed({0.0: 100}, {0.0: 90, 1.0: 60, 2.0: 50}, 2.0)
    assert found == {0.0: 90, 1.0: 60, 2.0: 50 + HARDER}
    assert SOFTEST > 0.5


def test_notes_of_a_short_chord_end_together():
    """What speaks too briefly is lengthened for all who strike together, or none."""
    uneven = together = 0
    for number in range(6):
        cue = with_texture(random_cue(number, idiom="slapstick"), "melody+motion+bass")
        for p in cue.arranged(seed=number).parts:
            chords = [n for n in p.notes if p.role_of(n) == "motion"]
            for _, group in groupby(chords, key=lambda n: n.beat):
                lengths = [n.length for n in group]
                together += len(lengths) > 1
                uneven += max(lengths) - min(lengths) > 1e-6
    assert together > 50
    assert uneven <= 0.1 * together


@pytest.mark.parametrize(
    ("chord", "pitches"),
    [("C", {0, 7}), ("C/E", {4, 0}), ("G7/F", {5}), ("F#dim/G", {7})],
)
def test_an_alternating_bass_leaves_no_pedal_and_no_seventh(chord, pitches):
    """Root and fifth, third and root; a bass beside the root stays where it is."""
    cue = with_texture(sample(), "bass")
    section = replace(cue.plan.sections[0], bars=2, chords=f"{chord} | {chord}")
    plan = replace(cue.plan, sections=(section,), bar_tension=(0.4, 0.4))
    ground = ground_of(replace(cue, plan=plan, melody=Melody(notes=())))
    step = Step(offset=0.0, length=1.0, accent=0, tone="R", short=False)
    steps = (step, replace(step, offset=2.0, tone="5"))
    pattern = Pattern(id="oom", role="bass", num=4, den=4, steps=steps, use="plain")
    tones = write_bass(ground, ground.blocks[0], lead_voices(ground), [pattern, pattern])
    inside = [t for t in tones if t.beat < ground.final]
    assert {t.pitch % 12 for t in inside} == pitches
