from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installer.machine import describe
from installer.python_places import MANAGED, RUNNING, SYSTEM, candidates, read_name
from tests.installer.fake_programs import put


@pytest.mark.parametrize(
    ("path", "version", "plain"),
    [
        ("libpython3.12.so.1.0", (3, 12), True),
        ("libpython3.12.so", (3, 12), True),
        ("libpython3.9.dylib", (3, 9), True),
        ("libpython3.7m.so.1.0", (3, 7), True),
        ("libpython2.7.so.1.0", (2, 7), True),
        ("libpython3.13t.so.1.0", (3, 13), False),
        ("libpython3.11d.so", (3, 11), False),
        ("python312.dll", (3, 12), True),
        ("Python39.DLL", (3, 9), True),
        ("python27.dll", (2, 7), True),
        ("python313t.dll", (3, 13), False),
        ("python312_d.dll", (3, 12), False),
        ("Python.framework/Versions/3.12/Python", (3, 12), True),
        ("PythonT.framework/Versions/3.13/PythonT", (3, 13), True),
    ],
)
def test_names_that_tell_the_version(path: str, version: tuple[int, int], plain: bool) -> None:
    named = read_name(Path("/somewhere") / path)
    assert named is not None
    assert named.version == version
    assert named.plain is (plain and "PythonT" not in path)


@pytest.mark.parametrize(
    "name",
    [
        "libpython3.so",
        "python3.dll",
        "Python",
        "libpython3.11.a",
        "libpython3.12.so.bak",
        "python.exe",
    ],
)
def test_names_that_tell_no_version(name: str) -> None:
    assert read_name(Path("/somewhere") / name) is None


@given(major=st.integers(2, 4), minor=st.integers(0, 30))
def test_every_version_is_read_back(major: int, minor: int) -> None:
    for name in (f"libpython{major}.{minor}.so.1.0", f"python{major}{minor}.dll"):
        named = read_name(Path(name))
        assert named is not None
        assert named.version == (major, minor)


def found(
    root: Path,
    system: str,
    *,
    config: dict[str, object] | None = None,
    registered: tuple[str, ...] = (),
    **env: str,
) -> list[tuple[str, int]]:
    machine = describe(system=system, home=root / "home", env=env, root=root, arch="x86_64")
    listed = candidates(
        machine,
        config=config or {},
        base=root / "base",
        registered=lambda: tuple(root / folder for folder in registered),
    )
    return [(one.path.relative_to(root).as_posix(), one.tier) for one in listed]


def test_linux_the_system_before_the_managers_and_the_newest_first(tmp_path: Path) -> None:
    for name in (
        "usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0",
        "usr/lib64/libpython3.12.so.1.0",
        "usr/local/lib/libpython3.13.so.1.0",
        "home/.pyenv/versions/3.14.0/lib/libpython3.14.so.1.0",
        "home/.local/share/uv/python/cpython-3.12.3-linux/lib/libpython3.12.so.1.0",
        "home/miniconda3/lib/libpython3.11.so.1.0",
        "usr/lib/libpython3.10.so.1.0",
        "usr/lib/libpython3.so",
        "usr/lib/python3.11/config-3.11/libpython3.11.a",
    ):
        put(tmp_path / name, "linux")
    assert found(tmp_path, "linux") == [
        ("usr/local/lib/libpython3.13.so.1.0", SYSTEM),
        ("usr/lib64/libpython3.12.so.1.0", SYSTEM),
        ("usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0", SYSTEM),
        ("usr/lib/libpython3.10.so.1.0", SYSTEM),
        ("home/.pyenv/versions/3.14.0/lib/libpython3.14.so.1.0", MANAGED),
        ("home/.local/share/uv/python/cpython-3.12.3-linux/lib/libpython3.12.so.1.0", MANAGED),
        ("home/miniconda3/lib/libpython3.11.so.1.0", MANAGED),
    ]


def test_the_running_interpreters_own_library_comes_first(tmp_path: Path) -> None:
    put(tmp_path / "usr/lib/x86_64-linux-gnu/libpython3.14.so.1.0", "linux")
    put(tmp_path / "base/lib/libpython3.11.so.1.0", "linux")
    (tmp_path / "base/lib/libpython3.11.so").symlink_to("libpython3.11.so.1.0")
    config: dict[str, object] = {
        "LIBDIR": str(tmp_path / "base/lib"),
        "INSTSONAME": "libpython3.11.so.1.0",
        "LDLIBRARY": "libpython3.11.so",
        "py_version_short": "3.11",
    }
    assert found(tmp_path, "linux", config=config) == [
        ("base/lib/libpython3.11.so.1.0", RUNNING),
        ("usr/lib/x86_64-linux-gnu/libpython3.14.so.1.0", SYSTEM),
    ]


def test_a_static_python_offers_nothing(tmp_path: Path) -> None:
    put(tmp_path / "base/lib/libpython3.11.a", "linux")
    config: dict[str, object] = {
        "LIBDIR": str(tmp_path / "base/lib"),
        "INSTSONAME": "libpython3.11.a",
        "LDLIBRARY": "libpython3.11.a",
    }
    assert found(tmp_path, "linux", config=config) == []


def framework(root: Path, folder: str, version: str) -> None:
    home = root / folder / "Python.framework" / "Versions" / version
    put(home / "Python", "macos", "arm64")
    (home / "lib").mkdir()
    (home / "lib" / f"libpython{version}.dylib").symlink_to("../Python")


def test_macos_python_org_and_homebrew_of_both_kinds(tmp_path: Path) -> None:
    framework(tmp_path, "Library/Frameworks", "3.12")
    framework(tmp_path, "opt/homebrew/opt/python@3.13/Frameworks", "3.13")
    framework(tmp_path, "usr/local/opt/python@3.11/Frameworks", "3.11")
    end = "Python.framework/Versions"
    assert found(tmp_path, "macos") == [
        (f"opt/homebrew/opt/python@3.13/Frameworks/{end}/3.13/lib/libpython3.13.dylib", SYSTEM),
        (f"Library/Frameworks/{end}/3.12/lib/libpython3.12.dylib", SYSTEM),
        (f"usr/local/opt/python@3.11/Frameworks/{end}/3.11/lib/libpython3.11.dylib", SYSTEM),
    ]


def test_macos_a_running_framework_without_the_usual_name(tmp_path: Path) -> None:
    put(tmp_path / "Fw/Python.framework/Versions/3.12/Python", "macos", "arm64")
    config: dict[str, object] = {
        "PYTHONFRAMEWORKPREFIX": str(tmp_path / "Fw"),
        "LDLIBRARY": "Python.framework/Versions/3.12/Python",
        "INSTSONAME": "Python.framework/Versions/3.12/Python",
        "LIBDIR": str(tmp_path / "Fw/Python.framework/Versions/3.12/lib"),
        "py_version_short": "3.12",
    }
    assert found(tmp_path, "macos", config=config) == [
        ("Fw/Python.framework/Versions/3.12/Python", RUNNING)
    ]


def test_windows_registry_usual_folders_and_managers(tmp_path: Path) -> None:
    for name in (
        "base/python312.dll",
        "base/python3.dll",
        "AppData/Local/Programs/Python/Python311/python311.dll",
        "AppData/Local/Python/pythoncore-3.14-64/python314.dll",
        "Program Files/Python313/python313.dll",
        "D/Py/python310.dll",
        "AppData/Roaming/uv/python/cpython-3.13.1-windows/python313.dll",
        "home/.pyenv/pyenv-win/versions/3.12.4/python312.dll",
    ):
        put(tmp_path / name, "windows")
    env = {
        "LOCALAPPDATA": str(tmp_path / "AppData/Local"),
        "APPDATA": str(tmp_path / "AppData/Roaming"),
        "ProgramFiles": str(tmp_path / "Program Files"),
    }
    config: dict[str, object] = {"py_version_short": "3.12"}
    assert found(tmp_path, "windows", config=config, registered=("D/Py", "absent"), **env) == [
        ("base/python312.dll", RUNNING),
        ("AppData/Local/Python/pythoncore-3.14-64/python314.dll", SYSTEM),
        ("Program Files/Python313/python313.dll", SYSTEM),
        ("AppData/Local/Programs/Python/Python311/python311.dll", SYSTEM),
        ("D/Py/python310.dll", SYSTEM),
        ("AppData/Roaming/uv/python/cpython-3.13.1-windows/python313.dll", MANAGED),
        ("home/.pyenv/pyenv-win/versions/3.12.4/python312.dll", MANAGED),
    ]
