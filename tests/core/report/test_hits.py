"""Hits are measured on notes and sound, on examples worked by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import soundfile

from filmcomposer_core.contracts.daw_plan import DawPlan, MidiItemOp, PlayedNote, TempoOp, TrackOp
from filmcomposer_core.contracts.hit_rule import colour_of, nearest
from filmcomposer_core.contracts.tempo import TempoPoint
from filmcomposer_core.report.hits import audio_onsets_at, measure, note_onsets
from tests import samples

RATE = 48000


def plan(beats: list[float]) -> DawPlan:
    notes = tuple(PlayedNote(beat=b, length=0.5, pitch=60, velocity=90, channel=0) for b in beats)
    item = MidiItemOp(
        track="t", name="t", instrument="piano", start_beat=0, end_beat=40, sounds=(), notes=notes
    )
    point = TempoPoint(time_s=0.0, bpm=120.0, ramp=False, num=4, den=4)
    return DawPlan(
        version=1,
        operations=(TempoOp(points=(point,)), TrackOp(id="t", name="t", kind="part"), item),
    )


def test_note_onsets_are_seconds_of_the_tempo_map() -> None:
    assert note_onsets(plan([4.0, 1.0, 1.0])).tolist() == [0.5, 2.0]


def test_nearest_gives_up_beyond_its_reach() -> None:
    assert nearest([1.0, 2.0], 2.4) == 2.0
    assert nearest([1.0, 2.0], 2.6) is None
    assert nearest([], 1.0) is None


@pytest.mark.parametrize(
    ("frames", "colour"),
    [(0.0, "green"), (1.0, "green"), (-1.0, "green"), (1.5, "yellow"), (-2.0, "yellow"),
     (2.2, "red"), (None, "red")],
)  # fmt: skip
def test_colour_by_tolerance(frames: float | None, colour: str) -> None:
    assert colour_of(samples.spots()[0], frames) == colour


def test_an_avoided_spot_is_red_when_a_note_begins_on_it() -> None:
    spot = replace(samples.spots()[0], hit_class="avoid")
    assert colour_of(spot, 0.5) == "red"
    assert colour_of(spot, 5.0) == "green"
    assert colour_of(spot, None) == "green"


def clicks(path, times: list[float], *, attack_s: float = 0.001, length_s: float = 20.0) -> None:
    rng = np.random.default_rng(1)
    sound = 1e-4 * rng.standard_normal(round(length_s * RATE))
    for time_s in times:
        t = np.arange(round(0.4 * RATE)) / RATE
        tone = np.minimum(1, t / attack_s) * np.exp(-t / 0.1) * np.sin(2 * np.pi * 660 * t)
        start = round(time_s * RATE)
        sound[start : start + len(tone)] += 0.4 * tone
    soundfile.write(path, np.stack([sound, sound], axis=1), RATE, subtype="PCM_24")


@pytest.mark.parametrize("attack_s", [0.001, 0.02])
def test_onsets_in_sound_are_found_within_a_quarter_frame_and_a_half_attack(
    tmp_path, attack_s: float
) -> None:
    times = [1.0, 2.5, 3.013, 7.77]
    clicks(tmp_path / "x.wav", times, attack_s=attack_s)
    found = audio_onsets_at(tmp_path / "x.wav", times)
    for time_s, onset in zip(times, found, strict=True):
        assert onset is not None
        assert abs(onset - time_s) < 0.25 / 24 + attack_s / 2


def test_no_onset_where_nothing_begins(tmp_path) -> None:
    clicks(tmp_path / "x.wav", [1.0])
    assert audio_onsets_at(tmp_path / "x.wav", [5.0, 19.999]) == [None, None]


def test_measure_names_the_reason(tmp_path) -> None:
    clicks(tmp_path / "x.wav", [8.0, 12.1])
    # 120 bpm: beat 16 = 8.0 s, beat 24.2 = 12.1 s; nothing near 14.5 s.
    found = measure(
        samples.spots(), plan=plan([16.0, 24.2]), mapped=samples.tempo_plan().map.hits,
        wav_path=tmp_path / "x.wav", fps=24.0, duration_s=20.0,
    )  # fmt: skip
    assert [hit.colour for hit in found] == ["green", "red", "red"]
    assert found[1].frames_off_midi == pytest.approx(2.4)
    assert "2.4 frames late" in found[1].reason
    assert found[1].frames_off_audio == pytest.approx(2.4, abs=0.3)
    assert found[2].frames_off_midi is None
    assert (found[0].bar, found[0].beat) == (5, 1.0)


def test_a_must_downbeat_on_another_beat_is_told_and_not_green(tmp_path) -> None:
    clicks(tmp_path / "x.wav", [8.0])
    wish = samples.spots()[0]
    place = replace(samples.tempo_plan().map.hits[0], beat=3.0)
    for spot, colour in ((wish, "green"), (replace(wish, weight="MUST"), "yellow")):
        (found,) = measure(
            (spot,), plan=plan([16.0]), mapped=(place,), wav_path=tmp_path / "x.wav", fps=24.0,
            duration_s=20.0,
        )  # fmt: skip
        assert (found.colour, found.reason) == (colour, "met on beat 3, not on a downbeat")


def test_a_hit_too_near_the_end_is_told_as_such(tmp_path) -> None:
    """In 20 s a last note is let go 0.8 s before the end and needs 0.2 s to speak."""
    clicks(tmp_path / "x.wav", [8.0])
    late = [replace(samples.spots()[0], time_s=time_s) for time_s in (18.9, 19.25)]
    found = measure(
        late, plan=plan([16.0]), mapped=(), wav_path=tmp_path / "x.wav", fps=24.0, duration_s=20.0
    )
    assert found[0].reason == "no note begins within half a second (rest, or after the ending)"
    assert found[1].reason == "0.75 s before the end, where a last note needs 1.00 s to sound"
