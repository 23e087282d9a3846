"""A transaction happens whole or not at all: faults, kills and full disks at every step."""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installer.errors import SetupError
from installer.journal import WORK, is_interrupted
from installer.transaction import Change, carry_out, hold
from tests.installer.trees import Tree, tree_of

REPO = Path(__file__).parents[2]

#: What the example changes, as (path, old, new).
CHANGES = (
    Change(path="Scripts/Ours/a.py", old=None, new=b"new a"),
    Change(path="Scripts/Ours/lib/b.py", old=None, new=b"new b"),
    Change(path="reaper.ini", old=b"[REAPER]\r\nx=1\r\n", new=b"[REAPER]\r\nx=2\r\n"),
    Change(path="old/gone.py", old=b"gone", new=None),
    Change(path="old/deep/gone.py", old=b"gone too", new=None),
    Change(path="kept.txt", old=b"kept", new=b"kept"),
)
DROP = ("old", "old/deep", "full", "nowhere")
#: Five files staged, the journal, three folders and five files, three drops, the end.
STEPS = 5 + 1 + 3 + 5 + 3 + 1


@pytest.fixture(autouse=True)
def usual_mask() -> Iterator[None]:
    """New files are 644 and new folders 755, whoever runs the tests."""
    mask = os.umask(0o022)
    yield
    os.umask(mask)


def start(root: Path) -> Path:
    for change in CHANGES:
        if change.old is not None:
            (root / change.path).parent.mkdir(parents=True, exist_ok=True)
            (root / change.path).write_bytes(change.old)
    (root / "full").mkdir()
    (root / "full" / "users.txt").write_bytes(b"mine")
    (root / "reaper.ini").chmod(0o640)
    return root


def run(
    root: Path,
    changes: tuple[Change, ...] = CHANGES,
    drop: tuple[str, ...] = DROP,
    step: Callable[[str], None] = lambda what: None,
) -> None:
    with hold(root):
        carry_out(root, changes, drop=drop, step=step)


def steps_of(root: Path) -> list[str]:
    steps: list[str] = []
    run(start(root), step=steps.append)
    return steps


def test_every_change_is_made(tmp_path: Path) -> None:
    run(start(tmp_path))
    assert tree_of(tmp_path) == {
        "Scripts": ("folder", b"", 0o755),
        "Scripts/Ours": ("folder", b"", 0o755),
        "Scripts/Ours/a.py": ("file", b"new a", 0o644),
        "Scripts/Ours/lib": ("folder", b"", 0o755),
        "Scripts/Ours/lib/b.py": ("file", b"new b", 0o644),
        "full": ("folder", b"", 0o755),
        "full/users.txt": ("file", b"mine", 0o644),
        "kept.txt": ("file", b"kept", 0o644),
        "reaper.ini": ("file", b"[REAPER]\r\nx=2\r\n", 0o640),
    }


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EIO])
def test_a_fault_at_any_step_leaves_all_as_it_was(tmp_path: Path, code: int) -> None:
    (tmp_path / "count").mkdir()
    names = steps_of(tmp_path / "count")
    assert len(names) == STEPS
    for number in range(STEPS):
        root = tmp_path / str(number)
        root.mkdir()
        before = tree_of(start(root))
        seen: list[str] = []

        def fail(what: str, seen: list[str] = seen, number: int = number) -> None:
            seen.append(what)
            if len(seen) == number + 1:
                raise OSError(code, os.strerror(code), what)

        with pytest.raises(SetupError, match="nothing was changed") as caught:
            run(root, step=fail)
        assert str(caught.value).count("\n") == 0
        assert tree_of(root) == before, names[number]


def test_ctrl_c_at_any_step_leaves_all_as_it_was(tmp_path: Path) -> None:
    for number in range(STEPS):
        root = tmp_path / str(number)
        root.mkdir()
        before = tree_of(start(root))
        left = [number]

        def stop(what: str, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            run(root, step=stop)
        assert tree_of(root) == before


CHILD = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from tests.installer.test_transaction import run
left = int(sys.argv[3])
def step(what):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
run(Path(sys.argv[2]), step=step)
"""


def test_a_kill_at_any_step_is_undone_by_the_next_run(tmp_path: Path) -> None:
    for number in range(STEPS + 1):
        root = tmp_path / str(number)
        root.mkdir()
        before = tree_of(start(root))
        done = subprocess.run(
            [sys.executable, "-c", CHILD, str(REPO), str(root), str(number)], check=False
        )
        if number == STEPS:  # one more than there are steps: nothing kills it
            assert done.returncode == 0
            assert "old" not in tree_of(root)
            continue
        assert done.returncode == -signal.SIGKILL
        was_interrupted = is_interrupted(root)
        assert was_interrupted == (number > 5)
        with hold(root) as notes:
            assert [note.startswith("An earlier run was interrupted") for note in notes] == (
                [True] if was_interrupted else []
            )
        assert tree_of(root) == before


BACK_AND_FORTH = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from installer.transaction import Change
from tests.installer.test_transaction import CHANGES, DROP, run
back = tuple(Change(path=c.path, old=c.new, new=c.old) for c in CHANGES)
print("go", flush=True)
while True:
    run(Path(sys.argv[2]))
    run(Path(sys.argv[2]), back, ("Scripts/Ours", "Scripts/Ours/lib", "Scripts"))
"""


def test_a_kill_at_a_random_moment_leaves_the_old_or_the_new_state(tmp_path: Path) -> None:
    draw = random.Random(3)
    start(tmp_path)
    # The walk back makes "old" anew; an installer never has to keep an empty folder's mode.
    states: list[Tree] = [tree_of(tmp_path)]
    run(tmp_path)
    states.append(tree_of(tmp_path))
    back = tuple(Change(path=c.path, old=c.new, new=c.old) for c in CHANGES)
    run(tmp_path, back, ("Scripts/Ours", "Scripts/Ours/lib", "Scripts"))
    assert tree_of(tmp_path) == states[0]
    for _ in range(20):
        command = [sys.executable, "-c", BACK_AND_FORTH, str(REPO), str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"go\n"
            time.sleep(draw.uniform(0.0, 0.1))
            child.kill()
        with hold(tmp_path):
            pass
        found = tree_of(tmp_path)
        assert found in states
        if found == states[1]:
            run(tmp_path, back, ("Scripts/Ours", "Scripts/Ours/lib", "Scripts"))


NAMES = st.sampled_from(["a", "b", "d/a", "d/e/a", "d/e/b", "f/a"])
BYTES = st.one_of(st.none(), st.binary(max_size=8))


@settings(max_examples=150, deadline=None)
@given(
    files=st.dictionaries(NAMES, st.tuples(BYTES, BYTES), max_size=6),
    fail_at=st.integers(0, 40),
    drop=st.sets(st.sampled_from(["d", "d/e", "f"])),
)
def test_all_or_nothing_for_any_files(
    files: dict[str, tuple[bytes | None, bytes | None]], fail_at: int, drop: set[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, (old, _) in files.items():
            if old is not None:
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_bytes(old)
        before = tree_of(root)
        changes = tuple(Change(path=n, old=old, new=new) for n, (old, new) in files.items())
        count = [0]

        def step(what: str) -> None:
            count[0] += 1
            if count[0] == fail_at:
                raise OSError(errno.ENOSPC, "full")

        try:
            run(root, changes, tuple(drop), step)
        except SetupError:
            assert tree_of(root) == before
            return
        after = tree_of(root)
        for name, (_, new) in files.items():
            assert (after[name][1] if name in after else None) == new
        for folder_name in drop & after.keys():
            assert any(name.startswith(f"{folder_name}/") for name in after)


# ------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (Change(path="reaper.ini", old=b"other", new=b"x"), "changed by another program"),
        (Change(path="reaper.ini", old=None, new=b"x"), "changed by another program"),
        (Change(path="absent", old=b"x", new=b"y"), "changed by another program"),
        (Change(path="kept.txt/a", old=None, new=b"x"), "is a file, where .* a folder"),
        (Change(path="full", old=None, new=b"x"), "cannot be read"),
        (Change(path="link", old=None, new=b"x"), "is a link"),
        (Change(path="read-only", old=b"r", new=b"x"), "write-protected"),
        (Change(path="../out", old=None, new=b"x"), "no path inside"),
        (Change(path="/etc/out", old=None, new=b"x"), "no path inside"),
        (Change(path="C:/out", old=None, new=b"x"), "no path inside"),
        (Change(path="a\\b", old=None, new=b"x"), "no path inside"),
    ],
)
def test_a_conflict_is_refused_before_anything_is_written(
    tmp_path: Path, change: Change, sentence: str
) -> None:
    start(tmp_path)
    (tmp_path / "link").symlink_to("nowhere")
    (tmp_path / "read-only").write_bytes(b"r")
    (tmp_path / "read-only").chmod(0o444)
    before = tree_of(tmp_path)
    with pytest.raises(SetupError, match=sentence):
        run(tmp_path, (*CHANGES[:2], change))
    assert tree_of(tmp_path) == before


def test_a_linked_file_is_written_through_also_to_another_disk(tmp_path: Path) -> None:
    root, dotfiles = tmp_path / "REAPER", tmp_path / "dotfiles"
    root.mkdir()
    dotfiles.mkdir()
    shared = Path("/dev/shm")
    elsewhere = Path(tempfile.mkdtemp(dir=shared if shared.is_dir() else None))
    try:
        (dotfiles / "near.ini").write_bytes(b"near")
        (dotfiles / "near.ini").chmod(0o600)
        (elsewhere / "far.ini").write_bytes(b"far")
        (elsewhere / "scripts").mkdir()
        (elsewhere / "scripts" / "gone.py").write_bytes(b"gone")
        (root / "Scripts").symlink_to(elsewhere / "scripts")
        (elsewhere / "far.ini").chmod(0o600)
        (root / "near.ini").symlink_to("../dotfiles/near.ini")
        (root / "far.ini").symlink_to(elsewhere / "far.ini")
        changes = (
            Change(path="near.ini", old=b"near", new=b"near 2"),
            Change(path="far.ini", old=b"far", new=b"far 2"),
            Change(path="Scripts/gone.py", old=b"gone", new=None),
            Change(path="Scripts/come.py", old=None, new=b"come"),
            Change(path="last", old=None, new=b"x"),
        )

        def fail_late(what: str) -> None:
            if what == "commit last":
                raise PermissionError(errno.EACCES, "no", what)

        before, far_before = tree_of(tmp_path), tree_of(elsewhere)
        with pytest.raises(SetupError, match="may not be written"):
            run(root, changes, (), fail_late)
        assert (tree_of(tmp_path), tree_of(elsewhere)) == (before, far_before)
        run(root, changes, ())
        assert tree_of(elsewhere) == {
            "far.ini": ("file", b"far 2", 0o600),
            "scripts": ("folder", b"", 0o755),
            "scripts/come.py": ("file", b"come", 0o644),
        }
        assert tree_of(dotfiles) == {"near.ini": ("file", b"near 2", 0o600)}
        assert (root / "near.ini").is_symlink()
        assert (root / "far.ini").is_symlink()
    finally:
        shutil.rmtree(elsewhere)


SMALL_FILES = """
import resource, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from installer.errors import SetupError
from installer.transaction import Change
from tests.installer.test_transaction import CHANGES, run
# The system refuses what is longer than this, as a full disk or a quota does.
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    run(Path(sys.argv[2]), (*CHANGES, Change(path="big", old=None, new=bytes(5000))))
except SetupError as exc:
    print(exc)
"""


def test_a_write_that_the_system_refuses_leaves_all_as_it_was(tmp_path: Path) -> None:
    before = tree_of(start(tmp_path))
    done = subprocess.run(
        [sys.executable, "-c", SMALL_FILES, str(REPO), str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == (
        f"The disk that holds {tmp_path} is full; nothing was changed. "
        "Free some space and run this again.\n"
    )
    assert tree_of(tmp_path) == before


NO_RIGHTS = """
import os, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from installer.errors import SetupError
from tests.installer.test_transaction import run
if os.geteuid() == 0:  # the administrator is refused nothing
    os.setuid(65534)
try:
    run(Path(sys.argv[2]))
except SetupError as exc:
    print(exc)
"""


@pytest.mark.parametrize("closed", [".", "old", "old/deep"])
def test_a_folder_without_rights_leaves_all_as_it_was(closed: str) -> None:
    # Not below pytest's folder, which only its user may enter.
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "r")
        root.mkdir()
        Path(folder).chmod(0o755)
        start(root)
        for path in [root, *root.rglob("*")]:
            path.chmod(0o777 if path.is_dir() else 0o666)
        (root / closed).chmod(0o555)
        before = tree_of(root)
        done = subprocess.run(
            [sys.executable, "-c", NO_RIGHTS, str(REPO), str(root)],
            capture_output=True,
            text=True,
            check=True,
        )
        assert "may not be written; nothing was changed." in done.stdout
        assert done.stdout.count("\n") == 1
        assert tree_of(root) == before
        (root / closed).chmod(0o777)


# ------------------------------------------------------------------ others at work


HOLDER = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from installer.transaction import hold
with hold(Path(sys.argv[2])):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_two_installers_do_not_meet(tmp_path: Path) -> None:
    start(tmp_path)
    command = [sys.executable, "-c", HOLDER, str(REPO), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdin is not None
        assert child.stdout.readline() == b"held\n"
        before = tree_of(tmp_path)
        with pytest.raises(SetupError, match="Another installer is at work"):
            run(tmp_path)
        assert tree_of(tmp_path) == before
        child.stdin.write(b"\n")
    run(tmp_path)
    assert not (tmp_path / WORK).exists()


def killed_late(root: Path) -> None:
    start(root)
    command = [sys.executable, "-c", CHILD, str(REPO), str(root), str(STEPS - 1)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert is_interrupted(root)


def test_what_another_program_wrote_after_a_kill_is_left_and_named(tmp_path: Path) -> None:
    killed_late(tmp_path)
    (tmp_path / "reaper.ini").write_bytes(b"REAPER wrote this")
    with hold(tmp_path) as notes:
        assert notes[1] == (
            f"{tmp_path / 'reaper.ini'} was changed since by another program and is left as it is."
        )
    assert (tmp_path / "reaper.ini").read_bytes() == b"REAPER wrote this"
    assert (tmp_path / "old/deep/gone.py").read_bytes() == b"gone too"
    assert not (tmp_path / "Scripts").exists()


@pytest.mark.parametrize(
    "journal",
    [
        b"",
        b"{",
        b"[]",
        b'{"entries": [{"number": 0}], "made": [], "dropped": []}',
        b'{"entries": [{"number": 0, "path": "../x", "old": null, "new": null}],'
        b' "made": [], "dropped": []}',
    ],
)
def test_a_damaged_journal_is_named_and_nothing_is_thrown_away(
    tmp_path: Path, journal: bytes
) -> None:
    killed_late(tmp_path)
    (tmp_path / WORK / "journal.json").write_bytes(journal)
    before = tree_of(tmp_path, ignore=(f"{WORK}/lock",))
    with pytest.raises(SetupError, match="journal of an interrupted run, cannot be read"):
        run(tmp_path)
    assert tree_of(tmp_path, ignore=(f"{WORK}/lock",)) == before
