"""The main melody as a MIDI file whose ticks are seconds."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final

import mido

from filmcomposer_core.contracts.sample import MelodyNote
from filmcomposer_core.errors import InputError

#: 120 quarter notes a minute of 960 ticks: a tick is about half a millisecond.
_TICKS_PER_BEAT: Final = 960
_TICKS_PER_S: Final = 1920
_MICROSECONDS: Final = 500_000


def melody_bytes(notes: Sequence[MelodyNote]) -> bytes:
    """Return a melody as a MIDI file of one track.

    Parameters
    ----------
    notes : sequence of MelodyNote
        In order, without overlaps.

    Notes
    -----
    The file's tempo is always 120: it says nothing about the music, whose notes stand where they
    sound.
    """
    events = []
    for note in notes:
        start = round(note.start_s * _TICKS_PER_S)
        stop = max(start + 1, round(note.end_s * _TICKS_PER_S))
        events.append((start, 1, "note_on", note.pitch, note.velocity))
        events.append((stop, 0, "note_off", note.pitch, 0))
    track = mido.MidiTrack([mido.MetaMessage("track_name", name="Melody")])
    track.append(mido.MetaMessage("set_tempo", tempo=_MICROSECONDS))
    before = 0
    for tick, _, kind, pitch, velocity in sorted(events):
        track.append(mido.Message(kind, note=pitch, velocity=velocity, time=tick - before))
        before = tick
    file = mido.MidiFile(type=0, ticks_per_beat=_TICKS_PER_BEAT)
    file.tracks.append(track)
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


def melody_notes(data: bytes, *, where: str) -> tuple[MelodyNote, ...]:
    """Return the notes of a melody's file, in order of time.

    Raises
    ------
    InputError
        If it is no MIDI file, or holds what cannot be a note.
    """
    try:
        file = mido.MidiFile(file=io.BytesIO(data))
        return tuple(sorted(_notes(file), key=lambda n: (n.start_s, n.pitch)))
    except (OSError, EOFError, ValueError, LookupError, TypeError, mido.KeySignatureError) as exc:
        msg = f"{where} is no MIDI file of a melody: {exc or 'it ends too early'}."
        raise InputError(msg, "Import the melody again, or build the sample anew.") from exc


def _notes(file: mido.MidiFile) -> list[MelodyNote]:
    found: list[MelodyNote] = []
    begun: dict[int, tuple[float, int]] = {}
    now_s = 0.0
    for message in file:  # plays the file: time is seconds since the message before
        now_s += message.time
        if message.type not in ("note_on", "note_off"):
            continue
        start = begun.pop(message.note, None)
        if start is not None and now_s > start[0]:
            found.append(
                MelodyNote(start_s=start[0], end_s=now_s, pitch=message.note, velocity=start[1])
            )
        if message.type == "note_on" and message.velocity:
            begun[message.note] = (now_s, message.velocity)
    return found
