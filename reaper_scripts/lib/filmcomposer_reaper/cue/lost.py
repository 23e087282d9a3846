"""Where a cue's picture was, and cues whose video item is not in the project any more."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from filmcomposer_reaper.adapter.items import is_there
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.adapter.ruler import ruler_time
from filmcomposer_reaper.cue.picture import Picture
from filmcomposer_reaper.cue.records import CueRecord
from filmcomposer_reaper.saying import say_once
from filmcomposer_reaper.words import cue_name, cue_words

#: The record's part with the picture's place, its film, and the project's folder.
PLACE = "place"


def near_s(record: CueRecord) -> float | None:
    """Return where the cue's picture was last, in project seconds; None where that is not known."""
    found = place_of(record).get("near_s")
    return float(found) if isinstance(found, int | float) else None


def place_of(record: CueRecord) -> dict[str, Any]:
    """Return what a record holds of its picture's place."""
    found: dict[str, Any] = record.parts.get(PLACE, {})
    return found


def called(reaper: Reaper, record: CueRecord) -> str:
    """Return a cue's name for the user, with the timecode where its picture was last."""
    at_s = near_s(record)
    if at_s is None:
        return f'"{cue_name(record.folder)}"'
    return cue_words(record.folder, ruler_time(reaper, at_s))


def heir(reaper: Reaper, records: Mapping[str, CueRecord], picture: Picture) -> CueRecord | None:
    """Return the cue of a deleted item whose film lies in its place again, imported anew.

    The user is told; ``item_guid`` is that of the new item.
    """
    lost = [record for record in _lost(reaper, records) if _shows(record, picture)]
    if not lost:
        return None
    known = min(lost, key=lambda record: abs((near_s(record) or 0.0) - picture.position_s))
    text = (
        "the video item takes the place of the deleted one, and goes on with the cue "
        f"{called(reaper, known)}."
    )
    say_once(reaper, f"heir.{known.id}", text, of=picture.item_guid)
    known.item_guid = picture.item_guid
    return known


def tell_lost(reaper: Reaper, records: Mapping[str, CueRecord]) -> None:
    """Name the cues whose video item is gone, each once."""
    for record in _lost(reaper, records):
        text = (
            f"the cue {called(reaper, record)} has no video item any more. Its tracks and markers "
            "stay until you delete them, or put its film back in its place."
        )
        say_once(reaper, f"lost.{record.id}", text, of=record.item_guid)


def _lost(reaper: Reaper, records: Mapping[str, CueRecord]) -> list[CueRecord]:
    return [r for r in records.values() if not is_there(reaper, r.item_guid, near_s(r))]


def _shows(record: CueRecord, picture: Picture) -> bool:
    """Whether a picture is of a cue's film, and lies where the cue's was."""
    place, start_s = place_of(record), near_s(record)
    if start_s is None or not _is_film(str(place.get("path", "")), picture.path):
        return False
    end_s = start_s + float(place.get("length_s", 0.0))
    return start_s < picture.position_s + picture.length_s and picture.position_s < end_s


def _is_film(before: str, path: str) -> bool:
    """Whether a path is that of a film, which may have moved with its project."""
    moved = os.path.basename(before) == os.path.basename(path) and not os.path.isfile(before)
    return before == path or moved
