"""Media sources (c)."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fakes.reaper.behaviours import live
from tests.fakes.reaper.behaviours.live import block, give
from tests.fakes.reaper.faults import Gap, Misuse
from tests.fakes.reaper.functions import Out, behaviour
from tests.fakes.reaper.project import items, midi, sources, tree

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host
    from tests.fakes.reaper.project.tree import Block


#: Before the type of a source that is offline (c, i6, file seen).
_OFFLINE = "_OFFLINE_"


@behaviour("PCM_Source_CreateFromFile")
def create(host: Host, path: str) -> int | None:
    """A source that belongs to nothing yet; NULL where there is no such file (unverified)."""
    if path.lower().endswith(".mid"):
        raise Gap("importing a .mid as in-project MIDI is not modelled (e)")
    return create_ex(host, path, 1)


@behaviour("PCM_Source_CreateFromFileEx")
def create_ex(host: Host, path: str, no_import: int) -> int | None:
    """A .mid stays a file with ``forcenoMidiImp`` (e, header)."""
    if not no_import:
        return create(host, path)
    if path not in host.media and not Path(path).is_file():
        return None
    made = sources.from_file(path)
    host.project.loose.append(made)
    return give(host, made)


@behaviour("PCM_Source_Destroy")
def destroy(host: Host, source: int) -> None:
    """Destroy a source that belongs to nothing (header)."""
    held = block(host, source)
    if held not in host.project.loose:
        raise Misuse("a source that a take still plays is destroyed")
    host.project.loose.remove(held)
    host.project.handles.retire(held)


@behaviour("GetMediaItemTake_Source")
def of_take(host: Host, take: int) -> int | None:
    """A take's source, NULL before one is set (c, header)."""
    return give(host, items.source(live.take(host, take)))


@behaviour("SetMediaItemTake_Source")
def set_of_take(host: Host, take: int, source: int) -> bool:
    """Give a take its source (c, header).

    The old one stays alive and belongs to the caller; one that a take has already is copied
    (header, from memory: unverified).
    """
    held, made = live.take(host, take), block(host, source)
    old = items.source(held)
    if old is made:
        return True
    if made in host.project.loose:
        host.project.loose.remove(made)
    else:
        made = tree.copy(made)
    place = None
    if old is not None:
        place = held.place(old)
        held.remove_child(old)
        host.project.loose.append(old)
    held.add(made, place)
    host.project.touch()
    return True


@behaviour("GetMediaSourceFileName")
def file_name(host: Host, source: int, text: str, size: int) -> Out:
    """The file; "" for in-project MIDI and sections (c, header)."""
    return Out(None, {"filenamebufOut": sources.file_name(host.project, block(host, source))})


@behaviour("GetMediaSourceType")
def kind(host: Host, source: int, text: str, size: int) -> Out:
    """VIDEO, WAVE, MIDI, SECTION... (c, file seen).

    What an offline one reads as is not established: the host says which of two it is.
    """
    held = block(host, source)
    offline = held.word(1).startswith(_OFFLINE)
    if offline and host.offline_type == "plain":
        return Out(None, {"typebufOut": held.word(1).removeprefix(_OFFLINE)})
    return Out(None, {"typebufOut": held.word(1) if offline else sources.kind(held)})


@behaviour("GetMediaSourceParent")
def parent(host: Host, source: int) -> int | None:
    """The source inside of a section, NULL else (c, header)."""
    return give(host, sources.parent(block(host, source)))


@behaviour("GetMediaSourceLength")
def length(host: Host, source: int, is_quarters: int) -> Out:
    """Seconds, or quarter notes and a flag for MIDI (c, header)."""
    held = block(host, source)
    if held.word(1) == "MIDI" and held.line("HASDATA"):
        return Out(midi.quarters(held), {"lengthIsQNOut": 1})
    return Out(seconds(host, held), {"lengthIsQNOut": 0})


def seconds(host: Host, source: Block) -> float:
    """Return the length of a source; 0 for a missing file and an offline one (unverified)."""
    if source.word(1).startswith(_OFFLINE):
        return 0.0
    if source.word(1) == "SECTION":
        return source.read_number("LENGTH", 1)
    name = sources.file_name(host.project, source)
    if name in host.media:
        return host.media[name]
    if not Path(name).is_file():
        return 0.0
    if source.word(1) != "WAVE":
        raise Gap(f"how long {name} is: say it in host.media")
    with wave.open(name) as file:
        return float(file.getnframes() / file.getframerate())


@behaviour("PCM_Source_GetSectionInfo")
def section(host: Host, source: int, offset: float, long: float, reverse: int) -> Out:
    """Where a section starts, how long it is, whether it runs backwards (c, header).

    It is reversed for MODE 2 and 3 (c, docs).
    """
    held = block(host, source)
    if held.word(1) != "SECTION":
        return Out(False, {"offsOut": 0.0, "lenOut": 0.0, "revOut": 0})
    found = {
        "offsOut": held.read_number("STARTPOS", 1),
        "lenOut": held.read_number("LENGTH", 1),
        "revOut": int(held.read_number("MODE", 1)) >> 1 & 1,
    }
    return Out(True, found)
