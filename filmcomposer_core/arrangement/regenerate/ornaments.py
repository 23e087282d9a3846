"""What may be done to a note of the theme; each ornament is one function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from filmcomposer_core.contracts.score import Note

Piece = tuple[float, float, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A note of the theme with its neighbours, and what may be done there.

    ``fixed`` says that its pitch stays, ``tied`` that the next note follows at once, ``movable``
    that the next one may begin elsewhere. ``tones`` are the pitch classes that go with the chord,
    ``strong`` those that may stand at this place, ``least`` the shortest note in beats.
    """

    note: Note
    before: Note | None
    fixed: bool
    after: Note | None
    tied: bool
    movable: bool
    tones: frozenset[int]
    strong: frozenset[int]
    least: float

    def step(self, pitch: int, way: int) -> int:
        """Return the next pitch of scale and chord upward (1) or downward (-1)."""
        found = pitch + way
        while found % 12 not in self.tones:
            found += way
        return found


#: Ornaments stand on this grid, in beats.
GRID = 0.25


def _share(length: float, part: float, most: float) -> float:
    """Return a part of a length on the grid, at most some beats; 0 where it has no room."""
    return min(most, int(length * part / GRID + 1e-6) * GRID)


Ornament = Callable[[Place], tuple[list[Piece], int] | None]


def _passing(place: Place) -> tuple[list[Piece], int] | None:
    """Fill a third, or a fourth, to the next note by step."""
    note, after = place.note, place.after
    if after is None or not place.tied or not 3 <= abs(after.pitch - note.pitch) <= 5:
        return None
    way = 1 if after.pitch > note.pitch else -1
    between = []
    pitch = place.step(note.pitch, way)
    while (after.pitch - pitch) * way > 0:
        between.append(pitch)
        pitch = place.step(pitch, way)
    if not 1 <= len(between) <= 2:
        return None
    short = _share(note.length, 0.5 / len(between), 0.5)
    first = note.length - short * len(between)
    pieces = [(note.beat, first, note.pitch)]
    pieces += [(note.beat + first + i * short, short, p) for i, p in enumerate(between)]
    return pieces, 1


def _turn(place: Place) -> tuple[list[Piece], int] | None:
    """Swing to the neighbour and back before a note of the same pitch or the next degree."""
    note, after = place.note, place.after
    if after is None or abs(after.pitch - note.pitch) > 2 or note.length < 1.0:
        return None
    way = -1 if after.pitch > note.pitch else 1
    short = _share(note.length, 0.25, 0.5)
    first = note.length - 2 * short
    neighbour = place.step(note.pitch, way)
    if abs(neighbour - note.pitch) > 2:
        return None
    return [
        (note.beat, first, note.pitch),
        (note.beat + first, short, neighbour),
        (note.beat + first + short, short, note.pitch),
    ], 1


def _early(place: Place) -> tuple[list[Piece], int] | None:
    """Anticipate the next note, a step away, at the end of this one."""
    note, after = place.note, place.after
    apart = abs(after.pitch - note.pitch) if after is not None else 0
    if after is None or not place.tied or not 1 <= apart <= 2 or note.length < 1.5:
        return None
    short = 0.5 if note.length >= 2.0 else 0.25
    cut = note.length - short
    return [(note.beat, cut, note.pitch), (note.beat + cut, short, after.pitch)], 1


def _dotted(place: Place) -> tuple[list[Piece], int] | None:
    """Dot the first of two equal notes."""
    note, after = place.note, place.after
    if after is None or not (place.tied and place.movable) or note.length > 2.0:
        return None
    whole = after.beat - note.beat
    if abs(after.end - after.beat - whole) > 0.3:
        return None
    longer = 1.5 * whole
    end = after.end
    return [
        (note.beat, longer, note.pitch),
        (note.beat + longer, end - note.beat - longer, after.pitch),
    ], 2


def _evened(place: Place) -> tuple[list[Piece], int] | None:
    """Make a dotted pair even."""
    note, after = place.note, place.after
    if after is None or not (place.tied and place.movable):
        return None
    whole = after.beat - note.beat
    if abs(whole - 3.0 * (after.end - after.beat)) > 0.2:
        return None
    half = (after.end - note.beat) / 2
    return [(note.beat, half, note.pitch), (note.beat + half, half, after.pitch)], 2


def _joined(place: Place) -> tuple[list[Piece], int] | None:
    """Join a repeated note to the one before."""
    note, after = place.note, place.after
    if after is None or not (place.tied and place.movable) or after.pitch != note.pitch:
        return None
    return [(note.beat, after.end - note.beat, note.pitch)], 2


def _broken(place: Place) -> tuple[list[Piece], int] | None:
    """Leave a long note at its end and lead by step into the next."""
    note, after = place.note, place.after
    if after is None or note.length < 2.0 or not place.tied or after.pitch == note.pitch:
        return None
    way = 1 if after.pitch > note.pitch else -1
    last = place.step(after.pitch, -way)
    if last == note.pitch or abs(last - note.pitch) > 7:
        last = place.step(after.pitch, way)
    return [(note.beat, note.length - 0.5, note.pitch), (note.end - 0.5, 0.5, last)], 1


def _above(place: Place) -> tuple[list[Piece], int] | None:
    """Go to the next note by a higher tone."""
    return _elsewhere(place, 1)


def _under(place: Place) -> tuple[list[Piece], int] | None:
    """Go to the next note by a lower tone."""
    return _elsewhere(place, -1)


def _elsewhere(place: Place, way: int) -> tuple[list[Piece], int] | None:
    """Take the next tone on one side that lies within a third of both neighbours."""
    note, before, after = place.note, place.before, place.after
    if place.fixed or before is None or after is None or note.length > 1.0:
        return None
    pitch = note.pitch
    for _ in range(3):
        pitch = place.step(pitch, way)
        near = abs(pitch - before.pitch) <= 4 and abs(pitch - after.pitch) <= 4
        if near and pitch % 12 in place.strong and pitch not in (before.pitch, after.pitch):
            return [(note.beat, note.length, pitch)], 1
    return None


ORNAMENTS: dict[str, Ornament] = {
    "passing": _passing,
    "turn": _turn,
    "early": _early,
    "dotted": _dotted,
    "evened": _evened,
    "joined": _joined,
    "broken": _broken,
    "above": _above,
    "under": _under,
}
