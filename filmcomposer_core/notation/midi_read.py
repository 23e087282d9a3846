"""A theme from a MIDI file, our own or another program's."""

from __future__ import annotations

import bisect
import io
import struct
from dataclasses import dataclass
from typing import Final

import mido

from filmcomposer_core.contracts.score import Melody, Note
from filmcomposer_core.errors import InputError
from filmcomposer_core.notation.midi_write import PHRASE

#: Notes that begin within this many beats of each other, and overlap, are one chord.
CHORD_BEATS: Final = 1 / 32
_DRUM_CHANNEL: Final = 9
_HINT: Final = "Export the melody again as a Standard MIDI File of type 0 or 1."
#: What mido raises for damaged files.
_DAMAGE: Final = (
    OSError,
    EOFError,
    ValueError,
    LookupError,
    TypeError,
    struct.error,
    mido.KeySignatureError,
)


@dataclass(frozen=True, slots=True)
class _Sounding:
    """A note in ticks."""

    start: int
    end: int
    pitch: int
    velocity: int


def midi_to_melody(data: bytes, *, where: str) -> Melody:
    """Read a theme from a Standard MIDI File of type 0 or 1.

    Parameters
    ----------
    data : bytes
        The file.
    where : str
        Its name, for messages.

    Returns
    -------
    Melody
        Beats are exact to the file's ticks; the file's tempo is ignored, because tempo lives in
        ``tempo.json``. Taken is the first track with notes and, within it, the channel of its
        first note (channel 10, percussion, never). Of notes that begin together the highest is
        kept. A lower note that begins and ends under a higher one is accompaniment and left out;
        any other overlap is cut where the next note begins. Markers named ``phrase`` become
        phrase starts.

    Raises
    ------
    InputError
        If the file is damaged, of type 2, timed in SMPTE frames, or holds percussion only.
    """
    file = _load(data, where=where)
    voices = [voice for track in file.tracks for voice in _voices(track)]
    melodic = [notes for channel, notes in voices if channel != _DRUM_CHANNEL]
    if voices and not melodic:
        msg = f"{where} holds notes for percussion (channel 10) only."
        raise InputError(msg, "Put the melody on another channel.")
    notes = _one_line(melodic[0], chord_ticks=file.ticks_per_beat * CHORD_BEATS) if melodic else []
    per_beat = file.ticks_per_beat
    return Melody(
        notes=tuple(
            Note(
                beat=note.start / per_beat,
                length=(note.end - note.start) / per_beat,
                pitch=note.pitch,
                velocity=note.velocity,
            )
            for note in notes
        ),
        phrase_starts=_phrase_starts(file),
    )


def _load(data: bytes, *, where: str) -> mido.MidiFile:
    try:
        file = mido.MidiFile(file=io.BytesIO(_known_chunks(data)), clip=True)
    except _DAMAGE as exc:
        msg = f"{where} is not a readable MIDI file ({exc or 'it breaks off'})."
        raise InputError(msg, _HINT) from exc
    if file.type == 2:
        msg = f"{where} is a MIDI file of type 2 (independent patterns)."
        raise InputError(msg, _HINT)
    if file.ticks_per_beat <= 0:
        msg = f"{where} counts time in SMPTE frames, not in beats."
        raise InputError(msg, _HINT)
    return file


def _known_chunks(data: bytes) -> bytes:
    """Unwrap RIFF and drop chunks other than MThd and MTrk, as the standard asks of readers."""
    begin = max(0, data.find(b"MThd", 0, 64)) if data[:4] == b"RIFF" else 0
    kept: list[bytes] = []
    while begin + 8 <= len(data):
        name, size = struct.unpack_from(">4sL", data, begin)
        if name in (b"MThd", b"MTrk") or not kept:
            kept.append(data[begin : begin + 8 + size])
        begin += 8 + size
    if not kept:
        raise EOFError
    return b"".join(kept)


def _voices(track: mido.MidiTrack) -> list[tuple[int, list[_Sounding]]]:
    """Return the notes of each channel of a track, channels in order of their first note."""
    open_notes: dict[tuple[int, int], tuple[int, int]] = {}
    found: dict[int, list[_Sounding]] = {}
    now = 0

    def close(channel: int, pitch: int) -> None:
        begun = open_notes.pop((channel, pitch), None)
        if begun is not None:
            start, velocity = begun
            found[channel].append(_Sounding(start, max(now, start + 1), pitch, velocity))

    for message in track:
        now += message.time
        if message.type not in ("note_on", "note_off"):
            continue
        close(message.channel, message.note)
        if message.type == "note_on" and message.velocity > 0:
            found.setdefault(message.channel, [])
            open_notes[message.channel, message.note] = (now, message.velocity)
    for channel, pitch in list(open_notes):
        close(channel, pitch)
    return list(found.items())


def _one_line(notes: list[_Sounding], *, chord_ticks: float) -> list[_Sounding]:
    line: list[_Sounding] = []
    for note in sorted(notes, key=lambda n: (n.start, n.pitch)):
        before = line[-1] if line else None
        if before is None or note.start >= before.end:
            line.append(note)
            continue
        together = note.start - before.start <= chord_ticks
        if note.pitch > before.pitch and together:
            line[-1] = _Sounding(before.start, note.end, note.pitch, note.velocity)
        elif note.pitch < before.pitch and (together or note.end <= before.end):
            continue
        elif note.start == before.start:
            line[-1] = _Sounding(note.start, max(note.end, before.end), note.pitch, note.velocity)
        else:
            line[-1] = _Sounding(before.start, note.start, before.pitch, before.velocity)
            line.append(note)
    return line


def _phrase_starts(file: mido.MidiFile) -> tuple[int, ...]:
    signatures: list[tuple[int, int, int]] = []
    phrases: list[int] = []
    for track in file.tracks:
        now = 0
        for message in track:
            now += message.time
            if message.type == "time_signature":
                signatures.append((now, message.numerator, message.denominator))
            elif message.type == "marker" and message.text == PHRASE:
                phrases.append(now)
    if not phrases:
        return ()
    bars = _bar_ticks(sorted(signatures), per_beat=file.ticks_per_beat, end=max(phrases))
    return tuple(sorted({bisect.bisect_right(bars, tick) for tick in phrases}))


def _bar_ticks(signatures: list[tuple[int, int, int]], *, per_beat: int, end: int) -> list[int]:
    """Return the ticks of all bar lines up to a tick; 4/4 until the file says otherwise."""
    bars: list[int] = []
    now, index, length = 0, 0, 4 * per_beat
    while now <= end:
        while index < len(signatures) and signatures[index][0] <= now:
            _, num, den = signatures[index]
            length = max(1, num * 4 * per_beat // den)
            index += 1
        bars.append(now)
        after = signatures[index][0] if index < len(signatures) else now + length
        now = min(now + length, after) if after > now else now + length
    return bars
