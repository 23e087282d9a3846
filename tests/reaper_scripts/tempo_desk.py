"""A project with a video item and a cue on it, for the tests of the tempo map."""

from __future__ import annotations

from dataclasses import dataclass, replace

from filmcomposer_core.contracts.session import Session
from filmcomposer_core.contracts.tempo import TempoPoint
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.cue.picture import Picture
from filmcomposer_reaper.cue.records import CueRecord, save_record
from filmcomposer_reaper.tempo.lay import remove_tempo_steps, tempo_steps
from tests.fakes.reaper import Host
from tests.fakes.reaper.direct import HERE, Direct
from tests.fakes.reaper.project import tempo_map
from tests.reaper_scripts.tempo_projects import (
    CLIP,
    FakeItem,
    add_item,
    add_track,
    session,
    tempo_point,
)

CUE = (tempo_point(0, 90), tempo_point(16 / 1.5, 100, num=3))
ANCHOR, LENGTH = 7.19, 30.0


@dataclass
class Desk:
    """A project with a video item at 7.19 s, and the cue on it."""

    host: Host
    reaper: Reaper
    item: str
    record: CueRecord
    picture: Picture

    @property
    def r(self) -> Direct:
        return Direct(self.host)

    def session(self, points: tuple[TempoPoint, ...] = CUE, *, kept: bool = False) -> Session:
        return session(points, anchor=self.picture.position_s, length=LENGTH, kept=kept)

    def write(self, points: tuple[TempoPoint, ...] = CUE, *, keep: bool = True) -> None:
        steps = tempo_steps(self.reaper, self.record, self.session(points), self.picture, keep=keep)
        for step in steps:
            step()
        save_record(self.reaper, self.record)

    def remove(self) -> None:
        for step in remove_tempo_steps(self.reaper, self.record):
            step()
        save_record(self.reaper, self.record)

    def move(self, position: float) -> None:
        self.r.SetMediaItemInfo_Value(self.item, "D_POSITION", position)
        self.picture = replace(self.picture, position_s=position)

    def points(self) -> list[tuple[float, float, bool, int, int]]:
        found = tempo_map.read(self.host.project).points if self.count() else ()
        return [(round(p.time, 9), round(p.bpm, 9), p.linear, p.num, p.den) for p in found]

    def count(self) -> int:
        return int(self.r.CountTempoTimeSigMarkers(HERE))


def made_desk(host: Host, reaper: Reaper, *, at: float = ANCHOR, cue: str = "00c0ffee") -> Desk:
    host.media[CLIP] = 600.0
    r = Direct(host)
    item = add_item(r, add_track(r), FakeItem(at, LENGTH))
    guid = str(r.GetSetMediaItemInfo_String(item, "GUID", "", False)[3])
    picture = Picture(
        item_guid=guid, path=CLIP, position_s=at, length_s=LENGTH, in_s=0.0, out_s=LENGTH, rate=1.0
    )
    record = CueRecord(id=cue, folder="x", item_guid=guid)
    return Desk(host, reaper, item, record, picture)


#: 16 beats at 90 are 10 2/3 s: four bars of 4/4, then 3/4 at 100. After the cue the project's 120
#: and its own bar lines at even seconds: the first is at 38 s.
LAID = [
    (0.0, 120.0, False, 4, 4),
    (7.19, 90.0, False, 4, 4),
    (17.856666667, 100.0, False, 3, 4),
    (37.19, 120.0, False, 0, 0),
    (38.0, 120.0, False, 4, 4),
]
