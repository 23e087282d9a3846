"""Density and loudness follow the picture: laws and examples worked by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from filmcomposer_core.arrangement.energy import energy_of
from filmcomposer_core.arrangement.ground import Ground, Tone
from filmcomposer_core.arrangement.lay_ground import lay_ground
from filmcomposer_core.arrangement.loudness import MOTION_DB, loudness_of
from filmcomposer_core.arrangement.writing.follow import follow_motion, halves_of
from filmcomposer_core.contracts.clip import Curves
from filmcomposer_core.contracts.labels import DYNAMIC_LEVELS
from tests.core.arrangement.cues import curves, sample


def moving(values: list[float]) -> Curves:
    """Return curves whose motion is one value a second."""
    base = curves(float(len(values)))
    return replace(base, motion=np.repeat(np.array(values), 24))


def ground_of(motion: Curves) -> Ground:
    cue = sample()
    return lay_ground(
        plan=cue.plan,
        melody=cue.melody,
        tempo_map=cue.tempo_map,
        curves=motion,
        duration_s=cue.duration_s,
    )


def rising() -> Ground:
    return ground_of(moving([float(n) for n in range(1, 21)]))


def eighths(start: float, end: float) -> list[Tone]:
    return [Tone(start + n / 2, 0.25, 60) for n in range(round((end - start) * 2))]


def test_ranks_rise_with_motion_from_0_to_1():
    energy = energy_of(moving([1.0, 2.0, 4.0, 8.0]), 4.0)
    assert energy.varies
    assert np.all(np.diff(energy.ranks) > 0)
    assert (energy.ranks[0], energy.ranks[-1]) == (0.0, 1.0)
    assert energy.at(-1.0) == 0.0
    assert energy.at(99.0) == 1.0
    assert energy.over(0.0, 2.0) < 0.5 < energy.over(2.0, 4.0)


@pytest.mark.parametrize("level", [0.0, 0.5])
def test_an_even_picture_has_nothing_to_follow(level):
    energy = energy_of(moving([level] * 8), 8.0)
    assert not energy.varies
    assert energy.at(3.0) == energy.over(0.0, 8.0) == 0.5
    ground = ground_of(moving([level] * 20))
    block = ground.blocks[0]
    lines = {"figure": eighths(block.start, block.end)}
    assert follow_motion(ground, block, lines) == lines


def test_still_bars_are_thinned_and_busy_ones_divided():
    ground = rising()
    first, last = ground.blocks[0], ground.blocks[-1]
    still = follow_motion(ground, first, {"figure": eighths(first.start, first.end)})["figure"]
    wild = follow_motion(ground, last, {"figure": eighths(last.start, last.end)})["figure"]
    assert len(still) * 2 <= len(eighths(first.start, first.end))
    assert len(wild) > len(eighths(last.start, last.end))
    # What is kept keeps its place: the groove goes on.
    assert {t.beat for t in still} <= {t.beat for t in eighths(first.start, first.end)}
    assert {t.beat for t in wild} >= {t.beat for t in eighths(last.start, last.end)}


def test_every_half_bar_keeps_its_first_onset_and_every_chord_change():
    ground = rising()
    for block in ground.blocks:
        lines = {name: eighths(block.start, block.end) for name in ("figure", "bass")}
        for tones in follow_motion(ground, block, lines).values():
            beats = {tone.beat for tone in tones}
            halves = {start for bar in block.bars for start, _ in halves_of(bar)}
            spans = {ground.spans[i].beat for i in ground.spans_in(block.start, block.end)}
            assert beats >= halves | spans


def test_pads_and_theme_do_not_follow():
    ground = rising()
    block = ground.blocks[0]
    held = {"theme": eighths(block.start, block.end), "top": [Tone(block.start, 4.0, 60)]}
    assert follow_motion(ground, block, held) == held


def test_a_crescendo_rises_late_and_a_subito_piano_does_not_yield():
    ground = ground_of(moving([1.0] * 20))
    marks = ["p", "p", "f", "f", "p", *["p"] * (len(ground.bars) - 5)]
    loud = loudness_of(ground, marks)
    soft, strong = DYNAMIC_LEVELS["p"], DYNAMIC_LEVELS["f"]
    second, third, fifth = (ground.bars[n] for n in (1, 2, 4))
    assert loud.level(ground.bars[0].start + 1) == soft
    middle = loud.level((second.start + second.end) / 2)
    assert soft < middle < (soft + strong) / 2
    assert loud.level(third.start) == strong
    assert loud.level(fifth.start - 0.5) == strong
    assert loud.level(fifth.start) == soft


def test_the_picture_swells_within_its_limit():
    ground = rising()
    loud = loudness_of(ground, ["mf"] * len(ground.bars))
    swells = loud.swell_db[: round(ground.end * 2)]
    assert np.all(np.diff(swells) >= -1e-9)
    assert swells[0] < -MOTION_DB / 2 < MOTION_DB / 2 < swells[-1]
    assert np.abs(loud.swell_db).max() <= MOTION_DB


def test_louder_where_the_picture_moves():
    """The same plan under a picture that grows wild and one that calms down."""
    cue = sample()
    found = []
    for values in (range(1, 21), range(20, 0, -1)):
        score = replace(cue, curves=moving([float(v) for v in values])).arranged(seed=1)
        notes = [n for p in score.parts for n in p.notes if p.role_of(n) != "melody"]
        points = [c for p in score.parts for c in p.controllers if c.number == 11]
        early = np.mean([c.value for c in points if c.beat < 12])
        late = np.mean([c.value for c in points if c.beat >= 24])
        density = np.mean([n.beat for n in notes])
        found.append((late - early, density))
    assert found[0][0] > found[1][0] + 10
    assert found[0][1] > found[1][1]
