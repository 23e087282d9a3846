"""Which cue is meant: items copied, split, replaced, moved; folders renamed, deleted, locked."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from filmcomposer_core.errors import DawError
from filmcomposer_reaper.cue.cues import clean_stem, cue_steps, open_cue
from filmcomposer_reaper.cue.folder import cue_folder
from filmcomposer_reaper.cue.picture import Picture
from filmcomposer_reaper.cue.records import CueRecord, load_records
from tests.fakes.reaper import Host
from tests.fakes.reaper.direct import HERE, Direct
from tests.reaper_scripts.films import Items, film_file, saved

if TYPE_CHECKING:
    from filmcomposer_reaper.adapter.reaper import Reaper


@pytest.fixture
def home(host: Host, tmp_path: Path) -> Path:
    """The folder of the saved project."""
    return saved(host, tmp_path / "project").parent


@pytest.fixture
def items(host: Host, home: Path) -> Items:
    return Items(host)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return film_file(tmp_path)


def scored(reaper: Reaper, home: Path) -> tuple[CueRecord, Picture]:
    """Open the selected item's cue and write it into the project, as an action does."""
    record, picture = open_cue(reaper, make=True)
    (cue_folder(record, home) / "cue.json").write_text("{}", "utf-8")
    for step in cue_steps(reaper, record, picture):
        step()
    return record, picture


def refused(reaper: Reaper, *, make: bool = True) -> str:
    with pytest.raises(DawError) as caught:
        open_cue(reaper, make=make)
    assert caught.value.hint
    return str(caught.value)


# --- a cue is made --------------------------------------------------------------------------------


def test_a_first_cue(reaper: Reaper, items: Items, film: Path, home: Path, host: Host) -> None:
    guid = items.add(film)
    before = host.project.state()
    record, picture = open_cue(reaper, make=True)
    assert host.project.state() == before  # nothing is written until it is laid in
    assert re.fullmatch("[0-9a-f]{8}", record.id)
    assert record == CueRecord(
        id=record.id, folder=f"FilmComposer/night train-{record.id}", item_guid=guid
    )
    assert picture.item_guid == guid
    assert cue_folder(record, home).is_dir()
    assert list(cue_folder(record, home).iterdir()) == []
    again, _ = open_cue(reaper, make=True)  # before it is written down
    assert again == record
    for step in cue_steps(reaper, record, picture):
        step()
    assert items.tag(guid) == record.id
    assert load_records(reaper) == {record.id: record}
    assert open_cue(reaper, make=False)[0] == record


def test_undone_and_scored_again_it_is_the_same_cue(
    reaper: Reaper, items: Items, film: Path, home: Path, host: Host
) -> None:
    items.add(film)
    host.project.settle()
    r = Direct(host)
    r.Undo_BeginBlock2(HERE)
    record, _ = scored(reaper, home)
    r.Undo_EndBlock2(HERE, "FilmComposer: Score selected video", -1)
    r.Undo_DoUndo2(HERE)
    assert load_records(reaper) == {}
    assert open_cue(reaper, make=True)[0].folder == record.folder


@pytest.mark.parametrize(
    ("stem", "clean"),
    [("night train", "night train"), ('a<b>:"/\\|?*c', "a_b________c"), ("...", "cue"),
     ("ends with dots. .", "ends with dots"), ("x" * 300, "x" * 48), ("tab\tlf\n", "tab_lf_"),
     ("stray \udcff byte", "stray _ byte"), ("夜行列車", "夜行列車")],
)  # fmt: skip
def test_a_folder_name_that_every_system_takes(stem: str, clean: str) -> None:
    assert clean_stem(stem) == clean


# --- which cue ------------------------------------------------------------------------------------


def test_moved_trimmed_and_stretched_it_stays_its_cue(
    reaper: Reaper, items: Items, film: Path, home: Path
) -> None:
    guid = items.add(film)
    record, _ = scored(reaper, home)
    items.set(guid, "D_POSITION", 40.0)
    items.set(guid, "D_LENGTH", 5.0)
    found, picture = open_cue(reaper, make=True)
    assert found.id == record.id
    assert (picture.position_s, picture.length_s) == (40.0, 5.0)


def test_a_copy_gets_a_cue_of_its_own(reaper: Reaper, items: Items, film: Path, home: Path) -> None:
    guid = items.add(film)
    record, _ = scored(reaper, home)
    copy = items.copy(guid, at=50.0)
    items.choose(copy)
    assert "has no cue yet" in refused(reaper, make=False)
    other, _ = scored(reaper, home)
    assert other.id != record.id
    assert (items.tag(guid), items.tag(copy)) == (record.id, other.id)
    assert set(load_records(reaper)) == {record.id, other.id}
    items.choose(guid)
    assert open_cue(reaper, make=True)[0].id == record.id


def test_a_split_item(reaper: Reaper, items: Items, film: Path, home: Path) -> None:
    guid = items.add(film, at=4.0, length=20.0)
    record, whole = scored(reaper, home)
    right = items.split(guid, 10.0)
    # Both pieces, and none selected: still the whole picture.
    items.choose(guid, right)
    assert open_cue(reaper, make=True)[1].length_s == whole.length_s
    items.choose()
    found, picture = open_cue(reaper, make=False)
    assert (found.id, picture.pieces) == (record.id, (guid, right))
    # The left part is the cue, shorter; the right part becomes one of its own.
    items.choose(guid)
    found, picture = open_cue(reaper, make=True)
    assert (found.id, picture.length_s) == (record.id, 6.0)
    items.choose(right)
    other, picture = scored(reaper, home)
    assert other.id != record.id
    assert (picture.position_s, picture.in_s) == (10.0, 6.0)
    items.choose(guid)
    assert open_cue(reaper, make=False)[1].pieces == (guid,)


def test_the_head_was_cut_off_and_deleted(
    reaper: Reaper, items: Items, film: Path, home: Path
) -> None:
    guid = items.add(film, at=4.0, length=20.0)
    record, _ = scored(reaper, home)
    right = items.split(guid, 10.0)
    items.delete(guid)
    items.choose(right)
    found, picture = scored(reaper, home)
    assert (found.id, found.item_guid) == (record.id, right)
    assert picture.in_s == 6.0
    assert load_records(reaper)[record.id].item_guid == right


def test_an_item_pasted_in_the_place_of_a_deleted_one(
    reaper: Reaper, items: Items, film: Path, home: Path
) -> None:
    guid = items.add(film)
    record, _ = scored(reaper, home)
    pasted = items.copy(guid, at=4.0)
    items.delete(guid)
    items.choose()
    assert refused(reaper, make=False).startswith(
        'The video item of "night train" at 00:00:04:00 is not in the project any more.'
    )
    items.choose(pasted)
    assert open_cue(reaper, make=False)[0].id == record.id


def test_the_film_imported_again_where_its_item_was_deleted(
    reaper: Reaper, items: Items, film: Path, home: Path, host: Host
) -> None:
    guid = items.add(film, at=4.0, length=10.0)
    record, _ = scored(reaper, home)
    items.delete(guid)
    again = items.add(film, at=5.0, length=12.0)
    items.choose(again)
    for _ in range(2):  # it is said once, for all that is pressed before it is written down
        found, picture = open_cue(reaper, make=False)
        assert (found.id, found.item_guid, picture.position_s) == (record.id, again, 5.0)
    assert host.console == (
        "FilmComposer: the video item takes the place of the deleted one, and goes on with the cue "
        '"night train" at 00:00:04:00.\n'
    )
    scored(reaper, home)
    assert items.tag(again) == record.id
    assert set(load_records(reaper)) == {record.id}
    items.delete(again)
    items.choose(items.add(film, at=6.0, length=4.0))
    open_cue(reaper, make=True)
    assert host.console.count("takes the place") == 2  # another deleted item, another sentence


def test_another_film_or_another_place_is_a_cue_of_its_own(
    reaper: Reaper, items: Items, film: Path, home: Path, host: Host, tmp_path: Path
) -> None:
    guid = items.add(film, at=4.0, length=10.0)
    record, _ = scored(reaper, home)
    (tmp_path / "other").mkdir()
    other = film_file(tmp_path / "other", film.name)  # of the same name, and the first is there
    items.choose(items.add(film, at=5.0, length=10.0))  # while the first item is there
    assert open_cue(reaper, make=True)[0].id != record.id
    items.delete(guid)
    assert host.console == ""
    for path, place in ((film, 14.0), (film, 90.0), (other, 4.0)):
        items.choose(items.add(path, at=place, length=10.0))
        assert "has no cue yet" in refused(reaper, make=False)
        assert open_cue(reaper, make=True)[0].id != record.id
    assert host.console == (
        'FilmComposer: the cue "night train" at 00:00:04:00 has no video item any more. Its tracks '
        "and markers stay until you delete them, or put its film back in its place.\n"
    )


def test_the_film_moved_with_its_project_before_it_was_imported_again(
    reaper: Reaper, items: Items, film: Path, home: Path, tmp_path: Path
) -> None:
    guid = items.add(film, at=4.0, length=10.0)
    record, _ = scored(reaper, home)
    items.delete(guid)
    (tmp_path / "moved").mkdir()
    moved = film.rename(tmp_path / "moved" / film.name)
    items.choose(items.add(moved, at=4.0, length=10.0))
    assert open_cue(reaper, make=True)[0].id == record.id


def test_a_project_that_lost_its_record(
    reaper: Reaper, items: Items, film: Path, home: Path
) -> None:
    items.add(film)
    record, _ = scored(reaper, home)
    reaper.rpr.SetProjExtState(HERE, "FilmComposer", "", "")
    assert load_records(reaper) == {}
    found, _ = open_cue(reaper, make=False)
    assert (found.id, found.folder, found.parts) == (record.id, record.folder, {})


def test_a_tag_from_another_project_means_nothing(
    reaper: Reaper, items: Items, film: Path, home: Path
) -> None:
    guid = items.add(film)
    for tag in ("0badcafe", "../../etc", "*", ""):
        r = Direct(items.host)
        r.GetSetMediaItemInfo_String(items.pointer(guid), "P_EXT:fc_cue", tag, True)
        assert "has no cue yet" in refused(reaper, make=False)
        record, _ = open_cue(reaper, make=True)
        assert record.id != tag


# --- nothing, or something else, is selected ------------------------------------------------------


def test_without_a_selection(reaper: Reaper, items: Items, film: Path, home: Path) -> None:
    assert refused(reaper).startswith("No item is selected.")
    assert refused(reaper, make=False).startswith("This project has no cue yet.")
    first = items.add(film, at=0.0, length=10.0)
    one, _ = scored(reaper, home)
    items.choose()
    assert open_cue(reaper, make=True)[0].id == one.id
    second = items.copy(first, at=30.0)
    items.choose(second)
    two, _ = scored(reaper, home)
    items.choose()
    r = Direct(items.host)
    for cursor, cue in ((0.0, one), (9.9, one), (30.0, two)):
        r.SetEditCurPos(cursor, False, False)
        assert open_cue(reaper, make=False)[0].id == cue.id
    r.SetEditCurPos(10.0, False, False)
    assert refused(reaper, make=False).startswith(
        "This project has 2 cues, and none at the edit cursor."
    )
    items.set(second, "D_POSITION", 5.0)
    r.SetEditCurPos(6.0, False, False)
    assert "and 2 at the edit cursor" in refused(reaper, make=False)


def test_two_cues_are_selected(
    reaper: Reaper, items: Items, film: Path, home: Path, tmp_path: Path
) -> None:
    first = items.add(film, at=0.0, length=10.0)
    scored(reaper, home)
    second = items.copy(first, at=30.0)
    items.choose(second)
    two, _ = scored(reaper, home)
    items.choose(first, second)
    for make in (True, False):
        said = refused(reaper, make=make)
        assert said.startswith("2 cues are selected: ")
        assert '"night train" at 00:00:00:00' in said
        assert '"night train" at 00:00:30:00' in said
    # One that is nobody's yet beside one that is scored: which is meant is not to be told.
    other = items.add(film_file(tmp_path, "other.mp4"), at=60.0, length=10.0)
    items.choose(second, other)
    for make in (True, False):
        assert "2 video items are selected, of different films" in refused(reaper, make=make)
    items.choose(second)
    assert open_cue(reaper, make=False)[0].id == two.id


def test_one_of_our_own_items_is_selected(
    reaper: Reaper, items: Items, film: Path, home: Path, host: Host
) -> None:
    first = items.add(film, at=0.0, length=10.0)
    one, _ = scored(reaper, home)
    items.choose(items.copy(first, at=30.0))
    two, _ = scored(reaper, home)
    r = Direct(host)
    r.InsertTrackAtIndex(1, False)
    theme = r.CreateNewMIDIItemInProj(r.GetTrack(HERE, 1), 30, 40, 0)[0]
    items.choose(items.guid(theme))
    r.SetEditCurPos(20.0, False, False)
    assert "is MIDI, not video" in refused(reaper, make=True)  # the item is nobody's yet
    assert "2 cues, and none at the edit cursor" in refused(reaper, make=False)
    r.GetSetMediaTrackInfo_String(r.GetTrack(HERE, 1), "P_EXT:fc_cue", two.id, True)
    assert open_cue(reaper, make=True)[0].id == two.id
    theme = items.pointer(items.guid(r.GetSelectedMediaItem(HERE, 0)))
    r.GetSetMediaItemInfo_String(theme, "P_EXT:fc_cue", one.id, True)
    assert open_cue(reaper, make=False)[0].id == one.id


def test_something_of_another_kind_is_selected(
    reaper: Reaper, items: Items, film: Path, home: Path, tmp_path: Path
) -> None:
    items.add(film)
    record, _ = scored(reaper, home)
    sound = items.add(film_file(tmp_path, "sound.wav"), at=50.0)
    items.choose(sound)
    assert "is sound, not video" in refused(reaper, make=True)
    assert open_cue(reaper, make=False)[0].id == record.id


# --- its folder -----------------------------------------------------------------------------------


def test_a_project_that_was_never_saved(reaper: Reaper, host: Host, film: Path) -> None:
    Items(host).add(film)
    assert refused(reaper).startswith("This project has not been saved yet")


def test_a_project_whose_folder_is_gone(
    reaper: Reaper, items: Items, film: Path, home: Path
) -> None:
    items.add(film)
    shutil.rmtree(home)
    assert "is not there" in refused(reaper)
    assert not home.exists()


def test_a_locked_folder(reaper: Reaper, items: Items, film: Path, home: Path) -> None:
    items.add(film)
    (home / "FilmComposer").write_text("in the way", "utf-8")
    said = refused(reaper)
    assert "cannot be written" in said
    assert str(home / "FilmComposer") in said


def test_a_deleted_cue_folder_is_made_anew(
    reaper: Reaper, items: Items, film: Path, home: Path, host: Host
) -> None:
    items.add(film)
    record, _ = scored(reaper, home)
    shutil.rmtree(cue_folder(record, home))
    found, _ = open_cue(reaper, make=False)
    assert found.id == record.id
    assert list(cue_folder(found, home).iterdir()) == []
    assert host.console == ""


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_a_missing_folder_under_music_of_ours_is_asked_about(
    reaper: Reaper, items: Items, film: Path, home: Path, host: Host, tmp_path: Path, answer: str
) -> None:
    items.add(film)
    record, picture = scored(reaper, home)
    record.parts["tracks"] = {"tracks": {"violins": {"guid": "{A}"}}}
    for step in cue_steps(reaper, record, picture):
        step()
    other = saved(host, tmp_path / "elsewhere").parent
    host.answer(answer)
    if answer == "yes":
        assert cue_folder(open_cue(reaper, make=False)[0], other).is_dir()
        return
    with pytest.raises(DawError) as caught:
        open_cue(reaper, make=False)
    assert f"copy {cue_folder(record, home)} to {other / 'FilmComposer'}" in caught.value.hint
    assert not cue_folder(record, other).exists()


def test_a_renamed_cue_folder_is_found(
    reaper: Reaper, items: Items, film: Path, home: Path
) -> None:
    items.add(film)
    record, _ = scored(reaper, home)
    cue_folder(record, home).rename(home / "FilmComposer" / f"opening {record.id} final")
    assert open_cue(reaper, make=False)[0].folder == f"FilmComposer/opening {record.id} final"


def test_the_project_moved_with_its_folder(
    reaper: Reaper, items: Items, film: Path, home: Path, host: Host, tmp_path: Path
) -> None:
    items.add(film)
    record, _ = scored(reaper, home)
    host.project.save(home / "feature.rpp")
    moved = home.rename(tmp_path / "archive")
    host.project.open(moved / "feature.rpp")
    found, _ = open_cue(reaper, make=False)
    assert (cue_folder(found, moved) / "cue.json").is_file()
    assert found.id == record.id
    assert host.console == ""


def test_saved_elsewhere_the_old_folder_is_named(
    reaper: Reaper, items: Items, film: Path, home: Path, host: Host, tmp_path: Path
) -> None:
    items.add(film)
    record, _ = scored(reaper, home)
    other = saved(host, tmp_path / "elsewhere").parent
    found, _ = open_cue(reaper, make=False)
    assert cue_folder(found, other).is_dir()
    assert f"copy {cue_folder(record, home)} to {other / 'FilmComposer'}" in host.console


@pytest.mark.parametrize("kept", [True, False], ids=["there", "gone"])
def test_undo_past_a_save_elsewhere_fetches_what_the_music_was_made_from(
    reaper: Reaper, items: Items, film: Path, home: Path, host: Host, tmp_path: Path, kept: bool
) -> None:
    items.add(film)
    record, picture = scored(reaper, home)
    record.parts["film"] = {"run": "a" * 12}
    states = cue_folder(record, home) / "history/runs"
    if kept:
        (states / "files").mkdir(parents=True)
        (states / "files" / ("5" * 64)).write_text("the hits")
        state = json.dumps({"files": {"spots.csv": "5" * 64}})
        (states / f"{'a' * 12}.json").write_text(state)
    for step in cue_steps(reaper, record, picture):
        step()
    # Saved elsewhere and scored there, then undone: the record is that of before.
    other = cue_folder(record, saved(host, tmp_path / "elsewhere").parent)
    (other / "history/runs").mkdir(parents=True)
    if kept:
        open_cue(reaper, make=False)
        found = {p.name: p.read_text() for p in other.rglob("*") if p.is_file()}
        assert found == {"5" * 64: "the hits", f"{'a' * 12}.json": state}
        return
    host.answer("no")
    with pytest.raises(DawError, match="not the one that the music was made in") as caught:
        open_cue(reaper, make=False)
    assert f"copy it to {other.parent}" in caught.value.hint


def test_a_cue_folder_that_lies_elsewhere(
    reaper: Reaper, items: Items, film: Path, home: Path, tmp_path: Path
) -> None:
    items.add(film)
    record, picture = scored(reaper, home)
    elsewhere = tmp_path / "disk 2"
    shutil.move(cue_folder(record, home), elsewhere)
    record.folder = str(elsewhere)
    for step in cue_steps(reaper, record, picture):
        step()
    found, _ = open_cue(reaper, make=False)
    assert cue_folder(found, home) == elsewhere
    assert found.folder == str(elsewhere)
