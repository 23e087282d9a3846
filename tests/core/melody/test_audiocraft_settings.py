from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_core.errors import InputError
from filmcomposer_core.melody.audiocraft_cfg import codec_cfg, language_cfg
from filmcomposer_core.melody.audiocraft_settings import (
    CodecSettings,
    LanguageSettings,
    read_codec,
    read_language,
    t5_name,
)
from filmcomposer_core.melody.melody_config import (
    codec_config,
    codec_of,
    config_from_audiocraft,
    language_of,
)

WHERE = Path("state_dict.bin")
#: As audiocraft's own recipe for the published melody model has them (width and layers: medium).
PUBLISHED: dict[str, Any] = {
    "sample_rate": 32000,
    "dataset": {"segment_duration": 30},
    "lm_model": "transformer_lm",
    "transformer_lm": {
        "dim": 1536, "num_heads": 24, "num_layers": 48, "hidden_scale": 4, "n_q": 4, "card": 2048,
        "dropout": 0.0, "activation": "gelu", "norm_first": True, "causal": True,
        "past_context": None, "positional_embedding": "sin", "kv_repeat": 1,
        "memory_efficient": True,
    },
    "codebooks_pattern": {"modeling": "delay", "delay": {"delays": [0, 1, 2, 3]}},
    "fuser": {
        "sum": [], "prepend": ["self_wav", "description"], "cross": [], "input_interpolate": [],
    },
    "conditioners": {
        "self_wav": {
            "model": "chroma_stem",
            "chroma_stem": {
                "sample_rate": 32000, "n_chroma": 12, "radix2_exp": 14, "argmax": True,
                "match_len_on_eval": False, "eval_wavs": None,
            },
        },
        "description": {
            "model": "t5", "t5": {"name": "t5-base", "finetune": False, "normalize_text": False},
        },
    },
}  # fmt: skip
T5 = {"model_type": "t5", "d_model": 768, "d_kv": 64, "d_ff": 3072, "num_layers": 12}

CODECS = st.builds(
    CodecSettings,
    sample_rate=st.sampled_from([16_000, 24_000, 32_000, 44_100]),
    channels=st.integers(1, 2),
    dimension=st.sampled_from([16, 128]),
    filters=st.sampled_from([4, 32, 64]),
    residual=st.integers(1, 3),
    ratios=st.lists(st.integers(2, 8), min_size=1, max_size=4).map(tuple),
    kernel=st.just(7),
    last_kernel=st.just(7),
    residual_kernel=st.just(3),
    dilation=st.just(2),
    compress=st.just(2),
    lstm=st.integers(0, 2),
    causal=st.booleans(),
    shortcut=st.booleans(),
    norm=st.just("weight_norm"),
    pad_mode=st.sampled_from(["reflect", "constant"]),
    trim_right=st.just(1.0),
    renormalize=st.booleans(),
    codes=st.integers(1, 12).map(lambda bits: 2**bits),
    codebooks=st.integers(1, 32),
)


def changed(name: str, value: object) -> dict[str, Any]:
    """Return the published settings with one of them changed."""

    def inner(held: dict[str, Any], parts: list[str]) -> dict[str, Any]:
        key, *rest = parts
        return {**held, key: inner(held.get(key, {}), rest) if rest else value}

    return inner(PUBLISHED, name.split("."))


def test_the_published_recipe_becomes_the_published_model() -> None:
    found = read_language(PUBLISHED, WHERE)
    assert (found.width, found.heads, found.layers, found.feed_forward) == (1536, 24, 48, 6144)
    # A chromagram of 30 s has 235 frames: 1 + 30 * 32000 / 4096, as transformers has it.
    assert found.chroma_frames == 235
    codec = CodecSettings(
        sample_rate=32000, channels=1, dimension=128, filters=64, residual=1, ratios=(8, 5, 4, 4),
        kernel=7, last_kernel=7, residual_kernel=3, dilation=2, compress=2, lstm=2, causal=False,
        shortcut=False, norm="weight_norm", pad_mode="reflect", trim_right=1.0,
        renormalize=False, codes=2048, codebooks=4,
    )  # fmt: skip
    config = config_from_audiocraft(found, codec_config(codec), T5)
    assert config["chroma_length"] == 235
    assert config["decoder"]["vocab_size"] == config["decoder"]["pad_token_id"] == 2048
    # 4 codebooks of 11 bits, 50 times a second.
    assert config["audio_encoder"]["target_bandwidths"] == pytest.approx([2.2])
    again = language_of(config, exponent=14, trained=False)
    assert again == found


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("transformer_lm.norm_first", False),
        ("transformer_lm.positional_embedding", "rope"),
        ("transformer_lm.activation", "swish"),
        ("transformer_lm.max_period", 5000),
        ("codebooks_pattern.modeling", "parallel"),
        ("codebooks_pattern.delay.delays", [0, 0, 0, 0]),
        ("fuser.cross", ["description"]),
        ("fuser.prepend", ["description"]),
        ("conditioners.description.model", "lut"),
        ("conditioners.self_wav.chroma_stem.argmax", False),
        ("lm_model", "transformer_lm_magnet"),
    ],
)
def test_what_would_sound_otherwise_is_refused(name: str, value: object) -> None:
    with pytest.raises(InputError, match=rf"{name} = .*transformers' MusicGen-Melody has"):
        read_language(changed(name, value), WHERE)


@pytest.mark.parametrize("value", [None, "1536", 0, True, 1.5])
def test_a_number_that_is_none_is_named(value: object) -> None:
    with pytest.raises(InputError, match=r"no whole number transformer_lm\.dim"):
        read_language(changed("transformer_lm.dim", value), WHERE)


def test_a_stereo_model_has_two_channels() -> None:
    stereo = changed("interleave_stereo_codebooks.use", True)
    stereo["transformer_lm"] = {**stereo["transformer_lm"], "n_q": 8}
    delays = [0, 0, 1, 1, 2, 2, 3, 3]
    stereo["codebooks_pattern"] = {"modeling": "delay", "delay": {"delays": delays}}
    found = read_language(stereo, WHERE)
    assert (found.channels, found.codebooks) == (2, 8)
    assert language_cfg(found)["codebooks_pattern"]["delay"]["delays"] == delays


@given(
    segment_s=st.floats(1.0, 60.0), exponent=st.integers(10, 15), activation=st.booleans(),
    heads=st.integers(1, 32), scale=st.integers(1, 8), channels=st.integers(1, 2),
)  # fmt: skip
def test_settings_of_the_decoder_are_read_as_they_are_written(
    segment_s: float, exponent: int, activation: bool, heads: int, scale: int, channels: int
) -> None:
    settings = LanguageSettings(
        width=8 * heads, heads=heads, layers=3, feed_forward=scale * 8 * heads, codebooks=4,
        codes=64, channels=channels, sample_rate=32_000, segment_s=segment_s, chroma=12,
        chroma_exponent=exponent, activation="gelu" if activation else "relu", dropout=0.1,
        text_model="t5-base", text_trained=False,
    )  # fmt: skip
    assert read_language(language_cfg(settings), WHERE) == settings


@given(seconds=st.integers(1, 600), exponent=st.integers(11, 15))
def test_as_many_frames_of_chroma_come_back(seconds: int, exponent: int) -> None:
    base = read_language(PUBLISHED, WHERE)
    held = {**base_fields(base), "segment_s": float(seconds), "chroma_exponent": exponent}
    settings = LanguageSettings(**held)
    config = {
        "decoder": {
            "hidden_size": 1536, "num_attention_heads": 24, "num_hidden_layers": 48,
            "ffn_dim": 6144, "num_codebooks": 4, "vocab_size": 2048, "audio_channels": 1,
            "activation_function": "gelu", "dropout": 0.0,
        },
        "text_encoder": {"d_model": 768, "is_gated_act": False},
        "audio_encoder": {"sampling_rate": 32_000},
        "num_chroma": 12,
        "chroma_length": settings.chroma_frames,
    }  # fmt: skip
    again = language_of(config, exponent=exponent, trained=False)
    assert again.chroma_frames == settings.chroma_frames
    assert math.isclose(again.segment_s, seconds, abs_tol=1.0)


def base_fields(settings: LanguageSettings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in LanguageSettings.__slots__}


@given(codec=CODECS)
def test_settings_of_the_codec_come_back_from_both_libraries(codec: CodecSettings) -> None:
    assert read_codec(codec_cfg(codec), WHERE) == codec
    assert codec_of(codec_config(codec)) == codec


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        ("seanet", "norm", "none"),
        ("seanet", "activation", "GELU"),
        ("seanet", "ratios", None),
        ("seanet", "disable_norm_outer_blocks", 2),
        ("rvq", "bins", 400),
        ("encodec", "quantizer", "no_quant"),
    ],
)
def test_a_codec_without_a_twin_is_refused(part: str, name: str, value: object) -> None:
    codec = CodecSettings(
        sample_rate=16_000, channels=1, dimension=16, filters=4, residual=1, ratios=(4, 4),
        kernel=7, last_kernel=7, residual_kernel=3, dilation=2, compress=2, lstm=1, causal=False,
        shortcut=False, norm="weight_norm", pad_mode="reflect", trim_right=1.0,
        renormalize=False, codes=64, codebooks=2,
    )  # fmt: skip
    cfg = codec_cfg(codec)
    cfg[part] = {**cfg[part], name: value}
    with pytest.raises(InputError, match=rf"{part}\.{name} ="):
        read_codec(cfg, WHERE)


@pytest.mark.parametrize(
    ("width", "gated", "name"),
    [(768, False, "t5-base"), (1024, True, "google/flan-t5-large"), (99, False, "t5-base")],
)
def test_a_text_encoder_is_called_as_audiocraft_calls_it(
    width: int, gated: bool, name: str
) -> None:
    assert t5_name(width, gated=gated) == name
