"""The inside of items: takes, sources, MIDI events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from filmcomposer_reaper.chunks.text import key, spans, words

#: Lines of MIDI events; the small letter means selected, the m muted.
EVENTS = frozenset({"E", "e", "Em", "em"})
LONG_EVENTS = frozenset({"<X", "<x", "<Xm", "<xm"})
ALL_NOTES_OFF = ("b0", "7b", "00")


@dataclass(frozen=True, slots=True)
class Event:
    """A MIDI event: ticks from the source's start, the lines without the key and the delta.

    ``status`` is the first byte (0 for text and sysex).
    """

    tick: int
    status: int
    muted: bool
    body: tuple[str, ...]

    @property
    def is_note(self) -> bool:
        """Whether it begins or ends a note."""
        return self.status & 0xF0 in (0x80, 0x90)


@dataclass(frozen=True, slots=True)
class Take:
    """A take's lines: those around its source, and the source's block.

    ``head`` is its ``TAKE`` line, "" for the first; ``start`` is where it begins in the item.
    """

    head: str
    lines: tuple[str, ...]
    source: tuple[str, ...]

    def line(self, name: str) -> str:
        """Return the first line of a key; "" for none."""
        return next((text for text in self.lines if key(text) == name), "")

    @property
    def is_midi(self) -> bool:
        """Whether its source holds MIDI events itself."""
        return bool(self.source) and words(self.source[0])[1:2] == ["MIDI"]


@dataclass(frozen=True, slots=True)
class Item:
    """An item: its own lines and its takes. The lines of the first take stand among its own."""

    lines: tuple[str, ...]
    takes: tuple[Take, ...]

    def line(self, name: str) -> str:
        """Return the first line of a key before the second take; "" for none."""
        return next((text for text in self.lines if key(text) == name), "")

    @property
    def active(self) -> int:
        """The number of the active take from 0."""
        chosen = (i for i, take in enumerate(self.takes) if "SEL" in words(take.head))
        return next(chosen, 0)


def read_item(block: Sequence[str]) -> Item:
    """Return an item's takes from its block."""
    inner, _ = spans(block)
    lines: list[str] = []
    takes: list[Take] = []
    head, own, source = "", [], ()  # type: str, list[str], tuple[str, ...]
    for start, stop in inner:
        name = key(block[start])
        if name == "TAKE":
            takes.append(Take(head, tuple(own), source))
            head, own, source = block[start], [], ()
        elif name == "<SOURCE":
            source = tuple(block[start:stop])
        else:
            own += block[start:stop]
            if not takes:
                lines += block[start:stop]
    takes.append(Take(head, tuple(own), source))
    return Item(tuple(lines), tuple(takes))


def events(source: Iterable[str]) -> Iterator[Event]:
    """Yield the events of a MIDI source's lines in order, the closing one too."""
    tick = 0
    long: list[str] = []
    for line in source:
        text = line.strip()
        if long:
            long.append(text)
            if text == ">":
                found = long[0].split()
                yield Event(tick, 0, "m" in found[0], (" ".join(found[2:]), *long[1:]))
                long = []
            continue
        word = text.split()
        if not word:
            continue
        if word[0] in EVENTS and len(word) > 2:
            tick += _whole(word[1])
            yield Event(tick, _byte(word[2]), "m" in word[0], (" ".join(word[2:]),))
        elif word[0] in LONG_EVENTS:
            tick += _whole(word[1]) if len(word) > 1 else 0
            long = [text]


def _whole(word: str) -> int:
    try:
        return int(word)
    except ValueError:
        return 0


def _byte(word: str) -> int:
    try:
        return int(word, 16)
    except ValueError:
        return 0


def with_events(source: Sequence[str], others: Sequence[str]) -> list[str]:
    """Return a MIDI source with its own notes and another source's controllers and texts.

    Parameters
    ----------
    source : sequence of str
        The ``SOURCE MIDI`` block whose notes, end and settings are taken.
    others : sequence of str
        The block whose other events are taken.
    """
    mine = list(events(source))
    end = mine[-1].tick if mine else 0
    kept = [e for e in mine[:-1] if e.is_note]
    kept += [e for e in list(events(others))[:-1] if not e.is_note]
    # Notes end before controllers move, and begin after them.
    kept.sort(key=lambda e: (e.tick, 2 if e.status & 0xF0 == 0x90 else 0 if e.is_note else 1))
    body: list[str] = []
    tick = 0
    for event in kept:
        body += _event_lines(event, event.tick - tick)
        tick = event.tick
    end = max(end, tick)
    body.append(f"E {end - tick} {' '.join(ALL_NOTES_OFF)}")
    inner, close = spans(source)
    places = [span for span in inner if key(source[span[0]]) in EVENTS | LONG_EVENTS]
    first = places[0][0] if places else close
    after = places[-1][1] if places else close
    return [*source[:first], *body, *source[after:]]


def _event_lines(event: Event, delta: int) -> list[str]:
    muted = "m" if event.muted else ""
    if event.status:
        return [f"E{muted} {delta} {event.body[0]}"]
    return [f"<X{muted} {delta} {event.body[0]}".rstrip(), *event.body[1:]]
