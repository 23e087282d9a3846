from collections.abc import Callable
from pathlib import Path

import pytest

from installer.ini import get, set_key
from installer.machine import process_arch
from installer.python_library import Library, Setting, search_library, working_setting
from tests.installer.fake_programs import fat, put

OTHER = {"x86_64": "arm64", "arm64": "x86_64"}


def passes(path: Path) -> str:
    return ""


def ini(
    *, folder: object = None, file: str | None = None, on: str | None = "1", bits: int = 64
) -> bytes:
    lines = ["[REAPER]", "lastproject=C:\\film.rpp"]
    lines += [f"reascript={on}"] if on is not None else []
    lines += [f"pythonlibpath{bits}={folder}"] if folder is not None else []
    lines += [f"pythonlibdll{bits}={file}"] if file is not None else []
    return ("\r\n".join([*lines, "[reaper_video]", "x=1"]) + "\r\n").encode()


def judge(data: bytes, root: Path, arch: str = "x86_64", *, system: str = "linux") -> Setting:
    return working_setting(
        data, arch, system=system, home=root / "home", env={}, root=root, trial=passes
    )


NAMES = {
    "linux": "libpython3.12.so.1.0",
    "macos": "libpython3.12.dylib",
    "windows": "python312.dll",
}


@pytest.mark.parametrize("system", NAMES)
@pytest.mark.parametrize("arch", ["x86_64", "arm64"])
def test_a_working_setting(system: str, arch: str, tmp_path: Path) -> None:
    put(tmp_path / "py" / NAMES[system], system, arch)
    data = ini(folder=tmp_path / "py", file=NAMES[system])
    setting = judge(data, tmp_path, arch, system=system)
    assert setting.state == "working"
    assert setting.library == Library(
        folder=tmp_path / "py", file=NAMES[system], version=(3, 12), arch=arch
    )
    assert "3.12" in setting.sentence


@pytest.mark.parametrize("system", NAMES)
def test_the_other_processor(system: str, tmp_path: Path) -> None:
    put(tmp_path / NAMES[system], system, "arm64")
    setting = judge(ini(folder=tmp_path, file=NAMES[system]), tmp_path, "x86_64", system=system)
    assert (setting.state, setting.library) == ("wrong_arch", None)
    assert "arm64" in setting.sentence
    assert "x86_64" in setting.sentence


def test_a_universal_library_fits_both(tmp_path: Path) -> None:
    (tmp_path / "libpython3.12.dylib").write_bytes(fat(["x86_64", "arm64"]))
    data = ini(folder=tmp_path, file="libpython3.12.dylib")
    for arch in ("x86_64", "arm64"):
        assert judge(data, tmp_path, arch, system="macos").state == "working"


@pytest.mark.parametrize(
    ("file", "system"),
    [("libpython3.10.so.1.0", "linux"), ("python39.dll", "windows"), ("libpython2.7.so", "linux")],
)
def test_too_old_is_said_and_kept(file: str, system: str, tmp_path: Path) -> None:
    put(tmp_path / file, system)
    for on in ("1", "0"):
        setting = judge(ini(folder=tmp_path, file=file, on=on), tmp_path, system=system)
        assert setting.state == "too_old"
        assert setting.library is not None
        assert "3.11" in setting.sentence


def test_what_is_not_there(tmp_path: Path) -> None:
    setting = judge(ini(folder=tmp_path, file="libpython3.12.so.1.0"), tmp_path)
    assert (setting.state, setting.library) == ("missing", None)
    assert str(tmp_path) in setting.sentence
    # macOS has had no library file there since its libraries moved into one cache.
    assert judge(ini(folder=tmp_path / "usr/lib"), tmp_path, system="macos").state == "missing"


def test_what_is_no_library(tmp_path: Path) -> None:
    (tmp_path / "libpython3.12.so").write_text("INPUT(libpython3.12.so.1.0)", encoding="utf-8")
    setting = judge(ini(folder=tmp_path, file="libpython3.12.so"), tmp_path)
    assert setting.state == "missing"
    assert "not a shared library" in setting.sentence


def test_a_library_that_is_not_pythons(tmp_path: Path) -> None:
    arch = process_arch()
    put(tmp_path / "libsomething.so", "linux", arch)
    setting = judge(ini(folder=tmp_path, file="libsomething.so"), tmp_path, arch)
    assert setting.state == "missing"
    assert "not a Python library" in setting.sentence


def test_a_nameless_library_that_cannot_be_asked_here_is_trusted(tmp_path: Path) -> None:
    arch = OTHER.get(process_arch(), "x86_64")
    put(tmp_path / "libpython3.so", "linux", arch)
    setting = judge(ini(folder=tmp_path, file="libpython3.so"), tmp_path, arch)
    assert setting.state == "working"
    assert setting.library is not None
    assert setting.library.version is None


def test_a_real_nameless_library_is_asked(tmp_path: Path) -> None:
    real = search_library().library
    if real is None:
        return  # the search's own test says so
    link = tmp_path / "python-for-reaper.so"
    link.write_bytes(real.path.read_bytes())
    setting = judge(ini(folder=tmp_path, file=link.name), tmp_path, real.arch)
    assert (setting.state, setting.library and setting.library.version) == ("working", real.version)


@pytest.mark.parametrize("data", [b"", b"[REAPER]\n", ini(), ini(folder="", file="")])
def test_nothing_named(data: bytes, tmp_path: Path) -> None:
    assert judge(data, tmp_path).state == "unset"
    assert judge(data, tmp_path).library is None


@pytest.mark.parametrize("on", ["0", "", None])
def test_switched_off_but_named(on: str | None, tmp_path: Path) -> None:
    put(tmp_path / "libpython3.12.so.1.0", "linux")
    data = ini(folder=tmp_path, file="libpython3.12.so.1.0", on=on)
    setting = judge(data, tmp_path)
    assert setting.state == "unset"
    assert setting.library is not None
    keys = setting.library.keys()
    for key, value in keys:
        data = set_key(data, "REAPER", key, value)
    assert judge(data, tmp_path).state == "working"


@pytest.mark.parametrize(
    "files",
    [
        ["libpython3.11.dylib", "libpython3.13.dylib", "libpython3.9.dylib", "libssl.dylib"],
        ["Python.framework/Versions/3.13/Python"],
    ],
)
def test_a_folder_without_a_file_name_as_macos_writes_it(files: list[str], tmp_path: Path) -> None:
    paths = [put(tmp_path / file, "macos") for file in files]
    setting = judge(ini(folder=paths[-1].parent), tmp_path, system="macos")
    assert setting.state == "working"
    assert setting.library is not None
    assert setting.library.version == (3, 13)


def test_a_file_name_without_a_folder_is_looked_for_as_the_loader_does(tmp_path: Path) -> None:
    put(tmp_path / "usr/lib/x86_64-linux-gnu/libpython3.12.so.1.0", "linux")
    assert judge(ini(file="libpython3.12.so.1.0"), tmp_path).state == "working"
    assert judge(ini(file="libpython3.13.so.1.0"), tmp_path).state == "missing"


def test_quotes_slashes_and_spelling(tmp_path: Path) -> None:
    put(tmp_path / "my py" / "libpython3.12.so.1.0", "linux")
    text = f'[reaper]\nReaScript=1\nPythonLibPath64="{tmp_path}/my py/"\n'
    data = (text + "PYTHONLIBDLL64=libpython3.12.so.1.0\n").encode()
    assert judge(data, tmp_path).state == "working"


def test_narrow_reapers_have_keys_of_their_own(tmp_path: Path) -> None:
    put(tmp_path / "python312.dll", "windows", "x86")
    data = ini(folder=tmp_path, file="python312.dll", bits=32)
    assert judge(data, tmp_path, "x86", system="windows").state == "working"
    assert judge(data, tmp_path, "x86_64", system="windows").state == "unset"


def test_a_failed_trial_is_told_and_the_choice_kept(tmp_path: Path) -> None:
    put(tmp_path / "libpython3.12.so.1.0", "linux")
    data = ini(folder=tmp_path, file="libpython3.12.so.1.0")
    setting = working_setting(data, "x86_64", system="linux", env={}, trial=lambda path: "it burns")
    assert setting.state == "working"
    assert "it burns" in setting.sentence


@pytest.mark.parametrize(
    ("arch", "bits"), [("x86_64", 64), ("arm64", 64), ("x86", 32), ("armv7", 32)]
)
def test_keys_make_the_setting(arch: str, bits: int, tmp_path: Path) -> None:
    put(tmp_path / "libpython3.12.so.1.0", "linux", arch)
    library = Library(
        folder=Path(f"{tmp_path}/"), file="libpython3.12.so.1.0", version=(3, 12), arch=arch
    )
    keys = library.keys()
    assert dict(keys) == {
        "reascript": "1",
        f"pythonlibpath{bits}": str(tmp_path),
        f"pythonlibdll{bits}": "libpython3.12.so.1.0",
    }
    data = b"[REAPER]\r\nx=1\r\n"
    for key, value in keys:
        data = set_key(data, "REAPER", key, value)
    assert get(data, "REAPER", "x") == "1"
    assert judge(data, tmp_path, arch).library == library


# -- the search ----------------------------------------------------------------------------------


@pytest.fixture
def search(tmp_path: Path) -> Callable[..., tuple[str | None, tuple[str, ...]]]:
    def look(
        arch: str = "x86_64", *, trial: Callable[[Path], str] = passes, base: str = "base"
    ) -> tuple[str | None, tuple[str, ...]]:
        found = search_library(
            arch,
            system="linux",
            home=tmp_path / "home",
            env={},
            root=tmp_path,
            config={},
            base=tmp_path / base,
            registered=tuple,
            trial=trial,
        )
        path = found.library and found.library.path.relative_to(tmp_path).as_posix()
        return path, found.notes

    return look


def test_the_newest_that_fits_is_taken(
    search: Callable[..., tuple[str, tuple[str, ...]]], tmp_path: Path
) -> None:
    put(tmp_path / "usr/lib/libpython3.11.so.1.0", "linux")
    put(tmp_path / "usr/lib/libpython3.12.so.1.0", "linux")
    put(tmp_path / "usr/lib/libpython3.13.so.1.0", "linux", "arm64")
    put(tmp_path / "usr/lib/libpython3.14t.so.1.0", "linux")
    path, notes = search()
    assert path == "usr/lib/libpython3.12.so.1.0"
    told = "\n".join(notes)
    assert "free-threaded" in told
    assert "for arm64, REAPER for x86_64" in told
    assert "3.11.so" not in told


def test_one_that_fails_its_trial_is_passed_over(
    search: Callable[..., tuple[str, tuple[str, ...]]], tmp_path: Path
) -> None:
    put(tmp_path / "usr/lib/libpython3.11.so.1.0", "linux")
    put(tmp_path / "usr/lib/libpython3.12.so.1.0", "linux")
    path, notes = search(trial=lambda path: "it burns" if "3.12" in path.name else "")
    assert path == "usr/lib/libpython3.11.so.1.0"
    assert any("3.12.so.1.0 was passed over: it burns." in note for note in notes)


def test_old_and_static_pythons_are_seen_and_explained(
    search: Callable[..., tuple[str, tuple[str, ...]]], tmp_path: Path
) -> None:
    put(tmp_path / "usr/lib/libpython3.9.so.1.0", "linux")
    put(tmp_path / "usr/lib/libpython3.10.so.1.0", "linux")
    path, notes = search()
    assert path is None
    assert any("no shared library" in note and "base" in note for note in notes)
    assert any("Python 3.9, 3.10" in note for note in notes)


def test_the_microsoft_stores_python_is_explained(
    search: Callable[..., tuple[str, tuple[str, ...]]], tmp_path: Path
) -> None:
    put(tmp_path / "WindowsApps/PythonSoftwareFoundation.Python.3.12/python312.dll", "windows")
    path, notes = search(base="WindowsApps/PythonSoftwareFoundation.Python.3.12")
    assert path is None
    assert any("Microsoft Store" in note for note in notes)
