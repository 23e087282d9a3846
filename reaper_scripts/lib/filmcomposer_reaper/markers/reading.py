"""The cue's hits as the project's markers say them now."""

from __future__ import annotations

import re
from dataclasses import replace

from filmcomposer_core.contracts.observed import ObservedMarker
from filmcomposer_core.contracts.session import Session, SessionMarker
from filmcomposer_core.contracts.spots import HIT_CLASSES
from filmcomposer_reaper.adapter.markers import Seen, can_read_names, name_of
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.cue.picture import Picture
from filmcomposer_reaper.cue.records import CueRecord
from filmcomposer_reaper.markers.book import (
    HITS,
    SAME_S,
    Entry,
    Told,
    entries,
    hashed,
    note_told,
    same_time,
    written_before,
)
from filmcomposer_reaper.markers.merge import face_of
from filmcomposer_reaper.markers.scene import Scene, look

#: What always counts as a hit, whenever it was made: ``8 downbeat | door``.
_HIT_NAME = re.compile(rf"\s*(MUST|\d+(\.\d*)?)\s+({'|'.join(HIT_CLASSES)})\s*\|", re.IGNORECASE)


def is_hit_name(name: str) -> bool:
    """Whether a marker's name has the form ``WEIGHT CLASS | text``.

    Examples
    --------
    >>> is_hit_name("8 downbeat | door"), is_hit_name("verse 2")
    (True, False)
    """
    return _HIT_NAME.match(name) is not None


def name_notice(reaper: Reaper) -> str:
    """Return a sentence for the user where names of markers cannot be read, else an empty text."""
    if can_read_names(reaper):
        return ""
    return (
        "This REAPER does not tell scripts the names of markers (7.62 and later do): names and "
        "weights stay as they were, positions are read."
    )


def read_markers(
    reaper: Reaper, record: CueRecord, picture: Picture
) -> tuple[ObservedMarker, ...] | None:
    """Return all hits that the project holds for the picture.

    Parameters
    ----------
    reaper : Reaper
    record : CueRecord
        What was reported is noted in it, so that the next :func:`marker_steps` knows what the core
        has answered to.
    picture : Picture

    Returns
    -------
    tuple of ObservedMarker or None
        In order of time, in seconds of the cue. One of ours that stands where we left it (in the
        project, or from the picture's start if it was moved along) has the time that was written,
        also when the picture was moved or cut since; a dragged one its present distance from
        the picture's start, which may lie outside of it. A name is None where it cannot be read. A
        deleted one is missing. None where the cue's markers were never written.
    """
    if not written_before(record):
        return None
    scene = look(reaper, record)
    heard = Told()
    found: list[ObservedMarker] = []
    for ident, entry in entries(record, HITS).items():
        seen = scene.hit(ident)
        if seen is None:
            heard.gone.append(ident)
            continue
        name = name_of(reaper, seen)
        time_s = _cue_time(entry, seen, picture)
        if time_s != entry.shown.start_s or (name is not None and hashed(name) != entry.shown.name):
            heard.moved[ident] = (seen.start_s, "" if name is None else hashed(name))
        found.append(ObservedMarker(id=ident, time_s=time_s, name=name))
    start_s, end_s = picture.position_s, picture.position_s + picture.length_s
    for seen, name in _added(reaper, scene, start_s, end_s):
        heard.added.append(_as_ours(seen, name, start_s))
        found.append(ObservedMarker(id="", time_s=seen.start_s - start_s, name=name))
    note_told(record, heard)
    return tuple(sorted(found, key=lambda m: (m.time_s, m.id)))


def _cue_time(entry: Entry, seen: Seen, picture: Picture) -> float:
    shown_s = entry.shown.start_s
    left = same_time(seen.start_s, entry.at_s)
    along = same_time(seen.start_s, picture.position_s + shown_s)
    return shown_s if left or along else seen.start_s - picture.position_s


def _added(
    reaper: Reaper, scene: Scene, start_s: float, end_s: float
) -> list[tuple[Seen, str | None]]:
    """Return the markers between two times that are hits and not ours yet, with their names."""
    inside = [
        (seen, fresh)
        for rows, fresh in ((scene.fresh, True), (scene.foreign, False))
        for seen in rows
        if start_s - SAME_S <= seen.start_s <= end_s + SAME_S
    ]
    named = [(seen, fresh, name_of(reaper, seen)) for seen, fresh in inside]
    return [(s, name) for s, fresh, name in named if fresh or (name and is_hit_name(name))]


def _as_ours(seen: Seen, name: str | None, anchor_s: float) -> Entry:
    """Return how a marker of the user's would stand in the record if it were ours."""
    face = face_of(seen, anchor_s=anchor_s, name="" if name is None else hashed(name))
    return Entry(guid=seen.guid, number=seen.number, anchor_s=anchor_s, shown=face, said=face)


def present_hits(reaper: Reaper, record: CueRecord, session: Session) -> tuple[SessionMarker, ...]:
    """Return the session's hits where their markers stand now, without the deleted ones.

    ``time_s`` is in seconds of the project, as in the session.
    """
    scene = look(reaper, record)
    pairs = ((marker, scene.hit(marker.id)) for marker in session.markers)
    return tuple(replace(m, time_s=seen.start_s) for m, seen in pairs if seen is not None)
