"""The scripts' packages: fetched for real once, pure, whole or not there."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from installer.errors import SetupError
from installer.site import PINS, SITE, ZONE, build_site, is_current, site_files
from tests.installer.trees import stamps_of, tree_of

REPO = Path(__file__).parents[2]
PYTHON = Path(sys.executable)


def copy_zone(folder: Path) -> Path:
    for name in ZONE:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(REPO / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout whose packages were fetched from the registry."""
    checkout = copy_zone(tmp_path_factory.mktemp("checkout"))
    assert build_site(PYTHON, checkout)
    return checkout


@pytest.fixture
def checkout(built: Path, tmp_path: Path) -> Path:
    return shutil.copytree(built, tmp_path / "checkout")


def test_reapy_and_our_part_are_there_with_their_licences(built: Path) -> None:
    names = set(site_files(built / SITE))
    assert {
        "reapy_boost/__init__.py",
        "reapy_boost/core/project/project.py",
        "typing_extensions.py",
        "reapy_boost-0.10.201.dist-info/LICENSE.txt",
        "typing_extensions-4.16.0.dist-info/licenses/LICENSE",
        "filmcomposer_core/contracts/session.py",
        "filmcomposer_bridge/launch.py",
    } <= names
    assert {name.removeprefix("bridge/") for name in ZONE} <= names
    roots = {name.split("/")[0].split("-")[0] for name in names}
    assert roots == {
        "filmcomposer_bridge",
        "filmcomposer_core",
        "reapy_boost",
        "typing_extensions",
        "typing_extensions.py",
    }


def test_nothing_in_it_is_compiled_or_left_over(built: Path) -> None:
    files = site_files(built / SITE)
    kinds = {Path(name).suffix for name in files} - {".0", ".201"}
    assert kinds <= {".py", ".pyi", ".typed", ".txt", ""}
    assert not [name for name in files if "cache" in name or name.endswith("RECORD")]
    assert len(files) < 120
    assert sum(map(len, files.values())) < 1_000_000  # 41 MB lie in the wheel
    assert not (built / "build").exists()


def test_it_is_all_that_the_packages_need(built: Path) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(built / SITE)!r}); sys.dont_write_bytecode = True\n"
        "import typing_extensions, filmcomposer_core.contracts.session\n"
        "import filmcomposer_bridge.launch, filmcomposer_core.timeline\n"
        "print(typing_extensions.__file__)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str(built / SITE / "typing_extensions.py")


def test_the_second_time_there_is_nothing_to_do(built: Path) -> None:
    stamps = stamps_of(built)
    assert not build_site(Path("no such python"), built)
    assert stamps_of(built) == stamps


@pytest.mark.parametrize("name", ["reapy_boost/__init__.py", "typing_extensions.py"])
@pytest.mark.parametrize("change", ["edit", "delete"])
def test_what_was_damaged_is_not_current(checkout: Path, name: str, change: str) -> None:
    assert is_current(checkout)
    if change == "edit":
        (checkout / SITE / name).write_bytes(b"")
    else:
        (checkout / SITE / name).unlink()
    assert not is_current(checkout)


def test_a_change_of_our_own_source_is_noticed(checkout: Path) -> None:
    with (checkout / ZONE[1]).open("a", encoding="utf-8") as stream:
        stream.write("# more\n")
    assert not is_current(checkout)


def test_what_python_compiled_in_it_does_not_matter(checkout: Path) -> None:
    cache = checkout / SITE / "reapy_boost" / "__pycache__"
    cache.mkdir()
    (cache / "x.cpython-312.pyc").write_bytes(b"")
    assert is_current(checkout)


def test_without_a_network_there_is_a_sentence_and_no_half_folder(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(checkout))
    with (checkout / ZONE[1]).open("a", encoding="utf-8") as stream:
        stream.write("# more\n")
    before = tree_of(checkout)
    with pytest.raises(SetupError, match="reapy could not be fetched from the package registry"):
        build_site(PYTHON, checkout)
    assert tree_of(checkout) == before
    shutil.rmtree(checkout / SITE)
    with pytest.raises(SetupError, match="Check the connection") as error:
        build_site(PYTHON, checkout)
    assert "\n" not in str(error.value)
    assert not (checkout / SITE).exists()


def wheel(folder: Path, files: dict[str, bytes]) -> Path:
    """Write a wheel ``thing 1.0`` and a file of pins for it."""
    info = "thing-1.0.dist-info"
    files = {
        **files,
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    lines = []
    for name, data in files.items():
        found = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={found},{len(data)}\n")
    files[f"{info}/RECORD"] = "".join([*lines, f"{info}/RECORD,,\n"]).encode()
    path = folder / "thing-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    pins = folder / "pins.txt"
    pins.write_text(f"thing==1.0 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n")
    return pins


def test_a_fetched_folder_takes_the_place_of_an_older_one(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    pins = wheel(tmp_path, {"thing/a.py": b"A = 1\n", "thing/__pycache__/a.pyc": b"stale"})
    (checkout / "build" / "reapy_site-1").mkdir(parents=True)  # of a run that was killed
    assert build_site(PYTHON, checkout, pins)
    names = set(site_files(checkout / SITE))
    assert {"thing/a.py", "thing-1.0.dist-info/METADATA"} <= names
    assert not [name for name in names if name.startswith("reapy_boost") or "pyc" in name]
    assert is_current(checkout, pins)
    assert not is_current(checkout, PINS)
    assert not (checkout / "build").exists()


@pytest.mark.parametrize("name", ["x.so", "x.cpython-312-x86_64-linux-gnu.so", "x.pyd", "x.dylib"])
def test_a_compiled_module_is_refused(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    pins = wheel(tmp_path, {f"thing/{name}": b"\x7fELF"})
    before = tree_of(checkout)
    with pytest.raises(SetupError, match=f"{name} of the scripts' packages is compiled"):
        build_site(PYTHON, checkout, pins)
    assert tree_of(checkout) == before


def test_what_is_not_what_was_pinned_is_refused(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    pins = wheel(tmp_path, {"thing/a.py": b""})
    pins.write_text(f"thing==1.0 --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    before = tree_of(checkout)
    with pytest.raises(SetupError, match="could not be fetched"):
        build_site(PYTHON, checkout, pins)
    assert tree_of(checkout) == before
