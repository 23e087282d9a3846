"""Convert MusicGen-Melody between audiocraft's checkpoints and folders of transformers.

The weights are those of the source to the last bit, renamed (``audiocraft_names``); T5, which
audiocraft keeps outside of its checkpoint, goes along.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from filmcomposer_core.errors import InputError
from filmcomposer_core.melody.audiocraft_cfg import codec_cfg, language_cfg
from filmcomposer_core.melody.audiocraft_files import (
    CODEC_FILE,
    LANGUAGE_FILE,
    TRAINING_FILE,
    read_checkpoint,
    write_checkpoint,
)
from filmcomposer_core.melody.audiocraft_names import (
    CHROMA_BUFFERS,
    CHROMA_WINDOW,
    CODEC,
    TEXT,
    TEXT_ENCODER,
    codec_ties,
    language_model_ties,
    text_encoder_ties,
)
from filmcomposer_core.melody.audiocraft_settings import LanguageSettings, read_language
from filmcomposer_core.melody.drafts import draft_of
from filmcomposer_core.melody.melody_config import (
    CHROMA_EXPONENT,
    codec_of,
    config_from_audiocraft,
    expected_shapes,
    full_config,
    language_of,
)
from filmcomposer_core.melody.melody_folder import (
    CONFIG,
    FEATURES,
    TOKENIZER_FILES,
    WEIGHTS,
    read_json,
    read_part,
    write_safetensors,
)
from filmcomposer_core.melody.melody_parts import (
    Places,
    codec_blocks,
    find_codec,
    find_text_encoder,
)
from filmcomposer_core.melody.tensors import (
    PROJECTION,
    check_shapes,
    to_audiocraft,
    to_transformers,
    with_projection,
    without_projection,
)
from filmcomposer_core.progress import Progress, silent

if TYPE_CHECKING:
    from torch import Tensor

#: Files that say what may be done with the weights; they go along.
_LICENCES: Final = ("filmcomposer.toml", "LICENSE*", "LICENCE*")
#: FilmComposer's own part of a model (Sec. 3.2).
_RHYTHM: Final = "rhythm_conditioner.safetensors"
_GENERATION: Final = "generation_config.json"
_NO_MELODY: Final = "Name the folder of a MusicGen-Melody, or audiocraft's file."
_COMPARE: Final = "Comparing every tensor with the class of transformers."


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """What was written: ``layout`` is ``transformers`` or ``audiocraft``."""

    folder: Path
    layout: str
    tensors: int
    parameters: int

    def __str__(self) -> str:
        """Tell it in a line."""
        what = f"{self.tensors} tensors, {self.parameters / 1e6:.4g} million parameters"
        return f"{self.folder}: {what}, in the layout of {self.layout}"


def convert_checkpoint(
    src: Path, dest: Path, *, parts: Path | None = None, progress: Progress = silent
) -> Converted:
    """Convert a MusicGen-Melody into the layout of the other library.

    Parameters
    ----------
    src : Path
        audiocraft's: a folder with ``state_dict.bin`` (and ``compression_state_dict.bin``) or
        ``checkpoint.th``, or that file. transformers': a folder with ``config.json`` and weights.
    dest : Path
        A folder that is not there yet, or empty; it appears when it is complete.
    parts : Path, optional
        Where to look for what the source only refers to, T5 and EnCodec: a folder of transformers'
        MusicGen-Melody, or one with folders such as ``t5-base`` and ``encodec_32khz``.
    progress : Progress
        Told of each step; may raise to stop, then nothing is left behind.

    Returns
    -------
    Converted

    Raises
    ------
    InputError
        If the source is neither, is damaged, lacks tensors or has others, or ``dest`` exists.
    DiskError
        If the disk is full or may not be written to.
    MissingDependencyError
        If torch, transformers or safetensors is not installed.

    Notes
    -----
    Nothing in the source is run: weights and settings are read as data.
    """
    theirs = _audiocraft_file(src)
    progress(0.0, "Reading the checkpoint.")
    with draft_of(dest) as draft:
        if theirs is None:
            written = _write_audiocraft(src, draft, progress)
        else:
            written = _write_transformers(theirs, draft, parts, progress)
        _copy(src if src.is_dir() else src.parent, draft, _LICENCES)
        progress(0.99, "Putting the folder in place.")
    return Converted(
        folder=dest,
        layout="audiocraft" if theirs is None else "transformers",
        tensors=len(written),
        parameters=sum(one.numel() for one in written.values()),
    )


def _audiocraft_file(src: Path) -> Path | None:
    """Return audiocraft's file with the decoder, None for a folder of transformers."""
    if src.is_file():
        return src
    if not src.is_dir():
        raise InputError(f"{src} does not exist.", _NO_MELODY)
    theirs = [src / name for name in (LANGUAGE_FILE, TRAINING_FILE) if (src / name).is_file()]
    ours = (src / CONFIG).is_file()
    if theirs and ours:
        msg = f"{src} holds both layouts already: {theirs[0].name} and {CONFIG}."
        raise InputError(msg, f"Use it as it is, or name {theirs[0]} to convert that.")
    if not theirs and not ours:
        raise InputError(f"{src} holds neither {LANGUAGE_FILE} nor {CONFIG}.", _NO_MELODY)
    return theirs[0] if theirs else None


def _write_transformers(
    path: Path, draft: Path, parts: Path | None, progress: Progress
) -> dict[str, Tensor]:
    held = read_checkpoint(path)
    settings = read_language(held.settings, path)
    progress(0.2, "Looking for its text encoder and its codec.")
    places = Places(beside=path.parent, parts=parts)
    text, codec = find_text_encoder(places, settings.text_model), find_codec(places)
    config = config_from_audiocraft(settings, codec.config, text.config)
    ties = language_model_ties(layers=settings.layers, codebooks=settings.codebooks)
    if settings.text_trained:
        ties += text_encoder_ties([*text.weights])
    weights = {f"{TEXT}{name}": one for name, one in text.weights.items()}
    weights |= {f"{CODEC}{name}": one for name, one in codec.weights.items()}
    own = _learnt(held.weights)
    weights |= to_transformers(own, ties, path)
    progress(0.5, _COMPARE)
    expected = expected_shapes(config)
    if PROJECTION not in expected:
        weights = without_projection(weights)
    check_shapes(expected, weights, path)
    progress(0.6, "Writing the weights.")
    config["dtype"] = str(own["emb.0.weight"].dtype).removeprefix("torch.")
    write_safetensors(draft / WEIGHTS, weights)
    for name, content in _settings_files(config, settings).items():
        _write_json(draft / name, content)
    _copy(text.folder, draft, TOKENIZER_FILES)
    return weights


def _write_audiocraft(src: Path, draft: Path, progress: Progress) -> dict[str, Tensor]:
    import torch

    if (src / _RHYTHM).is_file():
        msg = f"{src} has a rhythm conditioner ({_RHYTHM}), and audiocraft no place for one."
        raise InputError(msg, "To convert the rest of it, copy the folder without that file.")
    part = read_part(src)
    config = full_config(part.config)
    progress(0.3, _COMPARE)
    check_shapes(expected_shapes(config), part.weights, src)
    exponent = _chroma_exponent(src)
    settings = language_of(config, exponent=exponent, trained=False)
    codec = codec_of(config["audio_encoder"])
    split = _split(part.weights)
    ties = language_model_ties(layers=settings.layers, codebooks=settings.codebooks)
    own = to_audiocraft(with_projection(split[""], settings.width), ties, src)
    own[CHROMA_WINDOW] = torch.hann_window(2**exponent)
    theirs = to_audiocraft(split[CODEC], codec_ties(codec_blocks(codec)), src)
    progress(0.5, "Writing the weights.")
    write_checkpoint(draft / LANGUAGE_FILE, own, language_cfg(settings))
    write_checkpoint(draft / CODEC_FILE, theirs, codec_cfg(codec))
    progress(0.8, "Writing the text encoder.")
    folder = draft / settings.text_model
    folder.mkdir(parents=True)
    text = {name.removeprefix(TEXT): one for name, one in split[TEXT].items()}
    write_safetensors(folder / WEIGHTS, text)
    _write_json(folder / CONFIG, {**config["text_encoder"], "architectures": ["T5EncoderModel"]})
    _copy(src, folder, TOKENIZER_FILES)
    return {**own, **theirs, **text}


def _learnt(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Leave out what audiocraft computes or lists twice, and the layer that some versions add."""
    twice = f"{TEXT_ENCODER}encoder.embed_tokens.weight"
    return {
        name.replace(".self_attn.mha.", ".self_attn."): one
        for name, one in weights.items()
        if not name.startswith(CHROMA_BUFFERS) and name != twice
    }


def _split(weights: Mapping[str, Tensor]) -> dict[str, dict[str, Tensor]]:
    """Sort weights into those of the text encoder, of the codec, and the others."""
    found: dict[str, dict[str, Tensor]] = {TEXT: {}, CODEC: {}, "": {}}
    for name, one in weights.items():
        found[next(prefix for prefix in found if name.startswith(prefix))][name] = one
    return found


def _settings_files(
    config: Mapping[str, Any], settings: LanguageSettings
) -> dict[str, Mapping[str, Any]]:
    """Return the settings beside the weights, as the published folders have them."""
    rate = settings.sample_rate
    window = 2**settings.chroma_exponent
    codec = codec_of(config["audio_encoder"])
    hop = 1
    for ratio in codec.ratios:
        hop *= ratio
    start = config["decoder"]["bos_token_id"]
    return {
        CONFIG: config,
        _GENERATION: {
            "bos_token_id": start,
            "decoder_start_token_id": start,
            "pad_token_id": start,
            "do_sample": True,
            "guidance_scale": 3.0,
            "max_length": int(settings.segment_s * rate / hop),
        },
        FEATURES: {
            "feature_extractor_type": "MusicgenMelodyFeatureExtractor",
            "processor_class": "MusicgenMelodyProcessor",
            "feature_size": settings.chroma,
            "num_chroma": settings.chroma,
            "sampling_rate": rate,
            "n_fft": window,
            "hop_length": window // 4,
            "chunk_length": int(settings.segment_s),
            "padding_value": 0.0,
        },
    }


def _chroma_exponent(folder: Path) -> int:
    """Return the power of two that is the chromagram's window, the published one if not said."""
    if not (folder / FEATURES).is_file():
        return CHROMA_EXPONENT
    window = read_json(folder / FEATURES).get("n_fft", 2**CHROMA_EXPONENT)
    if not isinstance(window, int) or window < 4 or window & (window - 1):
        msg = f"{folder / FEATURES} has n_fft = {window}; audiocraft wants a power of two."
        raise InputError(msg, "Use the model with transformers.")
    return window.bit_length() - 1


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", "utf-8")


def _copy(source: Path, target: Path, names: Iterable[str]) -> None:
    for pattern in names:
        for path in source.glob(pattern):
            if path.is_file():
                shutil.copyfile(path, target / path.name)
