"""Settings of the project, of rendering above all (h3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.reaper.behaviours.live import unknown_key
from tests.fakes.reaper.faults import Misuse
from tests.fakes.reaper.functions import Out, behaviour
from tests.fakes.reaper.project.tree import Block, Line

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host

#: Key -> line and word (i2, file seen).
_NUMBERS = {
    "RENDER_SETTINGS": ("RENDER_STEMS", 1),
    "RENDER_BOUNDSFLAG": ("RENDER_RANGE", 1),
    "RENDER_STARTPOS": ("RENDER_RANGE", 2),
    "RENDER_ENDPOS": ("RENDER_RANGE", 3),
    "RENDER_TAILFLAG": ("RENDER_RANGE", 4),
    "RENDER_TAILMS": ("RENDER_RANGE", 5),
    "RENDER_CHANNELS": ("RENDER_FMT", 2),
    "RENDER_SRATE": ("RENDER_FMT", 3),
    "RENDER_ADDTOPROJ": ("RENDER_ADDTOPROJ", 1),
    "RENDER_DITHER": ("RENDER_DITHER", 1),
    "RENDER_NORMALIZE": ("RENDER_NORMALIZE", 1),  # the line is assumed, the key is header
    "PROJECT_SRATE": ("SAMPLERATE", 1),
    "PROJECT_SRATE_USE": ("SAMPLERATE", 2),
}
#: Key -> block (RENDER_CFG i2, file seen; the other is assumed).
_FORMATS = {"RENDER_FORMAT": "RENDER_CFG", "RENDER_FORMAT2": "RENDER_CFG2"}
_TEXTS = {"RENDER_FILE": "RENDER_FILE", "RENDER_PATTERN": "RENDER_PATTERN"}


@behaviour("GetSetProjectInfo")
def number(host: Host, project: int, key: str, value: float, change: int) -> float:
    """A number by key (h3, header)."""
    if key == "RENDER_FORMAT":
        raise Misuse("writing RENDER_FORMAT through the numeric call does nothing (h3)")
    if key not in _NUMBERS:
        raise unknown_key(host, key)
    line, index = _NUMBERS[key]
    if change:
        host.project.root.write(line, index, value)
        host.project.touch()
    return host.project.root.read_number(line, index)


@behaviour("GetSetProjectInfo_String")
def text(host: Host, project: int, key: str, value: str, change: int) -> Out:
    """RENDER_FILE (a folder), RENDER_PATTERN, RENDER_FORMAT (base64), PROJECT_NAME (h3, h4)."""
    root = host.project.root
    if change:
        host.project.touch()
    if key == "PROJECT_NAME" and not change:
        path = host.project.path
        return Out(True, {"valuestrNeedBig": "" if path is None else path.name})
    if key in _TEXTS:
        if change:
            root.write(_TEXTS[key], 1, value)
        return Out(True, {"valuestrNeedBig": root.read(_TEXTS[key], 1)})
    if key not in _FORMATS:
        raise unknown_key(host, key)
    held = root.block(_FORMATS[key])
    if change:
        if held is None:
            held = Block(_FORMATS[key])
            root.add_line(held)
        held.body = []
        for i in range(0, len(value), 128):  # base64 in lines of 128 characters at most (i1)
            held.add(Line(value[i : i + 128]))
    found = "" if held is None else "".join(line.text for line in held.body)
    return Out(True, {"valuestrNeedBig": found})
