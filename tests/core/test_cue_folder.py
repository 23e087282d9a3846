"""Writes are atomic, one run at a time, and a full disk is one sentence."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from filmcomposer_core.atomic import write_atomic
from filmcomposer_core.cue_folder import open_folder
from filmcomposer_core.errors import FilmComposerError, InputError


def test_a_failed_write_leaves_the_old_file_whole(tmp_path: Path) -> None:
    target = tmp_path / "x.json"
    write_atomic(target, b"old")
    (tmp_path / ".x.json.part").mkdir()  # the temporary file cannot be made
    with pytest.raises((InputError, OSError)):
        write_atomic(target, b"new")
    assert target.read_bytes() == b"old"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / ".x.json.part").symlink_to("/dev/full")
    with pytest.raises(InputError, match=r"disk is full.*x\.json"):
        write_atomic(tmp_path / "x.json", b"new")


_HOLDER = """
import sys
from pathlib import Path
from filmcomposer_core.cue_folder import open_folder
with open_folder(Path(sys.argv[1])) as folder:
    (folder.work / "half made").write_bytes(b"x")
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_run_in_the_same_folder_is_refused_and_a_killed_one_lets_go(
    tmp_path: Path,
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == "held"
        for _ in range(2):
            with pytest.raises(FilmComposerError, match="in use by another"), open_folder(tmp_path):
                pass
        # To be refused touches nothing of the run that is at work.
        assert (tmp_path / ".filmcomposer" / "work" / "half made").exists()
        other.kill()
    with open_folder(tmp_path) as folder:
        assert list(folder.work.iterdir()) == []
        with pytest.raises(FilmComposerError, match="in use"), open_folder(tmp_path):
            pass
    with open_folder(tmp_path):
        pass


def test_a_lock_that_cannot_be_taken_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / ".filmcomposer" / "lock").mkdir(parents=True)
    with pytest.raises(FilmComposerError, match=r"cannot be written|in use"), open_folder(tmp_path):
        pass


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cue").write_text("x")
    with pytest.raises(InputError, match="not a folder"), open_folder(tmp_path / "cue"):
        pass


def test_what_is_about_to_be_written_is_announced_first(tmp_path: Path) -> None:
    with open_folder(tmp_path) as folder:
        hashes = folder.write({"a.txt": b"1", "sub/b.txt": b"2"}, editable={"a.txt"})
        assert folder.announced() == hashes
        assert folder.last_written("a.txt") == b"1"
        assert folder.last_written("sub/b.txt") is None
        assert json.loads((tmp_path / ".filmcomposer" / "journal.json").read_text()) == hashes


def test_history_counts_up(tmp_path: Path) -> None:
    with open_folder(tmp_path) as folder:
        write_atomic(tmp_path / "a.txt", b"1")
        assert folder.keep_in_history("a.txt") == "history/a.txt.1"
        assert folder.keep_in_history("a.txt") == "history/a.txt.2"


def test_leftovers_of_a_killed_run_are_cleared(tmp_path: Path) -> None:
    with open_folder(tmp_path) as folder:
        (folder.work / "big.wav").write_bytes(b"x")
        work = folder.work
    assert not work.exists()
