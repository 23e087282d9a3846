"""Any project and any cue to lay into it, and what must hold afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import strategies as st

from filmcomposer_core.contracts.session import Session
from filmcomposer_core.contracts.tempo import TempoPoint
from filmcomposer_core.timeline import Timeline
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.apply import Step
from filmcomposer_reaper.cue.picture import Picture
from filmcomposer_reaper.cue.records import CueRecord, save_record
from tests.fakes.reaper import Host
from tests.fakes.reaper.direct import HERE, Direct
from tests.fakes.reaper.project import template, tempo_map
from tests.fakes.reaper.project.tempo import TempoMap
from tests.reaper_scripts.tempo_projects import (
    CLIP,
    FakeItem,
    add_item,
    add_points,
    add_track,
    bar_lines,
    fade,
    session,
    tempo_point,
    timeline_bars,
)

CUE = "00c0ffee"


@dataclass(frozen=True)
class Case:
    """A project and a cue to lay into it."""

    default: int
    lock: int
    offset: float
    envelopes_follow: str
    tracks: list[tuple[int, list[FakeItem], list[float]]]
    markers: list[tuple[float, float]]
    points: list[TempoPoint]
    anchor: float
    length: float
    cue: list[TempoPoint]


times = st.floats(0, 120).map(lambda t: round(t, 3))
modes = st.sampled_from([-1, 0, 1, 2])
bpms = st.floats(30, 240).map(lambda b: round(b, 2))
signatures = st.sampled_from([(4, 4), (3, 4), (7, 8), (6, 8), (5, 4)])


@st.composite
def maps(draw: st.DrawFn, most: int, *, first_signature: bool) -> list[TempoPoint]:
    """A map whose signatures stand on bar lines; ramps and steps between them."""
    parts = draw(st.lists(st.tuples(st.integers(1, 5), bpms, st.booleans(), signatures),
                          min_size=1, max_size=most))  # fmt: skip
    found, time = [], 0.0
    for i, (bars, bpm, ramp, (num, den)) in enumerate(parts):
        if not i and not first_signature:
            num, den = 4, 4
        found.append(tempo_point(time, bpm, ramp=ramp and i + 1 < len(parts), num=num, den=den))
        after = parts[i + 1][1] if i + 1 < len(parts) and ramp else bpm
        time += bars * num * 4 / den * 120 / (bpm + after)
    return found


@st.composite
def cases(draw: st.DrawFn) -> Case:
    made = st.builds(FakeItem, times, st.floats(0.5, 90).map(lambda t: round(t, 3)), modes,
                     st.booleans())  # fmt: skip
    track = st.tuples(modes, st.lists(made, max_size=3), st.lists(times, max_size=4, unique=True))
    return Case(
        default=draw(st.integers(0, 1)),
        lock=draw(st.integers(0, 1)),
        offset=draw(st.sampled_from([0.0, 3600.0])),
        envelopes_follow=draw(st.sampled_from(["track", "project"])),
        tracks=draw(st.lists(track, max_size=3)),
        markers=draw(st.lists(st.tuples(times, st.sampled_from([0.0, 3.5, 40.0])), max_size=4)),
        points=draw(st.just([]) | maps(4, first_signature=False)),
        anchor=draw(
            st.sampled_from([0.0, 7.19, 30.0]) | st.floats(0, 60).map(lambda t: round(t, 3))
        ),
        length=draw(st.floats(4, 60).map(lambda t: round(t, 3))),
        cue=draw(maps(4, first_signature=True)),
    )


def build(host: Host, case: Case) -> str:
    """Open the case's project; the video item's GUID."""
    host.faults.clear()  # of an example that has failed
    text = template.PROJECT.replace("TIMELOCKMODE 1", f"TIMELOCKMODE {case.default}")
    text = text.replace("TEMPOENVLOCKMODE 1", f"TEMPOENVLOCKMODE {case.lock}")
    host.project.load(text.replace("PROJOFFS 0", f"PROJOFFS {case.offset}"))
    host.project.envelopes_follow = case.envelopes_follow  # type: ignore[assignment]
    r = Direct(host)
    add_points(r, case.points)
    video = add_item(r, add_track(r), FakeItem(case.anchor, case.length))
    for mode, held, envelope in case.tracks:
        track = add_track(r, mode)
        for item in held:
            add_item(r, track, item)
        if envelope:
            fade(r, track, sorted(envelope))
    for start, length in case.markers:
        r.AddProjectMarker2(HERE, length > 0, start, start + length, "door", -1, 0)
    r.GetSet_LoopTimeRange2(HERE, True, False, 3.0, 33.0, False)
    r.SetEditCurPos(45.0, False, False)
    host.project.settle()
    return str(r.GetSetMediaItemInfo_String(video, "GUID", "", False)[3])


def cue_of(case: Case, guid: str) -> tuple[CueRecord, Picture, Session]:
    """Record, picture and session of a case."""
    picture = Picture(
        item_guid=guid, path=CLIP, position_s=case.anchor, length_s=case.length,
        in_s=0.0, out_s=case.length, rate=1.0,
    )  # fmt: skip
    made = session(case.cue, anchor=case.anchor, length=case.length)
    return CueRecord(id=CUE, folder="x", item_guid=guid), picture, made


def run(reaper: Reaper, host: Host, record: CueRecord, steps: Sequence[Step], name: str) -> None:
    """Carry steps out in one undo block, the record with them."""
    r = Direct(host)
    r.Undo_BeginBlock2(HERE)
    for step in steps:
        step()
    save_record(reaper, record)
    r.Undo_EndBlock2(HERE, name, -1)


def video_aside(found: dict[str, object]) -> dict[str, object]:
    """Without the timebase of the video item, which is ours to change."""
    aside = dict(found)
    video = aside["item 0.0"]
    assert isinstance(video, list)
    aside["item 0.0"] = video[:2]
    return aside


def lies_in(host: Host, case: Case) -> None:
    """All bars and beats of the cue are the session's, the first at the anchor."""
    new, end = tempo_map.read(host.project), case.anchor + case.length
    theirs = timeline_bars(case.cue, case.length - 1e-3)
    ours = [t - case.anchor for t in bar_lines(host, case.anchor, end - 1e-3)]
    assert ours == pytest.approx(theirs, abs=1e-6)
    line = Timeline(case.cue)
    for share in (0.0, 0.13, 0.5, 0.77, 0.95):
        time = share * case.length
        beats = new.qn(case.anchor + time) - new.qn(case.anchor)
        assert beats == pytest.approx(line.beat_at(time), abs=2e-6)


def kept_outside(host: Host, case: Case, old: TempoMap) -> None:
    """Before the cue and after its end the tempo is as before."""
    new, end = tempo_map.read(host.project), case.anchor + case.length
    # A ramp that the cue cuts off ends 4 ms early, with as many beats.
    for time in (0.0, case.anchor * 0.5, case.anchor - 0.01, end + 1e-6, end + 0.5, end + 77.0):
        if time >= 0 and not case.anchor - 0.01 < time < end:
            assert new.bpm_at(time) == pytest.approx(old.bpm_at(time), abs=1e-4)
