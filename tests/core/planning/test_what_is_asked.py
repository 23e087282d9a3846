"""Key and players that the description asks for."""

from __future__ import annotations

import pytest

from filmcomposer_core.planning.keys import home_key
from filmcomposer_core.planning.recipe import load_recipe
from filmcomposer_core.planning.texture import for_players
from filmcomposer_core.seeding import rng_for


@pytest.mark.parametrize(
    ("asked", "tonic", "modes"),
    [
        ("A aeolian", "A", {"aeolian"}),
        ("D", "D", {"ionian", "mixolydian"}),
        ("minor", None, {"aeolian"}),
        ("Bb minor", "Bb", {"aeolian"}),
        ("lydian", None, {"lydian"}),
        ("null", None, {"ionian", "mixolydian"}),
    ],
)
def test_the_key_asked_for_is_the_home_key(asked: str, tonic: str | None, modes: set[str]) -> None:
    recipe = load_recipe("slapstick")
    for seed in range(4):
        key = home_key(recipe, brightness=1.0, asked=asked, rng=rng_for(seed))
        assert key.mode in modes
        assert tonic in (None, key.tonic)


@pytest.mark.parametrize(
    ("players", "drums"),
    [
        ("", True),
        ("only: string quartet", False),
        ("solo: cello; without: brass, drums", False),
        ("only: full orchestra", True),
        ("with: taiko; colours: horns", True),
    ],
)
def test_percussion_is_planned_only_where_someone_may_play_it(players: str, drums: bool) -> None:
    recipe = for_players(load_recipe("chase"), players)
    assert any("percussion" in roles for roles in recipe.texture.values()) is drums
