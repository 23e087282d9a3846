"""Markers that a change of the tempo has carried along, which nobody has dragged.

In a project whose markers are attached to beats, REAPER keeps their beats and moves their times
when the tempo before them is edited.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from filmcomposer_reaper.adapter.markers import Seen
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.adapter.tempo import read_map
from filmcomposer_reaper.cue.records import CueRecord
from filmcomposer_reaper.markers.book import (
    HITS,
    REGIONS,
    beats,
    entries,
    note_beats,
    same_time,
)
from filmcomposer_reaper.markers.scene import Scene
from filmcomposer_reaper.tempo.map import map_of


class Carried:
    """Tells which markers and regions of a cue stand at the beats where they were left.

    The tempo map is read when it is asked for first, and not again: make one for each look.
    """

    def __init__(self, reaper: Reaper, record: CueRecord, scene: Scene) -> None:
        self._reaper = reaper
        self._record = record
        self._scene = scene

    def has(self, kind: str, ident: str) -> bool:
        """Whether one of ours stands where the tempo map as it is now has carried it."""
        seen = self._scene.ours.get((kind, ident))
        return seen is not None and self._follows and _stands(seen, self._places.get((kind, ident)))

    @cached_property
    def _places(self) -> dict[tuple[str, str], tuple[float, ...]]:
        """Where the beats at which ours were left lie now, in project seconds."""
        line = map_of(read_map(self._reaper).points)
        return {
            (kind, ident): tuple(map(line.time_at, left))
            for kind in (HITS, REGIONS)
            for ident, left in beats(self._record, kind).items()
        }

    @cached_property
    def _follows(self) -> bool:
        """Whether markers follow beats here: none has stayed whose beat is elsewhere now.

        Where they keep their time, one on its old beat was dragged there, to the music.
        """
        return not any(
            _stands(seen, left_s) and not _stands(seen, self._places.get(key))
            for key, seen, left_s in self._left()
        )

    def _left(self) -> Iterator[tuple[tuple[str, str], Seen, tuple[float, ...]]]:
        for kind in (HITS, REGIONS):
            for ident, entry in entries(self._record, kind).items():
                seen = self._scene.ours.get((kind, ident))
                if seen is not None and (kind, ident) in self._places:
                    yield (kind, ident), seen, entry.span_s


def _stands(seen: Seen, places: tuple[float, ...] | None) -> bool:
    now = (seen.start_s, seen.end_s) if seen.region else (seen.start_s,)
    return (
        places is not None
        and len(places) == len(now)
        and all(same_time(place, time_s) for place, time_s in zip(places, now, strict=True))
    )


def keep_beats(reaper: Reaper, record: CueRecord) -> None:
    """Note at which beats ours stand; the last step of what writes them and the tempo map."""
    note_beats(record, map_of(read_map(reaper).points).quarters)
