import itertools

import pytest

from filmcomposer_core.contracts.harmony import MODES, parse_chord, parse_pitch_class
from filmcomposer_core.contracts.labels import DYNAMICS, ENDINGS, FUNCTIONS, IDIOMS, ROLES
from filmcomposer_core.planning.recipe import BRIGHTNESS, blended, kind_of, load_recipe
from filmcomposer_core.planning.roman import parse_line, parse_numeral, symbol


def test_every_mode_has_a_brightness() -> None:
    assert set(BRIGHTNESS) == set(MODES)


@pytest.mark.parametrize("idiom", IDIOMS)
def test_recipe_is_complete(idiom: str) -> None:
    recipe = load_recipe(idiom)
    assert set(recipe.modes) <= set(MODES)
    assert all(parse_pitch_class(tonic) >= 0 for tonic in recipe.tonics)
    assert set(recipe.dynamics) <= set(DYNAMICS)
    assert recipe.endings
    assert set(recipe.endings) <= set(ENDINGS)
    assert set(recipe.texture) == set(FUNCTIONS)
    for roles in recipe.texture.values():
        assert set(roles) <= set(ROLES)
        assert len(set(roles)) == len(roles)
    for mode in recipe.modes:
        assert recipe.lines(mode)
        assert recipe.closes(mode)
        assert recipe.half[kind_of(mode)]


@pytest.mark.parametrize("idiom", IDIOMS)
def test_every_line_gives_known_chords(idiom: str) -> None:
    recipe = load_recipe(idiom)
    for name, lines in itertools.chain(recipe.progressions.items(), recipe.cadences.items()):
        kind = name if name in ("major", "minor") else kind_of(name)
        for line in lines:
            for step in parse_line(line, kind=kind):
                assert parse_chord(symbol(step, key="C"))
    for kind, word in recipe.half.items():
        assert parse_chord(symbol(parse_numeral(word, kind=kind), key="E"))


@pytest.mark.parametrize("idiom", IDIOMS)
def test_a_cadence_comes_home(idiom: str) -> None:
    recipe = load_recipe(idiom)
    for name, lines in recipe.cadences.items():
        kind = name if name in ("major", "minor") else kind_of(name)
        for line in lines:
            assert parse_line(line, kind=kind)[-1].root == 0


def test_a_blend_keeps_the_form_and_adds_colour() -> None:
    base, other = load_recipe("slapstick"), load_recipe("travel")
    both = blended("slapstick", "travel")
    assert both.texture == base.texture
    assert both.endings == base.endings
    assert both.progressions["major"][0] == other.progressions["major"][0]
    assert both.modes == ("mixolydian", "ionian")  # the Dorian of travel is no comedy
    assert blended("triumph", "chase").modes == load_recipe("triumph").modes
    assert blended("love", "null") == load_recipe("love") == blended("love", "love")
