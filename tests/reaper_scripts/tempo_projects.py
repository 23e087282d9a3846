"""Projects for the tests of the tempo map: made through REAPER's own calls, and read back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from filmcomposer_core.contracts.session import Session
from filmcomposer_core.contracts.tempo import TempoPoint
from filmcomposer_core.timeline import Timeline
from tests.fakes.reaper import Host
from tests.fakes.reaper.direct import HERE, Direct
from tests.fakes.reaper.project import items, tempo_map

CLIP = "/films/a.mp4"


def tempo_point(
    time: float, bpm: float, *, ramp: bool = False, num: int = 4, den: int = 4
) -> TempoPoint:
    return TempoPoint(time_s=time, bpm=bpm, ramp=ramp, num=num, den=den)


def session(
    points: Sequence[TempoPoint], *, anchor: float, length: float, kept: bool = False
) -> Session:
    """A session whose map is given in seconds of the picture; ``kept`` = the project's holds."""
    shifted = tuple(
        TempoPoint(time_s=p.time_s + anchor, bpm=p.bpm, ramp=p.ramp, num=p.num, den=p.den)
        for p in points
    )
    return Session(
        version=1,
        cue="00c0ffee",
        title="Night train",
        anchor_s=anchor,
        length_s=length,
        fps_num=25,
        fps_den=1,
        reached="mix",
        tempo=() if kept else shifted,
        beats=tuple(points),
    )


@dataclass(frozen=True)
class FakeItem:
    """An item to put into a project."""

    position: float
    length: float
    mode: int = -1
    midi: bool = False


def add_track(r: Direct, mode: int = -1) -> str:
    n = r.CountTracks(HERE)
    r.InsertTrackAtIndex(n, False)
    track = str(r.GetTrack(HERE, n))
    r.SetMediaTrackInfo_Value(track, "C_BEATATTACHMODE", mode)
    return track


def add_item(r: Direct, track: str, made: FakeItem) -> str:
    if made.midi:
        end = made.position + made.length
        item = str(r.CreateNewMIDIItemInProj(track, made.position, end, 0)[0])
    else:
        item = str(r.AddMediaItemToTrack(track))
        take = r.AddTakeToMediaItem(item)
        r.SetMediaItemTake_Source(take, r.PCM_Source_CreateFromFile(CLIP))
        r.SetMediaItemInfo_Value(item, "D_POSITION", made.position)
        r.SetMediaItemInfo_Value(item, "D_LENGTH", made.length)
        r.SetMediaItemInfo_Value(item, "D_FADEINLEN", 0.25)
    if made.mode != -1:
        r.SetMediaItemInfo_Value(item, "C_BEATATTACHMODE", made.mode)
    return item


def add_points(r: Direct, points: Iterable[TempoPoint]) -> None:
    """Write the user's own map, its signatures where they change."""
    before: tuple[int, int] | None = (4, 4)
    for p in points:
        new = (p.num, p.den) != before
        before = (p.num, p.den)
        sign = (p.num, p.den) if new else (0, 0)
        assert r.SetTempoTimeSigMarker(HERE, -1, p.time_s, -1, -1, p.bpm, *sign, p.ramp)


def fade(r: Direct, track: str, times: Sequence[float]) -> str:
    """Give a track a volume envelope with points at these times."""
    r.SetOnlyTrackSelected(track)
    r.Main_OnCommand(40406, 0)
    envelope = str(r.GetTrackEnvelopeByChunkName(track, "<VOLENV2"))
    for i, time in enumerate(times):
        r.InsertEnvelopePoint(envelope, time, 500.0 + i, 0, 0.0, False, True)
    r.Envelope_SortPoints(envelope)
    r.SetTrackSelected(track, False)
    return envelope


def lines_but_tempo(host: Host) -> list[str]:
    """The whole project as text without its tempo map, and without our record."""
    held = host.project.root
    parts = [c for c in held.body if c.key not in ("TEMPOENVEX", "EXTSTATE")]
    from tests.fakes.reaper.project import tree

    return [tree.dump(c) if isinstance(c, tree.Block) else c.text for c in parts]


def places(host: Host) -> dict[str, Any]:
    """When everything in the project happens that is not ours."""
    project = host.project
    found: dict[str, Any] = {"cursor": project.cursor}
    for t, track in enumerate(project.tracks()):
        found[f"track {t} base"] = track.read("BEAT", 1)
        for envelope in [*track.body, *project.root.body]:
            if envelope.key.rstrip("23").endswith("ENV"):
                points = [line.number(1) for line in envelope.lines("PT")]  # type: ignore[attr-defined]
                found[f"track {t} {envelope.key}"] = points
        for i, item in enumerate(track.blocks("ITEM")):
            keys = ("POSITION", "LENGTH", "BEAT")
            found[f"item {t}.{i}"] = [item.read_number(key, 1, -1) for key in keys]
            found[f"fade {t}.{i}"] = [item.read_number("FADEIN", 2)]
            rates = [take.read_number("PLAYRATE", 1) for take in items.takes(item)]
            found[f"rates {t}.{i}"] = rates
    marks = [line for line in project.root.lines("MARKER")]
    found["markers"] = [line.number(2) for line in marks]
    found["names"] = [(line.word(1), line.word(3), line.word(5)) for line in marks]
    for key in ("SELECTION", "SELECTION2"):
        found[key] = [project.root.read_number(key, i) for i in (1, 2)]
    return found


def same_places(a: dict[str, Any], b: dict[str, Any], tolerance: float = 1e-9) -> None:
    """Nothing has another time; what is no number is the same."""
    assert a.keys() == b.keys()
    for key, was in a.items():
        now = b[key]
        if isinstance(was, list) and was and isinstance(was[0], float):
            assert len(was) == len(now), key
            assert all(abs(x - y) <= tolerance for x, y in zip(was, now, strict=True)), key
        else:
            assert was == now, key


def bar_lines(host: Host, start: float, end: float) -> list[float]:
    """The times of the project's bar lines in a span, by measure, as REAPER tells them."""
    found = tempo_map.read(host.project)
    first, _ = found.measure_at(found.qn(start))
    times = []
    for measure in range(first, first + 10_000):
        time = found.time(found.measure(measure)[0])
        if time > end:
            return times
        if time >= start - 1e-6:
            times.append(time)
    raise AssertionError("no end of measures")


def timeline_bars(points: Sequence[TempoPoint], length: float) -> list[float]:
    """The bar lines of a map, in seconds of the picture."""
    return [bar.start_s for bar in Timeline(points).bars_until(length)]
