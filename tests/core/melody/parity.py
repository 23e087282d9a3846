"""What audiocraft said with a tiny model, and the model itself, from tests/data.

``tools/audiocraft_parity.py`` wrote the file in audiocraft's environment: weights by audiocraft's
names, its settings, inputs, and its answers.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from filmcomposer_core.melody.audiocraft_files import CODEC_FILE, LANGUAGE_FILE, write_checkpoint
from filmcomposer_core.melody.melody_folder import CONFIG, WEIGHTS, write_safetensors

DATA = Path(__file__).parents[2] / "data"
FIXTURE = DATA / "audiocraft_parity.npz"
TRAINING = DATA / "audiocraft_training.th"
T5 = "t5-base"
RATE = 32_000
WINDOW = "condition_provider.conditioners.self_wav.chroma.spec.window"


@functools.cache
def held() -> dict[str, np.ndarray[Any, Any]]:
    with np.load(FIXTURE) as arrays:
        return dict(arrays)


def weights(part: str) -> dict[str, torch.Tensor]:
    """Return the weights of a file of audiocraft, or of T5 ("t5")."""
    names = [n for n in held() if n.startswith(f"{part}/") and held()[n].dtype == np.float16]
    return {n.removeprefix(f"{part}/"): torch.from_numpy(held()[n]).float() for n in names}


def settings(file: str) -> dict[str, Any]:
    return json.loads(str(held()[f"{file}/xp.cfg"]))


def given(name: str) -> torch.Tensor:
    return torch.from_numpy(held()[f"given/{name}"])


def said(name: str) -> torch.Tensor:
    return torch.from_numpy(held()[f"said/{name}"])


def tunes() -> torch.Tensor:
    """Return the sound that audiocraft heard: a second of sines, one pitch after the other."""
    time_s = np.arange(RATE) / RATE
    waves = []
    for pitches in ((60, 64, 67), (69, 62, 71)):
        which = np.minimum((time_s * len(pitches)).astype(int), len(pitches) - 1)
        hz = 440 * 2 ** ((np.array(pitches)[which] - 69) / 12)
        waves.append(0.5 * np.sin(2 * np.pi * np.cumsum(hz) / RATE))
    return torch.from_numpy(np.stack(waves).astype(np.float32))


def language_weights() -> dict[str, torch.Tensor]:
    return {**weights(LANGUAGE_FILE), WINDOW: torch.hann_window(2**14)}


def write_t5(folder: Path) -> None:
    folder.mkdir(parents=True)
    write_safetensors(folder / WEIGHTS, weights("t5"))
    (folder / CONFIG).write_text(str(held()["t5/config.json"]), "utf-8")
    (folder / "tokenizer.json").write_text("{}", "utf-8")


def write_audiocraft(folder: Path, *, language: dict[str, torch.Tensor] | None = None) -> Path:
    """Write the folder as audiocraft exports it, with T5 beside."""
    write_t5(folder / T5)
    own = language_weights() if language is None else language
    write_checkpoint(folder / LANGUAGE_FILE, own, settings(LANGUAGE_FILE))
    write_checkpoint(folder / CODEC_FILE, weights(CODEC_FILE), settings(CODEC_FILE))
    return folder
