"""Tracks that come and go, and the user's among them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmcomposer_core.contracts.session import Session
from filmcomposer_reaper.tracks.changes import user_changes
from filmcomposer_reaper.tracks.order import Slot, Wish, close_open, place_all, take_out
from tests.fakes.reaper.direct import HERE
from tests.fakes.reaper.project import tree
from tests.reaper_scripts.laid_cues import (
    FIRST,
    ORDER,
    PARTS,
    SECOND,
    all_said,
    depths,
    foreigners,
    fresh,
)
from tests.reaper_scripts.laying import (
    desk,
    foreign,
    move_to_top,
    text_of,
    with_text,
)

# --- tracks that come and go ----------------------------------------------------------------------


def without(made: Session, *gone: str) -> Session:
    """The session without some tracks; none of its receives is left pointing wrongly."""
    kept = [t for t in made.tracks if t.id not in gone]
    places = {str(i): str(kept.index(t)) for i, t in enumerate(made.tracks) if t in kept}
    tracks = []
    for t in kept:
        lines, skip = [], False
        for line in t.text.split("\n"):
            words = line.split()
            if words[0] == "AUXRECV":
                skip = words[1] not in places
                if not skip:
                    line = line.replace(f"AUXRECV {words[1]}", f"AUXRECV {places[words[1]]}")
            elif skip and words[0] == "MIDIOUT":
                skip = False
            if not skip:
                lines.append(line)
        tracks.append(replace(t, text="\n".join(lines)))
    return replace(made, tracks=tuple(tracks))


def test_a_part_that_leaves_the_cue_goes_unless_the_user_changed_it() -> None:
    less = without(FIRST, "horns", "stem/horns", "basses", "stem/basses")
    with desk() as d:
        foreign(d, "drums")
        d.lay(FIRST)
        d.r.SetMediaTrackInfo_Value(d.track("horns"), "D_VOL", 0.5)
        d.user()
        said = d.lay(less)
        assert said == ["Track 'Horns' is not in the cue any more; it stays as you changed it."]
        assert d.parts() == [
            "", "@theme", "@cue", "violins", "horns", "@reverb", "@stems", "stem/violins",
        ]  # fmt: skip
        assert depths(d) == [0, 0, 0, 1, 1, 0, 0, 1, 0]


def test_a_part_that_comes_goes_behind_the_one_before_it() -> None:
    less = without(FIRST, "horns", "stem/horns")
    with desk() as d:
        d.lay(less)
        assert d.parts() == [x for x in ORDER if "horns" not in x]
        d.lay(FIRST)
        assert d.parts() == ORDER
        assert all_said(d) == fresh(FIRST)


def test_a_track_of_the_users_in_our_folder_stays_where_it_is() -> None:
    less = without(FIRST, "basses", "stem/basses")
    with desk() as d:
        d.lay(less)
        # The user's track closes our folder.
        place = d.parts().index("horns") + 1
        d.r.SetMediaTrackInfo_Value(d.track("horns"), "I_FOLDERDEPTH", 0)
        d.r.InsertTrackAtIndex(place, False)
        d.r.SetMediaTrackInfo_Value(d.r.GetTrack(HERE, place), "I_FOLDERDEPTH", -1)
        d.user()
        strangers = foreigners(d)
        d.lay(FIRST)
        assert d.parts() == ["@theme", "@cue", *PARTS, "", *ORDER[5:]]
        assert depths(d) == [0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1, 0]
        assert foreigners(d) == strangers
        d.lay(less)
        assert (foreigners(d), depths(d)[:6]) == (strangers, [0, 0, 1, 1, 1, 0])


def test_the_last_track_of_a_folder_with_one_of_the_users_before_it_is_emptied_only() -> None:
    with desk() as d:
        d.lay(FIRST)
        place = d.parts().index("basses")
        d.r.InsertTrackAtIndex(place, False)
        d.user()
        strangers = foreigners(d)
        d.lay(without(FIRST, "basses", "stem/basses"))
        assert d.parts()[:6] == ["@theme", "@cue", "violins", "horns", "", "basses"]
        assert d.block("basses").blocks("ITEM") == []
        assert (foreigners(d), depths(d)[-1]) == (strangers, 0)


def test_a_deleted_track_stays_deleted_until_asked_for() -> None:
    with desk() as d:
        d.lay(FIRST)
        d.r.DeleteTrack(d.track("horns"))
        d.user()
        d.reopen()
        assert d.lay(SECOND) == ["Track 'Horns' stays deleted."]
        assert "horns" not in d.parts()
        d.lay(SECOND, keep=False)
        assert d.parts() == ORDER
        assert all_said(d) == fresh(SECOND)


def test_a_cue_whose_tracks_were_all_deleted_comes_back_when_the_user_says_so() -> None:
    with desk() as d:
        foreign(d, "drums")
        d.lay(FIRST)
        for part in ORDER:
            d.r.DeleteTrack(d.track(part))
        d.user()
        found = user_changes(d.reaper, d.record)
        assert {(c.aspect, c.words) for c in found} == {
            ("deleted", "You deleted all tracks of the cue")
        }
        assert d.lay(SECOND) == [
            "The cue's tracks stay deleted; to have them laid in again press Score selected video "
            "and answer No."
        ]
        assert d.parts() == [""]
        d.reopen()
        assert d.lay(SECOND, keep=False, shown=found) == []
        assert d.parts() == ["", *ORDER]


@pytest.mark.parametrize("folder", ["@cue", "@stems"])
@pytest.mark.parametrize("left_by_reaper", [-1, 0])
def test_a_folder_that_comes_back_stands_around_its_tracks(
    folder: str, left_by_reaper: int
) -> None:
    with desk() as d:
        foreign(d, "drums", "bass")
        d.lay(FIRST)
        before = d.parts(), depths(d)
        d.r.DeleteTrack(d.track(folder))
        last = d.track("basses" if folder == "@cue" else "stem/basses")
        d.r.SetMediaTrackInfo_Value(last, "I_FOLDERDEPTH", left_by_reaper)
        d.user()
        d.lay(SECOND, keep=False)
        assert (d.parts(), depths(d)) == before
        assert all_said(d) == fresh(SECOND)


@pytest.mark.parametrize(
    "deleted",
    [("basses",), ("violins", "horns", "basses"), ("stem/basses",), ("basses", "@reverb")],
)
def test_a_folder_whose_last_track_was_deleted_is_closed_again(deleted: tuple[str, ...]) -> None:
    """Nothing that stood behind it lies in it, least of all a track of the user's."""
    with desk() as d:
        d.lay(FIRST)
        foreign(d, "drums")
        for part in deleted:
            d.r.DeleteTrack(d.track(part))
        d.user()
        assert depths(d)[-1] == 1
        strangers = foreigners(d)
        for _ in range(2):
            d.lay(SECOND)
            inside = dict(zip(d.parts(), depths(d), strict=False))
            assert {part for part, depth in inside.items() if depth == 1} == {
                part
                for part in (*PARTS, *(f"stem/{p}" for p in PARTS))
                if part not in deleted and part.removeprefix("stem/") not in deleted
            }
            assert (depths(d)[-1], foreigners(d)) == (0, strangers)
        d.lay(SECOND, keep=False)
        assert (d.parts(), depths(d)[-1]) == ([*ORDER, ""], 0)


def test_an_open_folder_is_closed_by_a_track_of_ours_only() -> None:
    inside = {"@cue": {"a", "b"}}

    def closed(*steps: tuple[str, int]) -> list[int]:
        slots = [Slot(part, step, i, step) for i, (part, step) in enumerate(steps)]
        close_open(slots, inside)
        return [slot.step for slot in slots]

    assert closed(("@cue", 1), ("a", 0), ("", 0)) == [1, -1, 0]
    assert closed(("@cue", 1), ("a", -1), ("", 1)) == [1, -1, 1]  # open is the user's own
    assert closed(("@cue", 1), ("", 0)) == [0, 0]  # nothing is left in it
    # A folder of the user's around it, whose end has closed ours instead.
    assert closed(("", 1), ("@cue", 1), ("a", 0), ("@reverb", 0), ("", -1)) == [1, 1, -1, 0, -1]
    # A folder of the user's on a part of ours ends with a track of theirs.
    assert closed(("@cue", 1), ("a", 1), ("", -1), ("@reverb", 0)) == [1, 1, -1, 0]


def test_a_folder_closes_where_its_tracks_do() -> None:
    wishes = [Wish("@cue", ""), Wish("a", "@cue"), Wish("b", "@cue"), Wish("c", "@cue")]

    def placed(*steps: tuple[str, int]) -> list[tuple[str, int]]:
        slots = [Slot(part, step, i, step) for i, (part, step) in enumerate(steps)]
        place_all(slots, wishes)
        return [(slot.part, slot.step) for slot in slots]

    # The user's track between them is in it again; one dragged to the top stays there.
    between = ("a", 0), ("b", 0), ("", 0), ("c", -1), ("", 0)
    assert placed(*between) == [("@cue", 1), *between]
    assert placed(("a", 0), ("", 0), ("b", 0), ("c", -1)) == [
        ("a", 0), ("", 0), ("@cue", 1), ("b", 0), ("c", -1),
    ]  # fmt: skip
    # In a folder of the user's, which the last of ours closes too.
    assert placed(("", 1), ("a", 0), ("b", 0), ("c", -1), ("", 0)) == [
        ("", 1), ("@cue", 1), ("a", 0), ("b", 0), ("c", -2), ("", 0),
    ]  # fmt: skip


def test_a_copied_track_is_the_users() -> None:
    with desk() as d:
        d.lay(FIRST)
        block = d.block("horns")
        copy = tree.parse(
            text_of(block).replace(block.word(1), "{AAAAAAAA-0000-0000-0000-000000000000}")
        )
        root = d.host.project.root
        root.add(copy, root.place(block))  # before the one it was copied from
        for line in d.block("@reverb").lines("AUXRECV"):
            if int(line.word(1)) >= d.host.project.tracks().index(copy):
                line.put(1, str(int(line.word(1)) + 1))
        d.user()
        d.reopen()
        before = text_of(copy)
        d.lay(SECOND)
        assert text_of(d.host.project.tracks()[3]) == before
        assert d.parts().count("horns") == 2


def test_a_track_whose_tags_were_lost_is_found_by_its_guid() -> None:
    with desk() as d:
        d.lay(FIRST)
        block = d.block("horns")
        block.remove_child(block.block("EXT"))  # type: ignore[arg-type]
        d.user()
        d.lay(SECOND)
        assert len(d.parts()) == len(ORDER)


def test_a_moved_track_stays_where_the_user_put_it() -> None:
    with desk() as d:
        foreign(d, "drums")
        d.lay(FIRST)
        move_to_top(d, "horns")
        d.lay(with_text(FIRST, "horns", "VOLPAN 1", "VOLPAN 0.9"))
        assert d.parts()[0] == "horns"
        assert d.block("horns").read("VOLPAN", 1) == "0.9"


# --- the list of steps ----------------------------------------------------------------------------

WISHES = [Wish("@theme", ""), Wish("@cue", "")]
WISHES += [Wish(part, "@cue") for part in ("a", "b", "c")]
WISHES += [
    Wish("@reverb", ""),
    Wish("@stems", ""),
    Wish("stem/a", "@stems"),
    Wish("stem/b", "@stems"),
]


def levels(slots: list[Slot]) -> list[int]:
    found, level = [], 0
    for slot in slots:
        found.append(level)
        level += slot.step
    return [*found, level]


def around(slots: list[Slot], place: int) -> list[int]:
    """The folders that a track lies in, by identity, from the inside."""
    level, found = levels(slots), []
    lowest = level[place]
    for i in range(place - 1, -1, -1):
        if level[i] < lowest:
            found.append(id(slots[i]))
            lowest = level[i]
    return found


def project_of(depths_: list[int], parts: list[str]) -> list[Slot]:
    """Tracks at these depths, each at most one deeper than the one before; all folders close."""
    depths_ = [0, *depths_]
    fitted = [0]
    for depth in depths_[1:]:
        fitted.append(min(depth, fitted[-1] + 1))
    steps = [b - a for a, b in pairwise([*fitted, 0])]
    return [
        Slot(part, step, i, step) for i, (part, step) in enumerate(zip(parts, steps, strict=False))
    ]


@given(st.lists(st.integers(0, 3), max_size=12), st.randoms(use_true_random=False))
@settings(max_examples=300)
def test_whatever_the_folders_no_track_of_the_users_is_touched(
    deep: list[int], random: Random
) -> None:
    ours = [w.part for w in WISHES]
    kept = [p for p in ours if random.random() < 0.5]
    random.shuffle(kept)
    parts = [random.choice(["", kept.pop() if kept else ""]) for _ in range(len(deep) + 1)]
    slots = project_of(deep, parts)
    mine = [slot for slot in slots if not slot.part]
    folders = {id(s): around(slots, i) for i, s in enumerate(slots) if not s.part}
    place_all(slots, WISHES)
    assert sorted(s.part for s in slots if s.part) == sorted(ours)
    assert [s for s in slots if not s.part] == mine
    assert all(slot.step == slot.was for slot in mine)
    assert levels(slots)[-1] == 0
    assert all(level >= 0 for level in levels(slots))
    there = {id(slot) for slot in slots if slot.index >= 0}
    users = {id(slot) for slot in mine}
    for slot in mine:
        now = around(slots, next(i for i, s in enumerate(slots) if s is slot))
        then = folders[id(slot)]
        assert [folder for folder in now if folder in there] == then
        # A folder that comes back goes around tracks of ours, and what the user has put in those.
        assert now == then or {*then} - users
    for part in random.sample(ours, 4):
        before, count = [(s.part, s.step) for s in slots], len(slots)
        if take_out(slots, part):
            assert len(slots) == count - 1
        else:
            assert [(s.part, s.step) for s in slots] == before
        assert all(slot.step == slot.was for slot in mine)
        assert levels(slots)[-1] == 0
        assert all(level >= 0 for level in levels(slots))


def test_a_new_cue_by_hand() -> None:
    slots = [Slot("", 0, 0)]
    place_all(slots, WISHES)
    assert [(s.part, s.step) for s in slots] == [
        ("", 0), ("@theme", 0), ("@cue", 1), ("a", 0), ("b", 0), ("c", -1), ("@reverb", 0),
        ("@stems", 1), ("stem/a", 0), ("stem/b", -1),
    ]  # fmt: skip
