"""An installed set of actions, a state folder of its own, and REAPER's emulation."""

from __future__ import annotations

import compileall
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from installer.site import ZONE
from tests.fakes.reaper import Host
from tests.fakes.reaper.inside import inside
from tests.fakes.reaper.reapy_package import copy_into

if TYPE_CHECKING:
    from filmcomposer_reaper.adapter.reaper import Reaper
    from tests.reaper_scripts.studio import Studio

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "reaper_scripts"
sys.path.insert(0, str(SCRIPTS / "lib"))

#: Every call that the two actions may make; none of them touches a project or its undo history.
HARMLESS = {
    "GetExtState", "SetExtState", "DeleteExtState", "time_precise", "ShowConsoleMsg",
    "defer", "atexit",
}  # fmt: skip


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The bridge's state folder; a bridge that a test has started is ended after it."""
    from filmcomposer_bridge.client import stop

    folder = tmp_path / "state"
    monkeypatch.setenv("FILMCOMPOSER_STATE", str(folder))
    yield folder
    if folder.is_dir():
        stop(folder)


@pytest.fixture(scope="session")
def _pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The actions as the installer leaves them; compiled, or every test would do so anew."""
    folder = tmp_path_factory.mktemp("pristine") / "FilmComposer"
    skip = shutil.ignore_patterns("__pycache__", "reapy_site", "icons")
    shutil.copytree(SCRIPTS, folder, ignore=skip)
    for name in ZONE:
        target = folder / "reapy_site" / name.removeprefix("bridge/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target)
    copy_into(folder / "reapy_site")
    note_interpreter(folder, sys.executable)
    compileall.compile_dir(folder, quiet=1)
    return folder


@pytest.fixture
def installed(_pristine: Path, tmp_path: Path) -> Path:
    """The actions in REAPER's resource folder; a test may change them."""
    return Path(shutil.copytree(_pristine, tmp_path / "REAPER" / "Scripts" / "FilmComposer"))


#: Both generations of REAPER: before and after markers had GUIDs.
VERSIONS = [(6, 80), (7, 78)]


@pytest.fixture(params=VERSIONS, ids=["6.80", "7.78"])
def host(request: pytest.FixtureRequest) -> Host:
    """An emulated REAPER, an older and a newer one."""
    return Host(version=request.param)


@pytest.fixture
def reaper(host: Host) -> Iterator[Reaper]:
    """The product's object over it, with real reapy; faults are raised at the end."""
    from filmcomposer_reaper.adapter.reaper import Reaper

    with inside(host) as main:
        yield Reaper(main)
    host.raise_faults()


def note_interpreter(folder: Path, python: str) -> None:
    (folder / "installed.json").write_text(json.dumps({"python": python}), "utf-8")


Press = Callable[..., str]


def press(host: Host, file: Path) -> str:
    """Run an action to its end and return what it said; it must have behaved meanwhile."""
    before = len(host.console)
    host.run(file)
    host.pump_all(limit_s=200)
    behaved(host)
    return host.console[before:]


def behaved(host: Host) -> None:
    """No fault got out, nothing blocked, only harmless calls were made, nothing was left."""
    for script in host.scripts:
        assert script.uncaught == []
        assert script.printed == ""
        assert [event for event in script.events if event.blocks] == []
    assert {name for name, _ in host.calls} <= HARMLESS
    assert host.ext_state == {}
    assert host.persistent == {}


@pytest.fixture(params=VERSIONS, ids=["6.80", "7.78"])
def studio(request: pytest.FixtureRequest, installed: Path, state: Path, tmp_path: Path) -> Studio:
    from tests.reaper_scripts.studio import open_studio

    return open_studio(request.param, installed, state, tmp_path)
