"""Work out every change of an installation before one byte is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from installer import disk, inis
from installer.changes import STORE, Files, Plan, folders_of, removals
from installer.errors import SetupError
from installer.ini import parse
from installer.product import NOTED, OWN, Product
from installer.receipt import RECEIPT, Ini, Receipt, read_receipt, to_bytes
from installer.transaction import Change


def plan_install(
    root: Path,
    product: Product,
    *,
    python_keys: Sequence[tuple[str, str]],
    shortcuts: bool,
    time: str,
    untouched: str = "",
) -> Plan:
    """Work out how to install, or to bring an installation up to date.

    Parameters
    ----------
    root : Path
        REAPER's resource folder.
    product : Product
        What is installed.
    python_keys : sequence of (str, str)
        Keys of reaper.ini that choose ReaScript's Python; none to keep what is set.
    shortcuts : bool
        Also bind free keys.
    time : str
        Now, as ``YYYYMMDD-HHMMSS``: the name of the folder for backups.
    untouched : str
        Paths that begin so are left as they are (a dry run has not fetched them).

    Raises
    ------
    SetupError
        When a file of somebody else's stands where one of ours would go.
    """
    receipt, damaged = read_receipt(root)
    lost = receipt is None and (damaged or bool(inis.own_lines(disk.read(root, inis.KEYS) or b"")))
    notes = ["The receipt of the last installation is damaged; a new one is written."]
    backups = _backup_folder(root, time)
    files = _plan_files(root, product, receipt, lost=lost, backups=backups, untouched=untouched)
    edits = _edits(root, product, receipt, python_keys=python_keys, shortcuts=shortcuts)
    copies = {e.name: f"{backups}/{e.name}" for e in edits if e.old != e.new and e.old is not None}
    saved = [
        Change(path=copies[e.name], old=None, new=e.old, like=e.name)
        for e in edits
        if e.name in copies
    ]
    edited = [Change(path=e.name, old=e.old, new=e.new) for e in edits if e.old != e.new]
    changes = [*saved, *files.changes, *edited]
    new = Receipt(
        version=product.version,
        time=receipt.time if receipt and not changes else time,
        files=_hashes(product, receipt, untouched),
        folders=_folders(root, product, receipt, [c.path for c in changes], lost=lost),
        inis=_records(edits, receipt, copies, fresh=not lost),
        backups=(*(receipt.backups if receipt else ()), *copies.values()),
        kept=(*(receipt.kept if receipt else ()), *files.kept),
    )
    if new != receipt:
        changes.append(Change(path=RECEIPT, old=disk.read(root, RECEIPT), new=to_bytes(new)))
    return Plan(
        changes=tuple(changes),
        drop=tuple(files.drop),
        notes=(*(notes if damaged else ()), *files.notes, *(n for e in edits for n in e.notes)),
        receipt=new,
    )


def _plan_files(
    root: Path,
    product: Product,
    receipt: Receipt | None,
    *,
    lost: bool,
    backups: str,
    untouched: str,
) -> Files:
    files = Files()
    known = _respelled(root, receipt.files if receipt else {}, product.files)
    foreign = []
    for path, data in product.files.items():
        found = disk.read(root, path)
        if found == data:
            continue
        if found is not None and path not in known and not lost:
            foreign.append(path)
        if found is not None and known.get(path) != disk.digest(found) and path != NOTED:
            _keep(root, files, f"{backups}/{path}", path, found)
        files.changes.append(Change(path=path, old=found, new=data))
    if foreign:
        more = f" and {len(foreign) - 1} more" if len(foreign) > 1 else ""
        msg = f"{root / foreign[0]}{more} stands where a file of FilmComposer's would go."
        raise SetupError(msg, "Move it away, then run this again; nothing was changed.")
    for path in sorted(known.keys() - product.files.keys()):
        if not (untouched and path.startswith(untouched)):
            _drop_file(root, files, f"{backups}/{path}", path, known[path])
    return files


def _respelled(root: Path, known: Mapping[str, str], files: Iterable[str]) -> dict[str, str]:
    """Name the known files as the product does where they differ in case and the disk does not."""
    wanted = {path.lower(): path for path in files}
    found = {}
    for path, was in known.items():
        other = wanted.get(path.lower(), path)
        both = other != path and (root / path).exists() and (root / other).exists()
        found[other if both and (root / path).samefile(root / other) else path] = was
    return found


def _keep(root: Path, files: Files, copy: str, path: str, data: bytes) -> None:
    files.changes.append(Change(path=copy, old=None, new=data, like=path))
    files.kept.append(copy)
    files.notes.append(f"You had changed {root / path}: your version is kept in {root / copy}.")


def _drop_file(root: Path, files: Files, copy: str, path: str, was: str) -> None:
    """Take out a file that the product no longer has, with what Python compiled of it."""
    place = PurePosixPath(path)
    data = disk.read(root, path)
    if data is not None:
        if disk.digest(data) != was:
            _keep(root, files, copy, path, data)
        files.changes.append(Change(path=path, old=data, new=None))
    cache = place.parent / "__pycache__"
    compiled = (root / cache).glob(f"{place.stem}.*.pyc") if place.suffix == ".py" else ()
    files.changes += removals(root, [f"{cache}/{found.name}" for found in compiled])
    for folder in (cache, *place.parents):
        if str(folder).startswith(f"{OWN}/"):
            files.drop.append(str(folder))


def _edits(
    root: Path,
    product: Product,
    receipt: Receipt | None,
    *,
    python_keys: Sequence[tuple[str, str]],
    shortcuts: bool,
) -> list[inis.Edit]:
    before: Mapping[str, Ini] = receipt.inis if receipt else {}
    main, menu, keys = (disk.read(root, name) for name in inis.NAMES)
    # A file that is new gets the line ends that this REAPER writes.
    newline = parse(main or b"").newline.decode()
    return [
        inis.edit_python(main, python_keys, before=before.get(inis.MAIN), newline=newline),
        inis.edit_menu(menu, product.actions, before=before.get(inis.MENU), newline=newline),
        inis.edit_keys(
            keys,
            product.actions,
            before=before.get(inis.KEYS),
            shortcuts=shortcuts,
            newline=newline,
        ),
    ]


def _records(
    edits: Sequence[inis.Edit], receipt: Receipt | None, copies: Mapping[str, str], *, fresh: bool
) -> dict[str, Ini]:
    before: Mapping[str, Ini] = receipt.inis if receipt else {}
    made = {
        edit.name: inis.record(
            edit, before=before.get(edit.name), fresh=fresh, backup=copies.get(edit.name)
        )
        for edit in edits
    }
    return {name: done for name, done in made.items() if done is not None}


def _hashes(product: Product, receipt: Receipt | None, untouched: str) -> dict[str, str]:
    left = {p: h for p, h in (receipt.files if receipt else {}).items() if p.startswith(untouched)}
    ours = {path: disk.digest(data) for path, data in product.files.items()}
    return {**(left if untouched else {}), **ours}


def _folders(
    root: Path, product: Product, receipt: Receipt | None, paths: Iterable[str], *, lost: bool
) -> tuple[str, ...]:
    made = set(receipt.folders if receipt else ())
    made |= set(disk.missing_folders(root, [*paths, RECEIPT]))
    if lost:  # what bears our name was made by us
        made |= {f for f in folders_of(product.files) if f.startswith(OWN)} | {STORE}
    return tuple(sorted(made))


def _backup_folder(root: Path, time: str) -> str:
    """Return a folder for copies that is not there yet."""
    folder = f"{STORE}/backups/{time}"
    number = 2
    while (root / folder).exists():
        folder = f"{STORE}/backups/{time}-{number}"
        number += 1
    return folder
