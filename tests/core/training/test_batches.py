"""What a batch holds, and what the loss hears of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from filmcomposer_core.melody.checkpoint import find_checkpoint
from filmcomposer_core.melody.load import load_model, load_tokenizer
from filmcomposer_core.training.batches import Batch, Feeder
from filmcomposer_core.training.cache import TokenCache
from filmcomposer_core.training.pieces import Piece
from filmcomposer_core.training.trainee import Trainee, made_trainable
from tests.core.training.conftest import short
from tests.fakes.percussion import SECONDS, Percussion

SAMPLES = Percussion(5, seed=9)
#: The last piece is shorter.
PIECES = [
    Piece(sample=name, begin_s=0.0, end_s=SECONDS if i < 4 else 1.6)
    for i, name in enumerate(SAMPLES.ids())
]


@pytest.fixture(scope="module")
def trainee(base: Path) -> Trainee:
    model = load_model(find_checkpoint(base), device="cpu", dtype=torch.float32)
    return Trainee(made_trainable(model, short())).eval()


@pytest.fixture(scope="module")
def feeder(base: Path, trainee: Trainee, tmp_path_factory: pytest.TempPathFactory) -> Feeder:
    cache = TokenCache(tmp_path_factory.mktemp("cache"), SAMPLES, trainee.model)
    recipe = short(drop_both=0.1, drop_words=0.2, drop_rhythm=0.3)
    return Feeder(cache, SAMPLES, load_tokenizer(find_checkpoint(base)), recipe)


def loss(trainee: Trainee, batch: Batch) -> float:
    with torch.no_grad():
        return float(trainee(batch))


def test_processes_share_a_batch_between_them(feeder: Feeder) -> None:
    whole = feeder.at(3, PIECES[:4])
    parts = [feeder.at(3, PIECES[:4], rank=rank, ranks=2) for rank in (0, 1)]
    for rank, part in enumerate(parts):
        assert torch.equal(part.codes, whole.codes[rank::2])
        assert torch.equal(part.hears_rhythm, whole.hears_rhythm[rank::2])
        assert torch.equal(part.hides, whole.hides[rank::2])


def test_the_same_update_is_the_same_batch(feeder: Feeder) -> None:
    one, again, other = (feeder.at(step, PIECES[:4]) for step in (5, 5, 6))
    assert torch.equal(one.codes, again.codes)
    assert torch.equal(one.hides, again.hides)
    assert not torch.equal(one.hides, other.hides)


def test_conditions_are_left_out_as_often_as_the_recipe_says(feeder: Feeder) -> None:
    batches = [feeder.at(step, PIECES[:4]) for step in range(300)]
    words = torch.cat([batch.hears_words for batch in batches])
    rhythm = torch.cat([batch.hears_rhythm for batch in batches])
    assert float(((words == 0) & (rhythm == 0)).float().mean()) == pytest.approx(0.1, abs=0.03)
    assert float((words == 0).float().mean()) == pytest.approx(0.3, abs=0.045)
    assert float((rhythm == 0).float().mean()) == pytest.approx(0.4, abs=0.045)


def test_what_is_left_out_is_not_heard(feeder: Feeder, trainee: Trainee) -> None:
    batch = feeder.whole(PIECES[:4])
    deaf = replace(batch, hears_rhythm=torch.zeros(4))
    assert loss(trainee, batch) != loss(trainee, batch.swapped())
    assert loss(trainee, deaf) == loss(trainee, deaf.swapped())
    wordless = replace(batch, hears_words=torch.zeros(4))
    assert loss(trainee, batch) != loss(trainee, wordless)
    other = replace(wordless, ids=wordless.ids.flip(1))
    assert loss(trainee, wordless) == loss(trainee, other)


def test_a_shorter_piece_beside_a_longer_one_counts_as_it_would_alone(
    feeder: Feeder, trainee: Trainee
) -> None:
    long, brief, both = (feeder.whole(some) for some in ([PIECES[0]], [PIECES[4]], PIECES[::4]))
    assert (both.codes[1, :, 40:] == -100).all()
    frames = torch.tensor([64.0, 40.0])
    alone = torch.tensor([loss(trainee, long), loss(trainee, brief)])
    assert loss(trainee, both) == pytest.approx(float((alone * frames).sum() / frames.sum()), 1e-4)


def test_hidden_tokens_are_not_heard(feeder: Feeder, trainee: Trainee) -> None:
    batch = feeder.whole(PIECES[:2])
    all_hidden = replace(batch, hides=torch.full((2,), 1.1))
    torch.manual_seed(0)
    model = trainee.model
    steps = batch.codes.shape[2] + batch.codes.shape[1] - 1
    prefix = torch.zeros(2, 1, 32)
    hidden = torch.ones(2, steps, dtype=torch.bool)
    with torch.no_grad():
        one = model(batch.codes, prefix, hidden)[1]
        other = model(batch.codes.roll(1, 0), prefix, hidden)[1]
    assert torch.equal(one, other)
    assert loss(trainee, all_hidden) != loss(trainee, batch)
