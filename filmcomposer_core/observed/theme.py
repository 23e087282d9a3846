"""The take of the theme that a user chose, with the notes as they left them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from filmcomposer_core.contracts.observed import ObservedNote, ObservedTheme
from filmcomposer_core.contracts.score import Melody, Note
from filmcomposer_core.errors import InputError
from filmcomposer_core.observed.notes import NEAR_S, WrittenNote, placed_notes, ticked
from filmcomposer_core.timeline import Timeline


def edited_theme(
    theme: ObservedTheme,
    *,
    melody: Melody,
    candidates: Mapping[int, Melody],
    timeline: Timeline,
) -> tuple[Melody, tuple[str, ...]]:
    """Return the theme as the user wants it.

    Parameters
    ----------
    theme : ObservedTheme
        The number of the candidate, and its notes where they were edited.
    melody : Melody
        The theme as it stands. It lies in the DAW in the place of the candidate that it is most
        like, edits included.
    candidates : mapping of int to Melody
        By number.
    timeline : Timeline
        The map that the theme is written to.

    Returns
    -------
    Melody, tuple of str
        And a sentence if the candidate is not there.

    Raises
    ------
    InputError
        If two notes sound at once, or there is none.
    """
    if theme.candidate not in candidates:
        known = ", ".join(map(str, sorted(candidates))) or "none"
        return melody, (
            f"Theme {theme.candidate} is not in the cue folder (there: {known}); "
            "the theme stays as it is.",
        )
    current = max(candidates, key=lambda n: _likeness(candidates[n], melody))
    base = melody if theme.candidate == current else candidates[theme.candidate]
    if theme.notes is None:
        return base, ()
    return _played(base, theme.notes, timeline), ()


def _likeness(one: Melody, other: Melody) -> int:
    first, second = ({(round(n.beat, 3), n.pitch) for n in m.notes} for m in (one, other))
    return len(first & second)


def _played(base: Melody, seen: Sequence[ObservedNote], timeline: Timeline) -> Melody:
    if not seen:
        msg = "The take of the theme has no notes."
        raise InputError(msg, "Choose another take, or undo the deletion in REAPER.")
    ordered = sorted(seen, key=lambda note: (note.start_s, note.pitch))
    for before, after in pairwise(ordered):
        if after.start_s < before.end_s - NEAR_S:
            msg = (
                f"The theme has two notes at once, {after.start_s:.2f} s after the picture begins; "
                "a theme is one voice."
            )
            raise InputError(msg, "Shorten, move or delete one of the two in REAPER.")
    written = [_written(note, timeline) for note in base.notes]
    placed = placed_notes(
        [replace(note, channel=0) for note in ordered], written, timeline=timeline
    )
    notes = [
        Note(beat=p.beat, length=p.length, pitch=p.pitch, velocity=p.velocity)
        if p.source is None
        else base.notes[p.source]
        for p in placed
    ]
    return replace(base, notes=_apart(notes))


def _written(note: Note, timeline: Timeline) -> WrittenNote:
    # The item begins at a bar line, and whole ticks lie between those and beat 0.
    return WrittenNote(
        beat=note.beat,
        length=note.length,
        start_s=ticked(note.beat, start_beat=0.0, timeline=timeline),
        end_s=ticked(note.end, start_beat=0.0, timeline=timeline),
        pitch=note.pitch,
        velocity=note.velocity,
        channel=0,
    )


def _apart(notes: Sequence[Note]) -> tuple[Note, ...]:
    """Cut what is left of an overlap of some ticks."""
    made: list[Note] = []
    for note in sorted(notes, key=lambda n: (n.beat, n.pitch)):
        if made and made[-1].end > note.beat:
            room = note.beat - made[-1].beat
            if room <= 0.0:
                made.pop()
            else:
                made[-1] = replace(made[-1], length=room)
        made.append(note)
    return tuple(made)
