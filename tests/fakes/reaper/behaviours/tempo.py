"""Tempo and time-signature points, and conversions of time (d)."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from tests.fakes.reaper.faults import Gap, Misuse
from tests.fakes.reaper.functions import Out, behaviour
from tests.fakes.reaper.project import tempo_map
from tests.fakes.reaper.project.tempo import Point, TempoMap

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host


@behaviour("CountTempoTimeSigMarkers")
def count(host: Host, project: int) -> int:
    """Points of the map; 0 when only the project tempo holds (d, header)."""
    return len(tempo_map.lines(host.project))


@behaviour("GetTempoTimeSigMarker")
def get(host: Host, project: int, index: int, *_: float) -> Out:
    """A point; num and denom are 0 where it has no signature (d, header; -1 in other notes)."""
    found = tempo_map.read(host.project)
    if not 0 <= index < count(host, project):
        return Out(False)
    point = found.points[index]
    measure, beat = found.measure_at(found.qn(point.time))
    values = {
        "timeposOut": point.time,
        "measureposOut": measure,
        "beatposOut": beat,
        "bpmOut": point.bpm,
        "timesig_numOut": point.num,
        "timesig_denomOut": point.den,
        "lineartempoOut": int(point.linear),
    }
    return Out(True, values)


@behaviour("SetTempoTimeSigMarker")
def set_(
    host: Host,
    project: int,
    index: int,
    time: float,
    measure: int,
    beat: float,
    bpm: float,
    num: int,
    den: int,
    linear: int,
) -> bool:
    """Add (-1) or change a point, by time or by measure and beat (d, header).

    It does not mark the project as changed (d, measured 7.8x).
    """
    if (time >= 0) == (measure >= 0 or beat >= 0):
        raise Misuse("give a time with measure and beat -1, or measure and beat with time -1 (d)")
    if time < 0:
        found = tempo_map.read(host.project)
        start, _, signature = found.measure(measure)
        time = found.time(start + beat * 4 / signature.den)
    if index >= count(host, project):
        return False
    point = Point(time, bpm, linear=bool(linear), num=max(num, 0), den=max(den, 0))
    tempo_map.write(host.project, index, point)
    return True


@behaviour("DeleteTempoTimeSigMarker")
def delete(host: Host, project: int, index: int) -> bool:
    """Delete a point; the one at 0 s survives (reapy.md; that it returns False is unverified)."""
    return tempo_map.delete(host.project, index)


@behaviour("FindTempoTimeSigMarker")
def find(host: Host, project: int, time: float) -> int:
    """The last point at or before a time, -1 for none (d, header)."""
    before = [p for p in tempo_map.lines(host.project) if p.number(1) <= time]
    return len(before) - 1


@behaviour("SetCurrentBPM")
def set_bpm(host: Host, project: int, bpm: float, want_undo: int) -> None:
    """The project tempo; without effect while a point stands at 0 s (d, measured 7.8x)."""
    if want_undo:
        raise Misuse("wantUndo makes an undo step of its own: use a block")
    tempo_map.set_project_tempo(host.project, bpm)


@behaviour("Master_GetTempo")
def tempo(host: Host) -> float:
    """The tempo at the edit cursor (d, header; where it is read is unverified)."""
    return tempo_map.read(host.project).bpm_at(host.project.cursor)


@behaviour("GetProjectTimeSignature2")
def project_signature(host: Host, project: int, bpm: float, bpi: float) -> Out:
    """BPM scaled by denominator / 4, unlike everywhere else, and the numerator (d, measured)."""
    found = tempo_map.read(host.project)
    first = found.signatures[0]
    return Out(None, {"bpmOut": found.bpm_at(0) * first.den / 4, "bpiOut": float(first.num)})


# --- conversions ----------------------------------------------------------------------------------


@behaviour("TimeMap2_timeToQN")
def to_quarters(host: Host, project: int, time: float) -> float:
    """Quarter notes up to a time (d, header)."""
    return _whole_measures(host, time).qn(time)


def _whole_measures(host: Host, time: float) -> TempoMap:
    """Return the map; a gap where a measure before a time is cut short.

    These calls then skip what the measure lacks, unlike the ``_abs`` ones (header; SWS tells
    partial measures by that difference); which way is not established.
    """
    found = tempo_map.read(host.project)
    for last, here in pairwise(found.signatures):
        bars = (here.qn - last.qn) / last.length
        if abs(bars - round(bars)) > 1e-6 and here.qn <= found.qn(time):
            raise Gap("quarter notes after a partial measure: use the calls in _abs (header)")
    return found


@behaviour("TimeMap2_QNToTime")
def to_time(host: Host, project: int, qn: float) -> float:
    """Seconds of a quarter note (d, header)."""
    found = tempo_map.read(host.project)
    return _whole_measures(host, found.time(qn)).time(qn)


@behaviour("TimeMap_timeToQN")
def to_quarters_here(host: Host, time: float) -> float:
    """In the current project (d, header)."""
    return to_quarters(host, 0, time)


@behaviour("TimeMap_QNToTime")
def to_time_here(host: Host, qn: float) -> float:
    """In the current project (d, header)."""
    return to_time(host, 0, qn)


@behaviour("TimeMap2_timeToBeats")
def to_beats(host: Host, project: int, time: float, *_: float) -> Out:
    """Beats in the measure, and measure, numerator, all beats, denominator (d, header)."""
    found = tempo_map.read(host.project)
    qn = found.qn(time)
    measure, beats = found.measure_at(qn)
    signature = found.signature(qn)
    values = {
        "measuresOutOptional": measure,
        "cmlOutOptional": signature.num,
        "fullbeatsOutOptional": found.full_beats(qn),
        "cdenomOutOptional": signature.den,
    }
    return Out(beats, values)


@behaviour("TimeMap2_beatsToTime")
def beats_to_time(host: Host, project: int, beats: float, measures: int) -> float:
    """Beats from a measure's start; Python cannot leave the measure out (d, header)."""
    found = tempo_map.read(host.project)
    start, _, signature = found.measure(measures)
    return found.time(start + beats * 4 / signature.den)


@behaviour("TimeMap_GetMeasureInfo")
def measure_info(host: Host, project: int, measure: int, *_: float) -> Out:
    """When a measure starts; its quarters, signature and tempo (d, header)."""
    found = tempo_map.read(host.project)
    start, end, signature = found.measure(measure)
    time = found.time(start)
    values = {
        "qn_startOut": start,
        "qn_endOut": end,
        "timesig_numOut": signature.num,
        "timesig_denomOut": signature.den,
        "tempoOut": found.bpm_at(time),
    }
    return Out(time, values)


@behaviour("TimeMap_QNToMeasures")
def quarters_to_measure(host: Host, project: int, qn: float, start: float, end: float) -> Out:
    """The measure of a quarter note, counted from 1 (header, unverified), and its ends."""
    found = tempo_map.read(host.project)
    index, _ = found.measure_at(qn)
    first, last, _ = found.measure(index)
    return Out(index + 1, {"qnMeasureStartOutOptional": first, "qnMeasureEndOutOptional": last})


@behaviour("TimeMap_GetTimeSigAtTime")
def signature_at(host: Host, project: int, time: float, num: int, den: int, bpm: float) -> Out:
    """Signature and tempo, in quarter notes per minute (d, header)."""
    found = tempo_map.read(host.project)
    s = found.signature(found.qn(time))
    values = {"timesig_numOut": s.num, "timesig_denomOut": s.den, "tempoOut": found.bpm_at(time)}
    return Out(None, values)


@behaviour("TimeMap2_GetDividedBpmAtTime")
def divided(host: Host, project: int, time: float) -> float:
    """Beats of the signature's denominator per minute (d, header)."""
    found = tempo_map.read(host.project)
    return found.bpm_at(time) * found.signature(found.qn(time)).den / 4


@behaviour("TimeMap_GetDividedBpmAtTime")
def divided_here(host: Host, time: float) -> float:
    """In the current project (d, header)."""
    return divided(host, 0, time)


@behaviour("TimeMap2_GetNextChangeTime")
def next_change(host: Host, project: int, time: float) -> float:
    """The next point after a time, -1 for none (header)."""
    later = (p.number(1) for p in tempo_map.lines(host.project) if p.number(1) > time)
    return next(later, -1.0)
