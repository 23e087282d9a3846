"""The camera's move and people's, on pictures moved by known amounts."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from filmcomposer_core.contracts.sightings import STILL, Box
from filmcomposer_core.recognition.camera import Flow, measure_flow, person_motion
from tests.core.visual.clips import texture

WIDTH, HEIGHT = 640, 360
STEP_S = 1 / 24
BOX = Box(left=0.4, top=0.3, right=0.6, bottom=0.9)

Luma = np.ndarray


def ground(seed: int = 1) -> Luma:
    """Return a picture larger than the frame, shape (720, 1280)."""
    return cv2.cvtColor(texture(seed, width=2 * WIDTH, height=2 * HEIGHT), cv2.COLOR_RGB2GRAY)


def framed(picture: Luma, *, x: float = 0.0, y: float = 0.0, growth: float = 1.0) -> Luma:
    """Return what the frame shows of a picture that has moved (picture widths) and grown."""
    middle = np.array([WIDTH, HEIGHT], float)  # of the large picture
    shift = np.array([WIDTH / 2, HEIGHT / 2]) + WIDTH * np.array([x, y]) - growth * middle
    matrix = np.array([[growth, 0, shift[0]], [0, growth, shift[1]]])
    return np.asarray(
        cv2.warpAffine(picture, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC), np.uint8
    )


def flow_of(**move: float) -> Flow:
    picture = ground()
    return measure_flow(framed(picture), framed(picture, **move), step_s=STEP_S)


@pytest.mark.parametrize("speed", [-0.6, -0.1, 0.05, 0.3, 0.9])
def test_a_pan_has_the_speed_of_the_background(speed: float) -> None:
    camera = flow_of(x=speed * STEP_S).camera
    assert camera.x == pytest.approx(speed, rel=0.03, abs=0.008)
    assert camera.y == pytest.approx(0, abs=0.01)
    assert camera.zoom == pytest.approx(0, abs=0.03)
    assert camera.share > 0.85
    assert camera.speed == pytest.approx(abs(speed), rel=0.1, abs=0.008)


@pytest.mark.parametrize("speed", [-0.4, 0.06, 0.5])
def test_a_tilt_has_the_speed_of_the_background(speed: float) -> None:
    camera = flow_of(y=speed * STEP_S).camera
    assert camera.y == pytest.approx(speed, rel=0.03, abs=0.008)
    assert camera.x == pytest.approx(0, abs=0.01)
    assert camera.share > 0.85


@pytest.mark.parametrize("doublings", [-0.8, -0.2, 0.15, 0.5, 1.0])
def test_a_zoom_has_its_doublings_a_second(doublings: float) -> None:
    camera = flow_of(growth=2 ** (doublings * STEP_S)).camera
    assert camera.zoom == pytest.approx(doublings, rel=0.06, abs=0.01)
    assert abs(camera.x) + abs(camera.y) < 0.01
    assert camera.share > 0.85


def test_a_pan_and_a_zoom_at_once() -> None:
    camera = flow_of(x=0.2 * STEP_S, growth=2 ** (0.4 * STEP_S)).camera
    assert camera.x == pytest.approx(0.2, rel=0.05)
    assert camera.zoom == pytest.approx(0.4, rel=0.1)


def test_a_still_camera_does_not_move_at_all_even_in_grain() -> None:
    rng = np.random.default_rng(1)
    picture = framed(ground()).astype(float)
    one, other = (
        np.clip(picture + rng.normal(0, 2, picture.shape), 0, 255).astype(np.uint8)
        for _ in range(2)
    )
    camera = measure_flow(one, other, step_s=STEP_S).camera
    assert (camera.x, camera.y, camera.zoom) == (0, 0, 0)
    assert camera.share > 0.85


def with_object(*, moves: float, camera: float, box: Box = BOX) -> tuple[Luma, Luma]:
    """Return two frames: an object in a box moves right over a ground that moves by ``camera``."""
    back, front = ground(1), ground(2)
    before, after = framed(back), framed(back, x=camera * STEP_S)
    top, bottom = round(box.top * HEIGHT), round(box.bottom * HEIGHT)
    left, right = round(box.left * WIDTH), round(box.right * WIDTH)
    shift = round(moves * STEP_S * WIDTH)
    figure = front[top:bottom, left:right]
    before[top:bottom, left:right] = figure
    after[top:bottom, left + shift : right + shift] = figure
    return before, after


def test_an_object_that_moves_before_a_still_camera_is_not_the_camera() -> None:
    wide = Box(left=0.2, top=0.1, right=0.8, bottom=1.0)  # more than half of the picture
    flow = measure_flow(*with_object(moves=0.3, camera=0.0, box=wide), step_s=STEP_S)
    assert (flow.camera.x, flow.camera.y, flow.camera.zoom) == (0, 0, 0)
    assert 0.3 < flow.camera.share < 0.6
    assert flow.camera.speed > 0.1


def test_an_object_before_a_pan_does_not_disturb_it() -> None:
    flow = measure_flow(*with_object(moves=0.45, camera=-0.2), step_s=STEP_S)
    assert flow.camera.x == pytest.approx(-0.2, rel=0.04)
    assert flow.camera.share > 0.7
    # What moves against the ground is the person's own motion.
    assert person_motion(flow, BOX) == pytest.approx(0.65, rel=0.15)


def test_a_person_carried_along_by_a_pan_does_not_move() -> None:
    flow = measure_flow(*with_object(moves=0.3, camera=0.3), step_s=STEP_S)
    assert person_motion(flow, BOX) < 0.03


def test_a_person_is_held_against_what_is_around_where_the_camera_is_unknown() -> None:
    before, after = with_object(moves=0.45, camera=0.3)
    known = measure_flow(before, after, step_s=STEP_S)
    lost = Flow(known.vectors, known.known, 0j, 0j, STILL)
    assert person_motion(lost, BOX) == pytest.approx(0.15, abs=0.06)
    everything = Box(left=0.0, top=0.0, right=1.0, bottom=1.0)
    assert person_motion(lost, everything) == pytest.approx(0.3, rel=0.2)


@pytest.mark.parametrize("box", [(0, 0, 0, 0), (1, 1, 1, 1), (0.5, 0.5, 0.5, 0.5)])
def test_an_empty_box_has_some_motion(box: tuple[float, ...]) -> None:
    left, top, right, bottom = box
    flow = flow_of(x=0.3 * STEP_S)
    assert person_motion(flow, Box(left=left, top=top, right=right, bottom=bottom)) < 0.1


def test_black_bars_do_not_stand_for_a_still_camera() -> None:
    def barred(picture: Luma) -> Luma:
        picture[:110] = picture[-110:] = 0
        picture[:, :80] = picture[:, -80:] = 0
        return picture

    picture = ground()
    before, after = (barred(framed(picture, x=x)) for x in (0.0, 0.25 * STEP_S))
    camera = measure_flow(before, after, step_s=STEP_S).camera
    assert camera.x == pytest.approx(0.25, rel=0.08)  # the bars hold their edges back
    assert camera.share > 0.7
    assert camera.speed == pytest.approx(0.25, rel=0.15)


@pytest.mark.parametrize("level", [0, 128, 255])
def test_of_an_empty_picture_nothing_is_told(level: int) -> None:
    empty = np.full((HEIGHT, WIDTH), level, np.uint8)
    assert measure_flow(empty, empty, step_s=STEP_S).camera.share == 0


def test_of_a_single_frame_nothing_is_told() -> None:
    picture = framed(ground())
    flow = measure_flow(picture, picture, step_s=0.0)
    assert flow.camera == STILL
    assert person_motion(flow, BOX) == 0


@pytest.mark.parametrize(("width", "height"), [(32, 32), (640, 33), (40, 640)])
def test_any_size_and_the_same_twice(width: int, height: int) -> None:
    picture = cv2.cvtColor(texture(3, width=width, height=height), cv2.COLOR_RGB2GRAY)
    later = np.roll(picture, 1, axis=1)
    one, again = (measure_flow(picture, later, step_s=STEP_S) for _ in range(2))
    assert one.camera == again.camera
    np.testing.assert_array_equal(one.vectors, again.vectors)
