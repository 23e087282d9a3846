"""A cue's tempo map in a REAPER that does otherwise, and in a large project."""

from __future__ import annotations

import pytest

from filmcomposer_core.errors import DawError
from filmcomposer_reaper.adapter.reaper import Reaper
from tests.fakes.reaper import Host
from tests.fakes.reaper.direct import HERE
from tests.fakes.reaper.functions import Out
from tests.fakes.reaper.project import items
from tests.reaper_scripts.tempo_desk import LAID, Desk, made_desk
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


def with_more(host: Host, **more: object) -> None:
    host.behaviours.update(more)  # type: ignore[arg-type]


def test_where_no_bar_may_be_cut_short(desk: Desk) -> None:
    desk.host.project.partial_measures = False
    desk.write()
    points, console = desk.points(), desk.host.console
    assert (7.19, 90.0, False, 4, 4) in points
    lines = bar_lines(desk.host, 6, 7.2)
    assert lines == pytest.approx([6, 7.19])
    if desk.host.version >= (7, 19):
        assert points == LAID
        assert console == ""
    else:
        # 6 to 7.19 s: 2.38 beats at 120 BPM, so two at 100.84.
        assert points[1] == (6.0, pytest.approx(120 / 1.19), False, 2, 4)
        assert "goes at 100.84 BPM" in console
        # The project's signature comes back with the first bar line after the cue.
        later = [p for p in points if p[0] > 37.19]
        assert [p[3:] for p in later] == [(4, 4)]
    desk.remove()
    assert desk.points() == [LAID[0]]


def test_a_map_that_reaper_misplaces_is_taken_back(desk: Desk) -> None:
    add_points(desk.r, [tempo_point(0, 120), tempo_point(60, 90)])
    add_item(desk.r, add_track(desk.r), FakeItem(12, 40))
    before, state = places(desk.host), desk.points()
    genuine = desk.host.behaviours["GetTempoTimeSigMarker"]

    def misplaced(host: Host, project: int, index: int, *more: float) -> Out:
        found = genuine(host, project, index, *more)
        if found.value and 7 < found.changed["timeposOut"] < 8:
            found.changed["timeposOut"] += 0.01
        return found  # type: ignore[no-any-return]

    with_more(desk.host, GetTempoTimeSigMarker=misplaced)
    with pytest.raises(DawError, match=r"meant for 7\.190000 s stands at 7\.200000 s"):
        desk.write()
    assert desk.points() == state
    same_places(before, places(desk.host))


def test_a_marker_that_will_not_stay(desk: Desk) -> None:
    desk.r.AddProjectMarker2(HERE, False, 20, 0, "door", -1, 0)
    with_more(desk.host, SetProjectMarkerByIndex2=lambda *_: False)
    with pytest.raises(DawError, match="would not stay"):
        desk.write()
    assert desk.points() == [LAID[0]]
    assert places(desk.host)["markers"] == pytest.approx([20])


def test_selection_and_cursor_that_a_tempo_change_moves(desk: Desk) -> None:
    r = desk.r
    r.GetSet_LoopTimeRange2(HERE, True, False, 3.0, 33.0, False)
    r.GetSet_LoopTimeRange2(HERE, True, True, 4.0, 34.0, False)
    r.SetEditCurPos(21.0, False, False)

    def update(host: Host) -> None:
        if host.count("UpdateTimeline") == 1:
            host.project.cursor = 25.0
            host.project.root.write("SELECTION", 2, 44.0)
            host.project.root.write("SELECTION2", 1, 5.0)

    with_more(desk.host, UpdateTimeline=update)
    before = places(desk.host)
    desk.write()
    after = places(desk.host)
    for key in ("cursor", "SELECTION", "SELECTION2"):
        assert after[key] == before[key]


def test_an_item_that_moves_all_the_same_is_put_back(desk: Desk) -> None:
    item = add_item(desk.r, add_track(desk.r), FakeItem(12, 20))

    def update(host: Host) -> None:
        if host.count("UpdateTimeline") == 1:
            held = host.project.tracks()[1].blocks("ITEM")[0]
            held.write("POSITION", 1, 14.0)
            held.write("LENGTH", 1, 25.0)
            items.takes(held)[0].write("PLAYRATE", 1, 0.8)

    with_more(desk.host, UpdateTimeline=update)
    desk.write()
    r = desk.r
    assert [r.GetMediaItemInfo_Value(item, k) for k in ("D_POSITION", "D_LENGTH")] == [12, 20]
    assert r.GetMediaItemTakeInfo_Value(r.GetActiveTake(item), "D_PLAYRATE") == pytest.approx(1)


# --- figures --------------------------------------------------------------------------------------


def test_calls_in_a_large_project(desk: Desk) -> None:
    """50 tracks of the user's with 500 items and a fade each, 100 markers."""
    r = desk.r
    for _ in range(50):
        track = add_track(r)
        for i in range(10):
            add_item(r, track, FakeItem(10.0 * i, 9.0))
        fade(r, track, [1.0, 50.0])
    for i in range(100):
        r.AddProjectMarker2(HERE, False, 1.0 + i, 0, "x", -1, 0)
    before = places(desk.host)
    calls = len(desk.host.calls)
    desk.write()
    made = len(desk.host.calls) - calls
    after = places(desk.host)
    before["item 0.0"] = after["item 0.0"]
    same_places(before, after)
    assert made < 4_500
    # Held by their timebase: none had to be put back.
    written = [given[1] for name, given in desk.host.calls[calls:] if name.startswith("SetMedia")]
    assert set(written) == {"C_BEATATTACHMODE"}
    assert desk.host.count("SetEnvelopeStateChunk") == 1
