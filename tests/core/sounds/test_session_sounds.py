"""A finished cue laid with the sounds that the user has chosen, and the command that scans."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from filmcomposer_core.cli.command import run
from filmcomposer_core.contracts.session import SessionRequest
from filmcomposer_core.cue import Cue
from filmcomposer_core.cue_folder import open_folder
from filmcomposer_core.schemas import schema_path
from filmcomposer_core.sounds.mapping import read_sounds, sounds_file
from filmcomposer_core.stages.session import write_session
from tests.core.sounds import reapers


@pytest.fixture
def cue(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "cue"))


@contextmanager
def opened(folder: Path, said: list[str]) -> Iterator[Cue]:
    with open_folder(folder) as held:
        ledger = held.load_ledger()
        assert ledger is not None
        yield Cue(held, ledger, said.append)


def session_of(folder: Path, resources: Path, sound: str = "") -> tuple[Any, list[str]]:
    said: list[str] = []
    request = SessionRequest(
        cue="0a1b2c3d", anchor_s=60.0, system="linux", resources=str(resources), sound=sound
    )
    with opened(folder, said) as cue:
        write_session(cue, request, run="0123456789ab")
    data = json.loads((folder / "reaper" / "session.json").read_text("utf-8"))
    jsonschema.validate(data, json.loads(schema_path("reaper/session.json").read_text("utf-8")))
    return data, said


def plugins(session: Any) -> dict[str, int]:
    return {t["id"]: len(t["instruments"]) for t in session["tracks"] if t["kind"] == "part"}


def test_stems_then_racks_then_stems(cue: Path, tmp_path: Path) -> None:
    resources = reapers.linux(tmp_path / "reaper")
    first, said = session_of(cue, resources)
    assert set(plugins(first).values()) == {0}
    assert [str(sounds_file(resources)) in sentence for sentence in said] == [True]
    racked, said = session_of(cue, resources, "racks")
    assert [sentence.startswith("Racks: ") for sentence in said] == [True]
    assert all(plugins(racked).values())
    files = {
        config["value"]
        for track in racked["tracks"]
        for each in track["instruments"]
        for config in each["configs"]
        if config["name"] == "FILE0"
    }
    assert {Path(file).parent for file in files} == {cue / "racks"}
    size = sum(Path(file).stat().st_size for file in files)
    assert 0 < size < 150_000_000
    (note,) = [note for note in racked["notes"] if note.startswith("Racks: ")]
    assert f"{sum(plugins(racked).values())} ReaSamplOmatic5000" in note
    again, _ = session_of(cue, resources)  # as the file says now
    assert again == racked
    back, _ = session_of(cue, resources, "stems")
    assert back["tracks"] == first["tracks"]


def test_mine_without_any_sound_keeps_the_stems_and_says_so(cue: Path, tmp_path: Path) -> None:
    resources = reapers.linux(tmp_path / "reaper")
    session, said = session_of(cue, resources, "mine")
    assert set(plugins(session).values()) == {0}
    assert any("No sound of yours is named yet" in sentence for sentence in said)
    assert any("printed stems stay there" in note for note in session["notes"])


# --- the command ----------------------------------------------------------------------------------


def test_scan_prints_the_mapping_and_writes_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    resources = reapers.mac(tmp_path)
    assert run(["sounds", "scan", str(resources)]) == 0
    shown = capsys.readouterr().out
    assert "+ harp: Harp.RfxChain" in shown
    assert "+ cello_solo: VST3i: LABS (Spitfire Audio), preset 'Solo Cello'" in shown
    assert str(sounds_file(resources)) in shown
    assert set(read_sounds(sounds_file(resources)).instruments) >= {"harp", "violins1"}
    assert run(["sounds", "scan", str(resources)]) == 0
    assert "+ harp" not in capsys.readouterr().out
    own = tmp_path / "cue" / "sounds.toml"
    assert run(["sounds", "scan", str(resources), "--to", str(own)]) == 0
    assert own.is_file()


def test_scan_of_another_folder_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["sounds", "scan", str(tmp_path)]) == 2
    assert "reaper.ini" in capsys.readouterr().err
