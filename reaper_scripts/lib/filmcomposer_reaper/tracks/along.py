"""What the user has moved along with the picture: music that is where it was in its cue.

Marks hold times in project seconds. So a track is read as if it still lay where it was written, but
for what the user left there when they moved the picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.adapter.tempo import read_map
from filmcomposer_reaper.chunks.marks import Beats, piece_marks, same
from filmcomposer_reaper.chunks.text import key, number, shown, with_words
from filmcomposer_reaper.chunks.track import Piece
from filmcomposer_reaper.cue.records import CueRecord
from filmcomposer_reaper.tempo.book import PART, moved_along
from filmcomposer_reaper.tempo.map import SAME_S, map_of
from filmcomposer_reaper.tracks.observe_notes import Clock

#: In the record's part of the tracks: where the picture was when they were written.
LAID = "laid_s"
#: Words that are times, by the kind of a piece; what moves together.
_TIMES = {"item": "POSITION", "env": "PT", "sendenv": "PT", "fx": "PT"}
#: What begins this near to where the cue began is there still.
BEGINS_S = 1e-4
#: REAPER's sums leave times this exact; a mark must not hang on the rest.
_PLACES = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How far the picture was moved from ``laid_s``, where it was when the tracks were written.

    ``now`` is the project's tempo map, ``then`` the one that the tracks were written to, in the
    seconds that they were written to.
    """

    laid_s: float
    by_s: float
    now: Clock
    then: Clock


def way_of(reaper: Reaper, record: CueRecord, anchor_s: float | None) -> Way:
    """Return the way that a cue's picture has gone; none where ``anchor_s`` is None.

    Parameters
    ----------
    reaper : Reaper
    record : CueRecord
    anchor_s : float or None
        Where the picture begins now, in project seconds.
    """
    points = read_map(reaper).points
    tempo = map_of(points)
    now = Clock(tempo.quarters, tempo.time_at)
    laid = record.parts.get("tracks", {}).get(LAID, anchor_s)
    here = float(laid or 0.0)
    by_s = anchor_s - here if anchor_s is not None and laid is not None else 0.0
    if abs(by_s) <= SAME_S:
        return Way(laid_s=here if anchor_s is None else anchor_s, by_s=0.0, now=now, then=now)
    then = now
    if moved_along(points, record.parts.get(PART, {}), here, here + by_s):
        then = Clock(lambda t: tempo.quarters(t + by_s), lambda q: tempo.time_at(q) - by_s)
    return Way(laid_s=here, by_s=by_s, now=now, then=then)


@dataclass(frozen=True, slots=True)
class _Verdict:
    """A piece as it stands and as it was before the way; ``went`` is None where that is open."""

    piece: Piece
    back: Piece
    went: bool | None

    @property
    def kind(self) -> str:
        return _TIMES.get(self.piece.aspect.partition(":")[0], "")


class Along:
    """Finds out what went along with the picture.

    What is as it was written but for the way has gone it. What the user has changed besides went
    where it begins at the cue's start, else as the most of its kind on the track, or in the cue.
    """

    def __init__(self, way: Way) -> None:
        self.way = way
        self._tracks: dict[str, list[_Verdict]] = {}

    def look(
        self, ident: str, pieces: Sequence[Piece], seen: Mapping[str, str], beats: Beats | None
    ) -> None:
        """Judge a track by its marks; all of a cue's should be before any of them is asked for."""
        if self.way.by_s:
            self._tracks[ident] = [self._judge(p, seen.get(p.aspect), beats) for p in pieces]

    def back(self, ident: str, pieces: Sequence[Piece]) -> list[Piece]:
        """Return the pieces of a track that was looked at, with what went put back."""
        if not self.way.by_s:
            return list(pieces)
        return [v.back if self._went(ident, v) else v.piece for v in self._tracks[ident]]

    def has_items_left(self, ident: str) -> bool:
        """Whether items of a track are where they were while the picture has gone."""
        found = self._tracks.get(ident, ())
        return any(v.kind == "POSITION" and not self._went(ident, v) for v in found)

    def _went(self, ident: str, verdict: _Verdict) -> bool:
        if verdict.went is not None or not verdict.kind:
            return bool(verdict.went)
        every = [v for track in self._tracks.values() for v in track]
        alike = [v for v in every if v.kind == verdict.kind]
        near = [v for v in self._tracks[ident] if v.kind == verdict.kind]
        return next((v > 0 for v in map(_vote, (near, alike, every)) if v), False)

    def _judge(self, piece: Piece, mark: str | None, beats: Beats | None) -> _Verdict:
        begins = _begin(piece)
        if begins is None:
            return _Verdict(piece, piece, None)
        if mark is not None and same(piece_marks(piece, beats)[piece.aspect], mark):
            return _Verdict(piece, piece, False)
        for made in self._candidates(piece) if mark is not None else ():
            if same(piece_marks(made)[piece.aspect], mark or ""):
                return _Verdict(piece, made, True)
        went = None if mark is None else self._by_begin(begins)
        return _Verdict(piece, _shifted(piece, self.way.by_s), went)

    def _by_begin(self, begins: float) -> bool | None:
        """Judge by where it begins what we wrote and the user has changed."""
        here = abs(begins - self.way.laid_s) <= BEGINS_S
        there = abs(begins - self.way.laid_s - self.way.by_s) <= BEGINS_S
        return there if here is not there else None

    def _candidates(self, piece: Piece) -> Iterator[Piece]:
        by_s = self.way.by_s
        yield _shifted(piece, by_s)
        yield _shifted(piece, by_s, _PLACES)
        if piece.aspect.startswith("item:"):
            # An item may keep its beats on the way, and not its seconds.
            start = _begin(piece) or 0.0
            length = _length(piece)
            quarters = self.way.now.quarters(start + length) - self.way.now.quarters(start)
            end = self.way.then.seconds(self.way.then.quarters(start - by_s) + quarters)
            for places in (None, _PLACES):
                made = _shifted(piece, by_s, places)
                yield _with(made, "LENGTH", _rounded(end - start + by_s, places))


def _vote(verdicts: Sequence[_Verdict]) -> int:
    """Return how many more have gone than have stayed."""
    return sum(1 if v.went else -1 for v in verdicts if v.kind and v.went is not None)


def _begin(piece: Piece) -> float | None:
    """Return a piece's first time; None for one without any."""
    name = _TIMES.get(piece.aspect.partition(":")[0])
    return next((number(line, 1) for line in piece.lines if name and key(line) == name), None)


def _length(piece: Piece) -> float:
    return next((number(line, 1) for line in piece.lines if key(line) == "LENGTH"), 0.0)


def _shifted(piece: Piece, by_s: float, places: int | None = None) -> Piece:
    """Return a piece that much earlier."""
    name = _TIMES[piece.aspect.partition(":")[0]]
    lines = tuple(
        with_words(line, f"{name} {shown(_rounded(number(line, 1) - by_s, places))}", (1,))
        if key(line) == name
        else line
        for line in piece.lines
    )
    return replace(piece, lines=lines)


def _with(piece: Piece, name: str, value: float) -> Piece:
    """Return an item with another number in the first line of a key."""
    at = next(i for i, line in enumerate(piece.lines) if key(line) == name)
    line = with_words(piece.lines[at], f"{name} {shown(value)}", (1,))
    return replace(piece, lines=(*piece.lines[:at], line, *piece.lines[at + 1 :]))


def _rounded(value: float, places: int | None) -> float:
    return value if places is None else round(value, places)
