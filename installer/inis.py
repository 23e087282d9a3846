"""Our part of REAPER's three ini files: put it in, take exactly it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from installer import actions, ini, toolbar
from installer.disk import digest
from installer.headers import FOLDER, Action
from installer.receipt import Ini, Key

KEYS, MENU, MAIN = "reaper-kb.ini", "reaper-menu.ini", "reaper.ini"
#: In REAPER's order of reading; none depends on another.
NAMES = (MAIN, MENU, KEYS)
PYTHON = "REAPER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One ini file: what it is, what it is to be, and what of that is ours."""

    name: str
    old: bytes | None
    new: bytes | None
    lines: tuple[str, ...] = ()
    section: str | None = None
    keys: tuple[Key, ...] = ()
    notes: tuple[str, ...] = ()


def own_lines(data: bytes) -> tuple[str, ...]:
    """Return the lines of reaper-kb.ini that register our scripts or bind keys to them."""
    texts = [line.text for line in ini.parse(data).lines]
    read = [(text, actions.read_line(text)) for text in texts]
    ours = {
        said.id
        for _, said in read
        if isinstance(said, actions.Script)
        and said.path.replace("\\", "/").startswith(f"{FOLDER}/{FOLDER}_")
    }
    return tuple(
        text
        for text, said in read
        if (isinstance(said, actions.Script) and said.id in ours)
        or (isinstance(said, actions.Key) and said.command.removeprefix("_") in ours)
    )


def edit_keys(
    data: bytes | None,
    wanted: Sequence[Action],
    *,
    before: Ini | None,
    shortcuts: bool,
    newline: str | None,
) -> Edit:
    """Register the actions in reaper-kb.ini; shortcuts given once are kept."""
    old = before.lines if before else own_lines(data or b"")
    shortcuts = shortcuts or any(line.startswith("KEY ") for line in old)
    done = actions.register(data or b"", wanted, old=old, shortcuts=shortcuts, newline=newline)
    return Edit(name=KEYS, old=data, new=done.data, lines=done.added, notes=done.notes)


def edit_menu(
    data: bytes | None, wanted: Sequence[Action], *, before: Ini | None, newline: str | None
) -> Edit:
    """Put the toolbar into reaper-menu.ini."""
    known, old = (before.section, before.lines) if before else (None, ())
    done = toolbar.add_toolbar(data or b"", wanted, known=known, old=old, newline=newline)
    # Without a free slot there is nothing to write, least of all an empty file.
    new = done.data if done.data or data is not None else None
    return Edit(
        name=MENU, old=data, new=new, lines=done.added, section=done.section, notes=done.notes
    )


def edit_python(
    data: bytes | None,
    wanted: Sequence[tuple[str, str]],
    *,
    before: Ini | None,
    newline: str | None,
) -> Edit:
    """Set the keys in reaper.ini that choose ReaScript's Python."""
    new = data or b""
    keys = {(key.section, key.key): key for key in (before.keys if before else ())}
    header = ini.has_section(new, PYTHON)
    for key, value in wanted:
        found = ini.get(new, PYTHON, key)
        if found == value:
            continue
        known = keys.get((PYTHON, key))
        if known and known.new == found:  # ours: what stood there before us is still the same
            keys[PYTHON, key] = replace(known, new=value)
        else:
            keys[PYTHON, key] = Key(section=PYTHON, key=key, old=found, new=value, header=header)
        new = ini.set_key(new, PYTHON, key, value, newline=newline)
    changed = data if new == (data or b"") else new
    return Edit(name=MAIN, old=data, new=changed, keys=tuple(keys.values()))


def record(edit: Edit, *, before: Ini | None, fresh: bool, backup: str | None) -> Ini | None:
    """Return what the receipt is to say of a file; None if nothing in it is ours.

    Parameters
    ----------
    edit : Edit
        What is done to it.
    before : Ini or None
        What the last receipt says.
    fresh : bool
        Whether nothing of ours can stand in it yet.
    backup : str or None
        Where its present bytes are copied to.
    """
    if before is None and not (edit.lines or edit.keys):
        return None
    known = None if edit.old is None else digest(edit.old)
    untouched = before is not None and (known == before.after or edit.old == edit.new)
    existed, pristine, copy = True, None, None
    if before and untouched:
        existed, pristine, copy = before.existed, before.before, before.backup
    elif before:
        existed = before.existed
    elif fresh:
        existed, pristine, copy = edit.old is not None, known, backup
    after = before.after if before and edit.old == edit.new else digest(edit.new or b"")
    return Ini(
        existed=existed,
        before=pristine,
        after=after,
        backup=copy,
        lines=edit.lines,
        section=edit.section,
        keys=edit.keys,
    )


def undo(name: str, data: bytes | None, done: Ini, backup: bytes | None) -> Edit:
    """Take our part out of a file: by its backup if nobody else changed it, else line by line."""
    if data is None:
        return Edit(name=name, old=None, new=None)
    if digest(data) == done.after:
        if not done.existed:
            return Edit(name=name, old=data, new=None)
        if backup is not None and digest(backup) == done.before:
            return Edit(name=name, old=data, new=backup)
    notes: tuple[str, ...] = ()
    new = data
    if name == KEYS:
        new = actions.unregister(data, done.lines)
        notes = _left_shortcuts(new, done.lines)
    elif name == MENU and done.section:
        new = toolbar.remove_toolbar(data, done.section, done.lines)
        if ini.has_section(new, done.section):
            notes = (f"What you put into {done.section.lower()} stays there.",)
    elif name == MAIN:
        new, notes = _reset(data, done.keys)
    empty = not done.existed and all(line.blank for line in ini.parse(new).lines)
    return Edit(name=name, old=data, new=None if empty else new, notes=notes)


def _left_shortcuts(data: bytes, lines: Sequence[str]) -> tuple[str, ...]:
    """Name the keys that the user bound to our actions, which lead nowhere now."""
    read = (actions.read_line(line) for line in lines)
    ours = {said.id for said in read if isinstance(said, actions.Script)}
    left = [
        line.text
        for line in ini.parse(data).lines
        if isinstance(said := actions.read_line(line.text), actions.Key)
        and said.command.removeprefix("_") in ours
    ]
    return tuple(f"Your shortcut stays and leads nowhere now: {text}" for text in left)


def _reset(data: bytes, keys: Sequence[Key]) -> tuple[bytes, tuple[str, ...]]:
    notes = []
    for key in reversed(keys):
        found = ini.get(data, key.section, key.key)
        if found != key.new:
            if found is not None:
                notes.append(f"{key.key} in {MAIN} was changed since and is left as it is.")
        elif key.old is None:
            data = ini.remove_key(data, key.section, key.key, keep_section=key.header)
        else:
            data = ini.set_key(data, key.section, key.key, key.old)
    return data, tuple(notes)


def undo_unrecorded(name: str, data: bytes | None, wanted: Sequence[Action]) -> Edit:
    """Take out what can be told to be ours without a receipt."""
    if data is None:
        return Edit(name=name, old=None, new=None)
    if name == KEYS:
        return Edit(name=name, old=data, new=actions.unregister(data, own_lines(data)))
    if name == MENU:
        # Adding to a toolbar of ours finds it; adding a new one is undone byte for byte.
        found = toolbar.add_toolbar(data, wanted)
        if found.section:
            data_without = toolbar.remove_toolbar(found.data, found.section, found.added)
            return Edit(name=name, old=data, new=data_without)
    return Edit(name=name, old=data, new=data)
