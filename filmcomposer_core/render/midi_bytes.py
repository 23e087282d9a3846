"""What a synthesiser is told, in samples, and the same as a Standard MIDI File."""

from __future__ import annotations

import struct
from dataclasses import dataclass

SAMPLE_RATE = 48000
#: Half a second per quarter note makes one tick one sample: nothing is rounded, nothing drifts.
_TICKS_PER_QUARTER = SAMPLE_RATE // 2
_TEMPO_US = 500_000
#: Order of events at the same sample.
_SETUP, _OFF, _CONTROL, _ON = range(4)


@dataclass(frozen=True, slots=True, kw_only=True)
class SynthNote:
    """A note between two samples, the end not included."""

    start: int
    end: int
    key: int
    velocity: int
    channel: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SynthControl:
    """A controller value from a sample on."""

    at: int
    channel: int
    number: int
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SynthScore:
    """All that is played in one rendering of ``length`` samples.

    ``presets`` maps a channel to the number of a preset in the cut font. Channel 9 is not used,
    because players treat it as drums.
    """

    length: int
    presets: dict[int, int]
    notes: tuple[SynthNote, ...]
    controls: tuple[SynthControl, ...] = ()


def _variable(value: int) -> bytes:
    out = bytearray([value & 0x7F])
    while value := value >> 7:
        out.insert(0, value & 0x7F | 0x80)
    return bytes(out)


def synth_events(score: SynthScore, *, volume: int = 127) -> list[tuple[int, int, bytes]]:
    """Return the events of a score in order as (sample, rank, MIDI message).

    Parameters
    ----------
    score : SynthScore
        What is played.
    volume : int
        Controller 7 of every channel.
    """
    events: list[tuple[int, int, bytes]] = []
    for channel, preset in sorted(score.presets.items()):
        for number, value in ((0, preset // 128), (32, 0), (7, volume), (11, 127), (10, 64)):
            events.append((0, _SETUP, bytes((0xB0 | channel, number, value))))
        for number in (91, 93):
            events.append((0, _SETUP, bytes((0xB0 | channel, number, 0))))
        events.append((0, _SETUP, bytes((0xC0 | channel, preset % 128))))
    for item in score.controls:
        message = bytes((0xB0 | item.channel, item.number, item.value))
        events.append((item.at, _CONTROL, message))
    for note in score.notes:
        events.append((note.start, _ON, bytes((0x90 | note.channel, note.key, note.velocity))))
        events.append((note.end, _OFF, bytes((0x80 | note.channel, note.key, 0))))
    events.sort(key=lambda event: event[:2])
    return events


def midi_file(score: SynthScore, *, volume: int = 127) -> bytes:
    """Return a score as a Standard MIDI File at constant tempo, one tick per sample."""
    track = bytearray(b"\0\xff\x51\x03" + _TEMPO_US.to_bytes(3, "big"))
    at = 0
    for time, _, message in synth_events(score, volume=volume):
        track += _variable(time - at) + message
        at = time
    track += _variable(max(0, score.length - at)) + b"\xff\x2f\x00"
    head = b"MThd" + struct.pack(">IHHH", 6, 0, 1, _TICKS_PER_QUARTER)
    return head + b"MTrk" + struct.pack(">I", len(track)) + bytes(track)
