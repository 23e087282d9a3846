from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from filmcomposer_core.melody.checkpoint import About
from filmcomposer_core.melody.load import save_model
from filmcomposer_core.training.recipe import Recipe, read_recipe
from tests.fakes.percussion import SECONDS, Percussion, cluster_codebooks, percussion_model
from tests.fakes.tiny_musicgen import save_tokenizer

torch.set_num_threads(1)

#: A run that is over in a second or two; dropout in the decoder, so that chance must come back.
SHORT: dict[str, Any] = {
    "epochs": 2, "updates_per_epoch": 4, "batch": 4, "optimiser": "adamw", "learning_rate": 3e-3,
    "warmup_steps": 2, "window_s": SECONDS, "rhythm_factor": 2, "drop_tokens": 0.5,
    "save_every": 3, "validate_every": 4, "samples_every": 100, "samples": 0, "keep_last": 2,
}  # fmt: skip


def short(**changes: Any) -> Recipe:
    return read_recipe(given=SHORT | changes)


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an untrained model, its EnCodec with clustered codebooks and nothing else learned."""
    folder = tmp_path_factory.mktemp("base")
    model = percussion_model(width=32, layers=2)
    model.musicgen.config.decoder.dropout = 0.1
    samples = Percussion(48)
    sounds = np.stack([samples.sound(name)[0] for name in samples.ids()])[:, None]
    cluster_codebooks(
        model.musicgen.audio_encoder, torch.from_numpy(sounds), torch.Generator().manual_seed(0)
    )
    about = About(name="base", source="here", licence="CC-BY-NC-4.0", commercial=False)
    save_model(model, folder, about=about)
    save_tokenizer(folder)
    return folder
