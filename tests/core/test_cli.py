"""The command line: exit codes, sentences instead of tracebacks, and what it prints."""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from filmcomposer_core.cli.added import added_commands, hand_over
from filmcomposer_core.cli.arguments import SETTINGS, make_parser, settings_in
from filmcomposer_core.cli.clip_points import points_in_seconds
from filmcomposer_core.cli.command import run
from filmcomposer_core.cli.summaries import OWN_COMMANDS
from filmcomposer_core.contracts.cue import Settings
from filmcomposer_core.errors import InputError
from filmcomposer_core.pipeline import COMMANDS
from tests.core.visual.clips import flat, write_clip


def test_every_setting_of_the_ledger_can_be_given() -> None:
    # A tempo map is given as an edited file, or by the DAW.
    assert {*SETTINGS, "tempo_points"} == set(Settings.__slots__)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_stage_is_a_command(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        make_parser().parse_args([command, "--help"])
    assert done.value.code == 0
    assert "--seed" in capsys.readouterr().out


def test_only_what_was_given_is_changed() -> None:
    given = make_parser().parse_args(["score", "--out", "x", "--lufs", "-20", "--no-odd-bars"])
    assert settings_in(given) == {"lufs": -20.0, "odd_bars": False}


@pytest.mark.parametrize(("word", "kept"), [("on", ""), ("off", "off"), ("replay", "replay")])
def test_who_speaks_is_said_on_the_command_line(word: str, kept: str) -> None:
    given = make_parser().parse_args(["compose", "x", "--agents", word])
    assert settings_in(given) == {"agents": kept}


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        (["--in-point", "4.5"], {"in_s": 4.5}),
        (["--out-point", "end"], {"out_s": math.inf}),
        (["--in-point", "10:00:02:05", "--out-point", "10:00:03:00"], {"in_s": 2.2, "out_s": 3.0}),
    ],
)
def test_points_of_the_clip_are_seconds_or_its_timecode(
    tmp_path: Path, words: list[str], seconds: dict[str, float]
) -> None:
    write_clip(tmp_path / "a.mov", [flat(90)] * 80, metadata={"timecode": "10:00:00:00"})
    given = settings_in(make_parser().parse_args(["see", "--out", "x", *words]))
    points = points_in_seconds(given | {"clip": str(tmp_path / "a.mov")}, tmp_path)
    assert points == pytest.approx(seconds)
    # Later on the folder knows the clip.
    ledger = {"settings": {"clip": str(tmp_path / "a.mov")}}
    (tmp_path / "cue.json").write_text(json.dumps(ledger), "utf-8")
    assert points_in_seconds(given, tmp_path) == points


@pytest.mark.parametrize(
    ("point", "said"),
    [
        ("soon", "--in-point is 'soon', neither seconds nor a timecode"),
        ("-3", "neither seconds"),
        ("nan", "neither seconds"),
        ("end", "neither seconds"),
        ("09:59:59:24", "the clip's own timecode begins at 10:00:00:00"),
        ("11:00:02:00", "own timecode begins at 10:00:00:00 and it lasts 0.2 s"),
        ("10:00:00:25", "--in-point: '10:00:00:25' has 25 frames"),
        ("10:00:01;00", "is drop frame"),
    ],
)
def test_a_point_that_is_none_is_refused(tmp_path: Path, point: str, said: str) -> None:
    clip = write_clip(tmp_path / "a.mov", [flat(90)] * 5, metadata={"timecode": "10:00:00:00"})
    with pytest.raises(InputError, match=re.escape(said)):
        points_in_seconds({"in_s": point, "clip": str(clip)}, tmp_path)


def test_a_timecode_without_a_clip_to_count_it_in_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not tell which clip"):
        points_in_seconds({"in_s": "00:00:01:00"}, tmp_path)


@pytest.mark.parametrize(("text", "rate"), [("0.5", 0.5), ("24/25", 0.96), ("2", 2.0)])
def test_a_rate_is_a_number_or_a_fraction(text: str, rate: float) -> None:
    given = make_parser().parse_args(["score", "--out", "x", "--rate", text])
    assert settings_in(given) == {"rate": rate}


@pytest.mark.parametrize("text", ["1/0", "fast"])
def test_a_rate_that_is_none_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        make_parser().parse_args(["score", "--out", "x", "--rate", text])
    assert "--rate" in capsys.readouterr().err


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
        (["score", "text.mp4", "--out", "cue", "--rate", "0"], "rate is 0"),
        (["score", "text.mp4", "--out", "cue", "--in-point", "1:2:3:4"], "not a video"),
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
    assert "strong hit" in shown.out


# -- commands of other packages ----------------------------------------------------------------


def test_the_names_kept_apart_are_those_of_the_pipeline() -> None:
    own = {"score", "regenerate", "bench", "sounds", "agents", "transcribe", "models", "train"}
    assert own | set(COMMANDS) == OWN_COMMANDS


@pytest.mark.parametrize(
    "words", [[], ["--help"], ["--version"], ["-h"], ["score"], ["tempo", "x"], ["bridg"], [""]]
)
def test_other_words_are_left_to_the_core(words: list[str]) -> None:
    assert hand_over(words) is None


PACKAGE = """
from filmcomposer_core.errors import FilmComposerError, InputError

def greet(words):
    print("hello", *words)
    return len(words)

def refuse(words):
    raise InputError("The word is wrong.", "Take another.")

def fail(words):
    raise ZeroDivisionError("by nothing")

def stop(words):
    raise KeyboardInterrupt
"""
ENTRY_POINTS = """
[filmcomposer.commands]
greet = added_package:greet
refuse = added_package:refuse
fail = added_package:fail
stop = added_package:stop
lost = lost_package:main
score = added_package:fail
"""


@pytest.fixture
def with_a_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a package that adds commands, for the processes of a test."""
    (tmp_path / "added_package.py").write_text(PACKAGE, "utf-8")
    info = tmp_path / "added_package-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: added_package\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS, "utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.getcwd()]))


def core(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "filmcomposer_core", *words],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.usefixtures("with_a_package")
def test_a_package_adds_a_command() -> None:
    done = core("greet", "a", "--help", "b")
    assert (done.returncode, done.stdout, done.stderr) == (3, "hello a --help b\n", "")


@pytest.mark.usefixtures("with_a_package")
@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ("refuse", 2, "filmcomposer: The word is wrong. Take another."),
        ("fail", 1, "filmcomposer: Unexpected fault in fail: ZeroDivisionError: by nothing."),
        ("stop", 1, "filmcomposer: Stopped."),
        (
            "lost",
            1,
            "filmcomposer: lost is not fully installed: No module named 'lost_package'. "
            "Run install.py again.",
        ),
    ],
)
def test_a_fault_in_an_added_command_is_one_sentence(command: str, code: int, said: str) -> None:
    done = core(command)
    assert (done.returncode, done.stdout, done.stderr.strip()) == (code, "", said)


@pytest.mark.usefixtures("with_a_package")
def test_the_help_names_added_commands_and_none_takes_the_place_of_our_own() -> None:
    shown = core("--help").stdout
    line = next(text for text in shown.splitlines() if text.startswith("further commands:"))
    for name in ("greet", "refuse", "lost"):
        assert name in line
    assert "score" not in line
    assert "--seed" in core("score", "--help").stdout
    assert "further commands" not in core("score", "--help").stdout


def test_the_bridge_is_such_a_command() -> None:
    assert "bridge" in added_commands()


def test_looking_for_the_command_loads_neither_the_bridge_nor_the_pipeline() -> None:
    code = (
        "import sys; from filmcomposer_core.cli.added import hand_over;"
        "hand_over(['score', 'x']), hand_over(['greet']);"
        "print({'filmcomposer_bridge', 'filmcomposer_core.pipeline'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
