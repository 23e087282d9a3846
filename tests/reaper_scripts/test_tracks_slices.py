"""Our own tempo map, slices, and what goes wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from filmcomposer_core.errors import DawError
from filmcomposer_reaper.apply import Plan, apply
from filmcomposer_reaper.chunks.marks import piece_marks
from filmcomposer_reaper.cue.records import save_record
from filmcomposer_reaper.flow import Desk as FlowDesk
from filmcomposer_reaper.flow import Task, carry
from filmcomposer_reaper.tempo.lay import tempo_steps
from filmcomposer_reaper.tracks.ahead import read_ahead
from filmcomposer_reaper.tracks.changes import user_changes
from filmcomposer_reaper.tracks.lay import prepare_tracks, track_steps
from tests.fakes.reaper.direct import HERE
from tests.fakes.reaper.project.tree import Block, Line
from tests.reaper_scripts.laid_cues import (
    FIRST,
    SECOND,
    all_said,
    fresh,
    said_by,
)
from tests.reaper_scripts.laying import (
    Desk,
    desk,
    foreign,
    moving_plan,
    picture,
    session,
    text_of,
)

# --- our own tempo map, slices, what goes wrong ---------------------------------------------------


def test_items_that_our_tempo_map_moved_are_no_change_of_the_users() -> None:
    with desk() as d:
        d.lay_tempo(FIRST)
        d.lay(FIRST)
        d.r.SetMediaTrackInfo_Value(d.track("horns"), "D_VOL", 0.3)
        d.user()

        moved = session(plan=moving_plan(), anchor_s=5.0)
        steps = track_steps(d.reaper, d.record, moved)
        tempo = tempo_steps(d.reaper, d.record, moved, picture(5.0))
        list(apply(d.reaper, Plan(name="x", steps=[*tempo, *steps], cost_ms=1)))
        with desk() as other:
            other.lay_tempo(moved)
            other.lay(moved)
            expected = all_said(other)
        expected["horns"]["fader"] = all_said(d)["horns"]["fader"]
        assert all_said(d) == expected


def test_a_users_own_tempo_change_is_no_change_of_the_parts() -> None:

    with desk() as d:
        d.lay(FIRST)
        before = d.block("basses").blocks("ITEM")[0].read("LENGTH", 1)
        d.r.SetTempoTimeSigMarker(HERE, -1, 0.0, -1, -1, 77.0, 4, 4, False)
        d.user()
        assert d.block("basses").blocks("ITEM")[0].read("LENGTH", 1) != before
        assert user_changes(d.reaper, d.record) == ()


def test_looking_goes_in_slices_and_begins_anew_when_the_user_edits() -> None:
    with desk(clock="real") as d:
        d.lay(FIRST)
        work = prepare_tracks(d.reaper, d.record, SECOND)
        d.reaper.__class__.seconds, kept = slow(d), d.reaper.__class__.seconds  # type: ignore[method-assign]
        try:
            next(work)
            d.r.SetMediaTrackInfo_Value(d.track("basses"), "D_VOL", 0.2)
            d.user()
            steps = None
            while steps is None:
                try:
                    next(work)
                except StopIteration as end:
                    steps = end.value
        finally:
            d.reaper.__class__.seconds = kept  # type: ignore[method-assign]
        list(apply(d.reaper, Plan(name="x", steps=steps, cost_ms=1)))
        assert d.block("basses").read("VOLPAN", 1) == "0.2"


def test_reading_ahead_goes_in_slices_and_leaves_little_to_work_out() -> None:
    with desk(clock="real") as d:
        list(read_ahead(d.reaper, d.record))  # nothing is laid yet
        d.lay(FIRST)
        d.r.SetMediaTrackInfo_Value(d.track("basses"), "D_VOL", 0.2)
        d.user()
        d.reaper.__class__.seconds, kept = slow(d), d.reaper.__class__.seconds  # type: ignore[method-assign]
        try:
            slices = list(read_ahead(d.reaper, d.record))
        finally:
            d.reaper.__class__.seconds = kept  # type: ignore[method-assign]
        assert len(slices) == len(d.record.parts["tracks"]["tracks"])
        worked_out = piece_marks.cache_info().misses
        assert [c.aspect for c in user_changes(d.reaper, d.record)] == ["fader"]
        assert piece_marks.cache_info().misses == worked_out


def test_another_project_in_front_is_not_taken_for_the_cues() -> None:
    with desk(clock="real") as d:
        d.lay(FIRST)
        d.reaper.__class__.seconds, kept = slow(d), d.reaper.__class__.seconds  # type: ignore[method-assign]
        task = Task(name="x", until="report")
        work = carry(d.reaper, "", FlowDesk(record=d.record, picture=picture()), task)
        try:
            next(work)
            d.host.open_tab()
            with pytest.raises(DawError, match="Another project came to the front"):
                list(work)
        finally:
            d.reaper.__class__.seconds = kept  # type: ignore[method-assign]


def slow(d: Desk) -> Callable[[object], float]:
    now = [0.0]

    def seconds(self: object) -> float:
        now[0] += 1.0
        return now[0]

    return seconds


def test_edits_between_the_slices_of_a_large_plan_stay() -> None:

    with desk() as d:
        foreign(d, "drums")
        d.lay(FIRST)
        steps = [*track_steps(d.reaper, d.record, SECOND)]

        def late(step: Callable[[], None]) -> Callable[[], None]:
            def run() -> None:
                step()
                d.host.now_s += 0.06

            return run

        slices = 0
        plan = Plan(name="x", steps=[late(s) for s in steps], cost_ms=999)
        for slices, _ in enumerate(apply(d.reaper, plan), start=1):
            if slices == 1:
                d.r.SetMediaTrackInfo_Value(d.track("basses"), "D_VOL", 0.2)
                d.r.InsertTrackAtIndex(0, False)
                d.user()
            if slices == 2:
                d.r.DeleteTrack(d.track("horns"))
                d.user()
        assert slices > 8
        assert d.block("basses").read("VOLPAN", 1) == "0.2"
        expected = fresh(SECOND)
        del expected["horns"], expected["@reverb"]["send:horns"]
        expected["@reverb"].pop("sendenv:horns:AUXVOLENV", None)
        after = all_said(d)
        expected["basses"]["fader"] = after["basses"]["fader"]
        assert after == expected


def test_a_track_beyond_4_mib_keeps_all_but_its_items() -> None:
    with desk() as d:
        d.lay(FIRST)
        block = d.block("horns")
        place = next(i for i, c in enumerate(block.body) if c.key == "MAINSEND")
        block.add(Block("NOTES", [Line(f"|{'x' * 120}") for _ in range(40_000)]), place)
        d.user()
        moved = session(plan=moving_plan(), anchor_s=2.0)
        before = text_of(d.block("horns")).split("<ITEM")[0]
        assert d.lay(moved) == ["Track 'Horns' is too large for REAPER to show: only its items."]
        after = text_of(d.block("horns"))
        assert strip_hash(after.split("<ITEM")[0]) == strip_hash(before)
        wanted = fresh(moved)["horns"]
        assert {a: m for a, m in said_by(d.block("horns")).items() if "item" in a} == {
            a: m for a, m in wanted.items() if "item" in a
        }


def strip_hash(text: str) -> str:
    return "\n".join(x for x in text.split("\n") if not x.startswith("fc_hash"))


def test_a_step_that_fails_leaves_the_project_as_it_was() -> None:

    with desk() as d:
        foreign(d, "drums")
        before = d.state()
        steps = track_steps(d.reaper, d.record, FIRST)

        def fail() -> None:
            raise RuntimeError

        steps.insert(5, fail)
        steps.append(lambda: save_record(d.reaper, d.record))
        with pytest.raises(RuntimeError):
            list(apply(d.reaper, Plan(name="x", steps=steps, cost_ms=1)))
        assert d.state() == before
