"""The user's own hits in a picture whose markers were never laid into this project.

Markers named as ours are (``8 downbeat | door``) are taken as hits from the first press on. Mostly
nothing was spotted yet. But the cue's folder may hold hits already: laying them in was undone, or
the project has lost what it remembered. Then these count as present, and a marker that bears the
name of one is that one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from filmcomposer_core.contracts.observed import ObservedMarker
from filmcomposer_core.contracts.session import SESSION_FILE
from filmcomposer_reaper.adapter.markers import Seen, can_read_names, name_of
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.cue.folder import cue_folder, project_folder
from filmcomposer_reaper.cue.picture import Picture
from filmcomposer_reaper.cue.records import CueRecord
from filmcomposer_reaper.cue.shapes import known, many, number, text
from filmcomposer_reaper.markers.book import Told
from filmcomposer_reaper.markers.name import is_hit_name
from filmcomposer_reaper.markers.scene import Scene, as_ours, within

SPOTS_FILE = "spots.csv"
_MARKER = known("id", "time_s", "name", id=text, time_s=number, name=text)
_SESSION = known("anchor_s", "markers", anchor_s=number, markers=many(_MARKER))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hit:
    """A hit that the folder has; ``time_s`` is in seconds of the cue."""

    id: str
    time_s: float
    name: str


def first_markers(
    reaper: Reaper, record: CueRecord, picture: Picture, scene: Scene
) -> tuple[tuple[ObservedMarker, ...] | None, Told | None]:
    """Return the hits that the user has marked before ours were laid in, and what was told so.

    None for both where there are none, where names cannot be read, or where the folder has hits
    and nobody can tell which.
    """
    own = _named(reaper, picture, scene)
    if not own:
        return None, None
    hits = _hits(reaper, record)
    if hits is None:
        return None, None
    start_s = picture.position_s
    heard, found = Told(), []
    whose = _pairs(own, hits, start_s)
    for place, (seen, name) in enumerate(own):
        heard.added.append(as_ours(seen, name, start_s))
        ident = whose.get(place, "")
        found.append(ObservedMarker(id=ident, time_s=seen.start_s - start_s, name=name))
    there = set(whose.values())
    found += [ObservedMarker(id=h.id, time_s=h.time_s) for h in hits if h.id not in there]
    return tuple(sorted(found, key=lambda m: (m.time_s, m.id))), heard


def _named(reaper: Reaper, picture: Picture, scene: Scene) -> list[tuple[Seen, str]]:
    """Return the markers in the picture that are named as hits are, with their names."""
    if not can_read_names(reaper):
        return []
    inside = within(scene.fresh, picture)
    named = [(seen, name_of(reaper, seen)) for seen in inside]
    return [(seen, name) for seen, name in named if name is not None and is_hit_name(name)]


def _pairs(own: Sequence[tuple[Seen, str]], hits: Sequence[_Hit], start_s: float) -> dict[int, str]:
    """Return which marker is which hit: of the same name, the nearest first."""
    apart = sorted(
        (abs(seen.start_s - start_s - hit.time_s), place, hit.id)
        for place, (seen, name) in enumerate(own)
        for hit in hits
        if hit.name == name
    )
    found: dict[int, str] = {}
    for _, place, ident in apart:
        if place not in found and ident not in found.values():
            found[place] = ident
    return found


def _hits(reaper: Reaper, record: CueRecord) -> list[_Hit] | None:
    """Return the hits that the cue's folder has; None where it has some and they are not known."""
    folder = cue_folder(record, project_folder(reaper))
    if not (folder / SPOTS_FILE).exists():
        return []
    try:
        data: Any = json.loads((folder / SESSION_FILE).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    if not _SESSION(data):
        return None
    return [
        _Hit(id=m["id"], time_s=m["time_s"] - data["anchor_s"], name=m["name"])
        for m in data["markers"]
    ]
