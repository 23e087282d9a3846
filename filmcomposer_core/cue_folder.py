"""One cue's folder on disk: atomic writes, what was last written, history, and a lock.

::

    DIR/cue.json                    the ledger
    DIR/history/NAME.N              files that were replaced although the user had changed them
    DIR/.filmcomposer/last/NAME     what we last wrote, to tell edits from it
    DIR/.filmcomposer/journal.json  hashes about to be written: a kill in between is no edit
    DIR/.filmcomposer/prints/       the sound of each part before the master, for the next rendering
    DIR/.filmcomposer/work/         files under construction
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from filelock import FileLock, Timeout

from filmcomposer_core.atomic import disk_faults, write_atomic
from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts._check import inside_folder
from filmcomposer_core.contracts.cue import CueFile
from filmcomposer_core.errors import BusyError, DiskError, InputError

LEDGER = "cue.json"
_PRIVATE = ".filmcomposer"


def file_hash(path: Path) -> str:
    """Return the sha256 of a file as hex text."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def text_hash(data: bytes) -> str:
    """Return the sha256 of bytes as hex text."""
    return hashlib.sha256(data).hexdigest()


class CueFolder:
    """The files of one cue. Open it with :func:`open_folder`, which takes the lock."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._journal = path / _PRIVATE / "journal.json"
        self.work = path / _PRIVATE / "work"
        self.prints = path / _PRIVATE / "prints"

    def file(self, name: str) -> Path:
        """Return the place of an artefact; InputError if that is not in this folder."""
        try:
            inside_folder("name", name)
        except ValueError as exc:
            msg = f"A file of {self.path} is refused: {exc}."
            raise InputError(msg, "Somebody changed the folder's own files; score anew.") from exc
        return self.path / name

    def exists(self, name: str) -> bool:
        """Whether an artefact is there."""
        return self.file(name).is_file()

    def read(self, name: str) -> bytes:
        """Read an artefact; InputError if it cannot be read."""
        try:
            return self.file(name).read_bytes()
        except OSError as exc:
            msg = f"{self.file(name)} cannot be read: {exc.strerror}."
            raise InputError(msg, "Check that the file is there and may be read.") from exc

    def last_written(self, name: str) -> bytes | None:
        """Return an artefact as we last wrote it, or None."""
        path = self.path / _PRIVATE / "last" / name
        return path.read_bytes() if path.is_file() else None

    def load_ledger(self) -> CueFile | None:
        """Read ``cue.json``; None in a new folder."""
        if not self.exists(LEDGER):
            return None
        where = str(self.file(LEDGER))
        text = self.read(LEDGER).decode("utf-8", errors="replace")
        return codec.build(CueFile, codec.parse_json(text, where=where), where=where)

    def save_ledger(self, ledger: CueFile) -> None:
        """Write ``cue.json``, which settles what the journal announced."""
        write_atomic(self.file(LEDGER), codec.dump_json(ledger).encode())
        self._journal.unlink(missing_ok=True)

    def announced(self) -> dict[str, str]:
        """Return hashes that an interrupted run was about to write, by name."""
        try:
            data = json.loads(self._journal.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return {str(k): str(v) for k, v in data.items()} if isinstance(data, dict) else {}

    def write(self, files: Mapping[str, bytes | Path], *, editable: set[str]) -> dict[str, str]:
        """Put the files of a stage in place, all announced first.

        Parameters
        ----------
        files : mapping of name to bytes or Path
            Content, or a finished file in ``work`` that is moved, or one that is in its place.
        editable : set of str
            Names whose content is kept aside to compare edits with.

        Returns
        -------
        dict of name to sha256
        """
        hashes = {
            name: file_hash(item) if isinstance(item, Path) else text_hash(item)
            for name, item in files.items()
        }
        write_atomic(self._journal, json.dumps(self.announced() | hashes).encode())
        for name, item in files.items():
            if item == self.file(name):
                continue
            if isinstance(item, Path):
                with disk_faults(str(self.file(name))):
                    self.file(name).parent.mkdir(parents=True, exist_ok=True)
                    os.replace(item, self.file(name))
            else:
                write_atomic(self.file(name), item)
                if name in editable:
                    self.remember(name, item)
        return hashes

    def remember(self, name: str, data: bytes) -> None:
        """Keep the accepted content of an editable file, to tell the next edit from it."""
        write_atomic(self.path / _PRIVATE / "last" / name, data)

    def keep_in_history(self, name: str) -> str:
        """Copy a file to ``history/NAME.N`` with the next free N; return that name."""
        number = 1
        while (target := self.path / "history" / f"{name.replace('/', '_')}.{number}").exists():
            number += 1
        with disk_faults(str(target)):
            target.parent.mkdir(parents=True, exist_ok=True)
            part = target.with_name(target.name + ".part")
            shutil.copy2(self.file(name), part)
            os.replace(part, target)
        return f"history/{target.name}"


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the folder for one run; the system lets go of the lock of a process that was killed."""
    lock = FileLock(path / _PRIVATE / "lock")
    try:
        lock.acquire(blocking=False)
    except Timeout:
        msg = f"{path} is in use by another FilmComposer run."
        raise BusyError(msg, "Wait for it to end, or stop it.") from None
    except OSError as exc:
        msg = f"{path} cannot be written: {exc.strerror}."
        raise DiskError(msg, "Choose another cue folder, or allow writing there.") from exc
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def open_folder(path: Path) -> Iterator[CueFolder]:
    """Open a cue folder for one run; a second run in it is refused while the first lives.

    Raises
    ------
    InputError
        If the folder cannot be made or written.
    FilmComposerError
        If another run holds it.
    """
    if path.exists() and not path.is_dir():
        msg = f"{path} is a file, not a folder."
        raise InputError(msg, "Give the cue a folder of its own.")
    folder = CueFolder(path)
    with disk_faults(str(path)):
        folder.work.mkdir(parents=True, exist_ok=True)
    with _locked(path):
        # Files under construction of a killed run belong to nobody.
        shutil.rmtree(folder.work, ignore_errors=True)
        with disk_faults(str(path)):
            folder.work.mkdir(parents=True, exist_ok=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder.work, ignore_errors=True)
