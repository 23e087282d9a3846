from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from filmcomposer_core.errors import InputError
from filmcomposer_core.training.recipe import MUSIC_PARTS, PICTURE_PARTS, read_recipe


def test_the_default_is_the_papers_recipe() -> None:
    recipe = read_recipe()
    assert (recipe.epochs, recipe.updates_per_epoch, recipe.batch) == (150, 2000, 4)
    assert (recipe.betas, recipe.weight_decay, recipe.eps) == ((0.9, 0.95), 0.1, 1e-8)
    assert (recipe.clip_norm, recipe.warmup_steps) == (1.0, 4000)
    assert (recipe.minimum_ratio, recipe.cycle, recipe.learning_rate) == (0.0, 1.0, 0.1)
    assert recipe.optimiser == "dadam"
    assert recipe.steps == 300_000


def test_music_leads_and_then_goes_part_by_part_until_the_picture_stands_alone() -> None:
    stages = read_recipe().stages
    assert (stages[0].music, stages[0].picture) == (MUSIC_PARTS, ())
    assert (stages[-1].music, stages[-1].picture) == ((), PICTURE_PARTS)
    music = [len(stage.music) for stage in stages]
    assert music == sorted(music, reverse=True)


def test_a_file_and_the_user_change_single_keys(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("batch = 8\nseed = 3\n")
    recipe = read_recipe(tmp_path / "mine.toml", {"seed": 5})
    assert (recipe.batch, recipe.seed, recipe.epochs) == (8, 5, 150)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"batch": 0}, "batch"),
        ({"learning_rat": 1.0}, "learning_rat"),
        ({"optimiser": "sgd"}, "optimiser"),
        ({"drop_both": 0.9, "drop_words": 0.2}, "drop_both"),
        ({"stages": []}, "stages"),
        ({"stages": [{"until": 0.5, "music": [], "picture": []}]}, "stages"),
        ({"stages": [{"until": 1.0, "music": ["colour"], "picture": []}]}, "colour"),
        ({"epochs": "many"}, "epochs"),
    ],
)
def test_impossible_values_are_one_sentence(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_recipe(given=changes)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_recipe(tmp_path / "none.toml")


def test_stages_change_at_their_share() -> None:
    recipe = read_recipe(given={"epochs": 1, "updates_per_epoch": 10})
    assert [recipe.stages.index(recipe.stage_at(step)) for step in range(10)] == [
        0, 0, 1, 1, 2, 2, 3, 3, 4, 4,
    ]  # fmt: skip
