"""What of the user's may be written over, since the core has taken it into the session."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from filmcomposer_core.timeline import Timeline
from filmcomposer_reaper.chunks.marks import piece_marks, same
from filmcomposer_reaper.chunks.track import Piece
from filmcomposer_reaper.tracks.changes import GONE, track_part
from filmcomposer_reaper.tracks.looks import TAG
from filmcomposer_reaper.tracks.observe_notes import Clock, Sounding, alike, item_notes

if TYPE_CHECKING:
    from filmcomposer_reaper.tracks.looks import Look
    from filmcomposer_reaper.tracks.wanted import Wanted
    from filmcomposer_reaper.tracks.work import Work

#: Two notes this near are the same, in seconds and in quarter notes: a DAW keeps places in ticks.
SAME_S = 0.002
SAME_QN = 0.004
_ITEM = ("item:", "frame:", "notes:", "events:", "take:")


def taken_over(
    work: Work, ident: str, seen: Look, wanted: Wanted
) -> tuple[dict[str, str], set[str], set[str]]:
    """Return what of the user's may be written over, and what of ours must not be.

    Where the session's notes are the ones that stand there already, the user's items stay: split or
    cut as they are, they sound the same. So do ours beside them, which would sound twice with the
    user's notes in them. And so do items of the user's own with a note that the session has not:
    it may wait in the cue folder for music that it fits. ``seen.waiting`` gets them.

    Returns
    -------
    tuple of (dict of str to str, set of str, set of str)
        The marks that may be written over; the items of the user's that go with them, since the
        session has their notes; and the items of ours that stay.
    """
    taken: Mapping[str, str] = track_part(work.record)["taken"].get(ident, {})
    items = {aspect for aspect in taken if aspect.startswith(_ITEM)}
    free = {aspect: mark for aspect, mark in taken.items() if aspect not in items}
    if not items:
        return free, set(), set()
    told = [p for p in seen.back if p.aspect in items or p.aspect in seen.written]
    added = [p for p in told if p.aspect not in seen.written and p.aspect not in wanted.marks]
    seen.waiting = []
    if wanted.kind == "part":
        asked = _asked(work, wanted.pieces)
        then = work.along.way.then
        if not work.along.has_items_left(ident) and alike(_notes(told, then), asked, SAME_S):
            ours = {aspect for aspect in seen.written if aspect.startswith("item:")}
            return free, set(), ours if added else set()
        own = [p for p in added if not any(TAG in line for line in p.lines)]
        there = _Asked(work, asked)
        seen.waiting = [p for p in own if not there.hold(_notes([p], then))]
        added = [p for p in added if p not in seen.waiting]
    extras = {
        piece.aspect
        for piece in added
        if all(same(taken.get(a, GONE), m) for a, m in piece_marks(piece).items())
    }
    return free | {aspect: taken[aspect] for aspect in items}, extras, set()


class _Asked:
    """The session's notes, to be found by pitch at their times or at their beats."""

    def __init__(self, work: Work, asked: Iterable[Sounding]) -> None:
        way, beats = work.along.way, Timeline(work.session.beats)
        self._quarters = way.then.quarters
        self._start = way.then.quarters(way.laid_s)
        self._times: dict[int, list[float]] = {}
        for note in asked:
            self._times.setdefault(note.pitch, []).append(note.start_s)
        self._beats: dict[int, list[float]] = {}
        for pitch, times in self._times.items():
            times.sort()
            self._beats[pitch] = [beats.beat_at(time - way.laid_s) for time in times]

    def hold(self, notes: Iterable[Sounding]) -> bool:
        """Whether all of these notes are among them."""
        return all(
            _near(self._times.get(note.pitch, ()), note.start_s, SAME_S)
            or _near(
                self._beats.get(note.pitch, ()), self._quarters(note.start_s) - self._start, SAME_QN
            )
            for note in notes
        )


def _near(places: Sequence[float], place: float, within: float) -> bool:
    at = bisect.bisect_left(places, place - within)
    return at < len(places) and places[at] <= place + within


def _asked(work: Work, wanted: Iterable[Piece]) -> list[Sounding]:
    """Return the session's notes where they lie while the picture is where it was."""
    anchor, beats = work.session.anchor_s, Timeline(work.session.beats)
    there = Clock(lambda t: beats.beat_at(t - anchor), lambda q: beats.time_at(q) + anchor)
    by_s = work.along.way.by_s
    return [
        replace(n, start_s=n.start_s - by_s, end_s=n.end_s - by_s) for n in _notes(wanted, there)
    ]


def _notes(pieces: Iterable[Piece], clock: Clock) -> list[Sounding]:
    items = (piece for piece in pieces if piece.aspect.startswith("item:"))
    return [note for item in items for note in item_notes(item.lines, clock)]
