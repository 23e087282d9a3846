"""The command that scores: theory alone, a model over the wire, files, caps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from filmcomposer_core.cli.command import run
from tests.fakes.endpoint import FakeEndpoint, serving
from tests.fakes.endpoint.behaviours import streams

LEFT_AND_RIGHT = '{"panning": {"violins": -0.5, "basses": 0.6}, "reverb": {"violins": 0.2}}'


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FILMCOMPOSER_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("FILMCOMPOSER_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def server() -> Iterator[FakeEndpoint]:
    with serving(streams(LEFT_AND_RIGHT)) as found:
        yield found


def scored(*words: str, out: Path) -> dict[str, object]:
    assert run(["agents", "score", *words, "--json", str(out)]) == 0
    found: dict[str, object] = json.loads(out.read_text("utf-8"))
    return found


def test_theory_is_scored_without_an_endpoint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = scored("--role", "volume", out=tmp_path / "found.json")
    said = capsys.readouterr().out
    assert "theory answers for every role" in said
    assert "Volume" in said
    assert found["model"] == found["spent"] == ""
    assert found["prompts"] == {"Volume": "volume 1"}


def test_a_model_is_scored_over_the_wire_step_by_step(
    tmp_path: Path, server: FakeEndpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    server.play(streams(LEFT_AND_RIGHT))
    words = ["--role", "Mixing", "--most", "1", "--step", "organized", "--step", "role-play"]
    found = scored(*words, "--url", server.url, "--model", "m", out=tmp_path / "found.json")
    said = capsys.readouterr().out
    assert "1 cases in 2 steps ask m" in said
    assert "organized: 1 of 1 right; so far" in said
    heading = next(line for line in said.splitlines() if "theory" in line)
    assert heading.split() == ["organized", "+", "role-play", "theory"]
    assert found["model"] == "m"
    states = [(r["step"], r["state"]) for r in found["results"]]  # type: ignore[attr-defined]
    assert states == [("theory", "right"), ("organized", "right"), ("+ role-play", "right")]


def test_caps_of_the_command_hold(tmp_path: Path, server: FakeEndpoint) -> None:
    server.play(streams(LEFT_AND_RIGHT))
    before = len(server.asked)
    words = ["--role", "Mixing", "--most", "3", "--step", "organized", "--calls", "1"]
    found = scored(*words, "--url", server.url, "--model", "m", out=tmp_path / "found.json")
    states = [r["state"] for r in found["results"] if r["step"] == "organized"]  # type: ignore[attr-defined]
    assert states.count("no reply") == 2
    assert len(server.asked) <= before + 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["none.toml"], "cannot be read"),
        (["--role", "Cook"], "No case is left"),
        (["--theory", "--calls", "-1"], "calls is -1"),
    ],
)
def test_what_cannot_be_scored_is_told(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["agents", "score", *words]) == 2
    assert told in capsys.readouterr().err


def test_own_cases_are_scored(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        """
task = "arrangement"
[[case]]
id = "mine"
role = "Analyze"
expects = "one"
right = ["harmonies.1 is 1"]
answer = { "harmonies.1" = 1 }
wrong = { "harmonies.1" = 2 }
why = "There is one chord."
source = "hand"
given = { key = "C", mode = "ionian", unit = "1/1", bpm = 40, tune = "C", chords = "C" }
""",
        encoding="utf-8",
    )
    found = scored(str(own), "--theory", out=tmp_path / "found.json")
    assert [(r["case"], r["state"]) for r in found["results"]] == [("mine", "right")]  # type: ignore[attr-defined]
