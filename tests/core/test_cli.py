"""The command line: exit codes, sentences instead of tracebacks, and what it prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from filmcomposer_core.cli.arguments import SETTINGS, make_parser, settings_in
from filmcomposer_core.cli.command import run
from filmcomposer_core.contracts.cue import Settings
from filmcomposer_core.pipeline import COMMANDS


def test_every_setting_of_the_ledger_can_be_given() -> None:
    assert set(SETTINGS) == set(Settings.__slots__)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_stage_is_a_command(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        make_parser().parse_args([command, "--help"])
    assert done.value.code == 0
    assert "--seed" in capsys.readouterr().out


def test_only_what_was_given_is_changed() -> None:
    given = make_parser().parse_args(["score", "--out", "x", "--lufs", "-20", "--no-odd-bars"])
    assert settings_in(given) == {"lufs": -20.0, "odd_bars": False}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["score", "no.mp4", "--out", "cue"], "does not exist"),
        (["score", "text.mp4", "--out", "cue"], "not a video"),
        (["score", ".", "--out", "cue"], "is a folder"),
        (["score", "--out", "cue"], "not a cue folder"),
        (["tempo", "cue"], "not a cue folder"),
        (["score", "text.mp4", "--out", "text.mp4"], "is a file"),
        (["score", "text.mp4", "--out", "cue", "--lufs", "3"], "lufs is 3"),
        (["score", "text.mp4", "--out", "cue", "--seed", "-1"], "seed is -1"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(
    words: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("text.mp4").write_text("no film")
    assert run(words) == 2
    error = capsys.readouterr().err.strip().splitlines()
    assert said in error[-1]
    assert "Traceback" not in "\n".join(error)


def test_a_finished_cue_is_described(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["score", "--out", str(finished)]) == 0
    shown = capsys.readouterr()
    assert "up to date" in shown.err
    for name in ("cue.rpp", "cue.wav", "cue.mp4", "report.html"):
        assert str(finished / name) in shown.out
    assert "strong hits" in shown.out
