"""Silence, single notes, and two hours."""

from __future__ import annotations

import dataclasses
import time

import numpy as np
import pytest

from filmcomposer_core.contracts.clip import Curves
from filmcomposer_core.contracts.labels import IDIOMS
from filmcomposer_core.contracts.score import Melody, Score
from tests import samples
from tests.core.assessment import material
from tests.core.assessment.material import cue, scores, theme


def test_an_empty_theme_is_refused_where_a_melody_is_planned() -> None:
    found = theme(melody=Melody(notes=()))
    assert not found.accepted
    assert scores(found)[1] == 0.0


def test_an_empty_theme_is_right_where_none_is_planned() -> None:
    plan = material.plan("Cm | Db | Cm | Db", mode="phrygian", idiom="dread", texture="drone+pad")
    music = dataclasses.replace(samples.description().music, mode_brightness=-2.0)
    description = dataclasses.replace(samples.description(), music=music)
    assert theme(melody=Melody(notes=()), plan=plan, description=description).accepted


@pytest.mark.parametrize("idiom", IDIOMS)
def test_one_gesture_can_be_accepted_in_every_idiom(idiom: str) -> None:
    plan = material.plan("Cm", mode="aeolian", idiom=idiom)
    music = dataclasses.replace(samples.description().music, mode_brightness=-1.0)
    description = dataclasses.replace(samples.description(), music=music)
    still = Curves(
        time_s=np.array([0.0]),
        **{
            name: np.zeros(1)
            for name in ("motion", "flow_x", "flow_y", "luma", "contrast", "saturation", "arousal")
        },
    )
    found = theme(
        melody=material.line((0.0, 2.0, 60)),
        plan=plan,
        description=description,
        curves=still,
        spots=(),
    )
    assert [c.id for c in found.criteria if c.verdict == "poor" and c.id != 16] == []


def test_a_silent_plan_is_judged_without_complaint() -> None:
    base = material.plan("N.C. | N.C.")
    silent = dataclasses.replace(base.sections[0], silence=True, texture="")
    found = cue(
        plan=dataclasses.replace(base, sections=(silent,)),
        melody=Melody(notes=()),
        score=Score(measures=(), parts=()),
        scheme=dataclasses.replace(samples.scheme(), tracks=()),
    )
    assert len(found.criteria) == 19


def test_what_cannot_be_judged_has_no_score_and_no_part_in_the_total() -> None:
    found = theme(plan=material.plan("C | F"), melody=material.line((0.0, 2.0, 60), (4.0, 2.0, 65)))
    unjudged = [c for c in found.criteria if c.evidence.startswith("Not judged")]
    assert {5, 6, 11, 13, 14} <= {c.id for c in unjudged}
    assert {(c.score, c.verdict) for c in unjudged} == {(None, "not judged")}
    given = [c.score for c in found.criteria if c.score is not None]
    assert found.musicality == pytest.approx(sum(given))
    assert found.judged == len(given) == 19 - 4 - len(unjudged)
    assert found.mean == pytest.approx(sum(given) / len(given))


def test_a_last_chord_held_beyond_the_plan_is_no_fault() -> None:
    plan = material.plan("C | C", idiom="mystery")
    short = material.line((0.0, 4.0, 60), (4.0, 4.0, 64))
    held = material.line((0.0, 4.0, 60), (4.0, 7.0, 64))
    judged = [
        cue(
            plan=plan,
            melody=melody,
            score=dataclasses.replace(
                samples.score(),
                parts=tuple(
                    dataclasses.replace(part, notes=melody.notes) for part in samples.score().parts
                ),
            ),
        )
        for melody in (short, held)
    ]
    assert scores(judged[0])[7] == scores(judged[1])[7]


def long_cue(minutes: int) -> dict[str, object]:
    bars = 30 * minutes
    base = material.plan(" | ".join(["C", "F", "Am", "G"] * (bars // 4)))
    seconds = 60.0 * minutes
    time_s = np.arange(int(24 * seconds)) / 24
    flat = np.full(time_s.size, 0.4)
    curves = Curves(
        time_s=time_s,
        motion=0.3 + 0.2 * np.sin(time_s),
        flow_x=flat,
        flow_y=flat,
        luma=flat,
        contrast=flat,
        saturation=flat,
        arousal=flat,
    )
    rng = np.random.default_rng(1)
    pitches = rng.choice([60, 62, 64, 65, 67, 69, 71, 72], bars * 8).tolist()
    melody = material.line(*[(0.5 * i, 0.5, p) for i, p in enumerate(pitches)])
    score = samples.score()
    parts = tuple(dataclasses.replace(part, notes=melody.notes) for part in score.parts)
    return {
        "plan": base,
        "curves": curves,
        "melody": melody,
        "score": Score(measures=score.measures, parts=parts),
    }


def test_a_minute_is_assessed_in_less_than_half_a_second() -> None:
    inputs = long_cue(1)
    start = time.perf_counter()
    cue(**inputs)
    assert time.perf_counter() - start < 0.5


def test_time_grows_no_faster_than_length() -> None:
    inputs = [long_cue(1), long_cue(16)]
    taken = []
    for each in inputs:
        start = time.perf_counter()
        cue(**each)
        taken.append(time.perf_counter() - start)
    assert taken[1] < 16 * 3 * taken[0]
