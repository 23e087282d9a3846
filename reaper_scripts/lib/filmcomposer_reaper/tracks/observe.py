"""What the user has done to a cue's tracks, for the core to take over.

What was told to the core may be written over when the session comes back, for it is in it then; the
record notes the marks of just that under ``taken``. What the core cannot hold (curves, automation
items, controllers drawn by hand) is never among it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from filmcomposer_core.contracts.observed import ObservedNote, ObservedTheme, ObservedTrack
from filmcomposer_core.contracts.session import THEME_TRACK
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.adapter.tracks import HASH, track_at, track_chunk, track_text
from filmcomposer_reaper.chunks.items import read_item
from filmcomposer_reaper.chunks.marks import Beats, marks, piece_marks
from filmcomposer_reaper.chunks.text import ChunkFault, words
from filmcomposer_reaper.chunks.track import Piece, split_track
from filmcomposer_reaper.tracks.along import Along, way_of
from filmcomposer_reaper.tracks.changes import (
    LEVELS,
    Mark,
    added,
    differing,
    read_marks,
    seen_marks,
    track_beats,
    track_part,
)
from filmcomposer_reaper.tracks.find import OurTracks, find_ours, senders
from filmcomposer_reaper.tracks.observe_mix import observe_mix, observe_sends
from filmcomposer_reaper.tracks.observe_notes import (
    NO_EVENTS,
    Clock,
    Sounding,
    item_notes,
    take_notes,
)
from filmcomposer_reaper.tracks.put import music_of, read_put
from filmcomposer_reaper.tracks.seen import Seen
from filmcomposer_reaper.tracks.stands import adopted, is_frozen, is_item, is_plain, says_notes

if TYPE_CHECKING:
    from filmcomposer_reaper.cue.picture import Picture
    from filmcomposer_reaper.cue.records import CueRecord


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
    ours = find_ours(reaper, record)
    seen = _look(reaper, record, ours, Along(way))
    anchor_s, clock = way.laid_s, way.then
    end_s = anchor_s + picture.length_s
    found: dict[str, dict[str, Any]] = {}
    theme = None
    for track in seen:
        kind = part["tracks"].get(track.id, {}).get("kind")
        if kind == "part":
            _observe_part(track, found.setdefault(track.id, {}), clock, anchor_s, end_s)
        elif kind == "bus":
            observe_sends(track, found, anchor_s, ours.rows)
        elif track.id == THEME_TRACK:
            numbers = part["tracks"][track.id].get("takes", [])
            theme = _observe_theme(track, numbers, clock, anchor_s)
    for ident in found:
        if "notes" in found[ident]:
            put = read_put(reaper, track_at(reaper, ours.rows[ident].index))
            found[ident] |= music_of(found[ident]["notes"], put)
    part["taken"] = {track.id: track.taken for track in seen if track.taken}
    parts = [i for i, entry in part["tracks"].items() if entry.get("kind") == "part"]
    tracks = (ObservedTrack(id=i, **found[i]) for i in parts if found.get(i))
    return tuple(tracks), theme


def _look(reaper: Reaper, record: CueRecord, ours: OurTracks, along: Along) -> list[Seen]:
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
        levels = known.get(ident, {}).get(LEVELS, {})
        found.append(Seen(ident, pieces, now, written, changed, levels))
    return found


def _observe_part(
    track: Seen, into: dict[str, Any], clock: Clock, anchor_s: float, end_s: float
) -> None:
    name = track.piece("name")
    if name is not None and "name" in track.changed:
        into["name"] = [*words(name.lines[0]), ""][1]
        track.take("name")
    observe_mix(track, into, anchor_s)
    if any(_is_item(aspect) for aspect in track.changed) and _says_notes(track):
        into["notes"] = _observe_notes(track, clock, anchor_s, end_s)


def _says_notes(track: Seen) -> bool:
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
    track: Seen, clock: Clock, anchor_s: float, end_s: float
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


def _take_item(track: Seen, name: str) -> None:
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
    track: Seen, numbers: list[int], clock: Clock, anchor_s: float
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
