"""Which points of a project's tempo map are whose: the project's own, and those of each cue."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from filmcomposer_core.contracts.session import Session
from filmcomposer_core.contracts.tempo import TempoPoint
from filmcomposer_reaper.tempo.map import SAME_BPM, SAME_S, MapPoint, ProjectMap, from_json

PART = "tempo"
#: Keys of the part. ``body`` is the cue's own map where not all of it is to be seen, ``beats`` are
#: the quarter notes from the cue's start to each point in ``written``; ``held`` are points of the
#: project's own that the music was written to.
CHOICE, WRITTEN, REPLACED, MAP, START, END, VIDEO, BODY, BEATS, TURN, HELD = (
    "choice", "written", "replaced", "map", "start_s", "end_s", "video", "body", "beats", "turn",
    "held",
)  # fmt: skip
#: Points that REAPER moves to keep their beats are this near to them.
PUSHED_QUARTERS = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """A cue's share of a project's map.

    ``cue`` is its map over the span where it lies now, as the user has left it, also where another
    cue hides it; ``added`` and ``gone`` are where that is not what we wrote. ``shift_s`` is by how
    much all of it was moved since; ``turn`` is higher than that of cues which it lies over.
    """

    cue: tuple[MapPoint, ...] = ()
    added: tuple[MapPoint, ...] = ()
    gone: tuple[MapPoint, ...] = ()
    start_s: float = 0.0
    end_s: float = 0.0
    shift_s: float = 0.0
    turn: int = 0
    written: bool = False

    @property
    def edited_s(self) -> tuple[float, ...]:
        """When the user has changed the cue's tempo, in project seconds."""
        return tuple(sorted({p.time_s for p in (*self.added, *self.gone)}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """A project's map, taken apart: ``base`` is its own, without the cues."""

    base: tuple[MapPoint, ...]
    cues: Mapping[str, Parted]


@dataclass(slots=True)
class _Laid:
    """What we remember of a cue, where it lies now."""

    written: list[MapPoint]
    replaced: list[MapPoint]
    body: list[MapPoint]
    beats: list[float]
    start_s: float
    end_s: float
    shift_s: float
    turn: int
    added: list[MapPoint] = field(default_factory=list)

    def holds(self, time_s: float) -> bool:
        return in_span(time_s, self.start_s, self.end_s)


class _Index:
    """Finds points by time."""

    def __init__(self, points: Iterable[MapPoint]) -> None:
        self._points = sorted(points, key=_time)
        self._times = [p.time_s for p in self._points]

    def has(self, point: MapPoint) -> bool:
        """Whether a point stands at the same time and says the same."""
        at = bisect_left(self._times, point.time_s - SAME_S)
        while at < len(self._times) and self._times[at] <= point.time_s + SAME_S:
            if _like(self._points[at], point):
                return True
            at += 1
        return False


def take_apart(now: Sequence[MapPoint], parts: Mapping[str, dict[str, Any]]) -> Apart:
    """Take a map apart by what we remember of writing it.

    Points are known again by time, tempo and signature; also where the user has moved all of a
    cue's by the same time.

    Parameters
    ----------
    now : sequence of MapPoint
        The map as it stands.
    parts : mapping of str to dict
        By cue what its record holds of the tempo; cues that have written nothing are passed over.
    """
    here = _Index(now)
    parts = {i: part for i, part in parts.items() if WRITTEN in part}
    known = _Index(from_json(p) for part in parts.values() for p in part[WRITTEN])
    free = [p for p in now if not known.has(p)]
    cues = {i: _laid(free, here, part) for i, part in parts.items()}
    order = sorted(cues, key=lambda i: (cues[i].turn, cues[i].start_s))
    ours = {i: _Index(cue.written) for i, cue in cues.items()}
    foreign = [p for p in now if not any(index.has(p) for index in ours.values())]
    line = ProjectMap(now)
    lost = _lost(line, here, cues.values())

    def owner(time_s: float) -> str | None:
        return next((i for i in reversed(order) if cues[i].holds(time_s)), None)

    outside: list[MapPoint] = []
    for point in foreign:
        whose = owner(point.time_s)
        laid = None if whose is None else cues[whose]
        if _is_pushed(point, line.quarters(point.time_s), lost, laid):
            continue
        (outside if laid is None else laid.added).append(point)
    found = {}
    for i, cue in cues.items():
        seen = [p for p in now if owner(p.time_s) == i and ours[i].has(p)]
        hidden = [p for p in cue.body if owner(p.time_s) != i]
        gone = [w for w in cue.written if owner(w.time_s) == i and not here.has(w)]
        found[i] = _parted(cue, [*seen, *cue.added, *hidden], gone)
    return Apart(base=_base(outside, cues.values()), cues=found)


def _laid(free: Sequence[MapPoint], here: _Index, part: dict[str, Any]) -> _Laid:
    written = [from_json(p) for p in part[WRITTEN]]
    shift = _shift(free, here, written, float(part[START]))
    written = [moved(p, shift) for p in written]
    replaced = [moved(from_json(p), shift) for p in part.get(REPLACED, ())]
    start, end = float(part[START]) + shift, float(part[END]) + shift
    body = [moved(from_json(p), shift) for p in part.get(BODY, ())]
    return _Laid(
        written=written,
        replaced=replaced,
        body=body or [p for p in written if in_span(p.time_s, start, end)],
        beats=list(part.get(BEATS, ())),
        start_s=start,
        end_s=end,
        shift_s=shift,
        turn=int(part.get(TURN, 0)),
    )


def _parted(cue: _Laid, found: list[MapPoint], gone: list[MapPoint]) -> Parted:
    edited = bool(cue.added or gone)
    points = sorted(found, key=_time) if edited else cue.body
    begins = points and points[0].num and abs(points[0].time_s - cue.start_s) <= SAME_S
    return Parted(
        cue=tuple(points if begins else [*cue.body[:1], *points]),
        added=tuple(cue.added),
        gone=tuple(gone),
        start_s=cue.start_s,
        end_s=cue.end_s,
        shift_s=cue.shift_s,
        turn=cue.turn,
        written=True,
    )


def _base(outside: Sequence[MapPoint], cues: Iterable[_Laid]) -> tuple[MapPoint, ...]:
    """Return the project's own points: those that stand, and those that cues stand in place of."""
    found = list(outside)
    for point in (p for cue in cues for p in cue.replaced):
        if not any(abs(p.time_s - point.time_s) <= SAME_S for p in found):
            found.append(point)
    return tuple(sorted(found, key=_time))


def in_span(time_s: float, start_s: float, end_s: float) -> bool:
    """Whether a time lies in a span, which does not hold its end."""
    return start_s - SAME_S <= time_s < end_s - SAME_S


def _time(point: MapPoint) -> float:
    return point.time_s


def alike(a: MapPoint, b: MapPoint) -> bool:
    """Whether two points stand at the same time and say the same."""
    return abs(a.time_s - b.time_s) <= SAME_S and _like(a, b)


def _like(a: MapPoint, b: MapPoint) -> bool:
    """Whether two points say the same; flags cannot be read everywhere, and count not."""
    same = (a.ramp, a.num, a.den) == (b.ramp, b.num, b.den)
    return bool(same and abs(a.bpm - b.bpm) <= SAME_BPM)


def moved(point: MapPoint, shift: float) -> MapPoint:
    """Return a point elsewhere; the point at 0 s is the project's and never moves."""
    return replace(point, time_s=point.time_s + shift) if shift and point.time_s else point


def _shift(
    free: Sequence[MapPoint], here: _Index, written: Sequence[MapPoint], start_s: float
) -> float:
    """Return by how much most of our points have been moved; ``free`` are at no cue's old place."""
    first = next((w for w in written if w.time_s > max(start_s - SAME_S, SAME_S)), None)
    shifts = [0.0]
    if first is not None:
        shifts += [p.time_s - first.time_s for p in free if _like(p, first)]

    def met(shift: float) -> tuple[int, float]:
        return sum(here.has(moved(w, shift)) for w in written), -abs(shift)

    return max(shifts, key=met)


def moved_along(now: Sequence[MapPoint], part: dict[str, Any], was_s: float, is_s: float) -> bool:
    """Whether the tempo that a cue was written to lies where its picture is, not where it was."""
    here = _Index(now)
    points = [from_json(p) for p in part.get(WRITTEN) or part.get(HELD) or ()]
    start = float(part.get(START, was_s))
    there, left = (sum(here.has(moved(p, s - start)) for p in points) for s in (is_s, was_s))
    return there > left


# --- points that were pushed ----------------------------------------------------------------------

#: A point of a cue that is not at its place, and the quarter notes of the map where it would be.
_Lost = tuple[_Laid, MapPoint, float]


def _lost(line: ProjectMap, here: _Index, cues: Iterable[_Laid]) -> list[_Lost]:
    """Return points of ours that are not at their place, after their cue's start.

    Where the tempo map's timebase is beats, a tempo change in a cue pushes what comes after it.
    """
    return [
        (cue, point, line.quarters(cue.start_s) + beats)
        for cue in cues
        for point, beats in zip(cue.written, cue.beats, strict=False)
        if point.time_s > cue.start_s + SAME_S and not here.has(point)
    ]


def _is_pushed(point: MapPoint, quarters: float, lost: list[_Lost], whose: _Laid | None) -> bool:
    """Whether it is one of ours that lies as many beats after its cue's start as before."""
    return any(
        abs(quarters - then) <= PUSHED_QUARTERS
        and _like(point, was)
        and not (cue is whose and cue.holds(was.time_s))
        for cue, was, then in lost
    )


# --- the session's map ----------------------------------------------------------------------------


def same_map(part: dict[str, Any], session: Session) -> bool:
    """Whether a session's map is the one that was last written, wherever the cue lies."""
    return bool(part.get(MAP) == map_key(session))


def map_key(session: Session) -> list[list[float]]:
    """Return a session's map as the part holds it."""
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


def forget(part: dict[str, Any]) -> None:
    """Note in the part that nothing of the cue's is written any more; the answer stays."""
    for key in (WRITTEN, REPLACED, MAP, START, END, VIDEO, BODY, BEATS, TURN, HELD):
        part.pop(key, None)
