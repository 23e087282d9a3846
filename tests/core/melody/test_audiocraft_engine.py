from __future__ import annotations

import os
import sys
import sysconfig
import time
import venv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from filmcomposer_core.contracts.take import Stroke, TakeRequest
from filmcomposer_core.errors import (
    Cancelled,
    FilmComposerError,
    InputError,
    MissingDependencyError,
)
from filmcomposer_core.melody.audiocraft_engine import (
    VARIABLE,
    AudiocraftEngine,
    audiocraft_python,
    cut_to,
)
from filmcomposer_core.melody.audiocraft_run import run_worker
from filmcomposer_core.melody.rhythm_sound import rhythm_sound
from filmcomposer_core.melody.takes import Sound
from filmcomposer_core.progress import silent
from tests.core.melody import parity

SITE = Path(__file__).parents[2] / "fakes" / "audiocraft_site"
STROKES = (Stroke(time_s=0.5, strength=1.0, pitches=(9,)),)
REQUEST = TakeRequest(text="strings", strokes=STROKES, duration_s=0.777, seeds=(7, 8))


def heard() -> Sound:
    """Return what the melody conditioner hears of the request."""
    return rhythm_sound(STROKES, duration_s=REQUEST.duration_s, rate=32_000)


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of an environment whose audiocraft only has the names that are called."""
    folder = tmp_path_factory.mktemp("audiocraft") / "env"
    venv.create(folder, symlinks=os.name != "nt")
    paths = sysconfig.get_paths(vars={"base": str(folder), "platbase": str(folder)}, scheme="venv")
    lines = [str(SITE), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    (Path(paths["purelib"]) / "here.pth").write_text("\n".join(lines) + "\n", "utf-8")
    name = "python.exe" if os.name == "nt" else "python"
    return Path(paths["scripts"]) / name


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return parity.write_audiocraft(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture(scope="module")
def engine(python: Path, folder: Path) -> AudiocraftEngine:
    return AudiocraftEngine(folder, python=python, device="cpu")


def test_takes_are_those_of_their_seeds(engine: AudiocraftEngine) -> None:
    told: list[float] = []

    def progress(fraction: float, message: str = "") -> None:
        told.append(fraction)

    first, second = engine.generate(REQUEST, progress=progress)
    assert (first.seed, second.seed) == (7, 8)
    assert [len(take.sound) for take in (first, second)] == [round(0.777 * 32_000)] * 2
    assert told == sorted(told)
    assert told[-1] == 1.0
    # The stand-in lays noise of 0.1 over the sound that it hears and over 0.5 for a text.
    wanted = heard() + 0.5
    for take in (first, second):
        assert np.abs(take.sound - wanted).mean() == pytest.approx(0.08, abs=0.01)
    assert not np.array_equal(first.sound, second.sound)
    # Alone, and without a text, the second is made of the same noise.
    noise = second.sound - wanted
    (rhythm,) = engine.generate(replace(REQUEST, condition="rhythm", seeds=(8,)))
    assert np.allclose(rhythm.sound, noise + heard(), atol=1e-5)


def test_a_model_too_large_says_so(engine: AudiocraftEngine, folder: Path) -> None:
    (folder / "memory").write_text("", "utf-8")
    with pytest.raises(FilmComposerError, match="memory is too small") as caught:
        engine.generate(REQUEST)
    (folder / "memory").unlink()
    assert caught.value.code == "out_of_memory"


def test_a_take_that_is_no_sound_is_refused(engine: AudiocraftEngine, folder: Path) -> None:
    (folder / "nan").write_text("", "utf-8")
    with pytest.raises(FilmComposerError, match="seed 7 holds numbers that are no sound"):
        engine.generate(replace(REQUEST, condition="text", seeds=(7,)))
    (folder / "nan").unlink()
    assert (folder / "heard.txt").read_text("utf-8") == "text strings, sound False"


def test_the_provenance_tells_model_and_licence(engine: AudiocraftEngine) -> None:
    model = engine.model
    assert (model.name, model.licence, model.commercial) == ("tiny", "CC-BY-NC-4.0", False)
    assert (model.heard_rhythm, model.device) == ("melody conditioner", "cpu")
    assert len(model.sha256) == 64


def test_the_rhythm_needs_strokes(engine: AudiocraftEngine) -> None:
    with pytest.raises(InputError, match="has no spots to hear"):
        engine.generate(replace(REQUEST, strokes=()))


def test_an_environment_that_is_not_there_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(MissingDependencyError, match="No environment with audiocraft is named"):
        audiocraft_python()
    monkeypatch.setenv(VARIABLE, str(tmp_path / "python"))
    with pytest.raises(MissingDependencyError, match="is not there"):
        audiocraft_python()
    monkeypatch.setenv(VARIABLE, sys.executable)
    assert audiocraft_python() == Path(sys.executable).absolute()
    folder = parity.write_audiocraft(tmp_path / "tiny")
    with pytest.raises(MissingDependencyError, match="cannot import audiocraft: ModuleNotFound"):
        AudiocraftEngine(folder)


def test_a_folder_that_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no state_dict\.bin"):
        AudiocraftEngine(tmp_path)
    folder = parity.write_audiocraft(tmp_path / "tiny")
    whole = (folder / "compression_state_dict.bin").read_bytes()
    (folder / "compression_state_dict.bin").write_bytes(whole[:-100])
    with pytest.raises(InputError, match=r"compression_state_dict\.bin is cut off or damaged"):
        AudiocraftEngine(folder)


HEAD = "import json, sys, time\ndef tell(**said): print(json.dumps(said), flush=True)\n"


def script(tmp_path: Path, body: str) -> Path:
    path = tmp_path / "script.py"
    path.write_text(HEAD + body, "utf-8")
    return path


def test_what_is_no_line_of_ours_is_passed_over(tmp_path: Path) -> None:
    body = "print('hello'); print('[1]'); tell(fraction=0.5); tell(takes=[], rate=1)"
    told: list[float] = []

    def progress(fraction: float, message: str = "") -> None:
        told.append(fraction)

    path = script(tmp_path, body)
    assert run_worker(Path(sys.executable), path, progress, script=path) == {
        "takes": [],
        "rate": 1,
    }
    assert told[-1] == 0.5


@pytest.mark.parametrize(
    ("body", "sentence", "code"),
    [
        ("tell(failed='KeyError: x'); sys.exit(1)", "audiocraft failed: KeyError: x", "failed"),
        ("print('last words', file=sys.stderr); sys.exit(3)", "last words", "failed"),
        ("sys.exit(137)", "memory is too small", "out_of_memory"),
        ("tell(takes=[], rate=1); sys.exit(5)", "it ended with code 5", "failed"),
        ("pass", "it ended with code 0", "failed"),
    ],
)
def test_an_end_without_takes_is_one_sentence(
    tmp_path: Path, body: str, sentence: str, code: str
) -> None:
    path = script(tmp_path, body)
    with pytest.raises(FilmComposerError, match=sentence) as caught:
        run_worker(Path(sys.executable), path, silent, script=path)
    assert caught.value.code == code


def test_it_is_ended_when_the_user_gives_up(tmp_path: Path) -> None:
    # It writes the hour again and again, so that it shows when it has ended.
    body = f"""
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for _ in range(600):
    open({str(tmp_path / "alive")!r}, "a").write("x")
    tell(fraction=0.1)
    time.sleep(0.05)
"""
    path = script(tmp_path, body)

    def progress(fraction: float, message: str = "") -> None:
        if fraction > 0:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        run_worker(Path(sys.executable), path, progress, script=path)
    size = (tmp_path / "alive").stat().st_size
    time.sleep(0.3)
    assert (tmp_path / "alive").stat().st_size == size


def test_a_python_that_cannot_be_started_is_said(tmp_path: Path) -> None:
    (tmp_path / "python").write_text("", "utf-8")
    with pytest.raises(FilmComposerError, match="could not be started"):
        run_worker(tmp_path / "python", tmp_path / "x.json", silent)


@pytest.mark.parametrize("samples", [0, 3, 5, 8])
def test_sound_is_cut_or_filled_to_its_length(samples: int) -> None:
    found = cut_to(np.ones(5), samples)
    assert found.dtype == np.float32
    assert found.tolist() == [1.0] * min(samples, 5) + [0.0] * max(samples - 5, 0)
