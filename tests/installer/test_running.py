import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from installer.running import (
    CannotListError,
    from_proc,
    from_ps,
    from_tasklist,
    running_reapers,
)


@contextmanager
def started(command: list[str]) -> Iterator[int]:
    with subprocess.Popen(command) as process:
        try:
            yield process.pid
        finally:
            process.kill()


def sleeper(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(os.path.realpath("/bin/sleep"), path)
    return path


def listed(pid: int) -> bool:
    # By number: another test on this machine may run a "reaper" of its own.
    return pid in {one.pid for one in running_reapers()}


@pytest.mark.parametrize("name", ["reaper", "REAPER", "reaper64"])
def test_a_running_reaper_is_seen_and_gone_when_it_ends(name: str, tmp_path: Path) -> None:
    program = sleeper(tmp_path / "my music" / name)
    with started([str(program), "600"]) as pid:
        found = {one.pid: one.program for one in running_reapers()}
        assert found[pid] == str(program)
    assert not listed(pid)


def test_one_whose_file_was_replaced_while_it_runs_is_seen(tmp_path: Path) -> None:
    program = sleeper(tmp_path / "reaper")
    with started([str(program), "600"]) as pid:
        program.unlink()
        assert listed(pid)


@pytest.mark.parametrize(
    "name", ["reapers", "oom_reaper", "reaper-helper", "reaper.py", "grim reaper"]
)
def test_other_programs_are_not_reaper(name: str, tmp_path: Path) -> None:
    with started([str(sleeper(tmp_path / "REAPER" / name)), "600"]) as pid:
        assert not listed(pid)


def test_a_path_of_that_name_among_the_arguments_is_not_reaper(tmp_path: Path) -> None:
    script = tmp_path / "reaper"
    script.write_text("#!/bin/sh\nread line\n", encoding="utf-8")
    script.chmod(0o755)
    reader, writer = os.pipe()
    with subprocess.Popen([str(script)], stdin=reader) as process:
        os.close(reader)
        try:
            assert not listed(process.pid)
        finally:
            os.close(writer)


def test_steams_helper_of_that_name_is_not_reaper(tmp_path: Path) -> None:
    with started([str(sleeper(tmp_path / "ubuntu12_32" / "reaper")), "600"]) as pid:
        assert not listed(pid)


def test_an_ended_process_that_nobody_collected_is_not_running(tmp_path: Path) -> None:
    process = subprocess.Popen([str(sleeper(tmp_path / "reaper")), "600"])
    try:
        assert listed(process.pid)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # ended, still in the table
        assert not listed(process.pid)
    finally:
        process.wait()


def proc_entry(folder: Path, pid: int, *, name: str, exe: str | None, uid: int, state: str) -> None:
    entry = folder / str(pid)
    entry.mkdir()
    status = f"Name:\t{name}\nState:\t{state} (whatever)\nUid:\t{uid}\t{uid}\t{uid}\t{uid}\n"
    (entry / "status").write_text(status, encoding="utf-8")
    if exe is not None:
        (entry / "exe").symlink_to(exe)


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    folder = tmp_path / "proc"
    folder.mkdir()
    (folder / "self").mkdir()
    proc_entry(folder, 7, name="python3", exe="/usr/bin/python3.11", uid=1000, state="R")
    return folder


@pytest.mark.parametrize(
    ("name", "exe", "uid", "state", "seen"),
    [
        ("reaper", "/opt/REAPER/reaper", 1000, "S", True),
        ("reaper", None, 1000, "S", True),  # with capabilities: its file is hidden
        ("reaper.exe", "/usr/lib/wine/wine64-preloader", 1000, "S", True),
        ("reaper", "/opt/REAPER/reaper", 1001, "S", False),  # another user's
        ("reaper", None, 1000, "Z", False),
        ("reaper", "/bin/dash", 1000, "S", False),  # a script
        ("oom_reaper", None, 1000, "S", False),
    ],
)
def test_linux_processes(
    name: str, exe: str | None, uid: int, state: str, seen: bool, proc: Path
) -> None:
    proc_entry(proc, 99, name=name, exe=exe, uid=uid, state=state)
    assert [one.pid for one in from_proc(proc, own=7, user=1000)] == ([99] if seen else [])


def test_the_administrator_sees_everybodys(proc: Path) -> None:
    proc_entry(proc, 99, name="reaper", exe="/opt/REAPER/reaper", uid=1001, state="S")
    assert [one.pid for one in from_proc(proc, own=7, user=0)] == [99]


PS = """\
    1     0 Ss   /sbin/launchd
  410   501 S    /Applications/REAPER.app/Contents/MacOS/REAPER
  411   502 S    /Applications/REAPER.app/Contents/MacOS/REAPER
  412   501 S    /Volumes/My Music/REAPER 7.app/Contents/MacOS/REAPER
  413   501 Z    (REAPER)
  500   501 R+   /Library/Frameworks/Python.framework/Versions/3.12/bin/python3.12
  501   501 S    /Users/a/REAPER/Plugins/reaper_host_x86_64
"""


def test_macos_processes() -> None:
    found = from_ps(PS, own=500, user=501)
    assert [(one.pid, one.program.split("/")[-4]) for one in found] == [
        (410, "REAPER.app"),
        (412, "REAPER 7.app"),
    ]
    assert [one.pid for one in from_ps(PS, own=500, user=0)] == [410, 411, 412]


TASKLIST = (
    '"System Idle Process","0","Services","0","8 K"\r\n'
    '"python.exe","4312","Console","1","21.340 K"\r\n'
    '"reaper.exe","5120","Console","1","312.004 K"\r\n'
    '"reaper (x64).exe","5121","Console","1","312.004 K"\r\n'
    '"reaper_host64.exe","5122","Console","1","3.004 K"\r\n'
    '"REAPER-install.exe","5123","Console","1","3.004 K"\r\n'
)


def test_windows_processes() -> None:
    assert [one.pid for one in from_tasklist(TASKLIST, own=4312)] == [5120, 5121]
    assert from_tasklist(TASKLIST.split('"reaper.exe"', maxsplit=1)[0], own=4312) == ()


@pytest.mark.parametrize("listing", ["", "FEHLER: Zugriff verweigert\r\n", TASKLIST])
def test_a_listing_without_the_asking_process_is_a_failure_not_an_absence(listing: str) -> None:
    with pytest.raises(CannotListError, match="could not be told"):
        from_tasklist(listing, own=1)
    with pytest.raises(CannotListError):
        from_ps(listing, own=1, user=501)


def test_no_process_table_is_a_failure_not_an_absence(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "absent"):
        with pytest.raises(CannotListError, match="could not be told"):
            from_proc(folder, own=1, user=0)
