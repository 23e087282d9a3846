"""MIDI sources: notes and controllers of a part as events in ticks."""

from __future__ import annotations

from collections.abc import Iterator

from filmcomposer_core.contracts.daw_plan import MidiItemOp, PlayedNote
from filmcomposer_core.execution.rpp_place import Placement
from filmcomposer_core.execution.rpp_text import Lines, block, line

TICKS_PER_BEAT = 960
#: The fifth field of an event: the upper four bits are the curve to the next value, 1 = linear.
LINEAR = 16
NOTE_OFF, NOTE_ON, CONTROL, PROGRAM = 0x80, 0x90, 0xB0, 0xC0
ALL_NOTES_OFF, BANK_MSB, BANK_LSB = 123, 0, 32
#: A MIDI bank number has seven bits: the drum bank 128 is chosen by its channel instead.
LAST_BANK = 127

#: (tick, order within the tick, status, data 1, data 2, flags).
_Event = tuple[int, int, int, int, int, int]


def midi_source(item: MidiItemOp, *, ident: str, place: Placement) -> Lines:
    """Return the ``SOURCE MIDI`` block of an item.

    Ticks count from the start of the item, 960 to a quarter note of the project's tempo map. Each
    channel begins with its bank and program. At one tick notes end first, then controllers move,
    then notes begin.

    Parameters
    ----------
    item : MidiItemOp
        Notes and controllers in beats.
    ident : str
        What the ids of the source are made from.
    place : Placement
        Whose ids they are.

    Returns
    -------
    list of str
        Lines without indent.
    """
    end = _tick(item.end_beat, item)
    played: list[str] = []
    before = 0
    for tick, _, status, data_1, data_2, flags in sorted(_events(item, end=end)):
        tail = f" {flags}" if flags else ""
        played.append(f"E {tick - before} {status:02x} {data_1:02x} {data_2:02x}{tail}")
        before = tick
    played.append(f"E {end - before} {CONTROL:02x} {ALL_NOTES_OFF:02x} 00")
    body = [
        line("HASDATA", 1, TICKS_PER_BEAT, "QN"),
        line("CCINTERP", 32),
        # Other notes are another pool: a pooled copy that a user made of an item keeps its own.
        line("POOLEDEVTS", place.guid("pool", ident, *played)),
        *played,
        line("CCINTERP", 32),
        line("CHASE_CC_TAKEOFFS", 1),
        line("GUID", place.guid("midi", ident)),
        line("IGNTEMPO", 0, 120, 4, 4),
    ]
    return block("SOURCE", ("MIDI",), body)


def _tick(beat: float, item: MidiItemOp) -> int:
    return round((beat - item.start_beat) * TICKS_PER_BEAT)


def _events(item: MidiItemOp, *, end: int) -> Iterator[_Event]:
    for sound in item.sounds:
        if sound.bank <= LAST_BANK:
            yield (0, 0, CONTROL + sound.channel, BANK_MSB, sound.bank, 0)
            yield (0, 1, CONTROL + sound.channel, BANK_LSB, 0, 0)
        yield (0, 2, PROGRAM + sound.channel, sound.program, 0, 0)
        for change in item.controllers:
            tick = min(max(_tick(change.beat, item), 0), end)
            flags = LINEAR if change.ramp else 0
            yield (tick, 4, CONTROL + sound.channel, change.number, change.value, flags)
    for note in item.notes:
        yield from _note(note, item, end=end)


def _note(note: PlayedNote, item: MidiItemOp, *, end: int) -> Iterator[_Event]:
    start = min(max(_tick(note.beat, item), 0), end - 1)
    stop = min(max(_tick(note.beat + note.length, item), start + 1), end)
    yield (start, 5, NOTE_ON + note.channel, note.pitch, note.velocity, 0)
    yield (stop, 3, NOTE_OFF + note.channel, note.pitch, 0, 0)
