"""Register the actions in reaper-kb.ini, and shortcuts where the user wants them.

A line is ``SCR flags section id "description" path`` or ``KEY modifiers keycode command section``,
perhaps with a comment behind ``#``. Lines are compared by what they say, not by their spacing, for
REAPER writes the file anew. What somebody else wrote or changed stays, and a note says so.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from installer import ini
from installer.headers import Action

#: A second press starts the script again; the scripts guard themselves against it (4 would make
#: REAPER ask, 260 would end the running one).
FLAGS = "516"
MAIN = "0"
#: Virtual key (1), Shift (4), Ctrl or Cmd (8), Alt (16).
MODIFIERS = 1 + 4 + 8 + 16
#: Bindings that count as taken: the main section, and keys that work in every window.
_KEY_SECTIONS = (MAIN, "102")
_STARTS = "now starts"
_TOKEN = re.compile(r'"[^"]*"?|\'[^\']*\'?|`[^`]*`?|\S+')


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A file after an edit.

    Parameters
    ----------
    data : bytes
        The file.
    added : tuple of str
        The lines in it that are ours, for the next upgrade and for `unregister`.
    notes : tuple of str
        Sentences for the user.
    """

    data: bytes
    added: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What a SCR line says."""

    flags: str
    section: str
    id: str
    description: str
    path: str

    @property
    def place(self) -> tuple[str, str, str]:
        """What makes it this script, whatever its name and flags."""
        return self.section, self.id, _plain(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What a KEY line says."""

    modifiers: int
    keycode: int
    command: str
    section: str


def quote(text: str, *, always: bool = False) -> str:
    """Return text as one word of a REAPER settings line, in the quotes that it leaves free.

    Examples
    --------
    >>> quote("a/b.py"), quote("a b.py")
    ('a/b.py', '"a b.py"')
    """
    if text and not always and not re.search(r"[\s\"'`#;]", text):
        return text
    for mark in "\"'`":
        if mark not in text:
            return mark + text + mark
    return "`" + text.replace("`", "'") + "`"


def words(line: str) -> list[str]:
    """Return the words of a line without their quotes, up to a comment."""
    found = []
    for token in _TOKEN.findall(line):
        if token[0] in "#;":
            break
        quoted = token[0] in "\"'`"
        found.append(token[1:].removesuffix(token[0]) if quoted else token)
    return found


def read_line(line: str) -> Script | Key | None:
    """Return what a SCR or KEY line says; None for any other or damaged line."""
    parts = words(line)
    if len(parts) >= 6 and parts[0] == "SCR":
        flags, section, identity, description, path = parts[1:6]
        return Script(flags=flags, section=section, id=identity, description=description, path=path)
    if len(parts) >= 5 and parts[0] == "KEY" and parts[1].isdecimal() and parts[2].isdecimal():
        return Key(
            modifiers=int(parts[1]), keycode=int(parts[2]), command=parts[3], section=parts[4]
        )
    return None


def script_line(action: Action) -> str:
    """Return the line that registers an action."""
    description = quote(f"Custom: {action.name}", always=True)
    return f"SCR {FLAGS} {MAIN} {action.command_id} {description} {quote(action.path)}"


def key_line(action: Action) -> str | None:
    """Return the line that binds an action's key, if it has one."""
    if action.key is None:
        return None
    code = ord(action.key) if len(action.key) == 1 else 111 + int(action.key[1:])
    return f"KEY {MODIFIERS} {code} _{action.command_id} {MAIN}"


def shortcut(action: Action) -> str:
    """Return an action's key as it is pressed on this system."""
    held = "Cmd+Option+Shift" if sys.platform == "darwin" else "Ctrl+Alt+Shift"
    return f"{held}+{action.key}"


def as_planned(note: str) -> str:
    """Return a note of an edit that has not been carried out.

    Examples
    --------
    >>> as_planned("Ctrl+Alt+Shift+S now starts FilmComposer: Score.")
    'Ctrl+Alt+Shift+S would start FilmComposer: Score.'
    """
    return note.replace(f" {_STARTS} ", " would start ")


def register(
    data: bytes,
    actions: Sequence[Action],
    *,
    old: Sequence[str] = (),
    shortcuts: bool,
    newline: str | None = None,
) -> Edited:
    """Return reaper-kb.ini with all actions registered; the same again if they already are.

    Parameters
    ----------
    data : bytes
        The file, empty if there is none.
    actions : sequence of Action
        What this version has.
    old : sequence of str
        The lines of an earlier install (`Edited.added`). Those of dropped actions go.
    shortcuts : bool
        Also bind keys that are free. Keys bound earlier stay either way.
    newline : str, optional
        The line end of a file that has none yet.
    """
    file = ini.parse(data, newline)
    known = {said: line for line in old if (said := read_line(line)) is not None}
    current = {action.command_id for action in actions}
    _remove(file, [said for said in known if _belongs_to(said) not in current])
    job = _Job(file=file, there=_read(file), known=known, notes=[])
    added = [line for action in actions if (line := _add_script(job, action))]
    for action in actions:
        added += _add_key(job, action, wanted=shortcuts)
    return Edited(data=file.joined(), added=tuple(added), notes=tuple(job.notes))


def unregister(data: bytes, lines: Sequence[str]) -> bytes:
    """Return reaper-kb.ini without these lines.

    A script's line goes even if its flags or description were changed since, because the file it
    names goes too; a key's line goes only if it still says the same.
    """
    file = ini.parse(data)
    _remove(file, [said for said in map(read_line, lines) if said is not None])
    return file.joined()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """A file being edited, what its lines said before, the lines known as ours, and notes."""

    file: ini.Ini
    there: list[tuple[int, Script | Key]]
    known: dict[Script | Key, str]
    notes: list[str]

    def append(self, line: str) -> None:
        """Add a line of ours at the end."""
        self.file.insert(len(self.file.lines), [line])


def _plain(path: str) -> str:
    """Return a path so that two spellings of it compare equal."""
    return path.replace("\\", "/").lower()


def _belongs_to(said: Script | Key) -> str:
    return said.id if isinstance(said, Script) else said.command.removeprefix("_")


def _read(file: ini.Ini) -> list[tuple[int, Script | Key]]:
    """Return every SCR and KEY line with its place."""
    read = ((at, read_line(line.text)) for at, line in enumerate(file.lines))
    return [(at, said) for at, said in read if said is not None]


def _remove(file: ini.Ini, gone: Sequence[Script | Key]) -> None:
    """Take lines out: for each the last one that fits."""
    there = _read(file)
    doomed: set[int] = set()
    for said in gone:
        for at, other in reversed(there):
            if at not in doomed and (other == said or _same_script(other, said)):
                doomed.add(at)
                break
    for at in sorted(doomed, reverse=True):
        file.delete(at)


def _same_script(one: Script | Key, other: Script | Key) -> bool:
    """Whether two lines name the same script under the same id."""
    return isinstance(one, Script) and isinstance(other, Script) and one.place == other.place


def _add_script(job: _Job, action: Action) -> str | None:
    """Register one action; return our line for it, or None if the line there is not ours."""
    line = script_line(action)
    wanted = read_line(line)
    scripts = [(at, said) for at, said in job.there if isinstance(said, Script)]
    for at, said in scripts:
        if said.id != action.command_id or said.section != MAIN:
            continue
        if said == wanted:
            return line
        if said in job.known:
            job.file.lines[at] = ini.Line(body=ini.encode(line), end=job.file.lines[at].end)
            return line
        job.notes.append(
            f"{action.name} is already in reaper-kb.ini with another name or other settings; that "
            "line was left as it is."
        )
        # Ours once and changed since: remembered, for it goes when the script goes.
        return next((job.known[was] for was in job.known if _same_script(was, said)), None)
    elsewhere = [
        said.id
        for _, said in scripts
        if said.section == MAIN and _plain(said.path) == _plain(action.path)
    ]
    if elsewhere:
        job.notes.append(
            f"{action.path} is already registered as {elsewhere[0]}; that line was left, so the "
            f"action list shows {action.name} twice."
        )
    job.append(line)
    return line


def _add_key(job: _Job, action: Action, *, wanted: bool) -> list[str]:
    """Bind an action's key if it is wanted and free; return our lines for its keys."""
    command = f"_{action.command_id}"
    keys = [said for _, said in job.there if isinstance(said, Key)]
    bound = [said for said in keys if said.command == command and said.section == MAIN]
    ours = [job.known[said] for said in bound if said in job.known]
    line = key_line(action)
    if ours or line is None or not wanted:
        return ours
    mine = read_line(line)
    if mine in bound:
        return [line]
    shown = shortcut(action)
    if bound:
        job.notes.append(f"{action.name} already has a shortcut; {shown} was not added.")
        return []
    if any(_same_key(said, mine) for said in keys):
        job.notes.append(f"{shown} is already in use and was not given to {action.name}.")
        return []
    job.append(line)
    job.notes.append(f"{shown} {_STARTS} {action.name}.")
    return [line]


def _same_key(there: Key, mine: Script | Key | None) -> bool:
    """Whether a binding takes the key that we want; also a disabled default does."""
    return (
        isinstance(mine, Key)
        and there.section in _KEY_SECTIONS
        and there.keycode == mine.keycode
        and there.modifiers | 1 == mine.modifiers
    )
