"""What the console says of a bridge and its jobs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from filmcomposer_bridge.protocol import JobView, view_to_json
from filmcomposer_reaper.actions.bridge_status import lines
from filmcomposer_reaper.bridge.link import Bridge
from filmcomposer_reaper.words import (
    cue_words,
    done_line,
    job_words,
    progress_words,
    running_job,
    span,
)
from tests.bridge.processes import address_at
from tests.reaper_scripts.marker_world import hit, session

JOB = JobView(
    id="j1", key="k", stage="score", cue="/films/Bootsjagd-0a1b2c3d", state="running",
    step="arrange", message="strings", fraction=0.426, seconds_left=80.4,
)  # fmt: skip


def said(**status: Any) -> list[str]:
    return lines(Bridge(address=address_at(4000), status=status), Path("/state"))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-1, "0 s"), (0.2, "0 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (80, "1 min 20 s"),
     (3599.6, "1 h 0 min"), (3725, "1 h 2 min"), (90000, "25 h 0 min")],
)  # fmt: skip
def test_lengths_of_time(seconds: float, text: str) -> None:
    assert span(seconds) == text


def test_a_bridge_at_work() -> None:
    found = said(uptime_s=3725.8, running=1, queued=2, job=view_to_json(JOB))
    assert found == [
        "FilmComposer bridge 0.1.0 runs: process 4711, port 4000, for 1 h 2 min.",
        "Jobs: 1 running, 2 waiting.",
        '  score of "Bootsjagd": arrange: strings, 43 %, about 1 min 20 s left',
        f"Log: {Path('/state/bridge.log')}",
    ]


def test_a_cue_that_this_reaper_knows_is_told_from_others_of_its_film() -> None:
    bridge = Bridge(address=address_at(4000), status={"job": view_to_json(JOB)})
    name = cue_words(JOB.cue, "00:00:10:00")
    assert lines(bridge, Path("/state"), name)[2] == (
        '  score of "Bootsjagd" at 00:00:10:00: arrange: strings, 43 %, about 1 min 20 s left'
    )


def test_a_bridge_with_nothing_to_do() -> None:
    assert said(uptime_s=1.0, running=0, queued=0, job=None)[1] == "It has nothing to do."


@pytest.mark.parametrize("status", [{}, {"job": 3, "running": "x", "uptime_s": None}, {"job": {}}])
def test_a_status_with_holes(status: dict[str, Any]) -> None:
    assert running_job(status) is None
    assert said(**status)[1] == "It has nothing to do."


def test_a_job_that_has_just_begun() -> None:
    job = JobView(id="j", key="k", stage="see", cue="/a/b", state="running")
    assert job_words(job) == 'see of "b"'
    assert progress_words(job) == "0 %"


def test_what_was_made_is_one_line() -> None:
    said = done_line(session([hit("s1", 5.0), hit("s2", 6.0, hit_class="avoid")]), "01:00:10:00")
    assert said == 'the cue of "clip" at 01:00:10:00 is done: 1 hit, 0 parts, 60.0 s.'
    said = done_line(session([hit("s1", 5.0)]), "0", changed=False)
    assert said == 'nothing changed in the cue of "clip" at 0: 1 hit, 0 parts, 60.0 s.'
    notes = ("A hit was missed.", "Mix: -23.0 LUFS, true peak -10.4 dBTP.")
    said = done_line(replace(session(), notes=notes), "0")
    assert said.endswith("60.0 s, -23.0 LUFS.")
