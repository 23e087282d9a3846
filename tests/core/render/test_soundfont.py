from __future__ import annotations

import shutil
import struct
import subprocess
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
import soundfile

from filmcomposer_core.catalogue import catalogue
from filmcomposer_core.errors import InputError
from filmcomposer_core.render.midi_bytes import SynthNote, SynthScore, midi_file
from filmcomposer_core.render.render import SHIPPED_FONT
from filmcomposer_core.render.riff import read_soundfont
from filmcomposer_core.render.soundfont import (
    Soundfont,
    nearest_preset,
    open_soundfont,
    preset_name,
    sample,
)
from filmcomposer_core.render.soundfont_cut import GAP_SAMPLES, PlayedPreset, cut_soundfont
from filmcomposer_core.render.soundfont_zones import _curve, preset_zones, resolve
from filmcomposer_core.render.synth_fluidsynth import FluidSynth

RATE = 48000
FOLDER = resources.files("filmcomposer_core").joinpath("data", "soundfont")


@pytest.fixture(scope="module")
def font() -> Soundfont:
    return open_soundfont(Path(str(FOLDER.joinpath(SHIPPED_FONT))))


class TestShippedFont:
    def test_licence_lies_beside_it(self) -> None:
        text = FOLDER.joinpath("MuseScore_General_Lite.LICENSE.txt").read_text("utf-8")
        assert "Permission is hereby granted, free of charge" in text

    def test_is_small_enough_for_the_repository(self) -> None:
        assert Path(str(FOLDER.joinpath(SHIPPED_FONT))).stat().st_size < 45e6

    def test_has_every_sound_of_the_catalogue(self, font: Soundfont) -> None:
        for instrument in catalogue().values():
            for technique in instrument.techniques:
                assert (technique.bank, technique.program) in font.presets, instrument.id

    def test_names(self, font: Soundfont) -> None:
        assert len(font.presets) == 311
        assert preset_name(font, (0, 60)) == "French Horns"


class TestNearest:
    def test_same_program_of_bank_0(self, font: Soundfont) -> None:
        assert nearest_preset(font, (99, 60)) == (0, 60)

    def test_standard_kit(self, font: Soundfont) -> None:
        assert nearest_preset(font, (128, 111)) == (128, 0)

    def test_itself(self, font: Soundfont) -> None:
        assert nearest_preset(font, (8, 48)) == (8, 48)

    def test_family_then_anything(self, font: Soundfont) -> None:
        from dataclasses import replace

        poor = replace(font, presets={(0, 42): 1, (0, 0): 0})
        assert nearest_preset(poor, (0, 40)) == (0, 42)
        assert nearest_preset(poor, (0, 90)) == (0, 0)


def cut_tables(data: bytes) -> dict[bytes, bytes]:
    return {
        name: data[start : start + size]
        for name, (start, size) in read_soundfont(data, where="cut").items()
    }


class TestCut:
    def test_samples_are_parted_and_loops_lie_inside(self, font: Soundfont) -> None:
        played = PlayedPreset(preset=(0, 48), keys=(60, 67, 79), velocities=(40, 90))
        tables = cut_tables(cut_soundfont(font, [played]).data)
        rows = [
            struct.unpack_from("<20sIIII", tables[b"shdr"], at)
            for at in range(0, len(tables[b"shdr"]) - 46, 46)
        ]
        body = np.frombuffer(tables[b"smpl"], "<i2")
        assert rows
        for _, start, end, loop_start, loop_end in rows:
            assert start <= loop_start < loop_end <= end
            assert not body[end : end + GAP_SAMPLES].any()
            assert body[start:end].any()

    def test_holds_only_what_is_played(self, font: Soundfont) -> None:
        few, many = (
            cut_soundfont(
                font, [PlayedPreset(preset=(0, 48), keys=tuple(keys), velocities=(90,))]
            ).data
            for keys in ((60,), range(36, 97))
        )
        assert len(few) < 0.2 * len(many) < 10e6

    def test_a_preset_that_has_nothing_on_these_keys_is_silent_not_an_error(
        self, font: Soundfont
    ) -> None:
        played = [
            PlayedPreset(preset=(128, 48), keys=(1,), velocities=(90,)),
            PlayedPreset(preset=(0, 13), keys=(84,), velocities=(90,)),
        ]
        tables = cut_tables(cut_soundfont(font, played).data)
        assert [struct.unpack_from("<20sHH", tables[b"phdr"], at)[1] for at in (0,)] == [1]

    def test_generators_stay_countable(self, font: Soundfont) -> None:
        piano = PlayedPreset(
            preset=(0, 0), keys=tuple(range(40, 80)), velocities=tuple(range(60, 70))
        )
        tables = cut_tables(cut_soundfont(font, [piano]).data)
        assert len(tables[b"igen"]) // 4 < 65536

    def test_samples_are_decoded_once(self, font: Soundfont) -> None:
        assert sample(font, 3) is sample(font, 3)


class TestModulators:
    def test_velocity_curves(self) -> None:
        assert _curve(0x0502, 60, 127) == 0.0
        assert _curve(0x0502, 60, 64) == pytest.approx(400 / 960 * np.log10(127 / 63 * 63 / 64))
        assert _curve(0x0102, 60, 0) == 1.0
        assert _curve(0x0203, 127, 1) == 1.0
        assert _curve(0x0203, 0, 1) == -1.0
        assert _curve(0x0303, 0, 1) == 1.0

    def test_soft_strings_are_duller(self, font: Soundfont) -> None:
        zone = preset_zones(font, (0, 48))[0]
        soft, loud = (resolve(zone, key=60, velocity=v).get(8, 13500) for v in (30, 120))
        assert soft < loud - 1000


class TestBrokenFiles:
    def test_cut_short(self, tmp_path: Path) -> None:
        whole = Path(str(FOLDER.joinpath(SHIPPED_FONT))).read_bytes()[:100_000]
        (tmp_path / "a.sf3").write_bytes(whole)
        with pytest.raises(InputError, match=r"a\.sf3 is damaged"):
            open_soundfont(tmp_path / "a.sf3")

    def test_damaged_sample(self, font: Soundfont) -> None:
        from dataclasses import replace

        row = font.tables[b"shdr"][5]
        start = font.sample_offset + int(row["start"])
        data = font.data[:start] + b"\0" * 4000 + font.data[start + 4000 :]
        with pytest.raises(InputError, match="sample 5 of"):
            sample(replace(font, data=data, decoded={}), 5)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("fluidsynth") is None, reason="needs the FluidSynth program")
def test_cut_sounds_as_the_whole_font_with_its_modulators(font: Soundfont, tmp_path: Path) -> None:
    """FluidSynth plays the SF3 as it is and the cut SF2: the levels agree."""
    cases = [((0, 48), 67), ((0, 56), 67), ((0, 0), 60), ((0, 47), 43), ((0, 60), 55)]
    times = [(2 * k + half, k, v) for k in range(len(cases)) for half, v in ((0, 40), (1, 100))]
    notes = tuple(
        SynthNote(start=at * RATE, end=at * RATE + 24000, key=cases[k][1], velocity=v, channel=k)
        for at, k, v in times
    )
    presets = {k: case[0][1] for k, case in enumerate(cases)}
    score = SynthScore(length=2 * len(cases) * RATE, presets=presets, notes=notes)
    (tmp_path / "a.mid").write_bytes(midi_file(score))
    out = tmp_path / "a.wav"
    options = ["-n", "-i", "-q", "-R", "0", "-C", "0", "-g", "0.5", "-r", "48000", "-O", "float"]
    command = ["fluidsynth", *options, "-T", "wav", "-F"]
    path = Path(str(FOLDER.joinpath(SHIPPED_FONT)))
    subprocess.run([*command, out, path, tmp_path / "a.mid"], check=True, capture_output=True)
    whole = soundfile.read(out, always_2d=True)[0]
    played = [PlayedPreset(preset=p, keys=(key,), velocities=(40, 100)) for p, key in cases]
    cut = cut_soundfont(font, played)
    numbered = SynthScore(length=score.length, presets={k: k for k in presets}, notes=notes)
    small = FluidSynth(workers=1).play(cut.data, numbered)
    for at, _, _ in times:
        piece = slice(at * RATE, at * RATE + 20000)
        levels = [10 * np.log10(np.mean(np.square(x[piece]))) for x in (whole, small)]
        assert levels[1] - cut.loud_db == pytest.approx(levels[0], abs=1.0)
