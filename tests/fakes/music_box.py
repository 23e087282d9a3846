"""A tiny MusicGen-Melody that plays tunes: real classes, weights set by hand.

Its EnCodec makes a tone of each token (multiples of the 50 frames a second, so that neighbouring
frames join without a seam). Its decoder looks at nothing but where it is in time: its heads read
slow waves of the position, and the largest of them is sung. So tones last for some tenths of a
second, as notes do. It hears neither words nor rhythm; that the real decoder does is tested with
random weights.
"""

from __future__ import annotations

import math
import warnings
from pathlib import Path
from typing import Any, Final

import torch
from transformers import (
    EncodecConfig,
    MusicgenMelodyConfig,
    MusicgenMelodyDecoderConfig,
    MusicgenMelodyForConditionalGeneration,
    T5Config,
)

from filmcomposer_core.melody.checkpoint import About
from filmcomposer_core.melody.conditioner import RhythmConditioner
from filmcomposer_core.melody.conditioner_config import RhythmConfig
from filmcomposer_core.melody.load import save_model
from filmcomposer_core.melody.model import RhythmMusicgen
from tests.fakes.tiny_musicgen import WORDS, save_tokenizer

#: Frequencies of tokens 1, 2 ... in Hz; token 0 is silence.
TONES: Final = (200, 250, 300, 350, 400, 450, 500, 550, 600, 650, 700, 750, 800)
FRAMES: Final = 50
RATE: Final = 32_000
HOP: Final = RATE // FRAMES
VOCABULARY: Final = 16
CODEBOOKS: Final = 2
WIDTH: Final = 64
RHYTHM: Final = RhythmConfig(width=WIDTH, positions=375)
#: Waves of the position that the heads read, in positions (a fiftieth of a second each).
_SLOW, _SLOWEST = 60.0, 400.0


def music_box() -> RhythmMusicgen:
    """Return the model."""
    torch.manual_seed(3)
    text = T5Config(
        vocab_size=len(WORDS) + 3, d_model=16, d_kv=8, d_ff=16, num_layers=1, num_heads=2
    )
    sound = EncodecConfig(
        sampling_rate=RATE, audio_channels=1, normalize=False, num_filters=VOCABULARY,
        num_residual_layers=0, upsampling_ratios=[HOP], codebook_size=VOCABULARY,
        codebook_dim=2 * VOCABULARY, hidden_size=2 * VOCABULARY, target_bandwidths=[0.4],
        num_lstm_layers=1, use_causal_conv=False,     )  # fmt: skip
    decoder = MusicgenMelodyDecoderConfig(
        vocab_size=VOCABULARY, num_hidden_layers=2, ffn_dim=2 * WIDTH, num_attention_heads=4,
        hidden_size=WIDTH, num_codebooks=CODEBOOKS, pad_token_id=VOCABULARY,
        bos_token_id=VOCABULARY, max_position_embeddings=2048, dropout=0.0,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        config = MusicgenMelodyConfig(
            text_encoder=text.to_dict(), audio_encoder=sound.to_dict(), decoder=decoder.to_dict(),
            chroma_length=59,
        )  # fmt: skip
        musicgen: Any = MusicgenMelodyForConditionalGeneration(config)
    musicgen.eval()
    _let_it_sing(musicgen.audio_encoder)
    _let_it_turn(musicgen.decoder)
    for name in ("pad_token_id", "bos_token_id", "decoder_start_token_id"):
        setattr(musicgen.generation_config, name, VOCABULARY)
    return RhythmMusicgen(musicgen, RhythmConditioner(RHYTHM))


@torch.no_grad()
def _let_it_sing(codec: Any) -> None:
    """Set the decoder of EnCodec: token i of the first codebook is a tone, all else is nothing."""
    first, other = (layer.codebook.embed for layer in codec.quantizer.layers)
    first.zero_()
    other.zero_()
    first[:, :VOCABULARY] = torch.eye(VOCABULARY)
    into, lstm, _, up, _, out = codec.decoder.layers
    whole = torch.zeros(into.conv.weight.shape)
    whole[:, :, 3] = torch.eye(whole.shape[0])
    into.conv.weight = whole
    into.conv.bias.zero_()
    for parameter in lstm.parameters():
        parameter.zero_()
    time = torch.arange(2 * HOP) / RATE
    # Rows without any weight cannot be normalised.
    tones = torch.full(up.conv.weight.shape, 1e-9)
    for token, hertz in enumerate(TONES, start=1):
        wave = sum(torch.sin(2 * math.pi * k * hertz * time) / k**1.5 for k in (1, 2, 3))
        tones[token, 0] = torch.hann_window(2 * HOP) * wave
    up.conv.weight = tones
    up.conv.bias.zero_()
    # Above nothing, where the activation lets all through.
    up.conv.bias[0] = 3.0
    tap = torch.full(out.conv.weight.shape, 1e-9)
    tap[0, 0, 3] = 0.2
    out.conv.weight = tap
    out.conv.bias.fill_(-0.6)


@torch.no_grad()
def _let_it_turn(decoder: Any) -> None:
    """Let the decoder see where it is and nothing else, and its first head choose tones by that."""
    inner = decoder.model.decoder
    for embedding in inner.embed_tokens:
        embedding.weight.zero_()
    for layer in inner.layers:
        layer.self_attn.out_proj.weight.zero_()
        layer.fc2.weight.zero_()
    half = WIDTH // 2
    turns = torch.exp(torch.arange(half) * (-math.log(10_000.0) / (half - 1)))
    waves = 2 * math.pi / turns
    read = ((waves >= _SLOW) & (waves <= _SLOWEST)).float().repeat(2)
    first, *others = decoder.lm_heads
    first.weight.copy_(20.0 * torch.randn(VOCABULARY, WIDTH) * read)
    # Silence and the tokens without a tone never win.
    first.weight[[0, *range(len(TONES) + 1, VOCABULARY)]] = 0.0
    for head in others:
        head.weight.zero_()


def save_music_box(folder: Path) -> Path:
    """Write the model into a folder."""
    about = About(name="music box", source="made by hand", licence="CC0-1.0", commercial=True)
    save_model(music_box(), folder, about=about)
    save_tokenizer(folder)
    return folder
