"""No test asks a model that the person who runs it has configured."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

# The tests share the cores already. Read by numpy and torch when they are first imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")

#: Files that take longest, much of it waiting for processes: begun first, no core idles at the end.
_LONG = (
    "tests/reaper_scripts/test_whole_session.py",
    "tests/reaper_scripts/test_session_",
    "tests/bridge/test_worker.py",
    "tests/core/render/test_prints.py",
    "tests/core/test_pipeline.py",
    "tests/bridge/test_server.py",
    "tests/installer/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(_LONG))


_OWN = ("URL", "MODEL", "VISION_MODEL", "KEY")


@pytest.fixture(scope="session", autouse=True)
def _no_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    empty = tmp_path_factory.mktemp("settings")
    with pytest.MonkeyPatch.context() as patch:
        for name in _OWN:
            patch.delenv(f"FILMCOMPOSER_AGENTS_{name}", raising=False)
        patch.delenv("OPENAI_API_KEY", raising=False)
        patch.setenv("FILMCOMPOSER_CONFIG", str(empty))
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
        yield
