"""What reapy calls by address, with bytes as they are (a4, e, j; file seen in reapy)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.reaper.addresses import by_address, read_bytes, write_bytes
from tests.fakes.reaper.behaviours import live
from tests.fakes.reaper.behaviours.midi import hash_, midi_source
from tests.fakes.reaper.faults import Gap, Misuse
from tests.fakes.reaper.functions import Out
from tests.fakes.reaper.project import midi
from tests.fakes.reaper.project.midi import Event, Note

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host


@by_address("ValidatePtr2")
def validate(host: Host, project: int, pointer: int, c_type: int) -> bool:
    """By the pointer's number (reapy puts this in the wrapper's place, file seen)."""
    return host.alive(pointer, read_text(c_type))


def read_text(address: int | None) -> str:
    """Return a NUL-ended text."""
    data = b""
    while address is not None and (byte := read_bytes(address + len(data), 1)) != b"\0":
        data += byte
    return data.decode("latin-1")


@by_address("MIDI_GetAllEvts")
def get_all(host: Host, take: int, buffer: int, size: int) -> Out:
    """All events in REAPER's buffer, its length in the size (e, header)."""
    data = midi.pack(midi_source(host, take))
    write_bytes(buffer, data, size)
    return Out(True, {"bufOutNeedBig_sz": len(data)})


@by_address("MIDI_SetAllEvts")
def set_all(host: Host, take: int, buffer: int, size: int) -> bool:
    """Put events in the place of all (e, header)."""
    midi.unpack(midi_source(host, take), read_bytes(buffer, size))
    host.project.touch()
    return True


@by_address("MIDI_GetHash")
def get_hash(host: Host, take: int, notes_only: int, buffer: int, size: int) -> bool:
    """16 hex digits that follow the content (e, file seen)."""
    found = hash_(host, take, notes_only, "", size).changed["hashOut"]
    write_bytes(buffer, found.encode() + b"\0", size)
    return True


@by_address("MIDI_InsertEvt")
def insert_event(
    host: Host, take: int, selected: int, muted: int, tick: float, buffer: int, size: int
) -> bool:
    """Add an event of any kind (header)."""
    source = midi_source(host, take)
    added = Event(round(tick), read_bytes(buffer, size), bool(selected), bool(muted))
    midi.write(source, [*midi.events(source), added], midi.end_tick(source))
    host.project.touch()
    return True


@by_address("MIDI_SetNote")
def set_note(
    host: Host,
    take: int,
    index: int,
    selected: int | None,
    muted: int | None,
    start: float | None,
    end: float | None,
    channel: int | None,
    pitch: int | None,
    velocity: int | None,
    no_sort: int | None,
) -> bool:
    """Change a note; NULL leaves a value as it is (header; e for the wrapping)."""
    source = midi_source(host, take)
    found = midi.notes(source)
    if not 0 <= index < len(found):
        return False
    note = found[index]
    if any(v is not None and not 0 <= v <= 127 for v in (channel, pitch, velocity)):
        raise Misuse("MIDI_SetNote with a value that REAPER wraps silently (e)")
    kept = [e for i, e in enumerate(midi.events(source)) if i not in note.places]
    marks = (_or(selected, note.on.selected), _or(muted, note.on.muted))
    first, last = round(_or(start, note.start)), round(_or(end, note.end))
    now = _now(note, channel, pitch, velocity)
    on = Event(first, bytes((0x90 | now[0], now[1], now[2])), *map(bool, marks))
    off = Event(last, bytes((0x80 | now[0], now[1], 0)), *map(bool, marks))
    midi.write(source, [*kept, on, off], midi.end_tick(source))
    host.project.touch()
    if no_sort:
        host.project.unsorted[id(live.take(host, take))] = live.take(host, take)
    return True


def _or(value: float | None, kept: float) -> float:
    return kept if value is None else value


def _now(note: Note, *given: int | None) -> tuple[int, int, int]:
    had = (note.on.message[0] & 15, note.on.message[1], note.on.message[2])
    found = [old if new is None else new for old, new in zip(had, given, strict=True)]
    return found[0], found[1], found[2]


@by_address("GetTrackMIDINoteNameEx")
def note_name(host: Host, project: int, track: int, pitch: int, channel: int) -> str | None:
    """The name of a note, NULL where it has none (a4); names are not modelled yet."""
    if live.block(host, track).block("MIDINOTENAMES") is not None:
        raise Gap("note names of a track are not modelled")
    return None


@by_address("GetTrackMIDINoteName")
def note_name_by_index(host: Host, index: int, pitch: int, channel: int) -> str | None:
    """The same by the track's number."""
    tracks = host.project.tracks()
    if not 0 <= index < len(tracks):
        return None
    return note_name(host, 0, live.give(host, tracks[index]) or 0, pitch, channel)
