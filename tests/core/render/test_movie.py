from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from scipy.signal import correlate

from filmcomposer_core.errors import Cancelled, InputError, RenderError
from filmcomposer_core.render import Footage, MovieResult, write_movie
from filmcomposer_core.visual import analyse_clip
from tests.core.visual.clips import flat, write_clip

RATE = 48000
FPS = Fraction(25)


def clip(
    path: Path,
    *,
    codec: str = "libx264",
    size: tuple[int, int] = (64, 48),
    frames: int = 50,
    start_s: float = 0.0,
    sound_hz: float = 0.0,
    pix_fmt: str = "yuv420p",
) -> Path:
    with av.open(str(path), "w") as made:
        picture = made.add_stream(codec, rate=FPS)
        picture.width, picture.height = size
        picture.pix_fmt = pix_fmt
        picture.codec_context.time_base = Fraction(1, 1000)
        sound = made.add_stream("aac", rate=RATE) if sound_hz else None
        for k in range(frames):
            image = np.full((size[1], size[0], 3), (4 * k) % 255, np.uint8)
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = round(1000 * (start_s + k / 25)), Fraction(1, 1000)
            made.mux(picture.encode(frame))
        made.mux(picture.encode(None))
        if sound is not None:
            count = frames * RATE // 25
            tone = 0.5 * np.sin(2 * np.pi * sound_hz * np.arange(count) / RATE)
            stereo = np.stack((tone, tone)).astype(np.float32)
            frame = av.AudioFrame.from_ndarray(stereo, format="fltp", layout="stereo")
            frame.sample_rate = RATE
            made.mux(sound.encode(frame))
            made.mux(sound.encode(None))
    return path


def clicks(path: Path, seconds: float = 2.0) -> np.ndarray:
    sound = np.zeros((round(seconds * RATE), 2))
    for time_s in (0.3, 0.9, 1.7):
        if time_s < seconds:
            sound[round(time_s * RATE) :][:96] = 0.8 * np.hanning(96)[:, None]
    soundfile.write(path, sound, RATE, subtype="PCM_24")
    return sound[:, 0]


def movie(folder: Path, clip_path: Path, **options: object) -> MovieResult:
    film = {name: options.pop(name) for name in Footage.__slots__ if name in options}
    values = {"start_s": 0.0, "duration_s": 2.0, "fps": FPS} | film
    return write_movie(
        clip_path=clip_path,
        wav_path=folder / "cue.wav",
        out_path=folder / "cue.mp4",
        footage=Footage(**values),  # type: ignore[arg-type]
        **options,  # type: ignore[arg-type]
    )


def decoded(path: Path) -> tuple[list[float], np.ndarray]:
    """Return frame times and the left channel on the clock of the file."""
    with av.open(str(path)) as made:
        times = [frame.time for frame in made.decode(video=0)]
    with av.open(str(path)) as made:
        frames = list(made.decode(audio=0))
    sound = np.concatenate([f.to_ndarray()[0] for f in frames])
    return times, np.concatenate((np.zeros(round(frames[0].time * RATE)), sound))


def lag_s(sound: np.ndarray, wanted: np.ndarray) -> float:
    return (int(np.argmax(correlate(sound, wanted))) - len(wanted) + 1) / RATE


@pytest.mark.parametrize(
    ("name", "options", "copied"),
    [
        ("h264.mp4", {}, True),
        ("mpeg4.mkv", {"codec": "mpeg4"}, True),
        ("late.mkv", {"start_s": 0.033}, True),
        ("vp8.webm", {"codec": "libvpx"}, False),
        ("odd.avi", {"codec": "ffv1", "size": (63, 47), "pix_fmt": "yuv444p"}, False),
        ("late_odd.mkv", {"codec": "ffv1", "size": (63, 47), "start_s": 0.033}, False),
        ("sounding.mp4", {"sound_hz": 440.0}, True),
    ],
)
def test_picture_and_sound_are_in_step(
    tmp_path: Path, name: str, options: dict[str, object], copied: bool
) -> None:
    made = clip(tmp_path / name, **options)  # type: ignore[arg-type]
    wanted = clicks(tmp_path / "cue.wav")
    start_s = float(options.get("start_s", 0.0))  # type: ignore[arg-type]
    result = movie(tmp_path, made, start_s=start_s)
    times, sound = decoded(tmp_path / "cue.mp4")
    assert result.copied is copied
    assert len(times) == 50
    assert abs(lag_s(sound, wanted) - times[0]) <= 0.25 / 25
    assert abs(result.offset_s) <= 0.25 / 25
    assert times[-1] - times[0] == pytest.approx(49 / 25, abs=0.002)
    # The clip's own tone is not heard.
    assert np.abs(sound[: RATE // 5]).max() < 0.01


def test_sizes_are_made_even(tmp_path: Path) -> None:
    clicks(tmp_path / "cue.wav")
    movie(tmp_path, clip(tmp_path / "a.avi", codec="ffv1", size=(63, 47), pix_fmt="yuv444p"))
    with av.open(str(tmp_path / "cue.mp4")) as made:
        picture = made.streams.video[0].codec_context
        assert (picture.width, picture.height, picture.name) == (64, 48, "h264")


def test_sound_is_aac_of_48_khz(tmp_path: Path) -> None:
    clicks(tmp_path / "cue.wav")
    movie(tmp_path, clip(tmp_path / "a.mp4", sound_hz=440.0))
    with av.open(str(tmp_path / "cue.mp4")) as made:
        assert len(made.streams.audio) == 1
        assert made.streams.audio[0].codec_context.name == "aac"
        assert made.streams.audio[0].codec_context.sample_rate == RATE


def test_own_sound_lies_under_the_cue_when_asked_for(tmp_path: Path) -> None:
    clicks(tmp_path / "cue.wav")
    made = clip(tmp_path / "a.mp4", sound_hz=440.0)
    movie(tmp_path, made, keep_sound_db=-12.0)
    _, sound = decoded(tmp_path / "cue.mp4")
    quiet = sound[round(1.1 * RATE) : round(1.5 * RATE)]
    assert np.sqrt(2 * np.mean(quiet**2)) == pytest.approx(0.5 * 10 ** (-12 / 20), rel=0.05)
    assert np.argmax(np.abs(np.fft.rfft(quiet))) == round(440 * 0.4)


def test_no_own_sound_to_keep_is_told(tmp_path: Path) -> None:
    clicks(tmp_path / "cue.wav")
    result = movie(tmp_path, clip(tmp_path / "a.mp4"), keep_sound_db=0.0)
    assert result.notes == ("The clip has no sound of its own to keep.",)


def test_corrupt_tail_is_tolerated(tmp_path: Path) -> None:
    whole = clip(tmp_path / "whole.mkv", codec="mpeg4").read_bytes()
    (tmp_path / "cut.mkv").write_bytes(whole[: len(whole) * 6 // 10])
    wanted = clicks(tmp_path / "cue.wav")
    movie(tmp_path, tmp_path / "cut.mkv")
    times, sound = decoded(tmp_path / "cue.mp4")
    assert 10 < len(times) < 50
    assert lag_s(sound, wanted) == pytest.approx(0.0, abs=0.001)


def test_one_frame(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "cue.wav", np.zeros((1920, 2)), RATE, subtype="PCM_24")
    result = movie(tmp_path, clip(tmp_path / "a.mp4", frames=1), duration_s=0.04)
    assert result.copied
    assert len(decoded(tmp_path / "cue.mp4")[0]) == 1


def test_frame_rate_that_varies_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "vfr.mkv"
    wanted = [0.0, 0.04, 0.2, 0.24, 0.9, 1.0]
    with av.open(str(path), "w") as made:
        picture = made.add_stream("ffv1", rate=25)
        picture.width, picture.height, picture.pix_fmt = 64, 48, "yuv420p"
        picture.codec_context.time_base = Fraction(1, 1000)
        for k, time_s in enumerate(wanted):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 30 * k, np.uint8))
            frame.pts, frame.time_base = round(1000 * time_s), Fraction(1, 1000)
            made.mux(picture.encode(frame))
        made.mux(picture.encode(None))
    clicks(tmp_path / "cue.wav", 1.75)
    movie(tmp_path, path)
    assert decoded(tmp_path / "cue.mp4")[0] == pytest.approx(wanted, abs=0.001)


def test_missing_clip_is_one_sentence(tmp_path: Path) -> None:
    clicks(tmp_path / "cue.wav")
    with pytest.raises(InputError, match="cannot be opened"):
        movie(tmp_path, tmp_path / "no.mp4")
    assert not (tmp_path / "cue.mp4").exists()


def test_clip_without_picture(tmp_path: Path) -> None:
    clicks(tmp_path / "cue.wav")
    with pytest.raises(InputError, match="no picture"):
        movie(tmp_path, tmp_path / "cue.wav")


def test_a_stop_leaves_the_old_movie(tmp_path: Path) -> None:
    clicks(tmp_path / "cue.wav")
    (tmp_path / "cue.mp4").write_bytes(b"old")

    def stop(fraction: float, message: str = "") -> None:
        raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        movie(tmp_path, clip(tmp_path / "a.mp4"), progress=stop)
    assert (tmp_path / "cue.mp4").read_bytes() == b"old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.mp4", "cue.mp4", "cue.wav"]


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    clicks(tmp_path / "cue.wav")
    made = clip(tmp_path / "a.mp4")
    with pytest.raises(RenderError, match="could not be written"):
        write_movie(
            clip_path=made,
            wav_path=tmp_path / "cue.wav",
            out_path=made / "cue.mp4",
            footage=Footage(start_s=0.0, duration_s=2.0, fps=FPS),
        )


# -- a part of a clip, at a rate -----------------------------------------------------------


def footage(path: Path, **given: float) -> dict[str, object]:
    """What the movie is told of a part, as the analysis of the clip gives it."""
    clip = analyse_clip(path, **given).analysis.clip
    return {
        "start_s": clip.picture_start_s,
        "duration_s": clip.duration_s,
        "fps": clip.fps,
        "lead_s": clip.lead_s,
        "rate": clip.rate,
        "whole": clip.whole,
    }


def shades(path: Path) -> list[int]:
    """Return which frame of ``clip`` each frame of a movie is, by its shade."""
    with av.open(str(path)) as made:
        frames = [f.to_ndarray(format="gray") for f in made.decode(video=0)]
    return [round(float(frame.mean()) / 4) for frame in frames]


@pytest.mark.parametrize("rate", [1.0, 0.5, 2.0, 24 / 25])
@pytest.mark.parametrize("name", ["a.mp4", "late.mkv", "a.avi"])
def test_a_part_shows_its_frames_and_no_others(tmp_path: Path, name: str, rate: float) -> None:
    options = {"codec": "ffv1"} if name == "a.avi" else {}
    start_s = 0.4 if name == "late.mkv" else 0.0
    made = clip(tmp_path / name, frames=60, start_s=start_s, **options)  # type: ignore[arg-type]
    clicks(tmp_path / "cue.wav", 1.2 / rate)
    part = footage(made, in_s=0.6, out_s=1.8, rate=rate)
    result = movie(tmp_path, made, **part)
    assert not result.copied
    assert shades(tmp_path / "cue.mp4") == list(range(15, 45))
    times, sound = decoded(tmp_path / "cue.mp4")
    assert times == pytest.approx([k / 25 / rate for k in range(30)], abs=0.0011)
    assert abs(result.offset_s) <= 0.25 / 25
    assert len(sound) / RATE == pytest.approx(1.2 / rate, abs=0.05)


def test_a_part_far_inside_is_entered_there(tmp_path: Path) -> None:
    made = clip(tmp_path / "a.mp4", frames=500)
    clicks(tmp_path / "cue.wav", 2.0)
    whole = shades(made)
    movie(tmp_path, made, **footage(made, in_s=16.0, out_s=18.0))
    assert shades(tmp_path / "cue.mp4") == whole[400:450]


def test_the_first_frame_of_a_part_stands_from_its_in_point(tmp_path: Path) -> None:
    made = clip(tmp_path / "a.mp4", frames=60)
    clicks(tmp_path / "cue.wav", 1.0)
    movie(tmp_path, made, **footage(made, in_s=0.61, out_s=1.61))
    assert shades(tmp_path / "cue.mp4") == list(range(16, 41))
    times, _ = decoded(tmp_path / "cue.mp4")
    assert times == pytest.approx([0.0, *(0.03 + k / 25 for k in range(1, 25))], abs=0.0011)


@pytest.mark.parametrize("rate", [0.5, 2.0, 24 / 25])
def test_a_whole_clip_at_another_rate_is_copied(tmp_path: Path, rate: float) -> None:
    made = clip(tmp_path / "a.mp4")
    wanted = clicks(tmp_path / "cue.wav", 4.0)
    result = movie(tmp_path, made, **footage(made, rate=rate))
    assert result.copied
    assert shades(tmp_path / "cue.mp4") == list(range(50))
    times, sound = decoded(tmp_path / "cue.mp4")
    assert times == pytest.approx([k / 25 / rate for k in range(50)], abs=0.0011)
    assert abs(lag_s(sound, wanted) - times[0]) <= 0.25 / 25


def test_the_own_sound_of_a_part_begins_at_its_in_point(tmp_path: Path) -> None:
    made = tmp_path / "a.mkv"
    with av.open(str(made), "w") as out:
        picture = out.add_stream("mpeg4", rate=FPS)
        picture.width, picture.height, picture.pix_fmt = 64, 48, "yuv420p"
        sound = out.add_stream("pcm_s16le", rate=RATE, layout="stereo")
        for k in range(25 * 15):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 90, np.uint8))
            frame.pts, frame.time_base = k, 1 / FPS
            out.mux(picture.encode(frame))
            samples = np.zeros((1, 2 * RATE // 25), np.int16)
            samples[0, :200] = 20000 if k == 13 * 25 else 0
            block = av.AudioFrame.from_ndarray(samples, format="s16", layout="stereo")
            block.sample_rate, block.pts = RATE, k * RATE // 25
            out.mux(sound.encode(block))
        out.mux([*picture.encode(None), *sound.encode(None)])
    soundfile.write(tmp_path / "cue.wav", np.zeros((2 * RATE, 2)), RATE, subtype="PCM_24")
    for in_s in (12.0, 12.5):
        movie(tmp_path, made, keep_sound_db=0.0, **footage(made, in_s=in_s, out_s=in_s + 2))
        _, heard = decoded(tmp_path / "cue.mp4")
        assert int(np.argmax(np.abs(heard))) / RATE == pytest.approx(13.0 - in_s, abs=0.004)


def test_own_sound_is_left_out_at_another_rate(tmp_path: Path) -> None:
    clicks(tmp_path / "cue.wav", 4.0)
    made = clip(tmp_path / "a.mp4", sound_hz=440.0)
    result = movie(tmp_path, made, keep_sound_db=0.0, **footage(made, rate=0.5))
    assert result.notes == ("The clip plays 0.5 times as fast, so its own sound is left out.",)
    _, sound = decoded(tmp_path / "cue.mp4")
    assert np.abs(sound[: RATE // 5]).max() < 0.01


def test_a_still_across_the_in_point_is_shown_from_it(tmp_path: Path) -> None:
    path = write_clip(
        tmp_path / "a.mkv", [flat(4 * k) for k in (10, 20, 30, 40)], codec="ffv1",
        times_s=[0.0, 0.04, 4.0, 4.04],
    )  # fmt: skip
    clicks(tmp_path / "cue.wav", 2.06)
    movie(tmp_path, path, **footage(path, in_s=2.0, out_s=4.06))
    assert shades(tmp_path / "cue.mp4") == [20, 30, 40]
    assert decoded(tmp_path / "cue.mp4")[0] == pytest.approx([0.0, 2.0, 2.04], abs=0.002)
