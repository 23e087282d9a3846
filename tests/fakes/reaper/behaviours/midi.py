"""MIDI: items, notes, controllers, positions (e)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from tests.fakes.reaper.behaviours import live
from tests.fakes.reaper.behaviours.live import block, give
from tests.fakes.reaper.faults import Gap, Misuse
from tests.fakes.reaper.functions import Out, behaviour
from tests.fakes.reaper.project import items, midi, template, tempo_map, tree
from tests.fakes.reaper.project.midi import Event

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host
    from tests.fakes.reaper.project.tree import Block


@behaviour("CreateNewMIDIItemInProj")
def create(host: Host, track: int, start: float, end: float, quarters: int) -> Out:
    """An item with an empty MIDI take; the call gives a tuple (e, file seen).

    Alone in an undo block it makes no step (h1, measured 7.8x).
    """
    project = host.project
    before = project.state()
    found = tempo_map.read(project)
    first, last = (start, end) if quarters else (found.qn(start), found.qn(end))
    if last <= first:
        raise Misuse(f"a MIDI item from {start} to {end}")
    item = items.add(project, block(host, track))
    item.write("POSITION", 1, found.time(first))
    item.write("LENGTH", 1, found.time(last) - found.time(first))
    take = items.add_take(project, item)
    ticks = round((last - first) * 960)
    text = template.MIDI.format(pool=project.guid(), guid=project.guid(), ticks=ticks)
    take.add(tree.parse(text))
    items.sort(block(host, track))
    project.touch()
    project.history.overlook(before, project.state())
    return Out(give(host, item))


def midi_source(host: Host, take: int, *, reading: bool = True) -> Block:
    held = live.take(host, take)
    source = items.source(held)
    if source is None or source.word(1) != "MIDI":
        raise Misuse(f"RPR_{host.calls[-1][0]} on a take without MIDI")
    if reading and id(held) in host.project.unsorted:
        raise Misuse("MIDI is read while its events are unsorted: call MIDI_Sort first (e)")
    return source


def _insert(host: Host, take: int, added: list[Event], *, no_sort: bool) -> None:
    source = midi_source(host, take, reading=False)
    midi.write(source, [*midi.events(source), *added], midi.end_tick(source))
    host.project.touch()
    if no_sort:
        host.project.unsorted[id(live.take(host, take))] = live.take(host, take)


def _in_range(**values: int) -> None:
    """Refuse what REAPER wraps silently (e, measured 7.8x)."""
    for name, value in values.items():
        if not 0 <= value <= (15 if name == "channel" else 127):
            raise Misuse(f"{name} {value}: REAPER wraps it silently (e)")


@behaviour("MIDI_CountEvts")
def count(host: Host, take: int, *_: int) -> Out:
    """All, notes, controllers, texts and sysex (e, header)."""
    source = midi_source(host, take)
    counts = {
        "notecntOut": len(midi.notes(source)),
        "ccevtcntOut": len(midi.controllers(source)),
        "textsyxevtcntOut": len(midi.texts(source)),
    }
    return Out(sum(counts.values()), counts)


@behaviour("MIDI_GetNote")
def get_note(host: Host, take: int, index: int, *_: float) -> Out:
    """A note by index in order of starts (e, header)."""
    found = midi.notes(midi_source(host, take))
    if not 0 <= index < len(found):
        return Out(False)
    note = found[index]
    values = {
        "selectedOut": int(note.on.selected),
        "mutedOut": int(note.on.muted),
        "startppqposOut": float(note.start),
        "endppqposOut": float(note.end),
        "chanOut": note.on.message[0] & 15,
        "pitchOut": note.on.message[1],
        "velOut": note.on.message[2],
    }
    return Out(True, values)


@behaviour("MIDI_InsertNote")
def insert_note(
    host: Host,
    take: int,
    selected: int,
    muted: int,
    start: float,
    end: float,
    channel: int,
    pitch: int,
    velocity: int,
    no_sort: int,
) -> Out:
    """Add a note in ticks of its source (e, header)."""
    _in_range(channel=channel, pitch=pitch, velocity=velocity)
    if end <= start or not velocity:
        raise Misuse(f"a note from {start} to {end} with velocity {velocity}")
    marks = (bool(selected), bool(muted))
    on = Event(round(start), bytes((0x90 | channel, pitch, velocity)), *marks)
    off = Event(round(end), bytes((0x80 | channel, pitch, 0)), *marks)
    _insert(host, take, [on, off], no_sort=bool(no_sort))
    return Out(True)


@behaviour("MIDI_DeleteNote")
def delete_note(host: Host, take: int, index: int) -> bool:
    """Delete a note by index (header)."""
    source = midi_source(host, take)
    found = midi.notes(source)
    if not 0 <= index < len(found):
        return False
    kept = [e for i, e in enumerate(midi.events(source)) if i not in found[index].places]
    midi.write(source, kept, midi.end_tick(source))
    host.project.touch()
    return True


@behaviour("MIDI_GetCC")
def get_controller(host: Host, take: int, index: int, *_: float) -> Out:
    """A controller by index (e, header)."""
    found = midi.controllers(midi_source(host, take))
    if not 0 <= index < len(found):
        return Out(False)
    event = found[index]
    values = {
        "selectedOut": int(event.selected),
        "mutedOut": int(event.muted),
        "ppqposOut": float(event.tick),
        "chanmsgOut": event.status,
        "chanOut": event.message[0] & 15,
        "msg2Out": event.message[1],
        "msg3Out": event.message[2],
    }
    return Out(True, values)


@behaviour("MIDI_InsertCC")
def insert_controller(
    host: Host,
    take: int,
    selected: int,
    muted: int,
    tick: float,
    status: int,
    channel: int,
    first: int,
    second: int,
) -> bool:
    """Add a controller; 0xB0 CC, 0xE0 pitch, 0xC0 program, 0xD0 pressure (e, header)."""
    _in_range(channel=channel, first=first, second=second)
    if status not in range(0xA0, 0xF0, 0x10):
        raise Misuse(f"the controller message {status:#x}")
    message = bytes((status | channel, first, second))
    added = [Event(round(tick), message, bool(selected), bool(muted))]
    _insert(host, take, added, no_sort=False)
    return True


@behaviour("MIDI_DisableSort")
def disable_sort(host: Host, take: int) -> None:
    """Until MIDI_Sort nothing is sorted (e, header)."""
    midi_source(host, take, reading=False)
    host.project.unsorted[id(live.take(host, take))] = live.take(host, take)


@behaviour("MIDI_Sort")
def sort(host: Host, take: int) -> None:
    """Sort after inserts (e, header)."""
    midi_source(host, take, reading=False)
    host.project.unsorted.pop(id(live.take(host, take)), None)


@behaviour("MIDI_GetHash")
def hash_(host: Host, take: int, notes_only: int, text: str, size: int) -> Out:
    """16 hex digits that follow the content (e, file seen)."""
    source = midi_source(host, take)
    data = midi.pack(source)
    if notes_only:
        data = repr([(n.start, n.end, n.on.message) for n in midi.notes(source)]).encode()
    return Out(True, {"hashOut": hashlib.sha256(data).hexdigest()[:16].upper()})


@behaviour("MIDI_GetAllEvts")
def get_all(host: Host, take: int, text: str, size: int) -> Out:
    """Useless in stock Python: decoding stops at the first NUL (e, file seen)."""
    midi_source(host, take)
    raise Misuse("stock MIDI_GetAllEvts gives no events: use a chunk, or the C address (e)")


@behaviour("MIDI_SetAllEvts")
def set_all(host: Host, take: int, text: str, size: int) -> bool:
    """Corrupts bytes in stock Python (e, file seen)."""
    midi_source(host, take)
    raise Misuse("stock MIDI_SetAllEvts corrupts bytes: use a chunk, or the C address (e)")


# --- positions ------------------------------------------------------------------------------------


def _zero(host: Host, take: int) -> tuple[float, float]:
    """Return the project quarter of tick 0, and the ticks to a project quarter.

    A start offset counts back from the item's start in project time (unverified).
    """
    held = live.take(host, take)
    source = midi_source(host, take, reading=False)
    if source.read("IGNTEMPO", 1, "0") != "0":
        raise Gap("MIDI that ignores the project's tempo is not modelled")
    rate = held.read_number("PLAYRATE", 1, 1)
    start = items.item_of(held).read_number("POSITION", 1)
    offset = held.read_number("SOFFS", 1) / rate
    return tempo_map.read(host.project).qn(start - offset), midi.ticks_per_quarter(source) * rate


@behaviour("MIDI_GetPPQPosFromProjQN")
def tick_of_quarter(host: Host, take: int, qn: float) -> float:
    """Ticks from the source's start, not the item's edge (e, header)."""
    zero, ticks = _zero(host, take)
    return (qn - zero) * ticks


@behaviour("MIDI_GetProjQNFromPPQPos")
def quarter_of_tick(host: Host, take: int, tick: float) -> float:
    """The way back (e, header)."""
    zero, ticks = _zero(host, take)
    return zero + tick / ticks


@behaviour("MIDI_GetPPQPosFromProjTime")
def tick_of_time(host: Host, take: int, time: float) -> float:
    """Through the tempo map (e, header)."""
    return tick_of_quarter(host, take, tempo_map.read(host.project).qn(time))


@behaviour("MIDI_GetProjTimeFromPPQPos")
def time_of_tick(host: Host, take: int, tick: float) -> float:
    """The way back (e, header)."""
    return tempo_map.read(host.project).time(quarter_of_tick(host, take, tick))
