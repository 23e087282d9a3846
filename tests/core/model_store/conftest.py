from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.tiny_musicgen import save_tiny


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny(tmp_path_factory.mktemp("models") / "published", trained=False)
