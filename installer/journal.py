"""What an installer is about to change, kept on disk so that a killed one can be undone."""

from __future__ import annotations

import contextlib
import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from installer import disk
from installer.errors import SetupError

WORK = "FilmComposer-install-work"
_NAME = "journal.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file: where its bytes are kept under ``new/`` and ``old/``, and their hashes."""

    number: int
    path: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """All files of one run, the folders it makes and those it drops when they are empty."""

    entries: tuple[Entry, ...]
    made: tuple[str, ...]
    dropped: tuple[str, ...]


def is_interrupted(root: Path) -> bool:
    """Whether an installer was killed in the middle of its changes."""
    return (root / WORK / _NAME).is_file()


def open_journal(root: Path, journal: Journal) -> None:
    """Write the journal down; from now on a kill is undone by :func:`recover`."""
    work = root / WORK
    part = work / f"{_NAME}.part"
    part.write_text(json.dumps(asdict(journal), indent=1), encoding="utf-8")
    disk.flush(part)
    part.replace(work / _NAME)
    disk.flush(work)


def close_journal(root: Path) -> None:
    """Remove the journal: what was changed stands."""
    (root / WORK / _NAME).unlink()
    disk.flush(root / WORK)


def recover(root: Path) -> tuple[str, ...]:
    """Undo a run that was killed and clear its copies away; return what was done, in sentences.

    A file that another program has changed since is left alone and named.

    Raises
    ------
    SetupError
        When the journal cannot be read or a file cannot be put back; the copies are kept.
    """
    work = root / WORK
    notes: list[str] = []
    if is_interrupted(root):
        try:
            notes = _roll_back(root, _read_journal(work))
            close_journal(root)
        except OSError as exc:
            msg = f"{exc.filename or root} could not be put back as it was: {exc.strerror}."
            hint = f"Mend that and run this again; until then all that is needed is in {work}."
            raise SetupError(msg, hint) from exc
    for name in ("new", "old"):
        shutil.rmtree(work / name, ignore_errors=True)
    return tuple(notes)


def _read_journal(work: Path) -> Journal:
    try:
        data = json.loads((work / _NAME).read_text("utf-8"))
        journal = Journal(
            entries=tuple(Entry(**entry) for entry in data["entries"]),
            made=tuple(map(str, data["made"])),
            dropped=tuple(map(str, data["dropped"])),
        )
        paths = [entry.path for entry in journal.entries]
        if not all(map(disk.is_safe, [*paths, *journal.made, *journal.dropped])):
            raise ValueError
    except (ValueError, TypeError, KeyError) as exc:
        msg = f"{work / _NAME}, the journal of an interrupted run, cannot be read."
        hint = f"The files as they were are in {work / 'old'}; then delete {work}."
        raise SetupError(msg, hint) from exc
    return journal


def _roll_back(root: Path, journal: Journal) -> list[str]:
    notes = ["An earlier run was interrupted: its changes were taken back first."]
    for folder in reversed(journal.dropped):
        (root / folder).mkdir(parents=True, exist_ok=True)
    for entry in reversed(journal.entries):
        place = root / entry.path
        disk.part_of(place).unlink(missing_ok=True)
        data = disk.read(root, entry.path)
        found = None if data is None else disk.digest(data)
        if found == entry.old:
            continue
        if found != entry.new:
            notes.append(f"{place} was changed since by another program and is left as it is.")
        elif entry.old is None:
            place.unlink()
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            disk.place_file(root / WORK / "old" / str(entry.number), place)
    for folder in reversed(journal.made):
        with contextlib.suppress(OSError):
            (root / folder).rmdir()
    return notes
