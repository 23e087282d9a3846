from __future__ import annotations

import numpy as np
import pytest

from filmcomposer_core.contracts.clip import Curves
from filmcomposer_core.rhythm.by_rules import by_rules
from filmcomposer_core.rhythm.motion import motion_per_bar, ranks
from tests.core.rhythm.made import FPS, bars_of, curves_of


def test_speed_and_saliency_by_hand() -> None:
    none = np.zeros(4)
    motion = np.array([1.0, 3.0, 2.0, 6.0])
    curves = Curves(
        time_s=np.arange(4) / 2, motion=motion, flow_x=none, flow_y=none, luma=none,
        contrast=none, saturation=none, arousal=none,
    )  # fmt: skip
    first, second = motion_per_bar(curves, bars_of(2, bar_s=1.0))
    assert (first.speed, second.speed) == (2.0, 4.0)  # Eq. 4: (1 + 3) / 2, (2 + 6) / 2
    assert (first.saliency, second.saliency) == (2.0, 4.0)  # Eq. 5: 3 - 1 alone, 6 - 2 alone
    assert (first.speed_rank, second.speed_rank) == (0.0, 1.0)


def test_bars_after_the_picture_do_not_move() -> None:
    bars = motion_per_bar(curves_of(1.0), bars_of(3))
    assert [bar.speed for bar in bars] == [1.0, 0.0, 0.0]


def test_equal_values_share_a_rank() -> None:
    assert ranks([2.0, 2.0, 2.0]) == [0.5, 0.5, 0.5]
    assert ranks([5.0]) == [0.5]
    assert ranks([1.0, 0.0, 2.0]) == [0.5, 0.0, 1.0]


def test_rules_strike_where_the_motion_rises() -> None:
    curves = curves_of(1.0, 0.5)
    curves.motion[FPS // 2 : 2 * FPS] += 1.0  # rises at 0.5 s, the second quarter of the first bar
    points = by_rules(bars_of(2), curves)
    assert 96 in {point.start for point in points[0]}


def test_rules_write_more_where_the_picture_moves_more_and_keep_hits() -> None:
    rows = by_rules(bars_of(4, hits=(100,)), curves_of(1.0, 2.0, 3.0, 4.0, rise=0.1))
    counts = [len(row) for row in rows]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]
    assert all({0, 100} <= {point.start for point in row} for row in rows)
    assert all(sum(point.length for point in row) == 384 for row in rows)


@pytest.mark.parametrize("count", [1, 3])
def test_rules_are_stronger_where_motion_starts_up(count: int) -> None:
    curves = curves_of(*[1.0] * count, *[3.0] * count, rise=0.5)
    rows = by_rules(bars_of(2 * count), curves)
    levels = [max(point.level for point in row) for row in rows]
    assert max(levels[:count]) < min(levels[count:])
