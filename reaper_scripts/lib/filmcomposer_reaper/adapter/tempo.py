"""The project's tempo map: reading it, and writing it as one text or point by point.

As one text it keeps all that REAPER stores (metronome patterns, partial measures), in any version,
and later points stay where they are whatever the timebase of the tempo map is; SWS writes it so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from filmcomposer_reaper.adapter.reaper import Reaper, is_null
from filmcomposer_reaper.tempo.map import (
    PARTIAL,
    SAME_BPM,
    SAME_S,
    SIGNATURE,
    MapPoint,
)

TEMPO_ENVELOPE = "<TEMPOENVEX"
#: What the wrapper's buffers hold.
TEXT_BYTES = 4194304
FLAG_FUNCTION = "GetSetTempoTimeSigMarkerFlag"
#: A point's flags without what only its text tells.
DENOMINATOR = 65536
#: This near to a bar line (in beats) a point begins its bar.
ON_BAR = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMap:
    """The map as it stands: all points, the first at 0 s with a signature.

    ``count`` is how many of them REAPER has: 0 while only the project tempo holds. ``head`` and
    ``foot`` are the lines around the points in the envelope's text, None where it has none.
    """

    points: tuple[MapPoint, ...]
    count: int
    head: tuple[str, ...] | None = None
    foot: tuple[str, ...] = ()


def read_map(reaper: Reaper) -> ReadMap:
    """Return the project's tempo map (four calls, or two a point where its text cannot be had)."""
    rpr = reaper.rpr
    count = rpr.CountTempoTimeSigMarkers(0)
    _, _, num, den, bpm = rpr.TimeMap_GetTimeSigAtTime(0, 0.0, 0, 0, 0.0)
    own = MapPoint(time_s=0.0, bpm=bpm, num=num, den=den, flags=SIGNATURE)
    lines = _text(reaper)
    places = [i for i, text in enumerate(lines) if text.startswith("PT ")]
    if len(places) == count and lines:
        points = [_parsed(lines[i]) for i in places]
        # Of no points, what comes before the closing line.
        first = places[0] if places else len(lines) - 1
        head = tuple(lines[:first])
        foot = tuple(text for text in lines[first:] if not text.startswith("PT "))
        return ReadMap(points=_whole(points, own), count=count, head=head, foot=foot)
    return ReadMap(points=_whole(read_points(reaper), own), count=count)


def _whole(points: Sequence[MapPoint], own: MapPoint) -> tuple[MapPoint, ...]:
    """Return the points from 0 s on, with the project's own tempo and signature at the front."""
    if not points or points[0].time_s > SAME_S:
        return (own, *points)
    first = points[0]
    if not first.num:
        # In force there, though not its own: the flag stays away.
        first = replace(first, num=own.num, den=own.den)
    return (first, *points[1:])


def _text(reaper: Reaper) -> list[str]:
    envelope = tempo_envelope(reaper)
    if envelope is None:
        return []
    done, _, text, _, _ = reaper.rpr.GetEnvelopeStateChunk(envelope, "", TEXT_BYTES, False)
    return [line.strip() for line in text.splitlines() if line.strip()] if done else []


def tempo_envelope(reaper: Reaper) -> str | None:
    """Return the pointer of the tempo map's envelope; None where REAPER gives none."""
    rpr = reaper.rpr
    found = rpr.GetTrackEnvelopeByChunkName(rpr.GetMasterTrack(0), TEMPO_ENVELOPE)
    return None if is_null(found) else str(found)


def _parsed(line: str) -> MapPoint:
    """Return the point of a line ``PT time bpm shape signature selected flags ...``."""
    words = line.split(maxsplit=7)
    signature = int(float(words[4])) if len(words) > 4 else 0
    flags = int(float(words[6])) if len(words) > 6 else SIGNATURE if signature else 0
    signed = signature > 0 and bool(flags & SIGNATURE)
    return MapPoint(
        time_s=float(words[1]),
        bpm=float(words[2]),
        ramp=words[3] == "0",
        num=signature % DENOMINATOR if signed else 0,
        den=signature // DENOMINATOR if signed else 0,
        flags=flags if signed else flags & ~SIGNATURE,
        selected=len(words) > 5 and words[5] == "1",
        tail=words[7] if len(words) > 7 else "",
    )


def _printed(point: MapPoint) -> str:
    words = f"PT {point.time_s:.12f} {point.bpm:.10f} {int(not point.ramp)}"
    own = bool(point.flags & SIGNATURE)
    if not (own or point.flags or point.selected or point.tail):
        return words
    signature = DENOMINATOR * point.den + point.num if own else 0
    words += f" {signature} {int(point.selected)} {point.flags}"
    return f"{words} {point.tail}" if point.tail else words


def read_points(reaper: Reaper) -> list[MapPoint]:
    """Return the points one by one, as REAPER's own calls tell them."""
    rpr = reaper.rpr
    found = []
    for i in range(rpr.CountTempoTimeSigMarkers(0)):
        _, _, _, time, _, _, bpm, num, den, ramp = rpr.GetTempoTimeSigMarker(0, i, *[0] * 7)
        signed = num > 0 and den > 0
        flags = int(reaper.has(FLAG_FUNCTION) and rpr.GetSetTempoTimeSigMarkerFlag(0, i, 0, False))
        flags = flags | SIGNATURE if signed else flags & ~SIGNATURE
        found.append(
            MapPoint(
                time_s=time,
                bpm=bpm,
                ramp=bool(ramp),
                num=num if signed else 0,
                den=den if signed else 0,
                flags=flags,
            )
        )
    return found


# --- writing --------------------------------------------------------------------------------------


def write_text(reaper: Reaper, found: ReadMap, points: Sequence[MapPoint]) -> bool:
    """Write the whole map as one text; False where REAPER refuses that way.

    Parameters
    ----------
    reaper : Reaper
    found : ReadMap
        The map as it was read: its text around the points is kept.
    points : sequence of MapPoint
        All points, the first at 0 s.
    """
    rpr = reaper.rpr
    if found.head is None:
        return False
    first = points[0]
    if not rpr.CountTempoTimeSigMarkers(0):
        # A text can change points only where there is one (SWS).
        rpr.SetTempoTimeSigMarker(0, -1, 0.0, -1, -1, first.bpm, first.num, first.den, False)
        found = read_map(reaper)
    envelope = tempo_envelope(reaper)
    if envelope is None or found.head is None:
        return False
    text = "\n".join([*found.head, *map(_printed, points), *found.foot])
    if not rpr.SetEnvelopeStateChunk(envelope, text + "\n", False):
        return False
    # REAPER takes a new text in only when one of its own tempo calls follows (SWS).
    _put(reaper, 0, first)
    rpr.UpdateTimeline()
    return True


def write_points(
    reaper: Reaper, old: Sequence[MapPoint], points: Sequence[MapPoint], count: int
) -> None:
    """Write the map point by point: from the end down, then up in order of time.

    Parameters
    ----------
    reaper : Reaper
    old : sequence of MapPoint
        The map as it stands.
    points : sequence of MapPoint
        The map as it shall be.
    count : int
        How many points at the front are the same in both.
    """
    rpr = reaper.rpr
    for i in reversed(range(max(count, 1), len(old))):
        rpr.DeleteTempoTimeSigMarker(0, i)
    for i in range(count, len(points)):
        # The point at 0 s survives a delete.
        standing = i == 0 and rpr.CountTempoTimeSigMarkers(0) > 0
        _write(reaper, i, points[i], standing=standing)
    rpr.UpdateTimeline()


def _write(reaper: Reaper, index: int, point: MapPoint, *, standing: bool) -> None:
    if not point.flags & ~SIGNATURE or not reaper.has(FLAG_FUNCTION):
        _put(reaper, index if standing else -1, point)
        return
    bare = MapPoint(time_s=point.time_s, bpm=point.bpm, ramp=point.ramp)
    if not standing:
        # Without a signature it goes where it is sent; with one, it might go to a bar line.
        _put(reaper, -1, bare)
    flag = reaper.rpr.GetSetTempoTimeSigMarkerFlag
    flag(0, index, point.flags, True)
    _put(reaper, index, point)
    flag(0, index, point.flags, True)


def _put(reaper: Reaper, index: int, p: MapPoint) -> None:
    num, den = _own_signature(p)
    # Measure and beat -1: by time.
    reaper.rpr.SetTempoTimeSigMarker(0, index, p.time_s, -1, -1, p.bpm, num, den, p.ramp)


def _own_signature(point: MapPoint) -> tuple[int, int]:
    return (point.num, point.den) if point.flags & SIGNATURE else (0, 0)


def disagreement(reaper: Reaper, points: Sequence[MapPoint]) -> str:
    """Return what REAPER's map does otherwise than meant, in words; "" where it is as meant.

    Parameters
    ----------
    reaper : Reaper
    points : sequence of MapPoint
        As written.
    """
    rpr = reaper.rpr
    count = rpr.CountTempoTimeSigMarkers(0)
    if count != len(points):
        return f"{count} tempo points stand where {len(points)} were written"
    for i, p in enumerate(points):
        done, _, _, time, _, beat, bpm, num, den, ramp = rpr.GetTempoTimeSigMarker(0, i, *[0] * 7)
        if not done or abs(time - p.time_s) > SAME_S:
            return f"the tempo point meant for {p.time_s:.6f} s stands at {time:.6f} s"
        if abs(bpm - p.bpm) > SAME_BPM or bool(ramp) is not p.ramp:
            return f"the tempo at {p.time_s:.6f} s is {bpm:.6f} BPM and not {p.bpm:.6f}"
        if (max(num, 0), max(den, 0)) != _own_signature(p):
            return f"the signature at {p.time_s:.6f} s is {num}/{den} and not {p.num}/{p.den}"
        if p.num and abs(beat) > ON_BAR:
            return f"no bar begins at {p.time_s:.6f} s"
    return ""


def mark_changed(reaper: Reaper) -> None:
    """Have the project ask for saving and the ruler drawn: tempo calls do neither."""
    reaper.rpr.MarkProjectDirty(0)
    reaper.rpr.UpdateTimeline()


def can_mark_partial(reaper: Reaper) -> bool:
    """Whether a call can allow a bar that is cut short (7.19 and newer)."""
    return reaper.has(FLAG_FUNCTION)


def kept_by_calls(reaper: Reaper, points: Sequence[MapPoint]) -> bool:
    """Whether points survive being written one by one: text of theirs would be lost."""
    lost = ~SIGNATURE if not reaper.has(FLAG_FUNCTION) else ~(SIGNATURE | PARTIAL | 2 | 16)
    return all(not p.flags & lost for p in points)
