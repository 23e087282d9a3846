"""After an update REAPER does not go on with the bridge of the version before."""

from __future__ import annotations

import sys
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from filmcomposer_bridge.protocol import JobRequest
from filmcomposer_core import __version__
from filmcomposer_core.errors import BridgeError
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.bridge.link import reach
from tests.bridge.conftest import PATIENCE_S
from tests.bridge.processes import OLDER, reached, started
from tests.clips import moving_square


def ended(work: Generator[None, None, Any]) -> Any:
    """Carry a generator to its end, as defer calls do."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            next(work)
        except StopIteration as end:
            return end.value
        time.sleep(0.02)
    pytest.fail("it does not end")


def reaper() -> Reaper:
    return Reaper({"RPR_time_precise": time.monotonic, "RPR_ShowConsoleMsg": lambda text: None})


def test_an_idle_bridge_of_another_version_is_replaced(state: Path) -> None:
    with started(code=OLDER) as old:
        with reached(state) as client:
            assert client.address.version == "0.0.1"
        bridge = ended(reach(reaper(), state, sys.executable))
        assert bridge.address.version == __version__
        assert bridge.address.pid != old.pid
        assert old.wait(PATIENCE_S) == 0


def test_a_busy_bridge_of_another_version_is_left_at_work(state: Path, tmp_path: Path) -> None:
    clip = moving_square(tmp_path / "clip.mp4", seconds=8.0)
    with started("--root", str(tmp_path), code=OLDER), reached(state) as client:
        request = JobRequest(
            stage="score", cue=str(tmp_path / "cue"), key="k", params={"clip": str(clip)}
        )
        job = client.submit(request)
        with pytest.raises(BridgeError, match=r"FilmComposer 0\.0\.1 is at work") as caught:
            ended(reach(reaper(), state, sys.executable))
        assert caught.value.code == "version_busy"
        client.cancel(job.id)
