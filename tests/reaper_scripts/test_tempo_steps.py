"""A cue's tempo map in an open project: worked examples."""

from __future__ import annotations

from dataclasses import replace

import pytest

from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.tempo.lay import foreign_map, project_points, tempo_steps
from tests.fakes.reaper import Host
from tests.fakes.reaper.direct import HERE
from tests.fakes.reaper.project import tempo_map, tree
from tests.fakes.reaper.project.tree import Line
from tests.reaper_scripts.tempo_desk import ANCHOR, LAID, Desk, made_desk
from tests.reaper_scripts.tempo_projects import (
    FakeItem,
    add_item,
    add_points,
    add_track,
    bar_lines,
    fade,
    places,
    same_places,
    tempo_point,
)


@pytest.fixture
def desk(host: Host, reaper: Reaper) -> Desk:
    return made_desk(host, reaper)


def test_the_points_that_are_written(desk: Desk) -> None:
    desk.write()
    assert desk.points() == LAID
    assert desk.r.TimeMap2_timeToBeats(HERE, ANCHOR, 0, 0, 0, 0)[0] == pytest.approx(0, abs=1e-9)
    assert desk.r.IsProjectDirty(HERE) == 1
    assert [t for t in bar_lines(desk.host, 38, 45)] == pytest.approx([38, 40, 42, 44])
    assert desk.host.console == ""


def test_a_ramp_ends_where_the_cue_ends(desk: Desk) -> None:
    # 60 to 120 BPM in 60 s; after 30 s it has come to 90, and 37.5 beats have gone by.
    desk.write((tempo_point(0, 60, ramp=True), tempo_point(60, 120)))
    found = tempo_map.read(desk.host.project)
    assert found.bpm_at(ANCHOR + 15) == pytest.approx(75, abs=1e-4)
    assert found.qn(ANCHOR + 30) - found.qn(ANCHOR) == pytest.approx(37.5, abs=1e-9)
    assert found.bpm_at(ANCHOR + 30.0001) == 120.0


def test_a_signature_within_a_bar_waits_for_the_next_bar_line(desk: Desk) -> None:
    # 60 BPM: the bar that begins at 4 s holds the change at 5 s; 3/4 begins at 8 s.
    desk.write((tempo_point(0, 60), tempo_point(5, 60, num=3)))
    bars = [t - ANCHOR for t in bar_lines(desk.host, ANCHOR, ANCHOR + 15)]
    assert bars == pytest.approx([0, 4, 8, 11, 14])


def test_the_picture_at_the_start_of_the_project(host: Host, reaper: Reaper) -> None:
    desk = made_desk(host, reaper, at=0.0)
    desk.write()
    assert desk.points()[0] == (0.0, 90.0, False, 4, 4)
    desk.remove()
    assert desk.points() == [(0.0, 120.0, False, 4, 4)]  # the point at 0 s survives


# --- written again --------------------------------------------------------------------------------


def test_twice_is_once(desk: Desk) -> None:
    desk.write()
    state, calls = desk.host.project.state(), len(desk.host.calls)
    desk.write()
    assert desk.host.project.state() == state
    assert desk.host.count("SetEnvelopeStateChunk") == 1
    assert len(desk.host.calls) - calls < 25


def test_another_map_takes_the_place_of_ours(desk: Desk) -> None:
    desk.write()
    desk.write((tempo_point(0, 80),))
    assert desk.points()[1:] == [(7.19, 80.0, False, 4, 4), *LAID[3:]]
    assert desk.host.console == ""


def test_the_map_goes_along_with_the_picture(desk: Desk) -> None:
    desk.write()
    desk.move(20.0)
    desk.write()
    assert [p[0] for p in desk.points()] == pytest.approx([0, 20, 20 + 16 / 1.5, 50])
    assert bar_lines(desk.host, 0, 20.1) == pytest.approx(range(0, 22, 2))


def test_taken_out_the_project_has_its_own_tempo_again(desk: Desk) -> None:
    desk.write()
    desk.remove()
    assert desk.points() == [LAID[0]]
    assert desk.record.parts["tempo"] == {}
    assert not foreign_map(desk.reaper, desk.record, desk.picture)


def test_where_the_projects_map_is_kept_ours_is_taken_out(desk: Desk) -> None:
    desk.write()
    kept = desk.session(kept=True)
    for step in tempo_steps(desk.reaper, desk.record, kept, desk.picture):
        step()
    assert desk.points() == [LAID[0]]
    nothing = replace(kept, beats=())
    assert tempo_steps(desk.reaper, desk.record, nothing, desk.picture) == []


# --- what the user does to it ---------------------------------------------------------------------


def test_a_tempo_change_of_the_users_stays_while_the_map_is_the_same(desk: Desk) -> None:
    desk.write()
    # Later points keep their time in this project.
    desk.host.project.root.write("TEMPOENVLOCKMODE", 1, "0")
    # Bar 6 of the cue begins at 7.19 + 16 / 1.5 + 1.8 s.
    bar = 16 / 1.5 + 1.8
    desk.r.SetTempoTimeSigMarker(HERE, -1, ANCHOR + bar, -1, -1, 95, 0, 0, False)
    state = desk.points()
    desk.write()
    assert desk.points() == state
    assert "tempo change at bar 6 was kept" in desk.host.console
    desk.move(20.0)
    desk.write()
    assert (round(20 + bar, 9), 95.0, False, 0, 0) in desk.points()
    desk.write(keep=False)
    assert [p[1] for p in desk.points()] == [120, 90, 100, 120]
    assert "tempo change at bar 6 was replaced" in desk.host.console


def test_another_map_replaces_it(desk: Desk) -> None:
    desk.write()
    desk.host.project.root.write("TEMPOENVLOCKMODE", 1, "0")
    desk.r.SetTempoTimeSigMarker(HERE, 2, 7.19 + 16 / 1.5, -1, -1, 111, 3, 4, False)
    desk.write((tempo_point(0, 80),))
    assert [p[1] for p in desk.points()] == [120, 80, 120, 120]
    assert "tempo change at bar 5 was replaced" in desk.host.console


def test_a_tempo_change_that_pushes_what_comes_after_it(desk: Desk) -> None:
    """As REAPER does where the tempo map's own timebase is beats."""
    desk.write()
    lines = tempo_map.lines(desk.host.project)
    lines[2].put(2, "80")
    beats = (37.19 - 7.19 - 16 / 1.5) * 100 / 60
    for line, more in ((lines[3], 0.0), (lines[4], 0.81)):
        line.put(1, f"{7.19 + 16 / 1.5 + beats * 60 / 80 + more:.12f}")
    desk.write()
    found = tempo_map.read(desk.host.project)
    assert (found.bpm_at(37.18), found.bpm_at(37.2)) == (80, 120)
    assert bar_lines(desk.host, 37.9, 43) == pytest.approx([38, 40, 42])
    state = desk.points()
    desk.write()
    assert desk.points() == state
    desk.remove()
    assert desk.points() == [LAID[0]]


def test_a_point_of_ours_that_the_user_deleted_stays_away(desk: Desk) -> None:
    desk.write()
    for index in (4, 3, 2):
        desk.r.DeleteTempoTimeSigMarker(HERE, index)
    desk.write()
    assert [p[1] for p in desk.points()] == [120, 90, 120, 120]
    desk.write()
    assert [p[1] for p in desk.points()] == [120, 90, 120, 120]


def test_the_users_own_map_within_the_picture_comes_back(desk: Desk) -> None:
    own = [tempo_point(0, 120), tempo_point(10, 100, ramp=True), tempo_point(20, 140)]
    add_points(desk.r, own)
    before = desk.points()
    assert foreign_map(desk.reaper, desk.record, desk.picture)
    desk.write()
    assert foreign_map(desk.reaper, desk.record, desk.picture)
    # After the cue it goes on with 140.
    assert tempo_map.read(desk.host.project).bpm_at(40) == 140
    desk.remove()
    assert desk.points() == before


def test_the_user_moved_all_tempo_points_by_the_same_time(desk: Desk) -> None:
    desk.write()
    project = desk.host.project
    for line in tempo_map.lines(project)[1:]:
        line.put(1, f"{line.number(1) + 3:.12f}")
    desk.remove()
    assert desk.points() == [LAID[0]]


def test_what_reaper_keeps_of_a_point_is_kept(desk: Desk) -> None:
    add_points(desk.r, [tempo_point(0, 120), tempo_point(60, 90, num=3)])
    line = tempo_map.lines(desk.host.project)[1]
    line.text = 'PT 60 90 1 262147 1 9 0 "" 0 169 0 ABB'
    desk.write()
    assert tempo_map.lines(desk.host.project)[-1].text.endswith('262147 1 9 0 "" 0 169 0 ABB')


def test_a_point_that_sets_no_tempo(desk: Desk) -> None:
    """A change of signature alone, on the way of a ramp that the cue cuts off and goes on with."""
    add_points(desk.r, [tempo_point(0, 60, ramp=True), tempo_point(100, 160)])
    envelope = desk.host.project.root.block("TEMPOENVEX")
    assert envelope is not None
    first_bars = tempo_map.read(desk.host.project).time(12)
    envelope.add(Line(f"PT {first_bars:.12f} 60 0 262147 0 3"), 8)
    before = tempo_map.read(desk.host.project)
    assert before.bpm_at(50) == pytest.approx(110)
    desk.write()
    after = tempo_map.read(desk.host.project)
    for time in (3.0, 37.2, 50.0, 99.0):
        assert after.bpm_at(time) == pytest.approx(before.bpm_at(time), abs=1e-3)
    own = bar_lines(desk.host, 38, 99)
    desk.remove()
    assert bar_lines(desk.host, 39, 99) == pytest.approx([t for t in own if t > 39], abs=1e-6)


# --- several cues ---------------------------------------------------------------------------------


def test_two_cues_know_their_own_points(host: Host, reaper: Reaper) -> None:
    one, two = made_desk(host, reaper), made_desk(host, reaper, at=60.5, cue="00c0ffe2")
    one.write()
    assert not foreign_map(reaper, two.record, two.picture)
    two.write((tempo_point(0, 72),))
    assert [p for p in one.points() if p[0] < 60] == LAID
    one.write((tempo_point(0, 80),))
    assert (60.5, 72.0, False, 4, 4) in one.points()
    one.remove()
    assert [p[0] for p in two.points()] == [0, 60.5, 90.5, 92]
    two.remove()
    assert two.points() == [LAID[0]]


def test_the_map_of_another_cue_in_the_picture_is_asked_about(host: Host, reaper: Reaper) -> None:
    one, two = made_desk(host, reaper), made_desk(host, reaper, at=20.0, cue="00c0ffe2")
    one.write()
    assert foreign_map(reaper, two.record, two.picture)


def test_the_projects_own_map_without_ours(desk: Desk) -> None:
    desk.write()
    first, second = project_points(desk.reaper, desk.picture)
    # 0.81 s to the bar line at 8 s are 1.62 beats of 120 BPM; told as two.
    assert (first.time_s, first.num, first.den) == (0, 2, 4)
    assert first.bpm == pytest.approx(120 * 2 / 1.62)
    assert (second.time_s, second.bpm) == pytest.approx((0.81, 120))
    assert (second.num, second.den) == (4, 4)


# --- nothing moves --------------------------------------------------------------------------------


def test_the_pictures_timebase(desk: Desk) -> None:
    r = desk.r
    r.SetMediaItemInfo_Value(desk.item, "C_BEATATTACHMODE", 1)
    desk.write()
    assert r.GetMediaItemInfo_Value(desk.item, "C_BEATATTACHMODE") == 0
    desk.write((tempo_point(0, 80),))
    desk.remove()
    assert r.GetMediaItemInfo_Value(desk.item, "C_BEATATTACHMODE") == 1


def test_envelopes_of_every_kind_stay(desk: Desk) -> None:
    r, project = desk.r, desk.host.project
    source, target = add_track(r), add_track(r, 1)
    fade(r, source, [1, 20, 50])
    r.CreateTrackSend(source, target)
    text = "EGUID {1}\nACT 1 -1\nPT 2 0.5 0\nPT 33 1 0\n"
    project.tracks()[-1].add(tree.parse(f"<AUXVOLENV\n{text}>"))
    project.root.add(tree.parse(f"<MASTERVOLENV2\n{text}>"), 30)
    number = r.TrackFX_AddByName(source, "VST: ReaVerbate (Cockos)", False, -1)
    parameter = r.GetFXEnvelope(source, number, 0, True)
    r.InsertEnvelopePoint(parameter, 40.0, 0.3, 0, 0.0, False, False)
    before = places(desk.host)
    master = project.root.block("MASTERVOLENV2")
    chain = project.tracks()[1].block("FXCHAIN")
    assert master is not None
    assert chain is not None
    automated = [line.text for b in chain.blocks("PARMENV") for line in b.lines("PT")]
    desk.write()
    after = places(desk.host)
    before["item 0.0"] = after["item 0.0"]
    same_places(before, after)
    assert [line.number(1) for line in master.lines("PT")] == [2, 33]
    chain = project.tracks()[1].block("FXCHAIN")
    assert chain is not None
    assert automated == [line.text for b in chain.blocks("PARMENV") for line in b.lines("PT")]


def test_markers_that_meet_on_their_way(desk: Desk) -> None:
    r = desk.r
    for start, end in ((8, 0), (9, 60), (9, 0), (25, 0), (40, 41), (40.001, 0)):
        r.AddProjectMarker2(HERE, end > 0, start, end, f"at {start}", -1, 0)
    before = places(desk.host)
    desk.write((tempo_point(0, 30), tempo_point(8, 240)))
    after = places(desk.host)
    assert after["markers"] == before["markers"]
    assert after["names"] == before["names"]


def test_midi_of_the_users_is_named(desk: Desk) -> None:
    track = add_track(desk.r)
    add_item(desk.r, track, FakeItem(10, 5, midi=True))
    add_item(desk.r, track, FakeItem(50, 5, midi=True))
    before = places(desk.host)
    desk.write()
    after = places(desk.host)
    assert after["item 1.0"] == before["item 1.0"]
    assert "A MIDI item of yours lies" in desk.host.console
    said = len(desk.host.console)
    desk.write((tempo_point(0, 80),))
    assert len(desk.host.console) == said
