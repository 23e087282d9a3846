"""The project's tempo map in the tree, and what follows a change of it (d, i3, reapy.md)."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from tests.fakes.reaper.faults import Gap, Misuse
from tests.fakes.reaper.project import items, markers
from tests.fakes.reaper.project.model import Project
from tests.fakes.reaper.project.tempo import Point, TempoMap
from tests.fakes.reaper.project.tree import Block, Line

_SIGNATURE, _NO_TEMPO, _PARTIAL = 1, 2, 4
_FLAGS = 6


def lines(project: Project) -> list[Line]:
    """Return the lines of the points, in order of time."""
    held = project.root.block("TEMPOENVEX")
    return [] if held is None else sorted(held.lines("PT"), key=lambda p: p.number(1))


def read(project: Project) -> TempoMap:
    """Return the map as it stands."""
    if project.stale_tempo is not None:
        raise Misuse(
            "a tempo map's text was set: REAPER takes it in with the next tempo call (SWS)"
        )
    return read_lines(project, lines(project))


def read_lines(project: Project, points: list[Line]) -> TempoMap:
    """Return the map of some points."""
    tempo = project.root.line("TEMPO")
    texts = tuple(line.text for line in points)
    return _map("TEMPO 120 4 4" if tempo is None else tempo.text, texts)


@lru_cache(maxsize=64)
def _map(tempo: str, texts: tuple[str, ...]) -> TempoMap:
    line = Line(tempo)
    num, den = int(line.number(2, 4)), int(line.number(3, 4))
    return TempoMap(tuple(map(_point, texts)), line.number(1, 120), num, den)


def _point(text: str) -> Point:
    """Return a point: shape 0 is a ramp, the signature is 65536 den + num (i3)."""
    line = Line(text)
    signature, flags = int(line.number(4)), int(line.number(_FLAGS))
    # Short forms have no flags: a signature that is there counts then.
    own = bool(signature) and (len(line.words()) <= _FLAGS or bool(flags & _SIGNATURE))
    return Point(
        line.number(1),
        line.number(2),
        linear=line.word(3) == "0",
        num=signature % 65536 if own else 0,
        den=signature // 65536 if own else 0,
        partial=bool(flags & _PARTIAL),
        sets_tempo=not flags & _NO_TEMPO,
    )


def write(project: Project, index: int, point: Point) -> None:
    """Change a point (``index``), or add one (-1); ``num`` 0 keeps the signature (d, header).

    A first point later than 0 s brings one at 0 s with the project's own tempo and signature
    (unverified).
    """
    stale, project.stale_tempo = project.stale_tempo, None
    before = stale or read(project)
    _check(point)
    found = lines(project)
    if index == 0 and point.time != 0:
        raise Gap("moving the tempo point away from 0 s is not modelled")
    if any(abs(p.number(1) - point.time) < 1e-9 for i, p in enumerate(found) if i != index):
        raise Misuse(f"there is a tempo point at {point.time} s: change it by its index (d)")
    held = envelope(project)
    kept = [(line, line.text) for line in held.body]
    if index < 0 and not found and point.time > 0:
        s = before.signatures[0]
        text = f"PT {0:.12f} {before.bpm_at(0):.10f} 1 {65536 * s.den + s.num} 0 1"
        held.add(Line(text))
    line = found[index] if index >= 0 else Line("PT 0 0 0")
    if index < 0:
        held.add(line)
    _fill(line, point)
    try:
        follow(project, before, later_points=stale is None)
    except Gap:
        held.body[:] = [line for line, _ in kept]
        for line, text in kept:
            line.text = text
        raise
    _order(held)


def set_flags(project: Project, index: int, flags: int) -> None:
    """Write the flags of a point; one whose signature is taken away has none any more."""
    before, line = read(project), lines(project)[index]
    kept = line.text
    if flags & _SIGNATURE or line.number(4) or flags:
        line.put(_FLAGS, str(flags))
    try:
        follow(project, before)
    except Gap:
        line.text = kept
        raise


def envelope(project: Project) -> Block:
    """Return the envelope that holds the points; it is made where there is none."""
    found = project.root.block("TEMPOENVEX")
    if found is None:
        found = Block("TEMPOENVEX", [Line("ACT 0 -1")])
        project.root.add_line(found)
    return found


def _fill(line: Line, point: Point) -> None:
    line.put(1, f"{point.time:.12f}")
    line.put(2, f"{point.bpm:.10f}")
    line.put(3, "0" if point.linear else "1")
    if point.num:
        line.put(4, str(65536 * point.den + point.num))
        line.put(_FLAGS, str(int(line.number(_FLAGS)) | _SIGNATURE))


def _check(point: Point) -> None:
    if point.time < 0 or not 1 <= point.bpm <= 960:
        raise Misuse(f"a tempo point at {point.time} s with {point.bpm} BPM")
    if bool(point.num) != bool(point.den) or point.den & (point.den - 1):
        raise Misuse(f"a signature of {point.num}/{point.den}")


def delete(project: Project, index: int) -> bool:
    """Delete a point; the one at 0 s survives (reapy.md)."""
    found = lines(project)
    if not 0 < index < len(found):
        return False
    before = read(project)
    held, line = envelope(project), found[index]
    place = held.place(line)
    held.remove_child(line)
    try:
        follow(project, before)
    except Gap:
        held.add(line, place)
        raise
    return True


def set_project_tempo(project: Project, bpm: float) -> bool:
    """Write the tempo of a project; without effect where a point stands at 0 s (d, measured)."""
    if lines(project):
        return False
    _check(Point(0.0, bpm, linear=False))
    before = read(project)
    project.root.write("TEMPO", 1, bpm, "TEMPO 120 4 4 0")
    follow(project, before)
    return True


def _order(held: Block) -> None:
    points = sorted(held.lines("PT"), key=lambda p: p.number(1))
    places = [i for i, c in enumerate(held.body) if c.key == "PT"]
    for place, line in zip(places, points, strict=True):
        held.body[place] = line


# --- what is attached to beats --------------------------------------------------------------------


def follow(project: Project, before: TempoMap, *, later_points: bool = True) -> None:
    """Move all that is attached to beats, after the points have changed.

    The default timebase is beats: items, markers and envelope points keep their beat and lose their
    time (reapy.md; that the API's tempo calls do it too is inferred there from SWS).
    """
    after = read(project)
    if later_points:
        _later_points(project, before, after)

    def moved(time: float) -> float:
        return after.time(before.qn(time))

    default = int(project.root.read_number("TIMELOCKMODE", 1, 1))
    for track in project.tracks():
        own = int(track.read_number("BEAT", 1, -1))
        base = default if own < 0 else own
        # Whether the track's timebase holds for its envelopes, or the project's, is unverified.
        by_track = project.envelopes_follow == "track"
        _move_on_track(track, base, base if by_track else default, moved)
    _move_envelopes([c for c in project.root.body if c.key.startswith("MASTER")], default, moved)
    for marker in markers.listed(project):
        mode = markers.timebase(project, marker)
        if default if mode < 0 else mode:
            for line in filter(None, (marker.start, marker.end)):
                _shift(line, 2, moved)


def _move_on_track(
    track: Block, base: int, envelopes: int, moved: Callable[[float], float]
) -> None:
    for item in track.blocks("ITEM"):
        mode = int(item.read_number("BEAT", 1, -1))
        _move_item(item, base if mode < 0 else mode, moved)
    items.sort(track)
    chain = track.block("FXCHAIN")
    _move_envelopes([*track.body, *([] if chain is None else chain.body)], envelopes, moved)


def _move_envelopes(held: list[Line], base: int, moved: Callable[[float], float]) -> None:
    for found in held if base else []:
        if isinstance(found, Block) and found.key.rstrip("23").endswith("ENV"):
            for line in found.lines("PT"):
                _shift(line, 1, moved)


def _later_points(project: Project, before: TempoMap, after: TempoMap) -> None:
    """Refuse a change of what comes before later points, where these are attached to beats.

    Whether they keep their time or their beat then is not established; adding in order of time,
    and deleting from the end, is the same either way.
    """
    if not int(project.root.read_number("TEMPOENVLOCKMODE", 1, 1)):
        return
    times = {p.time for p in before.points} & {p.time for p in after.points}
    for time in times:
        if abs(before.qn(time) - after.qn(time)) > 1e-9:
            raise Gap(
                f"a tempo change before the point at {time} s, with points attached to beats: "
                "write points in order of time and delete from the end"
            )


def _shift(line: Line, index: int, moved: Callable[[float], float]) -> None:
    """Move a time in a line; what stays to a billionth of a second stays as it was written."""
    time = line.number(index)
    new = moved(time)
    if abs(new - time) > 1e-9:
        line.put(index, new)


def _move_item(item: Block, mode: int, moved: Callable[[float], float]) -> None:
    """Move an item: mode 1 keeps position, length and rate in beats, mode 2 the position only."""
    position, length = item.line("POSITION"), item.line("LENGTH")
    if not mode or position is None or length is None:
        return
    start, long = position.number(1), length.number(1)
    _shift(position, 1, moved)
    new = moved(start + long) - moved(start)
    if mode != 1 or abs(new - long) < 1e-9:
        return
    length.put(1, new)
    for take in items.takes(item):
        source = items.source(take)
        if source is not None and source.word(1) != "MIDI":
            take.write("PLAYRATE", 1, take.read_number("PLAYRATE", 1, 1) * long / new)
