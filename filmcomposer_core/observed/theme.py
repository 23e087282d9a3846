"""The take of the theme that a user chose, with the notes as they left them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from filmcomposer_core.contracts.observed import ObservedNote, ObservedTheme
from filmcomposer_core.contracts.score import Melody, Note
from filmcomposer_core.cue_values import most_like
from filmcomposer_core.observed.notes import NEAR_S, WrittenNote, placed_notes, ticked
from filmcomposer_core.timeline import Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedTheme:
    """The theme as the user wants it.

    ``choice`` is the candidate to be taken as it was composed before ``melody`` is, 0 if that is
    the one it stands for now. ``said`` are sentences for the user.
    """

    melody: Melody
    choice: int = 0
    said: tuple[str, ...] = ()


def edited_theme(
    theme: ObservedTheme,
    *,
    melody: Melody,
    candidates: Mapping[int, Melody],
    timeline: Timeline,
    place: Callable[[float], str] = lambda beat: f"beat {beat:g}",
) -> EditedTheme:
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
    place : callable
        Names the place of a beat for the user.

    Returns
    -------
    EditedTheme
        A theme is one voice: of two notes at once the earlier is cut short, of two that begin
        together the one that was written gives way to the user's, else the lower to the higher.
    """
    if theme.candidate not in candidates:
        if theme.notes:
            made, said = _played(melody, theme.notes, timeline, place)
            return EditedTheme(melody=made, said=said)
        known = ", ".join(map(str, sorted(candidates))) or "none"
        gone = (
            f"Theme {theme.candidate} is not in the cue folder (there: {known}); "
            "the theme stays as it is."
        )
        return EditedTheme(melody=melody, said=(gone,))
    current = most_like(candidates, melody)
    choice = 0 if theme.candidate == current else theme.candidate
    base = candidates[choice] if choice else melody
    if theme.notes is None:
        return EditedTheme(melody=base, choice=choice)
    if not theme.notes:
        empty = "The take of the theme has no notes; the theme stays as it was."
        return EditedTheme(melody=melody, said=(empty,))
    made, said = _played(base, theme.notes, timeline, place)
    return EditedTheme(melody=made, choice=choice, said=said)


def _played(
    base: Melody,
    seen: Sequence[ObservedNote],
    timeline: Timeline,
    place: Callable[[float], str],
) -> tuple[Melody, tuple[str, ...]]:
    ordered = sorted(seen, key=lambda note: (note.start_s, note.pitch))
    written = [_written(note, timeline) for note in base.notes]
    placed = placed_notes(
        [replace(note, channel=0) for note in ordered], written, timeline=timeline
    )
    notes = [
        (
            Note(beat=p.beat, length=p.length, pitch=p.pitch, velocity=p.velocity)
            if p.source is None
            else base.notes[p.source],
            p.source is None,
        )
        for p in placed
    ]
    made, cut = _one_voice(notes, timeline)
    return replace(base, notes=made), _cut_words(cut, place)


def _cut_words(cut: Sequence[float], place: Callable[[float], str]) -> tuple[str, ...]:
    if not cut:
        return ()
    if len(cut) == 1:
        return (
            f"The theme had two notes at once in {place(cut[0])}; a theme is one voice, so the "
            "earlier one was shortened.",
        )
    return (
        f"The theme had two notes at once in {len(cut)} places, first in {place(cut[0])}; a theme "
        "is one voice, so the earlier ones were shortened.",
    )


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


def _one_voice(
    notes: Sequence[tuple[Note, bool]], timeline: Timeline
) -> tuple[tuple[Note, ...], list[float]]:
    """Cut notes short where the next begins; return also where that was more than rounding.

    Of notes that begin together (within the rounding of a DAW) one stays: the user's own, which
    are marked, before those that were written, then the highest.
    """
    made: list[tuple[Note, bool]] = []
    cut: list[float] = []
    for note, own in sorted(notes, key=lambda pair: (pair[0].beat, pair[1], pair[0].pitch)):
        if made and made[-1][0].end > note.beat:
            last, last_own = made[-1]
            if timeline.time_at(last.end) - timeline.time_at(note.beat) > NEAR_S:
                cut.append(note.beat)
            if timeline.time_at(note.beat) - timeline.time_at(last.beat) > NEAR_S:
                made[-1] = replace(last, length=note.beat - last.beat), last_own
            elif (own, note.pitch) >= (last_own, last.pitch):
                made.pop()
            else:
                continue
        made.append((note, own))
    return tuple(note for note, _ in made), cut
