"""The top-level folders know each other in one direction only."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BRIDGE = ROOT / "bridge" / "filmcomposer_bridge"
OURS = {"filmcomposer_core", "filmcomposer_bridge", "installer", "reaper_scripts"}
FOLDERS = {
    "filmcomposer_core": ROOT / "filmcomposer_core",
    "filmcomposer_bridge": BRIDGE,
    "installer": ROOT / "installer",
    "reaper_scripts": ROOT / "reaper_scripts",
}
MAY_IMPORT = {
    "filmcomposer_core": set[str](),
    "filmcomposer_bridge": {"filmcomposer_core"},
    "installer": set[str](),
    "reaper_scripts": {"filmcomposer_bridge", "filmcomposer_core"},
}


def sources(folder: Path) -> list[Path]:
    return [p for p in folder.rglob("*.py") if not {"reapy_site", "__pycache__"} & set(p.parts)]


def imported(path: Path) -> set[str]:
    """Return the modules that a file names in import statements."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


@pytest.mark.parametrize("name", sorted(FOLDERS))
def test_a_folder_imports_only_what_lies_below_it(name: str) -> None:
    files = sources(FOLDERS[name])
    assert files
    for path in files:
        others = {m.split(".")[0] for m in imported(path)} & OURS - {name}
        assert others <= MAY_IMPORT[name], f"{path} imports {others - MAY_IMPORT[name]}"


def test_the_installer_and_the_actions_need_only_the_standard_library() -> None:
    actions = {"filmcomposer_reaper", "reapy_boost", "reaper_python"}
    allowed = set(sys.stdlib_module_names) | OURS | actions
    folders = (ROOT / "installer", ROOT / "reaper_scripts")
    for path in [ROOT / "install.py", *(p for folder in folders for p in sources(folder))]:
        foreign = {m.split(".")[0] for m in imported(path)} - allowed
        assert not foreign, f"{path} imports {foreign}"


@pytest.mark.parametrize("module", ["protocol", "state", "client"])
def test_what_reaper_needs_of_the_bridge_runs_without_any_package(module: str) -> None:
    code = (
        f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(BRIDGE.parent)!r}];"
        f"import filmcomposer_bridge.{module}"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_bridge_process_loads_nothing_heavy() -> None:
    code = (
        "import sys, filmcomposer_bridge.server;"
        "heavy = {'cv2', 'av', 'librosa', 'numpy', 'scipy', 'scenedetect', 'torch', 'music21'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_file_is_overlong() -> None:
    files = [p for folder in FOLDERS.values() for p in sources(folder)]
    lengths = {p: len(p.read_text("utf-8").splitlines()) for p in [*files, ROOT / "install.py"]}
    assert {str(p): n for p, n in lengths.items() if n > 500} == {}
