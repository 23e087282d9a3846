"""From a recording to notes and files, and recordings that are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from filmcomposer_core.cli.command import run
from filmcomposer_core.contracts.plan import CuePlan, Section
from filmcomposer_core.contracts.score import Melody, Note
from filmcomposer_core.errors import Cancelled, InputError
from filmcomposer_core.networks import model_files
from filmcomposer_core.notation import abc_to_melody, midi_to_melody
from filmcomposer_core.stages.idea import lay_idea
from filmcomposer_core.transcription.basic_pitch import FOLDER, NAME, hear_keys
from filmcomposer_core.transcription.clean import clean_up
from filmcomposer_core.transcription.engine import transcriber
from filmcomposer_core.transcription.fit_plan import HIGHEST, LOWEST, fit_melody
from filmcomposer_core.transcription.sound import read_sound
from tests.core.transcription.made import RATE, steady, tones

#: A scale and back in G, crotchets at 120 with a long last note.
TUNE = [67, 69, 71, 72, 74, 72, 71, 69, 67]
PLAYED = [(0.5 * i, 0.45 if i < 8 else 1.0, p) for i, p in enumerate(TUNE)]


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sound") / "tune.wav"
    soundfile.write(path, tones(PLAYED, seconds=6.0), RATE)
    return path


def test_a_scale_is_written_down(recording: Path, tmp_path: Path) -> None:
    out = tmp_path / "notes"
    assert run(["transcribe", str(recording), "--out", str(out), "--tempo", "120"]) == 0
    midi = midi_to_melody((out / "tune.mid").read_bytes(), where="tune.mid")
    assert [note.pitch for note in midi.notes] == TUNE
    steps = np.diff([note.beat for note in midi.notes])
    np.testing.assert_allclose(steps, 1.0)
    abc = abc_to_melody((out / "tune.abc").read_text("utf-8"), where="tune.abc")
    assert [(n.pitch, n.beat) for n in abc.notes] == [(n.pitch, n.beat) for n in midi.notes]
    assert "basic-pitch" in (out / "tune.transcript.json").read_text("utf-8")


def test_the_key_is_told(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["transcribe", str(recording), "--out", str(tmp_path)]) == 0
    assert "G major" in capsys.readouterr().out


def test_the_network_is_whole_and_licensed() -> None:
    listed = model_files(FOLDER)
    assert {p.name for p in FOLDER.glob("*.onnx")} == {m.file for m in listed.values()}
    about = (FOLDER / "README.md").read_text("utf-8")
    assert f"`{listed[NAME].file}`" in about
    assert "Apache" in (FOLDER / "licences" / "basic-pitch.txt").read_text("utf-8")


def test_seams_between_windows_are_not_heard() -> None:
    # A note in the middle of the sound is the same wherever the windows part.
    note = [(3.0, 1.0, 64)]
    found = []
    for shift in (0.0, 0.61, 1.3):
        keys = hear_keys(tones([(3.0 + shift, 1.0, 64)], seconds=7.0))
        rows = np.flatnonzero(keys.sounds[:, 64 - 21] > 0.3)
        found.append((keys.time_s[rows[0]] - shift, keys.time_s[rows[-1]] - shift))
        assert (np.diff(keys.time_s) > 0).all()
    assert note
    np.testing.assert_allclose([a for a, _ in found], 3.0, atol=0.035)
    assert np.ptp([b for _, b in found]) < 0.05


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda p: p.write_bytes(b"RIFF no sound"), "is not a sound file"),
        (lambda p: soundfile.write(p, np.zeros(RATE), RATE), "is silent"),
        (lambda p: soundfile.write(p, np.ones(200) * 0.1, RATE), "too little"),
        (lambda p: None, "is not there"),
    ],
)
def test_recordings_that_are_none_are_told(
    tmp_path: Path, make: object, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.wav"
    make(path)  # type: ignore[operator]
    assert run(["transcribe", str(path), "--out", str(tmp_path / "o")]) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "o").exists()


def test_noise_is_no_music(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "short.wav"
    noise = np.random.default_rng(1).standard_normal(RATE // 5) * 0.05
    soundfile.write(path, noise, RATE)
    assert run(["transcribe", str(path), "--out", str(tmp_path)]) == 2
    assert "No notes" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong", [["--tempo", "900"], ["--meter", "3"], ["--engine", "mt3"], ["--cue", "nowhere"]]
)
def test_wrong_words_are_refused(recording: Path, tmp_path: Path, wrong: list[str]) -> None:
    assert run(["transcribe", str(recording), "--out", str(tmp_path), *wrong]) == 2


def test_listening_stops_when_told(recording: Path) -> None:
    def stop(fraction: float, message: str = "") -> None:
        msg = "Stopped."
        raise Cancelled(msg)

    engine = transcriber("basic-pitch")
    sound = read_sound(recording, rate=engine.rate)
    with pytest.raises(Cancelled):
        engine.transcribe(sound, progress=stop)
    with pytest.raises(InputError):
        transcriber("other")


def section(start: int, function: str, key: str, mode: str, chords: str) -> Section:
    return Section(
        id="ABCD"[start // 4], start=start, bars=4, function=function, tension=0.5, dynamic="mf",
        key=key, mode=mode, chords=chords, texture="melody",
    )  # fmt: skip


PLAN = CuePlan(
    idiom="love",
    blend="null",
    ending="cadence",
    sections=(
        section(1, "theme", "D", "ionian", "D | G | A | D"),
        section(5, "climax", "A", "ionian", "A | D | E | A"),
        section(9, "aftermath", "D", "ionian", "D | G | A | D"),
    ),
    bar_tension=(0.5,) * 12,
)
BARS = steady(120.0).bars_until(24.0)


def _idea() -> Melody:
    return clean_up(
        transcriber("basic-pitch").transcribe(tones(PLAYED, seconds=6.0)),
        points=steady(120.0).points,
    ).melody


def test_an_idea_is_stated_in_the_keys_of_the_plan() -> None:
    old = Melody(notes=(Note(beat=44.0, length=4.0, pitch=74, velocity=70),))
    found = lay_idea(
        _idea(), ("G", "ionian"), theme=old, plan=PLAN, bars=BARS, last_beat=48.0, as_played=False
    )
    at = {note.beat: note.pitch for note in found.notes}
    # From G the nearest way to D is a fourth down, to A a tone up.
    assert [at[float(b)] for b in range(9)] == [p - 5 for p in TUNE]
    assert [at[16.0 + b] for b in range(9)] == [p + 2 for p in TUNE]
    # The cue keeps its close.
    assert at[44.0] == 74
    kept = lay_idea(
        _idea(), ("G", "ionian"), theme=old, plan=PLAN, bars=BARS, last_beat=48.0, as_played=True
    )
    assert [note.pitch for note in kept.notes][:9] == TUNE


def test_what_a_model_sang_is_brought_into_the_plan() -> None:
    notes = tuple(
        Note(beat=float(b), length=1.0, pitch=p + 24, velocity=80)
        for b, p in enumerate([61, 63, 65, 66, 68, 66, 65, 63])
    )
    found = fit_melody(Melody(notes=notes), plan=PLAN, bars=BARS, last_beat=48.0)
    # C sharp major: a semitone up is D.
    assert (found.semitones - 1) % 12 == 0
    assert all(LOWEST <= n.pitch <= HIGHEST for n in found.melody.notes)
    scale = {2, 4, 6, 7, 9, 11, 1}
    assert {n.pitch % 12 for n in found.melody.notes} <= scale
    assert found.left_out == 0


def test_heavy_notes_agree_with_their_chord() -> None:
    plan = CuePlan(
        idiom="love", blend="null", ending="cadence", bar_tension=(0.5,) * 4,
        sections=(section(1, "theme", "D", "ionian", "D | G | A | D"),),
    )  # fmt: skip
    # G over D stands a semitone above F sharp; G over G stays.
    notes = (
        Note(beat=0.0, length=2.0, pitch=67, velocity=80),
        Note(beat=2.0, length=2.0, pitch=69, velocity=80),
        Note(beat=4.0, length=4.0, pitch=67, velocity=80),
        Note(beat=8.0, length=8.0, pitch=62, velocity=80),
    )
    found = fit_melody(Melody(notes=notes), plan=plan, bars=BARS, last_beat=40.0)
    assert [n.pitch % 12 for n in found.melody.notes][:3] == [6, 9, 7]
    assert found.moved >= 1
