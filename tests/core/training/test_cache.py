from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch

from filmcomposer_core.contracts.take import Stroke
from filmcomposer_core.errors import InputError
from filmcomposer_core.melody.checkpoint import find_checkpoint
from filmcomposer_core.melody.load import load_model
from filmcomposer_core.melody.model import RhythmMusicgen
from filmcomposer_core.training.cache import TokenCache, prepare
from filmcomposer_core.training.pieces import Piece
from filmcomposer_core.training.samples import Sound
from filmcomposer_core.training.trainee import made_trainable
from tests.core.training.conftest import short
from tests.fakes.percussion import RATE, SECONDS, Percussion

NAME = "drum-4-0"
PIECE = Piece(sample=NAME, begin_s=0.0, end_s=SECONDS)


class Counted(Percussion):
    """Counts how often a sound is read for its tokens; `rate` says another sampling rate."""

    def __init__(self, *, rate: int = RATE) -> None:
        super().__init__(2, seed=4)
        self.read, self.rate = 0, rate

    def sound_key(self, name: str, /) -> str:
        return name

    def sound(self, name: str, /) -> tuple[Sound, int]:
        self.read += 1
        sound, _ = super().sound(name)
        times = self.rate // RATE
        return np.repeat(sound, times), self.rate


class Broken(Percussion):
    """The first sample has no rhythm, the second has a sound that is too short."""

    def strokes(self, name: str, /) -> tuple[Stroke, ...]:
        return () if name.endswith("0") else super().strokes(name)

    def sound(self, name: str, /) -> tuple[Sound, int]:
        return (np.zeros(0, np.float32), RATE) if name.endswith("1") else super().sound(name)


@pytest.fixture(scope="module")
def model(base: Path) -> RhythmMusicgen:
    loaded = load_model(find_checkpoint(base), device="cpu", dtype=torch.float32)
    return made_trainable(loaded, short())


def test_tokens_are_those_of_encodec_and_the_conditioner(
    tmp_path: Path, model: RhythmMusicgen
) -> None:
    samples = Counted()
    tokens = TokenCache(tmp_path, samples, model).get(PIECE)
    assert tokens.codes.shape == (2, 64)
    assert tokens.chroma.shape == (64, 12)
    assert len(np.unique(tokens.codes[0])) > 4
    sound = torch.from_numpy(samples.sound(NAME)[0])[None, None]
    with torch.inference_mode():
        codes = model.musicgen.audio_encoder.encode(sound).audio_codes[0, 0]
    assert (tokens.codes == codes.numpy()).all()
    # The conditioner hears each stroke where it is: 25 frames a second.
    level = tokens.chroma.max(axis=1)
    for time_s in samples.times(NAME):
        assert level[round(time_s * 25) - 1 : round(time_s * 25) + 2].max() > 0.3


def test_made_once_and_made_anew_when_damaged(tmp_path: Path, model: RhythmMusicgen) -> None:
    samples = Counted()
    first = TokenCache(tmp_path, samples, model).get(PIECE)
    again = TokenCache(tmp_path, samples, model).get(PIECE)
    assert samples.read == 1
    assert (first.codes == again.codes).all()
    (file,) = tmp_path.rglob("*.npz")
    file.write_bytes(file.read_bytes()[:-40])
    anew = TokenCache(tmp_path, samples, model).get(PIECE)
    assert samples.read == 2
    assert (anew.codes == first.codes).all()


def test_another_rhythm_or_piece_is_another_file(tmp_path: Path, model: RhythmMusicgen) -> None:
    cache = TokenCache(tmp_path, Counted(), model)
    cache.get(PIECE)
    cache.get(Piece(**asdict(PIECE) | {"end_s": 1.0}))
    cache.get(Piece(**asdict(PIECE) | {"sample": "drum-4-1"}))
    assert len(list(tmp_path.rglob("*.npz"))) == 3


def test_another_sampling_rate_is_brought_to_the_models(
    tmp_path: Path, model: RhythmMusicgen
) -> None:
    own = TokenCache(tmp_path / "a", Counted(), model).get(PIECE)
    twice = TokenCache(tmp_path / "b", Counted(rate=2 * RATE), model).get(PIECE)
    assert twice.codes.shape == own.codes.shape
    assert (twice.chroma == own.chroma).all()


def test_bad_samples_are_left_out_with_their_reasons(tmp_path: Path, model: RhythmMusicgen) -> None:
    samples = Broken(3, seed=6)
    pieces = [Piece(sample=name, begin_s=0.0, end_s=SECONDS) for name in samples.ids()]
    good, faults = prepare(TokenCache(tmp_path, samples, model), pieces, lambda done: None)
    assert [piece.sample for piece in good] == ["drum-6-2"]
    assert "no rhythm spots" in faults[0]
    assert "shorter than the sample says" in faults[1]


def test_a_sample_without_rhythm_is_one_sentence(tmp_path: Path, model: RhythmMusicgen) -> None:
    samples = Broken(1, seed=6)
    with pytest.raises(InputError, match="drum-6-0 has no rhythm spots"):
        TokenCache(tmp_path, samples, model).get(
            Piece(sample="drum-6-0", begin_s=0.0, end_s=SECONDS)
        )
