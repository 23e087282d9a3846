from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from filmcomposer_core.errors import DawError
from filmcomposer_reaper.apply import Plan, apply
from tests.fakes.reaper.direct import HERE
from tests.reaper_scripts.laying import Desk, desk, foreign

NAME = "FilmComposer: Mix"


@pytest.fixture
def d() -> Iterator[Desk]:
    with desk() as made:
        foreign(made, "a")
        yield made


def renames(d: Desk, *names: str, each_s: float = 0.0) -> list[Callable[[], None]]:
    """Steps that each give the first track another name and take some time."""

    def rename(name: str) -> None:
        track = d.reaper.rpr.GetTrack(0, 0)
        d.reaper.rpr.GetSetMediaTrackInfo_String(track, "P_NAME", name, True)
        d.host.now_s += each_s

    return [lambda n=name: rename(n) for name in names]  # type: ignore[misc]


def step_names(d: Desk) -> list[str]:
    return [name for name, _ in d.host.project.history.states[1:]]


def balanced(d: Desk) -> bool:
    return d.host.project.history.depth == 0 and d.host.project.refresh_locks == 0


def name(d: Desk) -> str:
    return d.host.project.tracks()[0].read("NAME", 1)


def test_a_small_plan_is_one_step_in_one_slice(d: Desk) -> None:
    plan = Plan(name=NAME, steps=renames(d, "x", "y", each_s=10.0), cost_ms=150)
    assert list(apply(d.reaper, plan)) == []
    assert (step_names(d), name(d), balanced(d)) == ([NAME], "y", True)


def test_a_large_plan_goes_in_slices_of_50_ms_each_a_step(d: Desk) -> None:
    steps = renames(d, "1", "2", "3", "4", "5", each_s=0.02)
    held = []
    for _ in apply(d.reaper, Plan(name=NAME, steps=steps, cost_ms=151)):
        held.append((name(d), balanced(d)))
        d.host.now_s += 1.0
    # A third step of 20 ms would end after 50.
    assert held == [("2", True), ("4", True)]
    assert step_names(d) == [f"{NAME} (part 1)", f"{NAME} (part 2)", f"{NAME} (part 3)"]
    assert "edited" not in d.host.console


def test_a_step_longer_than_a_slice_is_still_done(d: Desk) -> None:
    slices = list(apply(d.reaper, Plan(name=NAME, steps=renames(d, *"abc", each_s=2), cost_ms=999)))
    assert (len(slices), name(d)) == (2, "c")


def test_a_large_plan_that_fits_one_slice_has_the_bare_name(d: Desk) -> None:
    assert list(apply(d.reaper, Plan(name=NAME, steps=renames(d, "x"), cost_ms=999))) == []
    assert step_names(d) == [NAME]


@pytest.mark.parametrize("cost", [1.0, 999.0])
def test_a_plan_that_changes_nothing_leaves_no_step(d: Desk, cost: float) -> None:
    for steps in ([], renames(d, "a", "a", "a", each_s=0.04)):
        list(apply(d.reaper, Plan(name=NAME, steps=steps, cost_ms=cost)))
        assert (step_names(d), balanced(d)) == ([], True)


def test_an_edit_between_slices_is_a_step_of_its_own_and_said_once(d: Desk) -> None:
    steps = renames(d, "1", "2", "3", each_s=0.06)
    for n, _ in enumerate(apply(d.reaper, Plan(name=NAME, steps=steps, cost_ms=999))):
        d.r.SetMediaTrackInfo_Value(d.r.GetTrack(HERE, 0), "D_VOL", 0.1 * (n + 1))
        d.user(f"fader {n}")
    assert step_names(d) == [
        f"{NAME} (part 1)", "fader 0", f"{NAME} (part 2)", "fader 1", f"{NAME} (part 3)",
    ]  # fmt: skip
    assert d.host.console.count("you edited") == 1
    d.r.Undo_DoUndo2(0)
    assert d.host.project.tracks()[0].read("VOLPAN", 1) == "0.2"


class Trip(Exception):
    pass


def trip() -> None:
    raise Trip


def test_what_a_failing_slice_did_is_undone_and_the_error_goes_on(d: Desk) -> None:
    before = d.state()
    with pytest.raises(Trip):
        list(apply(d.reaper, Plan(name=NAME, steps=[*renames(d, "x"), trip], cost_ms=1)))
    assert (d.state(), balanced(d)) == (before, True)


def test_a_failure_before_any_change_undoes_nothing_of_the_users(d: Desk) -> None:
    # Also not a step of ours of the same name from before.
    list(apply(d.reaper, Plan(name=NAME, steps=renames(d, "x"), cost_ms=1)))
    before = d.state()
    with pytest.raises(Trip):
        list(apply(d.reaper, Plan(name=NAME, steps=[trip], cost_ms=1)))
    assert d.state() == before
    assert d.host.count("Undo_DoUndo2") == 0


def test_a_failure_in_a_later_slice_leaves_the_earlier_ones_to_the_user(d: Desk) -> None:
    steps = [*renames(d, "1", "2", each_s=0.06), trip]
    work = apply(d.reaper, Plan(name=NAME, steps=steps, cost_ms=999))
    next(work)
    next(work)
    with pytest.raises(Trip):
        next(work)
    assert (name(d), balanced(d)) == ("2", True)
    assert "parts 1 to 2 stay" in d.host.console


def test_a_plan_whose_steps_fail_to_come_is_closed_too(d: Desk) -> None:
    def steps() -> Iterator[Callable[[], None]]:
        yield renames(d, "x")[0]
        raise Trip

    before = d.state()
    with pytest.raises(Trip):
        list(apply(d.reaper, Plan(name=NAME, steps=steps(), cost_ms=1)))
    assert (d.state(), balanced(d)) == (before, True)


def test_ending_the_action_between_slices_leaves_nothing_open(d: Desk) -> None:
    work = apply(d.reaper, Plan(name=NAME, steps=renames(d, "1", "2", each_s=0.06), cost_ms=999))
    next(work)
    work.close()
    assert (name(d), balanced(d)) == ("1", True)


def test_another_project_in_front_stops_it(d: Desk) -> None:
    work = apply(d.reaper, Plan(name=NAME, steps=renames(d, "1", "2", each_s=0.06), cost_ms=999))
    next(work)
    d.host.project.load('<REAPER_PROJECT 0.1 "7.66/linux-x86_64" 0 0\n<TRACK\nNAME z\n>\n>\n')
    d.host.project.path = d.host.resources
    with pytest.raises(DawError, match="another project came to the front"):
        next(work)
    assert (name(d), balanced(d)) == ("z", True)
