"""``install.py`` as a person runs it."""

from __future__ import annotations

import ast
import hashlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import venv
from pathlib import Path

import pytest

from installer.journal import is_interrupted
from installer.site import SITE, ZONE, site_files
from installer.transaction import hold
from tests.installer.systems import make_system
from tests.installer.trees import stamps_of, tree_of

REPO = Path(__file__).parents[2]


def environment(home: Path) -> dict[str, str]:
    """Nothing of the tester's own: no home, no settings but those of pip."""
    homes = {name: str(home) for name in ("HOME", "APPDATA", "LOCALAPPDATA", "USERPROFILE")}
    settings = os.environ.get("XDG_CONFIG_HOME", str(Path.home() / ".config"))
    return {**os.environ, **homes, "XDG_CONFIG_HOME": settings, "PYTHONUNBUFFERED": "1"}


def command(checkout: Path, *words: str) -> list[str]:
    return [sys.executable, str(checkout / "install.py"), *words]


def run(checkout: Path, home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(checkout, *words),
        capture_output=True,
        text=True,
        check=False,
        env=environment(home),
        cwd=home,
    )


# ------------------------------------------------------------------ words on the command line


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("--demo --test", "not allowed with"),
        ("--demo --reaper X", "--demo does not go with --reaper"),
        ("--test --uninstall", "not allowed with"),
        ("--test --dry-run", "--test does not go with --dry-run"),
        ("--no-reaper --reaper X", "--no-reaper does not go with --reaper"),
        ("--no-reaper --shortcuts", "--no-reaper does not go with --shortcuts"),
        ("--no-reaper --uninstall", "not allowed with"),
        ("--uninstall --shortcuts", "--uninstall does not go with --shortcuts"),
        ("--uninstall --replace-python", "--uninstall does not go with --replace-python"),
        ("--frobnicate", "unknown arguments: --frobnicate"),
        ("--reaper", "expected one argument"),
    ],
)
def test_what_does_not_go_together_is_refused(tmp_path: Path, words: str, sentence: str) -> None:
    done = run(REPO, tmp_path, *words.split())
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_an_old_python_gets_a_sentence() -> None:
    source = (REPO / "install.py").read_text("utf-8")
    ast.parse(source, feature_version=(3, 6))  # so that an old one reads it at all
    code = (
        "import runpy, sys; sys.version_info = (3, 10, 12, 'final', 0);"
        f"sys.path.insert(0, 'nowhere'); runpy.run_path({str(REPO / 'install.py')!r})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == (
        "install.py: Python 3.10.12 is too old. Install Python 3.11 or newer and try again.\n"
    )


def test_a_reaper_that_is_not_there_is_a_fault_only_when_it_was_named(tmp_path: Path) -> None:
    named = run(REPO, tmp_path, "--dry-run", "--reaper", str(tmp_path / "nowhere"))
    assert named.returncode == 1
    assert f"There is no {tmp_path / 'nowhere'}." in named.stderr
    assert "Traceback" not in named.stderr
    for words in (["--dry-run"], ["--uninstall"], ["--uninstall", "--dry-run"]):
        done = run(REPO, tmp_path, *words)
        assert done.returncode == 0
        words_for = "No REAPER was found" if "--uninstall" in words else "settings were not found"
        assert words_for in done.stdout
    assert run(REPO, tmp_path, "--dry-run", "--no-reaper").returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_a_running_reaper_is_named_before_anything_is_done(tmp_path: Path) -> None:
    root = make_system(tmp_path / "REAPER", "linux")
    program = tmp_path / "reaper"
    shutil.copy(shutil.which("sleep") or "/bin/sleep", program)
    stamps = stamps_of(root)
    with subprocess.Popen([str(program), "600"]) as child:
        try:
            for words in ([], ["--uninstall"]):
                done = run(REPO, tmp_path, "--reaper", str(root), *words)
                assert done.returncode == 1
                assert f"process {child.pid})" in done.stderr
                assert "Close REAPER" in done.stderr
                assert done.stdout == ""
            assert run(REPO, tmp_path, "--reaper", str(root), "--dry-run").returncode == 0
        finally:
            child.kill()
    assert stamps_of(root) == stamps


# ------------------------------------------------------------------ the whole of it


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the product with a real, empty environment that passes for a filled one."""
    folder = tmp_path_factory.mktemp("copy") / "film composer"
    skip = shutil.ignore_patterns("__pycache__", "reapy_site")
    for name in ("installer", "reaper_scripts"):
        shutil.copytree(REPO / name, folder / name, ignore=skip)
    for name in (*ZONE, "install.py", "pyproject.toml"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(REPO / name, folder / name)
    venv.create(folder / ".venv", with_pip=True)
    words = f"\n{sys.version}\n{folder}".encode()
    mark = hashlib.sha256((folder / "pyproject.toml").read_bytes() + words).hexdigest()
    (folder / ".venv" / "filmcomposer-installed").write_text(mark)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("system", ["windows", "linux", "new"])
def test_one_command_installs_and_one_takes_out(
    checkout: Path, tmp_path: Path, system: str
) -> None:
    root = make_system(tmp_path / "REAPER", system)
    before = tree_of(root)
    first = run(checkout, tmp_path, "--reaper", str(root), "--shortcuts")
    assert (first.returncode, first.stderr) == (0, "")
    assert "Environment: up to date" in first.stdout
    assert "View > Toolbars > FilmComposer" in first.stdout
    own = root / "Scripts" / "FilmComposer"
    assert site_files(own / "reapy_site") == site_files(checkout / SITE)
    sources, stamps = stamps_of(checkout), stamps_of(root)
    again = run(checkout, tmp_path, "--reaper", str(root))
    assert "up to date" in again.stdout.splitlines()[1]
    dry = run(checkout, tmp_path, "--reaper", str(root), "--dry-run", "--uninstall")
    assert dry.returncode == 0
    counted = re.search(rf"^delete (\d+) files in {re.escape(str(own))}$", dry.stdout, re.MULTILINE)
    assert counted is not None
    assert int(counted[1]) == sum(path.is_file() for path in own.iterdir())
    assert len(dry.stdout.splitlines()) < 40
    del stamps["."]
    assert {name: stamps_of(root)[name] for name in stamps} == stamps
    assert stamps_of(checkout) == sources
    last = run(checkout, tmp_path, "--reaper", str(root), "--uninstall")
    assert last.returncode == 0
    assert f"{checkout / '.venv'} and the bridge's folder" in last.stdout
    assert tree_of(root) == before


@pytest.mark.slow
def test_a_first_dry_run_leaves_no_trace(checkout: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(checkout, copy, ignore=shutil.ignore_patterns(".venv", "reapy_site"))
    root = make_system(tmp_path / "REAPER", "macos")
    sources, stamps = stamps_of(copy), stamps_of(root)
    done = run(copy, tmp_path, "--reaper", str(root), "--dry-run")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"set up {copy / '.venv'}" in done.stdout
    assert "fetch  reapy-boost==0.10.201" in done.stdout
    assert f"edit   {root / 'reaper-kb.ini'}" in done.stdout
    assert stamps_of(copy) == sources
    assert stamps_of(root) == stamps


@pytest.mark.slow
def test_ctrl_c_and_kill_leave_the_old_or_the_new_state(checkout: Path, tmp_path: Path) -> None:
    draw = random.Random(7)
    root = make_system(tmp_path / "REAPER", "windows")
    before = tree_of(root)
    started = time.monotonic()
    assert run(checkout, tmp_path, "--reaper", str(root)).returncode == 0
    took = time.monotonic() - started
    after = tree_of(root, ignore=("Data/FilmComposer",))
    run(checkout, tmp_path, "--reaper", str(root), "--uninstall")
    for number in range(8):
        words = command(checkout, "--reaper", str(root))
        pipe = subprocess.PIPE
        with subprocess.Popen(
            words, env=environment(tmp_path), text=True, stdout=pipe, stderr=pipe
        ) as child:
            assert child.stdout is not None
            child.stdout.readline()  # "Environment: up to date"
            time.sleep(draw.uniform(0, took))
            child.send_signal(signal.SIGINT if number % 2 else signal.SIGKILL)
            _, said = child.communicate()
        assert "Traceback" not in said
        if child.returncode == 130:
            assert said.strip().endswith("Run it again to go on.")
        with hold(root):
            assert not is_interrupted(root)
        found = tree_of(root, ignore=("Data/FilmComposer",))
        if found == after:
            run(checkout, tmp_path, "--reaper", str(root), "--uninstall")
        assert tree_of(root) == before
