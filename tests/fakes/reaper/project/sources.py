"""Media sources in the tree (c, i6)."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath

from tests.fakes.reaper.faults import Gap
from tests.fakes.reaper.project.model import Project
from tests.fakes.reaper.project.tree import Block, Line

#: The type by the file's ending (c, file seen; OGG and the rest of VIDEO unverified).
TYPES = {
    **dict.fromkeys((".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v"), "VIDEO"),
    ".wav": "WAVE",
    ".mp3": "MP3",
    ".flac": "FLAC",
    ".ogg": "VORBIS",
    ".mid": "MIDI",
    ".rpp": "RPP_PROJECT",
}


def from_file(path: str) -> Block:
    """Return a source of a file."""
    kind = TYPES.get(Path(path).suffix.lower())
    if kind is None:
        raise Gap(f"what type of source {path!r} becomes is not modelled")
    return Block(f"SOURCE {kind}", [Line(f'FILE "{path}"')])


def kind(source: Block) -> str:
    """Return the type: VIDEO, WAVE, MIDI, SECTION..."""
    found = source.word(1)
    if found.startswith("_OFFLINE"):
        raise Gap("what REAPER gives for the type of an offline source is not established")
    return found


def file_name(project: Project, source: Block) -> str:
    """Return the full path; "" for in-project MIDI and for the wrapper of a section (c, header).

    A relative path is one from the project's folder (i6, file seen).
    """
    name = source.read("FILE", 1)
    full = Path(name).is_absolute() or PureWindowsPath(name).is_absolute()
    if not name or full or project.path is None:
        return name
    return str(project.path.parent / name)


def parent(source: Block) -> Block | None:
    """Return the source inside of a section (c, header)."""
    return source.block("SOURCE")
