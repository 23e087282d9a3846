"""A model in a folder: checked before it is loaded, loaded without running what is in it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts._check import STRICT
from filmcomposer_core.errors import InputError
from filmcomposer_core.melody.conditioner_config import RhythmConfig

CONFIG: Final = "config.json"
#: Ours beside the files of transformers: what the folder is, and the rhythm conditioner.
ABOUT: Final = "filmcomposer.toml"
RHYTHM_CONFIG, RHYTHM_WEIGHTS = "rhythm_conditioner.json", "rhythm_conditioner.safetensors"
_KIND: Final = "musicgen_melody"
_INDEX: Final = "model.safetensors.index.json"
_WEIGHTS: Final = "model.safetensors"
_MOST_JSON: Final = 32 * 2**20
#: The published weights, whose licence is known though their folder does not say it.
_PUBLISHED: Final = "CC-BY-NC-4.0"
LAYOUT: Final = (
    f"Give the folder of a MusicGen-Melody in the layout of transformers ({CONFIG}, "
    f"{_WEIGHTS} and the tokenizer's files); filmcomposer models get musicgen-melody fetches one."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What ``filmcomposer.toml`` in a model's folder says."""

    __pydantic_config__ = STRICT

    name: str = ""
    source: str = ""
    licence: str = _PUBLISHED
    commercial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The files of a model that can be loaded.

    ``weights`` are safetensors files, ``bytes`` their size. ``rhythm`` is the configuration of
    its rhythm conditioner, None for published weights.
    """

    folder: Path
    about: About
    config: dict[str, Any]
    weights: tuple[Path, ...]
    rhythm: RhythmConfig | None

    @property
    def name(self) -> str:
        """How the user knows it."""
        return self.about.name or self.folder.name

    @property
    def bytes(self) -> int:
        """Size of the weights on disk."""
        return sum(path.stat().st_size for path in self.weights)

    def sha256(self) -> str:
        """Return a hash of settings and weights; read again only when a file has changed."""
        files = [self.folder / CONFIG, *self.weights]
        if self.rhythm is not None:
            files += [self.folder / RHYTHM_CONFIG, self.folder / RHYTHM_WEIGHTS]
        parts = [[path.name, _hash_of(path)] for path in files]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def find_checkpoint(folder: Path) -> Checkpoint:
    """Look at a model's folder and refuse what cannot be loaded.

    Parameters
    ----------
    folder : Path
        In the layout of transformers, or ours with a rhythm conditioner beside it.

    Raises
    ------
    InputError
        If a file is missing, damaged, or of another kind. Pickled weights (``.bin``, ``.th``) are
        not opened: they can run code.
    """
    if not folder.is_dir():
        msg = f"The model folder {folder} does not exist."
        raise InputError(msg, LAYOUT)
    config = _read_json(folder / CONFIG, what="The model's")
    if config.get("model_type") != _KIND:
        kind = str(config.get("model_type"))[:40]
        msg = f"{folder / CONFIG} is of a model of the kind {kind!r}, not a MusicGen-Melody."
        raise InputError(msg, LAYOUT)
    if _channels(config) != 1:
        # Its codebooks are written in pairs with a delay pattern of their own.
        msg = f"{folder / CONFIG} is of a stereo model, which is not supported."
        raise InputError(msg, "Take the mono one, facebook/musicgen-melody: themes are mono.")
    about = read_about(folder)
    weights = _weights(folder)
    for path in weights:
        _check_whole(path)
    return Checkpoint(
        folder=folder, about=about, config=config, weights=weights, rhythm=_rhythm(folder)
    )


def read_about(folder: Path) -> About:
    """Return what ``filmcomposer.toml`` in a model's folder says, or what holds where it is silent.

    Raises
    ------
    InputError
        If it is damaged.
    """
    about = About()
    if not (folder / ABOUT).is_file():
        return about
    where = str(folder / ABOUT)
    data = codec.parse_toml((folder / ABOUT).read_text("utf-8"), where=where)
    known = {name: data[name] for name in asdict(about) if name in data}
    return codec.build(About, known, where=where)


def _channels(config: dict[str, Any]) -> object:
    decoder = config.get("decoder")
    return decoder.get("audio_channels", 1) if isinstance(decoder, dict) else 1


def _rhythm(folder: Path) -> RhythmConfig | None:
    if not (folder / RHYTHM_CONFIG).is_file():
        return None
    where = folder / RHYTHM_CONFIG
    found = codec.build(
        RhythmConfig, _read_json(where, what="The rhythm conditioner's"), where=str(where)
    )
    if not (folder / RHYTHM_WEIGHTS).is_file():
        msg = f"{folder} has a {RHYTHM_CONFIG} but no {RHYTHM_WEIGHTS}."
        raise InputError(msg, "Copy the whole folder of the training run.")
    _check_whole(folder / RHYTHM_WEIGHTS)
    return found


def _weights(folder: Path) -> tuple[Path, ...]:
    if (folder / _INDEX).is_file():
        index = _read_json(folder / _INDEX, what="The model's")
        names = sorted({str(name) for name in dict(index.get("weight_map", {})).values()})
        if not names or any(Path(name).name != name for name in names):
            msg = f"{folder / _INDEX} names no files of the folder."
            raise InputError(msg, LAYOUT)
        missing = [name for name in names if not (folder / name).is_file()]
        if missing:
            msg = f"{folder} lacks {', '.join(missing)}, which its index names."
            raise InputError(msg, "Fetch the model again.")
        return tuple(folder / name for name in names)
    if (folder / _WEIGHTS).is_file():
        return (folder / _WEIGHTS,)
    pickled = sorted(p.name for p in folder.iterdir() if p.suffix in (".bin", ".pt", ".th", ".pth"))
    if pickled:
        msg = f"{folder} holds only pickled weights ({', '.join(pickled[:3])}), which can run code."
        raise InputError(msg, "Convert them first: filmcomposer models convert FOLDER NEW_FOLDER")
    msg = f"{folder} holds no {_WEIGHTS}."
    raise InputError(msg, LAYOUT)


def _check_whole(path: Path) -> None:
    """Refuse a safetensors file that is cut off or none."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(8)
        length = int.from_bytes(head, "little")
        if len(head) < 8 or not 2 <= length <= min(_MOST_JSON * 4, size):
            msg = f"{path} is no safetensors file, or is cut off."
            raise InputError(msg, "Fetch the model again.")
        try:
            table = json.loads(stream.read(length))
            ends = [row["data_offsets"][1] for name, row in table.items() if name[:2] != "__"]
        except (ValueError, KeyError, TypeError, AttributeError, IndexError) as exc:
            msg = f"{path} is damaged: its table cannot be read."
            raise InputError(msg, "Fetch the model again.") from exc
    whole = max(ends, default=0) + 8 + length
    if whole != size:
        msg = f"{path} is cut off or damaged: {size} bytes instead of {whole}."
        raise InputError(msg, "Fetch the model again.")


def _read_json(path: Path, *, what: str) -> dict[str, Any]:
    if not path.is_file():
        msg = f"{path} is missing."
        raise InputError(msg, LAYOUT)
    if path.stat().st_size > _MOST_JSON:
        msg = f"{path} is too large to be a list of settings."
        raise InputError(msg, LAYOUT)
    found = codec.parse_json(path.read_bytes().decode("utf-8", "replace"), where=str(path))
    if not isinstance(found, dict):
        msg = f"{what} {path.name} in {path.parent} holds no settings."
        raise InputError(msg, LAYOUT)
    return found


def _hash_of(path: Path) -> str:
    stat = path.stat()
    return _sha256(path, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=64)
def _sha256(path: Path, size: int, time_ns: int) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
