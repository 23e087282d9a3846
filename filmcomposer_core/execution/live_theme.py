"""The candidates for the theme as takes of one item, to be compared by ear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from filmcomposer_core.contracts.daw_plan import MidiItemOp, PlayedNote, TrackOp
from filmcomposer_core.contracts.score import Melody
from filmcomposer_core.contracts.session import THEME_TRACK
from filmcomposer_core.contracts.verdict import Assessment
from filmcomposer_core.execution.live_words import theme_words
from filmcomposer_core.execution.rpp_fx import chain_block, slot
from filmcomposer_core.execution.rpp_midi import midi_source
from filmcomposer_core.execution.rpp_place import Placement
from filmcomposer_core.execution.rpp_synth import synth_block
from filmcomposer_core.execution.rpp_text import Lines, line
from filmcomposer_core.execution.rpp_track import item_frame, take_lines, track_frame
from filmcomposer_core.timeline import Timeline, bar_of_beat

THEME_COLOR = "#B08D3C"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A theme to choose from, with its number in ``candidates/``."""

    number: int
    melody: Melody
    assessment: Assessment


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """A candidate as it is laid: ``chosen`` is the one that the cue is made from."""

    number: int
    name: str
    melody: Melody
    chosen: bool


def takes_of(candidates: Sequence[Candidate], melody: Melody | None) -> tuple[Take, ...]:
    """Put the candidates in the order of their numbers, and find the one that the theme is.

    Parameters
    ----------
    candidates : sequence of Candidate
        In any order.
    melody : Melody or None
        The theme as it stands. If it is none of the candidates, since somebody has edited it, it
        takes the place of the one it has most notes in common with. Without any theme it is the
        best of them.

    Returns
    -------
    tuple of Take
        Candidates without notes are left out.
    """
    ranked = sorted(
        (c for c in candidates if c.melody.notes),
        key=lambda c: (not c.assessment.accepted, -c.assessment.mean, c.number),
    )
    if not ranked:
        return ()
    chosen, edited = ranked[0], False
    if melody is not None and melody.notes:
        chosen = max(ranked, key=lambda c: _likeness(c.melody, melody))
        edited = not same_notes(chosen.melody, melody)
    return tuple(
        Take(
            number=c.number,
            name=theme_words(c.number, c.assessment, edited=edited and c is chosen),
            melody=melody if melody is not None and edited and c is chosen else c.melody,
            chosen=c is chosen,
        )
        for c in sorted(ranked, key=lambda c: c.number)
    )


def same_notes(one: Melody, other: Melody) -> bool:
    """Whether two melodies have the same notes, as far as a MIDI file can tell."""
    return _keys(one) == _keys(other)


def _keys(melody: Melody) -> list[tuple[float, float, int, int]]:
    return [(round(n.beat, 4), round(n.length, 4), n.pitch, n.velocity) for n in melody.notes]


def _likeness(one: Melody, other: Melody) -> tuple[bool, int]:
    """Rank how like two melodies are: the same, else by the notes in common."""
    first, second = ({(round(n.beat, 3), n.pitch) for n in m.notes} for m in (one, other))
    return same_notes(one, other), len(first & second)


def theme_track(
    takes: Sequence[Take],
    *,
    title: str,
    muted: bool,
    timeline: Timeline,
    end_s: float,
    place: Placement,
) -> tuple[TrackOp, Lines]:
    """Return the track of the candidates and its ``TRACK`` block.

    Parameters
    ----------
    takes : sequence of Take
        At least one, from ``takes_of``.
    title : str
        What the cue is called.
    muted : bool
        Whether the cue is arranged, so that its parts are what sounds.
    timeline : Timeline
        The map that the themes are written to.
    end_s : float
        Length of the picture in seconds.
    place : Placement
        Where the cue is laid.
    """
    track = TrackOp(
        id=THEME_TRACK, name=f"Theme: {title}", kind="part", color=THEME_COLOR, muted=muted
    )
    start, end = _span(takes, timeline=timeline, end_s=end_s)
    lines: Lines = []
    for index, take in enumerate(takes):
        if index:
            lines.append("TAKE SEL" if take.chosen else "TAKE")
        lines += _take_block(take, first=not index, start=start, end=end, place=place)
    start_s = timeline.time_at(start)
    item = item_frame(
        start_s,
        timeline.time_at(end) - start_s,
        lines,
        in_beats=True,
        ident=THEME_TRACK,
        place=place,
    )
    chain = chain_block(slot(synth_block(place=place), THEME_TRACK, place=place))
    body = [line("MIDIOUT", -1), line("MAINSEND", 1, 0), *chain, *item]
    return track, track_frame(track, body, folder_step=0, place=place)


def _span(takes: Sequence[Take], *, timeline: Timeline, end_s: float) -> tuple[float, float]:
    """Return the beats of the whole bars that hold every take."""
    bars = timeline.bars_until(end_s)
    first = min(take.melody.notes[0].beat for take in takes)
    last = max(note.end for take in takes for note in take.melody.notes)
    last_bar = bar_of_beat(bars, last - 1e-5)
    return bar_of_beat(bars, first).start_beat, max(last_bar.end_beat, last)


def _take_block(take: Take, *, first: bool, start: float, end: float, place: Placement) -> Lines:
    ident = f"{THEME_TRACK}/{take.number}"
    notes = tuple(
        PlayedNote(beat=n.beat, length=n.length, pitch=n.pitch, velocity=n.velocity, channel=0)
        for n in take.melody.notes
    )
    item = MidiItemOp(
        track=THEME_TRACK,
        name=take.name,
        instrument="",
        start_beat=start,
        end_beat=end,
        sounds=(),
        notes=notes,
    )
    volume = line("VOLPAN", 1, 0, 1, -1) if first else line("TAKEVOLPAN", 0, 1, -1)
    source = midi_source(item, ident=ident, place=place)
    return take_lines(take.name, source, volume=volume, offset_s=0.0, ident=ident, place=place)
