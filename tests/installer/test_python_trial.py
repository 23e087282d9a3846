import os
import shutil
import subprocess
from pathlib import Path

import pytest

from installer.binary import architectures
from installer.machine import process_arch
from installer.python_library import search_library
from installer.python_trial import LOOKS_BESIDE, library_version, why_unusable
from tests.installer.fake_programs import put

#: A processor that this interpreter cannot load, so that only the disk can be asked.
FOREIGN = "arm64" if process_arch() == "x86_64" else "x86_64"


def tree(
    home: Path, version: str, built_for: str, *, lib: str = "lib", modules: bool = True
) -> Path:
    """A Python installation whose library cannot be loaded here."""
    if modules:
        folder = home / lib / f"python{version}"
        folder.mkdir(parents=True)
        (folder / "os.py").write_text("", encoding="utf-8")
    where = os.fsencode(built_for)
    name = f"libpython{version}.so.1.0"
    return put(home / lib / name, "linux", FOREIGN, extra=b"x\0" + where + b"\0x")


def test_what_this_machine_offers_starts_and_tells_its_version() -> None:
    found = search_library()
    if found.library is None:
        assert found.notes
        return
    assert why_unusable(found.library.path) == ""
    assert library_version(found.library.path) == found.library.version
    assert found.library.arch in architectures(found.library.path)


def test_a_library_that_cannot_start_is_told_and_leaves_this_process_alone(
    tmp_path: Path,
) -> None:
    found = search_library().library
    if found is None:
        return  # said by the test above
    data = found.path.read_bytes()
    assert data.count(b"encodings\0") >= 1
    broken = tmp_path / found.file
    # Python's start imports this module first; now it looks for one that nobody has, and calls
    # exit(): in REAPER that would end REAPER.
    broken.write_bytes(data.replace(b"encodings\0", b"encodingz\0"))
    assert "it fails: Fatal Python error: init_fs_encoding" in why_unusable(broken)


def test_another_python_on_the_search_path_can_spoil_a_library(tmp_path: Path) -> None:
    found = search_library().library
    if found is None or found.version is None or found.version >= LOOKS_BESIDE:
        return
    # Seen with pyenv beside Debian's Python: the modules near the first "python3" are taken.
    other = tmp_path / "bin" / "python3"
    other.parent.mkdir()
    other.write_text("#!/bin/sh\n", encoding="utf-8")
    other.chmod(0o755)
    modules = tmp_path / "lib" / "python{}.{}".format(*found.version)
    modules.mkdir(parents=True)
    (modules / "os.py").write_text("", encoding="utf-8")
    assert why_unusable(found.path, env={"PATH": str(tmp_path / "empty")}) == ""
    assert "it fails" in why_unusable(found.path, env={"PATH": str(other.parent)})


def test_a_copy_in_an_active_environment_is_tried_without_it(tmp_path: Path) -> None:
    found = search_library().library
    if found is None:
        return
    env = {
        "PATH": f"{tmp_path / 'venv' / 'bin'}{os.pathsep}/usr/bin:/bin",
        "VIRTUAL_ENV": str(tmp_path / "venv"),
        "PYTHONHOME": str(tmp_path / "nowhere"),
        "PYTHONPATH": str(tmp_path / "nowhere"),
    }
    assert why_unusable(found.path, env=env) == ""


def test_a_damaged_library_is_refused_with_a_reason(tmp_path: Path) -> None:
    found = search_library().library
    if found is None:
        return
    broken = tmp_path / found.file
    broken.write_bytes(found.path.read_bytes()[:100_000])
    assert why_unusable(broken) != ""
    assert library_version(broken) is None


def test_a_library_that_is_not_pythons(tmp_path: Path) -> None:
    # Every Linux has the C library; under Python's name it must not pass.
    listing = Path("/proc/self/maps").read_text(encoding="utf-8")
    libc = next(line.split()[-1] for line in listing.splitlines() if "libc" in line)
    copy = tmp_path / "libpython3.12.so.1.0"
    shutil.copy(libc, copy)
    assert "Py_" in why_unusable(copy)
    assert library_version(copy) is None


@pytest.mark.parametrize("lib", ["lib", "lib64"])
def test_on_disk_an_installation_in_its_own_place(lib: str, tmp_path: Path) -> None:
    assert why_unusable(tree(tmp_path / "p", "3.12", str(tmp_path / "p"), lib=lib)) == ""


def test_on_disk_a_multiarch_folder_as_debian_has(tmp_path: Path) -> None:
    modules = tmp_path / "usr" / "lib" / "python3.12"
    modules.mkdir(parents=True)
    (modules / "os.py").write_text("", encoding="utf-8")
    library = tmp_path / "usr" / "lib" / "aarch64-linux-gnu" / "libpython3.12.so.1.0"
    put(library, "linux", FOREIGN, extra=b"\0" + os.fsencode(tmp_path / "usr") + b"\0")
    assert why_unusable(library) == ""


def test_on_disk_a_relocated_build_fails_until_python_looks_beside_its_library(
    tmp_path: Path,
) -> None:
    assert "elsewhere" in why_unusable(tree(tmp_path / "uv12", "3.12", "/install"))
    assert "elsewhere" in why_unusable(tree(tmp_path / "uv13", "3.13", "/install"))
    assert why_unusable(tree(tmp_path / "uv14", "3.14", "/install")) == ""


def test_on_disk_a_longer_path_with_the_same_start_is_another_place(tmp_path: Path) -> None:
    library = tree(tmp_path / "p", "3.12", str(tmp_path / "p2"))
    assert "elsewhere" in why_unusable(library)


def test_on_disk_a_library_without_modules(tmp_path: Path) -> None:
    library = tree(tmp_path / "p", "3.12", str(tmp_path / "p"), modules=False)
    assert "lib/python3.12" in why_unusable(library)


def test_on_disk_windows_and_a_framework(tmp_path: Path) -> None:
    library = put(tmp_path / "Python312" / "python312.dll", "windows", FOREIGN)
    assert "Lib" in why_unusable(library)
    (tmp_path / "Python312" / "Lib").mkdir()
    (tmp_path / "Python312" / "Lib" / "os.py").write_text("", encoding="utf-8")
    assert why_unusable(library) == ""
    version = tmp_path / "Python.framework" / "Versions" / "3.12"
    put(version / "Python", "macos", FOREIGN)
    (version / "lib" / "python3.12").mkdir(parents=True)
    (version / "lib" / "python3.12" / "os.py").write_text("", encoding="utf-8")
    link = version / "lib" / "libpython3.12.dylib"
    link.symlink_to("../Python")
    assert why_unusable(link) == ""
    assert why_unusable(version / "Python") == ""


def test_the_asked_version_is_the_librarys_not_ours(tmp_path: Path) -> None:
    source = tmp_path / "answer.c"
    library = tmp_path / "libanswer.so"
    source.write_text('const char *Py_GetVersion(void) { return "3.8.20 (x)"; }', encoding="utf-8")
    compiler = shutil.which("cc")
    if compiler is None:
        return  # nothing to build one with
    command = [compiler, "-shared", "-fPIC", "-o", str(library), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    assert library_version(library) == (3, 8)
