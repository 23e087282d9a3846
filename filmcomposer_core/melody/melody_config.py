"""The ``config.json`` of transformers' MusicGen-Melody, from audiocraft's settings and back."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from filmcomposer_core.errors import InputError, MissingDependencyError
from filmcomposer_core.melody.audiocraft_settings import CodecSettings, LanguageSettings, t5_name

MELODY_MODEL: Final = "musicgen_melody"
#: The chromagram's window that the published model was trained with: 2 ** 14 samples.
CHROMA_EXPONENT: Final = 14
#: Positions that are computed beforehand; more are when they are needed.
_POSITIONS: Final = 2048
_NO_MODEL: Final = "Give the folder of a MusicGen-Melody."


def config_from_audiocraft(
    language: LanguageSettings, codec: Mapping[str, Any], text: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the settings of transformers' model for those of audiocraft's.

    Parameters
    ----------
    language : LanguageSettings
    codec : mapping
        Of EnCodec, as in :func:`codec_config`.
    text : mapping
        Of T5, as in its own ``config.json``.

    Returns
    -------
    dict
        Every setting, defaults too.
    """
    decoder = {
        "vocab_size": language.codes,
        "hidden_size": language.width,
        "num_hidden_layers": language.layers,
        "num_attention_heads": language.heads,
        "ffn_dim": language.feed_forward,
        "num_codebooks": language.codebooks,
        "audio_channels": language.channels,
        "activation_function": language.activation,
        "dropout": language.dropout,
        "max_position_embeddings": _POSITIONS,
        # The token before the first one and where a codebook has none yet (the delay pattern).
        "pad_token_id": language.codes,
        "bos_token_id": language.codes,
    }
    return full_config(
        {
            "model_type": MELODY_MODEL,
            "architectures": ["MusicgenMelodyForConditionalGeneration"],
            "text_encoder": {**text, "is_encoder_decoder": False, "use_cache": False},
            "audio_encoder": dict(codec),
            "decoder": decoder,
            "num_chroma": language.chroma,
            "chroma_length": language.chroma_frames,
        }
    )


def codec_config(codec: CodecSettings) -> dict[str, Any]:
    """Return the settings of transformers' EnCodec for those of audiocraft's."""
    bits = math.ceil(math.log2(codec.codes))
    frame_rate = math.ceil(codec.sample_rate / math.prod(codec.ratios))
    kbps = codec.codebooks * frame_rate * bits / 1000
    # The number of codebooks is found by division: no rounding may make it one fewer.
    while int(1000 * kbps // (frame_rate * bits)) < codec.codebooks:
        kbps = math.nextafter(kbps, math.inf)
    return {
        "model_type": "encodec",
        "sampling_rate": codec.sample_rate,
        "audio_channels": codec.channels,
        "hidden_size": codec.dimension,
        "codebook_dim": codec.dimension,
        "codebook_size": codec.codes,
        "target_bandwidths": [kbps],
        "num_filters": codec.filters,
        "num_residual_layers": codec.residual,
        "upsampling_ratios": list(codec.ratios),
        "kernel_size": codec.kernel,
        "last_kernel_size": codec.last_kernel,
        "residual_kernel_size": codec.residual_kernel,
        "dilation_growth_rate": codec.dilation,
        "compress": codec.compress,
        "num_lstm_layers": codec.lstm,
        "use_causal_conv": codec.causal,
        "use_conv_shortcut": codec.shortcut,
        "norm_type": codec.norm,
        "pad_mode": codec.pad_mode,
        "trim_right_ratio": codec.trim_right,
        "normalize": codec.renormalize,
    }


def full_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a MusicGen-Melody with all that a file leaves to transformers.

    Raises
    ------
    InputError
        If they are of another model or not possible.
    MissingDependencyError
        If transformers is not installed.
    """
    try:
        from huggingface_hub.errors import StrictDataclassError
        from transformers import MusicgenMelodyConfig
    except ImportError as exc:
        msg = "transformers is not installed."
        raise MissingDependencyError(msg, "Install FilmComposer with its extra: model.") from exc
    kind = config.get("model_type")
    if kind != MELODY_MODEL:
        msg = f"The settings are of a model of the kind {kind}, not {MELODY_MODEL}."
        raise InputError(msg, _NO_MODEL)
    try:
        with _quietly():
            whole: dict[str, Any] = MusicgenMelodyConfig.from_dict(dict(config)).to_dict()
    except (StrictDataclassError, ValueError, TypeError, KeyError) as exc:
        line = " ".join(str(exc).split())[:160]
        raise InputError(f"The settings of the model are not possible: {line}.", _NO_MODEL) from exc
    return whole


def language_of(config: Mapping[str, Any], *, exponent: int, trained: bool) -> LanguageSettings:
    """Return audiocraft's settings of the decoder for those of transformers.

    Parameters
    ----------
    config : mapping
        As :func:`full_config` gives it.
    exponent : int
        Of the chromagram's window; how long it is in seconds follows from ``chroma_length``.
    trained : bool
        Whether the weights of T5 go into the checkpoint.

    Returns
    -------
    LanguageSettings
    """
    decoder, text = config["decoder"], config["text_encoder"]
    rate = config["audio_encoder"]["sampling_rate"]
    return LanguageSettings(
        width=decoder["hidden_size"],
        heads=decoder["num_attention_heads"],
        layers=decoder["num_hidden_layers"],
        feed_forward=decoder["ffn_dim"],
        codebooks=decoder["num_codebooks"],
        codes=decoder["vocab_size"],
        channels=decoder["audio_channels"],
        sample_rate=rate,
        segment_s=_segment_s(config["chroma_length"], 2**exponent // 4, rate),
        chroma=config["num_chroma"],
        chroma_exponent=exponent,
        activation=decoder["activation_function"],
        dropout=decoder["dropout"],
        text_model=t5_name(text["d_model"], gated=bool(text["is_gated_act"])),
        text_trained=trained,
    )


def codec_of(config: Mapping[str, Any]) -> CodecSettings:
    """Return audiocraft's settings of EnCodec for those of transformers (``audio_encoder``)."""
    bits = math.ceil(math.log2(config["codebook_size"]))
    ratios = tuple(config["upsampling_ratios"])
    frame_rate = math.ceil(config["sampling_rate"] / math.prod(ratios))
    return CodecSettings(
        sample_rate=config["sampling_rate"],
        channels=config["audio_channels"],
        dimension=config["hidden_size"],
        filters=config["num_filters"],
        residual=config["num_residual_layers"],
        ratios=ratios,
        kernel=config["kernel_size"],
        last_kernel=config["last_kernel_size"],
        residual_kernel=config["residual_kernel_size"],
        dilation=config["dilation_growth_rate"],
        compress=config["compress"],
        lstm=config["num_lstm_layers"],
        causal=config["use_causal_conv"],
        shortcut=config["use_conv_shortcut"],
        norm=config["norm_type"],
        pad_mode=config["pad_mode"],
        trim_right=config["trim_right_ratio"],
        renormalize=config["normalize"],
        codes=config["codebook_size"],
        codebooks=int(1000 * config["target_bandwidths"][-1] // (frame_rate * bits)),
    )


def expected_shapes(config: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """Return the shape of every tensor that transformers' class wants, by name, each once.

    Parameters
    ----------
    config : mapping
        As :func:`full_config` gives it.

    Returns
    -------
    dict
        In the class's own order; nothing is allocated.
    """
    import torch
    from transformers import MusicgenMelodyConfig, MusicgenMelodyForConditionalGeneration

    with torch.device("meta"), _quietly():
        model = MusicgenMelodyForConditionalGeneration(MusicgenMelodyConfig.from_dict(dict(config)))
    # T5 lists its table of words twice.
    twice = "text_encoder.encoder.embed_tokens.weight"
    held = model.state_dict()
    return {name: tuple(one.shape) for name, one in held.items() if name != twice}


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep back that the token before the first lies outside of the vocabulary: it is meant."""
    from transformers.utils import logging

    before = logging.get_verbosity()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(before)


def _segment_s(frames: int, hop: int, rate: int) -> float:
    """Return a length with so many frames: whole seconds if there are any; 235 frames are 30 s."""
    whole = (frames * hop - 1) // rate
    if 1 + whole * rate // hop == frames:
        return float(whole)
    return (frames - 0.5) * hop / rate
