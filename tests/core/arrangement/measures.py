"""What the tests count in a score."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from filmcomposer_core.catalogue import Instrument, instrument
from filmcomposer_core.contracts.plan import Section
from filmcomposer_core.contracts.score import Note, Part, Score
from filmcomposer_core.timeline import bar_of_beat
from tests.core.arrangement.cues import Cue


def players(score: Score) -> Iterator[tuple[Part, Instrument]]:
    for part in score.parts:
        yield part, instrument(part.instrument)


def section_of(cue: Cue, beat: float) -> Section | None:
    bars = cue.timeline.bars_until(cue.duration_s)
    return cue.plan.section_at(bar_of_beat(bars, beat).number)


def outside_range(score: Score) -> list[tuple[str, int]]:
    found = []
    for part, player in players(score):
        for note in part.notes:
            key = player.technique(part.technique_of(note)).key
            fits = player.low <= note.pitch <= player.high if key is None else note.pitch == key
            if not fits:
                found.append((part.id, note.pitch))
    return found


def most_together(part: Part) -> int:
    events = [(note.beat, 1) for note in part.notes]
    events += [(note.end - 1e-4, -1) for note in part.notes]
    sounding = most = 0
    for _, change in sorted(events):
        sounding += change
        most = max(most, sounding)
    return most


def in_role(score: Score, *roles: str) -> list[Note]:
    return [note for p in score.parts for note in p.notes if p.role_of(note) in roles]


def theme_notes(score: Score) -> list[Note]:
    """Return the theme's own notes as the melody has them, in order of time."""
    found = [replace(note, technique="", role="") for note in in_role(score, "melody")]
    return sorted(found, key=lambda note: note.beat)


def differs_from_theme(cue: Cue, score: Score) -> list[str]:
    """Return where the theme is not as it was composed.

    A wind player may take a breath off the end of a note, at most two fifths of the way to the
    next one.
    """
    written = cue.melody.notes
    played = theme_notes(score)
    breathers = {
        round(note.beat, 6)
        for part, player in players(score)
        if player.family in ("woodwinds", "brass", "voices") and player.polyphony == 1
        for note in part.notes
        if part.role_of(note) == "melody"
    }
    found = [] if len(written) == len(played) else [f"{len(played)} notes for {len(written)}"]
    for one, other in zip(written, played, strict=False):
        same = replace(other, length=one.length) == one
        whole = abs(other.length - one.length) < 1e-9
        breath = round(one.beat, 6) in breathers and 0.55 * one.length < other.length < one.length
        if not (same and (whole or breath)):
            found.append(f"beat {one.beat:g}")
    return found


def onsets_s(cue: Cue, score: Score) -> list[float]:
    timeline = cue.timeline
    return sorted({timeline.time_at(n.beat) for part in score.parts for n in part.notes})


def distance_s(onsets: list[float], time_s: float) -> float:
    return min((abs(onset - time_s) for onset in onsets), default=float("inf"))


def sounding_parts(score: Score, start: float, end: float) -> int:
    return sum(
        any(note.beat < end - 1e-6 and note.end > start + 1e-6 for note in part.notes)
        for part in score.parts
    )
