"""Percussive music on random rhythms, and a tiny MusicGen-Melody whose EnCodec knows the sound.

A stroke sounds and fades, always the same; strokes come at random, without metre, so that nothing
but the rhythm condition can tell when the next one comes. The EnCodec (real class, 8 kHz, 25
frames a second) is fitted to it here: an autoencoder first, then codebooks by clustering.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import (
    EncodecConfig,
    MusicgenMelodyConfig,
    MusicgenMelodyDecoderConfig,
    MusicgenMelodyForConditionalGeneration,
    T5Config,
)

from filmcomposer_core.contracts.take import Stroke
from filmcomposer_core.melody.model import RhythmMusicgen
from filmcomposer_core.seeding import rng_for
from filmcomposer_core.training.samples import Words
from tests.fakes.tiny_musicgen import WORDS

RATE: Final = 8_000
SECONDS: Final = 2.56
VOCABULARY: Final = 64
_GAP_S: Final = (0.2, 0.6)
_STROKE_S: Final = 0.25


class Percussion:
    """Samples: ``count`` pieces of ``seconds`` on rhythms that follow from a seed."""

    def __init__(self, count: int, *, seed: int = 0, seconds: float = SECONDS) -> None:
        self._names = tuple(f"drum-{seed}-{i}" for i in range(count))
        self._seconds = seconds

    def ids(self) -> Sequence[str]:
        return self._names

    def duration_s(self, name: str, /) -> float:
        return self._seconds

    def sound_key(self, name: str, /) -> str:
        return hashlib.sha256(self.sound(name)[0].tobytes()).hexdigest()

    def sound(self, name: str, /) -> tuple[NDArray[np.float32], int]:
        return played(self.times(name), seconds=self._seconds), RATE

    def strokes(self, name: str, /) -> tuple[Stroke, ...]:
        return tuple(Stroke(time_s=float(t), strength=0.8) for t in self.times(name))

    def words(self, name: str, /) -> Words:
        return Words(music={"genre": "theme", "mood": "fast"})

    def times(self, name: str) -> NDArray[np.float64]:
        """Return when the strokes of a piece come, seconds."""
        return _times(name, self._seconds)


@lru_cache(maxsize=4096)
def _times(name: str, seconds: float) -> NDArray[np.float64]:
    chance = rng_for(0, name)
    found = [chance.uniform(0.05, 0.4)]
    while found[-1] < seconds - 0.15:
        found.append(found[-1] + chance.uniform(*_GAP_S))
    return np.array([t for t in found if t < seconds - 0.1])


def played(times: Sequence[float] | NDArray[np.float64], *, seconds: float) -> NDArray[np.float32]:
    """Let strokes sound: a tone with a knock, faded out after a quarter of a second."""
    out = np.zeros(round(seconds * RATE))
    t = np.arange(round(_STROKE_S * RATE)) / RATE
    knock = rng_for(0, "knock").standard_normal(t.size) * np.exp(-120 * t)
    stroke = (np.sin(2 * np.pi * 440 * t) + 0.5 * knock) * np.exp(-28 * t)
    for time_s in times:
        first = round(time_s * RATE)
        room = min(stroke.size, out.size - first)
        out[first : first + room] += 0.5 * stroke[:room]
    return out.astype(np.float32)


def percussion_model(*, width: int = 96, layers: int = 4, seed: int = 0) -> RhythmMusicgen:
    """Return the model, its decoder untrained; its EnCodec has random weights, see `fit_codec`."""
    torch.manual_seed(seed)
    text = T5Config(
        vocab_size=len(WORDS) + 3, d_model=16, d_kv=8, d_ff=16, num_layers=1, num_heads=2
    )
    sound = EncodecConfig(
        sampling_rate=RATE, audio_channels=1, normalize=False, num_filters=8, num_residual_layers=0,
        upsampling_ratios=[8, 8, 5], codebook_size=VOCABULARY, codebook_dim=16, hidden_size=16,
        target_bandwidths=[0.3], num_lstm_layers=1, use_causal_conv=False,
    )  # fmt: skip
    decoder = MusicgenMelodyDecoderConfig(
        vocab_size=VOCABULARY, num_hidden_layers=layers, ffn_dim=4 * width, num_attention_heads=4,
        hidden_size=width, num_codebooks=2, pad_token_id=VOCABULARY, bos_token_id=VOCABULARY,
        max_position_embeddings=1024, dropout=0.0,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        config = MusicgenMelodyConfig(
            text_encoder=text.to_dict(), audio_encoder=sound.to_dict(), decoder=decoder.to_dict(),
            chroma_length=64,
        )  # fmt: skip
        musicgen: Any = MusicgenMelodyForConditionalGeneration(config)
    for name in ("pad_token_id", "bos_token_id", "decoder_start_token_id"):
        setattr(musicgen.generation_config, name, VOCABULARY)
    return RhythmMusicgen(musicgen.eval(), None)


def fit_codec(
    codec: Any,
    samples: Percussion,
    *,
    steps: int = 1000,
    tell: Callable[[int, float], None] = lambda step, loss: None,
) -> None:
    """Fit an EnCodec to samples: an autoencoder, whose codebooks are clustered half-way."""
    sounds = torch.from_numpy(np.stack([samples.sound(name)[0] for name in samples.ids()]))[:, None]
    weights = [*codec.encoder.parameters(), *codec.decoder.parameters()]
    optimiser = torch.optim.Adam(weights, 3e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    chance = torch.Generator().manual_seed(0)
    codec.train()
    for step in range(steps):
        some = sounds[torch.randint(len(sounds), (8,), generator=chance)][:, :, : RATE // 2]
        hidden = codec.encoder(some)
        if step >= steps // 2:
            if step % 25 == 0 and step < 0.9 * steps:
                cluster_codebooks(codec, sounds, chance)
            with torch.no_grad():
                quantised = codec.quantizer.decode(codec.quantizer.encode(hidden, None))
            hidden = hidden + (quantised - hidden).detach()
        made = codec.decoder(hidden)[..., : some.shape[-1]]
        # Spectra alone: where in its period a tone is matters to nobody and would cost tokens.
        loss = sum(_far(some, made, size) for size in (32, 64, 256))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
        schedule.step()
        tell(step, float(loss.detach()))
    codec.eval()
    codec.requires_grad_(False)


def _far(one: Tensor, other: Tensor, size: int) -> Tensor:
    """Return how far the spectra of sounds are from each other."""
    window = torch.hann_window(size)
    first, second = (
        torch.log1p(
            10 * torch.stft(x[:, 0], size, size // 4, window=window, return_complex=True).abs()
        )
        for x in (one, other)
    )
    return (first - second).abs().mean()


@torch.no_grad()
def cluster_codebooks(codec: Any, sounds: Tensor, chance: torch.Generator) -> None:
    """Set the codebooks to the centres of what the encoder gives (k-means, residual)."""
    some = sounds[torch.randint(len(sounds), (48,), generator=chance)]
    left = codec.encoder(some).permute(0, 2, 1).reshape(-1, codec.config.hidden_size)
    for layer in codec.quantizer.layers:
        book = layer.codebook.embed
        book.copy_(left[torch.randperm(len(left), generator=chance)[: len(book)]])
        for _ in range(8):
            nearest = torch.cdist(left, book).argmin(1)
            for k in range(len(book)):
                mine = left[nearest == k]
                book[k] = mine.mean(0) if len(mine) else left[k]
        left = left - book[torch.cdist(left, book).argmin(1)]
