from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
import soundfile

from filmcomposer_core.errors import Cancelled, InputError, RenderError
from filmcomposer_core.render import RenderResult, RenderSettings, render_cue
from tests.core.render import plans
from tests.core.render.plans import PartDraft

RATE = 48000


def read(folder: Path, name: str = "cue.wav") -> np.ndarray:
    return soundfile.read(folder / name, always_2d=True)[0]


@pytest.fixture(scope="module")
def trio(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RenderResult]:
    folder = tmp_path_factory.mktemp("trio")
    return folder, render_cue(plans.trio(), folder, settings=RenderSettings(seed=3))


class TestFiles:
    def test_every_file_is_48_khz_24_bit_and_as_long_as_the_picture(self, trio) -> None:
        folder, result = trio
        assert result.stems == ("stems/01_theme.wav", "stems/02_bass.wav", "stems/03_clicks.wav")
        for name in ("cue.wav", *result.stems):
            facts = soundfile.info(folder / name)
            assert (facts.samplerate, facts.subtype, facts.channels) == (RATE, "PCM_24", 2)
            assert facts.frames == 6 * RATE

    def test_length_is_rounded_to_the_nearest_sample(self, tmp_path: Path) -> None:
        length_s = 25 / 23.976
        render_cue(
            plans.plan(PartDraft(id="a", notes=[(0.0, 0.5, 60, 90)]), length_s=length_s),
            tmp_path,
            settings=RenderSettings(),
        )
        assert len(read(tmp_path)) == round(length_s * RATE)

    def test_stems_add_up_to_the_mix(self, trio) -> None:
        folder, result = trio
        total = sum(read(folder, name) for name in result.stems)
        residual = np.abs(read(folder) - total).max()
        assert 20 * np.log10(residual) <= -80.0

    def test_nothing_else_is_left_in_the_folder(self, trio) -> None:
        folder, _ = trio
        assert sorted(p.name for p in folder.iterdir()) == ["cue.wav", "stems"]

    def test_same_seed_same_bytes(self, trio, tmp_path: Path) -> None:
        folder, result = trio
        render_cue(plans.trio(), tmp_path, settings=RenderSettings(seed=3))
        for name in ("cue.wav", *result.stems):
            first, second = ((f / name).read_bytes() for f in (folder, tmp_path))
            assert hashlib.sha256(first).digest() == hashlib.sha256(second).digest()

    def test_block_size_is_not_heard(self, trio, tmp_path: Path) -> None:
        folder, result = trio
        render_cue(plans.trio(), tmp_path, settings=RenderSettings(seed=3, block_s=1.3))
        for name in ("cue.wav", *result.stems):
            assert np.abs(read(folder, name) - read(tmp_path, name)).max() < 1e-4


class TestLoudness:
    def test_reaches_the_default(self, trio) -> None:
        folder, result = trio
        measured = pyloudnorm.Meter(RATE).integrated_loudness(read(folder))
        assert measured == pytest.approx(-23.0, abs=0.3)
        assert result.lufs == pytest.approx(measured, abs=0.3)

    def test_true_peak_stays_below_the_ceiling_when_loud(self, tmp_path: Path) -> None:
        result = render_cue(plans.trio(), tmp_path, settings=RenderSettings(lufs=-11.0))
        assert -2.0 < result.true_peak_dbtp <= -1.0
        total = sum(read(tmp_path, name) for name in result.stems)
        assert np.abs(read(tmp_path) - total).max() < 1e-4
        measured = pyloudnorm.Meter(RATE).integrated_loudness(read(tmp_path))
        assert measured == pytest.approx(-11.0, abs=0.3) or any(
            "limiting" in n for n in result.notes
        )

    def test_silence_is_written_and_said(self, tmp_path: Path) -> None:
        result = render_cue(
            plans.plan(PartDraft(id="a", notes=[])), tmp_path, settings=RenderSettings()
        )
        assert result.lufs == -np.inf
        assert any("silent" in note for note in result.notes)
        assert not read(tmp_path).any()

    def test_plan_without_parts(self, tmp_path: Path) -> None:
        result = render_cue(plans.plan(length_s=0.5), tmp_path, settings=RenderSettings())
        assert result.stems == ()
        assert len(read(tmp_path)) == RATE // 2

    def test_one_frame(self, tmp_path: Path) -> None:
        drum = plans.plan(
            PartDraft(id="a", notes=[(0.0, 0.1, 84, 90)], sound=plans.XYLOPHONE), length_s=1 / 24
        )
        result = render_cue(drum, tmp_path, settings=RenderSettings())
        assert len(read(tmp_path)) == 2000
        assert read(tmp_path).any()
        assert np.isfinite(result.lufs)

    def test_sound_at_the_last_frame_is_faded_and_reported(self, tmp_path: Path) -> None:
        held = plans.plan(PartDraft(id="a", notes=[(0.0, 20.0, 67, 100)]), length_s=2.0)
        result = render_cue(held, tmp_path, settings=RenderSettings())
        assert any("still rings" in note for note in result.notes)
        assert np.abs(read(tmp_path)[-5:]).max() < 1e-4

    def test_an_ending_in_time_is_not_faded(self, tmp_path: Path) -> None:
        short = plans.plan(
            PartDraft(id="a", notes=[(0.0, 0.2, 84, 100)], sound=plans.XYLOPHONE, send=0.0),
            length_s=8.0,
        )
        result = render_cue(short, tmp_path, settings=RenderSettings())
        assert not any("still rings" in note for note in result.notes)


def onset_ms(sound: np.ndarray, near_s: float) -> float:
    """Return how late a click is against a time, by a tenth of its peak."""
    start = round((near_s - 0.03) * RATE)
    piece = np.abs(sound[max(0, start) : start + round(0.09 * RATE)]).max(axis=1)
    return 1000.0 * (np.argmax(piece > 0.1 * piece.max()) + max(0, start)) / RATE - 1000.0 * near_s


class TestTiming:
    def test_clicks_stay_in_time_through_500_tempo_changes(self, tmp_path: Path) -> None:
        from filmcomposer_core.timeline import Timeline

        points = plans.tempo(*((0.04 * k, 60.0 + 97.0 * ((k * 7) % 11) / 10) for k in range(500)))
        timeline = Timeline(points)
        times = [0.5 + 0.31 * k for k in range(58)]
        notes = [(timeline.beat_at(t), 0.05, 84, 100) for t in times]
        made = plans.plan(
            PartDraft(id="a", notes=notes, sound=plans.XYLOPHONE, send=0.0, instrument="xylophone"),
            length_s=20.0,
            points=points,
        )
        render_cue(made, tmp_path, settings=RenderSettings())
        sound = read(tmp_path)
        errors = [onset_ms(sound, t) for t in times]
        assert max(map(abs, errors)) < 3.0


class TestFailures:
    def test_unknown_synthesiser(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="moog"):
            render_cue(plans.trio(), tmp_path, settings=RenderSettings(synth="moog"))

    def test_soundfont_that_is_none(self, tmp_path: Path) -> None:
        font = tmp_path / "font.sf2"
        font.write_bytes(b"RIFF0000WAVE")
        with pytest.raises(InputError, match="not a soundfont"):
            render_cue(plans.trio(), tmp_path, settings=RenderSettings(soundfont=font))

    def test_missing_soundfont(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="cannot be read"):
            render_cue(
                plans.trio(), tmp_path, settings=RenderSettings(soundfont=tmp_path / "no.sf2")
            )

    def test_a_stop_leaves_the_folder_as_it_was(self, tmp_path: Path) -> None:
        (tmp_path / "cue.wav").write_bytes(b"old")

        def stop(fraction: float, message: str = "") -> None:
            if fraction > 0.1:
                raise Cancelled("stopped")

        with pytest.raises(Cancelled):
            render_cue(plans.trio(), tmp_path, settings=RenderSettings(), progress=stop)
        assert [p.name for p in tmp_path.iterdir()] == ["cue.wav"]
        assert (tmp_path / "cue.wav").read_bytes() == b"old"

    def test_folder_that_cannot_be_made(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(RenderError, match="could not be written"):
            render_cue(plans.trio(), tmp_path / "file" / "cue", settings=RenderSettings())

    def test_keys_without_sound_are_told(self, tmp_path: Path) -> None:
        blocks = plans.Sound(channel=0, technique="hit", bank=1, program=115)
        for keys, count in (((20,), 1), ((20, 60), 1)):
            part = PartDraft(id="a", notes=[(0.0, 1.0, k, 90) for k in keys], sound=blocks)
            result = render_cue(plans.plan(part), tmp_path, settings=RenderSettings())
            wanted = f"on the keys 20; {count} of {len(keys)} notes are not heard."
            assert any(wanted in note for note in result.notes)

    def test_missing_preset_is_told(self, tmp_path: Path) -> None:
        sound = plans.Sound(channel=0, technique="sustain", bank=77, program=48)
        part = PartDraft(id="a", notes=[(0.0, 1.0, 60, 90)], sound=sound)
        result = render_cue(plans.plan(part), tmp_path, settings=RenderSettings())
        assert any("no preset 77:48; 0:48" in note for note in result.notes)
        assert read(tmp_path).any()
