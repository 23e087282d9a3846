"""Envelopes: finding them, their state and their points (g)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.reaper.behaviours.live import block, ext_text, give, node, nth, unknown_key
from tests.fakes.reaper.behaviours.tracks import replace
from tests.fakes.reaper.faults import Gap, Misuse
from tests.fakes.reaper.functions import Out, behaviour
from tests.fakes.reaper.project import envelopes, rendering, tempo_text, tree
from tests.fakes.reaper.project import fx as effects

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host
    from tests.fakes.reaper.project.tree import Block


@behaviour("CountTrackEnvelopes")
def count(host: Host, track: int) -> int:
    """Those that exist (header)."""
    return len(_all(host, track))


@behaviour("GetTrackEnvelope")
def get(host: Host, track: int, index: int) -> int | None:
    """By index (header)."""
    return give(host, nth(_all(host, track), index))


def _all(host: Host, track: int) -> list[Block]:
    """Return a track's envelopes; the master's stand at the root (i2, file seen)."""
    if node(host, track) is host.project.master:
        return [b for b in host.project.root.blocks(*_MASTER)]
    return envelopes.of_track(block(host, track))


@behaviour("GetTrackEnvelopeByName")
def by_name(host: Host, track: int, name: str) -> int | None:
    """By its English name; NULL until it exists, given when hidden too (g, measured 7.8x)."""
    found = envelopes.of_track(block(host, track))
    return give(host, next((e for e in found if _name(e) == name), None))


@behaviour("GetTrackEnvelopeByChunkName")
def by_tag(host: Host, track: int, tag: str) -> int | None:
    """By ``<TAG`` or GUID; without ``<`` it finds nothing (g, measured 7.8x)."""
    found = _all(host, track)
    match = (e for e in found if tag in (f"<{e.key}", e.read("EGUID", 1)))
    return give(host, next(match, None))


def _name(envelope: Block) -> str:
    if envelope.key == "PARMENV":
        return envelope.word(5)
    return {**envelopes.NAMES, **envelopes.SENDS}[envelope.key]


@behaviour("GetEnvelopeName")
def name(host: Host, envelope: int, text: str, size: int) -> Out:
    """In English; a language pack changes it (g, file seen)."""
    return Out(True, {"bufOut": _name(block(host, envelope))})


@behaviour("Envelope_GetParentTrack")
def parent(host: Host, envelope: int, fx: int, parameter: int) -> Out:
    """The track; effect and parameter are -1 for a track's own (header)."""
    held = block(host, envelope)
    if held.key == "PARMENV":
        raise Gap("Envelope_GetParentTrack for an effect's envelope is not modelled")
    return Out(give(host, held.parent), {"indexOut": -1, "index2Out": -1})


#: The master's (g, docs).
_MASTER = ("TEMPOENVEX", "MASTERPLAYSPEEDENV", "MASTERVOLENV2", "MASTERPANENV2")
#: Key -> line and word (i4; SHOWLANE as VIS's second word is unverified).
_SWITCHES = {"ACTIVE": ("ACT", 1), "VISIBLE": ("VIS", 1), "SHOWLANE": ("VIS", 2), "ARM": ("ARM", 1)}


@behaviour("GetSetEnvelopeInfo_String")
def text(host: Host, envelope: int, key: str, value: str, change: int) -> Out:
    """ACTIVE, VISIBLE, SHOWLANE, ARM as "1" and "0", GUID, P_EXT:name (g, header, measured)."""
    held = block(host, envelope)
    if change:
        host.project.touch()
    if key.startswith("P_EXT:"):
        return ext_text(held, key, value, "stringNeedBig", change)
    if key == "GUID" and not change:
        return Out(True, {"stringNeedBig": held.read("EGUID", 1)})
    if key not in _SWITCHES:
        raise unknown_key(host, key)
    line, index = _SWITCHES[key]
    if change:
        if value not in ("0", "1"):
            raise Misuse(f'{key} takes "1" or "0", not {value!r}')
        held.write(line, index, value)
    return Out(True, {"stringNeedBig": held.read(line, index, "0")})


@behaviour("GetEnvelopeStateChunk")
def get_chunk(host: Host, envelope: int, text: str, size: int, for_undo: int) -> Out:
    """Its lines (header)."""
    return Out(True, {"strNeedBig": tree.dump(block(host, envelope))})


@behaviour("SetEnvelopeStateChunk")
def set_chunk(host: Host, envelope: int, text: str, for_undo: int) -> bool:
    """Put other lines in its place; its pointer stays (unverified)."""
    held = block(host, envelope)
    if held.key == "TEMPOENVEX":
        tempo_text.replace(host.project, tree.parse(text))
        return True
    replace(host, held, text, held.key)
    return True


def command(host: Host, number: int) -> bool:
    """Do one of the actions that show or hide an envelope on the selected tracks (g, measured)."""
    tag = envelopes.COMMANDS.get(number)
    if tag is None:
        return False
    for track in host.project.tracks():
        if track.read("SEL", 1) != "1":
            continue
        held = track.block(tag)
        if held is None:
            envelopes.show(host.project, track, tag)
        else:
            held.write("VIS", 1, "0" if held.read("VIS", 1) == "1" else "1")
    host.project.touch()
    return True


@behaviour("Main_OnCommand")
def on_command(host: Host, number: int, flag: int) -> None:
    """An action by number; those that are not modelled are gaps (h2)."""
    if number == rendering.RENDER:
        rendering.render(host)
    elif not command(host, number):
        raise Gap(f"the emulation has no action {number}")


@behaviour("Main_OnCommandEx")
def on_command_ex(host: Host, number: int, flag: int, project: int) -> None:
    """In a project (header)."""
    on_command(host, number, flag)


@behaviour("GetFXEnvelope")
def of_fx(host: Host, track: int, fx: int, parameter: int, create: int) -> int | None:
    """An effect parameter's; with ``create`` it is made and switched on (g, header).

    Its head is ``index:ident min max mid "name / effect"`` (i4, file seen), its values the
    parameter's raw range (g, measured 7.8x).
    """
    held = effects.at(block(host, track), fx)
    if held is None or not 0 <= parameter < len(held.kind.parameters):
        return None
    found = held.envelope(parameter)
    if found is None and create:
        known = held.kind.parameters[parameter]
        ident = f"{parameter}:_{known.name.replace(' ', '_')}"
        numbers = f"{known.low:g} {known.top:g} {(known.low + known.top) / 2:g}"
        text = f'PARMENV {ident} {numbers} "{known.name} / {held.kind.short}"'
        found = envelopes.make(host.project, held.chain, text, held.value(parameter))
        held.chain.remove_child(found)
        held.chain.add(found, held.end - 1)
        host.project.touch()
    return give(host, found)
