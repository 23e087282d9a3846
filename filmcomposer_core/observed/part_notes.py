"""The notes on a part's track to the notes of its item in the plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from filmcomposer_core.contracts.daw_plan import MidiItemOp, PlayedNote
from filmcomposer_core.contracts.observed import ObservedNote
from filmcomposer_core.observed.notes import (
    TICKS_PER_BEAT,
    PlacedNote,
    WrittenNote,
    placed_notes,
    ticked,
    unfolded,
)
from filmcomposer_core.timeline import Timeline

#: A note may last this much longer than its item, in beats: rounding.
_OVERHANG = 1e-5


def edited_item(
    item: MidiItemOp,
    seen: Sequence[ObservedNote],
    *,
    timeline: Timeline,
    folded: bool = False,
) -> tuple[MidiItemOp, tuple[str, ...]]:
    """Put the notes of a track into its item.

    Parameters
    ----------
    item : MidiItemOp
        The item as it was written.
    seen : sequence of ObservedNote
        All notes of the track.
    timeline : Timeline
        The plan's tempo map.
    folded : bool
        Whether channels do not tell techniques: then a note has that of the written note it is, or
        that came before it.

    Returns
    -------
    MidiItemOp, tuple of str
        The item, whole bars longer where its notes need it, and what could not be taken as it is.
        Notes on a channel without a sound go to the nearest that has one; a note that stands twice
        at a place, in two items that lie upon one another, is one.
    """
    written = [_written(note, item, timeline) for note in item.notes]
    if folded:
        seen = unfolded(seen, written)
    notes, said = _on_channels(item, seen)
    placed = placed_notes(notes, written, timeline=timeline)
    made = [
        PlayedNote(
            beat=note.beat,
            length=note.length,
            pitch=note.pitch,
            velocity=note.velocity,
            channel=note.channel,
        )
        if note.source is None
        else item.notes[note.source]
        for note in _once(placed)
    ]
    made.sort(key=lambda note: (note.beat, note.pitch, note.channel))
    if sorted(made, key=_key) == sorted(item.notes, key=_key):
        return item, said
    return _grown(replace(item, notes=tuple(made)), timeline), said


def _once(placed: Sequence[PlacedNote]) -> list[PlacedNote]:
    """Leave out notes that are none of ours and stand where another stands already."""
    there: set[tuple[int, int, int]] = set()
    kept = []
    for note in sorted(placed, key=lambda note: note.source is None):
        place = round(note.beat * TICKS_PER_BEAT), note.pitch, note.channel
        if note.source is not None or place not in there:
            kept.append(note)
        there.add(place)
    return kept


def _key(note: PlayedNote) -> tuple[float, ...]:
    return note.beat, note.pitch, note.channel, note.velocity, note.length


def _written(note: PlayedNote, item: MidiItemOp, timeline: Timeline) -> WrittenNote:
    end = min(note.beat + note.length, item.end_beat)
    return WrittenNote(
        beat=note.beat,
        length=note.length,
        start_s=ticked(note.beat, start_beat=item.start_beat, timeline=timeline),
        end_s=ticked(end, start_beat=item.start_beat, timeline=timeline),
        pitch=note.pitch,
        velocity=note.velocity,
        channel=note.channel,
    )


def _on_channels(
    item: MidiItemOp, seen: Sequence[ObservedNote]
) -> tuple[list[ObservedNote], tuple[str, ...]]:
    channels = [sound.channel for sound in item.sounds]
    if not channels:
        return list(seen), ()
    notes, strange = [], set[int]()
    for note in seen:
        if note.channel not in channels:
            strange.add(note.channel)
            near = min(channels, key=lambda channel: abs(channel - note.channel))
            note = replace(note, channel=near)
        notes.append(note)
    if not strange:
        return notes, ()
    names = ", ".join(str(channel + 1) for channel in sorted(strange))
    own = ", ".join(f"{sound.channel + 1} ({sound.technique})" for sound in item.sounds)
    return notes, (
        f"{item.name}: the part has no sound on MIDI channel {names}; notes there play on the "
        f"nearest that has one: {own}.",
    )


def _grown(item: MidiItemOp, timeline: Timeline) -> MidiItemOp:
    """Let an item begin and end at the bar lines around its notes."""
    if not item.notes:
        return item
    first = min(note.beat for note in item.notes)
    last = max(note.beat + note.length for note in item.notes)
    start, end = item.start_beat, item.end_beat
    if first >= start - _OVERHANG and last <= end + _OVERHANG:
        return item
    bars = timeline.bars_until(timeline.time_at(last) + 1e-6)
    if first < start - _OVERHANG:
        start = max(bar.start_beat for bar in bars if bar.start_beat <= first + 1e-9)
    if last > end + _OVERHANG:
        end = min(bar.end_beat for bar in bars if bar.end_beat >= last - _OVERHANG)
    return replace(item, start_beat=start, end_beat=end)
