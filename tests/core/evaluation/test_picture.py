from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmcomposer_core.contracts.score import Controller
from filmcomposer_core.evaluation import follow, sync
from filmcomposer_core.evaluation.controls import shifted
from filmcomposer_core.evaluation.heard import SILENT_DB, Heard, cluster, heard_score
from filmcomposer_core.evaluation.piece import Voice, notes_from, piece_of_lines
from tests import samples
from tests.core.evaluation.pieces import crotchets, cue, tune

DURATION_S = 20.0


def heard(times: list[float], weights: list[float], level: float = 0.0) -> Heard:
    return Heard(
        times_s=np.array(times),
        weights=np.array(weights),
        level_db=np.full(200, level),
        duration_s=DURATION_S,
    )


def pulse(*accented: int) -> Heard:
    """An onset every half second, some of them heavy."""
    return heard([0.5 * i for i in range(40)], [90.0 if i in accented else 50.0 for i in range(40)])


def test_onsets_that_begin_together_are_one_and_weigh_their_sum() -> None:
    times, weights = cluster(np.array([1.0, 1.02, 3.0]), np.array([30.0, 10.0, 7.0]))
    assert times.tolist() == pytest.approx([1.005, 3.0])
    assert weights.tolist() == [40.0, 7.0]


def test_accents_are_the_heaviest_fifth_around_and_of_equals_none() -> None:
    assert np.flatnonzero(sync.accents(pulse(8, 24))).tolist() == [8, 24]
    assert not sync.accents(pulse()).any()
    # Four heavy ones within four seconds of seventeen onsets are more than a fifth.
    assert np.flatnonzero(sync.accents(pulse(8, 9, 10, 11))).tolist() == []


def test_hits_within_a_frame_are_met_and_beyond_it_not() -> None:
    onsets = np.array([1.0, 5.0])
    hits = np.array([1.04, 5.05, 9.0])
    assert sync.hit_share(onsets, hits, reach_s=0.04) == pytest.approx(1 / 3)
    assert math.isnan(sync.hit_share(onsets, np.zeros(0), reach_s=0.04))


def test_accents_on_the_hits_lift_and_dense_notes_alone_do_not() -> None:
    hits = np.array([4.0, 12.0])
    met = sync.meeting(pulse(8, 24), hits, fps=25)
    assert (met.rate, met.accent_rate) == (1.0, 1.0)
    # Two accents of 0.08 s each in 20 s are met by chance in 0.8 % of the shifts.
    assert met.accent_chance == pytest.approx(2 * 0.08 / 20, rel=0.4)
    assert met.chance == pytest.approx(0.08 / 0.5, rel=0.15)
    dense = heard([0.05 * i for i in range(400)], [50.0] * 400)
    assert sync.meeting(dense, hits, fps=25).onset_lift == pytest.approx(1.0)


@settings(max_examples=25, deadline=None)
@given(by=st.floats(0.3, 3.4))
def test_moving_the_music_away_lowers_the_lift(by: float) -> None:
    hits, music = np.array([4.0, 12.0]), pulse(8, 24)
    assert sync.meeting(music.shifted(by), hits, fps=25).lift == 0.0
    assert sync.meeting(music, hits, fps=25).lift > 10


def test_chance_does_not_know_where_the_music_begins() -> None:
    hits = np.array([4.0, 12.0])
    there, here = (sync.meeting(m, hits, fps=25) for m in (pulse(8, 24).shifted(1.7), pulse(8, 24)))
    assert there.chance == pytest.approx(here.chance, abs=0.02)


def test_a_shift_in_a_circle_keeps_every_onset() -> None:
    music = pulse(8, 24)
    moved = music.shifted(7.3)
    assert sorted(moved.weights.tolist()) == sorted(music.weights.tolist())
    assert np.all(np.diff(moved.times_s) >= 0)
    assert len(shifted(music)) == 7


def test_loudness_that_follows_motion_and_loudness_against_it() -> None:
    curves = samples.curves()
    speed = np.interp(np.arange(200) * 0.1, curves.time_s, curves.motion)
    with_it = dataclasses.replace(pulse(), level_db=40 * np.log10(speed + 0.01))
    against = dataclasses.replace(pulse(), level_db=-40 * np.log10(speed + 0.01))
    assert follow.loudness_motion(with_it, curves) > 0.9
    assert follow.loudness_motion(against, curves) < -0.6


def test_the_level_of_a_score() -> None:
    # Beats at 120 a minute: loud for 2 s, silent for 2 s, half the velocity for 2 s.
    loud = notes_from([(0.0, 4.0, 60)], velocity=127)
    soft = notes_from([(8.0, 4.0, 60)], velocity=64)
    piece = piece_of_lines([loud, soft], num=4, den=4, bpm=120.0)
    found = heard_score(piece, duration_s=8.0)
    assert found.level_db[[5, 15]].tolist() == pytest.approx([0.0, 0.0], abs=0.1)
    assert found.level_db[30] == SILENT_DB
    assert found.level_db[45] == pytest.approx(40 * math.log10(64 / 127))
    assert follow.silence_share(found) == pytest.approx(4 / 8)


def test_expression_and_fader_change_the_level() -> None:
    line = crotchets(*[60] * 8)
    ramp = (
        Controller(beat=0.0, number=11, value=127, ramp=True),
        Controller(beat=8.0, number=11, value=64),
    )
    voice = Voice(name="v", notes=line, controllers=ramp)
    faded = Voice(name="v", notes=line, fader=((0.0, 1.0), (8.0, 0.5)))
    base = tune(line)
    levels = [
        heard_score(dataclasses.replace(base, voices=(v,)), duration_s=4.8).level_db
        for v in (voice, faded)
    ]
    assert np.all(np.diff(levels[0]) < 0)
    # Notes of velocity 80 under a fader that has fallen by 6 dB.
    expected = 40 * math.log10(80 / 127) + 20 * math.log10(0.5)
    assert levels[1][-1] == pytest.approx(expected, abs=0.2)


def test_short_rests_are_no_silence() -> None:
    rows = [(0.5 * i, 0.3, 60) for i in range(16)]
    piece = piece_of_lines([notes_from(rows), notes_from(rows)], num=4, den=4, bpm=120.0)
    assert follow.silence_share(heard_score(piece, duration_s=4.0)) == 0.0


def test_notes_past_the_end_are_counted() -> None:
    piece = cue()
    assert follow.ending(piece, duration_s=60.0, fps=24)["ending_faults"] == 0
    short = follow.ending(piece, duration_s=5.0, fps=24)
    assert short["ending_faults"] > 0
    assert short["end_gap"] < 0
