"""What a user reads where something is missing that the installer puts in place."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.fakes.reaper import Host
from tests.reaper_scripts.conftest import behaved, note_interpreter, press

CANCEL = "FilmComposer_Cancel.py"


def test_a_checkout_serves_as_well(tmp_path: Path, installed: Path) -> None:
    checkout = tmp_path / "checkout"
    shutil.copytree(installed, checkout / "reaper_scripts")
    site = checkout / "reaper_scripts" / "reapy_site"
    shutil.move(site / "filmcomposer_core", checkout / "filmcomposer_core")
    (checkout / "bridge").mkdir()
    shutil.move(site / "filmcomposer_bridge", checkout / "bridge" / "filmcomposer_bridge")
    action = checkout / "reaper_scripts" / CANCEL
    said = press(Host(), action)
    python = str(checkout / ".venv")
    assert said.startswith(f"FilmComposer: the bridge's Python, {python}")
    assert said.endswith("is missing. Run install.py from FilmComposer's folder.\n")
    for python in ("bin/python", "Scripts/python.exe"):
        (checkout / ".venv" / python).parent.mkdir(parents=True)
        (checkout / ".venv" / python).write_text("", "utf-8")
    assert press(Host(), action) == (
        "FilmComposer: there is nothing to cancel; the bridge does not run.\n"
    )


def test_ours_come_before_a_users_own_packages(installed: Path) -> None:
    host = Host()
    script = host.run(installed / CANCEL)
    host.pump_all()
    own, site, lib, *rest = script.world.path
    assert [own, site] == [str(installed), str(installed / "reapy_site")]
    assert Path(lib) == installed / "lib"
    assert rest
    for name in ("filmcomposer_core", "filmcomposer_bridge"):
        assert Path(str(script.world.modules[name].__file__)).is_relative_to(site)


def test_installed_by_reapack_alone(installed: Path) -> None:
    shutil.rmtree(installed / "reapy_site")
    said = press(Host(), installed / CANCEL)
    assert said == (
        f"FilmComposer: {installed / 'reapy_site'} is missing, which ReaPack cannot install. "
        "Run install.py from FilmComposer's folder with REAPER closed.\n"
    )


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"python": 3}', '{"python": ""}', "\xff"])
def test_a_damaged_note_of_the_interpreter(installed: Path, text: str) -> None:
    (installed / "installed.json").write_text(text, "latin-1")
    said = press(Host(), installed / CANCEL)
    assert "installed.json does not name the bridge's Python. Run install.py" in said
    assert said.count("\n") == 1


def test_no_note_of_the_interpreter(installed: Path) -> None:
    (installed / "installed.json").unlink()
    assert "does not name the bridge's Python" in press(Host(), installed / CANCEL)


def test_an_interpreter_that_is_gone(installed: Path) -> None:
    note_interpreter(installed, str(installed / "gone"))
    said = press(Host(), installed / CANCEL)
    assert said == (
        f"FilmComposer: the bridge's Python, {installed / 'gone'}, is missing. "
        "Run install.py from FilmComposer's folder.\n"
    )


@pytest.mark.parametrize("fault", ["missing", "damaged"])
def test_a_library_that_cannot_be_loaded(installed: Path, fault: str) -> None:
    folder = installed / "lib" / "filmcomposer_reaper"
    if fault == "missing":
        shutil.rmtree(folder)
    else:
        (folder / "bootstrap.py").write_text("def :", "utf-8")
    said = press(Host(), installed / CANCEL)
    assert said.startswith(f"FilmComposer: {installed}/lib cannot be loaded (")
    assert said.endswith("). Run install.py again.\n")


def test_a_part_that_is_missing_behind_the_bootstrap(installed: Path) -> None:
    (installed / "reapy_site" / "filmcomposer_bridge" / "launch.py").unlink()
    said = press(Host(), installed / "FilmComposer_Bridge_status.py")
    assert said.startswith("FilmComposer: the action did not start (ModuleNotFoundError: ")
    assert said.endswith("Run install.py again.\n")


def test_an_old_python_is_told() -> None:
    from filmcomposer_reaper.bootstrap import SetupFault, check_python

    check_python((3, 11, 0, "final", 0))
    check_python((4, 0))
    with pytest.raises(SetupFault, match=r"with Python 3\.10; FilmComposer needs 3\.11 or newer"):
        check_python((3, 10, 13, "final", 0))


def test_an_unforeseen_fault_is_told_and_written_down(installed: Path, state: Path) -> None:
    text = (installed / CANCEL).read_text("utf-8").replace('"cancel"', '"broken"')
    (installed / "FilmComposer_Broken.py").write_text(text, "utf-8")
    (installed / "lib" / "filmcomposer_reaper" / "actions" / "broken.py").write_text(
        "def work(reaper, python):\n    yield\n    raise KeyError('stuck')\n", "utf-8"
    )
    said = press(Host(), installed / "FilmComposer_Broken.py")
    log = state / "actions.log"
    assert said == (
        "FilmComposer, Broken: it failed in a way we did not foresee (KeyError: 'stuck'). "
        f"Please send us {log}.\n"
    )
    assert "raise KeyError('stuck')" in log.read_text("utf-8")


def test_a_state_folder_that_cannot_be(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    monkeypatch.setenv("FILMCOMPOSER_STATE", str(tmp_path / "file" / "state"))
    said = press(Host(), installed / CANCEL)
    assert said.startswith("FilmComposer, Cancel: The bridge's folder ")
    assert "Set FILMCOMPOSER_STATE to the full path of a folder of your own." in said


def test_any_text_can_be_said() -> None:
    from filmcomposer_reaper.adapter.reaper import Reaper

    host = Host()
    Reaper(host.functions).say("Datei \udcff.mp4\0 ♪")
    host.raise_faults()
    assert host.console == "Datei ?.mp4  ♪\n"
    behaved(host)


def test_a_work_that_cannot_put_back_what_it_holds(installed: Path, state: Path) -> None:
    text = (installed / CANCEL).read_text("utf-8").replace('"cancel"', '"broken"')
    (installed / "FilmComposer_Broken.py").write_text(text, "utf-8")
    (installed / "lib" / "filmcomposer_reaper" / "actions" / "broken.py").write_text(
        "def work(reaper, python):\n    try:\n        yield\n        yield\n    finally:\n"
        "        raise OSError('stuck')\n",
        "utf-8",
    )
    host = Host()
    script = host.run(installed / "FilmComposer_Broken.py")
    host.tick()
    script.terminate()
    behaved(host)
    assert "failed in a way we did not foresee (OSError: stuck)" in host.console
    assert (state / "actions.log").is_file()
