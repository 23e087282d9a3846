"""Imports point one way, and importing the package loads nothing heavy."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from installer.site import ZONE

CORE = Path(__file__).parents[2] / "filmcomposer_core"
STAGES = {
    "visual", "spotting", "description", "tempo", "planning", "composition", "notation",
    "assessment", "arrangement", "execution", "render", "report", "recognition",
    "transcription", "melody", "rhythm",
}  # fmt: skip
#: Stages that read the clip once more, as another one has; the plan lays its chords under the tunes
#: that the composer makes up.
BUILT_ON = {
    "recognition": {"visual"},
    "transcription": {"assessment", "notation"},
    "planning": {"composition"},
}
#: What every stage may use.
SHARED = {
    "contracts", "catalogue", "timeline", "timecode", "errors", "progress", "seeding", "data",
    "k_weighting", "film_file", "networks", "atomic", "decoder",
}  # fmt: skip


def imported(path: Path) -> set[str]:
    """Return the second part of every ``filmcomposer_core.X`` that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "filmcomposer_core" and len(parts) > 1:
                found.add(parts[1])
    return found


@pytest.mark.parametrize("stage", sorted(STAGES))
def test_a_stage_uses_only_itself_and_what_is_shared(stage: str) -> None:
    files = list((CORE / stage).rglob("*.py"))
    assert files
    for path in files:
        foreign = {n for n in imported(path) if (CORE / n).is_dir() or (CORE / f"{n}.py").exists()}
        allowed = SHARED | {stage} | BUILT_ON.get(stage, set())
        assert foreign <= allowed, f"{path} imports {foreign - allowed}"


def test_nothing_below_them_knows_datasets() -> None:
    above = {CORE / "dataset", CORE / "training", CORE / "cli"}
    for path in CORE.rglob("*.py"):
        if not above & {*path.parents}:
            assert "dataset" not in imported(path), path


def test_reading_a_dataset_loads_nothing_heavy() -> None:
    code = (
        "import sys, filmcomposer_core.dataset;"
        "heavy = {'cv2', 'av', 'librosa', 'scipy', 'onnxruntime', 'torch', 'ray', 'soundfile'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_contracts_use_only_themselves_and_errors() -> None:
    for path in (CORE / "contracts").glob("*.py"):
        assert imported(path) <= {"contracts", "errors"}, path


def test_what_runs_inside_reaper_needs_only_itself_and_the_standard_library(
    tmp_path: Path,
) -> None:
    modules = []
    for name in ZONE:
        place = tmp_path / name.removeprefix("bridge/")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(CORE.parent / name, place)
        parts = place.relative_to(tmp_path).with_suffix("").parts
        modules.append(".".join(part for part in parts if part != "__init__"))
    assert {"filmcomposer_core.contracts.session", "filmcomposer_bridge.launch"} <= {*modules}
    for module in modules:  # each in a Python of its own: none is there only thanks to another
        code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import {module}"
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_the_command_line_loads_nothing_heavy() -> None:
    code = (
        "import sys, filmcomposer_core.cli.command, filmcomposer_core.pipeline;"
        "heavy = {'cv2', 'av', 'librosa', 'scipy.signal', 'scenedetect', 'onnxruntime', 'torch',"
        "'music21'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_file_is_overlong() -> None:
    lengths = {p: len(p.read_text("utf-8").splitlines()) for p in CORE.rglob("*.py")}
    assert {str(p): n for p, n in lengths.items() if n > 500} == {}
