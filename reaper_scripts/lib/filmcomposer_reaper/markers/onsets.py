"""When notes begin that stand on a cue's tracks now.

Muted tracks count too: the parts are muted while the printed stems sound in their place. Muted
items and notes do not, nor do takes that are not played.
"""

from __future__ import annotations

import math
from collections.abc import Container, Generator, Iterable, Iterator
from dataclasses import dataclass

from filmcomposer_core.contracts.session import THEME_TRACK
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.adapter.tempo import read_map
from filmcomposer_reaper.adapter.ticks import quarters_of_ticks
from filmcomposer_reaper.adapter.tracks import (
    Row,
    find_track,
    item_chunk,
    track_items,
    track_text,
)
from filmcomposer_reaper.chunks.items import Item, Take, read_item
from filmcomposer_reaper.chunks.text import ChunkFault, key, number, words
from filmcomposer_reaper.cue.records import CueRecord
from filmcomposer_reaper.tempo.map import ProjectMap
from filmcomposer_reaper.tracks.find import find_ours
from filmcomposer_reaper.tracks.put import read_put

NOTE_ON = "9"
#: A note this close to an item's edge (in quarter notes) is on it.
EDGE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Onsets:
    """Starts of notes in project seconds, ascending, each once; and what could not be read.

    ``tempo`` is the map that the times were reckoned with.
    """

    times_s: tuple[float, ...]
    unread: tuple[str, ...]
    tempo: ProjectMap


@dataclass(frozen=True, slots=True, kw_only=True)
class Beats:
    """Starts of notes in a MIDI source, and its length, in beats of its own."""

    starts: tuple[float, ...]
    length: float
    resolution: int


def onset_times(reaper: Reaper, record: CueRecord) -> Generator[None, None, Onsets]:
    """Return when notes begin on a cue's tracks now.

    Parameters
    ----------
    reaper : Reaper
    record : CueRecord

    Yields
    ------
    None
        After each track; no pointer is kept over it.
    """
    tempo = ProjectMap(read_map(reaper).points)
    quarters: set[float] = set()
    unread: list[str] = []
    rows = [row for part, row in find_ours(reaper, record).rows.items() if part != THEME_TRACK]
    for row in sorted(rows, key=lambda r: r.index):
        quarters.update(_on_track(reaper, row, tempo, unread))
        yield
    times = tuple(sorted(tempo.time_at(quarter) for quarter in quarters))
    return Onsets(times_s=times, unread=tuple(unread), tempo=tempo)


def _on_track(reaper: Reaper, row: Row, tempo: ProjectMap, unread: list[str]) -> set[float]:
    """Return the quarter notes of the project at which a track's notes begin."""
    track = find_track(reaper, row.guid, row.index)
    found: set[float] = set()
    if not track:
        return found
    keys = read_put(reaper, track).keys
    for pointer in track_items(reaper, track):
        try:
            item = read_item(item_chunk(reaper, pointer).splitlines())
        except ChunkFault:
            unread.append(f"an item on {track_text(reaper, track, 'P_NAME')} is too large to read")
            continue
        if number(item.line("MUTE"), 1):
            continue
        start_s = number(item.line("POSITION"), 1)
        end_s = start_s + number(item.line("LENGTH"), 1)
        span = (tempo.quarters(start_s), tempo.quarters(end_s))
        for place in _played(item):
            fault = _unread(item.takes[place])
            if fault:
                unread.append(f"an item on {track_text(reaper, track, 'P_NAME')} {fault}")
                continue
            beats = read_beats(item.takes[place].source, keys)
            line = quarters_of_ticks(reaper, pointer, place, beats.resolution)
            if line is not None:
                found.update(starts_within(beats, line, span, loops=bool(_loops(item))))
    return found


def _loops(item: Item) -> float:
    return number(item.line("LOOP"), 1)


def _played(item: Item) -> Iterable[int]:
    if number(item.line("ALLTAKES"), 1):
        return range(len(item.takes))
    return (item.active,) if item.active < len(item.takes) else ()


def _unread(take: Take) -> str:
    """Return why the notes of a take cannot be read, "" where they can or it has none."""
    if not take.source:
        return ""
    lines = take.source
    kind = words(lines[0])[1:2]
    if kind == ["SECTION"] and any(words(text)[:2] == ["<SOURCE", "MIDI"] for text in lines):
        return "plays a section of its MIDI: glue it to have it measured"
    if not take.is_midi:
        return ""
    if any(key(text) == "FILE" for text in lines):
        return "plays a MIDI file of its own: convert it to in-project MIDI to have it measured"
    ignores = next((text for text in lines if key(text) == "IGNTEMPO"), "")
    return "ignores the project's tempo, so it is not measured" if number(ignores, 1) else ""


def read_beats(source: Iterable[str], keys: Container[int] = ()) -> Beats:
    """Return where notes begin in the lines of a MIDI source.

    Muted ones are left out, and those of ``keys``: keyswitches are no music.
    """
    resolution, tick = 960, 0
    ticks: list[int] = []
    for line in source:
        word = line.split(None, 5)
        name = word[0] if word else ""
        if name in ("E", "e", "Em", "em"):
            tick += int(word[1])
            begins = word[2][0] == NOTE_ON and int(word[4], 16) and "m" not in name
            if begins and int(word[3], 16) not in keys:
                ticks.append(tick)
        elif name in ("<X", "<x", "<Xm", "<xm"):
            tick += int(word[1])
        elif name == "HASDATA":
            resolution = int(word[2])
    starts = tuple(dict.fromkeys(start / resolution for start in ticks))
    return Beats(starts=starts, length=tick / resolution, resolution=resolution)


def starts_within(
    beats: Beats, line: tuple[float, float], span: tuple[float, float], *, loops: bool
) -> Iterator[float]:
    """Yield the quarter notes of the project at which an item's notes begin.

    Parameters
    ----------
    beats : Beats
        The take's notes.
    line : tuple of float
        The project's quarter note at the take's beat 0, and how many quarter notes a beat is.
    span : tuple of float
        The item's edges in quarter notes of the project.
    loops : bool
        Whether the source starts again at its end.

    Examples
    --------
    >>> beats = Beats(starts=(0.0, 3.0), length=4.0, resolution=960)
    >>> list(starts_within(beats, (8.0, 0.5), (9.0, 13.0), loops=True))
    [9.5, 10.0, 11.5, 12.0]
    """
    zero, scale = line
    start, end = span
    length = beats.length * scale
    rounds = range(1)
    if loops and length > 0:
        rounds = range(math.floor((start - zero) / length), math.ceil((end - zero) / length))
    for turn in rounds:
        for beat in beats.starts:
            quarter = zero + turn * length + beat * scale
            if start - EDGE <= quarter < end - EDGE:
                yield round(quarter, 6)
