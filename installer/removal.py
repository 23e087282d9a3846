"""Work out every change of an uninstallation before one byte is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from installer import disk, inis
from installer.changes import STORE, Files, Plan, files_below, folders_of, removals
from installer.product import NOTED, OWN, Product
from installer.receipt import RECEIPT, Receipt, read_receipt
from installer.transaction import Change


def plan_uninstall(root: Path, product: Product) -> Plan:
    """Work out how to take out exactly what was installed; nothing to do gives no changes.

    Files of ours that the user has changed, and copies kept of such, stay and are named.
    """
    receipt, damaged = read_receipt(root)
    if receipt is None:
        return _plan_unrecorded(root, product, damaged=damaged)
    files = Files()
    for path, was in receipt.files.items():
        data = disk.read(root, path)
        if data is None:
            continue
        if disk.digest(data) == was and not (root / path).is_symlink():
            files.changes.append(Change(path=path, old=data, new=None))
        else:
            files.notes.append(f"{root / path} was changed by you and is left there.")
    edits = []
    for name in inis.NAMES:
        done = receipt.inis.get(name)
        if done is not None:
            backup = disk.read(root, done.backup) if done.backup else None
            edits.append(inis.undo(name, disk.read(root, name), done, backup))
    files.notes += [f"Your version is kept in {root / path}." for path in receipt.kept]
    files.changes += removals(root, [*receipt.backups, RECEIPT])
    drop = [*receipt.folders, *(str(PurePosixPath(path).parent) for path in receipt.backups)]
    return _taken_out(root, files, edits, drop, receipt)


def _plan_unrecorded(root: Path, product: Product, *, damaged: bool) -> Plan:
    files = Files()
    for path, data in product.files.items():
        found = disk.read(root, path)
        if found is not None and (found == data or path == NOTED):
            files.changes.append(Change(path=path, old=found, new=None))
    edits = [
        inis.undo_unrecorded(name, disk.read(root, name), product.actions) for name in inis.NAMES
    ]
    found_any = damaged or files.changes or any(edit.old != edit.new for edit in edits)
    if not found_any:
        return Plan(changes=(), drop=(), notes=(), receipt=None)
    files.changes += removals(root, [RECEIPT])
    files.notes.append(
        "The receipt of the installation is lost: what is surely FilmComposer's is taken out, "
        "REAPER's choice of Python is left as it is."
    )
    drop = [OWN, STORE, f"{STORE}/backups", *folders_of(product.files)]
    own = (OWN, STORE)
    drop = [f for f in drop if f.startswith(own)]
    plan = _taken_out(root, files, edits, drop, None)
    going = {change.path for change in plan.changes}
    left = [p for folder in own for p in files_below(root, folder) if p not in going]
    return replace(plan, notes=(*plan.notes, *(f"{root / p} is left there." for p in left)))


def _taken_out(
    root: Path,
    files: Files,
    edits: Sequence[inis.Edit],
    drop: Sequence[str],
    receipt: Receipt | None,
) -> Plan:
    compiled = [p for p in files_below(root, OWN) if "__pycache__" in p and p.endswith(".pyc")]
    files.changes += removals(root, compiled)
    edited = [Change(path=e.name, old=e.old, new=e.new) for e in edits if e.old != e.new]
    caches = {str(PurePosixPath(path).parent) for path in compiled}
    notes = (*files.notes, *(note for edit in edits for note in edit.notes))
    return Plan(
        changes=(*edited, *files.changes),
        drop=tuple(sorted({*drop, *caches}, reverse=True)),
        notes=notes,
        receipt=receipt,
    )
