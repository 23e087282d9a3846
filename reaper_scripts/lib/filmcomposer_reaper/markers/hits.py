"""How the notes that stand on the tracks now meet the hits, in the project itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from filmcomposer_core.contracts.closing import least_s
from filmcomposer_core.contracts.hit_rule import colour_of, frames_off, nearest, reason_of
from filmcomposer_core.contracts.session import SessionMarker
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.adapter.ruler import ruler_time
from filmcomposer_reaper.apply import Step
from filmcomposer_reaper.cue.picture import Picture
from filmcomposer_reaper.cue.records import CueRecord
from filmcomposer_reaper.markers.book import HITS, entries
from filmcomposer_reaper.markers.merge import Verdict
from filmcomposer_reaper.markers.onsets import Onsets, onset_times
from filmcomposer_reaper.markers.reading import present_hits
from filmcomposer_reaper.markers.scene import look
from filmcomposer_reaper.markers.steps import Op, as_found, steps_of

__all__ = [
    "HitResult",
    "Onsets",
    "colour_steps",
    "measure_hits",
    "onset_times",
    "present_hits",
    "report_lines",
]

COLOURS = {"red": "#d62f2f", "yellow": "#e6b800", "green": "#2fa84f"}
#: What stands before each line: a hit that is missed is found at a glance.
_MARKS = {"red": "RED", "yellow": "yellow", "green": "green"}


@dataclass(frozen=True, slots=True, kw_only=True)
class HitResult:
    """A hit, measured: ``time_s`` is in project seconds, ``frames_off`` positive = late."""

    id: str
    name: str
    time_s: float
    frames_off: float | None
    colour: str
    reason: str


def measure_hits(
    markers: Sequence[SessionMarker], onsets: Onsets, *, fps: float, picture: Picture
) -> tuple[HitResult, ...]:
    """Judge hits as the report does: green, yellow or red.

    Parameters
    ----------
    markers : sequence of SessionMarker
        The hits where they stand now, in project seconds; see :func:`present_hits`.
    onsets : Onsets
        As from :func:`onset_times`.
    fps : float
        Frames per second.
    picture : Picture
        What the cue is for; its end is where the music has to be over.
    """
    needed_s, end_s = least_s(picture.length_s), picture.position_s + picture.length_s
    found = []
    for marker in markers:
        off = frames_off(onsets.times_s, marker.time_s, fps=fps)
        beat = _beat(marker, onsets, fps=fps)
        left_s = end_s - marker.time_s
        found.append(
            HitResult(
                id=marker.id,
                name=marker.name,
                time_s=marker.time_s,
                frames_off=off,
                colour=colour_of(marker, off, beat=beat),
                reason=reason_of(marker, off, beat=beat, left_s=left_s, needed_s=needed_s),
            )
        )
    return tuple(found)


def _beat(marker: SessionMarker, onsets: Onsets, *, fps: float) -> float | None:
    """Return where in the bar a hit is met: 1 where a bar line falls inside its tolerance."""
    note_s = nearest(onsets.times_s, marker.time_s)
    if note_s is None:
        return None
    line = onsets.tempo.bar_line(marker.time_s + marker.late_frames / fps, after=False)
    on_line = line.time_s >= marker.time_s - marker.early_frames / fps
    return 1.0 if on_line else onsets.tempo.beat_at(note_s)


def colour_steps(reaper: Reaper, record: CueRecord, results: Sequence[HitResult]) -> list[Step]:
    """Return the steps that give the hits' markers the colours of what was measured.

    A marker that the user has given a colour keeps it. The next :func:`marker_steps` brings the
    session's colours back, for what was measured does not hold for other notes.
    """
    scene = look(reaper, record)
    known = entries(record, HITS)
    ops = []
    for result in results:
        seen, entry = scene.hit(result.id), known.get(result.id)
        color = COLOURS[result.colour]
        if seen is None or entry is None or seen.color not in (entry.shown.color, color):
            continue
        new = replace(entry, shown=replace(entry.shown, color=color))
        written = None if seen.color == color else color
        verdict = as_found(Verdict(place=None, name=None, color=written, entry=new), seen)
        ops.append(Op(kind=HITS, ident=result.id, seen=seen, verdict=verdict))
    return steps_of(reaper, record, ops)


def report_lines(reaper: Reaper, results: Sequence[HitResult], *, fps: float) -> list[str]:
    """Return the measurement as lines for the console, in order of time.

    Parameters
    ----------
    reaper : Reaper
        Whose ruler the times are of.
    results : sequence of HitResult
    fps : float
        The film's frames a second, which the hits are measured in.
    """
    if not results:
        return ["No hit of this cue has a marker."]
    met = sum(result.colour == "green" for result in results)
    lines = [f"{met} of {len(results)} hits are met by the notes on the tracks."]
    film = f" frames (of the film, {fps:.5g} fps) "
    for result in sorted(results, key=lambda result: result.time_s):
        reason = f": {result.reason}".replace(" frames ", film) if result.reason else ""
        when = ruler_time(reaper, result.time_s)
        lines.append(f"{_MARKS[result.colour]:<6}  {when}  {result.name}{reason}")
    return lines
