"""Hits and sections in the open project: written, kept, taken over, read back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from filmcomposer_core.contracts.observed import ObservedMarker
from tests.fakes.reaper import Host
from tests.fakes.reaper.inside import inside
from tests.fakes.reaper.project import markers
from tests.reaper_scripts.marker_world import (
    ANCHOR,
    BLUE,
    CUE,
    RED,
    Stand,
    at,
    hit,
    lay,
    listed,
    native,
    picture,
    record,
    section,
    seen,
    session,
    user_adds,
)

DOOR = hit("s1", 5.0)
LOOK = hit("s2", 12.5, "3 any | look", BLUE)


@pytest.fixture
def held() -> Any:
    return record()


def read(reaper: Any, held: Any, **changed: Any) -> list[tuple[str, float, str | None]]:
    from filmcomposer_reaper.markers.lay import read_markers

    found = read_markers(reaper, held, picture(**changed))
    assert found is not None
    return [(m.id, round(m.time_s, 6), m.name) for m in found]


def named(host: Host, name: str) -> str | None:
    """What reading gives for a name: nothing before 7.62."""
    return name if host.version >= (7, 62) else None


# --- writing --------------------------------------------------------------------------------------


def test_hits_and_sections_are_written_by_name_and_colour(
    host: Host, reaper: Any, held: Any
) -> None:
    lay(reaper, held, session([DOOR, LOOK], [section("A", 0.0, 20.0)]))
    assert [(m.position, m.region_end, m.name, m.colour) for m in listed(host)] == [
        (10.0, 30.0, "A theme", native(host, BLUE)),
        (15.0, 0.0, "8 downbeat | door", native(host, RED)),
        (22.5, 0.0, "3 any | look", native(host, BLUE)),
    ]


@pytest.mark.parametrize("version", [(6, 80), (7, 78)])
@pytest.mark.parametrize("order", ["rgb", "bgr"])
def test_colours_are_what_the_session_says_on_every_system(
    version: tuple[int, int], order: str, held: Any
) -> None:
    host = Host(version=version, native=order)
    with inside(host) as main:
        from filmcomposer_reaper.adapter.reaper import Reaper

        reaper = Reaper(main)
        lay(reaper, held, session([DOOR]))
        assert listed(host)[0].colour == {"rgb": 0x1CC2200, "bgr": 0x10022CC}[order]
        assert lay(reaper, held, session([DOOR])) == 0  # it reads the colour as it was written
    host.raise_faults()


def test_a_second_writing_of_the_same_touches_nothing(host: Host, reaper: Any, held: Any) -> None:
    laid = session([DOOR, LOOK], [section("A", 0.0, 20.0)])
    lay(reaper, held, laid)
    before, kept = host.project.state(), held.parts
    host.calls.clear()
    assert lay(reaper, held, laid) == 0
    assert host.project.state() == before
    assert held.parts == kept
    wrote = {name for name, _ in host.calls if name.startswith(("Set", "Add", "Delete"))}
    assert wrote <= {"SetProjExtState"}


def test_only_what_differs_is_written_and_identity_stays(
    host: Host, reaper: Any, held: Any
) -> None:
    lay(reaper, held, session([DOOR, LOOK], [section("A", 0, 20), section("B", 20, 40)]))
    lines = {m.name: m.start for m in listed(host)}
    moved = [replace(DOOR, time_s=30.0), replace(LOOK, name="4 beat | look", color=RED)]
    lay(reaper, held, session(moved, [section("A", 0, 22), section("B", 22, 40)]))
    now = {m.name: m for m in listed(host)}
    assert now["8 downbeat | door"].start is lines["8 downbeat | door"]
    assert now["8 downbeat | door"].position == 30.0
    assert now["4 beat | look"].start is lines["3 any | look"]
    assert now["4 beat | look"].colour == native(host, RED)
    ends = [(m.position, m.region_end) for m in listed(host) if m.is_region]
    assert ends == [(10, 32), (32, 50)]


def test_a_section_moves_past_its_old_end_and_back(host: Host, reaper: Any, held: Any) -> None:
    for start, end in [(0, 10), (20, 30), (5, 12), (11, 40)]:
        lay(reaper, held, session([], [section("A", start, end)]))
        assert [(m.position, m.region_end) for m in listed(host)] == [(10 + start, 10 + end)]


def test_what_the_session_has_no_more_is_removed(host: Host, reaper: Any, held: Any) -> None:
    user_adds(host, 15.0, "verse")
    before = host.project.root.lines("MARKER")
    before = [line.text for line in before]
    lay(reaper, held, session([DOOR, LOOK], [section("A", 0, 20)]))
    lay(reaper, held, session([LOOK]))
    assert seen(host) == [(15.0, "verse"), (22.5, "3 any | look")]
    lay(reaper, held, session())
    assert [line.text for line in host.project.root.lines("MARKER")] == before


def test_others_and_their_numbers_are_left_alone(host: Host, reaper: Any, held: Any) -> None:
    for time_s in (3.0, 15.0, 40.0):
        user_adds(host, time_s, f"mine {time_s}")
    user_adds(host, 12.0, "my region", end_s=14.0)
    theirs = {m.start: m.start.text for m in listed(host)}
    lay(reaper, held, session([DOOR, LOOK], [section("A", 0, 20)]))
    lay(reaper, held, session([replace(DOOR, time_s=15.5)], [section("A", 3, 20)]))
    assert {line: line.text for line in theirs} == theirs
    numbers = [(m.is_region, m.number) for m in listed(host)]
    assert len(set(numbers)) == len(numbers)


def test_ours_at_the_place_and_number_of_anothers(host: Host, reaper: Any, held: Any) -> None:
    """Two markers may share a displayed number, and a place."""
    lay(reaper, held, session([DOOR, LOOK]))
    number = at(host, 15.0).number
    theirs = user_adds(host, 15.0, "theirs")
    markers.renumber(theirs, number)
    held.parts["markers"]["foreign"] = [[theirs.guid[1:9], number, 15.0, ""]]
    lay(reaper, held, session([replace(DOOR, time_s=33.0), LOOK]))
    assert seen(host) == [(15.0, "theirs"), (22.5, "3 any | look"), (33.0, "8 downbeat | door")]
    lay(reaper, held, session([LOOK]))
    assert seen(host) == [(15.0, "theirs"), (22.5, "3 any | look")]


def test_anothers_marker_with_our_number_comes_first(host: Host, reaper: Any, held: Any) -> None:
    theirs = user_adds(host, 2.0, "theirs")
    lay(reaper, held, session([DOOR, LOOK]))
    markers.renumber(theirs, at(host, 15.0).number)
    lay(reaper, held, session([replace(DOOR, time_s=33.0, name="1 any | gate"), LOOK]))
    assert seen(host) == [(2.0, "theirs"), (22.5, "3 any | look"), (33.0, "1 any | gate")]
    lay(reaper, held, session([LOOK]))
    assert seen(host) == [(2.0, "theirs"), (22.5, "3 any | look")]


def test_the_picture_moves_and_its_markers_follow(host: Host, reaper: Any, held: Any) -> None:
    laid = [DOOR, LOOK], [section("A", 0, 20)]
    lay(reaper, held, session(*laid))
    lay(reaper, held, session(*laid, anchor_s=100.0))
    assert [(m.position, m.region_end) for m in listed(host)] == [(100, 120), (105, 0), (112.5, 0)]


def test_many_markers_take_few_calls_and_short_steps(host: Host, reaper: Any, held: Any) -> None:
    from filmcomposer_reaper.markers.lay import marker_steps

    hits = [hit(f"s{i}", i / 8, f"{i % 10} any | {i}") for i in range(500)]
    for step in marker_steps(reaper, held, session(hits)):
        host.calls.clear()
        step()
        assert len(host.calls) <= 700
    host.calls.clear()
    assert len(read(reaper, held)) == 500
    assert len(host.calls) <= 500 * (8.1 if host.version >= (7, 62) else 1.2)
    buffers = [name for name, _ in host.calls if name.endswith("_String")]
    assert len(buffers) <= 500  # each clears 4 MiB
    host.calls.clear()
    moved = [replace(m, time_s=m.time_s + 0.01) for m in hits[:60]]
    steps = marker_steps(reaper, held, session([*moved, *hits[60:]]))
    assert not [name for name, _ in host.calls if name.endswith("_String")]
    for step in steps:
        host.calls.clear()
        step()
        assert len(host.calls) <= 700
    expected = [10 + i / 8 + (0.01 if i < 60 else 0) for i in range(500)]
    assert [m.position for m in listed(host)] == pytest.approx(expected)


# --- the user's hand ------------------------------------------------------------------------------


def test_what_the_user_changed_stays_while_the_session_says_the_same(
    host: Host, reaper: Any, held: Any
) -> None:
    laid = session([DOOR, LOOK], [section("A", 0, 20)])
    lay(reaper, held, laid)
    markers.move(at(host, 15.0), 16.25, None)
    markers.paint(at(host, 16.25), native(host, "#010203"))
    markers.rename(at(host, 22.5), "my look")
    markers.move(at(host, 10.0), 10.0, 33.0)
    before = [m.start.text for m in listed(host)]
    for _ in range(3):
        lay(reaper, held, laid)
        assert [m.start.text for m in listed(host)] == before
    lay(reaper, held, laid, keep=False)
    assert seen(host) == [(15.0, "8 downbeat | door"), (22.5, "3 any | look")]
    assert at(host, 15.0).colour == native(host, RED)
    assert at(host, 10.0).region_end == 30.0


def test_a_drag_is_told_and_what_the_core_makes_of_it_is_written(
    host: Host, reaper: Any, held: Any
) -> None:
    lay(reaper, held, session([DOOR]))
    markers.move(at(host, 15.0), 16.26, None)
    assert read(reaper, held) == [("s1", 6.26, named(host, "8 downbeat | door"))]
    lay(reaper, held, session([replace(DOOR, time_s=16.25)]))  # laid on a frame
    assert seen(host) == [(16.25, "8 downbeat | door")]


def test_a_second_drag_after_the_reading_is_not_lost(host: Host, reaper: Any, held: Any) -> None:
    lay(reaper, held, session([DOOR]))
    markers.move(at(host, 15.0), 16.26, None)
    read(reaper, held)
    markers.move(at(host, 16.26), 18.0, None)
    lay(reaper, held, session([replace(DOOR, time_s=16.25)]))
    assert seen(host) == [(18.0, "8 downbeat | door")]
    assert read(reaper, held)[0][1] == 8.0
    lay(reaper, held, session([replace(DOOR, time_s=18.0)]))
    assert read(reaper, held)[0][1] == 8.0


def test_a_new_name_is_told_where_it_can_be_read(host: Host, reaper: Any, held: Any) -> None:
    lay(reaper, held, session([DOOR]))
    markers.rename(at(host, 15.0), "9 beat | the door")
    assert read(reaper, held) == [("s1", 5.0, named(host, "9 beat | the door"))]
    lay(reaper, held, session([DOOR]))
    assert seen(host) == [(15.0, "9 beat | the door")]
    lay(reaper, held, session([replace(DOOR, name="9 beat | door")]))
    assert seen(host) == [(15.0, "9 beat | door")]


def test_a_deleted_marker_is_missing_and_stays_away(host: Host, reaper: Any, held: Any) -> None:
    laid = session([DOOR, LOOK])
    lay(reaper, held, laid)
    markers.delete(host.project, at(host, 15.0))
    assert [m[0] for m in read(reaper, held)] == ["s2"]
    lay(reaper, held, laid)
    assert seen(host) == [(22.5, "3 any | look")]
    lay(reaper, held, session([LOOK]))  # the core takes it over
    lay(reaper, held, session([replace(DOOR, time_s=17.0), LOOK]))  # and has another one there
    assert [time for time, _ in seen(host)] == [17.0, 22.5]
    markers.delete(host.project, at(host, 17.0))
    lay(reaper, held, session([replace(DOOR, time_s=17.0), LOOK]), keep=False)
    assert [time for time, _ in seen(host)] == [17.0, 22.5]


def test_an_added_marker_is_told_and_becomes_ours(host: Host, reaper: Any, held: Any) -> None:
    user_adds(host, 20.0, "verse")  # there before the first spotting
    user_adds(host, 21.0, "must  Any | mine")  # but this has the form of a hit
    lay(reaper, held, session([DOOR]))
    user_adds(host, 30.02, "glass")
    user_adds(host, 9.0, "before the picture")
    user_adds(host, 71.0, "after it")
    user_adds(host, 12.0, "a region", end_s=13.0)
    names = read(reaper, held)
    expected = [("s1", 5.0, named(host, "8 downbeat | door"))]
    if host.version >= (7, 62):
        expected.append(("", 11.0, "must  Any | mine"))
    assert names == [*expected, ("", 20.02, named(host, "glass"))]
    line = at(host, 30.02).start
    lay(reaper, held, session([DOOR, hit("s9", 20.0, "5 any | glass")]))
    assert at(host, 30.0).start is line
    # A name that could not be read is not written over.
    assert at(host, 30.0).name == ("5 any | glass" if host.version >= (7, 62) else "glass")
    assert read(reaper, held)[-1][:2] == ("s9", 20.0)
    assert {"verse", "before the picture", "after it"} <= {name for _, name in seen(host)}
    lay(reaper, held, session([DOOR]))
    assert "glass" not in str(seen(host))


def test_nothing_is_told_before_the_first_writing(reaper: Any, held: Any) -> None:
    from filmcomposer_reaper.markers.lay import read_markers

    assert read_markers(reaper, held, picture()) is None


def test_a_marker_dragged_out_of_the_picture_is_told(host: Host, reaper: Any, held: Any) -> None:
    lay(reaper, held, session([DOOR]))
    markers.move(at(host, 15.0), 4.0, None)
    assert [m[:2] for m in read(reaper, held)] == [("s1", -6.0)]


def test_a_moved_or_cut_picture_drags_no_marker(host: Host, reaper: Any, held: Any) -> None:
    lay(reaper, held, session([DOOR, LOOK]))
    for changed in ({"position_s": 50.0}, {"position_s": 12.0, "in_s": 2.0, "length_s": 58.0}):
        assert [m[:2] for m in read(reaper, held, **changed)] == [("s1", 5.0), ("s2", 12.5)]
    for marker in listed(host):  # along with the picture
        markers.move(marker, marker.position + 40.0, None)
    found = read(reaper, held, position_s=ANCHOR + 40.0)
    assert [m[:2] for m in found] == [("s1", 5.0), ("s2", 12.5)]


def test_what_was_not_dragged_is_told_to_the_last_bit(host: Host, reaper: Any, held: Any) -> None:
    from filmcomposer_reaper.markers.lay import read_markers

    times = [0.1, 1 / 3, 2.7]
    lay(reaper, held, session([hit(f"s{i}", time_s) for i, time_s in enumerate(times)]))
    for by in (0.0, 33.3):
        for marker in listed(host):
            markers.move(marker, marker.position + by, None)
        found = read_markers(reaper, held, picture(position_s=ANCHOR + by))
        assert [m.time_s for m in found or ()] == [round(time_s, 9) for time_s in times]


def test_renumbered_markers_are_found_again(host: Host, reaper: Any, held: Any) -> None:
    for time_s in (1.0, 12.0, 18.0):
        user_adds(host, time_s)
    lay(reaper, held, session([DOOR, LOOK]))
    for number, marker in enumerate(listed(host), start=1):
        markers.renumber(marker, number)
    assert [m[:2] for m in read(reaper, held)] == [("s1", 5.0), ("s2", 12.5)]
    lay(reaper, held, session([replace(DOOR, time_s=16.0), LOOK]))
    assert [time for time, _ in seen(host)] == [1.0, 12.0, 16.0, 18.0, 22.5]


def test_without_guids_a_marker_is_known_by_the_number_that_the_user_gave_it(
    host: Host, reaper: Any, held: Any
) -> None:
    laid = session([DOOR, replace(LOOK, color=RED)])
    lay(reaper, held, laid)
    door, look = at(host, 15.0), at(host, 22.5)
    markers.renumber(door, 8)
    markers.renumber(look, 9)
    lay(reaper, held, laid)
    markers.move(door, 24.0, None)  # past one another: only the numbers tell them apart
    markers.move(look, 14.0, None)
    assert [m[:2] for m in read(reaper, held)] == [("s2", 4.0), ("s1", 14.0)]


def test_the_number_of_a_deleted_one_goes_to_another_of_ours(
    host: Host, reaper: Any, held: Any
) -> None:
    laid = session([DOOR, replace(LOOK, color=RED)])
    lay(reaper, held, laid)
    markers.delete(host.project, at(host, 15.0))
    lay(reaper, held, laid)
    lay(reaper, held, session([*laid.markers, hit("s3", 50.0)]))
    assert at(host, 60.0).number == 1
    markers.move(at(host, 60.0), 15.5, None)  # near to where the deleted one was
    assert [m[:2] for m in read(reaper, held)] == [("s3", 5.5), ("s2", 12.5)]


def test_a_foreign_marker_that_is_dragged_is_no_hit(host: Host, reaper: Any, held: Any) -> None:
    user_adds(host, 40.0, "verse")
    lay(reaper, held, session([DOOR]))
    markers.move(at(host, 40.0), 30.0, None)
    assert [m[0] for m in read(reaper, held)] == ["s1"]


def test_a_new_marker_with_the_number_of_a_deleted_one_is_not_ours(
    host: Host, reaper: Any, held: Any
) -> None:
    lay(reaper, held, session([DOOR, LOOK]))
    number = at(host, 15.0).number
    markers.delete(host.project, at(host, 15.0))
    assert user_adds(host, 17.0, "new").number == number
    expected = [("", 7.0, named(host, "new")), ("s2", 12.5, named(host, "3 any | look"))]
    assert read(reaper, held) == expected


def test_two_cues_at_one_place_do_not_take_each_others(host: Host, reaper: Any, held: Any) -> None:
    other = record("fedcba98")
    lay(reaper, held, session([DOOR]))
    lay(reaper, other, session([replace(LOOK, id="s1")]))
    user_adds(host, 40.0, "new")
    assert [m[:2] for m in read(reaper, held)] == [("s1", 5.0), ("", 30.0)]
    assert [m[:2] for m in read(reaper, other)] == [("s1", 12.5), ("", 30.0)]
    lay(reaper, held, session([DOOR, hit("s2", 30.0)]))
    assert [m[:2] for m in read(reaper, other)] == [("s1", 12.5)]
    lay(reaper, other, session())
    assert [time for time, _ in seen(host)] == [15.0, 40.0]


def test_a_project_taken_to_the_other_generation(held: Any) -> None:
    for first, second in (((6, 80), (7, 78)), ((7, 78), (6, 80))):
        held, old, new = record(), Host(version=first), Host(version=second)
        lay(Stand(old), held, session([DOOR, LOOK]))
        new.project.load(old.project.state())
        markers.move(at(new, 15.0), 16.0, None)
        assert [m[:2] for m in read(Stand(new), held)] == [("s1", 6.0), ("s2", 12.5)]
        lay(Stand(new), held, session([replace(DOOR, time_s=16.0), LOOK]))
        assert [m[:2] for m in read(Stand(new), held)] == [("s1", 6.0), ("s2", 12.5)]
        assert len(seen(new)) == 2


# --- names through SWS ----------------------------------------------------------------------------


class WithSws(Stand):
    """An older REAPER with the extension SWS."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.texts: dict[str, str] = {}
        for name in ("CreateFastString", "GetFastString", "DeleteFastString"):
            setattr(self.rpr, f"SNM_{name}", getattr(self, name))
        self.rpr.SNM_GetProjectMarkerName = self.name

    def has(self, name: str) -> bool:
        return name.startswith("SNM_") or super().has(name)

    def CreateFastString(self, text: str) -> str:
        self.texts["(WDL_FastString*)0x1"] = text
        return "(WDL_FastString*)0x1"

    def GetFastString(self, pointer: str) -> str:
        return self.texts[pointer]

    def DeleteFastString(self, pointer: str) -> None:
        del self.texts[pointer]

    def name(self, project: int, number: int, region: bool, pointer: str) -> bool:
        found = [m for m in listed(self._host) if (m.number, m.is_region) == (number, region)]
        self.texts[pointer] = found[0].name if found else ""
        return bool(found)


def test_sws_tells_an_older_reaper_names(held: Any) -> None:
    from filmcomposer_reaper.markers.lay import name_notice

    host = Host(version=(6, 80))
    reaper = WithSws(host)
    lay(reaper, held, session([DOOR]))
    markers.rename(at(host, 15.0), "9 beat | gate")
    assert read(reaper, held) == [("s1", 5.0, "9 beat | gate")]
    assert reaper.texts == {}
    assert name_notice(reaper) == ""
    assert "positions are read" in name_notice(Stand(host))


def test_hit_names() -> None:
    from filmcomposer_reaper.markers.name import is_hit_name

    good = ["8 downbeat | door", "MUST any|x", "7.5  BEAT | y", "0 avoid | "]
    bad = ["door", "8 | door", "downbeat | door", "8 downbeat door", "x 8 any | y", ""]
    assert [is_hit_name(name) for name in [*good, *bad]] == [True] * 4 + [False] * 6


def test_the_record_is_plain_and_small(reaper: Any, held: Any) -> None:
    import json

    lay(reaper, held, session([hit(f"s{i}", i / 3) for i in range(60)]))
    text = json.dumps(held.parts)
    assert json.loads(text) == held.parts
    assert len(text) < 60 * 125
    assert CUE not in text


def test_observed_markers_are_the_contracts(reaper: Any, held: Any) -> None:
    from filmcomposer_reaper.markers.lay import read_markers

    lay(reaper, held, session([DOOR]))
    found = read_markers(reaper, held, picture())
    assert found is not None
    assert isinstance(found[0], ObservedMarker)
