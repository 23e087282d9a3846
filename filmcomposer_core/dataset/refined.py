"""Take back what musicians changed in a sample's REAPER project (Sec. 4)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from filmcomposer_core.contracts.sample import MelodyNote, RhythmSpot, Sample
from filmcomposer_core.dataset.export import MELODY_TRACK, SAMPLE_NOTE, SPOT
from filmcomposer_core.dataset.read import Dataset
from filmcomposer_core.dataset.rpp_notes import (
    ProjectNote,
    notes_of_item,
    picture_start_s,
    tempo_map,
)
from filmcomposer_core.dataset.write import rewrite_parts
from filmcomposer_core.errors import InputError
from filmcomposer_core.execution.rpp_read import Block, read_rpp
from filmcomposer_core.transcription.lead import Sounding, Track, flatten

_NOTE = re.compile(rf"\|\s*{SAMPLE_NOTE}\s*([0-9a-f]{{16}})\s*$")
_MARKER = re.compile(rf"{SPOT}(?:\s+(\d*\.?\d+))?", re.IGNORECASE)
_IS_REGION: Final = 1
#: Notes and markers may lie outside the clip by this: ticks and samples are rounded, seconds.
_SLACK_S: Final = 0.005
_SHORTEST_S: Final = 0.002


@dataclass(frozen=True, slots=True, kw_only=True)
class Refined:
    """A sample's melody and spots as musicians left them, and sentences to be told."""

    id: str
    melody: tuple[MelodyNote, ...]
    spots: tuple[RhythmSpot, ...]
    told: tuple[str, ...]


def import_sample(dataset: Dataset, path: Path) -> Refined:
    """Read a project back into its sample, which is then marked as refined.

    Parameters
    ----------
    dataset : Dataset
        Where the sample is.
    path : Path
        The project, as REAPER saved it.

    Returns
    -------
    Refined

    Raises
    ------
    DawError
        If the file is no project.
    InputError
        If it is of no sample here, or its melody or spots cannot be those of the clip; the sample
        then stays as it was.
    """
    project = read_rpp(_text(path), where=str(path))
    sample = dataset.sample(_sample_of(project, path))
    found = read_back(project, sample, where=path.name)
    rewrite_parts(
        dataset.folder, replace(sample, refined=True), melody=found.melody, spots=found.spots
    )
    return found


def read_back(project: Block, sample: Sample, *, where: str) -> Refined:
    """Return melody and spots of a project.

    Raises
    ------
    InputError
        Naming what cannot be those of the clip.
    """
    zero_s = picture_start_s(project, sample.clip.picture_start_s)
    melody, cut = _melody(project, zero_s, sample, where=where)
    spots, others = _spots(project, zero_s, sample, where=where)
    told = [f"Notes: {len(melody)}, spots: {len(spots)}."]
    if cut:
        told.append(f"Left out or cut, as they sounded under other notes: {cut}.")
    if others:
        told.append(f"Left out, as they have other names: {others} of the markers.")
    return Refined(id=sample.id, melody=melody, spots=spots, told=tuple(told))


def _melody(
    project: Block, zero_s: float, sample: Sample, *, where: str
) -> tuple[tuple[MelodyNote, ...], int]:
    """Return the line on the melody's track, and how many notes had to give way."""
    timeline = tempo_map(project, where=where)
    tracks = list(project.blocks("TRACK"))
    named = [t for t in tracks if " ".join(t.line("NAME")).strip().lower() == MELODY_TRACK.lower()]
    if len(named) != 1:
        names = ", ".join(repr(" ".join(track.line("NAME"))) for track in tracks) or "none"
        msg = f"{where} has {len(named)} tracks called {MELODY_TRACK!r}; its tracks: {names}."
        raise InputError(msg, "Have the melody on one track of that name.")
    notes = [
        replace(note, start_s=note.start_s - zero_s, end_s=note.end_s - zero_s)
        for item in named[0].blocks("ITEM")
        for note in notes_of_item(item, timeline, where=where)
    ]
    if not notes:
        msg = f"{where} has no notes on the track {MELODY_TRACK!r}."
        raise InputError(msg, "Write the melody there as MIDI.")
    length_s = sample.clip.duration_s
    for note in notes:
        if note.start_s < -_SLACK_S or note.end_s > length_s + _SLACK_S:
            msg = (
                f"{where}: a note sounds from {note.start_s:.3f} s to {note.end_s:.3f} s, outside "
                f"the clip of {length_s:.3f} s."
            )
            raise InputError(msg, "Keep the melody inside the picture.")
    return _line(notes, length_s)


def _line(notes: list[ProjectNote], length_s: float) -> tuple[tuple[MelodyNote, ...], int]:
    loud = {(max(0.0, n.start_s), n.pitch): n.velocity for n in notes}
    whole = [
        Sounding(start=max(0.0, n.start_s), end=min(n.end_s, length_s), pitch=n.pitch)
        for n in notes
    ]
    line = [n for n in flatten([Track(notes=tuple(whole))]) if n.end - n.start >= _SHORTEST_S]
    melody = tuple(
        MelodyNote(start_s=n.start, end_s=n.end, pitch=n.pitch, velocity=loud[n.start, n.pitch])
        for n in line
    )
    return melody, len(set(whole) - set(line))


def _spots(
    project: Block, zero_s: float, sample: Sample, *, where: str
) -> tuple[tuple[RhythmSpot, ...], int]:
    """Return the markers that are spots, and how many others there are."""
    found: list[RhythmSpot] = []
    others = 0
    for words in project.lines("MARKER"):
        if len(words) > 4 and words[4].isdigit() and int(words[4]) & _IS_REGION:
            continue
        match = _MARKER.fullmatch(words[3].strip()) if len(words) > 3 and words[3] else None
        if match is None and len(words) > 3 and words[3].strip():
            others += 1
            continue
        time_s = _seconds(words, where) - zero_s
        strength = float(match[1]) if match and match[1] else 1.0
        found.append(_spot(time_s, strength, sample.clip.duration_s, where=where))
    found.sort(key=lambda spot: spot.time_s)
    if not found:
        msg = f"{where} has no markers called {SPOT!r}."
        raise InputError(msg, "Keep a marker where each note of the melody begins.")
    return tuple(found), others


def _spot(time_s: float, strength: float, length_s: float, *, where: str) -> RhythmSpot:
    if not -_SLACK_S <= time_s < length_s:
        msg = f"{where}: the spot at {time_s:.3f} s lies outside the clip of {length_s:.3f} s."
        raise InputError(msg, "Move the marker into the picture, or delete it.")
    if not 0.0 < strength <= 1.0:
        msg = f"{where}: the spot at {time_s:.3f} s has the strength {strength:g}."
        raise InputError(msg, "Write a number above 0 and up to 1.")
    return RhythmSpot(time_s=max(0.0, time_s), strength=max(0.001, strength))


def _seconds(words: tuple[str, ...], where: str) -> float:
    try:
        return float(words[2])
    except (IndexError, ValueError) as exc:
        msg = f"{where}: a marker has no time."
        raise InputError(msg, "Save the project in REAPER again.") from exc


def _sample_of(project: Block, path: Path) -> str:
    """Return the id that the project's notes name, or its file."""
    for notes in project.blocks("NOTES"):
        for child in notes.children:
            match = _NOTE.match(child[0]) if isinstance(child, tuple) else None
            if match:
                return match[1]
    return path.stem


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="replace")
    except OSError as exc:
        msg = f"{path} cannot be read: {exc.strerror}."
        raise InputError(msg, "Give the project that dataset export wrote.") from exc
