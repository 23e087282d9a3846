"""What an installation or its removal is going to change, collected before one byte is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from installer import disk
from installer.receipt import Receipt
from installer.transaction import Change

#: Our folder for the receipt and for copies of what was there.
STORE = "Data/FilmComposer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is going to be changed below the resource folder.

    ``drop`` are folders that go if they are then empty; ``receipt`` is the one that is written, or
    of what is taken out.
    """

    changes: tuple[Change, ...]
    drop: tuple[str, ...]
    notes: tuple[str, ...]
    receipt: Receipt | None


@dataclass(slots=True, kw_only=True)
class Files:
    """What is done to files of ours, as it is being collected.

    ``kept`` are copies made of files that the user had changed, ``drop`` folders that may go.
    """

    changes: list[Change] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    drop: list[str] = field(default_factory=list)


def folders_of(paths: Iterable[str]) -> set[str]:
    """Return every folder that one of these paths lies in."""
    return {str(f) for path in paths for f in PurePosixPath(path).parents if str(f) != "."}


def removals(root: Path, paths: Iterable[str]) -> list[Change]:
    """Return what takes those of these files out that are there."""
    found = ((path, disk.read(root, path)) for path in paths)
    return [Change(path=path, old=data, new=None) for path, data in found if data is not None]


def files_below(root: Path, folder: str) -> list[str]:
    """Return the path of every file in a folder and the folders in it."""
    return [
        p.relative_to(root).as_posix() for p in sorted((root / folder).rglob("*")) if p.is_file()
    ]
