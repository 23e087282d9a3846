"""The project's file, its name, and its ext state (h4)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.fakes.reaper.faults import Gap, Misuse
from tests.fakes.reaper.functions import Out, behaviour
from tests.fakes.reaper.project import tree
from tests.fakes.reaper.project.tree import Block, Line

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host

_BECOMES_NAME = 8


@behaviour("EnumProjects")
def enumerate_(host: Host, index: int, text: str, size: int) -> Out:
    """The project in front for -1, else by tab, with its file, "" while unsaved (h4, header)."""
    if not -1 <= index < len(host.tabs):
        return Out(None)
    project = host.project if index == -1 else host.tabs[index]
    return Out(project.address(project.itself), {"projfnOutOptional": str(project.path or "")})


@behaviour("SelectProjectInstance")
def select(host: Host, project: int) -> None:
    """Bring a tab to the front (header)."""
    host.show(next(tab for tab in host.tabs if tab.address(tab.itself) == project))


@behaviour("GetProjectName")
def name(host: Host, project: int, text: str, size: int) -> Out:
    """The file's name (header)."""
    path = host.project.path
    return Out(None, {"bufOut": "" if path is None else path.name})


@behaviour("GetProjectPathEx")
def path_of(host: Host, project: int, text: str, size: int) -> Out:
    """Where recordings go: RECORD_PATH in the project's folder (unverified), not the folder."""
    if host.project.path is None:
        raise Gap("the path of an unsaved project is a preference that is not modelled")
    media = host.project.root.read("RECORD_PATH", 1)
    return Out(None, {"bufOut": str(host.project.path.parent / media)})


@behaviour("GetProjectPath")
def path(host: Host, text: str, size: int) -> Out:
    """Of the current project (h4, header)."""
    return path_of(host, 0, text, size)


@behaviour("Main_SaveProjectEx")
def save_as(host: Host, project: int, file: str, options: int) -> None:
    """A copy with options 0: name and dirty flag stay; 8 takes the name on (h4, measured)."""
    if options not in (0, _BECOMES_NAME):
        raise Gap(f"saving with options {options} is not modelled")
    host.project.save(Path(file))
    if options == _BECOMES_NAME:
        host.project.path = Path(file)
        host.project.dirty = False


@behaviour("Main_SaveProject")
def save(host: Host, project: int, force_dialog: int) -> None:
    """In place; on an unnamed tab it opens a dialog (h4, measured 7.8x)."""
    if force_dialog or host.project.path is None:
        raise Misuse("Main_SaveProject opens a dialog here (h4)")
    host.project.save(host.project.path)
    host.project.dirty = False


# --- ext state ------------------------------------------------------------------------------------


def _section(host: Host, name: str, *, make: bool) -> Block | None:
    """Return a section of ``<EXTSTATE`` (i2, unverified); case does not count (unverified)."""
    held = host.project.root.block("EXTSTATE")
    if held is None:
        if not make:
            return None
        held = Block("EXTSTATE")
        host.project.root.add(held)
    found = (c for c in held.body if isinstance(c, Block) and c.key.lower() == name.lower())
    section = next(found, None)
    if section is None and make:
        section = Block(name)
        held.add(section)
    return section


def _key(section: Block | None, key: str) -> Line | None:
    lines = [] if section is None else section.body
    return next((line for line in lines if line.key.lower() == key.lower()), None)


def _check(*names: str) -> None:
    for each in names:
        if not each or any(c.isspace() or c in "\"'`<>|" for c in each):
            raise Misuse(f"{each!r} cannot name project ext state in the project file")


@behaviour("SetProjExtState")
def set_ext(host: Host, project: int, name: str, key: str, value: str) -> int:
    """Store in the project; "" deletes a key, key "" the section; it marks dirty (h4, header).

    A value with both kinds of quotes loses its backticks, as any text in the file (i1).
    """
    _check(name)
    host.project.touch()
    section = _section(host, name, make=bool(key and value))
    line = _key(section, key)
    if key:
        _check(key)
    if section is None:
        return 0
    if key and value:
        if line is None:
            line = Line(key)
            section.add(line)
        line.text = tree.head(line.key, value)
        return len(value.encode())
    if key and line is not None:
        section.remove_child(line)
    if not key or not section.body:
        _drop(host, section)
    return 0


def _drop(host: Host, section: Block) -> None:
    held = section.parent
    assert held is not None
    held.remove_child(section)
    if not held.body:
        host.project.root.remove_child(held)


@behaviour("GetProjExtState")
def get_ext(host: Host, project: int, name: str, key: str, text: str, size: int) -> Out:
    """The value and its length, 0 for none (h4, header)."""
    line = _key(_section(host, name, make=False), key)
    value = "" if line is None else line.word(1)
    return Out(len(value.encode()), {"valOutNeedBig": value})


@behaviour("EnumProjExtState")
def enumerate_ext(host: Host, project: int, name: str, index: int, *_: object) -> Out:
    """Key and value by index (h4, header)."""
    section = _section(host, name, make=False)
    if section is None or not 0 <= index < len(section.body):
        return Out(False)
    line = section.body[index]
    return Out(True, {"keyOutOptional": line.key, "valOutOptional": line.word(1)})
