from __future__ import annotations

from pathlib import Path

import pytest
import torch

from filmcomposer_core.melody.generate import MelodyEngine
from tests.fakes.tiny_musicgen import save_tiny

# The models are so small that threads would only wait for each other.
torch.set_num_threads(1)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny(tmp_path_factory.mktemp("models") / "trained")


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny(tmp_path_factory.mktemp("models") / "published", trained=False)


@pytest.fixture(scope="session")
def engine(trained: Path) -> MelodyEngine:
    return MelodyEngine(trained, device="cpu")


@pytest.fixture(scope="session")
def melody_engine(published: Path) -> MelodyEngine:
    return MelodyEngine(published, device="cpu")
