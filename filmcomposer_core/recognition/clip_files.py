"""The files of a CLIP-style model that the user names: found, bounded and hashed, not yet run."""

from __future__ import annotations

import hashlib
import json
import mmap
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PureWindowsPath
from typing import Final

from filmcomposer_core.errors import InputError
from filmcomposer_core.recognition.onnx_data import external_files

#: All files of a model together, bytes: the largest exports in use have 3.5 GB.
MOST_BYTES: Final = 4 * 2**30
#: A file of settings or words.
MOST_JSON_BYTES: Final = 32 * 2**20
PREPROCESSOR: Final = "preprocessor_config.json"
TOKENIZER: Final = "tokenizer.json"
#: Names that exports carry, and beside them a word for variants ("vision_model_quantized.onnx").
_VISION, _JOINT = "vision_model", "model"
_INNER: Final = "onnx"
#: What the half for pictures is called, and the one for sentences beside it.
_PARTNERS: Final = (("vision", "text"), ("visual", "textual"), ("image", "text"))
_LAYOUT: Final = (
    f"Give a folder as Hugging Face exports it ({_VISION}.onnx and text_model.onnx, or "
    f"{_JOINT}.onnx, with {PREPROCESSOR} and {TOKENIZER}), or one of these .onnx files."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipFiles:
    """The files of a model.

    ``name`` is that of the folder or file that was named; ``networks`` are one that takes pictures
    and sentences, or one for each in this order; ``weights`` are those that lie outside of them.
    """

    name: str
    networks: tuple[Path, ...]
    weights: tuple[Path, ...]
    tokenizer: Path
    preprocessor: Path | None

    @property
    def all(self) -> tuple[Path, ...]:
        """Every file that is read."""
        more = () if self.preprocessor is None else (self.preprocessor,)
        return (*self.networks, *self.weights, self.tokenizer, *more)


def find_clip(given: Path) -> ClipFiles:
    """Find what belongs to a model, and refuse what cannot be one.

    Parameters
    ----------
    given : Path
        A folder, or an ONNX file; what belongs to a file lies beside it.

    Returns
    -------
    ClipFiles

    Raises
    ------
    InputError
        If a file is missing, is not of its kind, too large, or outside of the folder.
    """
    try:
        is_folder = given.is_dir()
        if not is_folder and not given.is_file():
            msg = f"The vision model {given} does not exist."
            raise InputError(msg, "Name it at its present place, or drop it: --vision-model off.")
        root = given if is_folder else given.parent
        main = _main_file(given) if is_folder else given
        files = _gather(given, root, main)
        _check_place_and_size(given, root, files)
    except OSError as exc:
        msg = f"The vision model {given} cannot be read: {exc.strerror}."
        raise InputError(msg, "Check its path and permissions.") from exc
    return files


def clip_mark(given: Path) -> str:
    """Return a hash of all that a model's files say; it is the same wherever they lie."""
    files = find_clip(given)
    return hashlib.sha256(
        json.dumps([[file.name, file_sha256(file)] for file in files.all]).encode()
    ).hexdigest()


def file_sha256(path: Path) -> str:
    """Return the hash of a file; it is read again only when its size or time has changed."""
    stat = path.stat()
    return _sha256(path, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=64)
def _sha256(path: Path, size: int, time_ns: int) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _main_file(folder: Path) -> Path:
    """Return the network of a folder that takes pictures."""
    for name in (_VISION, _JOINT):
        for place in (folder, folder / _INNER):
            if (place / f"{name}.onnx").is_file():
                return place / f"{name}.onnx"
            variants = sorted(place.glob(f"{name}_*.onnx"))
            if len(variants) > 1:
                listed = ", ".join(path.name for path in variants)
                msg = f"The vision model {folder} holds several networks: {listed}."
                raise InputError(msg, "Name the one to be used.")
            if variants:
                return variants[0]
    msg = f"The vision model {folder} holds neither {_VISION}.onnx nor {_JOINT}.onnx."
    raise InputError(msg, _LAYOUT)


def _gather(given: Path, root: Path, main: Path) -> ClipFiles:
    if main.suffix.lower() != ".onnx":
        raise InputError(f"The vision model {given} is not an .onnx file.", _LAYOUT)
    networks = [main]
    partner = next((main.name.replace(a, b) for a, b in _PARTNERS if a in main.name), "")
    if partner:
        networks.append(_beside(main, partner, "the network for sentences"))
    places = (main.parent, root)
    tokenizer = next((p / TOKENIZER for p in places if (p / TOKENIZER).is_file()), None)
    if tokenizer is None:
        raise InputError(f"The vision model {given} has no {TOKENIZER} beside it.", _LAYOUT)
    return ClipFiles(
        name=given.name,
        networks=tuple(networks),
        weights=tuple(path for network in networks for path in _weights_of(network)),
        tokenizer=tokenizer,
        preprocessor=next((p / PREPROCESSOR for p in places if (p / PREPROCESSOR).is_file()), None),
    )


def _beside(main: Path, name: str, what: str) -> Path:
    path = main.with_name(name)
    if not path.is_file():
        raise InputError(f"{what.capitalize()}, {name}, is not beside {main}.", _LAYOUT)
    return path


def _weights_of(network: Path) -> list[Path]:
    stat = network.stat()
    found = []
    for name in _external(network, stat.st_size, stat.st_mtime_ns):
        # Read as Windows would: there a backslash, a drive and a slash lead elsewhere as well.
        parts = PureWindowsPath(name)
        if not name or parts.is_absolute() or parts.anchor or ".." in parts.parts:
            msg = f"{network} wants to read the file {name!r}, which is not in its folder."
            raise InputError(msg, "Do not use it, or export it again as one file.")
        found.append(_beside(network, name, "the file of weights"))
    return found


@lru_cache(maxsize=64)
def _external(network: Path, size: int, time_ns: int) -> tuple[str, ...]:
    """Return what else a network reads, once for each state of the file."""
    if not 0 < size <= MOST_BYTES:
        raise InputError(f"{network} is empty or larger than {_giga(MOST_BYTES)}.", _LAYOUT)
    try:
        with (
            network.open("rb") as stream,
            mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data,
            memoryview(data) as view,
        ):
            return _external_in(view)
    except ValueError as exc:
        raise InputError(f"{network} is not an ONNX file: {exc}.", _LAYOUT) from exc


def _external_in(view: memoryview) -> tuple[str, ...]:
    try:
        return external_files(view)
    except ValueError as exc:
        # The traceback holds slices of the view, which could not be closed then.
        fault = str(exc)
    raise ValueError(fault)


def _check_place_and_size(given: Path, root: Path, files: ClipFiles) -> None:
    inside = root.resolve()
    for path in files.all:
        if not path.resolve().is_relative_to(inside):
            msg = f"{path} of the vision model is a link that leads out of its folder."
            raise InputError(msg, "Copy the file itself there.")
    for small in (files.tokenizer, files.preprocessor):
        if small is not None and small.stat().st_size > MOST_JSON_BYTES:
            raise InputError(f"{small} is larger than {MOST_JSON_BYTES // 2**20} MB.", _LAYOUT)
    total = sum(path.stat().st_size for path in dict.fromkeys(files.all))
    if total > MOST_BYTES:
        msg = f"The vision model {given} has {_giga(total)}."
        raise InputError(msg, f"At most {_giga(MOST_BYTES)} can be used: take a smaller export.")


def _giga(count: int) -> str:
    return f"{count / 2**30:.1f} GB"
