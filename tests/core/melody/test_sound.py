"""From tokens to sound, part by part."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from filmcomposer_core.errors import Cancelled
from filmcomposer_core.melody.decode_sound import CHUNK, decoded
from filmcomposer_core.melody.memory import need
from filmcomposer_core.melody.model import RhythmMusicgen
from tests.fakes.tiny_musicgen import CODEBOOKS, RATE, VOCABULARY, tiny_musicgen

HOP = 640


@pytest.fixture(scope="module")
def model() -> RhythmMusicgen:
    return RhythmMusicgen(tiny_musicgen(), None)


@pytest.mark.parametrize("frames", [1, 30, CHUNK, CHUNK + 1, 2 * CHUNK + 37])
def test_parts_make_the_sound_that_encodec_makes_at_once(
    model: RhythmMusicgen, frames: int
) -> None:
    codes = torch.randint(0, VOCABULARY, (2, CODEBOOKS, frames))
    found = decoded(model, codes, duration_s=frames * HOP / RATE)
    with torch.inference_mode():
        wanted = model.musicgen.audio_encoder.decode(codes[None], [None, None]).audio_values
    assert np.abs(found).max() > 0.01
    np.testing.assert_allclose(np.stack(found), wanted[:, 0].numpy(), atol=2e-6)


@pytest.mark.parametrize("samples", [1000, 100_000])
def test_a_sound_has_its_length_to_the_sample(model: RhythmMusicgen, samples: int) -> None:
    codes = torch.randint(0, VOCABULARY, (1, CODEBOOKS, 100))
    (sound,) = decoded(model, codes, duration_s=samples / RATE)
    assert sound.shape == (samples,)
    assert sound.dtype == np.float32
    assert not sound[100 * HOP :].any()


def test_it_tells_how_far_it_is_and_stops(model: RhythmMusicgen) -> None:
    codes = torch.randint(0, VOCABULARY, (2, CODEBOOKS, 2 * CHUNK))
    shares: list[float] = []
    decoded(model, codes, duration_s=2 * CHUNK * HOP / RATE, tell=shares.append)
    assert shares == [0.0, 0.25, 0.5, 0.75]

    def stop(share: float) -> None:
        if share > 0.2:
            msg = "Stopped."
            raise Cancelled(msg)

    with pytest.raises(Cancelled):
        decoded(model, codes, duration_s=1.0, tell=stop)


def test_the_memory_of_decoding_hardly_grows_with_length() -> None:
    def sound(frames: int, candidates: int = 4) -> int:
        return need(
            weights=0, layers=48, width=1536, item_bytes=2, candidates=candidates, positions=1500,
            frames=frames, guided=True,
        ).sound  # fmt: skip

    # By hand: ten minutes are 30,000 frames; 32 kB of each are kept, and 5 kB of each sound.
    assert sound(30_000) - sound(1_500) == 28_500 * (32_768 + 4 * 5_120)
    assert sound(30_000) < 2_000_000_000
