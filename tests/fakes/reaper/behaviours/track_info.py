"""A track's values and texts by key (f1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.reaper.behaviours.live import block, ext_text, give, node, unknown_key
from tests.fakes.reaper.faults import Misuse
from tests.fakes.reaper.functions import Out, behaviour
from tests.fakes.reaper.project import tracks
from tests.fakes.reaper.project.tree import head

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host
    from tests.fakes.reaper.project.tree import Block


def _place(host: Host, track: int, key: str) -> tuple[Block, tuple[str, int, float]]:
    """Return the block and the word of it that a key stands for."""
    if node(host, track) is host.project.master:
        held, table = host.project.root, tracks.MASTER_VALUES
    else:
        held, table = block(host, track), tracks.VALUES
    if key not in table:
        raise unknown_key(host, key)
    return held, table[key]


@behaviour("GetMediaTrackInfo_Value")
def get_value(host: Host, track: int, key: str) -> float:
    """A number by key; pointers come as the address in a float (a4, file seen).

    I_CUSTOMCOLOR of a track without one reads 0 (unverified).
    """
    found = node(host, track)
    if key == "IP_TRACKNUMBER":
        is_master = found is host.project.master
        return -1.0 if is_master else host.project.tracks().index(block(host, track)) + 1.0
    if key == "I_CUSTOMCOLOR":
        colour = int(block(host, track).read_number("PEAKCOL", 1, tracks.NO_COLOUR))
        return float(colour if colour & tracks.CUSTOM else 0)
    if key == "P_PARTRACK":
        return float(give(host, tracks.parent(host.project, block(host, track))) or 0)
    if key.startswith("P_ENV:"):
        tag = key.removeprefix("P_ENV:<")
        return float(give(host, block(host, track).block(tag)) or 0)
    held, (line, index, default) = _place(host, track, key)
    return float(held.read_number(line, index, default))


@behaviour("SetMediaTrackInfo_Value")
def set_value(host: Host, track: int, key: str, value: float) -> bool:
    """Write a number by key (f1, header)."""
    if key == "I_FOLDERDEPTH":
        tracks.set_folder_depth(block(host, track), int(value))
    elif key == "I_CUSTOMCOLOR":
        colour = int(value) if int(value) & tracks.CUSTOM else tracks.NO_COLOUR
        block(host, track).write("PEAKCOL", 1, str(colour))
    else:
        held, (line, index, _) = _place(host, track, key)
        held.write(line, index, value if key[0] == "D" else float(int(value)))
    host.project.touch()
    return True


@behaviour("GetTrackColor")
def colour(host: Host, track: int) -> int:
    """The custom colour with its mark, else 0 (header)."""
    return int(get_value(host, track, "I_CUSTOMCOLOR"))


@behaviour("GetSetMediaTrackInfo_String")
def text(host: Host, track: int, key: str, value: str, change: int) -> Out:
    """P_NAME, GUID and P_EXT:name (f1, header)."""
    held = block(host, track)
    if change:
        host.project.touch()
    if key.startswith("P_EXT:"):
        return ext_text(held, key, value, "stringNeedBig", change)
    if key == "P_NAME":
        if change:
            held.write("NAME", 1, value)
        return Out(True, {"stringNeedBig": held.read("NAME", 1)})
    if key == "GUID":
        if change:
            _check_guid(host, value)
            held.text = head("TRACK", value)
            held.write("TRACKID", 1, value)
        elif not held.word(1):  # missing ones are generated (i2)
            held.text = head("TRACK", host.project.guid())
        return Out(True, {"stringNeedBig": held.word(1)})
    raise unknown_key(host, key)


def _check_guid(host: Host, value: str) -> None:
    if any(t.word(1) == value for t in host.project.tracks()):
        raise Misuse(f"{value} is another track's GUID")
