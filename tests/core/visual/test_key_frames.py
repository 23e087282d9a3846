from __future__ import annotations

import numpy as np
import pytest

from filmcomposer_core.visual.key_frames import Gallery, choose, split, watch

PICTURE = np.zeros((18, 32, 3), np.uint8)


def _run(frames, boundaries, *, delay=4, fps=25.0):
    gallery, held = Gallery(), 0
    late = {b + delay: b for b in boundaries}
    for frame in range(frames):
        watch(gallery, frame=frame, time_s=frame / fps, bgr=PICTURE)
        held = max(held, len(gallery.kept))
        if frame in late:
            split(gallery, frame=late[frame], time_s=late[frame] / fps)
    split(gallery, frame=frames, time_s=float("inf"))
    return gallery, held


@pytest.mark.parametrize("length", [5, 12, 60, 1000])
def test_pick_lies_near_the_middle(length):
    gallery, _ = _run(3 * length, [length, 2 * length])
    picks = choose(gallery, starts=[0, length, 2 * length], frames=3 * length)
    for k, pick in enumerate(picks):
        assert abs(pick.frame - (k + 0.5) * length) <= max(2, 0.12 * length)


def test_dissolve_known_late_gives_both_sides_a_picture():
    gallery, _ = _run(300, [150], delay=60)
    first, second = choose(gallery, starts=[0, 150], frames=300)
    assert first.frame < 150 <= second.frame


def test_memory_does_not_grow_with_the_shot():
    _, short = _run(2_000, [])
    _, long = _run(40_000, [])
    assert long <= max(short, 40)


def test_false_boundaries_leave_the_nearest_pick():
    gallery, _ = _run(100, [20, 40, 60, 80])
    (pick,) = choose(gallery, starts=[0], frames=100)
    assert abs(pick.frame - 50) <= 3


def test_single_frame():
    gallery, _ = _run(1, [])
    (pick,) = choose(gallery, starts=[0], frames=1)
    assert pick.frame == 0
    assert pick.jpeg.startswith(b"\xff\xd8")
