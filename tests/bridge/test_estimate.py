"""How far and how long: the laws of the estimate, and one run worked by hand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_bridge.estimate import SHARES, Estimate, last_command, stages_of
from filmcomposer_core.stages import STAGES

NAMES = [name for name, _, _ in SHARES]


def test_the_shares_name_the_stages_of_the_pipeline_and_make_a_whole() -> None:
    assert [(name, of) for name, of, _ in SHARES] == [(s.name, s.command) for s in STAGES]
    assert sum(share for _, _, share in SHARES) == pytest.approx(1000.0)


def test_a_command_counts_the_stages_up_to_it() -> None:
    assert list(stages_of("see")) == ["see"]
    assert list(stages_of("build")) == NAMES[: NAMES.index("project") + 1]
    assert list(stages_of("score")) == NAMES == list(stages_of("report"))


def test_a_score_that_ends_early_counts_what_it_does() -> None:
    assert last_command("score", {}) == "score"
    assert last_command("score", {"until": "tempo"}) == "tempo"
    assert last_command("mix", {"seed": 1}) == "mix"


steps = st.lists(
    st.tuples(
        st.sampled_from(["started", "moved", "ended", "skipped"]),
        st.sampled_from([*NAMES, "unknown"]),
        st.floats(-1.0, 2.0),
        st.floats(0.0, 100.0),
    ),
    max_size=60,
)


@given(steps=steps, command=st.sampled_from(["score", *(of for _, of, _ in SHARES)]))
def test_the_fraction_never_falls_and_stays_in_bounds(
    steps: list[tuple[str, str, float, float]], command: str
) -> None:
    estimate, now, before = Estimate(command), 0.0, 0.0
    for what, stage, fraction, passed in steps:
        now += passed
        if what == "started":
            estimate.started(stage, now_s=now)
        elif what == "moved":
            estimate.moved(stage, fraction, now_s=now)
        else:
            estimate.ended(stage, ran=what == "ended", now_s=now)
        assert before <= estimate.fraction <= 1.0
        before = estimate.fraction
        left = estimate.seconds_left(now_s=now)
        assert left is None or 0.0 <= left < float("inf")


@given(skipped=st.sets(st.sampled_from(NAMES), max_size=len(NAMES) - 1))
def test_all_stages_done_is_the_whole_whatever_was_up_to_date(skipped: set[str]) -> None:
    estimate = Estimate("score")
    for now, stage in enumerate(NAMES):
        estimate.ended(stage, ran=stage not in skipped, now_s=float(now))
    assert estimate.fraction == pytest.approx(1.0)


def test_what_was_up_to_date_is_no_work_done() -> None:
    estimate = Estimate("score")
    for stage in NAMES[:-1]:
        estimate.ended(stage, ran=False, now_s=0.1)
        assert estimate.fraction == 0.0
    estimate.started("report", now_s=0.1)
    estimate.moved("report", 0.5, now_s=1.1)
    assert estimate.fraction == pytest.approx(0.5)


def steady(seconds: float, *, upto: float, tick_s: float = 0.1) -> tuple[Estimate, float]:
    """Run every stage at the speed of its share until a share of the whole is done."""
    estimate, now, done = Estimate("score"), 0.0, 0.0
    whole: dict[str, Any] = stages_of("score")
    for stage, weight in whole.items():
        start, length = now, seconds * weight / 1000.0
        estimate.started(stage, now_s=now)
        while now < start + length:
            now += tick_s
            if now / seconds >= upto:
                return estimate, now
            estimate.moved(stage, (now - start) / length, now_s=now)
        estimate.ended(stage, ran=True, now_s=now)
        done += weight
    return estimate, now


@pytest.mark.parametrize("upto", [0.2, 0.4, 0.6, 0.8])
def test_work_at_the_measured_shares_is_foretold(upto: float) -> None:
    estimate, now = steady(100.0, upto=upto)
    left = estimate.seconds_left(now_s=now)
    assert left == pytest.approx(100.0 - now, rel=0.05)


def test_no_guess_before_there_is_something_to_go_by() -> None:
    estimate = Estimate("score")
    assert estimate.seconds_left(now_s=0.0) is None
    estimate.started("see", now_s=0.0)
    estimate.moved("see", 0.01, now_s=1.0)
    assert estimate.seconds_left(now_s=1.0) is None


def test_the_time_left_runs_down_through_a_silence_and_not_below_zero() -> None:
    estimate, now = steady(100.0, upto=0.9)
    first, later = estimate.seconds_left(now_s=now), estimate.seconds_left(now_s=now + 3.0)
    assert first is not None
    assert later == pytest.approx(first - 3.0)
    assert estimate.seconds_left(now_s=now + 50.0) == 0.0


def test_a_night_asleep_is_not_taken_for_work() -> None:
    estimate, now = steady(100.0, upto=0.5)
    now += 8 * 3600.0
    estimate.moved("render", 0.999, now_s=now)
    left = estimate.seconds_left(now_s=now)
    assert left is not None
    assert left < 200.0
