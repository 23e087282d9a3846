"""Print what is going to be changed, and what was put where."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from installer import inis
from installer.actions import shortcut
from installer.buttons import TITLE
from installer.changes import STORE, Plan
from installer.headers import Action
from installer.ini import decode, parse
from installer.product import ICONS, OWN
from installer.python_choice import PythonChoice
from installer.transaction import Change

_PACKAGES = f"{OWN}/reapy_site/"
#: So many lines of an ini file are shown.
_MOST_LINES = 12


def print_changes(root: Path, plan: Plan) -> None:
    """Print what would be done in each folder, and the lines of ini files that come or go.

    Files are counted by folder; a single one, and an ini file, is named. Of an ini file with many
    lines that change these are counted.
    """
    if not plan.changes:
        print(f"Nothing would be changed in {root}.")
    groups: dict[tuple[str, str], list[str]] = {}
    for change in plan.changes:
        if change.path not in inis.NAMES:
            groups.setdefault((_word(change), _group(change.path)), []).append(change.path)
    for (word, folder), paths in groups.items():
        what = root / paths[0] if len(paths) == 1 else f"{len(paths)} files in {root / folder}"
        print(f"{word:<6} {what}")
    for change in plan.changes:
        if change.path in inis.NAMES:
            print(f"{_word(change):<6} {root / change.path}")
            for line in _shortened(_difference(change)):
                print(f"       {line}")


def _group(path: str) -> str:
    """Return the folder that a file is counted in: the packages' are one."""
    inside = path.startswith(_PACKAGES)
    return _PACKAGES.rstrip("/") if inside else PurePosixPath(path).parent.as_posix()


def _shortened(lines: list[str]) -> list[str]:
    if len(lines) <= _MOST_LINES:
        return lines
    more = sum(line.startswith("+") for line in lines)
    return [f"{more} lines of FilmComposer's come, {len(lines) - more} go"]


def _word(change: Change) -> str:
    return "put" if change.old is None else "delete" if change.new is None else "edit"


def print_installed(
    root: Path, plan: Plan, actions: Sequence[Action], choice: PythonChoice
) -> None:
    """Print the receipt of an installation."""
    receipt = plan.receipt
    if receipt is None:
        return
    icons = sum(path.startswith(f"{ICONS}/") for path in receipt.files)
    keys, menu = receipt.inis.get(inis.KEYS), receipt.inis.get(inis.MENU)
    bound = sum(line.startswith("KEY ") for line in (keys.lines if keys else ()))
    print(f"FilmComposer {receipt.version} is installed in REAPER ({root}).")
    print(f"  scripts    {root / OWN} ({len(receipt.files) - icons} files)")
    print(f"  icons      {root / ICONS} ({icons} files)")
    print(f'  actions    {len(actions)}, in the action list under "FilmComposer"')
    if menu and menu.section:
        print(f"  toolbar    View > Toolbars > {TITLE} ({menu.section.lower()})")
    else:
        print("  toolbar    none: every floating toolbar is in use")
    offered = [action for action in actions if action.key]
    if bound:
        print(f"  shortcuts  {bound} set")
    elif offered:
        print("  shortcuts  none set; install.py --shortcuts sets those that are free:")
        for action in offered:
            print(f"             {shortcut(action)}  {action.name}")
    print(f"  Python     {choice.sentence}")
    for note in choice.notes:
        print(f"             {note}")
    if receipt.backups or receipt.kept:
        print(f"  backups    {root / STORE / 'backups'}")
    print("  uninstall  install.py --uninstall, with the same --reaper if you gave one")
    if plan.changes:
        print("Start REAPER: it reads all this when it starts.")


def _difference(change: Change) -> list[str]:
    old, new = (
        [decode(line.body) for line in parse(data or b"").lines]
        for data in (change.old, change.new)
    )
    found = list(difflib.unified_diff(old, new, lineterm="", n=0))[2:]
    lines = [line for line in found if not line.startswith("@@")]
    shown = [f"{line[0]} {line[1:]}" for line in lines]
    return [line.encode("utf-8", "replace").decode("utf-8") for line in shown]
