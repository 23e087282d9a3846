"""Several cues in one tempo map: they touch, overlap, come and go in any order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmcomposer_core.contracts.tempo import TempoPoint
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.cue.picture import Picture
from filmcomposer_reaper.cue.records import CueRecord, load_records
from filmcomposer_reaper.tempo.lay import (
    foreign_map,
    project_points,
    remove_tempo_steps,
    tempo_steps,
)
from tests.fakes.reaper import Host
from tests.fakes.reaper.direct import HERE, Direct
from tests.fakes.reaper.inside import inside
from tests.fakes.reaper.project import template, tempo_map
from tests.reaper_scripts.conftest import VERSIONS
from tests.reaper_scripts.tempo_cases import maps, run
from tests.reaper_scripts.tempo_desk import ANCHOR, LAID, LENGTH, Desk, made_desk
from tests.reaper_scripts.tempo_projects import (
    CLIP,
    FakeItem,
    add_item,
    add_points,
    add_track,
    bar_lines,
    lines_but_tempo,
    places,
    same_places,
    session,
    tempo_point,
    timeline_bars,
)

END = ANCHOR + LENGTH
IDS = ("00c0ffe1", "00c0ffe2", "00c0ffe3")
#: Between two pictures: none, less than anything can tell, a hair, within the bar that is cut
#: short behind the first, some bars.
GAPS = (0.0, 3e-8, 0.0007, 0.4, 9.0)


def again(desk: Desk) -> Desk:
    """Take the cue's record from the project, as each action does."""
    desk.record = load_records(desk.reaper).get(desk.record.id, desk.record)
    return desk


# --- worked examples ------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [END, END + 1e-9, END + 0.0005, END - 0.0005, 37.5, 38.0])
def test_two_cues_that_touch(host: Host, reaper: Reaper, at: float) -> None:
    """The second begins where the first ends, or before 38 s, where its last point stands."""
    one, two = made_desk(host, reaper), made_desk(host, reaper, at=at, cue="00c0ffe2")
    one.write()
    assert not foreign_map(reaper, two.record, two.picture)
    two.write((tempo_point(0, 72),))
    after = bar_lines(host, at + LENGTH + 0.1, 80)
    assert after == pytest.approx([t for t in range(0, 81, 2) if t > at + LENGTH + 0.1])
    again(one).write((tempo_point(0, 80),))
    tempos = [p[1] for p in one.points()]
    assert [t for t in tempos if t != 120] == [80, 72]
    assert bar_lines(host, at + LENGTH + 0.1, 80) == after
    for desk in (one, two):
        again(desk)
        assert not foreign_map(reaper, desk.record, desk.picture)
    two.remove()
    assert bar_lines(host, 37.5, 80) == pytest.approx(range(38, 81, 2))
    again(one).remove()
    assert one.points() == [LAID[0]]


def test_the_first_goes_and_the_second_stays(host: Host, reaper: Reaper) -> None:
    one, two = made_desk(host, reaper), made_desk(host, reaper, at=END, cue="00c0ffe2")
    one.write()
    two.write((tempo_point(0, 72),))
    again(one).remove()
    assert one.points() == [
        LAID[0], (37.19, 72.0, False, 4, 4), (67.19, 120.0, False, 0, 0), (68.0, 120.0, False, 4, 4)
    ]  # fmt: skip
    again(two).remove()
    assert two.points() == [LAID[0]]


def test_an_edit_of_the_users_in_one_stays_while_the_other_is_written(
    host: Host, reaper: Reaper
) -> None:
    one, two = made_desk(host, reaper), made_desk(host, reaper, at=END, cue="00c0ffe2")
    one.write()
    two.write((tempo_point(0, 72),))
    host.project.root.write("TEMPOENVLOCKMODE", 1, "0")
    one.r.SetTempoTimeSigMarker(HERE, -1, END + 10.0, -1, -1, 95, 0, 0, False)
    again(one).write((tempo_point(0, 80),))
    assert (47.19, 95.0, False, 0, 0) in one.points()
    said = len(host.console)
    again(two).write((tempo_point(0, 72),))
    assert "was kept" in host.console[said:]
    again(one).remove()
    assert (47.19, 95.0, False, 0, 0) in one.points()
    again(two).write((tempo_point(0, 74),))
    assert "was replaced" in host.console[said:]
    again(two).remove()
    assert two.points() == [LAID[0]]


def test_both_moved_by_the_user_along_with_their_tempo(host: Host, reaper: Reaper) -> None:
    one, two = made_desk(host, reaper), made_desk(host, reaper, at=END, cue="00c0ffe2")
    one.write()
    two.write((tempo_point(0, 72),))
    for line in tempo_map.lines(host.project)[1:]:
        line.put(1, f"{line.number(1) + 3.3:.12f}")
    for desk in (one, two):
        again(desk).move(desk.picture.position_s + 3.3)
        assert not foreign_map(reaper, desk.record, desk.picture)
    again(one).write()
    assert "tempo change" not in host.console
    found = [p for p in one.points() if p[0] > 0]
    assert [round(p[0], 6) for p in found] == [10.49, 21.156667, 40.49, 70.49, 72.0]
    for desk in (two, one):
        again(desk).remove()
    assert one.points() == [LAID[0]]


def test_one_over_another_that_comes_back(host: Host, reaper: Reaper) -> None:
    """Whichever of two that overlap goes first, the other has its map again, then the project."""
    one, two = made_desk(host, reaper), made_desk(host, reaper, at=20.0, cue="00c0ffe2")
    one.write()
    two.write((tempo_point(0, 72),))
    both = one.points()
    assert both[1:4] == [*LAID[1:3], (20.0, 72.0, False, 4, 4)]
    again(two).remove()
    assert one.points() == LAID
    again(two).write((tempo_point(0, 72),))
    assert one.points() == both
    again(one).write()  # now it lies over the second
    # The second goes on with its own bars: 20 + 6 * 3 1/3 s.
    found = [(37.19, 72.0), (40.0, 72.0), (50.0, 120.0)]
    assert [p[:2] for p in one.points() if p[0] > 30] == found
    again(one).remove()
    assert [p[:2] for p in two.points()] == [(0.0, 120.0), (20.0, 72.0), (50.0, 120.0)]
    again(two).remove()
    assert two.points() == [LAID[0]]


def test_the_projects_own_map_beside_another_cue(host: Host, reaper: Reaper) -> None:
    """The bars that the project has there while only the first is in it."""
    one, two = made_desk(host, reaper), made_desk(host, reaper, at=END, cue="00c0ffe2")
    one.write()
    alone = [t - END for t in bar_lines(host, END + 0.01, END + 20)]
    two.write((tempo_point(0, 72),))
    found = project_points(reaper, two.picture)
    assert timeline_bars(found, 20)[1:] == pytest.approx(alone)


# --- laws -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A project with its own map, and cues one after another."""

    own: list[TempoPoint]
    lock: int
    first: float
    lengths: list[float]
    gaps: list[float]
    cues: list[list[TempoPoint]]
    other: list[TempoPoint]
    written: list[int]
    again: int
    removed: list[int]

    def starts(self) -> list[float]:
        found = [self.first]
        for length, gap in zip(self.lengths, self.gaps, strict=False):
            found.append(found[-1] + length + gap)
        return found


@st.composite
def rows(draw: st.DrawFn) -> Row:
    order = st.permutations(range(3))
    return Row(
        own=draw(st.just([tempo_point(0, 120)]) | maps(4, first_signature=False)),
        lock=draw(st.integers(0, 1)),
        first=draw(st.sampled_from([0.0, 7.19]) | st.floats(0, 40).map(lambda t: round(t, 3))),
        lengths=draw(st.lists(st.floats(4, 30).map(lambda t: round(t, 3)), min_size=3, max_size=3)),
        gaps=draw(st.lists(st.sampled_from(GAPS), min_size=2, max_size=2)),
        cues=[draw(maps(3, first_signature=True)) for _ in range(3)],
        other=draw(maps(3, first_signature=True)),
        written=draw(order),
        again=draw(st.integers(0, 2)),
        removed=draw(order),
    )


class Rig:
    """The row in a project, seen through the records that the project holds."""

    def __init__(self, reaper: Reaper, host: Host, row: Row) -> None:
        self.reaper, self.host, self.row = reaper, host, row
        host.faults.clear()
        text = template.PROJECT.replace("TEMPOENVLOCKMODE 1", f"TEMPOENVLOCKMODE {row.lock}")
        host.project.load(text)
        r = Direct(host)
        first, *more = row.own
        assert r.SetTempoTimeSigMarker(HERE, -1, 0.0, -1, -1, first.bpm, 4, 4, first.ramp)
        add_points(r, more)
        track = add_track(r)
        add_item(r, add_track(r, 1), FakeItem(3.0, 100.0))
        r.AddProjectMarker2(HERE, True, 5.0, 77.0, "door", -1, 0)
        self.pictures = []
        for start, length in zip(row.starts(), row.lengths, strict=True):
            item = add_item(r, track, FakeItem(start, length))
            guid = str(r.GetSetMediaItemInfo_String(item, "GUID", "", False)[3])
            self.pictures.append(
                Picture(
                    item_guid=guid, path=CLIP, position_s=start, length_s=length,
                    in_s=0.0, out_s=length, rate=1.0,
                )
            )  # fmt: skip
        host.project.settle()

    def write(self, n: int, points: list[TempoPoint]) -> None:
        picture = self.pictures[n]
        fresh = CueRecord(id=IDS[n], folder="x", item_guid=picture.item_guid)
        record = load_records(self.reaper).get(IDS[n], fresh)
        made = session(points, anchor=picture.position_s, length=picture.length_s)
        run(self.reaper, self.host, record, tempo_steps(self.reaper, record, made, picture), "w")

    def remove(self, n: int) -> None:
        record = load_records(self.reaper)[IDS[n]]
        run(self.reaper, self.host, record, remove_tempo_steps(self.reaper, record), "r")

    def heard(self, n: int) -> tuple[list[float], list[float]]:
        """Bar lines and tempos of a picture."""
        picture = self.pictures[n]
        start, end = picture.position_s, picture.position_s + picture.length_s
        found = tempo_map.read(self.host.project)
        times = [start + share * picture.length_s for share in (1e-6, 0.2, 0.5, 0.9, 1 - 1e-3)]
        bars = bar_lines(self.host, start + 1e-5, end - 1e-2)
        return bars, [found.bpm_at(time) for time in times]

    def asks(self, n: int) -> bool:
        fresh = CueRecord(id=IDS[n], folder="x", item_guid=self.pictures[n].item_guid)
        record = load_records(self.reaper).get(IDS[n], fresh)
        return foreign_map(self.reaper, record, self.pictures[n])


@pytest.fixture(params=VERSIONS, ids=["6.80", "7.78"], scope="module")
def opened(request: pytest.FixtureRequest) -> Iterator[tuple[Reaper, Host]]:
    """One REAPER for all examples; each opens a project of its own."""
    host = Host(version=request.param)
    host.media[CLIP] = 6000.0
    with inside(host) as main:
        yield Reaper(main), host


@given(row=rows())
@settings(max_examples=60, deadline=None)
def test_cues_in_a_row_come_and_go_in_any_order(opened: tuple[Reaper, Host], row: Row) -> None:
    reaper, host = opened
    rig = Rig(reaper, host, row)
    untouched = lines_but_tempo(host), [line.text for line in tempo_map.lines(host.project)]
    before = places(host)
    asked = len(row.own) > 1
    there: dict[int, tuple[list[float], list[float]]] = {}
    steps = [(n, row.cues[n]) for n in row.written] + [(row.again, row.other)]
    for n, points in steps:
        assert rig.asks(n) is asked
        rig.write(n, points)
        there.pop(n, None)
        for other, heard in there.items():
            same(rig.heard(other), heard)
        there[n] = rig.heard(n)
        bars = [t - rig.pictures[n].position_s for t in there[n][0]]
        theirs = [t for t in timeline_bars(points, row.lengths[n] - 1e-2) if t > 1e-5]
        assert bars == pytest.approx(theirs, abs=2e-6)
        state = host.project.state()
        rig.write(n, points)
        assert host.project.state() == state
    for n in row.removed:
        rig.remove(n)
        del there[n]
        for other, heard in there.items():
            same(rig.heard(other), heard)
            assert rig.asks(other) is asked
    host.raise_faults()
    same_places(before, places(host))
    now = lines_but_tempo(host), [line.text for line in tempo_map.lines(host.project)]
    assert now == untouched


def same(one: tuple[list[float], list[float]], other: tuple[list[float], list[float]]) -> None:
    assert one[0] == pytest.approx(other[0], abs=1e-8)
    assert one[1] == pytest.approx(other[1], abs=1e-6)
