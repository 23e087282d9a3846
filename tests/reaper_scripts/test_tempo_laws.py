"""Laws of writing a cue's tempo map, on projects of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings

from filmcomposer_core.errors import DawError
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.cue.records import from_line, to_line
from filmcomposer_reaper.tempo.lay import project_points, remove_tempo_steps, tempo_steps
from tests.fakes.reaper import Host
from tests.fakes.reaper.direct import HERE, Direct
from tests.fakes.reaper.functions import Out
from tests.fakes.reaper.inside import inside
from tests.fakes.reaper.project import tempo_map
from tests.reaper_scripts.conftest import VERSIONS
from tests.reaper_scripts.tempo_cases import (
    CUE,
    Case,
    build,
    cases,
    cue_of,
    kept_outside,
    lies_in,
    run,
    video_aside,
)
from tests.reaper_scripts.tempo_projects import CLIP, bar_lines, places, same_places, timeline_bars

Rig = tuple[Reaper, Host]


def opened(host: Host) -> Iterator[Rig]:
    host.media[CLIP] = 6000.0
    with inside(host) as main:
        yield Reaper(main), host


@pytest.fixture(params=VERSIONS, ids=["6.80", "7.78"], scope="module")
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    """One REAPER for all examples; each opens a project of its own."""
    yield from opened(Host(version=request.param))


@pytest.fixture(params=VERSIONS, ids=["6.80", "7.78"], scope="module")
def by_calls(request: pytest.FixtureRequest) -> Iterator[Rig]:
    """A REAPER that takes no text of a tempo map (unverified: it may)."""
    yield from opened(Host(version=request.param, more={"GetEnvelopeStateChunk": no_map_text}))


def no_map_text(host: Host, envelope: int, *more: Any) -> Any:
    held = host.project.handles.nodes[envelope]
    if held.key == "TEMPOENVEX":
        return Out(False)
    from tests.fakes.reaper.behaviours.envelopes import get_chunk

    return get_chunk(host, envelope, *more)


@given(case=cases())
@settings(max_examples=60, deadline=None)
def test_nothing_moves_and_the_cue_lies_in_the_project(rig: Rig, case: Case) -> None:
    reaper, host = rig
    record, picture, made = cue_of(case, build(host, case))
    before, old = places(host), tempo_map.read(host.project)
    run(reaper, host, record, tempo_steps(reaper, record, made, picture), "Score")
    host.raise_faults()
    same_places(video_aside(before), video_aside(places(host)))
    lies_in(host, case)
    kept_outside(host, case, old)
    # The bars after the cue go on where they were.
    end = case.anchor + case.length
    after = bar_lines(host, end + 1e-3, end + 41)
    build(host, case)
    own = bar_lines(host, end + 1e-3, end + 40)
    later = [t for t in after if t > own[0] - 1e-6]
    assert later[: len(own)] == pytest.approx(own, abs=1e-6)


@given(case=cases())
@settings(max_examples=40, deadline=None)
def test_twice_is_once_and_what_was_there_comes_back(rig: Rig, case: Case) -> None:
    reaper, host = rig
    record, picture, made = cue_of(case, build(host, case))
    before, untouched = places(host), host.project.state()
    old = tempo_map.read(host.project)
    run(reaper, host, record, tempo_steps(reaper, record, made, picture), "Score")
    state = host.project.state()
    held = from_line(CUE, to_line(record))
    assert held is not None
    run(reaper, host, held, tempo_steps(reaper, held, made, picture), "Score again")
    assert host.project.state() == state
    run(reaper, host, held, remove_tempo_steps(reaper, held), "Delete the cue")
    host.raise_faults()
    same_places(before, places(host))
    now = tempo_map.read(host.project)
    assert len(now.points) == len(old.points)
    for a, b in zip(now.points, old.points, strict=True):
        assert (a.time, a.bpm, a.linear) == pytest.approx((b.time, b.bpm, b.linear), abs=1e-6)
        assert not b.num or (a.num, a.den) == (b.num, b.den)
    r = Direct(host)
    r.Undo_DoUndo2(HERE)
    assert host.project.state() == state
    r.Undo_DoUndo2(HERE)
    assert host.project.state() == untouched


@given(case=cases())
@settings(max_examples=40, deadline=None)
def test_the_projects_own_map_is_told_as_whole_bars(rig: Rig, case: Case) -> None:
    reaper, host = rig
    _, picture, _ = cue_of(case, build(host, case))
    points = project_points(reaper, picture)
    end = case.anchor + case.length
    inner = [t - case.anchor for t in bar_lines(host, case.anchor, end - 1e-3)]
    told = timeline_bars(points, case.length - 1e-3)
    assert points[0].time_s == told[0] == 0.0
    theirs = [t for t in told if t > 1e-6]
    # Bars that are too short for a tempo of their own are one with the next.
    met = [t for t in inner if any(abs(t - u) < 1e-6 for u in theirs)]
    assert met == pytest.approx(theirs, abs=1e-6)
    assert len([t for t in inner if t > 1e-6]) - len(theirs) <= 2


@given(case=cases())
@settings(max_examples=40, deadline=None)
def test_without_the_maps_text_it_lies_there_all_the_same(by_calls: Rig, case: Case) -> None:
    reaper, host = by_calls
    record, picture, made = cue_of(case, build(host, case))
    before, old = places(host), tempo_map.read(host.project)
    said = len(host.console)
    refusal = ""
    try:
        run(reaper, host, record, tempo_steps(reaper, record, made, picture), "Score")
    except DawError as found:
        refusal = str(found)
    host.raise_faults()
    if refusal:
        # No tempo up to 960 BPM puts whole beats into what is left of a bar.
        assert host.version < (7, 19)
        assert "cannot begin a bar" in refusal
        host.project.history.depth = 0
        same_places(before, places(host))
        assert tempo_map.read(host.project).points == old.points
        return
    same_places(video_aside(before), video_aside(places(host)))
    lies_in(host, case)
    if host.version >= (7, 19):
        kept_outside(host, case, old)
    state = host.project.state()
    run(reaper, host, record, tempo_steps(reaper, record, made, picture), "Score again")
    assert host.project.state() == state
    assert ("cuts no bar short" in host.console[said:]) <= (host.version < (7, 19))
