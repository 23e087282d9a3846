from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from filmcomposer_core.contracts.clip import Analysis, Curves, Shot
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.spotting import spot_hits
from tests import samples

FPS = 24


def _film(
    motion: NDArray[np.float64],
    *,
    cuts: tuple[int, ...] = (),
    cut: str = "cut",
    luma: NDArray[np.float64] | None = None,
    flow_x: NDArray[np.float64] | None = None,
    start_timecode: str = "01:00:00:00",
) -> tuple[Analysis, Curves]:
    frames = len(motion)
    motion = motion.astype(np.float64).copy()
    edges = [0, *cuts, frames]
    motion[[0, *cuts]] = 0.0
    light = np.full(frames, 0.4) if luma is None else luma
    shots = tuple(_shot(a, b, cut if a else "start", motion, light) for a, b in pairwise(edges))
    clip = replace(
        samples.clip(), frames=frames, duration_s=frames / FPS, start_timecode=start_timecode
    )
    flat = np.full(frames, 0.4)
    curves = Curves(
        time_s=np.arange(frames) / FPS,
        motion=motion,
        flow_x=np.zeros(frames) if flow_x is None else flow_x,
        flow_y=np.zeros(frames),
        luma=light,
        contrast=flat,
        saturation=flat,
        arousal=flat,
    )
    return Analysis(clip=clip, shots=shots), curves


def _shot(
    start: int, end: int, cut: str, motion: NDArray[np.float64], luma: NDArray[np.float64]
) -> Shot:
    return Shot(
        start_s=start / FPS,
        end_s=end / FPS,
        start_frame=start,
        cut=cut,
        speed=float(motion[start:end].mean()),
        saliency=float(motion[start:end].std()),
        hue="gray",
        brightness="mild",
        luma=float(luma[start:end].mean()),
        contrast=0.4,
        saturation=0.1,
        arousal=0.4,
    )


def _steps(*parts: tuple[float, float]) -> NDArray[np.float64]:
    """Motion held at a level for some seconds, then at the next."""
    return np.concatenate([np.full(round(s * FPS), level) for s, level in parts])


def _noise(seconds: float, level: float, seed: int = 1) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    return level * rng.lognormal(0.0, 0.5, round(seconds * FPS))


def _only(spots: tuple[Spot, ...]) -> Spot:
    assert len(spots) == 1
    return spots[0]


def test_movement_that_starts_is_a_strong_hit_on_its_first_frame() -> None:
    spot = _only(spot_hits(*_film(_steps((5, 0.0), (5, 0.5)))))
    assert (spot.id, spot.frame, spot.time_s) == ("M0120", 120, 5.0)
    assert (spot.name, spot.kind, spot.hit_class) == ("movement starts", "motion", "downbeat")
    assert spot.strong
    assert (spot.early_frames, spot.late_frames) == (1, 1)
    assert spot.timecode == "01:00:05:00"


def test_movement_that_stops_is_a_hit() -> None:
    spot = _only(spot_hits(*_film(_steps((5, 0.4), (5, 0.0)))))
    assert (spot.frame, spot.name) == (120, "movement stops")
    assert spot.strong


def test_a_short_burst_is_an_accent() -> None:
    motion = _steps((4, 0.05), (0.12, 0.8), (4, 0.05))
    spot = _only(spot_hits(*_film(motion)))
    assert spot.name == "accent"
    assert abs(spot.frame - 97) <= 1


def test_a_picture_that_turns_back_is_a_hit() -> None:
    motion = _steps((10, 0.3))
    flow = np.where(np.arange(240) < 132, 0.3, -0.3)
    spot = _only(spot_hits(*_film(motion, flow_x=flow)))
    assert (spot.frame, spot.name) == (132, "movement turns")


def test_a_flash_is_a_hit_in_a_still_picture() -> None:
    luma = np.where(np.arange(240) < 100, 0.2, 0.8)
    spot = _only(spot_hits(*_film(_steps((10, 0.0)), luma=luma)))
    assert (spot.frame, spot.name) == (100, "flash")
    dark = _only(spot_hits(*_film(_steps((10, 0.0)), luma=1 - luma)))
    assert dark.name == "light goes"


@pytest.mark.parametrize("level", [0.0, 0.001, 0.003])
def test_a_still_clip_has_no_motion_hits_whatever_its_noise(level: float) -> None:
    assert spot_hits(*_film(_noise(60, level))) == ()


def test_steady_motion_has_no_hits() -> None:
    assert spot_hits(*_film(_steps((20, 0.5)))) == ()


def test_quiet_clips_are_normalised_within_themselves() -> None:
    spot = _only(spot_hits(*_film(_steps((5, 0.004), (5, 0.06)))))
    assert spot.name == "movement starts"
    assert spot.strong


def test_a_cut_into_action_is_strong_and_a_plain_cut_is_not() -> None:
    motion = _steps((8, 0.02), (8, 0.02), (8, 0.7))
    plain, action = spot_hits(*_film(motion, cuts=(192, 384)))
    assert (plain.id, plain.name, plain.strong) == ("C0192", "cut to shot 2", False)
    assert (plain.early_frames, plain.late_frames) == (1, 2)
    assert plain.hit_class in ("beat", "any")
    assert (action.id, action.name, action.strong) == ("C0384", "cut to shot 3", True)
    assert action.kind == "cut"


def test_a_dissolve_weighs_less_than_a_cut() -> None:
    motion = _steps((8, 0.02), (8, 0.3))
    cut = _only(spot_hits(*_film(motion, cuts=(192,))))
    dissolve = _only(spot_hits(*_film(motion, cuts=(192,), cut="dissolve")))
    assert dissolve.strength < cut.strength
    assert dissolve.name == "dissolve to shot 2"


def test_motion_at_a_cut_is_one_hit_the_cut() -> None:
    motion = _steps((8, 0.0), (0.2, 0.0), (7.8, 0.7))
    spot = _only(spot_hits(*_film(motion, cuts=(192,))))
    assert spot.kind == "cut"


def test_nothing_on_the_first_frame_nor_in_the_last_half_second() -> None:
    motion = _steps((0.1, 0.0), (9.6, 0.5), (0.3, 0.0))
    assert spot_hits(*_film(motion)) == ()


def test_a_cut_near_the_end_stays_but_is_never_strong() -> None:
    motion = _steps((9.7, 0.0), (0.3, 0.9))
    spot = _only(spot_hits(*_film(motion, cuts=(233,))))
    assert spot.kind == "cut"
    assert not spot.strong


def _gaps(spots: tuple[Spot, ...]) -> list[float]:
    times = [s.time_s for s in spots]
    return [b - a for a, b in pairwise(times)]


def test_busy_pictures_get_more_hits_but_never_a_wall() -> None:
    calm = spot_hits(*_film(_noise(120, 0.02)))
    busy = spot_hits(*_film(_noise(120, 0.6)))
    strong = [s for s in busy if s.strong]
    assert len(busy) > len(calm)
    assert min(_gaps(busy)) >= 0.7
    assert min(_gaps(tuple(strong))) >= 1.6
    assert len([s for s in calm if s.strong]) <= 120 / 4


def test_a_cut_every_half_second_is_thinned() -> None:
    motion = _noise(30, 0.5)
    cuts = tuple(range(12, 720, 12))
    spots = spot_hits(*_film(motion, cuts=cuts))
    assert len(spots) < 40
    assert min(_gaps(spots)) >= 0.7


def test_strong_hits_that_crowd_are_not_all_downbeats() -> None:
    motion = _steps(*[(1.0, 0.3), (1.0, 3.0)] * 12)
    strong = [s for s in spot_hits(*_film(motion)) if s.strong]
    downbeats = [s for s in strong if s.hit_class == "downbeat"]
    assert {s.hit_class for s in strong} == {"downbeat", "beat"}
    assert min(_gaps(tuple(downbeats))) >= 1.6


def test_hits_keep_their_ids_when_the_picture_changes_elsewhere() -> None:
    quiet = _steps((5, 0.0), (5, 0.5), (10, 0.5))
    more = _steps((5, 0.0), (5, 0.5), (5, 0.5), (5, 0.0))
    first = spot_hits(*_film(quiet))
    second = spot_hits(*_film(more))
    assert first[0].id in {s.id for s in second}
    assert len(second) == len(first) + 1


def test_the_same_film_gives_the_same_hits() -> None:
    film = _film(_noise(60, 0.3), cuts=(200, 500))
    assert spot_hits(*film) == spot_hits(*film)


def test_drop_frame_timecode_is_continued() -> None:
    analysis, curves = _film(_steps((5, 0.0), (5, 0.5)), start_timecode="00:00:59;20")
    clip = replace(analysis.clip, fps_num=30000, fps_den=1001)
    spot = spot_hits(replace(analysis, clip=clip), curves)[0]
    # 59;20 + 10 frames is 1:00;02, two numbers being left out.
    assert spot.frame == 120
    assert spot.timecode == "00:01:03;22"


def test_hits_of_a_part_go_by_the_frames_of_the_file() -> None:
    analysis, curves = _film(_steps((5, 0.0), (5, 0.5)))
    part = replace(analysis, clip=replace(analysis.clip, whole=False, first_frame=1000))
    (whole, *_), (spot, *_) = spot_hits(analysis, curves), spot_hits(part, curves)
    assert (whole.id, spot.id) == ("M0120", "M1120")
    assert (spot.frame, spot.time_s) == (whole.frame, whole.time_s)


@pytest.mark.parametrize("frames", [0, 1, 2, 3, 12])
def test_very_short_clips_have_no_hits(frames: int) -> None:
    analysis, curves = samples.analysis(), samples.curves()
    short = Curves(**{name: getattr(curves, name)[:frames] for name in Curves.__slots__})
    clip = replace(analysis.clip, frames=max(1, frames), duration_s=max(1, frames) / FPS)
    shots = (replace(analysis.shots[0], end_s=clip.duration_s),)
    assert spot_hits(Analysis(clip=clip, shots=shots), short) == ()


def test_two_hours_take_little_time() -> None:
    frames = 2 * 3600 * FPS
    cuts = tuple(range(96, frames, 96))
    spots = spot_hits(*_film(_noise(frames / FPS, 0.2), cuts=cuts))
    assert len(spots) > 500
    assert sum(s.strong for s in spots) < 2 * 3600 / 1.6


def test_the_sample_cut_is_spotted() -> None:
    spot = _only(spot_hits(samples.analysis(), samples.curves()))
    assert spot.id == "C0192"
