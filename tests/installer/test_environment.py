"""The product's own environment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from installer import environment


def test_what_a_killed_set_up_left_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv = tmp_path / ".venv"
    monkeypatch.setattr(environment, "VENV", venv)
    monkeypatch.setattr(environment, "MARK", venv / "filmcomposer-installed")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    (venv / "left").touch()
    environment._make()
    assert not (venv / "left").exists()
    command = [str(environment.venv_python()), "-m", "pip", "--version"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    (venv / "kept").touch()
    environment._make()
    assert (venv / "kept").exists()


def test_a_damaged_mark_is_no_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "VENV", tmp_path)
    monkeypatch.setattr(environment, "MARK", tmp_path / "mark")
    environment.venv_python().parent.mkdir(parents=True)
    environment.venv_python().touch()
    (tmp_path / "mark").write_bytes(b"\xff\xfe\0")
    assert not environment.is_installed("")


def test_an_environment_that_was_moved_is_filled_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks = set()
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "pyproject.toml").write_bytes(b"[project]")
        monkeypatch.setattr(environment, "ROOT", tmp_path / name)
        marks.add(environment._wanted(""))
    assert len(marks) == 2


def test_packages_are_compiled_and_a_template_that_is_no_python_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv = tmp_path / "v"
    monkeypatch.setattr(environment, "VENV", venv)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    (site,) = venv.glob("[Ll]ib/**/site-packages")
    (site / "good.py").write_text("x = 1")
    (site / "template.py").write_text("class {{ name }}:")
    environment._compile(str(environment.venv_python()))
    assert len(list((site / "__pycache__").glob("*.pyc"))) == 1
