from __future__ import annotations

from fractions import Fraction

import pytest

from filmcomposer_core.errors import InputError
from filmcomposer_core.visual import analyse_clip
from filmcomposer_core.visual.source import settle_rate
from tests.core.visual.clips import flat, texture, write_clip, write_sound


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"no file .*gone\.mp4"):
        analyse_clip(tmp_path / "gone.mp4")


def test_directory_is_refused(tmp_path):
    with pytest.raises(InputError, match="is not a file"):
        analyse_clip(tmp_path)


@pytest.mark.parametrize("name", ["notes.txt", "notes.mp4", "list.m3u8"])
def test_text_is_refused(tmp_path, name):
    path = tmp_path / name
    path.write_text("#EXTM3U\n" + "The hero enters from the left.\n" * 50)
    with pytest.raises(InputError, match="is not a video"):
        analyse_clip(path)


def test_empty_file_is_refused(tmp_path):
    path = tmp_path / "empty.mp4"
    path.touch()
    with pytest.raises(InputError, match="is not a video"):
        analyse_clip(path)


def test_sound_alone_is_refused(tmp_path):
    with pytest.raises(InputError, match="has no picture"):
        analyse_clip(write_sound(tmp_path / "sound.mp4"))


def test_header_without_frames_is_refused(tmp_path):
    path = write_clip(tmp_path / "whole.mkv", [texture(1)] * 5, codec="mpeg4")
    data = path.read_bytes()
    cut = tmp_path / "header.mkv"
    cut.write_bytes(data[: data.index(b"\x1f\x43\xb6\x75")])  # up to the first cluster
    with pytest.raises(InputError, match=r"no frame that can be decoded|is not a video"):
        analyse_clip(cut)


def test_every_refusal_says_what_to_do(tmp_path):
    with pytest.raises(InputError) as refusal:
        analyse_clip(tmp_path / "gone.mp4")
    assert refusal.value.hint


def test_hash_codec_and_sound_are_recorded(tmp_path):
    import hashlib

    path = write_clip(tmp_path / "a.mp4", [flat(90)] * 10, audio_s=0.5)
    clip = analyse_clip(path).analysis.clip
    assert clip.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (clip.codec, clip.has_audio, clip.path) == ("h264", True, str(path))


def test_claimed_rate_stands_where_frames_bear_it_out():
    odd = Fraction(1199, 50)
    assert settle_rate(odd, 23.981) == odd


def test_wrong_claim_gives_way_to_a_usual_rate():
    assert settle_rate(Fraction(90), 29.9701) == Fraction(30000, 1001)


def test_unusual_measured_rate_is_kept():
    assert float(settle_rate(Fraction(25), 13.7)) == pytest.approx(13.7, rel=1e-4)


def test_one_frame_leaves_the_claim():
    assert settle_rate(Fraction(24), 0.0) == 24
