"""Real reapy on top of the emulation, and what our one object makes of it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from filmcomposer_core.errors import DawError
from tests.fakes.reaper import Host, Misuse
from tests.fakes.reaper.direct import HERE, Direct, null
from tests.fakes.reaper.inside import inside
from tests.reaper_scripts.films import Items, film_file, saved

if TYPE_CHECKING:
    from filmcomposer_reaper.adapter.reaper import Reaper

ACTION = """
import sys
sys.path.insert(1, sys.path[0] + "/lib")
from filmcomposer_reaper.bootstrap import start
start("probe", globals())
"""
PROBE = """
def work(reaper, python):
    path = list(__import__("sys").path)
    yield
    reaper.reapy
    yield
    tracks = reaper.reapy.Project().n_tracks
    reaper.say(f"{reaper.version} {reaper.has('GetRegionOrMarker')} {tracks}")
    reaper.say(reaper.reapy.__file__)
    main = __import__("sys").modules["__main__"]
    assert "open" not in vars(main), "reapy has put another open into the script"
    assert main.RPR_defer is not None
    added = [p for p in __import__("sys").path if p not in path]
    assert added == [reaper.rpr.GetResourcePath() + "/Scripts"], added
"""


def probe(installed: Path, body: str) -> Path:
    """Put an action of the test's own beside the installed ones."""
    action = installed / "FilmComposer_Probe.py"
    action.write_text(ACTION, "utf-8")
    (installed / "lib" / "filmcomposer_reaper" / "actions" / "probe.py").write_text(body, "utf-8")
    return action


# --- inside a script ------------------------------------------------------------------------------


@pytest.mark.parametrize(("version", "has"), [((6, 80), False), ((7, 78), True)])
def test_loading_reapy_does_nothing_else(
    installed: Path, version: tuple[int, ...], has: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Keeping compiled modules is Python's own doing, and would be all that the script writes.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    host = Host(version=version, resources=installed.parents[1])
    script = host.run(probe(installed, PROBE))
    host.pump_all()
    assert script.uncaught == []
    assert script.printed == ""
    # No socket, no look-up, no program, no file written; a thread would be a fault of the slice.
    assert [(e.name, e.subject) for e in script.events] == []
    site = installed / "reapy_site" / "reapy_boost" / "__init__.py"
    assert host.console == f"{version} {has} 0\n{site}\n"
    # The path of the resource folder and the number of tracks, the version, the project: no more.
    made = {name for name, _ in host.calls}
    assert made == {"GetResourcePath", "GetAppVersion", "EnumProjects", "CountTracks", "defer",
                    "atexit", "time_precise", "ShowConsoleMsg", "GetExtState", "SetExtState",
                    "DeleteExtState"}  # fmt: skip


def test_each_script_has_a_reapy_of_its_own(installed: Path) -> None:
    host = Host(resources=installed.parents[1])
    action = probe(installed, PROBE)
    first, second = host.run(action), None
    host.pump_all()
    second = host.run(action)
    host.pump_all()
    assert host.console.count("\n") == 4
    modules = [script.world.modules["reapy_boost"] for script in (first, second)]
    assert modules[0] is not modules[1]


@pytest.mark.parametrize("fault", ["missing", "damaged", "old"])
def test_reapy_cannot_be_loaded(installed: Path, fault: str) -> None:
    folder = installed / "reapy_site" / "reapy_boost"
    if fault == "missing":
        shutil.rmtree(folder)
    else:
        text = "def (" if fault == "damaged" else "raise RuntimeError('no')"
        (folder / "__init__.py").write_text(text, "utf-8")
    host = Host(resources=installed.parents[1])
    script = host.run(probe(installed, PROBE))
    host.pump_all()
    assert script.uncaught == []
    assert host.console.startswith(
        "FilmComposer, Probe: The Python package reapy_boost cannot be loaded ("
    )
    assert host.console.endswith("Close REAPER and run install.py again.\n")


# --- what it reads and writes ---------------------------------------------------------------------


def test_project_items_takes_sources(reaper: Reaper, host: Host, tmp_path: Path) -> None:
    film = film_file(tmp_path)
    items = Items(host)
    items.add(film, at=3.0, length=7.0, offset=2.0)
    items.add(film, at=20.0, chosen=False)
    project = reaper.reapy.Project()
    assert (project.n_items, project.n_selected_items) == (2, 1)
    [item] = project.selected_items
    take = item.active_take
    assert (item.position, item.length, take.start_offset) == (3.0, 7.0, 2.0)
    assert (take.source.filename, take.source.type) == (str(film), "VIDEO")
    item.position = 5.0
    assert Direct(host).GetMediaItemInfo_Value(item.id, "D_POSITION") == 5.0


def test_midi_by_address_keeps_every_byte(reaper: Reaper, host: Host) -> None:
    r = Direct(host)
    r.InsertTrackAtIndex(0, False)
    item = r.CreateNewMIDIItemInProj(r.GetTrack(HERE, 0), 0, 4, 0)[0]
    take = reaper.reapy.Item(item).active_take
    take.add_note(0.0, 0.5, 64, 100)  # 120 bpm: 960 ticks
    r.MIDI_InsertCC(take.id, False, False, 480, 0xB0, 3, 11, 127)
    events = take.get_midi()
    assert [(e["ppq"], e["buf"]) for e in events] == [
        (0, [0x90, 64, 100]), (480, [0xB3, 11, 127]), (960, [0x80, 64, 0]),
        (7680, [0xB0, 0x7B, 0]),
    ]  # fmt: skip
    before = take.midi_hash()
    take.set_midi([*events[:1], {**events[2], "ppq": 1920}, events[3]])
    assert take.midi_hash() != before
    assert r.MIDI_CountEvts(take.id, 0, 0, 0)[2:] == (1, 0, 0)
    assert take.notes[0].infos["ppq_end"] == 1920.0
    take.notes[0].set(velocity=40)  # all else is NULL: left as it is
    assert take.notes[0].infos["velocity"] == 40
    assert take.notes[0].infos["ppq_end"] == 1920.0
    assert reaper.rpr.MIDI_GetAllEvts(take.id, "", 8)[0] == 0
    with pytest.raises(Misuse, match="for a buffer of 8"):
        host.raise_faults()
    host.faults.clear()


def test_names_of_notes_may_be_null(reaper: Reaper, host: Host) -> None:
    r = Direct(host)
    r.InsertTrackAtIndex(0, False)
    track = r.GetTrack(HERE, 0)
    assert reaper.rpr.GetTrackMIDINoteNameEx(HERE, track, 60, 0) == ""
    assert reaper.rpr.GetTrackMIDINoteName(0, 60, 0) == ""


def test_whether_a_pointer_lives(reaper: Reaper, host: Host) -> None:
    r = Direct(host)
    r.InsertTrackAtIndex(0, False)
    track = r.GetTrack(HERE, 0)
    assert reaper.lives(track)
    assert not reaper.lives(track.replace("MediaTrack", "MediaItem"))
    assert not reaper.lives(null("MediaTrack"))
    assert not reaper.lives("nonsense")
    r.DeleteTrack(track)
    assert not reaper.lives(track)


def test_the_check_of_pointers_is_gone_with_reapy() -> None:
    host = Host()
    unknown = "(MediaTrack*)0x0000000012345678"
    # The wrapper turns what is no pointer into NULL, which this function passes over ...
    with pytest.raises(Misuse, match="called with NULL"):
        Direct(host).CountTrackMediaItems(unknown)
    host.faults.clear()
    with inside(host) as main:
        from filmcomposer_reaper.adapter.reaper import Reaper

        reaper = Reaper(main)
        # ... and reapy hands it on, which REAPER does not survive.
        with pytest.raises(Misuse, match="reapy lets it through"):
            reaper.rpr.CountTrackMediaItems(unknown)
    host.faults.clear()


# --- tabs -----------------------------------------------------------------------------------------


def test_calls_go_to_the_project_of_their_pointer(host: Host, tmp_path: Path) -> None:
    r = Direct(host)
    first = saved(host, tmp_path, "one.rpp")
    here = r.EnumProjects(-1, "", 4096)[0]
    r.InsertTrackAtIndex(0, False)
    host.open_tab()
    assert r.CountTracks(HERE) == 0
    assert r.CountTracks(here) == 1
    found = [r.EnumProjects(n, "", 4096) for n in range(3)]
    assert [f[2] for f in found] == [str(first), "", ""]
    assert found[2][0] == null("ReaProject")
    assert r.EnumProjects(-1, "", 4096)[0] == found[1][0] != here
    track = r.GetTrack(here, 0)
    r.GetSetMediaTrackInfo_String(track, "P_NAME", "of one", True)
    r.SelectProjectInstance(here)
    assert r.GetTrackName(r.GetTrack(HERE, 0), "", 64)[2] == "of one"


def test_no_pointer_outlives_a_change_of_tabs(host: Host) -> None:
    r = Direct(host)
    r.InsertTrackAtIndex(0, False)
    track = r.GetTrack(HERE, 0)
    host.open_tab()
    with pytest.raises(Misuse, match="is dead"):
        r.CountTrackMediaItems(track)
    host.faults.clear()


# --- dialogs and the window -----------------------------------------------------------------------


def test_questions(reaper: Reaper, host: Host) -> None:
    from filmcomposer_reaper.adapter import dialogs

    for given, expected in (("yes", True), ("no", False), ("cancel", None)):
        host.answer(given, after_s=4.0)
        assert dialogs.ask_yes_no_cancel(reaper, "Keep it?") is expected
    host.answer("no")
    assert dialogs.ask_yes_no(reaper, "Really?") is False
    host.answer("ok")
    dialogs.tell(reaper, "Done.")
    assert host.dialogs == [("FilmComposer", t) for t in ("Keep it?",) * 3 + ("Really?", "Done.")]
    assert host.now_s == 1012.0


def test_fields_hold_commas(reaper: Reaper, host: Host) -> None:
    from filmcomposer_reaper.adapter import dialogs

    host.answer(["tender, no drums", "7"])
    fields = [("What music, roughly?", "solo, cello"), ("Seed", "1")]
    assert dialogs.ask_fields(reaper, "Theme", fields) == ["tender, no drums", "7"]
    shown = host.dialogs[-1]
    assert shown[1].startswith("What music; roughly?,Seed,")
    assert shown[2] == "solo, cello\n1"
    host.answer(None)
    assert dialogs.ask_fields(reaper, "Theme", fields) is None
    with pytest.raises(ValueError, match="17 fields"):
        dialogs.ask_fields(reaper, "Theme", [("a", "")] * 17)


def test_a_number_is_asked_for_until_it_is_one(reaper: Reaper, host: Host) -> None:
    from filmcomposer_reaper.adapter import dialogs

    for given in (["x"], ["9"], [" 3 "]):
        host.answer(given)
    assert dialogs.ask_number(reaper, "Which tempo?", "Map", 1, 5) == 3
    titles = [shown[0] for shown in host.dialogs]
    assert titles == ["Which tempo?", *["Type a whole number from 1 to 5"] * 2]
    host.answer(None)
    assert dialogs.ask_number(reaper, "Which tempo?", "Map", 1, 5) is None


def test_a_dialog_that_nobody_answers_or_that_opens_inside_an_undo_block(host: Host) -> None:
    r = Direct(host)
    with pytest.raises(Misuse, match="nobody answers"):
        r.ShowMessageBox("Hm?", "FilmComposer", 4)
    host.answer("yes")
    r.Undo_BeginBlock2(HERE)
    with pytest.raises(Misuse, match="inside an undo block"):
        r.ShowMessageBox("Hm?", "FilmComposer", 4)
    host.faults.clear()


def test_the_button_of_the_running_action(installed: Path) -> None:
    from filmcomposer_reaper.adapter.window import command_name

    body = (
        "from filmcomposer_reaper.adapter.window import light_button, show_progress\n"
        "def work(reaper, python):\n"
        "    light_button(reaper, on=True)\n"
        "    show_progress(reaper, 'half\\n way')\n"
        "    yield\n"
        "    light_button(reaper, on=False)\n"
        "    show_progress(reaper, '')\n"
    )
    action = probe(installed, body)
    places = ["FilmComposer/FilmComposer_Probe.py", str(action)]
    for place in places:
        host = Host(resources=installed.parents[1])
        host.commands = {command_name(place): 53211}
        script = host.run(action)
        host.tick()
        assert host.toggles == {53211: 1}
        assert host.help == "half way"
        host.pump_all()
        assert (host.toggles, host.buttons_drawn, host.help) == ({53211: 0}, [53211] * 2, "")
        assert script.uncaught == []
    unknown = Host(resources=installed.parents[1])
    unknown.run(action)
    unknown.pump_all()
    assert unknown.toggles == {}


def test_the_name_of_a_command_is_the_installers() -> None:
    from filmcomposer_reaper.adapter.window import command_name
    from installer.headers import Action, read_actions
    from tests.reaper_scripts.conftest import SCRIPTS

    actions = read_actions(SCRIPTS)
    assert actions
    action: Action
    for action in actions:
        assert command_name(action.path) == f"_{action.command_id}"
        assert action.path == f"FilmComposer/{Path(action.path).name}"


def test_a_missing_package_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    from filmcomposer_reaper.adapter.reaper import Reaper

    monkeypatch.setitem(__import__("sys").modules, "reapy_boost", None)
    with pytest.raises(DawError, match="reapy_boost cannot be loaded"):
        _ = Reaper({}).rpr
