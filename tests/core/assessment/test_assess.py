from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest

from filmcomposer_core.assessment.criteria import CRITERIA, bars_text, ramp, verdict_of
from filmcomposer_core.contracts.codec import build, dump_json, parse_json
from filmcomposer_core.contracts.score import Melody, Note, Part, Score
from filmcomposer_core.contracts.tempo import TempoMap, TempoPoint
from filmcomposer_core.contracts.verdict import Assessment
from tests import samples
from tests.core.assessment import material
from tests.core.assessment.material import cue, scores, theme


def wish(found: Assessment, number: int) -> str:
    return next(w for w in found.wishes if w.startswith(f"{number}: "))


def with_part(part_id: str, **changes: object) -> Score:
    score = samples.score()
    parts = [dataclasses.replace(p, **changes) if p.id == part_id else p for p in score.parts]
    return Score(measures=score.measures, parts=tuple(parts))


def test_the_criteria_are_those_of_table_1() -> None:
    assert [c.id for c in CRITERIA] == list(range(1, 20))
    agents = [c.agent for c in CRITERIA]
    counts = {agent: agents.count(agent) for agent in dict.fromkeys(agents)}
    assert counts == {"Mode": 2, "Melody": 4, "Harmony": 4, "Rhythm": 4, "Emotion": 5}


@pytest.mark.parametrize(
    ("value", "fail", "good", "score"),
    [(0.7, 0.6, 0.8, 0.5), (0.5, 0.6, 0.8, 0.0), (0.9, 0.6, 0.8, 1.0), (3.9, 4.5, 3.3, 0.5),
     (float("nan"), 0.0, 1.0, 0.0)],
)  # fmt: skip
def test_ramps_run_both_ways(value: float, fail: float, good: float, score: float) -> None:
    assert ramp(value, fail, good) == pytest.approx(score)


def test_verdicts_and_bars_in_words() -> None:
    assert [verdict_of(s) for s in (None, 0.39, 0.4, 0.69, 0.7)] == [
        "pending", "poor", "fair", "fair", "good",
    ]  # fmt: skip
    assert bars_text([5, 6, 7, 11]) == "bars 5-7, 11"
    assert bars_text([4]) == "bar 4"


def test_a_theme_waits_for_the_criteria_of_the_orchestra() -> None:
    found = theme()
    pending = [c.id for c in found.criteria if c.verdict == "pending"]
    assert pending == [9, 10, 18, 19]
    assert found.musicality == pytest.approx(sum(scores(found).values()), abs=1e-3)
    assert found.accepted


def test_a_cue_is_given_all_nineteen() -> None:
    found = cue()
    assert len(scores(found)) == 19
    assert found.accepted
    assert all(c.evidence.endswith(".") for c in found.criteria)


def test_an_assessment_goes_through_its_file() -> None:
    found = cue()
    assert build(Assessment, parse_json(dump_json(found), where="a"), where="a") == found


def test_the_same_input_gives_the_same_assessment() -> None:
    assert cue() == cue()
    assert theme() == theme()


def test_foreign_tones_cloud_the_mode_and_are_named_with_their_bars() -> None:
    rng = np.random.default_rng(5)
    notes = [
        dataclasses.replace(note, pitch=int(rng.integers(58, 80)))
        for note in samples.melody().notes
    ]
    found = theme(melody=Melody(notes=tuple(notes)))
    assert scores(found)[1] < 0.7
    assert scores(found)[7] < 0.7
    assert "foreign to C ionian" in wish(found, 1)
    assert "bar" in wish(found, 7)
    assert not found.accepted


def test_two_chords_are_too_few() -> None:
    found = theme(plan=material.plan("C | G | C | G | C | G | C | G | C | C"))
    assert scores(found)[4] < 0.7
    assert "only 2 chords in bars 1-10; use vi or ii" in wish(found, 4)


def test_chords_that_follow_nothing_are_named() -> None:
    plan = material.plan("C | F#dim | Abm | Bdim | Fm | C#dim | C | Ebdim | F | C")
    found = theme(plan=plan)
    assert scores(found)[3] < 0.4
    assert "passing chord" in wish(found, 3)


def test_one_bar_played_again_and_again_is_not_varied() -> None:
    bar = [(0.0, 1.0, 60), (1.0, 1.0, 64), (2.0, 2.0, 67)]
    notes = [(4.0 * k + b, n, p) for k in range(10) for b, n, p in bar]
    found = theme(melody=material.line(*notes))
    assert scores(found)[5] < 0.7
    assert scores(found)[6] == 1.0
    assert scores(found)[13] < 0.4
    assert "vary bars 2-10" in wish(found, 5)


def test_a_motif_that_never_comes_back_is_missed() -> None:
    rng = np.random.default_rng(3)
    notes = []
    for bar in range(10):
        cuts = sorted(rng.choice(np.arange(1, 16), 4, replace=False).tolist())
        edges = [0, *cuts, 16]
        for a, b in itertools.pairwise(edges):
            pitch = int(rng.choice([60, 62, 64, 65, 67, 69, 71, 72]))
            notes.append((4.0 * bar + a / 4, (b - a) / 4, pitch))
    found = theme(melody=material.line(*notes))
    assert scores(found)[6] == 0.0
    assert scores(found)[14] == 0.0
    assert wish(found, 6) == "6: restate the motif in bars 5, 9"
    assert "with the motif itself" in wish(found, 14)


def test_a_wavering_tempo_is_no_consistent_beat_but_does_not_ask_for_another_theme() -> None:
    points = tuple(
        TempoPoint(time_s=2.0 * i, bpm=120.0 if i % 2 else 90.0, ramp=False, num=4, den=4)
        for i in range(10)
    )
    wavering = TempoMap(rank=1, kind="piecewise", first_bar=1, cost=0, points=points, hits=())
    found = theme(tempo_map=wavering)
    assert scores(found)[12] < 0.7
    assert "12: fit the hits with less warping" in wish(found, 12)


def test_a_dark_mode_does_not_fit_a_bright_picture() -> None:
    music = dataclasses.replace(samples.description().music, mode_brightness=2.0)
    description = dataclasses.replace(samples.description(), music=music)
    plan = material.plan("Cm | Db | Cm | Db | Cm | Db | Cm | Db | Cm | Cm", mode="phrygian")
    found = theme(plan=plan, description=description)
    assert scores(found)[15] == 0.0
    assert wish(found, 15).startswith("15: take a brighter mode, such as ionian")


def test_chords_that_rise_with_the_tension_fit_better() -> None:
    rising = material.plan("C | C | Am | F | Dm | F | G | G7 | Bdim | Bdim")
    falling = material.plan("Bdim | Bdim | G7 | G | F | Dm | F | Am | C | C")
    assert scores(theme(plan=rising))[16] > scores(theme(plan=falling))[16] + 0.3


def test_a_tempo_outside_the_wanted_range_is_named() -> None:
    music = dataclasses.replace(samples.description().music, bpm_low=50.0, bpm_high=70.0)
    description = dataclasses.replace(samples.description(), music=music)
    assert "take a slower tempo" in wish(theme(description=description), 17)


def test_notes_out_of_range_fail_the_orchestration() -> None:
    low = tuple(dataclasses.replace(n, pitch=30) for n in samples.melody().notes)
    found = cue(score=with_part("violins", notes=low))
    assert scores(found)[9] <= 0.2
    assert "Violins has" in wish(found, 9)
    assert not found.accepted


def test_a_buried_theme_is_to_be_brought_out() -> None:
    soft = tuple(dataclasses.replace(n, velocity=25) for n in samples.melody().notes)
    found = cue(score=with_part("violins", notes=soft))
    assert "bring the theme out in bars" in wish(found, 10)
    assert scores(found)[10] < scores(cue())[10] + 1e-9


def test_wrong_instruments_and_techniques_are_named() -> None:
    scheme = samples.scheme()
    tracks = [
        dataclasses.replace(t, instrument="music_box", technique="sustain")
        if t.id == "horns"
        else t
        for t in scheme.tracks
    ]
    found = cue(scheme=dataclasses.replace(scheme, tracks=tuple(tracks)))
    assert scores(found)[18] < scores(cue())[18]
    tracks = [dataclasses.replace(t, technique="staccato") for t in scheme.tracks]
    found = cue(scheme=dataclasses.replace(scheme, tracks=tuple(tracks)))
    assert scores(found)[19] < 0.4
    assert "(staccato)" in wish(found, 19)
    assert not found.accepted


def test_clusters_are_not_harmonious_but_dread_may_have_its_scale() -> None:
    cluster = tuple(
        Note(beat=4.0 * bar, length=4.0, pitch=p, velocity=60)
        for bar in range(10)
        for p in (60, 61, 62)
    )
    score = with_part("horns", notes=cluster)
    assert scores(cue(score=score))[7] < 0.4
    plan = material.plan(" | ".join(["C5"] * 10), mode="octatonic", idiom="dread")
    third = tuple(dataclasses.replace(n, pitch={60: 60, 61: 61, 62: 63}[n.pitch]) for n in cluster)
    low = (Part(id="horns", name="H", role="pad", instrument="horns_a4", technique="sustain",
                notes=third),)  # fmt: skip
    scheme = dataclasses.replace(samples.scheme(), tracks=())
    dread = cue(
        score=Score(measures=score.measures, parts=low),
        melody=Melody(notes=()),
        plan=plan,
        scheme=scheme,
    )
    assert scores(dread)[7] == 1.0
    assert scores(dread)[1] == 1.0
