"""The ``xp.cfg`` that audiocraft builds a MusicGen-Melody and its EnCodec from."""

from __future__ import annotations

from typing import Any

from filmcomposer_core.melody.audiocraft_settings import CodecSettings, LanguageSettings


def language_cfg(settings: LanguageSettings) -> dict[str, Any]:
    """Return the settings of the decoder as audiocraft's builders want them.

    Parameters
    ----------
    settings : LanguageSettings

    Returns
    -------
    dict
        Plain values for YAML.
    """
    steps = range(settings.codebooks)
    stereo = settings.channels == 2
    return {
        "solver": "musicgen",
        "sample_rate": settings.sample_rate,
        "channels": settings.channels,
        "device": "cpu",
        "dtype": "float32",
        "dataset": {"segment_duration": settings.segment_s},
        "compression_model_n_q": None,
        "interleave_stereo_codebooks": {"use": stereo, "per_timestep": False},
        "lm_model": "transformer_lm",
        "transformer_lm": _transformer(settings),
        "codebooks_pattern": {
            "modeling": "delay",
            "delay": {
                "delays": [step // 2 if stereo else step for step in steps],
                "flatten_first": 0,
                "empty_initial": 0,
            },
        },
        "classifier_free_guidance": {"training_dropout": 0.2, "inference_coef": 3.0},
        "attribute_dropout": {"text": {"description": 0.0}, "wav": {"self_wav": 0.0}},
        "fuser": {
            "cross_attention_pos_emb": False,
            "cross_attention_pos_emb_scale": 1,
            "sum": [],
            "prepend": ["self_wav", "description"],
            "cross": [],
            "input_interpolate": [],
        },
        "conditioners": _conditioners(settings),
    }


def codec_cfg(settings: CodecSettings) -> dict[str, Any]:
    """Return the settings of EnCodec as audiocraft's builders want them."""
    return {
        "solver": "compression",
        "sample_rate": settings.sample_rate,
        "channels": settings.channels,
        "device": "cpu",
        "compression_model": "encodec",
        "encodec": {
            "autoencoder": "seanet",
            "quantizer": "rvq",
            "sample_rate": settings.sample_rate,
            "channels": settings.channels,
            "causal": settings.causal,
            "renormalize": settings.renormalize,
        },
        "seanet": {
            "dimension": settings.dimension,
            "channels": settings.channels,
            "causal": settings.causal,
            "n_filters": settings.filters,
            "n_residual_layers": settings.residual,
            "ratios": list(settings.ratios),
            "activation": "ELU",
            "activation_params": {"alpha": 1.0},
            "norm": settings.norm,
            "norm_params": {},
            "kernel_size": settings.kernel,
            "residual_kernel_size": settings.residual_kernel,
            "last_kernel_size": settings.last_kernel,
            "dilation_base": settings.dilation,
            "pad_mode": settings.pad_mode,
            "true_skip": not settings.shortcut,
            "compress": settings.compress,
            "lstm": settings.lstm,
            "disable_norm_outer_blocks": 0,
            "encoder": {},
            "decoder": {
                "trim_right_ratio": settings.trim_right,
                "final_activation": None,
                "final_activation_params": None,
            },
        },
        "rvq": {"n_q": settings.codebooks, "bins": settings.codes, "q_dropout": False},
    }


def _transformer(settings: LanguageSettings) -> dict[str, Any]:
    return {
        "dim": settings.width,
        "num_heads": settings.heads,
        "num_layers": settings.layers,
        "hidden_scale": settings.feed_forward / settings.width,
        "n_q": settings.codebooks,
        "card": settings.codes,
        "dropout": settings.dropout,
        "activation": settings.activation,
        "norm_first": True,
        "bias_ff": False,
        "bias_attn": False,
        "bias_proj": False,
        "causal": True,
        "custom": False,
        # The one that audiocraft can do without xformers, and in one tensor for q, k and v.
        "memory_efficient": True,
        "attention_as_float32": False,
        "positional_embedding": "sin",
        "checkpointing": "none",
    }


def _conditioners(settings: LanguageSettings) -> dict[str, Any]:
    return {
        "self_wav": {
            "model": "chroma_stem",
            "chroma_stem": {
                "sample_rate": settings.sample_rate,
                "n_chroma": settings.chroma,
                "radix2_exp": settings.chroma_exponent,
                "argmax": True,
                "match_len_on_eval": False,
            },
        },
        "description": {
            "model": "t5",
            "t5": {
                "name": settings.text_model,
                "finetune": settings.text_trained,
                "word_dropout": 0.0,
                "normalize_text": False,
            },
        },
    }
