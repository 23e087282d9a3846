"""What an installation put where, so that it can be brought up to date and taken back exactly.

``Data/FilmComposer/receipt.json`` in REAPER's resource folder.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from installer import disk

RECEIPT = "Data/FilmComposer/receipt.json"
_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key that was set in an ini file; ``old`` is None where it was not there.

    ``header`` says whether its section was there.
    """

    section: str
    key: str
    old: str | None
    new: str
    header: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ini:
    """What was done to one of REAPER's ini files.

    ``existed`` says whether the file was there, ``after`` is its sha256 with our part. ``backup``
    is a copy without our part and ``before`` its sha256; both are None where there is no such copy,
    because others changed the file between two installations or the receipt was lost.
    """

    existed: bool
    before: str | None
    after: str
    backup: str | None
    lines: tuple[str, ...] = ()
    section: str | None = None
    keys: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One installation: paths are relative to the resource folder, with ``/``.

    ``files`` maps what is ours to its sha256; ``folders`` are those that were not there before;
    ``backups`` are copies of ini files, ``kept`` copies of our files that the user had changed.
    """

    version: str
    time: str
    files: Mapping[str, str]
    folders: tuple[str, ...] = ()
    inis: Mapping[str, Ini] = field(default_factory=dict)
    backups: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


def to_bytes(receipt: Receipt) -> bytes:
    """Return the receipt as it stands on disk."""
    data = {"format": _FORMAT, **asdict(receipt)}
    # As ASCII: a value taken from an ini file need not be valid UTF-8.
    return (json.dumps(data, indent=1, sort_keys=True) + "\n").encode("ascii")


def from_bytes(data: bytes) -> Receipt:
    """Read a receipt.

    Raises
    ------
    ValueError
        When it is damaged, of a newer format, or names a path outside the resource folder.
    """
    try:
        found = json.loads(data.decode("utf-8"))
        if found.pop("format") != _FORMAT:
            raise ValueError
        receipt = Receipt(
            version=_text(found["version"]),
            time=_text(found["time"]),
            files={_path(path): _text(found["files"][path]) for path in found["files"]},
            folders=tuple(map(_path, found["folders"])),
            inis={_path(name): _ini(found["inis"][name]) for name in found["inis"]},
            backups=tuple(map(_path, found["backups"])),
            kept=tuple(map(_path, found["kept"])),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as exc:
        msg = "the receipt is damaged"
        raise ValueError(msg) from exc
    return receipt


def read_receipt(root: Path) -> tuple[Receipt | None, bool]:
    """Return the receipt, None without one, and whether there was one that cannot be read."""
    data = disk.read(root, RECEIPT)
    if data is None:
        return None, False
    try:
        return from_bytes(data), False
    except ValueError:
        return None, True


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _path(value: Any) -> str:
    if not disk.is_safe(_text(value)):
        raise ValueError
    return _text(value)


def _ini(data: dict[str, Any]) -> Ini:
    return Ini(
        existed=data["existed"] is True,
        before=None if data["before"] is None else _text(data["before"]),
        after=_text(data["after"]),
        backup=None if data["backup"] is None else _path(data["backup"]),
        lines=tuple(map(_text, data["lines"])),
        section=None if data["section"] is None else _text(data["section"]),
        keys=tuple(map(_key, data["keys"])),
    )


def _key(data: dict[str, Any]) -> Key:
    return Key(
        section=_text(data["section"]),
        key=_text(data["key"]),
        old=None if data["old"] is None else _text(data["old"]),
        new=_text(data["new"]),
        header=data["header"] is True,
    )
