"""Effects of a track (f3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.reaper.behaviours.live import block
from tests.fakes.reaper.behaviours.plugins import installed
from tests.fakes.reaper.faults import Gap
from tests.fakes.reaper.functions import Out, behaviour
from tests.fakes.reaper.project import fx, stock_fx

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host
    from tests.fakes.reaper.project.fx import Effect
    from tests.fakes.reaper.project.stock_fx import Parameter

_AT = -1000


@behaviour("TrackFX_GetCount")
def count(host: Host, track: int) -> int:
    """Effects of its chain (header)."""
    return len(fx.effects(block(host, track)))


@behaviour("TrackFX_AddByName")
def add(host: Host, track: int, name: str, input_chain: int, mode: int) -> int:
    """0 looks for it, > 0 adds it if missing, < 0 always, <= -1000 at a place (f3, header).

    -1 for what is not installed. Names match in full or short; REAPER's fuzzy matches are not
    modelled.
    """
    held, kind = block(host, track), stock_fx.find(name)
    if input_chain:
        raise Gap("input effects are not modelled")
    if kind is None and (own := installed(host, name)) is not None and mode < 0:
        host.project.touch()
        place = _AT - mode if mode <= _AT else -1
        return fx.insert(host.project, held, own.block(), place)
    if kind is None:
        if "Rea" in name or "JS" in name or "Cockos" in name or "Video" in name:
            raise Gap(f"the emulation has no effect {name!r}")
        return -1
    if mode >= 0:
        for i, each in enumerate(fx.effects(held)):
            if stock_fx.of_head(each.plugin.text, each.plugin.key, each.plugin.word(1)) is kind:
                return i
        if not mode:
            return -1
    host.project.touch()
    return fx.add(host.project, held, kind, _AT - mode if mode <= _AT else -1)


@behaviour("TrackFX_Delete")
def delete(host: Host, track: int, index: int) -> bool:
    """False for a bad index (f3, measured 7.8x)."""
    found = fx.at(block(host, track), index)
    if found is None:
        return False
    fx.delete(host.project, found)
    host.project.touch()
    return True


@behaviour("TrackFX_GetFXName")
def name(host: Host, track: int, index: int, text: str, size: int) -> Out:
    """Such as ``VST: ReaEQ (Cockos)``, or what the user renamed it to (f3, header)."""
    found = fx.at(block(host, track), index)
    if found is None:
        return Out(False)
    plugin = found.plugin
    renamed = plugin.word(4) if plugin.key == "VST" else plugin.word(2)
    title = f"JS: {plugin.word(1)}" if plugin.key == "JS" else plugin.word(1)
    return Out(True, {"bufOut": renamed or title})


@behaviour("TrackFX_GetEnabled")
def enabled(host: Host, track: int, index: int) -> bool:
    """Whether it is not bypassed (header)."""
    found = fx.at(block(host, track), index)
    line = None if found is None else found.line("BYPASS")
    return line is not None and line.word(1) == "0"


@behaviour("TrackFX_SetEnabled")
def enable(host: Host, track: int, index: int, on: int) -> None:
    """Bypass it or not (header)."""
    found = fx.at(block(host, track), index)
    if found is not None:
        found.enable(on=bool(on))
        host.project.touch()


# --- parameters -----------------------------------------------------------------------------------


def _parameter(host: Host, track: int, index: int, number: int) -> tuple[Effect, Parameter] | None:
    found = fx.at(block(host, track), index)
    if found is None or not 0 <= number < len(found.kind.parameters):
        return None
    return found, found.kind.parameters[number]


@behaviour("TrackFX_GetNumParams")
def count_parameters(host: Host, track: int, index: int) -> int:
    """With Bypass, Wet and Delta at the end (f3, file seen)."""
    found = fx.at(block(host, track), index)
    return 0 if found is None else len(found.kind.parameters)


@behaviour("TrackFX_GetParamName")
def parameter_name(host: Host, track: int, index: int, number: int, text: str, size: int) -> Out:
    """In English; a language pack changes it (f3, file seen)."""
    found = _parameter(host, track, index, number)
    return Out(False) if found is None else Out(True, {"bufOut": found[1].name})


@behaviour("TrackFX_GetParam")
def get(host: Host, track: int, index: int, number: int, low: float, top: float) -> Out:
    """The raw value and its range (f3, header); what a bad index gives is unverified."""
    found = _parameter(host, track, index, number)
    if found is None:
        return Out(-1.0)
    effect, known = found
    return Out(effect.value(number), {"minvalOut": known.low, "maxvalOut": known.top})


@behaviour("TrackFX_SetParam")
def set_(host: Host, track: int, index: int, number: int, value: float) -> bool:
    """Write the raw value (f3, header); it is kept as a 32-bit float, in its range."""
    found = _parameter(host, track, index, number)
    if found is None:
        return False
    found[0].put(number, value)
    host.project.touch()
    return True


@behaviour("TrackFX_GetParamNormalized")
def get_normalized(host: Host, track: int, index: int, number: int) -> float:
    """From 0 to 1; -1 for a bad index (f3, measured 7.8x)."""
    found = _parameter(host, track, index, number)
    if found is None:
        return -1.0
    effect, known = found
    return (effect.value(number) - known.low) / (known.top - known.low)


@behaviour("TrackFX_SetParamNormalized")
def set_normalized(host: Host, track: int, index: int, number: int, value: float) -> bool:
    """From 0 to 1 (f3, header)."""
    found = _parameter(host, track, index, number)
    if found is None:
        return False
    known = found[1]
    return set_(host, track, index, number, known.low + value * (known.top - known.low))
