"""Which points of a project's tempo map are ours, and what the project has without them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from filmcomposer_core.contracts.session import Session
from filmcomposer_core.contracts.tempo import TempoPoint
from filmcomposer_reaper.tempo.map import SAME_BPM, SAME_S, MapPoint, from_json, to_json

PART = "tempo"
#: Keys of the part.
CHOICE, WRITTEN, REPLACED, MAP, START, END, VIDEO = (
    "choice", "written", "replaced", "map", "start_s", "end_s", "video",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """A project's map, taken apart.

    ``base`` is the map without the cue; ``cue`` the points inside the span where it lies now, as
    the user has left them; ``added`` and ``gone`` are where that is not what we wrote. ``ours`` are
    all points of ours that stand.
    """

    base: tuple[MapPoint, ...]
    cue: tuple[MapPoint, ...] = ()
    added: tuple[MapPoint, ...] = ()
    gone: tuple[MapPoint, ...] = ()
    ours: tuple[MapPoint, ...] = ()
    start_s: float = 0.0
    written: bool = False

    @property
    def edited_s(self) -> tuple[float, ...]:
        """When the user has changed the cue's tempo, in project seconds."""
        return tuple(sorted({p.time_s for p in (*self.added, *self.gone)}))


def part_map(now: Sequence[MapPoint], part: dict[str, Any]) -> Parted:
    """Take a map apart by what we remember of writing it.

    Points are known again by time, tempo and signature; also where the user has moved all of them
    by the same time.

    Parameters
    ----------
    now : sequence of MapPoint
        The map as it stands.
    part : dict
        What :func:`remember` returned; empty before anything was written.
    """
    if WRITTEN not in part:
        return Parted(base=tuple(now))
    written = [from_json(p) for p in part[WRITTEN]]
    shift = _shift(now, written)
    written = [_moved(p, shift) for p in written]
    replaced = [_moved(from_json(p), shift) for p in part.get(REPLACED, ())]
    start, end = float(part[START]) + shift, float(part[END]) + shift
    ours = [p for p in now if any(_alike(p, w) for w in written)]
    foreign = [p for p in now if not any(_alike(p, w) for w in written)]

    def inside(p: MapPoint) -> bool:
        return start - SAME_S <= p.time_s < end - SAME_S

    added = [p for p in foreign if inside(p)]
    gone = [w for w in written if inside(w) and not any(_alike(p, w) for p in now)]
    # Where the tempo map's timebase is beats, a tempo change in the cue pushes those that end it.
    pushed = [w for w in written if not inside(w) and not any(_alike(p, w) for p in now)]
    outside = [
        p
        for p in foreign
        if not inside(p) and not (p.time_s > start and any(_like(p, w) for w in pushed))
    ]
    times = [p.time_s for p in outside]
    back = [p for p in replaced if not any(abs(p.time_s - t) <= SAME_S for t in times)]
    return Parted(
        base=tuple(sorted([*outside, *back], key=_time)),
        cue=tuple(sorted([p for p in ours if inside(p)] + added, key=_time)),
        added=tuple(added),
        gone=tuple(gone),
        ours=tuple(ours),
        start_s=start,
        written=True,
    )


def _time(point: MapPoint) -> float:
    return point.time_s


def _alike(a: MapPoint, b: MapPoint) -> bool:
    return abs(a.time_s - b.time_s) <= SAME_S and _like(a, b)


def _like(a: MapPoint, b: MapPoint) -> bool:
    """Whether two points say the same; flags cannot be read everywhere, and count not."""
    same = (a.ramp, a.num, a.den) == (b.ramp, b.num, b.den)
    return bool(same and abs(a.bpm - b.bpm) <= SAME_BPM)


def _moved(point: MapPoint, shift: float) -> MapPoint:
    # The point at 0 s is the project's; it never moves.
    return replace(point, time_s=point.time_s + shift) if shift and point.time_s else point


def _shift(now: Sequence[MapPoint], written: Sequence[MapPoint]) -> float:
    """Return by how much most of our points have been moved."""
    shifts = [0.0]
    if written[0].time_s:
        shifts += [p.time_s - written[0].time_s for p in now if _like(p, written[0])]

    def met(shift: float) -> tuple[int, float]:
        places = [_moved(w, shift) for w in written]
        return sum(any(_alike(p, w) for p in now) for w in places), -abs(shift)

    return max(shifts, key=met)


def same_map(part: dict[str, Any], session: Session) -> bool:
    """Whether a session's map is the one that was last written, wherever the cue lies."""
    return bool(part.get(MAP) == _key(session))


def _key(session: Session) -> list[list[float]]:
    points = [
        [round(p.time_s - session.anchor_s, 6), round(p.bpm, 6), int(p.ramp), p.num, p.den]
        for p in session.tempo
    ]
    return [*points, [round(session.length_s, 6)]]


def written_map(part: dict[str, Any]) -> tuple[TempoPoint, ...]:
    """Return the session's map that was last written, in seconds of the picture."""
    return tuple(
        TempoPoint(time_s=time_s, bpm=bpm, ramp=bool(ramp), num=int(num), den=int(den))
        for time_s, bpm, ramp, num, den in part.get(MAP, [])[:-1]
    )


def remember(
    part: dict[str, Any],
    parted: Parted,
    laid: Sequence[MapPoint],
    session: Session,
    *,
    kept: bool,
) -> None:
    """Note in the part what was written, and what of the project's it stands in place of.

    Parameters
    ----------
    part : dict
    parted : Parted
        The map before.
    laid : sequence of MapPoint
        The map now.
    session : Session
    kept : bool
        Whether the user's changes in the cue were kept: they are no more ours than before.
    """
    base, shift = parted.base, session.anchor_s - parted.start_s
    added = [_moved(p, shift) for p in parted.added] if kept else []
    gone = [_moved(p, shift) for p in parted.gone] if kept else []
    start, end = session.anchor_s, session.anchor_s + session.length_s

    def changed(points: Sequence[MapPoint], others: Sequence[MapPoint]) -> list[MapPoint]:
        """Return what lies in the cue, and what else is not among the others."""
        return [
            p
            for p in points
            if start - SAME_S <= p.time_s < end - SAME_S or not any(p.same(o) for o in others)
        ]

    ours = [p for p in changed(laid, base) if not any(_alike(p, a) for a in added)]
    part[WRITTEN] = [to_json(p) for p in sorted([*ours, *gone], key=_time)]
    part[REPLACED] = [to_json(b) for b in changed(base, laid)]
    part[MAP] = _key(session)
    part[START], part[END] = start, end


def forget(part: dict[str, Any]) -> None:
    """Note in the part that nothing of the cue's is written any more; the answer stays."""
    for key in (WRITTEN, REPLACED, MAP, START, END, VIDEO):
        part.pop(key, None)
