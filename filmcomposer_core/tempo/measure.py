"""Where hits fall in a map, whoever made it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.contracts.tempo import MappedHit, TempoPoint
from filmcomposer_core.tempo.meters import Meter
from filmcomposer_core.timeline import Bar, Timeline, bar_and_beat, bar_of_beat

_SIXTEENTH: Final = 0.25
#: A hit further from its bar line than this many tolerances is listed at a beat instead.
_NEAR: Final = 2.0


def measure_hits(
    points: Sequence[TempoPoint], spots: Sequence[Spot], *, fps: Fraction, first_bar: int
) -> tuple[MappedHit, ...]:
    """Measure how far each hit lies from the nearest place that its class allows.

    Parameters
    ----------
    points : sequence of TempoPoint
        The map, first point at 0 s; also one that a user has edited.
    spots : sequence of Spot
    fps : Fraction
        Frames per second.
    first_bar : int
        The bar in which the music begins; nothing before it counts as a place.

    Returns
    -------
    tuple of MappedHit
        In the order of ``spots``. ``frames_off`` is music minus picture: positive = music late.

    Notes
    -----
    The places: ``downbeat`` a bar line; where none is within twice the tolerance, the nearest beat
    (``beat`` is then not 1). ``beat`` a beat: the denominator, the dotted quarter in 3/8 to 12/8.
    ``any`` a sixteenth. ``avoid`` any time that is further than the tolerance from every beat: the
    bar and beat of the picture itself when it keeps that distance, else of the nearest time that
    does.
    """
    timeline = Timeline(points)
    bars = _bars(timeline, max((s.time_s for s in spots), default=0.0), first_bar)
    start = bars[first_bar - 1].start_beat
    hits = []
    for spot in spots:
        beat = _place(spot, timeline, bars, start, float(fps))
        number, count = bar_and_beat(bars, beat)
        off = (timeline.time_at(beat) - spot.time_s) * float(fps)
        hits.append(
            MappedHit(
                spot=spot.id,
                time_s=spot.time_s,
                bar=number,
                beat=round(count, 6),
                frames_off=round(off, 6) + 0.0,
            )
        )
    return tuple(hits)


def _bars(timeline: Timeline, latest_s: float, first_bar: int) -> tuple[Bar, ...]:
    """Return bars past the last hit, the last point and the first bar."""
    until = max(latest_s, timeline.points[-1].time_s)
    while True:
        bars = timeline.bars_until(until + 1e-6)
        until = timeline.time_at(bars[-1].end_beat)
        if len(bars) > first_bar and bars[-1].start_s > latest_s:
            return bars


def _place(spot: Spot, timeline: Timeline, bars: Sequence[Bar], start: float, fps: float) -> float:
    """Return the beat (quarter notes) at which a hit is listed."""
    if spot.hit_class == "avoid":
        return _clear_of_beats(spot, timeline, bars, start, fps)
    if spot.hit_class == "downbeat":
        line = _nearest(spot.time_s, "bar", timeline, bars, start)
        if abs(_frames(line, spot, timeline, fps)) <= _NEAR * _allowed(
            spot, _frames(line, spot, timeline, fps)
        ):
            return line
    level = "any" if spot.hit_class == "any" else "beat"
    return _nearest(spot.time_s, level, timeline, bars, start)


def _frames(beat: float, spot: Spot, timeline: Timeline, fps: float) -> float:
    return (timeline.time_at(beat) - spot.time_s) * fps


def _allowed(spot: Spot, frames: float) -> float:
    return float(spot.late_frames if frames > 0 else spot.early_frames)


def _nearest(
    time_s: float, level: str, timeline: Timeline, bars: Sequence[Bar], start: float
) -> float:
    """Return the place of a level that is nearest in time, not before the music begins."""
    beat = timeline.beat_at(time_s)
    bar = bar_of_beat(bars, beat)
    step = {"bar": bar.beats, "any": _SIXTEENTH}.get(level, Meter(num=bar.num, den=bar.den).beat)
    below = bar.start_beat + step * math.floor((beat - bar.start_beat) / step + 1e-9)
    places = (max(start, below), max(start, min(below + step, bar.end_beat)))
    return min(places, key=lambda place: abs(timeline.time_at(place) - time_s))


def _clear_of_beats(
    spot: Spot, timeline: Timeline, bars: Sequence[Bar], start: float, fps: float
) -> float:
    """Return the picture's own beat if no beat of the music is near, else the edge of that."""
    own = max(start, timeline.beat_at(spot.time_s))
    beat = _nearest(spot.time_s, "beat", timeline, bars, start)
    frames = _frames(beat, spot, timeline, fps)
    if abs(frames) > _allowed(spot, frames):
        return own
    # Music may sound before the hit or after it, whichever edge of the tolerance is nearer.
    late_s = timeline.time_at(beat) + spot.early_frames / fps
    early_s = timeline.time_at(beat) - spot.late_frames / fps
    late_first = late_s - spot.time_s <= spot.time_s - early_s
    return max(start, timeline.beat_at(late_s if late_first else early_s))
