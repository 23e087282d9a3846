"""Put the toolbar into a free slot of reaper-menu.ini, and take it out again.

Button ``N`` of a toolbar is ``item_N=<command> <text>`` with ``icon_N`` and perhaps other ``..._N``
entries; they move together. REAPER writes the file anew in its own order, so a toolbar is compared
by its entries. As long as a toolbar is as we wrote it, it is ours to write again; once the user has
changed it, only buttons of new actions come and those of dropped actions go.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from installer import ini
from installer.buttons import (
    TITLE,
    Button,
    Record,
    add_buttons,
    buttons_of,
    command,
    entries,
    is_reapers_own,
    put_button,
    take_out,
    title,
)
from installer.headers import Action

#: REAPER 6 has 16 floating toolbars; people use the low ones first.
SLOTS = range(16, 0, -1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolbar:
    """A file after an edit.

    Parameters
    ----------
    data : bytes
        The file.
    section : str or None
        Where our toolbar is; None if no slot was free.
    added : tuple of str
        What is ours, for the next upgrade and for `remove_toolbar`: the header if we made the
        section, the entries as we wrote them, ``was ...`` for a line that one of them replaced,
        and the bare command of each button that the user took out.
    notes : tuple of str
        Sentences for the user.
    """

    data: bytes
    section: str | None
    added: tuple[str, ...]
    notes: tuple[str, ...]


def add_toolbar(
    data: bytes,
    actions: Sequence[Action],
    *,
    known: str | None = None,
    old: Sequence[str] = (),
    newline: str | None = None,
) -> Toolbar:
    """Return reaper-menu.ini with a toolbar of all actions that have an icon.

    Parameters
    ----------
    data : bytes
        The file, empty if there is none.
    actions : sequence of Action
        What this version has, in toolbar order.
    known : str, optional
        The section of an earlier install (`Toolbar.section`).
    old : sequence of str
        What that install wrote there (`Toolbar.added`).
    newline : str, optional
        The line end of a file that has none yet.
    """
    file = ini.parse(data, newline)
    buttons = [_button(action) for action in actions if action.icon]
    before = Record.read(old)
    section = _find_ours(file, known, before.commands | set(map(command, buttons)))
    if section is None:
        return _add_new(file, buttons)
    if section != known or not old:
        before = Record(header=True, buttons=_there(buttons, file, section))
    if entries(file, section) == before.entries:
        before = Record(header=before.header, was=before.was, buttons=buttons)
        _rewrite(file, section, buttons)
        notes: list[str] = []
    else:
        before, notes = _merge(file, section, buttons, before)
    return Toolbar(
        data=file.joined(), section=section, added=before.lines(section), notes=tuple(notes)
    )


def remove_toolbar(data: bytes, section: str, added: Sequence[str]) -> bytes:
    """Return reaper-menu.ini without our buttons; what the user put beside them stays.

    Parameters
    ----------
    data : bytes
        The file.
    section : str
        `Toolbar.section`.
    added : sequence of str
        `Toolbar.added`.
    """
    file = ini.parse(data)
    if file.span(section) is None:
        return data
    ours = Record.read(added)
    titled = title(file, section) == TITLE
    if {command(button) for button in buttons_of(file, section).values()} & ours.commands:
        take_out(file, section, ours.commands)
    at = file.find(section, "title")
    if titled and at is not None and ours.was is None:
        file.delete(at)
    elif titled and at is not None and ours.was is not None:
        file.lines[at] = file.lines[at].with_value(ours.was)
    span = file.span(section) or range(0)
    lines = [at for at in span if not file.lines[at].blank]
    if ours.header and all(is_reapers_own(file.lines[at]) for at in lines[1:]):
        for at in reversed(lines):
            file.delete(at)
    return file.joined()


def _button(action: Action) -> Button:
    """Return the button of an action."""
    return {"icon": f"{action.icon}.png", "item": f"_{action.command_id} {action.label}"}


def _there(buttons: Sequence[Button], file: ini.Ini, section: str) -> list[Button]:
    """Return those of our buttons that a toolbar holds in some form."""
    commands = set(map(command, buttons_of(file, section).values()))
    return [button for button in buttons if command(button) in commands]


def _find_ours(file: ini.Ini, known: str | None, commands: set[str]) -> str | None:
    """Return the section of our toolbar: the known one, or one of our title with our buttons."""
    for section in [*([known] if known else []), *map(_section, SLOTS)]:
        held = set(map(command, buttons_of(file, section).values()))
        titled = title(file, section) == TITLE
        if (section == known and (titled or held & commands)) or (titled and held & commands):
            return section
    return None


def _section(number: int) -> str:
    return f"Floating toolbar {number}"


def _add_new(file: ini.Ini, buttons: Sequence[Button]) -> Toolbar:
    """Write the toolbar into a free slot, one that REAPER has not written yet if there is one."""
    absent = [n for n in SLOTS if file.span(_section(n)) is None]
    unused = [
        n
        for n in SLOTS
        if not buttons_of(file, _section(n))
        and title(file, _section(n)) in (None, "", f"Toolbar {n}")
    ]
    number = next(iter([*absent, *unused]), None)
    if number is None or not buttons:
        full = "All 16 floating toolbars are in use, so none was added; the action list has all."
        notes = (full,) if buttons else ()
        return Toolbar(data=file.joined(), section=None, added=(), notes=notes)
    section = _section(number)
    record = Record(header=number in absent, was=title(file, section), buttons=buttons)
    if record.header:
        file.insert(len(file.lines), [f"[{section}]"])
    _rewrite(file, section, buttons)
    return Toolbar(
        data=file.joined(),
        section=section,
        added=record.lines(section),
        notes=(f"The toolbar {TITLE} is floating toolbar {number}.",),
    )


def _rewrite(file: ini.Ini, section: str, buttons: Sequence[Button]) -> None:
    """Give a section of ours these buttons and our title; it stays if it has them already."""
    record = Record(buttons=buttons)
    if entries(file, section) == record.entries:
        return
    take_out(file, section, set(map(command, buttons_of(file, section).values())))
    span = file.span(section) or range(1)
    file.insert(span[0] + 1, [f"{key}={value}" for key, value in record.numbered()])
    at = file.find(section, "title")
    if at is None:
        file.insert(file.end_of(file.span(section) or span), [f"title={TITLE}"])
    else:
        file.lines[at] = file.lines[at].with_value(TITLE)


def _merge(
    file: ini.Ini, section: str, buttons: Sequence[Button], before: Record
) -> tuple[Record, list[str]]:
    """Bring a toolbar that the user changed up to this version; return what is ours, and notes."""
    wanted = {command(button): button for button in buttons}
    as_written = {command(button): button for button in before.buttons}
    gone = before.commands - wanted.keys()
    held = {command(button) for button in buttons_of(file, section).values()}
    new = [wanted[name] for name in wanted if name not in before.commands | held]
    if gone & held or new:
        take_out(file, section, gone)
    for at, button in buttons_of(file, section).items():
        name = command(button)
        if name in wanted and name in as_written and as_written[name].items() <= button.items():
            # As we wrote it: ours to write again, for its icon's file may have another name now.
            put_button(file, section, at, wanted[name])
            as_written[name] = wanted[name]
    add_buttons(file, section, new)
    there = {command(b): at for at, b in reversed(buttons_of(file, section).items())}
    ours = [name for name in there if name in wanted]
    record = Record(
        header=before.header,
        was=before.was,
        buttons=[as_written.get(name, wanted[name]) for name in reversed(ours)],
        out=frozenset((before.commands & wanted.keys()) - there.keys()),
        numbers=there,
    )
    changed = [f"{len(new)} added at its end"] if new else []
    changed += [f"{len(gone & held)} taken out"] if gone & held else []
    told = f"Buttons: {', '.join(changed)}." if changed else "It is left as it is."
    return record, [f"The toolbar {TITLE} was edited by you, so your edits stay. {told}"]
