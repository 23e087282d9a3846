"""Find T5 and EnCodec, which a checkpoint of audiocraft may only refer to by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from filmcomposer_core.errors import InputError
from filmcomposer_core.melody.audiocraft_files import CODEC_FILE, read_checkpoint
from filmcomposer_core.melody.audiocraft_names import CODEC, TEXT, CodecBlocks, codec_ties
from filmcomposer_core.melody.audiocraft_settings import CodecSettings, read_codec
from filmcomposer_core.melody.melody_config import MELODY_MODEL, codec_config, full_config
from filmcomposer_core.melody.melody_folder import CONFIG, Part, read_json, read_part
from filmcomposer_core.melody.tensors import to_transformers

if TYPE_CHECKING:
    from torch import Tensor

#: The codec that audiocraft's published checkpoints refer to.
_CODEC_NAME: Final = "encodec_32khz"
_ENCODER: Final = ("shared.", "encoder.")
_KINDS: Final = ("t5", "umt5", "mt5")


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where to look: beside the checkpoint, then in a folder that was named."""

    beside: Path
    parts: Path | None

    def folders(self, name: str) -> Iterator[Path]:
        """Yield the places in which a part of this name may lie."""
        for root in (self.beside, self.parts):
            if root is not None:
                yield root / name
                yield root / name.rsplit("/", 1)[-1]
                yield root


def find_text_encoder(places: Places, name: str) -> Part:
    """Return T5's encoder: settings, weights by the names that it has alone, and its folder.

    Parameters
    ----------
    places : Places
    name : str
        What audiocraft calls it, as ``t5-base``.

    Returns
    -------
    Part
        Of a whole T5 only the encoder.

    Raises
    ------
    InputError
        If it is nowhere, or damaged.
    """
    for folder in places.folders(name):
        if kind := _kind(folder):
            part = read_part(folder)
            if kind == MELODY_MODEL:
                return _inner(part, "text_encoder", TEXT)
            if kind in _KINDS:
                own = {n: one for n, one in part.weights.items() if n.startswith(_ENCODER)}
                return Part(config=part.config, weights=own, folder=folder)
    msg = f"The text encoder {name} is not beside the checkpoint, which only refers to it."
    raise InputError(msg, f"Put the folder {name.rsplit('/', 1)[-1]} of transformers there.")


def find_codec(places: Places) -> Part:
    """Return EnCodec by transformers' names, without the prefix of the whole model.

    Parameters
    ----------
    places : Places

    Returns
    -------
    Part

    Raises
    ------
    InputError
        If it is nowhere, or damaged.
    """
    name = _CODEC_NAME
    for root in (places.beside, places.parts):
        if root is not None and (root / CODEC_FILE).is_file():
            held = read_checkpoint(root / CODEC_FILE)
            if held.reference:
                name = held.reference.removeprefix("//pretrained/")
                continue
            settings = read_codec(held.settings, held.path)
            ties = codec_ties(codec_blocks(settings))
            return _stripped(to_transformers(held.weights, ties, held.path), settings, root)
    for folder in places.folders(name):
        if kind := _kind(folder):
            if kind == MELODY_MODEL:
                return _inner(read_part(folder), "audio_encoder", CODEC)
            if kind == "encodec":
                return read_part(folder)
    msg = f"The codec {name} is not beside the checkpoint, which only refers to it."
    raise InputError(msg, f"Put {CODEC_FILE} with its weights there, or the folder {_CODEC_NAME}.")


def codec_blocks(codec: CodecSettings) -> CodecBlocks:
    """Return what of a codec decides which tensors it has."""
    return CodecBlocks(
        ratios=len(codec.ratios),
        residual=codec.residual,
        lstm=codec.lstm,
        shortcut=codec.shortcut,
        norm=codec.norm,
        codebooks=codec.codebooks,
    )


def _kind(folder: Path) -> str:
    """Return which model's settings lie in a folder, nothing if none do."""
    if not (folder / CONFIG).is_file():
        return ""
    return str(read_json(folder / CONFIG).get("model_type", ""))


def _inner(part: Part, config: str, prefix: str) -> Part:
    own = {
        name.removeprefix(prefix): one
        for name, one in part.weights.items()
        if name.startswith(prefix)
    }
    settings: dict[str, Any] = full_config(part.config)[config]
    return Part(config=settings, weights=own, folder=part.folder)


def _stripped(weights: dict[str, Tensor], codec: CodecSettings, folder: Path) -> Part:
    own = {name.removeprefix(CODEC): one for name, one in weights.items()}
    return Part(config=codec_config(codec), weights=own, folder=folder)
