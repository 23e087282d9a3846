"""Plug-ins of other makers, presets, named configurations, plug-ins offline (f3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.fakes.reaper.behaviours.live import block
from tests.fakes.reaper.faults import Gap, Misuse
from tests.fakes.reaper.functions import Out, behaviour
from tests.fakes.reaper.project import fx
from tests.fakes.reaper.project.installed import Installed
from tests.fakes.reaper.project.stock_fx import of_head
from tests.fakes.reaper.project.tree import Line

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host

_SAMPLER = "ReaSamplOmatic5000"
_FILE = re.compile(r"FILE\d+")
_MODES = ("0", "1", "2")
#: f3, header; each seen in public scripts.
_LINKS = re.compile(
    r"param\.\d+\.(mod\.(active|baseline)|plink\.(active|scale|offset|effect|param|midi_bus|"
    r"midi_chan|midi_msg|midi_msg2))"
)


def installed(host: Host, name: str) -> Installed | None:
    """Return the plug-in of a full name (f3: full names load; measured 7.8x for two of them)."""
    return next((each for each in host.installed if name == (each.called or each.name)), None)


@behaviour("TrackFX_SetPreset")
def set_preset(host: Host, track: int, index: int, preset: str) -> bool:
    """Load a preset; False for a name that there is not (f3, header)."""
    found = fx.at(block(host, track), index)
    names = (each for each in host.installed if found and each.name == found.plugin.word(1))
    own = next(names, None)
    if found is None or own is None or preset not in own.presets:
        return False
    found.plugin.body[0].text = Installed.kept(f"preset {preset}")
    line = found.line("PRESETNAME")
    if line is None:
        found.chain.add(Line(f'PRESETNAME "{preset}"'), found.chain.body.index(found.plugin) + 1)
    else:
        line.put(1, preset)
    host.project.touch()
    return True


@behaviour("TrackFX_SetOffline")
def set_offline(host: Host, track: int, index: int, offline: int) -> None:
    """Unload it or load it again: the second number of BYPASS (header; i5, file seen)."""
    found = fx.at(block(host, track), index)
    line = None if found is None else found.line("BYPASS")
    if line is not None:
        line.put(2, str(int(bool(offline))))
        host.project.touch()


@behaviour("TrackFX_GetOffline")
def offline(host: Host, track: int, index: int) -> bool:
    """Whether it is offline (header)."""
    found = fx.at(block(host, track), index)
    line = None if found is None else found.line("BYPASS")
    return line is not None and line.word(2) == "1"


@behaviour("TrackFX_SetNamedConfigParm")
def configure(host: Host, track: int, index: int, name: str, value: str) -> bool:
    """Of the sampler FILEx (loaded by DONE) and MODE, and links of parameters (f3, f4, header)."""
    found = fx.at(block(host, track), index)
    if found is None:
        return False
    kind = of_head(found.plugin.text, found.plugin.key, found.plugin.word(1))
    if kind is None or kind.short != _SAMPLER:
        raise Gap(f"named configurations of {found.plugin.word(1)!r} are not modelled")
    if name == "DONE":
        waiting = {k: v for k, v in found.configs().items() if k.startswith("~")}
        if not waiting:
            raise Misuse("DONE without a file")
        for key, path in waiting.items():
            found.configure(key[1:], path)
    elif _FILE.fullmatch(name):
        found.configure(f"~{name}", value)
    elif (name == "MODE" and value in _MODES) or _LINKS.fullmatch(name):
        found.configure(name, value)
    else:
        return False
    host.project.touch()
    return True


@behaviour("TrackFX_GetNamedConfigParm")
def configuration(host: Host, track: int, index: int, name: str, text: str, size: int) -> Out:
    """Read one of these back (f3, header)."""
    found = fx.at(block(host, track), index)
    value = None if found is None else found.configs().get(name)
    return Out(value is not None, {} if value is None else {"bufOutNeedBig": value})
