"""A part of a clip, at a rate: exactly the frames that were asked for, at the times they play."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.clip import Curves
from filmcomposer_core.errors import InputError
from filmcomposer_core.visual import SeenClip, analyse_clip
from tests.core.visual.clips import flat, pan, texture, write_clip

FPS = 25
#: The shade of frame k: what was seen tells which frames they were.
LOWEST, STEP, SHADES = 20, 3, 70


def shade(frame: int) -> int:
    return LOWEST + STEP * (frame % SHADES)


def shaded(count: int, **size: int) -> list[np.ndarray]:
    return [flat(shade(k), **size) for k in range(count)]


def frames_in(seen: SeenClip) -> list[int]:
    """Return which frames (modulo SHADES) were seen, by their shades."""
    return [round((255 * float(luma) - LOWEST) / STEP) for luma in seen.curves.luma]


def numbers(first: int, end: int) -> list[int]:
    return [k % SHADES for k in range(first, end)]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten seconds of frames told apart by their shade, with pictures that refer to later ones."""
    path = tmp_path_factory.mktemp("part") / "shaded.mp4"
    return write_clip(path, shaded(250), fps=FPS)


@pytest.mark.parametrize(
    ("in_s", "out_s", "first", "end"),
    [
        (0.0, 1.0, 0, 25),
        (1.0, 3.0, 25, 75),
        (4.0, 4.04, 100, 101),
        (7.96, None, 199, 250),
        (8.0, 9.999, 200, 250),  # the out point means the end of the last frame
        (5.0004, 5.9996, 125, 150),  # rounded to the millisecond, more or less
        (5.01, 5.97, 126, 150),  # between frames: those that begin inside
    ],
)
def test_a_part_holds_the_frames_that_begin_in_it(
    clip: Path, in_s: float, out_s: float | None, first: int, end: int
) -> None:
    seen = analyse_clip(clip, in_s=in_s, out_s=out_s)
    assert frames_in(seen) == numbers(first, end)
    found = seen.analysis.clip
    assert found.frames == end - first
    assert found.first_frame == first
    assert found.picture_start_s == pytest.approx(first / FPS, abs=1e-9)
    assert not found.whole
    assert not found.notes


@settings(max_examples=25, deadline=None)
@given(first=st.integers(0, 248), length=st.integers(1, 249), rate=st.sampled_from([0.5, 1.0, 2.0]))
def test_parts_cut_at_frames_are_exact_wherever_they_begin(
    clip: Path, first: int, length: int, rate: float
) -> None:
    end = min(250, first + length)
    seen = analyse_clip(clip, in_s=first / FPS, out_s=end / FPS, rate=rate)
    assert frames_in(seen) == numbers(first, end)
    found = seen.analysis.clip
    assert found.lead_s == 0
    assert found.fps == FPS * Fraction(rate)
    np.testing.assert_allclose(
        seen.curves.time_s, np.arange(end - first) / FPS / rate, rtol=0, atol=1e-9
    )
    assert found.duration_s == pytest.approx((end - first) / FPS / rate, abs=1e-9)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.mkv", {"fps": Fraction(24000, 1001)}),
        ("a.mov", {"fps": Fraction(30000, 1001)}),
        ("a.ts", {}),
        ("a.avi", {"codec": "mpeg4"}),
        ("a.webm", {"codec": "libvpx-vp9"}),
        ("b.ts", {"codec": "mpeg2video"}),
        ("late.mkv", {"first_s": 0.4}),
        ("intra.mov", {"codec": "prores_ks", "pix_fmt": "yuv422p10le"}),
        ("one_key_frame.mp4", {"key_every": 1000}),
    ],
)
def test_every_container_is_entered_at_the_right_frame(
    tmp_path: Path, name: str, options: dict
) -> None:
    path = write_clip(tmp_path / name, shaded(200), **options)
    seen = analyse_clip(path)
    whole, times_s = seen.analysis.clip, [*seen.curves.time_s, seen.analysis.clip.duration_s]
    for first, end in ((13, 40), (110, 160), (190, 200)):
        part = analyse_clip(path, in_s=times_s[first], out_s=times_s[end])
        np.testing.assert_array_equal(part.curves.luma, seen.curves.luma[first:end])
        found = part.analysis.clip
        assert found.fps == whole.fps
        assert found.duration_s == pytest.approx(times_s[end] - times_s[first], abs=0.0011)
        assert found.picture_start_s == pytest.approx(
            whole.picture_start_s + times_s[first], abs=0.0011
        )


def same(one: SeenClip, other: SeenClip) -> None:
    assert codec.dump_json(one.analysis) == codec.dump_json(other.analysis)
    assert one.key_frames == other.key_frames
    for name in Curves.__slots__:
        np.testing.assert_array_equal(getattr(one.curves, name), getattr(other.curves, name))


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_the_whole_as_a_part_is_the_whole(tmp_path: Path, name: str) -> None:
    pictures = pan(1, frames=40, step=3) + pan(2, frames=45, step=6)
    path = write_clip(tmp_path / name, pictures, fps=Fraction(24000, 1001), audio_s=3.0)
    whole = analyse_clip(path)
    assert whole.analysis.clip.whole
    same(analyse_clip(path, in_s=0.0, out_s=whole.analysis.clip.duration_s, rate=1.0), whole)
    same(analyse_clip(path, out_s=round(whole.analysis.clip.duration_s, 3)), whole)


@pytest.mark.parametrize("rate", [0.5, 2.0, 24 / 25, 0.83726])
def test_a_rate_moves_cuts_and_nothing_else(tmp_path: Path, rate: float) -> None:
    pictures = [p for k in range(4) for p in pan(k, frames=20 + 5 * k, step=2 + k)]
    path = write_clip(tmp_path / "a.mp4", pictures)
    usual, played = analyse_clip(path), analyse_clip(path, rate=rate)
    before, now = usual.analysis, played.analysis
    assert len(now.shots) == 4
    assert [s.start_frame for s in now.shots] == [s.start_frame for s in before.shots]
    assert [s.cut for s in now.shots] == [s.cut for s in before.shots]
    for shot, old in zip(now.shots, before.shots, strict=True):
        assert shot.start_s == pytest.approx(old.start_s / rate, abs=1e-9)
        assert shot.end_s == pytest.approx(old.end_s / rate, abs=1e-9)
        # A second of what plays holds more of the motion when it plays faster.
        assert shot.speed == pytest.approx(old.speed * rate, rel=1e-6)
    np.testing.assert_allclose(played.curves.motion, usual.curves.motion * rate, rtol=1e-6)
    assert now.clip.duration_s == pytest.approx(before.clip.duration_s / rate, abs=1e-9)
    assert float(now.clip.fps) == pytest.approx(25 * rate, rel=1e-6)
    assert (now.clip.rate, now.clip.whole, now.clip.sha256) == (rate, True, before.clip.sha256)
    for picture, old in zip(played.key_frames, usual.key_frames, strict=True):
        assert (picture.jpeg, picture.time_s) == (old.jpeg, pytest.approx(old.time_s / rate))


def test_pulled_up_film_counts_exactly(clip: Path) -> None:
    assert analyse_clip(clip, rate=24 / 25).analysis.clip.fps == 24
    assert analyse_clip(clip, rate=0.96).analysis.clip.fps == 24


def test_a_cut_at_the_in_point_is_none_and_the_next_stands_where_it_plays(tmp_path: Path) -> None:
    pictures = [texture(k // 30) for k in range(150)]
    path = write_clip(tmp_path / "a.mp4", pictures)
    shots = analyse_clip(path, in_s=60 / FPS, out_s=120 / FPS, rate=2.0).analysis.shots
    assert [(s.cut, s.start_s) for s in shots] == [("start", 0.0), ("cut", 30 / FPS / 2)]
    assert shots[-1].end_s == 60 / FPS / 2
    between = analyse_clip(path, in_s=59.5 / FPS, out_s=120 / FPS).analysis
    assert [s.start_frame for s in between.shots] == [0, 30]
    assert [s.start_s for s in between.shots] == pytest.approx([0.0, 30.5 / FPS], abs=1e-9)


@pytest.mark.parametrize("rate", [1.0, 0.5, 2.0])
def test_times_count_from_an_in_point_between_frames(clip: Path, rate: float) -> None:
    seen = analyse_clip(clip, in_s=100.25 / FPS, out_s=150.5 / FPS, rate=rate)
    found = seen.analysis.clip
    assert frames_in(seen) == numbers(101, 151)
    assert found.lead_s == pytest.approx(0.75 / FPS / rate, abs=1e-9)
    assert found.in_point_s == pytest.approx(100.25 / FPS, abs=1e-9)
    np.testing.assert_allclose(
        seen.curves.time_s, (np.arange(50) + 0.75) / FPS / rate, rtol=0, atol=1e-9
    )
    assert found.duration_s == pytest.approx(50.25 / FPS / rate, abs=1e-9)
    assert seen.analysis.shots[0].start_s == 0


@pytest.mark.parametrize(
    ("out_s", "words"), [(10.06, "1.5 frames after the end"), (12.5, "2.50 s after the end")]
)
def test_an_out_point_after_the_end_is_put_there_and_told(
    clip: Path, out_s: float, words: str
) -> None:
    found = analyse_clip(clip, in_s=8.0, out_s=out_s).analysis.clip
    assert found.duration_s == 2.0
    (note,) = found.notes
    assert words in note
    assert "10.000 s" in note


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"in_s": 10.0}, r"in point, 10 s, lies at or after the end of .*\(10\.000 s\)"),
        ({"in_s": 99.0, "out_s": 100.0}, "in point, 99 s, lies at or after"),
        ({"in_s": 5.0, "out_s": 5.0}, "from 5 to 5 s is empty"),
        ({"in_s": 5.0, "out_s": 4.0}, "from 5 to 4 s is empty"),
        ({"in_s": 5.01, "out_s": 5.02}, "No frame of .* begins between 5.01 and 5.02 s"),
        ({"in_s": -1.0}, "before its first frame"),
        ({"in_s": float("nan")}, "before its first frame"),
        ({"rate": 0.0}, "cannot be played 0 times as fast"),
        ({"rate": float("nan")}, "cannot be played nan times as fast"),
        ({"rate": 21.0}, "cannot be played 21 times as fast"),
    ],
)
def test_what_cannot_be_scored_is_refused(clip: Path, given: dict, words: str) -> None:
    with pytest.raises(InputError, match=words) as refusal:
        analyse_clip(clip, **given)
    assert refusal.value.hint


def test_a_rate_that_cannot_be_counted_is_refused(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", shaded(10), fps=60)
    with pytest.raises(InputError, match="has 1200 frames per second"):
        analyse_clip(path, rate=20.0)


def test_a_still_across_the_in_point_is_the_first_frame(tmp_path: Path) -> None:
    times = [0.0, 0.04, 0.08, 4.0, 4.04, 4.08]
    path = write_clip(tmp_path / "a.mkv", shaded(6), times_s=times)
    seen = analyse_clip(path, in_s=1.5, out_s=4.06, rate=2.0)
    assert frames_in(seen) == [2, 3, 4]
    np.testing.assert_allclose(seen.curves.time_s, [0.0, 1.25, 1.27], atol=0.0011)
    found = seen.analysis.clip
    assert found.picture_start_s == pytest.approx(1.5, abs=0.0011)
    assert found.lead_s == 0
    assert found.duration_s == pytest.approx(1.28, abs=0.0011)
    alone = analyse_clip(path, in_s=1.5, out_s=3.5)
    assert frames_in(alone) == [2]
    assert alone.analysis.clip.duration_s == pytest.approx(2.0, abs=0.0011)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"in_s": 4.0}, "10:20:34:05"),
        ({"in_s": 4.02}, "10:20:34:06"),
        ({"in_s": 4.0, "rate": 0.5}, "10:20:34:02"),
        ({"rate": 0.96}, "10:20:30:04"),
    ],
)
def test_the_timecode_of_the_file_is_that_of_the_first_frame_scored(
    tmp_path: Path, given: dict, expected: str
) -> None:
    path = write_clip(tmp_path / "a.mov", shaded(150), metadata={"timecode": "10:20:30:05"})
    assert analyse_clip(path, **given).analysis.clip.start_timecode == expected


def test_drop_frame_counts_on_over_the_minute(tmp_path: Path) -> None:
    path = write_clip(
        tmp_path / "a.mov", shaded(150), fps=Fraction(30000, 1001),
        metadata={"timecode": "00:00:58;00"},
    )  # fmt: skip
    start = analyse_clip(path, in_s=60 * 1001 / 30000).analysis.clip.start_timecode
    assert start == "00:01:00;02"


def test_damage_before_a_part_is_no_concern_of_it(tmp_path: Path) -> None:
    pictures = [texture(k // 25) for k in range(250)]
    path = write_clip(tmp_path / "a.mkv", pictures)
    data = bytearray(path.read_bytes())
    spoilt = slice(len(data) // 4, len(data) // 3)
    data[spoilt] = np.random.default_rng(1).bytes(spoilt.stop - spoilt.start)
    path.write_bytes(data)
    assert analyse_clip(path).analysis.clip.notes
    seen = analyse_clip(path, in_s=8.0, out_s=9.0)
    assert seen.analysis.clip.frames == 25
    assert not seen.analysis.clip.notes
