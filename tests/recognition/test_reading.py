"""Key frames come out of the file exactly as the curves count them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from filmcomposer_core.errors import InputError
from filmcomposer_core.recognition.key_frames import KeyFrame, KeyPicture, read_key_pictures
from filmcomposer_core.visual import SeenClip, analyse_clip
from filmcomposer_core.visual.frames import Span
from tests.core.visual.clips import flat, pan, texture, write_clip

LOWEST, STEP = 20, 3
FRAMES = 70


def numbered(count: int = FRAMES, **size: int) -> list[np.ndarray]:
    """Return pictures whose shade tells their number."""
    return [flat(LOWEST + STEP * k, **size) for k in range(count)]


def number(pixels: np.ndarray) -> int:
    return round((float(pixels.mean()) - LOWEST) / STEP)


def keys_at(*frames: int) -> list[KeyFrame]:
    return [KeyFrame(shot=1, frame=k, later=(k + 1, k + 2)) for k in frames]


def read(path: Path, keys: list[KeyFrame], seen: SeenClip, span: Span) -> list[KeyPicture]:
    return list(read_key_pictures(path, keys, seen.curves, span=span))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("keys") / "a.mp4", numbered(), fps=25)


@pytest.mark.parametrize(
    ("in_s", "out_s", "rate", "first"),
    [(0.0, None, 1.0, 0), (0.6, 2.0, 1.0, 15), (1.0, None, 2.0, 25), (0.61, None, 0.5, 16)],
)
def test_the_frames_are_those_of_the_curves(
    clip: Path, in_s: float, out_s: float | None, rate: float, first: int
) -> None:
    seen = analyse_clip(clip, in_s=in_s, out_s=out_s, rate=rate)
    found = read(clip, keys_at(0, 9, 10, 30), seen, Span(start_s=in_s, end_s=out_s))
    assert [number(p.bgr) - first for p in found] == [0, 9, 10, 30]
    assert [number(p.luma) - first for p in found] == [0, 9, 10, 30]
    # The next frame, as long after as it plays.
    assert [number(p.luma_after) - first for p in found] == [1, 10, 11, 31]
    assert [p.step_s for p in found] == pytest.approx([0.04 / rate] * 4)


def test_a_late_part_of_a_long_clip(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mkv", numbered(40) + numbered(40) + numbered(40), fps=10)
    seen = analyse_clip(path, in_s=9.0)
    found = read(path, keys_at(0, 12), seen, Span(start_s=9.0))
    assert [number(p.bgr) for p in found] == [10, 22]


def test_a_variable_frame_rate(tmp_path: Path) -> None:
    times = [0.0, 0.04, 0.3, 0.34, 0.6, 1.0, 1.04, 1.5]
    path = write_clip(tmp_path / "a.mkv", numbered(8), times_s=times)
    seen = analyse_clip(path)
    (picture,) = read(path, [KeyFrame(shot=1, frame=3, later=(4,))], seen, Span())
    assert number(picture.bgr) == 3
    assert picture.step_s == pytest.approx(0.26, abs=0.0011)


def test_drawings_that_are_stored_twice_are_held_against_the_next_but_one(tmp_path: Path) -> None:
    drawn = [picture for picture in pan(2, frames=10, step=6) for _ in range(2)]
    path = write_clip(tmp_path / "a.mp4", drawn, fps=24)
    seen = analyse_clip(path)
    for picture in read(path, keys_at(8, 9), seen, Span()):
        assert picture.step_s == pytest.approx(2 / 24)


def test_a_single_frame_has_no_step(clip: Path) -> None:
    (picture,) = read(clip, [KeyFrame(shot=1, frame=5)], analyse_clip(clip), Span())
    assert picture.step_s == 0
    np.testing.assert_array_equal(picture.luma, picture.luma_after)


@pytest.mark.parametrize(
    ("width", "height", "aspect", "rotation", "shape"),
    [
        (1280, 720, None, 0.0, (360, 640)),
        (1000, 500, None, 0.0, (320, 640)),
        (160, 96, None, 0.0, (96, 160)),  # small ones stay as they are
        (720, 576, Fraction(16, 15), 0.0, (480, 640)),
        (960, 540, None, -90.0, (640, 360)),
    ],
)
def test_pictures_are_upright_with_square_pixels_and_640_at_most(
    tmp_path: Path,
    width: int,
    height: int,
    aspect: Fraction | None,
    rotation: float,
    shape: tuple[int, int],
) -> None:
    picture = flat(20, width=width, height=height)
    picture[:, : width // 2] = (250, 30, 30)  # the left half is red
    path = write_clip(tmp_path / "a.mp4", [picture] * 3, aspect=aspect, rotation=rotation)
    (found,) = read(path, keys_at(0), analyse_clip(path), Span())
    assert found.luma.shape == shape
    assert found.bgr.shape == (*shape, 3)
    # Turned with the clock, left becomes top.
    half = found.bgr[: shape[0] // 2] if rotation else found.bgr[:, : shape[1] // 2]
    # Roughly: which red unmarked HD means is a guess, see visual.shrink.
    np.testing.assert_allclose(half.mean(axis=(0, 1)), [30, 30, 250], atol=25)


def test_nothing_is_read_for_nothing(clip: Path) -> None:
    assert read(clip, [], analyse_clip(clip), Span()) == []


def test_a_file_that_has_become_shorter_is_refused(clip: Path, tmp_path: Path) -> None:
    seen = analyse_clip(clip)
    other = write_clip(tmp_path / "short.mp4", [texture(1)] * 20, fps=25)
    with pytest.raises(InputError, match="has changed since it was measured: it has no frame 32"):
        read(other, keys_at(0, 30), seen, Span())
