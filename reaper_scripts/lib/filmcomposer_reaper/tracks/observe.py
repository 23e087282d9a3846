"""What the user has done to a cue's tracks, for the core to take over.

What was told to the core may be written over when the session comes back, for it is in it then; the
record notes the marks of just that under ``taken``. What the core cannot hold (curves, automation
items, controllers drawn by hand) is never among it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from filmcomposer_core.contracts.observed import ObservedNote, ObservedTheme, ObservedTrack
from filmcomposer_core.contracts.session import THEME_TRACK
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.adapter.tracks import HASH, track_at, track_chunk, track_text
from filmcomposer_reaper.chunks.items import read_item
from filmcomposer_reaper.chunks.marks import Beats, marks, piece_marks
from filmcomposer_reaper.chunks.text import ChunkFault, number, words
from filmcomposer_reaper.chunks.track import Piece, split_track
from filmcomposer_reaper.tracks.along import Along, way_of
from filmcomposer_reaper.tracks.changes import (
    GONE,
    Mark,
    added,
    differing,
    read_marks,
    seen_marks,
    track_beats,
    track_part,
)
from filmcomposer_reaper.tracks.find import find_ours, senders
from filmcomposer_reaper.tracks.observe_envelopes import envelope_points, is_plain_send
from filmcomposer_reaper.tracks.observe_notes import (
    NO_EVENTS,
    Clock,
    Sounding,
    item_notes,
    take_notes,
)
from filmcomposer_reaper.tracks.stands import adopted, is_frozen, is_item, is_plain, says_notes

if TYPE_CHECKING:
    from filmcomposer_reaper.cue.picture import Picture
    from filmcomposer_reaper.cue.records import CueRecord

#: The most that a fader and a send can give, +12 dB, as the plan holds it.
MOST_GAIN = 4.0
_ENVELOPES = {"env:VOLENV2": ("volume", 1.0), "env:PANENV2": ("pan", -1.0)}
_SEND_ENVELOPE = "AUXVOLENV"


@dataclass(slots=True)
class _Seen:
    """A track of ours as it is, and which of its aspects the user changed."""

    id: str
    pieces: list[Piece]
    now: dict[str, str]
    written: dict[str, Mark]
    changed: set[str]
    taken: dict[str, str] = field(default_factory=dict)

    def piece(self, aspect: str) -> Piece | None:
        """Return a piece by its aspect."""
        return next((p for p in self.pieces if p.aspect == aspect), None)

    def take(self, *aspects: str) -> None:
        """Note aspects as told to the core."""
        self.taken |= {aspect: self.now.get(aspect, GONE) for aspect in aspects}


def observe_tracks(
    reaper: Reaper, record: CueRecord, picture: Picture
) -> tuple[tuple[ObservedTrack, ...], ObservedTheme | None]:
    """Return what differs from what we wrote last.

    Parameters
    ----------
    reaper : Reaper
    record : CueRecord
        Its part ``tracks`` gets the marks of what is told here.
    picture : Picture
        Times count from where it begins in the project, or began when the tracks were written:
        what went along with it lies as it did in the cue.

    Returns
    -------
    tuple of (tuple of ObservedTrack, ObservedTheme or None)
        Part tracks with a change, and the theme if another take is active or the active one was
        edited.
    """
    part = track_part(record)
    part["taken"] = {}
    if not part["tracks"]:
        return (), None
    way = way_of(reaper, record, picture.position_s)
    seen = _look(reaper, record, Along(way))
    anchor_s, clock = way.laid_s, way.then
    end_s = anchor_s + picture.length_s
    found: dict[str, dict[str, Any]] = {}
    theme = None
    for track in seen:
        kind = part["tracks"].get(track.id, {}).get("kind")
        if kind == "part":
            _observe_part(track, found.setdefault(track.id, {}), clock, anchor_s, end_s)
        elif kind == "bus":
            _observe_sends(track, found, anchor_s)
        elif track.id == THEME_TRACK:
            numbers = part["tracks"][track.id].get("takes", [])
            theme = _observe_theme(track, numbers, clock, anchor_s)
    part["taken"] = {track.id: track.taken for track in seen if track.taken}
    parts = [i for i, entry in part["tracks"].items() if entry.get("kind") == "part"]
    tracks = (ObservedTrack(id=i, **found[i]) for i in parts if found.get(i))
    return tuple(tracks), theme


def _look(reaper: Reaper, record: CueRecord, along: Along) -> list[_Seen]:
    ours = find_ours(reaper, record)
    known = track_part(record)["tracks"]
    read: dict[str, tuple[list[Piece], dict[str, Mark], Beats | None]] = {}
    for ident, row in ours.rows.items():
        track = track_at(reaper, row.index)
        written = read_marks(track_text(reaper, track, HASH))
        try:
            pieces = split_track(track_chunk(reaper, track), senders(reaper, ours))
            pieces = adopted(pieces, written)
        except ChunkFault:
            continue
        beats = track_beats(known, ident, along.way.now.quarters)
        along.look(ident, pieces, seen_marks(written), beats)
        read[ident] = pieces, written, beats
    found = []
    for ident, (present, written, beats) in read.items():
        pieces = along.back(ident, present)
        now = marks(pieces, beats)
        changed = differing(now, written) | added(now, written)
        found.append(_Seen(ident, pieces, now, written, changed))
    return found


def _observe_part(
    track: _Seen, into: dict[str, Any], clock: Clock, anchor_s: float, end_s: float
) -> None:
    name, fader = track.piece("name"), track.piece("fader")
    if name is not None and "name" in track.changed:
        into["name"] = [*words(name.lines[0]), ""][1]
        track.take("name")
    if fader is not None and "fader" in track.changed:
        into["volume"] = _gain(number(fader.lines[0], 1, 1.0))
        into["pan"] = min(max(number(fader.lines[0], 2), -1.0), 1.0)
        track.take("fader")
    for aspect, (key, sign) in _ENVELOPES.items():
        if aspect in track.changed:
            _observe_envelope(track, aspect, key, into, anchor_s, sign)
    if any(_is_item(aspect) for aspect in track.changed) and _says_notes(track):
        into["notes"] = _observe_notes(track, clock, anchor_s, end_s)


def _observe_envelope(
    track: _Seen, aspect: str, key: str, into: dict[str, Any], anchor_s: float, sign: float = 1.0
) -> None:
    """Tell the points of an envelope; none for one that was deleted or switched off."""
    piece = track.piece(aspect)
    points, whole = envelope_points(piece.lines) if piece else ([], True)
    told = tuple((time - anchor_s, sign * value) for time, value in points)
    into.setdefault("envelopes", {})[key] = told
    if whole:
        track.take(aspect)


def _observe_sends(track: _Seen, found: dict[str, dict[str, Any]], anchor_s: float) -> None:
    """Tell the gains of the sends to the reverb, by the part that sends."""
    for aspect in sorted(track.changed):
        kind, _, sender = aspect.partition(":")
        piece = track.piece(aspect)
        if kind == "send" and aspect in track.written:
            line = piece.lines[0] if piece else ""
            sounds = piece is not None and not number(line, 5)
            found.setdefault(sender, {})["send"] = _gain(number(line, 3)) if sounds else 0.0
            if piece is None or is_plain_send(line):
                track.take(aspect)
        elif kind == "sendenv" and sender.endswith(f":{_SEND_ENVELOPE}"):
            part = sender.removesuffix(f":{_SEND_ENVELOPE}")
            _observe_envelope(track, aspect, "send", found.setdefault(part, {}), anchor_s)


def _says_notes(track: _Seen) -> bool:
    """Whether a track's items say what the part's notes are.

    A muted item, audio in its place and a frozen track do not; no item at all says that there are
    none.
    """
    if is_frozen(track.pieces):
        return False
    items = {p.aspect: read_item(p.lines) for p in track.pieces if is_item(p)}
    ours = [item for aspect, item in items.items() if aspect in track.written]
    if ours:
        return all(map(says_notes, ours))
    return not items or any(map(says_notes, items.values()))


def _observe_notes(
    track: _Seen, clock: Clock, anchor_s: float, end_s: float
) -> tuple[ObservedNote, ...]:
    """Tell all notes of a part, and whether they are all that the user changed of its items.

    Items of the user's with several takes, that say nothing, or that lie outside of the picture
    stand beside the part's music.
    """
    items = [p for p in track.pieces if is_item(p) and says_notes(read_item(p.lines))]
    extra = [
        piece
        for piece in items
        if piece.aspect not in track.written and is_plain(piece, anchor_s, end_s)
    ]
    told = [piece for piece in items if piece in extra or piece.aspect in track.written]
    drawn = {m.seen for a, m in track.written.items() if a.startswith("events:")}
    others = {
        mark
        for piece in extra
        for aspect, mark in piece_marks(piece).items()
        if aspect.startswith("events:")
    }
    # Controllers that the user has drawn are in no note: such an item is not written over.
    if others <= drawn | {NO_EVENTS}:
        for aspect in track.written:
            if aspect.startswith("item:"):
                _take_item(track, aspect.partition(":")[2])
        track.take(*(a for piece in extra for a in piece_marks(piece)))
    return _notes((n for item in told for n in item_notes(item.lines, clock)), anchor_s)


def _take_item(track: _Seen, name: str) -> None:
    """Note as told what notes say of an item of ours; of one that is gone, that it is."""
    family = [a for a in {*track.now, *track.written} if _is_of(a, name)]
    if f"item:{name}" not in track.now:
        track.take(*family)
        return
    said = [a for a in family if not a.startswith(("frame:", "events:"))]
    track.take(*said, *(a for a in family if a.startswith("events:") and a not in track.changed))


def _is_of(aspect: str, name: str) -> bool:
    kind, _, rest = aspect.partition(":")
    if kind in ("notes", "events"):
        return rest.rpartition(":")[0] == name
    return kind in ("item", "frame", "take") and rest == name


def _observe_theme(
    track: _Seen, numbers: list[int], clock: Clock, anchor_s: float
) -> ObservedTheme | None:
    """Tell which candidate is active if that or its notes are the user's doing."""
    piece = next((p for p in track.pieces if p.aspect.startswith("item:")), None)
    if piece is None or piece.aspect not in track.written:
        return None
    item, name = read_item(piece.lines), piece.aspect.partition(":")[2]
    active = item.active
    edited = f"notes:{name}:{active}" in track.changed or piece.aspect in track.changed
    if f"take:{name}" not in track.changed and not edited:
        return None
    if not (active < len(numbers) and numbers[active]):
        return None
    track.take(f"take:{name}")
    notes = None
    if edited:
        notes = _notes(take_notes(item, item.takes[active], clock), anchor_s)
        track.take(piece.aspect, f"notes:{name}:{active}")
    return ObservedTheme(candidate=numbers[active], notes=notes)


def _notes(found: Iterable[Sounding], anchor_s: float) -> tuple[ObservedNote, ...]:
    return tuple(
        ObservedNote(
            start_s=n.start_s - anchor_s,
            end_s=n.end_s - anchor_s,
            pitch=n.pitch,
            velocity=n.velocity,
            channel=n.channel,
        )
        for n in sorted(found)
    )


def _is_item(aspect: str) -> bool:
    return aspect.startswith(("item:", "notes:", "events:", "take:"))


def _gain(value: float) -> float:
    return min(max(value, 0.0), MOST_GAIN)
