"""List the shared Python libraries of a computer, the ones to prefer first."""

from __future__ import annotations

import os
import re
import sys
import sysconfig
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from installer.machine import Machine

#: libpython3.12.so.1.0, libpython3.12.so, libpython3.13t.dylib, libpython2.7.so
POSIX_NAME = re.compile(r"libpython(\d)\.(\d+)([a-z]*)\.(?:so[.\d]*|dylib)")
#: python312.dll, python313t.dll, python312_d.dll; python3.dll (no minor) is only a forwarder.
WINDOWS_NAME = re.compile(r"python(\d)(\d+)(t?(?:_d)?)\.dll", re.IGNORECASE)
FRAMEWORK_NAME = re.compile(r"Versions/(\d)\.(\d+)t?/Python(T?)")
#: The interpreter that runs this, then what the system or an installer put there, then the
#: managers that keep Pythons in the home folder and remove them at will.
RUNNING, SYSTEM, MANAGED = 0, 1, 2
STORE = "windowsapps"
PYTHONCORE = r"SOFTWARE\Python\PythonCore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What a library's name says.

    Parameters
    ----------
    version : tuple of int
        Major and minor.
    plain : bool
        Neither a free-threaded nor a debug build: extension modules of others fit.
    """

    version: tuple[int, int]
    plain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A file that may be a Python library.

    Parameters
    ----------
    path : Path
        The file.
    named : Named
        What its name says.
    tier : int
        `RUNNING`, `SYSTEM` or `MANAGED`.
    """

    path: Path
    named: Named
    tier: int


def read_name(path: Path) -> Named | None:
    """Return the version that a library's name tells, or None where it tells none."""
    for text, pattern in (
        (path.name, POSIX_NAME),
        (path.name, WINDOWS_NAME),
        ("/".join(path.parts[-3:]), FRAMEWORK_NAME),
    ):
        if found := pattern.fullmatch(text):
            plain = found[3] in ("", "m")  # m: the usual build of 3.7 and older
            return Named(version=(int(found[1]), int(found[2])), plain=plain)
    return None


def running_places(
    config: Mapping[str, object] | None = None, *, base: Path | None = None
) -> Iterator[Path]:
    """Yield where the running interpreter's own library may lie.

    Parameters
    ----------
    config : Mapping, optional
        The interpreter's build variables, those of `sysconfig` unless given.
    base : Path, optional
        The folder that it is installed in; inside an environment, the one it was made from.
    """
    config = sysconfig.get_config_vars() if config is None else config
    base = Path(sys.base_prefix) if base is None else base
    names = [str(config[key]) for key in ("INSTSONAME", "LDLIBRARY") if config.get(key)]
    framework = str(config.get("PYTHONFRAMEWORKPREFIX") or "")
    version = str(config.get("py_version_short") or "{}.{}".format(*sys.version_info))
    folders = [Path(str(config[key])) for key in ("LIBDIR", "LIBPL") if config.get(key)]
    folders += [base / "lib", base]
    if framework:
        # A framework's library has the usual name in its lib folder, as a link.
        yield from (folder / f"libpython{version}.dylib" for folder in folders)
        yield from (Path(framework) / name for name in names)
    yield from (folder / name for folder in folders for name in names if "/" not in name)
    yield base / f"python{version.replace('.', '')}.dll"


def system_places(
    machine: Machine, *, registered: Callable[[], Sequence[Path]] | None = None
) -> Iterator[Path]:
    """Yield the Python libraries that a system or an installer put on a computer."""
    if machine.system == "windows":
        yield from _windows(machine, registered or registered_pythons)
    elif machine.system == "macos":
        frameworks = machine.root / "Library" / "Frameworks" / "Python.framework"
        yield from _framework(frameworks)
        for brew in ("opt/homebrew", "usr/local"):
            for keg in (machine.root / brew / "opt").glob("python@3.*"):
                yield from _framework(keg / "Frameworks" / "Python.framework")
    else:
        for name in ("usr/lib", "usr/lib64", "usr/local/lib", "usr/local/lib64"):
            yield from _shared(machine.root / name)
        for folder in sorted((machine.root / "usr" / "lib").glob("*-linux-gnu*")):
            yield from _shared(folder)


def managed_places(machine: Machine) -> Iterator[Path]:
    """Yield the Python libraries of pyenv, uv and conda."""
    home, env = machine.home, machine.env
    pyenv = Path(env.get("PYENV_ROOT") or home / ".pyenv")
    data = Path(env["APPDATA"]) if env.get("APPDATA") else home / ".local" / "share"
    uv = Path(env.get("UV_PYTHON_INSTALL_DIR") or data / "uv" / "python")
    homes = [*pyenv.glob("versions/*"), *pyenv.glob("pyenv-win/versions/*"), *uv.glob("*")]
    homes += [home / f"{name}3" for name in ("miniforge", "miniconda", "anaconda")]
    homes += [home / "mambaforge", machine.root / "opt" / "conda"]
    for folder in sorted(homes, reverse=True):
        yield from _dlls(folder) if machine.system == "windows" else _shared(folder / "lib")


def candidates(
    machine: Machine,
    *,
    config: Mapping[str, object] | None = None,
    base: Path | None = None,
    registered: Callable[[], Sequence[Path]] | None = None,
) -> tuple[Candidate, ...]:
    """Return every library file that is named as Python's, the ones to prefer first.

    Within what the system has, and within what the managers have, the newest comes first.
    """
    tiers: tuple[tuple[int, Iterator[Path]], ...] = (
        (RUNNING, running_places(config, base=base)),
        (SYSTEM, system_places(machine, registered=registered)),
        (MANAGED, managed_places(machine)),
    )
    found: dict[str, Candidate] = {}
    for tier, places in tiers:
        for path in places:
            named = read_name(path)
            if named and os.path.isfile(path):
                # One library has several names (.so, .so.1.0): the first counts.
                key = os.path.realpath(path)
                found.setdefault(key, Candidate(path=path, named=named, tier=tier))
    return tuple(sorted(found.values(), key=lambda one: (one.tier, -one.named.version[1])))


def _shared(folder: Path) -> list[Path]:
    # The full name before the short one: the short one belongs to a development package.
    names = ("libpython3.*.so.1.0", "libpython3.*.so", "libpython3.*.dylib")
    return [path for name in names for path in sorted(folder.glob(name))]


def _framework(framework: Path) -> Iterator[Path]:
    for version in sorted(framework.glob("Versions/3.*")):
        yield from _shared(version / "lib")
        yield version / "Python"


def _dlls(folder: Path) -> list[Path]:
    return sorted(folder.glob("python3*.dll"))


def _windows(machine: Machine, registered: Callable[[], Sequence[Path]]) -> Iterator[Path]:
    folders = list(registered())
    if machine.env.get("LOCALAPPDATA"):
        local = Path(machine.env["LOCALAPPDATA"])
        folders += [*local.glob("Programs/Python/Python3*"), *local.glob("Python/pythoncore-3*")]
    for name in ("ProgramW6432", "ProgramFiles", "ProgramFiles(x86)"):
        if machine.env.get(name):
            folders += Path(machine.env[name]).glob("Python3*")
    for folder in folders:
        yield from _dlls(folder)


def registered_pythons() -> tuple[Path, ...]:
    """Return the folders of the Pythons that Windows' registry names (PEP 514)."""
    folders: list[Path] = []
    if sys.platform == "win32":
        import winreg

        for hive in (winreg.HKEY_CURRENT_USER, winreg.HKEY_LOCAL_MACHINE):
            for view in (winreg.KEY_WOW64_64KEY, winreg.KEY_WOW64_32KEY):
                folders += _registered(hive, view)
    return tuple(dict.fromkeys(folders))


if sys.platform == "win32":

    def _registered(hive: int, view: int) -> list[Path]:
        import winreg

        access = winreg.KEY_READ | view
        folders: list[Path] = []
        with suppress(OSError), winreg.OpenKey(hive, PYTHONCORE, 0, access) as core:
            tags = [winreg.EnumKey(core, at) for at in range(winreg.QueryInfoKey(core)[0])]
            for tag in tags:
                key = rf"{tag}\InstallPath"
                with suppress(OSError), winreg.OpenKey(core, key, 0, access) as entry:
                    folders.append(Path(str(winreg.QueryValueEx(entry, "")[0])))
        return folders
