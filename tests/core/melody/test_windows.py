"""Windows over any length."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_core.melody.windows import windows


@given(st.integers(1, 40_000), st.floats(0.02, 40.0), st.sampled_from([10.0, 50.0, 75.0]))
def test_every_frame_is_written_once_and_no_window_is_too_long(
    frames: int, window_s: float, frame_rate: float
) -> None:
    plan = windows(frames, frame_rate=frame_rate, window_s=window_s)
    longest = max(1, round(window_s * frame_rate))
    assert plan[0].begin == plan[0].written == 0
    assert plan[-1].end == frames
    for window in plan:
        assert 0 <= window.begin <= window.written < window.end
        assert window.end - window.begin <= longest
    for before, after in pairwise(plan):
        assert after.written == before.end
        assert before.begin <= after.begin
        # It goes on from two fifths of a window or 12 s, whichever is less.
        assert after.written - after.begin == min(round(12.0 * frame_rate), 2 * longest // 5)


def test_three_minutes_by_hand() -> None:
    # 1,500 frames at first, then 900 new ones each: 1,500 + 9 * 900 = 9,600 >= 9,000.
    plan = windows(9_000, frame_rate=50.0)
    assert len(plan) == 10
    assert (plan[1].begin, plan[1].written, plan[1].end) == (900, 1_500, 2_400)
