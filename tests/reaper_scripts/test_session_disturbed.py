"""Presses that are cancelled, killed, refused, or have a second cue beside them."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from filmcomposer_bridge.state import read_address
from tests.fakes.reaper.direct import HERE
from tests.fakes.reaper.project import tree
from tests.reaper_scripts.conftest import VERSIONS
from tests.reaper_scripts.studio import (
    Studio,
    wait,
)


@pytest.mark.parametrize("studio", VERSIONS[-1:], indirect=True, ids=["7.78"])
def test_cancel_a_killed_bridge_and_a_second_cue(studio: Studio, tmp_path: Path) -> None:
    host, items = studio.host, studio.items
    untouched = host.project.state()

    # cancelled: nothing is laid in
    studio.begin("Score_selected_video", ["", "1"])
    wait(host, "render")
    host.run(studio.scripts / "FilmComposer_Cancel.py")
    host.pump_all(limit_s=60)
    said = studio.ended()
    assert "cancelled" in said
    assert host.project.state() == untouched

    # the bridge killed at work: the job goes on with the next one
    studio.begin("Score_selected_video", ["", "2"])
    wait(host, "render")
    address = read_address(studio.state)
    assert address is not None
    os.kill(address.pid, signal.SIGKILL)
    host.pump_all(limit_s=120)
    said = studio.ended()
    assert "the bridge went away" in said
    assert studio.steps() == ["FilmComposer: Score selected video"]
    again = read_address(studio.state)
    assert again is not None
    assert again.pid != address.pid
    first = set(studio.ours())
    mine = {k: tree.dump(b) for k, b in studio.ours().items()}

    # a second cue: another item of the same film, with nothing in common but the film
    second = items.copy(studio.film, 30.0)
    items.choose(second)
    studio.edited("Copy item")
    studio.press("Score_selected_video", ["", "3"])
    assert len({key.split("/")[0] for key in studio.ours()}) == 2
    assert {k: tree.dump(b) for k, b in studio.ours().items() if k in first} == mine
    guids = [
        line.split()[1]
        for b in studio.ours().values()
        for line in tree.dump(b).splitlines()
        if line.split()[:1] in (["POOLEDEVTS"], ["IGUID"], ["TRACKID"])
    ]
    assert len(set(guids)) == len(guids)

    # the first one again, its item moved by the user: everything of it follows, the other stays
    other = {k: tree.dump(b) for k, b in studio.ours().items() if k not in first}
    items.set(studio.film, "D_POSITION", 5.5)
    items.choose(studio.film)
    studio.edited("Move item")
    studio.press("Score_selected_video", ["", "2"])
    assert {k: tree.dump(b) for k, b in studio.ours().items() if k not in first} == other
    stem = next(b for k, b in studio.ours().items() if k in first and "/stem/" in k)
    assert stem.blocks("ITEM")[0].read_number("POSITION", 1) == pytest.approx(5.5)


@pytest.mark.parametrize("studio", VERSIONS[-1:], indirect=True, ids=["7.78"])
def test_faults_have_their_sentence(studio: Studio) -> None:
    host, items = studio.host, studio.items
    assert "no cue yet" in studio.press("Arrange")
    items.r.SelectAllMediaItems(HERE, False)
    assert "Select the video item" in studio.press("Spot_video")
    items.choose(studio.film)
    path = host.project.path
    host.project.path = None
    assert "has not been saved yet" in studio.press("Score_selected_video")
    host.project.path = path
    assert studio.press("Score_selected_video", None) == ""  # cancelled in the dialog
    assert "whole number" in studio.press("Score_selected_video", ["", "many"])
    began = time.monotonic()
    assert "no cue yet" in studio.press("Hit_report")
    assert time.monotonic() - began < 60
    assert host.project.history.made == 0
