"""The picture that the selected items show: the arithmetic of facts c, and a sentence per fault."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filmcomposer_core.errors import DawError
from filmcomposer_reaper.cue.picture import (
    Picture,
    picture_again,
    picture_of,
    selected_picture,
)
from tests.fakes.reaper import Host
from tests.fakes.reaper.direct import HERE, Direct
from tests.fakes.reaper.inside import inside
from tests.fakes.reaper.project import tree
from tests.reaper_scripts.films import Items, film_file

if TYPE_CHECKING:
    from filmcomposer_reaper.adapter.reaper import Reaper


@pytest.fixture
def items(host: Host) -> Items:
    return Items(host)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return film_file(tmp_path)


def refused(reaper: Reaper) -> str:
    with pytest.raises(DawError) as caught:
        selected_picture(reaper)
    assert caught.value.hint
    return str(caught.value)


# --- what can be scored ---------------------------------------------------------------------------


def test_an_item_as_it_was_dropped_in(reaper: Reaper, items: Items, film: Path) -> None:
    guid = items.add(film, at=4.0, length=60.0)
    assert selected_picture(reaper) == Picture(
        item_guid=guid, path=str(film), position_s=4.0, length_s=60.0,
        in_s=0.0, out_s=60.0, rate=1.0, pieces=(guid,),
    )  # fmt: skip


def test_trimmed_and_played_faster(reaper: Reaper, items: Items, film: Path) -> None:
    items.add(film, at=3.0, length=8.0, offset=10.0, rate=1.25)
    found = selected_picture(reaper)
    # Eight seconds on the time line show ten of the film.
    assert (found.in_s, found.out_s, found.length_s, found.rate) == (10.0, 20.0, 8.0, 1.25)


def test_a_section_begins_inside_its_file(reaper: Reaper, items: Items, film: Path) -> None:
    items.add(film, length=6.0, offset=2.0, section=(30.0, 12.0, 0))
    found = selected_picture(reaper)
    assert (found.in_s, found.out_s, found.path) == (32.0, 38.0, str(film))


def test_past_the_end_of_the_film_there_is_no_picture(
    reaper: Reaper, items: Items, film: Path
) -> None:
    items.add(film, length=30.0, offset=50.0, rate=2.0)
    found = selected_picture(reaper)
    assert (found.in_s, found.out_s, found.length_s) == (50.0, 60.0, 5.0)
    items.choose(items.add(film, length=30.0, offset=8.0, section=(30.0, 12.0, 0)))
    found = selected_picture(reaper)
    assert (found.in_s, found.out_s, found.length_s) == (38.0, 42.0, 4.0)


def test_one_that_could_loop_and_does_not(reaper: Reaper, items: Items, film: Path) -> None:
    items.add(film, length=60.04, loops=True)
    assert selected_picture(reaper).out_s == 60.0


def test_a_relative_path_counts_from_the_project(
    reaper: Reaper, items: Items, film: Path, host: Host, tmp_path: Path
) -> None:
    guid = items.add(film)
    items.take(guid).blocks("SOURCE")[0].write("FILE", 1, film.name)
    host.project.path = tmp_path / "feature.rpp"
    assert selected_picture(reaper).path == str(film)


def test_its_sound_may_be_selected_with_it(
    reaper: Reaper, items: Items, film: Path, tmp_path: Path
) -> None:
    sound = film_file(tmp_path, "train.wav")
    items.add(sound)
    guid = items.add(film)
    assert selected_picture(reaper).item_guid == guid


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    position=st.floats(0, 3600),
    length=st.floats(0.5, 100),
    offset=st.floats(0, 50),
    rate=st.floats(0.25, 4),
    cuts=st.lists(st.floats(0.05, 0.95), max_size=3, unique=True),
)
def test_however_it_is_split_it_is_one_picture(
    tmp_path: Path, position: float, length: float, offset: float, rate: float, cuts: list[float]
) -> None:
    from filmcomposer_reaper.adapter.reaper import Reaper

    host = Host()
    items = Items(host)
    guid = items.add(
        film_file(tmp_path), at=position, length=length, offset=offset, rate=rate, seconds=1000.0
    )
    with inside(host) as main:
        reaper = Reaper(main)
        before = selected_picture(reaper)
        assert before.length_s == pytest.approx((before.out_s - before.in_s) / before.rate)
        for cut in sorted(cuts, reverse=True):
            items.split(guid, position + cut * length)
        Direct(host).SelectAllMediaItems(HERE, True)
        after = selected_picture(reaper)
    assert len(after.pieces) == len(host.project.items())
    assert after.item_guid == guid
    for name in ("position_s", "length_s", "in_s", "out_s", "rate"):
        assert getattr(after, name) == pytest.approx(getattr(before, name), abs=1e-6), name


def test_pieces_that_overlap_in_a_crossfade(reaper: Reaper, items: Items, film: Path) -> None:
    first = items.add(film, at=0.0, length=10.0)
    items.split(first, 6.0)
    items.set(first, "D_LENGTH", 6.02)  # REAPER's preference: crossfades at splits
    Direct(items.host).SelectAllMediaItems(HERE, True)
    found = selected_picture(reaper)
    assert (found.in_s, found.out_s) == (0.0, 10.0)


# --- what cannot ----------------------------------------------------------------------------------


def test_nothing_selected(reaper: Reaper, items: Items, film: Path) -> None:
    items.add(film, chosen=False)
    assert refused(reaper) == ("No item is selected. Select the video item that you want to score.")


def test_thousands_selected(reaper: Reaper, items: Items, film: Path) -> None:
    for _ in range(101):
        items.add(film)
    assert refused(reaper).startswith("101 items are selected.")


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("train.wav", "is sound, not video"),
        ("voice.mp3", "is sound, not video"),
        ("still.png", "is a still image"),
        ("voice.m4a", "has sound and no picture"),
        ("reel.rpp", "is a subproject, not video"),
    ],
)
def test_other_media(reaper: Reaper, items: Items, tmp_path: Path, name: str, what: str) -> None:
    path = film_file(tmp_path, name)
    guid = items.add(path.with_suffix(".mp4"))
    source = items.take(guid).blocks("SOURCE")[0]
    kind = {".wav": "WAVE", ".mp3": "MP3", ".rpp": "RPP_PROJECT"}.get(path.suffix, "VIDEO")
    source.text = f"SOURCE {kind}"
    source.write("FILE", 1, str(path))
    items.host.media[str(path)] = 60.0
    said = refused(reaper)
    assert what in said
    assert f'"{name}"' in said


def test_midi_and_an_empty_item(reaper: Reaper, items: Items, host: Host) -> None:
    r = Direct(host)
    r.SetMediaItemSelected(r.AddMediaItemToTrack(items.track()), True)
    assert refused(reaper).startswith("The selected item has no media in it.")
    r.SelectAllMediaItems(HERE, False)
    item = r.CreateNewMIDIItemInProj(items.track(), 0, 4, 0)[0]
    r.SetMediaItemSelected(item, True)
    r.GetSetMediaItemTakeInfo_String(r.GetActiveTake(item), "P_NAME", "Strings", True)
    assert refused(reaper).startswith('The selected item "Strings" is MIDI, not video.')


def test_a_file_that_is_gone(reaper: Reaper, items: Items, film: Path) -> None:
    items.add(film)
    film.unlink()
    said = refused(reaper)
    assert f"plays {film}, which is not there" in said


@pytest.mark.parametrize("shown", ["marked", "plain"])
def test_offline(reaper: Reaper, items: Items, film: Path, host: Host, shown: str) -> None:
    host.offline_type = "marked" if shown == "marked" else "plain"
    guid = items.add(film)
    items.take(guid).blocks("SOURCE")[0].text = "SOURCE _OFFLINE_VIDEO"
    assert "is offline" in refused(reaper)


def test_reversed(reaper: Reaper, items: Items, film: Path) -> None:
    items.add(film, section=(0.0, 60.0, 2))
    assert "runs backwards" in refused(reaper)


def test_stretch_markers(reaper: Reaper, items: Items, film: Path) -> None:
    guid = items.add(film)
    items.take(guid).add_line(tree.Line("SM 0 0 + 5 6"))
    assert "has stretch markers" in refused(reaper)


def test_looped_beyond_the_end(reaper: Reaper, items: Items, film: Path) -> None:
    items.add(film, length=30.0, offset=40.0, rate=1.0, loops=True)
    assert "starts again 10.00 s before its right edge" in refused(reaper)


def test_before_the_first_frame(reaper: Reaper, items: Items, film: Path) -> None:
    items.add(film, offset=-3.0, rate=1.5)
    assert "begins 2.00 s before its film does" in refused(reaper)


def test_a_rate_out_of_reach(reaper: Reaper, items: Items, film: Path) -> None:
    items.add(film, rate=25.0, length=1.0)
    assert "plays 25 times as fast" in refused(reaper)


def test_nothing_of_the_film(reaper: Reaper, items: Items, film: Path) -> None:
    items.add(film, offset=61.0)
    assert "shows nothing of its film" in refused(reaper)


def test_two_films(reaper: Reaper, items: Items, film: Path, tmp_path: Path) -> None:
    items.add(film)
    items.add(film_file(tmp_path, "other.mp4"), at=24.0, offset=20.0)
    assert refused(reaper).startswith("2 video items are selected, of different films.")


@pytest.mark.parametrize(
    ("key", "value"), [("D_POSITION", 12.5), ("D_LENGTH", 1.0), ("rate", 1.1), ("offset", 7.0)]
)
def test_pieces_that_were_moved_apart(
    reaper: Reaper, items: Items, film: Path, key: str, value: float
) -> None:
    first = items.add(film, at=0.0, length=10.0)
    second = items.split(first, 6.0)
    if key == "D_LENGTH":
        items.set(first, key, value)
    elif key == "D_POSITION":
        items.set(second, key, value)
    else:
        take = items.r.GetActiveTake(items.pointer(second))
        name = "D_PLAYRATE" if key == "rate" else "D_STARTOFFS"
        items.r.SetMediaItemTakeInfo_Value(take, name, value)
    Direct(items.host).SelectAllMediaItems(HERE, True)
    assert "that are not one piece of their film" in refused(reaper)


# --- found again ----------------------------------------------------------------------------------


def test_the_same_picture_again(reaper: Reaper, items: Items, film: Path) -> None:
    guid = items.add(film, at=4.0, length=20.0)
    right = items.split(guid, 10.0)
    items.choose(guid, right)
    picture = selected_picture(reaper)
    items.choose()
    assert picture_again(reaper, picture) == picture
    items.set(right, "D_POSITION", 30.0)
    now = picture_again(reaper, picture)
    assert now == replace(picture, length_s=6.0, out_s=6.0, pieces=(guid,))
    items.delete(guid)
    assert picture_again(reaper, picture) is None


def test_a_cue_keeps_the_pieces_that_it_was_split_into(
    reaper: Reaper, items: Items, film: Path
) -> None:
    guid = items.add(film, at=4.0, length=20.0)
    tagged = items.r.GetSetMediaItemInfo_String(
        items.pointer(guid), "P_EXT:fc_cue", "12345678", True
    )
    assert tagged[0]
    right = items.split(guid, 10.0)
    whole = picture_of(reaper, guid)
    assert whole is not None
    assert (whole.pieces, whole.length_s) == ((guid, right), 20.0)
    items.choose(guid)
    assert selected_picture(reaper).length_s == 6.0
    assert picture_of(reaper, "{00000000-0000-0000-0000-000000000000}") is None
