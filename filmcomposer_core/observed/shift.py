"""What was seen on tracks, counted from where the music was written to begin."""

from __future__ import annotations

from dataclasses import replace

from filmcomposer_core.contracts.observed import Observed, ObservedNote, ObservedTrack


def later(observed: Observed, seconds: float) -> Observed:
    """Return notes and automation so many seconds later; markers and tempo stay."""
    if not seconds:
        return observed
    theme = observed.theme
    if theme is not None:
        theme = replace(theme, notes=_notes(theme.notes, seconds))
    return replace(
        observed,
        tracks=tuple(_track(track, seconds) for track in observed.tracks),
        theme=theme,
    )


def _track(track: ObservedTrack, seconds: float) -> ObservedTrack:
    envelopes = {
        name: tuple((time_s + seconds, value) for time_s, value in points)
        for name, points in track.envelopes.items()
    }
    return replace(track, notes=_notes(track.notes, seconds), envelopes=envelopes)


def _notes(
    notes: tuple[ObservedNote, ...] | None, seconds: float
) -> tuple[ObservedNote, ...] | None:
    if notes is None:
        return None
    return tuple(
        replace(note, start_s=note.start_s + seconds, end_s=note.end_s + seconds) for note in notes
    )
