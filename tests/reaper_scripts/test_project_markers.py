"""Markers and regions of the emulated project, both generations of calls: facts d, i3."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.reaper import Host, Misuse
from tests.fakes.reaper.direct import HERE, Direct, null

RED = 0x1FF0000


@pytest.fixture(params=[(7, 61), (7, 78)], ids=["old", "new"])
def r(request: pytest.FixtureRequest) -> Direct:
    return Direct(Host(version=request.param))


@pytest.fixture
def new() -> Direct:
    return Direct(Host(version=(7, 62)))


def listed(r: Direct) -> list[tuple[Any, ...]]:
    """All as (region, start, end, number, colour)."""
    found, i = [], 0
    while True:
        i, *more = r.EnumProjectMarkers3(HERE, i, 0, 0, 0, "", 0, 0)
        if not i:
            return found
        assert more[5] == ""  # the name is never filled (a4)
        found.append((*more[2:5], *more[6:]))


def test_adding_and_listing(r: Direct) -> None:
    assert r.AddProjectMarker2(HERE, False, 5, 0, "8 downbeat | door", -1, RED) == 1
    assert r.AddProjectMarker2(HERE, False, 2, 0, "3 soft | look", -1, 0) == 2
    assert r.AddProjectMarker2(HERE, True, 9, 1, "cue", -1, 0) == 1  # ends are swapped
    assert listed(r) == [
        (1, 1.0, 9.0, 1, 0), (0, 2.0, 0.0, 2, 0), (0, 5.0, 0.0, 1, RED),
    ]  # fmt: skip
    assert r.CountProjectMarkers(HERE, 0, 0) == (3, HERE, 2, 1)


def test_numbers(r: Direct) -> None:
    assert r.AddProjectMarker2(HERE, False, 1, 0, "", 7, 0) == 7
    assert r.AddProjectMarker2(HERE, False, 2, 0, "", 7, 0) == 7  # two markers may share one
    assert r.AddProjectMarker2(HERE, True, 1, 2, "", 7, 0) == 7
    assert r.AddProjectMarker2(HERE, True, 3, 4, "", 7, 0) == 1  # two regions may not


def test_changing_by_number(r: Direct) -> None:
    r.AddProjectMarker2(HERE, False, 1, 0, "name", 4, 0)
    assert r.SetProjectMarker4(HERE, 4, False, 3, 0, "", RED, 0) == 1
    assert listed(r) == [(0, 3.0, 0.0, 4, RED)]
    assert " name 0 " in r.host.project.state()  # an empty name changes none
    r.SetProjectMarker4(HERE, 4, False, 3, 0, "", 0, 1)
    assert ' "" 0 ' in r.host.project.state()  # but with the flag
    assert listed(r) == [(0, 3.0, 0.0, 4, RED)]  # colour 0 changes none
    assert r.SetProjectMarker4(HERE, 4, True, 3, 5, "", 0, 0) == 0


def test_deleting(r: Direct) -> None:
    untouched = r.host.project.state()
    r.AddProjectMarker2(HERE, True, 1, 2, "a", -1, 0)
    r.AddProjectMarker2(HERE, False, 1.5, 0, "b", -1, 0)
    assert r.DeleteProjectMarker(HERE, 9, False) == 0
    assert r.DeleteProjectMarker(HERE, 1, True) == 1
    assert r.DeleteProjectMarkerByIndex(HERE, 0) == 1
    assert r.host.project.state() == untouched


def test_a_colour_without_its_mark_is_misuse(r: Direct) -> None:
    with pytest.raises(Misuse, match="0x1000000"):
        r.AddProjectMarker2(HERE, False, 1, 0, "", -1, 0xFF0000)


def test_native_colours_differ_by_system() -> None:
    rgb, bgr = Direct(Host()), Direct(Host(native="bgr"))
    assert [r.ColorToNative(0x12, 0x34, 0x56) for r in (rgb, bgr)] == [0x123456, 0x563412]
    for r in (rgb, bgr):
        colour = r.ColorToNative(1, 2, 3)
        assert r.ColorFromNative(colour | 0x1000000, 0, 0, 0)[1:] == (1, 2, 3)


def test_the_newer_calls_are_absent_before_7_62() -> None:
    old = Direct(Host(version=(7, 61)))
    for name in ("GetRegionOrMarker", "AddRegionOrMarker", "GetSetRegionOrMarkerInfo_String"):
        assert old.APIExists(name) == 0
        with pytest.raises(KeyError):
            getattr(old, name)
    old.AddProjectMarker2(HERE, False, 1, 0, "a", -1, 0)
    assert "{" not in next(x for x in old.host.project.state().split("\n") if x[:6] == "MARKER")


def test_by_pointer_and_guid(new: Direct) -> None:
    pointer = new.AddRegionOrMarker(HERE, False, 5, 0, "8 downbeat | door", -1, RED)
    guid = new.GetSetRegionOrMarkerInfo_String(HERE, pointer, "GUID", "", False)[4]
    assert new.GetRegionOrMarker(HERE, -1, guid) == pointer
    assert new.GetRegionOrMarker(HERE, 0, "") == pointer
    assert new.GetRegionOrMarker(HERE, -1, "{0}") == null("ProjectMarker")
    read = new.GetSetRegionOrMarkerInfo_String(HERE, pointer, "P_NAME", "", False)[4]
    assert read == "8 downbeat | door"
    new.GetSetRegionOrMarkerInfo_String(HERE, pointer, "P_NAME", "", True)  # "" clears
    assert new.GetSetRegionOrMarkerInfo_String(HERE, pointer, "P_NAME", "x", False)[4] == ""
    keys = ("D_STARTPOS", "I_NUMBER", "I_CUSTOMCOLOR", "B_ISREGION", "I_INDEX")
    values = [new.GetRegionOrMarkerInfo_Value(HERE, pointer, k) for k in keys]
    assert values == [5.0, 1.0, float(RED), 0.0, 0.0]


def test_a_move_ends_pointers_and_keeps_guids(new: Direct) -> None:
    first = new.AddRegionOrMarker(HERE, False, 1, 0, "a", -1, 0)
    second = new.AddRegionOrMarker(HERE, False, 2, 0, "b", -1, 0)
    guid = new.GetSetRegionOrMarkerInfo_String(HERE, first, "GUID", "", False)[4]
    new.SetRegionOrMarkerInfo_Value(HERE, first, "D_STARTPOS", 3)
    with pytest.raises(Misuse, match="is dead"):
        new.GetRegionOrMarkerInfo_Value(HERE, second, "D_STARTPOS")
    again = new.GetRegionOrMarker(HERE, -1, guid)
    assert new.GetRegionOrMarkerInfo_Value(HERE, again, "D_STARTPOS") == 3.0
    assert new.GetRegionOrMarkerInfo_Value(HERE, again, "I_INDEX") == 1.0


def test_a_regions_start_beyond_its_end_swaps_both(new: Direct) -> None:
    pointer = new.AddRegionOrMarker(HERE, True, 1, 2, "a", -1, 0)
    new.SetRegionOrMarkerInfo_Value(HERE, pointer, "D_STARTPOS", 5)
    pointer = new.GetRegionOrMarker(HERE, 0, "")
    ends = [new.GetRegionOrMarkerInfo_Value(HERE, pointer, k) for k in ("D_STARTPOS", "D_ENDPOS")]
    assert ends == [2.0, 5.0]
