"""What runs inside REAPER needs the standard library and a few files of ours only."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from installer.site import ZONE
from tests.reaper_scripts.conftest import SCRIPTS

LIB = SCRIPTS / "lib"
#: Read by whatever Python REAPER has, so that it can be told to be too old.
READ_FIRST = (
    *sorted(SCRIPTS.glob("*.py")),
    LIB / "filmcomposer_reaper" / "__init__.py",
    LIB / "filmcomposer_reaper" / "bootstrap.py",
    LIB / "filmcomposer_reaper" / "adapter" / "__init__.py",
    LIB / "filmcomposer_reaper" / "adapter" / "reaper.py",
)
#: Threads and tkinter do harm inside REAPER; sys.executable is REAPER there.
BANNED = {"threading", "_thread", "concurrent", "multiprocessing", "asyncio", "tkinter", "ssl"}


def imported(path: Path) -> Iterator[str]:
    """Return the modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module
            assert not node.level
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                is_module = (LIB / f"{inner.replace('.', '/')}.py").is_file()
                yield inner if is_module else node.module


def files() -> list[Path]:
    found = sorted([*SCRIPTS.glob("*.py"), *LIB.rglob("*.py")])
    assert len(found) > 8
    return found


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(SCRIPTS)))
def test_imports(path: Path) -> None:
    zone = {n.removeprefix("bridge/").removesuffix(".py").replace("/", ".") for n in ZONE}
    zone |= {name.removesuffix(".__init__") for name in zone}
    for name in imported(path):
        top = name.partition(".")[0]
        if top == "filmcomposer_reaper":
            assert (LIB / f"{name.replace('.', '/')}.py").is_file(), name
        elif top.startswith("filmcomposer_"):
            assert name in zone, f"{name} is not installed beside the actions"
        else:
            assert top in sys.stdlib_module_names, name
            assert top not in BANNED, name
    assert "sys.executable" not in path.read_text("utf-8")


@pytest.mark.parametrize("path", READ_FIRST, ids=lambda path: path.name)
def test_an_old_python_can_read_what_tells_it_so(path: Path) -> None:
    ast.parse(path.read_text("utf-8"), feature_version=(3, 7))


def test_files_are_short() -> None:
    assert [p for p in files() if len(p.read_text("utf-8").splitlines()) > 300] == []
