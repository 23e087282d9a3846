"""Change files below a folder so that all of it happens or nothing: journal, rename, roll back.

::

    ROOT/FilmComposer-install-work/lock           held while an installer is at work
    ROOT/FilmComposer-install-work/new/N          what is going to stand there
    ROOT/FilmComposer-install-work/old/N          what stood there, with its mode and times
    ROOT/FilmComposer-install-work/journal.json   there from the first rename to the last

The folder goes when the work is done. A journal that is still there when the next installer starts
belongs to one that was killed: everything is put back first.
"""

from __future__ import annotations

import contextlib
import shutil
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from installer import disk
from installer.errors import SetupError
from installer.journal import (
    WORK,
    Entry,
    Journal,
    close_journal,
    is_interrupted,
    open_journal,
    recover,
)
from installer.lock import locked


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One file: its path below the root with ``/``, the bytes now and the bytes wanted.

    None stands for no file. A file that is edited may be a link: what it points to is written. It
    keeps its mode; a new one gets that of the file ``like``, if it names one.
    """

    path: str
    old: bytes | None
    new: bytes | None
    like: str | None = None


@contextlib.contextmanager
def hold(root: Path) -> Iterator[tuple[str, ...]]:
    """Keep other installers out; first put back what a killed one left; yields what was done.

    Raises
    ------
    SetupError
        When another installer is at work, the folder may not be written, or putting back fails.
    """
    work = root / WORK
    try:
        work.mkdir(mode=0o700, exist_ok=True)  # copies of settings lie in it
    except OSError as exc:
        raise disk.refusal(exc, root) from exc
    try:
        with locked(work / "lock"):
            try:
                yield recover(root)
            finally:
                # With its journal it is what the next run puts things back from.
                if not is_interrupted(root):
                    _sweep(work)
    finally:
        with contextlib.suppress(OSError):
            work.rmdir()


def carry_out(
    root: Path,
    changes: Sequence[Change],
    *,
    drop: Sequence[str] = (),
    step: Callable[[str], None] = lambda what: None,
) -> None:
    """Make all changes, then remove the folders ``drop`` that are empty, or leave all as it was.

    To be called inside :func:`hold`. ``step`` hears what comes next; tests fail or die in it.

    Raises
    ------
    SetupError
        When a file is no longer what was read, is read-only, or the disk refuses; all is as before.
    """
    wanted = [change for change in changes if change.old != change.new]
    _check(root, wanted)
    try:
        journal = _stage(root, wanted, drop, step)
        step("journal")
        open_journal(root, journal)
        _commit(root, journal, step)
        step("done")
        close_journal(root)
    except OSError as exc:
        recover(root)
        raise disk.refusal(exc, root) from exc
    except BaseException:
        recover(root)
        raise


def _check(root: Path, changes: Sequence[Change]) -> None:
    for change in changes:
        if not disk.is_safe(change.path):
            msg = f"{change.path!r} is no path inside {root}."
            raise SetupError(msg, "This is a fault in FilmComposer; please report it.")
        for folder in PurePosixPath(change.path).parents:
            place = root / folder
            if place.exists() and not place.is_dir():
                msg = f"{place} is a file, where FilmComposer needs a folder."
                raise SetupError(msg, "Move it away, then run this again.")
        _check_file(root / change.path, change, disk.read(root, change.path))


def _check_file(place: Path, change: Change, found: bytes | None) -> None:
    if place.is_symlink() and (change.old is None or change.new is None):
        msg = f"{place} is a link, where a file of FilmComposer's belongs."
        raise SetupError(msg, "Move it away, then run this again.")
    if found != change.old:
        msg = f"{place} was changed by another program meanwhile; nothing was changed here."
        raise SetupError(msg, "Run this again.")
    if found is not None and not place.stat().st_mode & stat.S_IWUSR:
        msg = f"{place} is write-protected; nothing was changed."
        raise SetupError(msg, "Allow writing to it, then run this again.")


def _stage(
    root: Path, changes: Sequence[Change], drop: Sequence[str], step: Callable[[str], None]
) -> Journal:
    """Put the new bytes, and copies of those they replace, into the work folder."""
    kept, staged = root / WORK / "old", root / WORK / "new"
    kept.mkdir()
    staged.mkdir()
    entries = []
    for number, change in enumerate(changes):
        step(f"stage {change.path}")
        if change.old is not None and change.new is not None:
            disk.copy_file(root / change.path, kept / str(number))
        if change.new is not None:
            (staged / str(number)).write_bytes(change.new)
            model = change.like if change.old is None else change.path
            if model is not None:
                disk.take_mode(staged / str(number), root / model)
            disk.flush(staged / str(number))
        old, new = (None if b is None else disk.digest(b) for b in (change.old, change.new))
        entries.append(Entry(number=number, path=change.path, old=old, new=new))
    made = disk.missing_folders(root, (c.path for c in changes if c.new is not None))
    dropped = tuple(sorted((f for f in drop if (root / f).is_dir()), reverse=True))
    return Journal(entries=tuple(entries), made=made, dropped=dropped)


def _commit(root: Path, journal: Journal, step: Callable[[str], None]) -> None:
    for folder in journal.made:
        step(f"make {folder}")
        (root / folder).mkdir(exist_ok=True)
    for entry in journal.entries:
        step(f"commit {entry.path}")
        if entry.new is None:
            disk.set_aside(root / entry.path, root / WORK / "old" / str(entry.number))
        else:
            disk.place_file(root / WORK / "new" / str(entry.number), root / entry.path)
    for folder in journal.dropped:
        step(f"drop {folder}")
        with contextlib.suppress(OSError):  # something of the user's is in it
            (root / folder).rmdir()
    for folder in {str(PurePosixPath(entry.path).parent) for entry in journal.entries}:
        if (root / folder).is_dir():
            disk.flush(root / folder)


def _sweep(work: Path) -> None:
    for name in ("new", "old"):
        shutil.rmtree(work / name, ignore_errors=True)
    for left in work.glob("*.part"):
        left.unlink(missing_ok=True)
