"""Notes of a REAPER project in seconds, wherever its tempo map and its items were moved."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from filmcomposer_core.contracts.tempo import TempoPoint
from filmcomposer_core.errors import InputError
from filmcomposer_core.execution.rpp_read import Block
from filmcomposer_core.timeline import Timeline

_NOTE_OFF, _NOTE_ON = 0x80, 0x90
_SHIFT: Final = 65536
_RESAVE: Final = "Save the project in REAPER again."


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectNote:
    """A note, in seconds of the project."""

    start_s: float
    end_s: float
    pitch: int
    velocity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """Where an item lies and how its source plays in it."""

    start_s: float
    length_s: float
    offset_s: float
    rate: float
    loops: bool


def tempo_map(project: Block, *, where: str) -> Timeline:
    """Return the tempo map of a project.

    Raises
    ------
    InputError
        If a tempo cannot be.
    """
    try:
        points = list(_points(project))
        if not points or points[0].time_s > 0:
            bpm, num, den = (float(word) for word in project.line("TEMPO")[:3])
            first = TempoPoint(time_s=0.0, bpm=bpm, ramp=False, num=int(num), den=int(den))
            points.insert(0, first)
        return Timeline(points)
    except (ValueError, IndexError) as exc:
        msg = f"{where}: its tempo map cannot be read ({exc})."
        raise InputError(msg, _RESAVE) from exc


def _points(project: Block) -> Iterator[TempoPoint]:
    num, den, last_s = 4, 4, -1.0
    for envelope in project.blocks("TEMPOENVEX"):
        for words in envelope.lines("PT"):
            time_s, bpm, shape = float(words[1]), float(words[2]), int(words[3])
            packed = int(words[4]) if len(words) > 4 else 0
            if packed:
                num, den = packed % _SHIFT, packed // _SHIFT
            if time_s > last_s:
                yield TempoPoint(time_s=time_s, bpm=bpm, ramp=shape == 0, num=num, den=den)
                last_s = time_s


def picture_start_s(project: Block, file_start_s: float) -> float:
    """Return where in the project the clip's first frame stands, 0 if the picture is gone.

    Parameters
    ----------
    project : Block
        With or without an item of the picture.
    file_start_s : float
        Where the first frame stands on the file's own clock.
    """
    for track in project.blocks("TRACK"):
        for item in track.blocks("ITEM"):
            if any(source.words[1:2] == ("VIDEO",) for source in item.blocks("SOURCE")):
                offset_s = _number(item.line("SOFFS"), 0.0)
                return _number(item.line("POSITION"), 0.0) + file_start_s - offset_s
    return 0.0


def notes_of_item(item: Block, timeline: Timeline, *, where: str) -> Iterator[ProjectNote]:
    """Yield the notes that are heard of an item: of its active take, none of them muted.

    Raises
    ------
    InputError
        If the item keeps its notes in another file, repeats, or is damaged.
    """
    if _number(item.line("MUTE"), 0.0):
        return
    place = _Item(
        start_s=_number(item.line("POSITION"), 0.0),
        length_s=_number(item.line("LENGTH"), 0.0),
        loops=bool(_number(item.line("LOOP"), 0.0)),
        offset_s=0.0,
        rate=1.0,
    )
    take = _active_take(item)
    for source in take.blocks("SOURCE"):
        if source.words[1:2] != ("MIDI",) or not source.line("HASDATA"):
            msg = f"{where}: an item at {place.start_s:.3f} s holds no notes of its own."
            raise InputError(msg, "Glue it in REAPER (Item > Glue items), or move it elsewhere.")
        play = _Item(
            start_s=place.start_s,
            length_s=place.length_s,
            loops=place.loops,
            offset_s=_number(take.line("SOFFS"), 0.0),
            rate=_number(take.line("PLAYRATE"), 1.0),
        )
        try:
            yield from _played(source, play, timeline, where=where)
        except (ValueError, IndexError, ZeroDivisionError) as exc:
            if isinstance(exc, InputError):
                raise
            msg = f"{where}: the notes of an item at {place.start_s:.3f} s are damaged."
            raise InputError(msg, _RESAVE) from exc


def _active_take(item: Block) -> Block:
    """Return the lines of the take that plays: the first, unless another is marked."""
    takes = [Block(words=("TAKE",))]
    chosen = 0
    for child in item.children:
        if isinstance(child, tuple) and child[:1] == ("TAKE",):
            takes.append(Block(words=child))
            if "SEL" in child[1:]:
                chosen = len(takes) - 1
        else:
            takes[-1].children.append(child)
    return takes[chosen]


def _played(source: Block, item: _Item, timeline: Timeline, *, where: str) -> Iterator[ProjectNote]:
    ticks = float(source.line("HASDATA")[1])
    notes, last = _ticked(source)
    ends_s = item.start_s + item.length_s

    def at(tick: int) -> float:
        return _time_of(tick / ticks, source, item, timeline)

    if item.loops and last and at(last) < ends_s - 0.01:
        msg = f"{where}: the item at {item.start_s:.3f} s repeats its notes."
        raise InputError(msg, "Glue it in REAPER (Item > Glue items).")
    for start, end, pitch, velocity in notes:
        start_s, end_s = at(start), min(at(end), ends_s)
        if item.start_s - 1e-6 <= start_s < end_s:
            yield ProjectNote(start_s=start_s, end_s=end_s, pitch=pitch, velocity=velocity)


def _time_of(beats: float, source: Block, item: _Item, timeline: Timeline) -> float:
    """Return the project time of a place in a source, in beats from its begin."""
    own = source.line("IGNTEMPO")
    if own[:1] == ("1",):
        return item.start_s + (beats * 60.0 / float(own[1]) - item.offset_s) / item.rate
    begin = timeline.beat_at(item.start_s)
    # The offset is kept in seconds at the tempo where the item begins.
    skipped = item.offset_s * timeline.bpm_at(item.start_s) / 60.0
    return timeline.time_at(begin + (beats - skipped) / item.rate)


def _ticked(source: Block) -> tuple[list[tuple[int, int, int, int]], int]:
    """Return notes as start, end, pitch, velocity in ticks, and the tick where the source ends."""
    now = 0
    begun: dict[tuple[int, int], tuple[int, int, bool]] = {}
    found: list[tuple[int, int, int, int]] = []
    for child in source.children:
        words = child.words if isinstance(child, Block) else child
        kind = words[0][:1] if words else ""
        if kind not in ("E", "e", "X", "x") or len(words[0]) > 2 or len(words) < 2:
            continue
        now += int(words[1])
        if isinstance(child, Block):
            continue  # a sysex or text: only its time counts
        data = words[3:6] if kind in "Xx" else words[2:5]
        status, pitch, velocity = (int(word, 16) for word in data)
        if not (0 <= pitch <= 127 and 0 <= velocity <= 127):
            msg = f"{pitch} and {velocity} are no MIDI data"
            raise ValueError(msg)
        key = (status & 0x0F, pitch)
        if status & 0xF0 not in (_NOTE_OFF, _NOTE_ON):
            continue
        start = begun.pop(key, None)
        if start and not start[2] and now > start[0]:
            found.append((start[0], now, pitch, start[1]))
        if status & 0xF0 == _NOTE_ON and velocity:
            begun[key] = (now, velocity, "m" in words[0])
    return found, now


def _number(words: tuple[str, ...], usual: float) -> float:
    try:
        value = float(words[0])
    except (IndexError, ValueError):
        return usual
    return value if math.isfinite(value) else usual
