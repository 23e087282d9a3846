from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from filmcomposer_core.contracts.description import CAMERA_MOVES, Label
from filmcomposer_core.contracts.sightings import CameraMove
from filmcomposer_core.description.camera import camera_move
from tests.core.description.seen import frame, shot, still


def _move(
    *moves: tuple[float, float, float], flow: tuple[float, float] = (0.0, 0.0), share: float = 0.9
) -> Label:
    """The verdict on a shot of 8 s by background moves (x, y, zoom) and the flow of all frames."""
    curves = still()
    curves = replace(curves, flow_x=curves.flow_x + flow[0], flow_y=curves.flow_y + flow[1])
    frames = [frame(camera=CameraMove(x=x, y=y, zoom=z, share=share)) for x, y, z in moves]
    return camera_move(shot(*frames), curves, start=0, end=len(curves.time_s))


@pytest.mark.parametrize(
    ("found", "move"),
    [
        (_move((0, 0, 0)), "static"),
        (_move((-0.1, 0.01, 0), flow=(-0.1, 0.01)), "pan"),
        (_move((0.01, 0.08, 0), flow=(0.0, 0.08)), "tilt"),
        (_move((0, 0, 0.3), (0, 0, 0.25), (0, 0, 0.2)), "zoom"),
        (_move((0, 0, -0.3), (0, 0, -0.2), (0, 0, -0.2)), "zoom"),
        (_move((0.2, 0, 0), (-0.2, 0.1, 0), (0.1, -0.2, 0), (-0.1, 0.2, 0)), "hand-held"),
    ],
)
def test_each_move_is_known(found: Label, move: str) -> None:
    assert found.value == move
    assert found.confidence > 0.4
    assert move in CAMERA_MOVES


def test_somebody_who_walks_through_is_no_pan() -> None:
    # All pixels together move, but not the background.
    assert _move((0, 0, 0), flow=(0.1, 0)).value == "static"


def test_without_key_frames_the_curves_alone_are_believed_less() -> None:
    seen, guessed = _move((-0.1, 0, 0), flow=(-0.1, 0)), _move(flow=(-0.1, 0))
    assert seen.value == guessed.value == "pan"
    assert guessed.confidence < seen.confidence
    assert guessed.source == "pixels"


def test_growth_that_changes_its_mind_is_no_zoom() -> None:
    assert _move((0, 0, 0.3), (0, 0, -0.3), (0, 0, 0.3)).value == "static"
    assert _move((0, 0, 0.3), (0, 0, 0.3)).value == "static"


def test_a_jolt_and_a_drift_are_noise() -> None:
    jolt = _move((0.3, 0, 0), (0, 0, 0), (0, 0, 0), (0, 0, 0), flow=(0.03, 0))
    # 0.06 picture widths in 8 s are less than any pan.
    drift = _move((0.0075, 0, 0), (0.0075, 0, 0), flow=(0.0075, 0))
    assert jolt.value == drift.value == "static"
    assert drift.confidence < jolt.confidence
    assert _move((0.02, 0, 0), (0.02, 0, 0), flow=(0.02, 0)).value == "pan"


def test_a_slanting_move_is_neither_pan_nor_tilt() -> None:
    assert _move((0.1, 0.1, 0), flow=(0.1, 0.1)).value == "static"


def test_short_and_black_shots_tell_nothing() -> None:
    curves = still()
    assert camera_move(shot(), curves, start=0, end=3).value == "null"
    assert camera_move(shot(luma=0.0, contrast=0.0), curves, start=0, end=90).value == "null"
    assert np.all(curves.flow_x == 0)
