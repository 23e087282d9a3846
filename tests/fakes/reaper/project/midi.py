"""In-project MIDI in the tree: the lines of ``<SOURCE MIDI`` (e, i6)."""

from __future__ import annotations

import base64
import struct
from dataclasses import dataclass, replace

from tests.fakes.reaper.project.tree import Block, Line

ALL_NOTES_OFF = b"\xb0\x7b\x00"
_KEYS = frozenset({"E", "e", "Em", "em", "X", "x", "Xm", "xm"})


@dataclass(frozen=True, slots=True)
class Event:
    """One event; ``tick`` counts from the source's start, ``tail`` is what follows on its line."""

    tick: int
    message: bytes
    selected: bool = False
    muted: bool = False
    tail: str = ""

    @property
    def status(self) -> int:
        """The kind of message, without its channel."""
        return self.message[0] & 0xF0

    @property
    def is_note_on(self) -> bool:
        """Whether it starts a note."""
        return self.status == 0x90 and self.message[2] > 0

    @property
    def is_note_off(self) -> bool:
        """Whether it ends a note."""
        return self.status == 0x80 or (self.status == 0x90 and self.message[2] == 0)

    @property
    def is_long(self) -> bool:
        """Whether it is sysex or text, which stand in ``<X``."""
        return self.message[0] in (0xF0, 0xFF)


@dataclass(frozen=True, slots=True)
class Note:
    """A note and the places of its two events."""

    start: int
    end: int
    on: Event
    places: tuple[int, int]


def events(source: Block) -> tuple[Event, ...]:
    """Return all events but the closing one."""
    return _read(source).events


def end_tick(source: Block) -> int:
    """Return where the closing event stands: it fixes the source's length (e)."""
    return _read(source).end


def ticks_per_quarter(source: Block) -> float:
    """Return the resolution: ``HASDATA 1 960 QN`` (e, file seen)."""
    return source.read_number("HASDATA", 2, 960)


def quarters(source: Block) -> float:
    """Return the source's length in quarter notes."""
    return end_tick(source) / ticks_per_quarter(source)


@dataclass(slots=True)
class _Content:
    """What the lines say, read once: only ``write`` changes them."""

    events: tuple[Event, ...]
    end: int
    notes: list[Note] | None = None


def _read(source: Block) -> _Content:
    if isinstance(source.memo, _Content):
        return source.memo
    found: list[Event] = []
    tick = 0
    for line in source.body:
        if line.key in _KEYS:
            word = line.text.split()
            tick += int(word[1])
            if isinstance(line, Block):
                message = base64.b64decode("".join(child.text for child in line.body))
                tail = " ".join(word[3:])
            else:
                message = bytes(int(w, 16) for w in word[2:5])
                tail = " ".join(word[5:])
            found.append(Event(tick, message, word[0][0].islower(), "m" in word[0], tail))
    if found and found[-1].message == ALL_NOTES_OFF:
        found.pop()
    source.memo = _Content(tuple(found), tick)
    return source.memo


def write(source: Block, changed: list[Event], end: int) -> None:
    """Put other events in a source's place; note ends come first at one tick.

    A closing event before the last one moves behind it (unverified).
    """
    ordered = sorted(changed, key=lambda e: (e.tick, not e.is_note_off))
    end = max(end, ordered[-1].tick if ordered else 0)
    place = next((i for i, c in enumerate(source.body) if c.key in _KEYS), len(source.body))
    source.body = [c for c in source.body if c.key not in _KEYS]
    tick = 0
    lines: list[Line] = []
    for event in [*ordered, Event(end, ALL_NOTES_OFF)]:
        lines.append(_line(event, event.tick - tick))
        tick = event.tick
    for line in lines:
        line.parent = source
    source.body[place:place] = lines
    source.memo = _Content(tuple(ordered), end)


def _line(event: Event, delta: int) -> Line:
    key = ("x" if event.is_long else "e") if event.selected else "X" if event.is_long else "E"
    key += "m" if event.muted else ""
    tail = f" {event.tail}" if event.tail else ""
    if event.is_long:
        text = base64.b64encode(event.message).decode()
        parts = [Line(text[i : i + 128]) for i in range(0, len(text), 128)]
        return Block(f"{key} {delta} 0{tail}", list(parts))
    return Line(f"{key} {delta} {' '.join(f'{b:02x}' for b in event.message)}{tail}")


def notes(source: Block) -> list[Note]:
    """Return the notes in order of their starts; one without an end lasts to the source's."""
    content = _read(source)
    if content.notes is not None:
        return content.notes
    found: list[Note] = []
    open_at: dict[tuple[int, int], list[int]] = {}
    for place, event in enumerate(events(source)):
        if not (event.is_note_on or event.is_note_off):
            continue
        key = (event.message[0] & 15, event.message[1])
        if event.is_note_on:
            open_at.setdefault(key, []).append(len(found))
            found.append(Note(event.tick, end_tick(source), event, (place, -1)))
        elif open_at.get(key):
            at = open_at[key].pop(0)
            found[at] = replace(found[at], end=event.tick, places=(found[at].places[0], place))
    content.notes = found
    return found


def controllers(source: Block) -> list[Event]:
    """Return what is no note, no text and no sysex."""
    return [e for e in events(source) if 0xA0 <= e.status <= 0xE0]


def texts(source: Block) -> list[Event]:
    """Return texts and sysex."""
    return [e for e in events(source) if e.is_long]


# --- the buffer of GetAllEvts and SetAllEvts ------------------------------------------------------


def pack(source: Block) -> bytes:
    """Return all events as REAPER's buffer: offset, flag, length, message (e, header)."""
    parts: list[bytes] = []
    tick = 0
    for event in [*events(source), Event(end_tick(source), ALL_NOTES_OFF)]:
        flag = event.selected | event.muted << 1
        parts.append(struct.pack("<iBi", event.tick - tick, flag, len(event.message)))
        parts.append(event.message)
        tick = event.tick
    return b"".join(parts)


def unpack(source: Block, data: bytes) -> None:
    """Put the events of such a buffer in a source's place."""
    found: list[Event] = []
    at = tick = 0
    while at < len(data):
        offset, flag, size = struct.unpack_from("<iBi", data, at)
        at += 9
        tick += offset
        message = data[at : at + size]
        at += size
        found.append(Event(tick, message, bool(flag & 1), bool(flag & 2)))
    if found and found[-1].message == ALL_NOTES_OFF:
        found.pop()
    write(source, found, tick)
