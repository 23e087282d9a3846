"""The state folder and the address file."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filmcomposer_bridge.protocol import SERVICE
from filmcomposer_bridge.state import (
    ADDRESS_FILE,
    LOCK_FILE,
    Address,
    bridge_lives,
    read_address,
    remove_address,
    state_folder,
    state_place,
    write_address,
)
from filmcomposer_core.errors import BridgeError

GOOD = Address(protocol=1, version="0.1.0", pid=12, port=40123, token="a" * 43, started=1.5)
ON_DISK = {
    "service": SERVICE, "protocol": 1, "version": "0.1.0", "pid": 12, "port": 40123,
    "token": "a" * 43, "started": 1.5,
}  # fmt: skip
ADDRESSES = st.builds(
    Address,
    protocol=st.integers(1, 1000),
    version=st.from_regex(r"[0-9]{1,3}\.[0-9]{1,3}(rc1)?", fullmatch=True),
    pid=st.integers(1, 2**22),
    port=st.integers(1, 65535),
    token=st.from_regex(r"[A-Za-z0-9_-]{16,90}", fullmatch=True),
    started=st.floats(0, 1e11),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
#: The folder is the same for all examples, which overwrite the one file in it.
SHARED_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize(
    ("system", "env", "home", "place"),
    [
        (
            "win32",
            {"LOCALAPPDATA": r"D:\Local"},
            r"C:\Users\u",
            PureWindowsPath(r"D:\Local\FilmComposer"),
        ),
        (
            "win32",
            {},
            r"C:\Users\u",
            PureWindowsPath(r"C:\Users\u\AppData\Local\FilmComposer"),
        ),
        (
            "darwin",
            {"XDG_STATE_HOME": "/x"},
            "/Users/u",
            PurePosixPath("/Users/u/Library/Application Support/FilmComposer"),
        ),
        ("linux", {}, "/home/u", PurePosixPath("/home/u/.local/state/filmcomposer")),
        ("linux", {"XDG_STATE_HOME": "/x"}, "/home/u", PurePosixPath("/x/filmcomposer")),
        # The rules of that variable: a relative path is passed over.
        (
            "linux",
            {"XDG_STATE_HOME": "x"},
            "/home/u",
            PurePosixPath("/home/u/.local/state/filmcomposer"),
        ),
    ],
)
def test_every_system_has_its_place(
    system: str, env: dict[str, str], home: str, place: PurePosixPath
) -> None:
    assert state_place(system, env, home) == place


def test_the_folder_is_made_for_the_user_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = tmp_path / "new" / "state"
    monkeypatch.setenv("FILMCOMPOSER_STATE", str(wanted))
    assert state_folder() == wanted
    wanted.chmod(0o755)
    assert state_folder() == wanted
    if os.name == "posix":
        assert stat.S_IMODE(wanted.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FILMCOMPOSER_STATE", str(tmp_path / "file" / "state"))
    with pytest.raises(BridgeError, match="cannot be used") as caught:
        state_folder()
    assert "FILMCOMPOSER_STATE" in caught.value.hint


def test_a_folder_of_another_user_is_refused(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_address(state, GOOD)
    monkeypatch.setattr(os, "name", "posix")
    monkeypatch.setattr(os, "geteuid", lambda: state.stat().st_uid + 1, raising=False)
    with pytest.raises(BridgeError, match="belongs to another user"):
        state_folder()
    assert read_address(state) is None


@SHARED_FOLDER
@given(address=ADDRESSES)
def test_what_is_written_is_read(state: Path, address: Address) -> None:
    write_address(state, address)
    assert read_address(state) == address
    assert [p.name for p in state.iterdir()] == [ADDRESS_FILE]


def test_the_file_is_the_users_alone_and_replaces_a_link(state: Path, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    target.write_text("kept")
    if os.name == "posix":  # on Windows a link needs rights that a user does not have
        (state / ADDRESS_FILE).symlink_to(target)
    write_address(state, GOOD)
    assert target.read_text() == "kept"
    if os.name == "posix":
        assert stat.S_IMODE((state / ADDRESS_FILE).stat().st_mode) == 0o600


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BridgeError, match="could not be written"):
        write_address(tmp_path / "missing", GOOD)


def test_the_token_is_not_in_the_repr() -> None:
    assert GOOD.token not in repr(GOOD)


@SHARED_FOLDER
@given(raw=st.binary(max_size=200) | st.text().map(lambda t: t.encode("utf-8", "replace")))
def test_rubbish_is_no_address(state: Path, raw: bytes) -> None:
    (state / ADDRESS_FILE).write_bytes(raw)
    assert read_address(state) is None


@pytest.mark.parametrize("raw", [b"[" * 60_000, b'{"a":' * 12_000, b" " * 70_000 + b"{}"])
def test_hostile_json_is_no_address(state: Path, raw: bytes) -> None:
    (state / ADDRESS_FILE).write_bytes(raw)
    assert read_address(state) is None


def test_half_a_file_is_no_address(state: Path) -> None:
    write_address(state, GOOD)
    whole = (state / ADDRESS_FILE).read_bytes()
    for length in range(len(whole)):
        (state / ADDRESS_FILE).write_bytes(whole[:length])
        assert read_address(state) is None, length


@SHARED_FOLDER
@given(name=st.sampled_from(sorted(ON_DISK)), value=JSON)
def test_a_value_of_another_type_is_no_address(state: Path, name: str, value: object) -> None:
    (state / ADDRESS_FILE).write_text(json.dumps({**ON_DISK, name: value}), "utf-8")
    found = read_address(state)
    assert found is None or type(getattr(found, name)) in (int, float, str)
    if type(value) not in (int, float, str):
        assert found is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("service", "other"), ("port", 0), ("port", 65536), ("port", True), ("port", 80.0),
        ("pid", -1), ("protocol", 0), ("token", "short"), ("token", "a" * 40 + "\r\nX: y"),
        ("token", "ä" * 40), ("started", True), ("started", float("nan")), ("started", -1),
        ("version", "1\n2"), ("pid", 10**30),
    ],
)  # fmt: skip
def test_a_value_out_of_range_is_no_address(state: Path, name: str, value: object) -> None:
    (state / ADDRESS_FILE).write_text(json.dumps(ON_DISK), "utf-8")
    assert read_address(state) == GOOD
    (state / ADDRESS_FILE).write_text(json.dumps({**ON_DISK, name: value}), "utf-8")
    assert read_address(state) is None


def test_only_ones_own_file_is_removed(state: Path) -> None:
    write_address(state, GOOD)
    remove_address(state, GOOD.pid + 1)
    assert read_address(state) == GOOD
    remove_address(state, GOOD.pid)
    assert read_address(state) is None
    remove_address(state, GOOD.pid)


def test_a_bridge_lives_for_as_long_as_its_lock_is_held(state: Path) -> None:
    assert not bridge_lives(state)
    with FileLock(state / LOCK_FILE):
        assert bridge_lives(state)
        assert bridge_lives(state)
    assert not bridge_lives(state)


def test_a_killed_process_holds_no_lock(state: Path) -> None:
    code = (
        "import sys, time; from filelock import FileLock; lock = FileLock(sys.argv[1]);"
        "lock.acquire(); print('held', flush=True); time.sleep(600)"
    )
    words = [sys.executable, "-c", code, str(state / LOCK_FILE)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        holder.stdout.readline()
        assert bridge_lives(state)
        holder.kill()
    assert not bridge_lives(state)


def test_probing_keeps_nobody_from_the_lock(state: Path) -> None:
    (state / LOCK_FILE).write_bytes(b"")
    assert not bridge_lives(state)
    with FileLock(state / LOCK_FILE, timeout=0):
        pass
