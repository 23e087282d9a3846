"""Let audiocraft make the takes, in an environment of its own, with the weights it was made for.

audiocraft asks for a torch of 2023, so it cannot be installed beside FilmComposer. A user who has
models of audiocraft that do not convert, or who wants to compare, names the Python of an
environment with it (``tools/audiocraft_env.py`` makes one); a script of ours runs there.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tempfile
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.take import MelodyModel, TakeRequest
from filmcomposer_core.errors import FilmComposerError, InputError, MissingDependencyError
from filmcomposer_core.melody.audiocraft_files import CODEC_FILE, LANGUAGE_FILE
from filmcomposer_core.melody.audiocraft_run import run_worker
from filmcomposer_core.melody.checkpoint import read_about
from filmcomposer_core.melody.rhythm_sound import rhythm_sound
from filmcomposer_core.melody.takes import Sound, Take
from filmcomposer_core.progress import Progress, silent

#: Names the Python of audiocraft's environment.
VARIABLE: Final = "FILMCOMPOSER_AUDIOCRAFT"
#: Rate of the sound of the rhythm spots, Hz: that of the published models.
RATE: Final = 32_000
_MAKE: Final = f"Make an environment with tools/audiocraft_env.py and set {VARIABLE} to its Python."
_PROBE: Final = "import audiocraft.models, torch; print(torch.cuda.is_available())"
_LONGEST_PROBE_S: Final = 120
_AGAIN: Final = "Convert or copy it again."


class AudiocraftEngine:
    """MusicGen-Melody of audiocraft.

    Parameters
    ----------
    folder : Path
        In audiocraft's layout: ``state_dict.bin``, ``compression_state_dict.bin`` and T5.
    python : Path, optional
        Of audiocraft's environment; the variable FILMCOMPOSER_AUDIOCRAFT if not given.
    device : str
        As torch names it, or ``auto``.

    Raises
    ------
    InputError
        If the folder is not one of audiocraft.
    MissingDependencyError
        If there is no such Python, or it has no audiocraft.
    """

    def __init__(self, folder: Path, *, python: Path | None = None, device: str = "auto") -> None:
        for name in (LANGUAGE_FILE, CODEC_FILE):
            if not (folder / name).is_file():
                hint = "Make one of a folder of transformers with: filmcomposer models convert."
                raise InputError(f"{folder} holds no {name}.", hint)
            # Its table of contents is at its end.
            if not zipfile.is_zipfile(folder / name):
                raise InputError(f"{folder / name} is cut off or damaged.", _AGAIN)
        self._folder = folder.absolute()
        self._python = audiocraft_python(python)
        has_gpu = _probe(self._python)
        self._device = device if device != "auto" else ("cuda" if has_gpu else "cpu")
        self.model = _model(self._folder, self._device)

    def generate(self, request: TakeRequest, *, progress: Progress = silent) -> tuple[Take, ...]:
        """Make the candidates, one after the other, each from its own seed.

        Parameters
        ----------
        request : TakeRequest
        progress : Progress
            Called at least five times a second; if it raises, audiocraft is ended.

        Returns
        -------
        tuple of Take
            In the order of the seeds, each of exactly the length that was asked for.

        Raises
        ------
        InputError
            If rhythm is asked for and there is no stroke to hear.
        OutOfMemoryError
            If the memory of its device is too small.
        FilmComposerError
            If audiocraft fails otherwise.
        """
        if request.condition != "text" and not request.strokes:
            msg = "The rhythm condition has no spots to hear."
            raise InputError(msg, "Mark hit points, or take --condition text.")
        with tempfile.TemporaryDirectory(prefix="filmcomposer-") as name:
            out = Path(name)
            job = asdict(request) | {
                "folder": str(self._folder),
                "device": self._device,
                "rhythm": self._rhythm(request, out),
                "out": name,
            }
            (out / "request.json").write_text(json.dumps(job), "utf-8")
            told = run_worker(self._python, out / "request.json", progress)
            return _takes(told, request)

    def _rhythm(self, request: TakeRequest, out: Path) -> str | None:
        import soundfile

        if request.condition == "text":
            return None
        path = out / "rhythm.wav"
        sound = rhythm_sound(request.strokes, duration_s=request.duration_s, rate=RATE)
        soundfile.write(path, sound, RATE, subtype="FLOAT")
        return str(path)


def audiocraft_python(given: Path | None = None) -> Path:
    """Return the Python of audiocraft's environment.

    Raises
    ------
    MissingDependencyError
        If none is named, or it is not there.
    """
    named = str(given) if given is not None else os.environ.get(VARIABLE, "").strip()
    if not named:
        raise MissingDependencyError("No environment with audiocraft is named.", _MAKE)
    path = Path(named).expanduser().absolute()
    if not path.is_file():
        raise MissingDependencyError(f"The Python of audiocraft, {path}, is not there.", _MAKE)
    return path


def _probe(python: Path) -> bool:
    """Return whether audiocraft's torch sees a GPU; refuse a Python that cannot import it."""
    try:
        done = subprocess.run(
            [str(python), "-I", "-c", _PROBE],
            capture_output=True, text=True, check=False, timeout=_LONGEST_PROBE_S,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as exc:
        raise MissingDependencyError(f"{python} does not run.", _MAKE) from exc
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["it says nothing"])[-1][:200]
        raise MissingDependencyError(f"{python} cannot import audiocraft: {reason}.", _MAKE)
    return done.stdout.strip() == "True"


def _model(folder: Path, device: str) -> MelodyModel:
    about = read_about(folder)
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in (".bin", ".safetensors"):
            with path.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
    return MelodyModel(
        name=about.name or folder.name,
        sha256=digest.hexdigest(),
        licence=about.licence,
        commercial=about.commercial,
        heard_rhythm="melody conditioner",
        device=device,
        # audiocraft's own choice.
        dtype="float32" if device == "cpu" else "float16",
    )


def _takes(told: dict[str, Any], request: TakeRequest) -> tuple[Take, ...]:
    import soundfile

    found = []
    for seed, path in zip(request.seeds, told["takes"], strict=True):
        try:
            sound, rate = soundfile.read(path, dtype="float32")
        except (OSError, soundfile.LibsndfileError) as exc:
            msg = f"The take of seed {seed} that audiocraft wrote cannot be read."
            raise FilmComposerError(msg, "See whether the disk is full.") from exc
        if not np.isfinite(sound).all():
            msg = f"The take of seed {seed} holds numbers that are no sound (NaN)."
            raise FilmComposerError(msg, "The weights are damaged, or need another precision.")
        samples = round(request.duration_s * rate)
        found.append(Take(seed, cut_to(sound, samples), rate))
    return tuple(found)


def cut_to(sound: NDArray[Any], samples: int) -> Sound:
    """Return sound of exactly so many samples, silence at the end where it was shorter."""
    whole = np.zeros(samples, np.float32)
    part = np.asarray(sound, np.float32)[:samples]
    whole[: len(part)] = part
    return whole
