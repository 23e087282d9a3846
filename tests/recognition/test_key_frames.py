"""Which frames are looked at, on curves made by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmcomposer_core.contracts.clip import Analysis, Curves
from filmcomposer_core.recognition.key_frames import (
    MOST_A_SECOND,
    MOST_A_SHOT,
    KeyFrame,
    choose_key_frames,
    shot_frames,
)
from tests import samples

FPS = 24


def film(
    *lengths_s: float, motion: float = 0.0, times_s: np.ndarray | None = None, cut: str = "cut"
) -> tuple[Analysis, Curves]:
    """Return shots one after the other, all of one even motion and light."""
    ends = np.cumsum(lengths_s)
    times = np.arange(round(float(ends[-1]) * FPS)) / FPS if times_s is None else times_s
    flat = np.full(times.size, 0.4)
    curves = Curves(
        time_s=times, motion=np.full(times.size, motion), flow_x=0 * flat, flow_y=0 * flat,
        luma=flat, contrast=0.5 * flat, saturation=flat, arousal=flat,
    )  # fmt: skip
    model = samples.analysis()
    shots = tuple(
        replace(model.shots[0], start_s=float(end - length), end_s=float(end), cut=cut)
        for end, length in zip(ends, lengths_s, strict=True)
    )
    return Analysis(clip=replace(model.clip, duration_s=float(ends[-1])), shots=shots), curves


def times_of(keys: tuple[KeyFrame, ...], curves: Curves, shot: int = 1) -> list[float]:
    return [float(curves.time_s[key.frame]) for key in keys if key.shot == shot]


def test_a_short_shot_has_one_and_a_longer_moving_one_has_two() -> None:
    assert [key.shot for key in choose_key_frames(*film(0.5, 1.2, 0.3, motion=0.8))] == [1, 2, 2, 3]


def test_a_still_minute_has_few_and_a_moving_one_all() -> None:
    assert len(choose_key_frames(*film(60.0))) == 5  # 1 + log2(1 + 60 / 4)
    assert len(choose_key_frames(*film(60.0, motion=0.1))) == MOST_A_SHOT


def test_more_motion_means_more_key_frames() -> None:
    counts = [len(choose_key_frames(*film(5.0, motion=m))) for m in (0.0, 0.05, 0.1, 0.3, 1.0)]
    assert counts == sorted(counts)
    assert (counts[0], counts[-1]) == (2, MOST_A_SHOT)


def test_light_that_changes_is_content() -> None:
    analysis, curves = film(6.0)
    risen = replace(curves, luma=np.where(curves.time_s < 3.0, 0.1, 0.9))
    assert len(choose_key_frames(analysis, risen)) > len(choose_key_frames(analysis, curves))
    flicker = np.where(np.arange(curves.time_s.size) % 2, 0.35, 0.45)
    shimmering = replace(curves, luma=flicker)
    assert len(choose_key_frames(analysis, shimmering)) == len(choose_key_frames(analysis, curves))


def test_key_frames_gather_where_something_happens_but_not_only_there() -> None:
    analysis, curves = film(20.0)
    busy = replace(curves, motion=np.where(curves.time_s >= 15.0, 0.5, 0.0))
    late = [t >= 15.0 for t in times_of(choose_key_frames(analysis, busy), curves)]
    assert 3 <= sum(late) < len(late)


def test_even_content_is_looked_at_evenly() -> None:
    analysis, curves = film(12.0, motion=0.2)
    steps = np.diff(times_of(choose_key_frames(analysis, curves), curves))
    assert steps.size == MOST_A_SHOT - 1
    np.testing.assert_allclose(steps, 12.0 / MOST_A_SHOT, rtol=0.15)


def test_a_still_moment_near_by_is_taken() -> None:
    analysis, curves = film(1.0, motion=2.0)  # places at a quarter and three quarters
    still = replace(curves, motion=np.where(np.isin(np.arange(FPS), [6, 17]), 0.0, 2.0))
    assert [key.frame for key in choose_key_frames(analysis, still)] == [6, 17]


def test_key_frames_keep_away_from_cuts_and_further_from_dissolves() -> None:
    analysis, curves = film(4.0, 4.0, 4.0, motion=1.0)
    cut = times_of(choose_key_frames(analysis, curves), curves, 2)
    assert cut[0] - 4.0 >= 0.12
    assert 8.0 - cut[-1] >= 0.12
    soft = Analysis(
        clip=analysis.clip, shots=tuple(replace(shot, cut="dissolve") for shot in analysis.shots)
    )
    dissolve = times_of(choose_key_frames(soft, curves), curves, 2)
    assert dissolve[0] - 4.0 >= 0.6
    assert 8.0 - dissolve[-1] >= 0.6


def test_key_frames_keep_out_of_a_fade() -> None:
    analysis, curves = film(6.0, motion=0.5)
    risen = np.clip((curves.time_s - 1.0) / 2.0, 0.0, 1.0)  # black for 1 s, half there at 2 s
    found = times_of(choose_key_frames(analysis, replace(curves, contrast=0.3 * risen)), curves)
    assert min(found) >= 2.0


def test_a_black_shot_is_looked_at_once_all_the_same() -> None:
    analysis, curves = film(0.6)
    black = replace(curves, contrast=0 * curves.contrast, luma=0 * curves.luma)
    assert len(choose_key_frames(analysis, black)) == 1


def test_shots_are_found_by_their_times_at_a_variable_frame_rate() -> None:
    times = np.array([0.0, 0.04, 0.5, 1.0, 1.04, 1.08, 1.5, 3.0, 3.5])
    analysis, curves = film(1.0, 2.0, 1.0, times_s=times)
    assert shot_frames(analysis, curves) == [(0, 3), (3, 7), (7, 9)]
    chosen = choose_key_frames(analysis, curves)
    assert all(a <= k.frame < b for k, (a, b) in ((k, _span(k)) for k in chosen))


def _span(key: KeyFrame) -> tuple[int, int]:
    return [(0, 3), (3, 7), (7, 9)][key.shot - 1]


@pytest.mark.parametrize(
    ("fps", "ahead"), [(12, (1, 2)), (24, (1, 2)), (25, (1, 2)), (30, (1, 2)), (48, (2, 4))]
)
def test_the_flow_spans_a_24th_of_a_second_or_a_frame(fps: int, ahead: tuple[int, int]) -> None:
    analysis, curves = film(0.9, times_s=np.arange(fps) / fps)
    (key,) = choose_key_frames(analysis, curves)
    assert tuple(index - key.frame for index in key.later) == ahead


def test_the_flow_stays_in_the_shot() -> None:
    times = np.array([0.0, 0.5, 0.54, 1.0])
    analysis, curves = film(0.5, 0.1, 0.9, times_s=times)
    keys = choose_key_frames(analysis, curves)
    assert [(key.frame, key.later) for key in keys] == [(0, ()), (1, (2,)), (3, ())]


@settings(max_examples=60, deadline=None)
@given(
    lengths=st.lists(st.floats(0.2, 30.0), min_size=1, max_size=8),
    seed=st.integers(0, 99),
    cut=st.sampled_from(["cut", "fade", "dissolve"]),
)
def test_laws(lengths: list[float], seed: int, cut: str) -> None:
    rng = np.random.default_rng(seed)
    analysis, curves = film(*lengths, cut=cut)
    size = curves.time_s.size
    curves = replace(
        curves, motion=rng.random(size) ** 3, luma=rng.random(size), contrast=rng.random(size)
    )
    chosen = choose_key_frames(analysis, curves)
    assert chosen == choose_key_frames(analysis, curves)
    frames = [key.frame for key in chosen]
    assert frames == sorted(set(frames))
    for number, (start, end) in enumerate(shot_frames(analysis, curves), start=1):
        own = [key for key in chosen if key.shot == number]
        most = max(1, MOST_A_SECOND * lengths[number - 1] + 1e-9)
        assert 1 <= len(own) <= min(MOST_A_SHOT, most)
        assert all(start <= key.frame < end for key in own)
        assert all(key.frame < later < end for key in own for later in key.later)
