"""Which files a job may touch: media, soundfonts, models and cues under registered folders."""

from __future__ import annotations

import contextlib
import os
import stat
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filmcomposer_bridge.exchanged import check_exchange, is_exchanged, with_resources
from filmcomposer_bridge.paths import (
    NotRegisteredError,
    is_link,
    lies_in,
    resolve,
    shown,
)
from filmcomposer_bridge.state import state_folder
from filmcomposer_core.contracts import codec
from filmcomposer_core.errors import InputError
from filmcomposer_core.melody.installed import NAME

#: Containers of moving pictures, by the end of the file name.
MEDIA = frozenset(
    f".{ending}"
    for ending in (
        *("3gp", "asf", "avi", "dv", "f4v", "flv", "gxf", "m2t", "m2ts", "m2v", "m4v", "mkv"),
        *("mov", "mp4", "mpeg", "mpg", "mts", "mxf", "ogm", "ogv", "qt", "ts", "vob", "webm"),
        "wmv",
    )
)
SOUNDFONTS = frozenset({".sf2", ".sf3"})
#: A folder may be named as well; what is opened in it is checked by the core.
MODELS = frozenset({".onnx"})
MAX_ROOTS = 256
#: A cue folder with REAPER's peak files and backups has hundreds.
MAX_ENTRIES = 20_000
MAX_LEDGER_BYTES = 32 * 1024 * 1024

#: The settings that are paths, and the endings that they may have.
_KINDS = {"clip": MEDIA, "soundfont": SOUNDFONTS, "vision_model": MODELS, "melody_model": MODELS}
_LEDGER = "cue.json"
_PRIVATE = ".filmcomposer"
_BELONGINGS = frozenset({_LEDGER, _PRIVATE})
#: What file browsers leave in an empty folder.
_LITTER = frozenset({".ds_store", "thumbs.db", "desktop.ini", ".directory", ".localized"})
_REGISTER = "Register its folder first, then send the job again."
_OWN = "Give the cue a folder of its own."


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedJob:
    """A job that may be carried out: ``cue`` and the paths in ``params`` hold no links."""

    stage: str
    cue: Path
    params: dict[str, Any]


class Roots:
    """The registered folders, resolved. Any thread may use it.

    Parameters
    ----------
    paths : iterable of Path
        Folders to register at once.
    """

    def __init__(self, paths: Iterable[Path] = ()) -> None:
        self._lock = threading.Lock()
        self._paths: tuple[Path, ...] = ()
        for path in paths:
            self.add(path)

    def add(self, path: str | Path) -> Path:
        """Register a folder and return where it really is.

        Raises
        ------
        InputError
            If it is no folder, a whole drive, or the bridge's own.
        """
        name = f"The folder {shown(path)}"
        root = resolve(name, str(path))
        if root == Path(root.anchor):
            msg = f"{name} is a whole drive and cannot be registered."
            raise InputError(msg, "Register the folder of the film project.")
        if lies_in(root, [_own_folder()]):
            msg = f"{name} lies in the bridge's own folder and cannot be registered."
            raise InputError(msg, "Register the folder of the film project.")
        _need_folder(root, name)
        with self._lock:
            if not lies_in(root, self._paths):
                if len(self._paths) >= MAX_ROOTS:
                    msg = f"{name} cannot be registered: {MAX_ROOTS} folders are already."
                    raise InputError(msg, "Restart the bridge with: filmcomposer bridge stop")
                self._paths = (*self._paths, root)
        return root

    def all(self) -> tuple[Path, ...]:
        """Return the registered folders in the order they were registered."""
        return self._paths


def check_job(stage: str, cue: str, params: Mapping[str, Any], roots: Sequence[Path]) -> CheckedJob:
    """Resolve the paths of a job and refuse it if it would leave the registered folders.

    It holds for the moment it is called: the worker calls it again just before the work.

    Parameters
    ----------
    stage : str
        ``score`` or a stage command.
    cue : str
        Absolute path of the cue folder, which need not be there yet.
    params : mapping
        As in :class:`filmcomposer_bridge.protocol.JobRequest`.
    roots : sequence of Path
        The registered folders, as :meth:`Roots.all` gives them.

    Returns
    -------
    CheckedJob
        With ``clip``, ``soundfont`` and ``vision_model`` resolved where they were given.

    Raises
    ------
    InputError
        For a path outside the registered folders (:class:`NotRegisteredError`), of the wrong kind,
        or that is not there.
    """
    folder = _cue_folder(cue, roots)
    if params.get("observed") or params.get("session"):
        check_exchange(folder)
    ledger = folder / _LEDGER
    known = _remembered(ledger)
    checked = dict(params)
    if not checked.get("clip") and known is None:
        msg = f"{shown(cue)} is not a cue folder yet: it has no {_LEDGER}."
        raise InputError(msg, "Send the clip with the job.")
    for name, kinds in _KINDS.items():
        words = name.replace("_", " ")
        held = checked[name] if name in checked else (known or {}).get(name, "")
        if name == "melody_model" and NAME.fullmatch(str(held)):
            continue  # an installed one, by its name
        if checked.get(name):
            text = str(checked[name])
            checked[name] = str(_file(f"The {words} {shown(text)}", text, kinds, roots))
        elif known and known[name] and name not in checked:
            subject = f"The {words} {shown(known[name])}, remembered in {shown(ledger)},"
            _file(subject, known[name], kinds, roots)
    if (checked.get("session") or {}).get("resources"):
        checked["session"] = with_resources(checked["session"], roots)
    return CheckedJob(stage=stage, cue=folder, params=checked)


def _own_folder() -> Path:
    return Path(os.path.realpath(state_folder()))


def _file(subject: str, text: str, kinds: frozenset[str], roots: Sequence[Path]) -> Path:
    """Resolve what is to be read. What lies outside the roots is refused before it is looked at."""
    path = resolve(subject, text)
    if not lies_in(path, roots) or lies_in(path, [_own_folder()]):
        raise NotRegisteredError(f"{subject} is not in a registered folder.", _REGISTER)
    if kinds is MODELS and path.is_dir():
        return path
    if path.suffix.lower() not in kinds:
        msg = f"{subject} is not of a known kind ({shown(path.suffix, 20) or 'no ending'})."
        raise InputError(msg, f"Known endings: {' '.join(sorted(kinds))}.")
    try:
        mode = os.stat(path).st_mode
    except OSError as exc:
        msg = f"{subject} cannot be read: {exc.strerror}."
        raise InputError(msg, "Check the path and the permissions.") from exc
    if not stat.S_ISREG(mode):
        raise InputError(f"{subject} is not a file.", "Name the file itself.")
    return path


def _need_folder(path: Path, subject: str, *, may_miss: bool = False) -> bool:
    """Refuse what is not a folder; return whether it is there."""
    try:
        is_folder = stat.S_ISDIR(os.stat(path).st_mode)
    except OSError as exc:
        if may_miss and isinstance(exc, FileNotFoundError):
            return False
        msg = f"{subject} cannot be used: {exc.strerror}."
        raise InputError(msg, "Check the path and the permissions.") from exc
    if not is_folder:
        raise InputError(f"{subject} is a file, not a folder.", "Name a folder.")
    return True


def _cue_folder(text: str, roots: Sequence[Path]) -> Path:
    """Resolve a cue folder and look through what is in it."""
    subject = f"The cue folder {shown(text)}"
    folder = resolve(subject, text)
    if not lies_in(folder, roots):
        raise NotRegisteredError(f"{subject} is not in a registered folder.", _REGISTER)
    own = _own_folder()
    if lies_in(folder, [own]) or lies_in(own, [folder]):
        raise InputError(f"{subject} lies in the bridge's own folder or around it.", _OWN)
    if _PRIVATE in (part.lower() for part in folder.parts):
        raise InputError(f"{subject} lies inside the private folder of a cue.", _OWN)
    if _need_folder(folder, subject, may_miss=True):
        _check_content(folder, subject)
    return folder


def _check_content(folder: Path, subject: str) -> None:
    """Refuse a folder of other things, and one out of which a link leads."""
    names: set[str] = set()
    for number, (entry, status) in enumerate(_walk(folder, subject)):
        if number >= MAX_ENTRIES:
            msg = f"{subject} holds more than {MAX_ENTRIES} files."
            raise InputError(msg, "Move what is not of the cue elsewhere.")
        inside = Path(entry.path).relative_to(folder)
        if not is_exchanged(inside):
            names.add(inside.parts[0])
        fault = _entry_fault(folder, inside, status)
        if fault:
            msg = f"{subject} cannot be used: {shown(inside)} in it {fault}."
            raise InputError(msg, "Remove it or move it elsewhere.")
    if not names & _BELONGINGS and {n.lower() for n in names} - _LITTER:
        msg = f"{subject} holds other files and no {_LEDGER}: it is not a cue folder."
        raise InputError(msg, "Give the cue a new or empty folder.")


def _walk(folder: Path, subject: str) -> Iterator[tuple[os.DirEntry[str], os.stat_result]]:
    """Yield everything in a folder with its status; links are not followed.

    What goes away meanwhile, as files under construction do, is passed over.
    """
    waiting: list[str] = [str(folder)]
    try:
        while waiting:
            with contextlib.suppress(FileNotFoundError), os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    with contextlib.suppress(FileNotFoundError):
                        status = os.lstat(entry.path)
                        if stat.S_ISDIR(status.st_mode) and not is_link(status):
                            waiting.append(entry.path)
                        yield entry, status
    except OSError as exc:
        msg = f"{subject} cannot be looked through: {exc.strerror}."
        raise InputError(msg, "Check its permissions.") from exc


def _entry_fault(folder: Path, inside: Path, status: os.stat_result) -> str:
    """Say what is wrong with something in a cue folder, empty if nothing."""
    path = folder / inside
    if is_link(status):
        try:
            target = Path(os.path.realpath(path))
        except (OSError, RecursionError):
            target = Path(folder.anchor)
        return "" if lies_in(target, [folder]) else "is a link that leads out of it"
    if stat.S_ISDIR(status.st_mode):
        return ""
    if not stat.S_ISREG(status.st_mode):
        return "is not a file"
    # These are opened for writing in place; all others are replaced whole.
    in_place = _PRIVATE in inside.parts or inside.name.endswith(".part")
    return "is the same file as one elsewhere" if in_place and status.st_nlink > 1 else ""


def _remembered(path: Path) -> dict[str, str] | None:
    """Return the settings of a ledger that are paths; None where there is none.

    The rest of the ledger is the pipeline's to judge.
    """
    if not path.is_file():
        return None
    where = shown(path)
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_LEDGER_BYTES + 1)
        if len(raw) > MAX_LEDGER_BYTES:
            msg = f"{where} is larger than {MAX_LEDGER_BYTES // 2**20} MB."
            raise InputError(msg, "Put an earlier copy of it back.")
        data = codec.parse_json(raw.decode("utf-8", errors="replace"), where=where)
        settings = data["settings"]
        found = {name: settings.get(name, "") for name in _KINDS}
    except OSError as exc:
        msg = f"{where} cannot be read: {exc.strerror}."
        raise InputError(msg, "Check its permissions.") from exc
    except InputError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as exc:
        msg = f"{where} is damaged: it holds no settings."
        raise InputError(msg, "Put an earlier copy of it back, or give the cue a new folder.") \
            from exc  # fmt: skip
    if not all(isinstance(value, str) for value in found.values()) or not found["clip"]:
        msg = f"{where} is damaged: it names no clip."
        raise InputError(msg, "Put an earlier copy of it back, or give the cue a new folder.")
    return found
