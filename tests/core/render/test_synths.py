from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from filmcomposer_core.errors import MissingDependencyError, RenderError
from filmcomposer_core.render.midi_bytes import SynthControl, SynthNote, SynthScore
from filmcomposer_core.render.render import SHIPPED_FONT
from filmcomposer_core.render.soundfont import Soundfont, open_soundfont
from filmcomposer_core.render.soundfont_cut import CutFont, PlayedPreset, cut_soundfont
from filmcomposer_core.render.synth import Synth, open_synth

RATE = 48000
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def font() -> Soundfont:
    return open_soundfont(ROOT / "filmcomposer_core" / "data" / "soundfont" / SHIPPED_FONT)


@pytest.fixture(scope="module", params=["midirenderer", "tinysoundfont", "fluidsynth"])
def synth(request: pytest.FixtureRequest) -> Iterator[Synth]:
    try:
        made = open_synth(request.param, workers=1)
    except MissingDependencyError as error:
        if request.param != "fluidsynth":  # the others come from wheels and must be there
            raise
        pytest.skip(str(error))
    yield made
    made.close()


def cut(font: Soundfont, synth: Synth, program: int, keys: tuple[int, ...]) -> CutFont:
    played = PlayedPreset(preset=(0, program), keys=keys, velocities=(40, 80, 127))
    return cut_soundfont(font, [played], law=synth.law)


def score(*notes: tuple[int, int, int, int], length: int = 2 * RATE, **more) -> SynthScore:
    made = tuple(SynthNote(start=s, end=e, key=k, velocity=v, channel=0) for s, e, k, v in notes)
    return SynthScore(length=length, presets={0: 0}, notes=made, **more)


def level_db(sound: np.ndarray) -> float:
    return 10.0 * float(np.log10(np.mean(np.square(sound, dtype=np.float64)) + 1e-20))


class TestContract:
    def test_shape_type_and_version(self, synth: Synth, font: Soundfont) -> None:
        sound = synth.play(
            cut(font, synth, 13, (84,)).data, score((100, 5000, 84, 80), length=70001)
        )
        assert sound.shape == (70001, 2)
        assert sound.dtype == np.float32
        assert synth.version[0].isdigit()

    def test_no_notes_no_sound(self, synth: Synth, font: Soundfont) -> None:
        assert not synth.play(cut(font, synth, 13, (84,)).data, score()).any()

    def test_notes_are_in_time(self, synth: Synth, font: Soundfont) -> None:
        starts = [7777 + 9001 * k for k in range(40)]
        played = score(*((s, s + 3000, 84, 127) for s in starts), length=400_000)
        sound = np.abs(synth.play(cut(font, synth, 13, (84,)).data, played)).max(axis=1)
        for start in starts:
            piece = sound[start - 300 : start + 600]
            late_ms = (np.argmax(piece > 0.1 * piece.max()) - 300) / 48.0
            assert -0.5 < late_ms < 4.0

    def test_velocity_law(self, synth: Synth, font: Soundfont) -> None:
        data = cut(font, synth, 60, (55,)).data
        levels = [level_db(synth.play(data, score((0, 2 * RATE, 55, v)))) for v in (40, 80, 127)]
        assert levels[2] - levels[1] == pytest.approx(29.0 * np.log10(127 / 80), abs=1.5)
        assert levels[1] - levels[0] == pytest.approx(29.0 * np.log10(2), abs=1.5)

    def test_sounds_keep_their_proportions(self, synth: Synth, font: Soundfont) -> None:
        def loud(program: int, key: int) -> float:
            made = cut(font, synth, program, (key,))
            return level_db(synth.play(made.data, score((0, RATE, key, 80)))) - made.loud_db

        # Measured with FluidSynth on the whole font.
        assert loud(57, 53) - loud(48, 72) == pytest.approx(5.8, abs=1.0)
        assert loud(48, 72) - loud(46, 60) == pytest.approx(2.2, abs=1.0)

    def test_dense_loud_chords_do_not_clip(self, synth: Synth, font: Soundfont) -> None:
        keys = tuple(range(36, 84, 2))
        data = cut(font, synth, 56, keys).data
        sound = synth.play(data, score(*((0, RATE, k, 127) for k in keys)))
        peak = float(np.abs(sound).max())
        assert np.mean(np.abs(sound) > 0.999 * peak) < 1e-4

    def test_vibrato_controller_is_heard_or_known_to_be_ignored(
        self, synth: Synth, font: Soundfont
    ) -> None:
        data = cut(font, synth, 68, (69,)).data
        straight, moved = (
            synth.play(
                data,
                score(
                    (0, 2 * RATE, 69, 80),
                    controls=(SynthControl(at=0, channel=0, number=1, value=value),),
                ),
            )
            for value in (0, 127)
        )
        assert (np.abs(straight - moved).max() > 0.01) == (1 not in synth.deaf_to)

    def test_same_notes_same_sound(self, synth: Synth, font: Soundfont) -> None:
        data, played = cut(font, synth, 48, (60,)).data, score((0, RATE, 60, 80))
        assert np.array_equal(synth.play(data, played), synth.play(data, played))

    def test_rubbish_is_refused(self, synth: Synth) -> None:
        with pytest.raises(RenderError, match=synth.name):
            synth.play(b"no font at all", score((0, 100, 60, 80)))


def test_fluidsynth_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(MissingDependencyError, match="fluidsynth is not installed"):
        open_synth("fluidsynth", workers=1)


def test_auto_takes_the_quick_one() -> None:
    synth = open_synth("auto", workers=1)
    synth.close()
    assert synth.name == "midirenderer"
