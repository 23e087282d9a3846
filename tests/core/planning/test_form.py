import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmcomposer_core.planning.form import layouts, place_sections, snap_rewards, split_section
from filmcomposer_core.planning.keys import Key, named, nearest_mode, shifted
from filmcomposer_core.planning.tension import arc_tension


@given(st.floats(0.1, 900), st.integers(1, 500), st.integers(0, 2**31))
@settings(max_examples=60, deadline=None)
def test_sections_always_fill_the_bars(duration_s: float, bars: int, seed: int) -> None:
    for form in layouts(duration_s, bars=bars, ending="cadence"):
        rewards = np.random.default_rng(seed).uniform(0, 1.6, bars)
        _, lengths = place_sections(form, rewards=rewards, pulls=[None] * len(form))
        assert sum(lengths) == bars
        assert min(lengths) >= 1


@pytest.mark.parametrize("duration_s", [9.0, 15.0, 30.0, 45.0, 60.0, 90.0, 120.0, 400.0])
def test_there_is_more_than_one_way_to_lay_out_a_cue(duration_s: float) -> None:
    forms = layouts(duration_s, bars=64, ending="cadence")
    names = [tuple(name for name, _ in form) for form in forms]
    assert len(names) == len(set(names)) >= 2
    for form in forms:
        assert sum(share for _, share in form) == pytest.approx(1.0)
        assert "theme" in dict(form)
        assert form[-1][0] in ("button", "aftermath")


def test_the_picture_chooses_the_form() -> None:
    """A form costs less on a picture that marks its boundaries than on one that marks others."""
    first, second = [("theme", 0.5), ("button", 0.5)], [("theme", 0.75), ("button", 0.25)]
    rewards = np.zeros(17)
    rewards[12] = 1.6
    costs = [place_sections(f, rewards=rewards, pulls=[None, None])[0] for f in (first, second)]
    assert costs[1] < costs[0] - 1.0


@pytest.mark.parametrize("bars", [4, 5, 6, 7])
def test_an_entry_leaves_a_short_cue_its_time(bars: int) -> None:
    """Of six bars no two are spent before the theme, whatever the picture marks."""
    rewards = np.full(bars, 0.5)
    for form in layouts(9.0, bars=bars, ending="button"):
        _, lengths = place_sections(form, rewards=rewards, pulls=[None] * len(form))
        if form[0][0] == "establish":
            assert lengths[0] == 1


def test_a_minute_has_the_whole_arch() -> None:
    form = layouts(60.0, bars=40, ending="cadence")[0]
    assert [name for name, _ in form] == [
        "establish", "theme", "turn", "build", "climax", "aftermath", "button",
    ]  # fmt: skip
    assert sum(share for _, share in form) == pytest.approx(1)


def test_one_bar_is_a_button() -> None:
    assert layouts(0.5, bars=1, ending="button") == [[("button", 1.0)]]


def test_two_minutes_have_two_waves() -> None:
    names = [name for name, _ in layouts(120.0, bars=60, ending="cadence")[0]]
    assert names.count("climax") == 2


def test_a_section_starts_on_the_hit_nearby() -> None:
    form = [("theme", 0.5), ("climax", 0.5)]
    rewards = np.zeros(17)
    assert place_sections(form, rewards=rewards, pulls=[None, None])[1][0] == 8
    rewards[10] = 1.6
    assert place_sections(form, rewards=rewards, pulls=[None, None])[1][0] == 10


def test_rewards_fall_with_distance() -> None:
    starts, lengths = np.arange(4) * 2.0, np.full(4, 2.0)
    rewards = snap_rewards(starts, lengths, [(4.0, 1.0), (5.5, 1.0)])
    assert rewards.tolist() == [0.0, 0.0, 1.0, 0.5]
    late = snap_rewards(starts, lengths, [(3.0, 1.0)])
    assert late.tolist() == [0.0, 0.0, 0.3, 0.0]  # half-way, the bar line after it still answers


def test_long_sections_are_split_into_eights() -> None:
    assert split_section("theme", 24) == [8, 8, 8]
    assert split_section("theme", 12) == [12]
    assert split_section("build", 12) == [6, 6]
    assert sum(split_section("climax", 37)) == 37


def test_dread_never_releases() -> None:
    parts = [("establish", 4), ("climax", 4), ("button", 2)]
    assert arc_tension(parts, arc="rise")[-1] > 0.8
    assert arc_tension(parts, arc="arch")[-1] < 0.2


def test_modes_by_brightness() -> None:
    modes = ("ionian", "mixolydian", "dorian")
    assert nearest_mode(modes, 3.0) == "ionian"
    assert nearest_mode(modes, -2.0) == "dorian"


def test_keys_are_spelt_with_few_signs() -> None:
    assert named(1, "ionian") == "Db"
    assert named(1, "aeolian") == "C#"
    assert named(6, "mixolydian") == "F#"
    assert shifted(Key("D", "ionian"), 3, "ionian").tonic == "F"
