from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from filmcomposer_core.tempo.hits import (
    best_place,
    ending_of,
    grouped,
    hit_cost,
    hits_of,
)
from filmcomposer_core.tempo.meters import ALTERNATIVES, ODD_BARS, meter_cost, parse_meter
from tests.core.tempo.lists import spot

FOUR = parse_meter("4/4")


def cost(hit_class: str, place: float, weight: float | str = 5.0, meter: str = "4/4") -> float:
    (hit,) = hits_of([spot(1, 1.0, weight, hit_class)], fps=Fraction(25), duration_s=9.0)
    shape = parse_meter(meter)
    # 120 quarter notes per minute: a frame of 40 ms is 0.08 quarter notes.
    return float(hit_cost(hit, np.array(place), bar=shape.bar, quarter_s=0.5, meter=shape))


def test_a_hit_on_its_place_costs_nothing() -> None:
    assert cost("downbeat", 0.0) == 0.0
    assert cost("downbeat", 4.0) == 0.0
    assert cost("beat", 3.0) == 0.0
    assert cost("any", 2.5) == 0.0


def test_lesser_places_forfeit_their_share_of_the_weight() -> None:
    assert cost("downbeat", 2.0) == pytest.approx(0.5 * 0.1)
    assert cost("downbeat", 1.0) == pytest.approx(0.5 * 0.2)
    assert cost("downbeat", 0.5) == pytest.approx(0.5 * 0.6)
    assert cost("beat", 0.5) == pytest.approx(0.5 * 0.5)
    assert cost("any", 0.25) == pytest.approx(0.5 * 0.1)


def test_cost_is_nothing_in_tolerance_then_rises_then_is_flat() -> None:
    # Early tolerance 1 frame x .85 = .068 quarter notes; a place after the beat means music early.
    assert cost("beat", 1.06) == 0.0
    middle = cost("beat", 1.0 + 0.068 * 1.5)
    assert middle == pytest.approx(0.5 * 0.25)
    assert cost("beat", 1.2) == 0.5
    assert cost("beat", 1.25) == 0.5


def test_late_music_is_allowed_more_than_early_music() -> None:
    # Weak hits: 1 frame early, 2 late. Late music = the beat comes after the picture.
    assert cost("beat", 0.88) == 0.0
    assert cost("beat", 1.12) > 0.0


def test_avoid_costs_on_the_beat_and_nothing_between() -> None:
    assert cost("avoid", 2.0) == 0.5
    assert cost("avoid", 2.5) == 0.0


def test_compound_beat_is_the_dotted_quarter() -> None:
    assert cost("beat", 1.5, meter="6/8") == 0.0
    assert cost("beat", 1.0, meter="6/8") > 0.0
    assert cost("downbeat", 1.5, meter="6/8") == pytest.approx(0.05)


def test_strong_hits_count_three_times_and_must_far_more() -> None:
    assert cost("beat", 0.375, 8.0) > 2.0
    assert cost("beat", 0.375, "MUST") == 100.0


def test_before_the_first_bar_only_its_line_counts() -> None:
    assert cost("beat", -1.0) == 0.5
    assert cost("beat", -0.05) == 0.0


def test_hits_are_sorted_and_weightless_or_late_ones_left_out() -> None:
    spots = [spot(1, 5.0), spot(2, 3.0), spot(3, 4.0, 0.0), spot(4, 11.0)]
    hits = hits_of(spots, fps=Fraction(24), duration_s=10.0)
    assert [h.time_s for h in hits] == [3.0, 5.0]


def test_groups_cost_the_same_as_single_hits() -> None:
    spots = [
        spot(i, 0.5 + 0.37 * i, 1.0 + i % 9, c)
        for i, c in enumerate(["downbeat", "beat", "any", "avoid"] * 5)
    ]
    hits = hits_of(spots, fps=Fraction(24), duration_s=30.0)
    single = sum(
        float(hit_cost(h, np.array(h.time_s), bar=4.0, quarter_s=0.5, meter=FOUR)) for h in hits
    )
    whole = sum(
        float(hit_cost(g, g.time_s, bar=4.0, quarter_s=0.5, meter=FOUR).sum())
        for g in grouped(hits)
    )
    assert whole == pytest.approx(single)


def test_best_place_is_where_the_cost_comes_from() -> None:
    (down,) = hits_of([spot(1, 1.0, 5.0, "downbeat")], fps=Fraction(25), duration_s=9.0)
    assert best_place(down, 3.98, bar=4.0, quarter_s=0.5, meter=FOUR) == 4.0
    assert best_place(down, 1.02, bar=4.0, quarter_s=0.5, meter=FOUR) == 1.0
    (avoid,) = hits_of([spot(1, 1.0, 5.0, "avoid")], fps=Fraction(25), duration_s=9.0)
    assert np.isnan(best_place(avoid, 1.5, bar=4.0, quarter_s=0.5, meter=FOUR))


def test_ending_leaves_room_for_a_chord_or_is_left_out() -> None:
    ending = ending_of(duration_s=30.0, bar_s=2.0)
    assert ending is not None
    assert ending.time_s == 28.0
    assert not ending.aim
    assert ending_of(duration_s=3.0, bar_s=2.0) is None


def test_every_metre_of_a_description_has_neighbours() -> None:
    for name, others in ALTERNATIVES.items():
        asked = parse_meter(name)
        assert asked.name == name
        assert name in ODD_BARS
        assert meter_cost(asked, asked) == 0.0
        assert all(meter_cost(parse_meter(o), asked) >= 1.0 for o in others)
    assert meter_cost(parse_meter("2/4"), FOUR) < meter_cost(parse_meter("3/4"), FOUR)
