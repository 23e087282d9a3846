from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from filmcomposer_core.tempo.meters import Meter, parse_meter
from filmcomposer_core.tempo.path import LEAST_OFFSET_S, Path, constant_path, lead_in, points_of
from filmcomposer_core.timeline import Timeline


def path(
    start: list[float], end: list[float], *, meter: str = "4/4", offset_s: float = 0.0
) -> Path:
    shape: Meter = parse_meter(meter)
    s, e = np.array(start), np.array(end)
    return Path(
        offset_s=offset_s,
        meter=shape,
        num=np.full(len(s), shape.num),
        den=np.full(len(s), shape.den),
        start_bpm=s,
        end_bpm=e,
        ramp=s != e,
        written=np.zeros(len(s), dtype=np.bool_),
    )


@given(st.floats(LEAST_OFFSET_S, 12.0), st.floats(30.0, 260.0))
@example(LEAST_OFFSET_S, 260.0)
@example(12.0, 30.0)
def test_lead_in_lasts_its_offset_at_a_playable_tempo(offset_s: float, bpm: float) -> None:
    point = lead_in(offset_s, bpm=bpm)
    assert point.num * 240.0 / point.den / point.bpm == pytest.approx(offset_s, abs=2e-9)
    assert 30.0 - 1e-6 <= point.bpm <= 260.0 + 1e-6
    assert point.time_s == 0.0


def test_lead_in_of_a_bar_keeps_the_tempo_of_the_cue() -> None:
    point = lead_in(2.0, bpm=120.0)
    assert (point.num, point.den, point.bpm) == (4, 4, 120.0)
    eighth = lead_in(0.25, bpm=120.0)
    assert (eighth.num, eighth.den, eighth.bpm) == (1, 8, 120.0)


def test_a_constant_path_is_one_point() -> None:
    found = constant_path(meter=parse_meter("4/4"), bpm=120.0, offset_s=0.0, duration_s=20.0)
    points, first_bar = points_of(found)
    assert first_bar == 1
    assert [(p.time_s, p.bpm) for p in points] == [(0.0, 120.0)]
    assert len(found.num) == 10


def test_an_offset_becomes_a_silent_first_bar() -> None:
    found = constant_path(meter=parse_meter("6/8"), bpm=120.0, offset_s=0.3, duration_s=20.0)
    points, first_bar = points_of(found)
    assert first_bar == 2
    assert points[1].time_s == 0.3
    assert (points[1].num, points[1].den) == (6, 8)
    assert Timeline(points).bars_until(20.0)[1].start_s == pytest.approx(0.3, abs=1e-9)


def test_bars_of_a_path_are_the_bars_of_its_points() -> None:
    found = path(
        [100.0, 100.0, 103.0, 103.0, 106.0, 104.0],
        [100.0, 100.0, 103.0, 106.0, 104.0, 104.0],
        offset_s=0.777,
    )
    points, first_bar = points_of(found)
    bars = Timeline(points).bars_until(float(found.starts_s[-1]) + 0.01)
    starts = [bar.start_s for bar in bars][first_bar - 1 :]
    assert starts == pytest.approx(found.starts_s.tolist(), abs=1e-8)
    assert sum(p.ramp for p in points) == 2


def test_a_ramp_in_the_last_bar_ends_in_a_point() -> None:
    points, _ = points_of(path([100.0, 100.0], [100.0, 90.0]))
    assert [p.ramp for p in points] == [False, True, False]
    assert points[-1].bpm == 90.0
    assert points[-1].time_s == pytest.approx(2.4 + 480.0 / 190.0)


@given(
    st.lists(st.floats(60.0, 180.0), min_size=2, max_size=40),
    st.sampled_from(["4/4", "3/4", "6/8", "7/8"]),
    st.floats(LEAST_OFFSET_S, 3.0),
)
def test_rounding_never_adds_up(tempi: list[float], meter: str, offset_s: float) -> None:
    found = path(tempi, tempi, meter=meter, offset_s=offset_s)
    points, first_bar = points_of(found)
    bars = Timeline(points).bars_until(float(found.starts_s[-1]) - 0.01)
    starts = np.array([bar.start_s for bar in bars][first_bar - 1 :])
    assert np.abs(starts - found.starts_s[:-1]).max() < 1e-8
