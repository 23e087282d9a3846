"""Undo, ext state, files of the emulated project: facts h1, h4, i1."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tests.fakes.reaper import Gap, Host, Misuse
from tests.fakes.reaper.direct import HERE, Direct

PEERS = Path(__file__).parents[1] / "data" / "peer_rpp"
FILES = ["v550_sends_regions_vst.RPP", "v766_linux_markers_tempo_volenv.RPP"]


@pytest.fixture
def r() -> Direct:
    return Direct(Host())


def rename(r: Direct, name: str) -> None:
    r.GetSetMediaTrackInfo_String(r.GetTrack(HERE, 0), "P_NAME", name, True)


# --- undo -----------------------------------------------------------------------------------------


def test_undo_and_redo_restore_byte_for_byte(r: Direct) -> None:
    before = r.host.project.state()
    r.Undo_BeginBlock2(HERE)
    r.InsertTrackAtIndex(0, False)
    rename(r, "x")
    r.AddProjectMarker2(HERE, False, 2, 0, "a", -1, 0)
    r.SetTempoTimeSigMarker(HERE, -1, 0.0, -1, -1, 61.7, 0, 0, True)
    r.SetProjExtState(HERE, "fc", "cue", "1")
    r.Undo_EndBlock2(HERE, "Score", -1)
    after = r.host.project.state()
    track = r.GetTrack(HERE, 0)
    assert r.Undo_CanUndo2(HERE) == "Score"
    assert r.Undo_DoUndo2(HERE) == 1
    assert r.host.project.state() == before
    with pytest.raises(Misuse, match="is dead"):
        r.GetTrackName(track, "", 64)
    assert r.Undo_CanRedo2(HERE) == "Score"
    assert r.Undo_DoRedo2(HERE) == 1
    assert r.host.project.state() == after
    assert r.Undo_DoRedo2(HERE) == 0


def test_undo_takes_along_what_changed_between_steps(r: Direct) -> None:
    r.InsertTrackAtIndex(0, False)
    r.Undo_OnStateChange2(HERE, "track")
    clean = r.host.project.state()
    rename(r, "without a step")
    r.Undo_BeginBlock2(HERE)
    r.AddProjectMarker2(HERE, False, 2, 0, "a", -1, 0)
    r.Undo_EndBlock2(HERE, "marker", -1)
    r.Undo_DoUndo2(HERE)
    assert r.host.project.state() == clean


def test_a_users_edit_is_a_step_and_undo_stops_at_what_was_opened(r: Direct) -> None:
    r.InsertTrackAtIndex(0, False)
    r.host.project.settle()
    opened = r.host.project.state()
    assert r.Undo_DoUndo2(HERE) == 0
    rename(r, "by hand")
    r.host.project.user_edited("Rename track")
    assert r.GetProjectStateChangeCount(HERE) == 1
    assert r.Undo_CanUndo2(HERE) == "Rename track"
    r.Undo_DoUndo2(HERE)
    assert r.host.project.state() == opened


def test_can_undo_raises_when_there_is_nothing(r: Direct) -> None:
    for name in ("Undo_CanUndo2", "Undo_CanRedo2"):
        with pytest.raises(AttributeError):
            getattr(r, name)(HERE)
    assert r.Undo_DoUndo2(HERE) == 0


def test_blocks_nest_and_an_empty_one_adds_no_step_but_counts(r: Direct) -> None:
    for _ in range(2):
        r.Undo_BeginBlock2(HERE)
    r.InsertTrackAtIndex(0, False)
    r.Undo_EndBlock2(HERE, "inner", -1)
    assert r.GetProjectStateChangeCount(HERE) == 0  # nor do writes count
    r.Undo_EndBlock2(HERE, "outer", -1)
    r.Undo_BeginBlock2(HERE)
    r.Undo_EndBlock2(HERE, "empty", -1)
    assert r.GetProjectStateChangeCount(HERE) == 2
    assert r.Undo_CanUndo2(HERE) == "outer"


def test_wrong_ends(r: Direct) -> None:
    with pytest.raises(Misuse, match="not begun"):
        r.Undo_EndBlock2(HERE, "x", -1)
    r.Undo_BeginBlock2(HERE)
    with pytest.raises(Misuse, match="flags 0"):
        r.Undo_EndBlock2(HERE, "x", 0)
    with pytest.raises(Gap, match="flags"):
        r.Undo_EndBlock2(HERE, "x", 4)
    with pytest.raises(Misuse, match="open undo block"):
        r.Undo_DoUndo2(HERE)


@pytest.mark.parametrize(
    ("left", "said"),
    [("RPR_Undo_BeginBlock2(0)", "undo block"), ("RPR_PreventUIRefresh(1)", "refresh lock")],
)
def test_what_is_left_open_at_the_end_of_a_slice(tmp_path: Path, left: str, said: str) -> None:
    file = tmp_path / "a.py"
    file.write_text(textwrap.dedent(left), "utf-8")
    with pytest.raises(Misuse, match=said):
        Host().run(file)


def test_a_script_without_a_step_of_its_own_gets_one_named_after_it(tmp_path: Path) -> None:
    host, file = Host(), tmp_path / "a.py"
    file.write_text("RPR_InsertTrackAtIndex(0, False)", "utf-8")
    host.run(file)
    assert host.project.history.undo_name() == "ReaScript: a.py"
    file.write_text("RPR_defer('RPR_InsertTrackAtIndex(0, False)')", "utf-8")
    host.run(file)
    host.pump_all()
    assert host.project.history.at == 1  # none for one that has deferred


def test_unsorted_events_are_not_left(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    lines = [
        "RPR_InsertTrackAtIndex(0, False)",
        "item = RPR_CreateNewMIDIItemInProj(RPR_GetTrack(0, 0), 0, 1, 0)[0]",
        "RPR_MIDI_InsertNote(RPR_GetActiveTake(item), 0, 0, 0, 9, 0, 60, 9, True)",
    ]
    file.write_text("\n".join(lines), "utf-8")
    with pytest.raises(Misuse, match="unsorted"):
        Host().run(file)


def test_the_refresh_lock_is_not_given_back_twice(r: Direct) -> None:
    r.PreventUIRefresh(1)
    r.PreventUIRefresh(-1)
    with pytest.raises(Misuse, match="more often"):
        r.PreventUIRefresh(-1)


# --- ext state ------------------------------------------------------------------------------------


def test_project_ext_state(r: Direct) -> None:
    untouched = r.host.project.state()
    assert r.GetProjExtState(HERE, "FilmComposer", "cue", "", 64)[0] == 0
    r.SetProjExtState(HERE, "FilmComposer", "cue", '{"id": 7}')
    r.SetProjExtState(HERE, "FilmComposer", "other", "b")
    assert r.IsProjectDirty(HERE) == 1
    length, *_, value, _ = r.GetProjExtState(HERE, "filmcomposer", "CUE", "", 64)
    assert (length, value) == (9, '{"id": 7}')
    assert r.EnumProjExtState(HERE, "FilmComposer", 1, "", 64, "", 64)[4::2] == ("other", "b")
    assert r.EnumProjExtState(HERE, "FilmComposer", 2, "", 64, "", 64)[0] == 0
    r.SetProjExtState(HERE, "FilmComposer", "cue", "")
    assert r.GetProjExtState(HERE, "FilmComposer", "cue", "", 64)[4] == ""
    r.SetProjExtState(HERE, "FilmComposer", "", "")
    assert r.host.project.state() == untouched


def test_what_the_file_cannot_hold(r: Direct) -> None:
    with pytest.raises(Misuse, match="line break"):
        r.SetProjExtState(HERE, "fc", "a", "1\n2")
    r.SetProjExtState(HERE, "fc", "a", "\"'`")
    assert r.GetProjExtState(HERE, "fc", "a", "", 64)[4] == "\"''"  # i1


# --- files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_peer_projects_come_back_byte_for_byte(name: str, tmp_path: Path) -> None:
    host = Host(version=(7, 61))
    host.project.open(PEERS / name)
    host.project.save(tmp_path / name)
    assert (tmp_path / name).read_bytes() == (PEERS / name).read_bytes()


def test_a_newer_reaper_gives_markers_of_old_files_a_guid(tmp_path: Path) -> None:
    host = Host()
    host.project.open(PEERS / FILES[0])
    host.project.save(tmp_path / "a.RPP")
    old, new = ((p.read_text("utf-8")).split("\n") for p in (PEERS / FILES[0], tmp_path / "a.RPP"))
    changed = [(a, b) for a, b in zip(old, new, strict=True) if a != b]
    assert len(changed) == 2  # the marker and the region's first line
    assert all(b.startswith(f"{a} {{") for a, b in changed)


def test_what_the_calls_read_from_a_peer_project() -> None:
    r = Direct(Host())
    r.host.project.open(PEERS / FILES[1])
    assert r.CountTracks(HERE) == 11
    assert r.CountProjectMarkers(HERE, 0, 0)[0::2] == (3, 2)
    assert r.GetTempoTimeSigMarker(HERE, 0, *[0] * 7)[3:] == (0.0, 0, 0.0, 75.0, 4, 4, 0)
    region = r.GetRegionOrMarker(HERE, -1, "{85E0C406-99EA-DA8A-C9AD-9A80BC680304}")
    assert r.GetRegionOrMarkerInfo_Value(HERE, region, "D_ENDPOS") == 25.6
    assert r.GetRegionOrMarkerInfo_Value(HERE, region, "I_LANENUMBER") == 1.0
    take = r.GetActiveTake(r.GetMediaItem(HERE, 0))
    assert r.GetTakeName(take) == "Reference Mix"
    assert r.GetMediaSourceType(r.GetMediaItemTake_Source(take), "", 64)[1] == "MP3"


def test_saving(r: Direct, tmp_path: Path) -> None:
    first, second = tmp_path / "a.RPP", tmp_path / "b.RPP"
    with pytest.raises(Misuse, match="dialog"):
        r.Main_SaveProject(HERE, False)
    assert r.EnumProjects(-1, "", 4096)[2] == ""
    r.InsertTrackAtIndex(0, False)
    r.Main_SaveProjectEx(HERE, str(first), 0)  # a copy
    assert r.EnumProjects(-1, "", 4096)[2] == ""
    assert r.IsProjectDirty(HERE) == 1
    r.Main_SaveProjectEx(HERE, str(second), 8)
    assert r.EnumProjects(-1, "", 4096)[2] == str(second)
    assert r.GetProjectName(HERE, "", 64)[1] == "b.RPP"
    assert r.GetProjectPath("", 512)[0] == str(tmp_path / "Media")
    assert r.IsProjectDirty(HERE) == 0
    again = Host()
    again.project.open(second)
    assert again.project.state() == r.host.project.state()


def test_cursor_and_time_selection(r: Direct) -> None:
    before = r.host.project.state()
    r.SetEditCurPos2(HERE, 12.5, False, False)
    assert r.GetCursorPositionEx(HERE) == r.GetCursorPosition() == 12.5
    assert r.host.project.state() == before
    r.GetSet_LoopTimeRange2(HERE, True, False, 2, 6.5, False)
    assert r.GetSet_LoopTimeRange2(HERE, False, False, 0, 0, False)[3:5] == (2.0, 6.5)


def test_the_projects_length(r: Direct) -> None:
    assert r.GetProjectLength(HERE) == 0.0
    r.InsertTrackAtIndex(0, False)
    item = r.AddMediaItemToTrack(r.GetTrack(HERE, 0))
    r.SetMediaItemInfo_Value(item, "D_POSITION", 3)
    r.SetMediaItemInfo_Value(item, "D_LENGTH", 2)
    assert r.GetProjectLength(HERE) == 5.0


def test_render_settings(r: Direct) -> None:
    wanted = {"RENDER_SETTINGS": 2.0, "RENDER_BOUNDSFLAG": 0.0, "RENDER_ENDPOS": 12.5}
    for key, value in wanted.items():
        r.GetSetProjectInfo(HERE, key, value, True)
    assert {k: r.GetSetProjectInfo(HERE, k, 0, False) for k in wanted} == wanted
    for key, text in (("RENDER_PATTERN", "cue $track"), ("RENDER_FORMAT", "ZXZhdxgAAQ==")):
        r.GetSetProjectInfo_String(HERE, key, text, True)
        assert r.GetSetProjectInfo_String(HERE, key, "", False)[3] == text
    state = r.host.project.state()
    assert "RENDER_RANGE 0 0 12.5 0 1000" in state
    assert "<RENDER_CFG\nZXZhdxgAAQ==\n>" in state
    with pytest.raises(Misuse, match="RENDER_FORMAT"):
        r.GetSetProjectInfo(HERE, "RENDER_FORMAT", 1, True)
