"""Printed stems as the project plays them: ``DIR/reaper/stems/NAME-SHA.wav``, never overwritten."""

from __future__ import annotations

import os
import shutil
from functools import lru_cache
from pathlib import Path
from typing import Final

from filmcomposer_core.atomic import disk_faults
from filmcomposer_core.contracts.cue import CueFile
from filmcomposer_core.cue_folder import CueFolder, file_hash
from filmcomposer_core.run_states import DIGITS, by_age, read_state, remove

#: Of how many states the stems are kept.
STEMS_KEPT: Final = 4


def stem_paths(folder: CueFolder, ledger: CueFile) -> dict[str, str]:
    """Give each printed stem a name of its content, where no later run overwrites it.

    The content is that of the file as it is: somebody may have put another in its place.

    Returns
    -------
    dict of str to str
        Path in the folder to the path for the project; those of the last few states stay.

    Raises
    ------
    DiskError
        If a file cannot be written.
    """
    wanted = _stem_names(ledger)
    with disk_faults(str(folder.path / "reaper" / "stems")):
        for name in [name for name in wanted if folder.exists(name)]:
            source = folder.file(name)
            sha = _content(source)
            wanted[name] = _stem_name(name, sha)
            target = folder.path / wanted[name]
            if not target.exists() or not (source.samefile(target) or _content(target) == sha):
                target.parent.mkdir(parents=True, exist_ok=True)
                _link(source, target)
    kept = set(wanted.values())
    for run in by_age(folder)[:STEMS_KEPT]:
        kept |= set(_stem_names(read_state(folder, run).ledger).values())
    for found in (folder.path / "reaper" / "stems").glob("*"):
        if found.relative_to(folder.path).as_posix() not in kept:
            remove(found)
    return {name: path for name, path in wanted.items() if (folder.path / path).is_file()}


def _stem_names(ledger: CueFile) -> dict[str, str]:
    stems = {n: a for n, a in ledger.artefacts.items() if n.startswith("stems/")}
    return {name: _stem_name(name, artefact.sha256) for name, artefact in stems.items()}


def _stem_name(name: str, sha: str) -> str:
    return f"reaper/stems/{Path(name).stem}-{sha[:DIGITS]}{Path(name).suffix}"


def _content(path: Path) -> str:
    """Return the hash of a sound file, which is read once as long as it stays as it is."""
    found = path.stat()
    return _hash_of(path, (found.st_ino, found.st_size, found.st_mtime_ns))


@lru_cache(maxsize=256)
def _hash_of(path: Path, mark: tuple[int, ...]) -> str:
    return file_hash(path)


def _link(source: Path, target: Path) -> None:
    """Name a file once more, or copy it where the disk knows no links."""
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    try:
        os.link(source, part)
    except OSError:
        shutil.copyfile(source, part)
    os.replace(part, target)
