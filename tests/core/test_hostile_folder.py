"""A cue folder made by somebody else cannot make a run touch a file outside it."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from filmcomposer_core.contracts._check import inside_folder
from filmcomposer_core.cue_folder import CueFolder
from filmcomposer_core.errors import InputError
from filmcomposer_core.pipeline import run_cue


@pytest.fixture
def cue(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "films" / "cue"))


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    path = tmp_path / "victim.txt"
    path.write_bytes(b"not yours")
    return path


def rewrite(path: Path, data: Any) -> bytes:
    raw = json.dumps(data).encode()
    path.write_bytes(raw)
    return raw


@pytest.mark.parametrize("absolute", [False, True])
def test_the_ledger_cannot_name_a_file_outside(cue: Path, victim: Path, absolute: bool) -> None:
    ledger = json.loads((cue / "cue.json").read_text("utf-8"))
    name = str(victim) if absolute else "../../victim.txt"
    known = {**ledger["artefacts"]["report.html"]}
    known["sha256"] = hashlib.sha256(victim.read_bytes()).hexdigest()
    ledger["artefacts"][name] = known
    rewrite(cue / "cue.json", ledger)
    with pytest.raises(InputError, match="inside the cue folder"):
        run_cue(cue, changes={}, start="report")
    assert victim.read_bytes() == b"not yours"


@pytest.mark.parametrize("absolute", [False, True])
def test_a_plan_cannot_print_a_stem_outside(cue: Path, victim: Path, absolute: bool) -> None:
    plan = json.loads((cue / "daw_plan.json").read_text("utf-8"))
    item = next(op for op in plan["operations"] if op["op"] == "audio_item")
    item["path"] = str(victim) if absolute else "../../victim.txt"
    raw = rewrite(cue / "daw_plan.json", plan)
    (cue / ".filmcomposer" / "last" / "daw_plan.json").write_bytes(raw)
    ledger = json.loads((cue / "cue.json").read_text("utf-8"))
    ledger["artefacts"]["daw_plan.json"]["sha256"] = hashlib.sha256(raw).hexdigest()
    rewrite(cue / "cue.json", ledger)
    with pytest.raises(InputError, match="inside the cue folder"):
        run_cue(cue, changes={}, start="render", until="render")
    assert victim.read_bytes() == b"not yours"


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "../x", "a/../../x", "a//b", "", ".", "a/.", "C:/x", "C:x", "a\\b", "a\0",
     ".filmcomposer/lock", ".FilmComposer/lock"],
)  # fmt: skip
def test_what_is_not_inside(path: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="inside the cue folder"):
        inside_folder("path", path)
    with pytest.raises(InputError, match="inside the cue folder"):
        CueFolder(tmp_path).file(path)


@pytest.mark.parametrize("path", ["cue.rpp", "stems/01_violins.wav", "history/a.1", "..x/y"])
def test_what_is_inside(path: str, tmp_path: Path) -> None:
    inside_folder("path", path)
    assert CueFolder(tmp_path).file(path) == tmp_path / path
