"""A tiny MusicGen-Melody of the real classes with random weights, and its folder."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import (
    EncodecConfig,
    MusicgenMelodyConfig,
    MusicgenMelodyDecoderConfig,
    MusicgenMelodyForConditionalGeneration,
    PreTrainedTokenizerFast,
    T5Config,
)

from filmcomposer_core.melody.checkpoint import About
from filmcomposer_core.melody.conditioner import RhythmConditioner
from filmcomposer_core.melody.conditioner_config import RhythmConfig
from filmcomposer_core.melody.load import save_model
from filmcomposer_core.melody.model import RhythmMusicgen

WORDS = (
    "a", "sad", "slow", "theme", "for", "strings", "in", "minor", "fast", "bright", "chase",
    "piano", "oboe", "bpm",
)  # fmt: skip
WIDTH, VOCABULARY, CODEBOOKS, RATE = 32, 64, 4, 32_000


def tiny_musicgen(*, seed: int = 0) -> Any:
    """Return the model; EnCodec makes 50 frames a second at 32 kHz."""
    torch.manual_seed(seed)
    text = T5Config(
        vocab_size=len(WORDS) + 3, d_model=24, d_kv=8, d_ff=48, num_layers=2, num_heads=2
    )
    sound = EncodecConfig(
        sampling_rate=RATE, audio_channels=1, normalize=False, num_filters=4, num_residual_layers=1,
        upsampling_ratios=[8, 5, 4, 4], codebook_size=VOCABULARY, codebook_dim=16, hidden_size=16,
        target_bandwidths=[1.2], num_lstm_layers=1, use_causal_conv=False,
    )  # fmt: skip
    decoder = MusicgenMelodyDecoderConfig(
        vocab_size=VOCABULARY, num_hidden_layers=2, ffn_dim=64, num_attention_heads=4,
        hidden_size=WIDTH, num_codebooks=CODEBOOKS, pad_token_id=VOCABULARY,
        bos_token_id=VOCABULARY, max_position_embeddings=4096,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        config = MusicgenMelodyConfig(
            text_encoder=text.to_dict(), audio_encoder=sound.to_dict(), decoder=decoder.to_dict(),
            chroma_length=59,
        )  # fmt: skip
        model: Any = MusicgenMelodyForConditionalGeneration(config)
    model.eval()
    with torch.no_grad():
        for name, buffer in model.audio_encoder.named_buffers():
            if name.endswith("codebook.embed"):
                buffer.copy_(torch.randn_like(buffer))
        for parameter in model.decoder.parameters():
            if parameter.dim() > 1:
                # Random weights as they are initialised give almost the same logits for all.
                parameter.mul_(8.0)
    model.generation_config.pad_token_id = VOCABULARY
    model.generation_config.bos_token_id = VOCABULARY
    model.generation_config.decoder_start_token_id = VOCABULARY
    return model


def rhythm_conditioner(*, seed: int = 1) -> RhythmConditioner:
    """Return a conditioner that covers 30 s."""
    torch.manual_seed(seed)
    return RhythmConditioner(RhythmConfig(width=WIDTH, positions=375))


def save_tokenizer(folder: Path) -> None:
    """Write a tokenizer that knows some words."""
    known = {"<pad>": 0, "</s>": 1, "<unk>": 2} | {w: i for i, w in enumerate(WORDS, start=3)}
    inner = Tokenizer(models.WordLevel(known, unk_token="<unk>"))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    inner.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", 1)]
    )
    kind: Any = PreTrainedTokenizerFast
    kind(
        tokenizer_object=inner, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    ).save_pretrained(folder)


def save_tiny(folder: Path, *, trained: bool = True, seed: int = 0) -> Path:
    """Write a tiny model into a folder, ``trained`` with a rhythm conditioner."""
    rhythm = rhythm_conditioner(seed=seed + 1) if trained else None
    about = About(name="tiny", source="random weights", licence="CC0-1.0", commercial=True)
    save_model(RhythmMusicgen(tiny_musicgen(seed=seed), rhythm), folder, about=about)
    save_tokenizer(folder)
    return folder
