"""The installed models: what is known, what is here, what it needs to be used."""

from __future__ import annotations

import hashlib
import json
import shutil
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

from filmcomposer_core.atomic import disk_faults, write_atomic
from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts._check import STRICT
from filmcomposer_core.errors import InputError
from filmcomposer_core.melody.checkpoint import ABOUT, find_checkpoint
from filmcomposer_core.melody.installed import NAME, installed_models, models_folder
from filmcomposer_core.model_store.hub import RemoteFile, fetch

HASHES: Final = "sha256"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A model that can be fetched by name."""

    __pydantic_config__ = STRICT

    source: str
    licence: str
    commercial: bool
    about: str


@cache
def known_models() -> dict[str, Known]:
    """Return the models that can be fetched by name."""
    text = (
        resources.files("filmcomposer_core.model_store").joinpath("known.toml").read_text("utf-8")
    )
    return {
        name: codec.build(Known, row, where="known.toml")
        for name, row in tomllib.loads(text).items()
    }


def known_model(name: str) -> Known:
    """Return a model that can be fetched.

    Raises
    ------
    InputError
        For a name that is not known.
    """
    found = known_models().get(name)
    if found is None:
        msg = f"There is no model {name!r} to fetch."
        hint = (
            f"Known: {', '.join(known_models())}. A folder of your own is named with --model DIR."
        )
        raise InputError(msg, hint)
    return found


def install(
    name: str,
    known: Known,
    files: tuple[RemoteFile, ...],
    tell: Callable[[str, int, int], None],
) -> Path:
    """Fetch a model's files and make it ready.

    Parameters
    ----------
    name : str
        Of the model and its folder.
    known : Known
        Where it comes from and its licence.
    files : tuple of RemoteFile
        As the hub lists them.
    tell : callable
        Told the name of a file, how much of all files is here and how much there is, bytes.

    Returns
    -------
    Path
        The folder. It counts as installed from its last file on, so a stop leaves no half model.
    """
    folder = models_folder() / name
    with disk_faults(str(folder)):
        folder.mkdir(parents=True, exist_ok=True)
    whole, done = sum(file.size for file in files), 0
    hashes: dict[str, str] = {}
    # The settings come last: without them the folder is no model.
    for file in sorted(files, key=lambda f: (f.name == "config.json", f.name)):

        def count(bytes_here: int, file: RemoteFile = file, before: int = done) -> None:
            tell(file.name, before + bytes_here, whole)

        hashes[file.name] = fetch(known.source, file, folder, count)
        done += file.size
    write_about(folder, name=name, source=known.source, licence=known.licence,
                commercial=known.commercial, hashes=hashes)  # fmt: skip
    find_checkpoint(folder)
    return folder


def write_about(
    folder: Path, *, name: str, source: str, licence: str, commercial: bool,
    hashes: Mapping[str, str],
) -> None:  # fmt: skip
    """Write what a model's folder is, and the hashes by which it is checked."""
    rows = {
        "name": name,
        "source": source,
        "licence": licence,
        "commercial": commercial,
        "fetched": datetime.now(UTC).strftime("%Y-%m-%d"),
    }
    text = "".join(f"{key} = {json.dumps(value)}\n" for key, value in rows.items())
    text += f"\n[{HASHES}]\n"
    text += "".join(f"{json.dumps(key)} = {json.dumps(value)}\n" for key, value in hashes.items())
    write_atomic(folder / ABOUT, text.encode())


def damaged_files(name: str) -> tuple[str, ...]:
    """Return the files of an installed model that are not as they were fetched.

    Raises
    ------
    InputError
        If it is not installed, or cannot be loaded.
    """
    folder = installed(name)
    find_checkpoint(folder)
    where = folder / ABOUT
    if not where.is_file():
        return ()
    rows = codec.parse_toml(where.read_text("utf-8"), where=str(where)).get(HASHES, {})
    return tuple(file for file, wanted in sorted(rows.items()) if _hash(folder / file) != wanted)


def installed(name: str) -> Path:
    """Return the folder of an installed model.

    Raises
    ------
    InputError
        If it is not installed.
    """
    if not NAME.fullmatch(name) or name not in installed_models():
        msg = f"No model {name!r} is installed."
        raise InputError(msg, f"Installed: {', '.join(installed_models()) or 'none'}.")
    return models_folder() / name


def remove(name: str) -> None:
    """Delete an installed model."""
    folder = installed(name)
    with disk_faults(str(folder)):
        shutil.rmtree(folder)


def listing() -> tuple[str, ...]:
    """Return lines about the models that are here and those that can be fetched."""
    lines = []
    for name in installed_models():
        found = find_checkpoint(models_folder() / name)
        trade = "" if found.about.commercial else ", not for commercial use"
        size = found.bytes / 1e9
        lines.append(f"installed  {name}: {size:.1f} GB, {found.about.licence}{trade}")
    for name, known in known_models().items():
        if name not in installed_models():
            trade = "" if known.commercial else ", not for commercial use"
            lines.append(f"known      {name}: {known.about}; {known.licence}{trade}")
    return tuple(lines)


def _hash(path: Path) -> str:
    if not path.is_file():
        return ""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
