"""The cue's hits as the project's markers say them now."""

from __future__ import annotations

from dataclasses import replace

from filmcomposer_core.contracts.observed import ObservedMarker
from filmcomposer_core.contracts.session import Session, SessionMarker
from filmcomposer_reaper.adapter.markers import Seen, can_read_names, name_of
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.cue.picture import Picture
from filmcomposer_reaper.cue.records import CueRecord
from filmcomposer_reaper.markers.book import (
    HITS,
    Entry,
    Told,
    entries,
    hashed,
    note_told,
    same_time,
    written_before,
)
from filmcomposer_reaper.markers.carried import Carried
from filmcomposer_reaper.markers.first import first_markers
from filmcomposer_reaper.markers.name import is_hit_name
from filmcomposer_reaper.markers.scene import Scene, as_ours, look, within


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
        project, or from the picture's start if it was moved along, or on its beat after an edit of
        the tempo) has the time that was written, also when the picture was moved or cut since; a
        dragged one its present distance from the picture's start, which may lie outside of it. A
        name is None where it cannot be read. A deleted one is missing. Where the cue's markers were
        never written, as :func:`first_markers`.
    """
    scene = look(reaper, record)
    if not written_before(record):
        first, told = first_markers(reaper, record, picture, scene)
        if told is not None:
            note_told(record, told)
        return first
    heard, carried = Told(), Carried(reaper, record, scene)
    found: list[ObservedMarker] = []
    for ident, entry in entries(record, HITS).items():
        seen = scene.hit(ident)
        if seen is None:
            heard.gone.append(ident)
            continue
        name = name_of(reaper, seen)
        moved = not _in_place(entry, seen, picture) and not carried.has(HITS, ident)
        time_s = seen.start_s - picture.position_s if moved else entry.shown.start_s
        if time_s != entry.shown.start_s or (name is not None and hashed(name) != entry.shown.name):
            heard.moved[ident] = (seen.start_s, "" if name is None else hashed(name))
        found.append(ObservedMarker(id=ident, time_s=time_s, name=name))
    start_s = picture.position_s
    for seen, name in _added(reaper, scene, picture):
        heard.added.append(as_ours(seen, name, start_s))
        found.append(ObservedMarker(id="", time_s=seen.start_s - start_s, name=name))
    note_told(record, heard)
    return tuple(sorted(found, key=lambda m: (m.time_s, m.id)))


def _in_place(entry: Entry, seen: Seen, picture: Picture) -> bool:
    """Whether it stands where we left it, or as far from the picture's start as then."""
    along_s = picture.position_s + entry.shown.start_s
    return same_time(seen.start_s, entry.at_s) or same_time(seen.start_s, along_s)


def _added(reaper: Reaper, scene: Scene, picture: Picture) -> list[tuple[Seen, str | None]]:
    """Return the markers in the picture that are hits and not ours yet, with their names."""
    found = [(seen, name_of(reaper, seen)) for seen in within(scene.fresh, picture)]
    others = [(seen, name_of(reaper, seen)) for seen in within(scene.foreign, picture)]
    return [*found, *((seen, name) for seen, name in others if name and is_hit_name(name))]


def present_hits(
    reaper: Reaper, record: CueRecord, session: Session, picture: Picture
) -> tuple[SessionMarker, ...]:
    """Return the session's hits where their markers stand now, without the deleted ones.

    ``time_s`` is in seconds of the project, as in the session. A marker that an edit of the tempo
    has carried off its picture counts where it belongs.
    """
    scene, known = look(reaper, record), entries(record, HITS)
    carried = Carried(reaper, record, scene)
    found = []
    for marker in session.markers:
        seen, entry = scene.hit(marker.id), known.get(marker.id)
        if seen is None or entry is None:
            continue
        off = not _in_place(entry, seen, picture) and carried.has(HITS, marker.id)
        time_s = picture.position_s + entry.shown.start_s if off else seen.start_s
        found.append(replace(marker, time_s=time_s))
    return tuple(found)
