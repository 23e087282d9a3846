"""The notes that sound of an item, in seconds, from its chunk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from filmcomposer_reaper.chunks.items import Event, Item, Take, events, read_item
from filmcomposer_reaper.chunks.marks import piece_marks
from filmcomposer_reaper.chunks.text import children, key, number, words
from filmcomposer_reaper.chunks.track import Piece

TICKS_PER_QUARTER = 960.0
#: A note this near to the edge of its item begins there.
EDGE_S = 1e-6
#: More repeats of a looped source than this are no music.
MOST_LOOPS = 10_000
#: Most notes that an item may give: a loop of a crowded bar over hours is cut off there.
MOST_NOTES = 200_000
#: The mark of a source without controllers.
NO_EVENTS = next(
    mark
    for aspect, mark in piece_marks(
        Piece("item:", ("<ITEM", "<SOURCE MIDI", "E 0 b0 7b 00", ">", ">"))
    ).items()
    if aspect.startswith("events:")
)


@dataclass(frozen=True, slots=True)
class Clock:
    """A tempo map: quarter notes at a time in seconds, and back."""

    quarters: Callable[[float], float]
    seconds: Callable[[float], float]


@dataclass(frozen=True, slots=True, order=True)
class Sounding:
    """A note in seconds of the project."""

    start_s: float
    end_s: float
    pitch: int
    velocity: int
    channel: int


@dataclass(frozen=True, slots=True)
class _Raw:
    """A note in ticks of its source."""

    start: int
    end: int
    pitch: int
    velocity: int
    channel: int


def item_notes(block: Sequence[str], clock: Clock) -> list[Sounding]:
    """Return the notes of an item's active take that begin within the item.

    Muted items and notes are left out. Start offset, play rate, loops and sources that go by a
    tempo of their own are followed; what is no MIDI gives nothing.

    Parameters
    ----------
    block : sequence of str
        The ``ITEM`` block.
    clock : Clock
        The project's tempo map.
    """
    item = read_item(block)
    if number(item.line("MUTE"), 1) or not item.takes:
        return []
    return take_notes(item, item.takes[item.active], clock)


def take_notes(item: Item, take: Take, clock: Clock) -> list[Sounding]:
    """Return the notes of a take as they sound within its item."""
    if not take.is_midi:
        return []
    start_s = number(item.line("POSITION"), 1)
    end_s = start_s + number(item.line("LENGTH"), 1)
    notes, length = _raw_notes(take.source)
    when = _times(take, start_s, clock)
    found: list[Sounding] = []
    for shift in _repeats(item, length, when, end_s):
        for note in notes:
            begins = when(note.start + shift)
            if not start_s - EDGE_S <= begins < end_s - EDGE_S or len(found) >= MOST_NOTES:
                continue
            begins, ends = max(begins, start_s), min(when(note.end + shift), end_s)
            found.append(Sounding(begins, ends, note.pitch, note.velocity, note.channel))
    return sorted(found)


def _times(take: Take, start_s: float, clock: Clock) -> Callable[[float], float]:
    """Return what gives the project time of a tick.

    The source's start lies before the item's edge by the start offset; a play rate of 2 makes
    quarter notes half as long.
    """
    rate = number(take.line("PLAYRATE"), 1, 1.0) or 1.0
    zero_s = start_s - number(take.line("SOFFS"), 1) / rate
    per_quarter = _ticks(take.source) * rate
    own_bpm = _own_tempo(take.source)
    if own_bpm:
        return lambda tick: zero_s + tick / per_quarter * 60.0 / own_bpm
    zero = clock.quarters(zero_s)
    return lambda tick: clock.seconds(zero + tick / per_quarter)


def _ticks(source: Sequence[str]) -> float:
    line = next((c[0] for c in children(source) if key(c[0]) == "HASDATA"), "")
    return number(line, 2, TICKS_PER_QUARTER) or TICKS_PER_QUARTER


def _own_tempo(source: Sequence[str]) -> float:
    """Return the tempo of a source that does not follow the project's; 0 if it does."""
    line = next((c[0] for c in children(source) if key(c[0]) == "IGNTEMPO"), "")
    return number(line, 2) if number(line, 1) else 0.0


def _repeats(
    item: Item, length: int, when: Callable[[float], float], end_s: float
) -> Iterator[int]:
    """Yield the ticks at which the source begins anew within the item."""
    yield 0
    if not number(item.line("LOOP"), 1) or length <= 0:
        return
    for count in range(1, MOST_LOOPS):
        if when(count * length) >= end_s - EDGE_S:
            return
        yield count * length


def _raw_notes(source: Sequence[str]) -> tuple[list[_Raw], int]:
    """Return the notes of a source that are not muted, and its length in ticks.

    Of two notes of one pitch that overlap the first one ends first; one that is never ended lasts
    to the end of the source.
    """
    found: list[_Raw] = []
    open_notes: dict[tuple[int, int], list[tuple[int, int, bool]]] = {}
    last = 0
    for event in events(source):
        last = event.tick
        if not event.is_note:
            continue
        pitch, velocity = _data(event)
        place = (event.status & 15, pitch)
        if event.status & 0xF0 == 0x90 and velocity:
            open_notes.setdefault(place, []).append((event.tick, velocity, event.muted))
        elif open_notes.get(place):
            found += _ended(place, open_notes[place].pop(0), event.tick)
    for place, left in open_notes.items():
        for begun in left:
            found += _ended(place, begun, last)
    return found, last


def _ended(place: tuple[int, int], begun: tuple[int, int, bool], tick: int) -> list[_Raw]:
    start, velocity, muted = begun
    if muted or tick <= start:
        return []
    return [_Raw(start, tick, place[1], velocity, place[0])]


def _data(event: Event) -> tuple[int, int]:
    """Return pitch and velocity, 0 for what cannot be read."""
    found = words(event.body[0])
    data = []
    for place in (1, 2):
        try:
            data.append(int(found[place], 16) & 127)
        except (IndexError, ValueError):
            data.append(0)
    return data[0], data[1]


def alike(one: Iterable[Sounding], other: Iterable[Sounding], within_s: float) -> bool:
    """Whether two lists hold the same notes, times within a tolerance in seconds."""
    first, second = (
        sorted(notes, key=lambda n: (n.channel, n.pitch, n.start_s, n.end_s))
        for notes in (one, other)
    )
    return len(first) == len(second) and all(
        (a.channel, a.pitch, a.velocity) == (b.channel, b.pitch, b.velocity)
        and abs(a.start_s - b.start_s) <= within_s
        and abs(a.end_s - b.end_s) <= within_s
        for a, b in zip(first, second, strict=True)
    )
