"""Work on a cue's tracks a little at a time."""

from __future__ import annotations

from collections.abc import Generator

from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.adapter.tempo import read_map
from filmcomposer_reaper.adapter.tracks import find_track, track_chunk
from filmcomposer_reaper.chunks.marks import marks
from filmcomposer_reaper.chunks.text import ChunkFault
from filmcomposer_reaper.chunks.track import split_track
from filmcomposer_reaper.cue.records import CueRecord
from filmcomposer_reaper.tempo.map import map_of
from filmcomposer_reaper.tracks.changes import track_beats, track_part
from filmcomposer_reaper.tracks.find import find_ours, senders

#: A slice of looking lasts this long.
LOOK_S = 0.02


class Slice:
    """Says when it is time to give the main thread back."""

    def __init__(self, reaper: Reaper) -> None:
        self._reaper = reaper
        self.begin()

    def begin(self) -> None:
        """Begin a slice."""
        self._since = self._reaper.seconds()

    def is_over(self) -> bool:
        """Whether the slice has lasted long enough."""
        return self._reaper.seconds() - self._since > LOOK_S


def read_ahead(reaper: Reaper, record: CueRecord) -> Generator[None, None, None]:
    """Work out the marks of a cue's tracks, which are kept for whoever needs all of them at once.

    What the user edits meanwhile is worked out later, again.
    """
    known = track_part(record)["tracks"]
    if not known:
        return
    part = Slice(reaper)
    beats = map_of(read_map(reaper).points).quarters
    ours = find_ours(reaper, record)
    name_of = senders(reaper, ours)
    for ident, row in ours.rows.items():
        track = find_track(reaper, row.guid, row.index)
        try:
            if track:
                marks(
                    split_track(track_chunk(reaper, track), name_of),
                    track_beats(known, ident, beats),
                )
        except ChunkFault:
            continue  # told by whoever needs it
        if part.is_over():
            yield
            part.begin()
