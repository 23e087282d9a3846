"""The two files between REAPER's side and the core: ``observed.json`` and ``session.json``.

Both are read and written a short piece at a time. The longest is ``json.loads`` in one go, 9 to 13
ms for 2 MB (16 parts, 128,000 events): well under a tick, once for an action. The core checks the
files with pydantic, which is not at hand inside REAPER; here a few lines build the same
dataclasses as strictly.
"""

from __future__ import annotations

import json
import os
import typing
from collections.abc import Generator
from contextlib import suppress
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from filmcomposer_core.contracts.observed import OBSERVED_FILE, Observed
from filmcomposer_core.contracts.session import SESSION_FILE, SESSION_VERSION, Session
from filmcomposer_core.errors import DawError

T = TypeVar("T")
_CHUNK_BYTES = 512 * 1024
_MOST_BYTES = 256 * 1024 * 1024
_PLAIN = frozenset((str, int, float, bool))
#: Tracks and markers built between two yields.
_AT_ONCE = 64


# --- what we saw ----------------------------------------------------------------------------------


def write_observed(folder: Path, observed: Observed) -> Generator[None, None, None]:
    """Write what the user changed to the cue folder; yields between tracks.

    Raises
    ------
    DawError
        If the folder cannot be written.
    """
    rest = {
        f.name: plain(getattr(observed, f.name)) for f in fields(observed) if f.name != "tracks"
    }
    texts = []
    for track in observed.tracks:
        texts.append(json.dumps(plain(track), allow_nan=False))
        yield
    head = json.dumps(rest, allow_nan=False)
    _write(folder / OBSERVED_FILE, f'{head[:-1]}, "tracks": [{", ".join(texts)}]}}\n')


def plain(value: Any) -> Any:
    """Turn a contract into dictionaries, lists and numbers."""
    if value is None or type(value) in _PLAIN:  # most values: notes are many
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(getattr(value, name)) for name in _names(type(value))}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _write(path: Path, text: str) -> None:
    # The bridge knows a file half written by this name.
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8", newline="\n")
        os.replace(part, path)
    except OSError as exc:
        with suppress(OSError):
            part.unlink()
        msg = f"{path} could not be written ({exc.strerror or exc})."
        raise DawError(msg, "Free some space, or allow writing there, then try again.") from exc


# --- what the core made ---------------------------------------------------------------------------


def read_session(folder: Path, cue: str) -> Generator[None, None, Session]:
    """Read what is to be laid into the project; yields between pieces.

    Parameters
    ----------
    folder : Path
        The cue folder.
    cue : str
        The cue's id, which the file must bear.

    Raises
    ------
    DawError
        If the file is missing, damaged, of another version or of another cue.
    """
    path = folder / SESSION_FILE
    raw = bytearray()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                raw += chunk
                if len(raw) > _MOST_BYTES:
                    raise _damaged(path, "it is too large")
                yield
    except OSError as exc:
        msg = f"{path} could not be read ({exc.strerror or exc})."
        raise DawError(msg, "Press the button again to have it made anew.") from exc
    try:
        data = json.loads(raw)
        yield
        session = yield from _session(data)
    except (ValueError, TypeError, RecursionError) as exc:
        raise _damaged(path, str(exc)) from exc
    if session.cue != cue:
        raise _damaged(path, f"it is of the cue {session.cue}, not {cue}")
    return session


def _session(data: Any) -> Generator[None, None, Session]:
    """Build the session; its lists a few members at a time."""
    if not isinstance(data, dict):
        raise TypeError("it holds no object")
    if data.get("version") != SESSION_VERSION:
        raise ValueError(f"its version is {data.get('version')!r}, not {SESSION_VERSION}")
    hints = _hints(Session)
    ready: dict[str, Any] = {}
    for name, value in data.items():
        member = typing.get_args(hints.get(name))
        if member and isinstance(value, list):
            made = []
            for at, each in enumerate(value):
                made.append(build(member[0], each, f"{name} {at + 1}"))
                if at % _AT_ONCE == _AT_ONCE - 1:
                    yield
            ready[name] = tuple(made)
    rest = {name: value for name, value in data.items() if name not in ready}
    return build(Session, rest, "", ready)


def _damaged(path: Path, why: str) -> DawError:
    return DawError(
        f"{path} makes no sense: {why}.", "Press the button again to have it made anew."
    )


# --- dataclasses of plain data --------------------------------------------------------------------


def build(kind: type[T], data: Any, where: str, ready: dict[str, Any] | None = None) -> T:
    """Build a value of a contract.

    Parameters
    ----------
    kind : type
        A dataclass, a list of one in a tuple, or a plain type.
    data : Any
        As ``json`` gives it.
    where : str
        The place, for the message.
    ready : dict, optional
        Fields that were built before.

    Raises
    ------
    ValueError, TypeError
        Naming the place.
    """
    if is_dataclass(kind):
        return typing.cast(T, _object(kind, data, where, ready or {}))
    if typing.get_origin(kind) is tuple:
        if not isinstance(data, list):
            raise TypeError(f"{where} is no list")
        member = typing.get_args(kind)[0]
        return typing.cast(
            T, tuple(build(member, d, f"{where} {n}") for n, d in enumerate(data, 1))
        )
    # A whole number is a float, too; true and false are no numbers.
    found: Any = float(data) if kind is float and type(data) is int else data
    if type(found) is not kind:
        raise TypeError(f"{where} is {str(data)[:40]!r}, not {kind.__name__}")
    made: T = found
    return made


def _object(kind: Any, data: Any, where: str, ready: dict[str, Any]) -> Any:
    if not isinstance(data, dict):
        raise TypeError(f"{where or 'it'} is no object")
    hints = _hints(kind)
    unknown = set(data) - set(hints)
    if unknown:
        raise ValueError(f"{where} {min(unknown)} is not known".strip())
    missing = _needed(kind) - set(data) - set(ready)
    if missing:
        raise ValueError(f"{where} {min(missing)} is missing".strip())
    made = {name: build(hints[name], data[name], f"{where} {name}".strip()) for name in data}
    try:
        return kind(**made, **ready)
    except ValueError as exc:
        raise ValueError(f"{where}: {exc}") from exc


@cache
def _hints(kind: type) -> dict[str, Any]:
    found = typing.get_type_hints(kind)
    return {name: found[name] for name in _names(kind)}


@cache
def _needed(kind: Any) -> frozenset[str]:
    return frozenset(
        f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING
    )
