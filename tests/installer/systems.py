"""Fabricated resource folders of the three systems, and small products to install into them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from installer.python_choice import PythonChoice
from installer.reaper import Work
from installer.resource import Reaper
from tests.installer.samples import RESOURCES, make_resources

#: As in samples, and a portable one, whose program lies beside its settings.
SYSTEMS = (*RESOURCES, "portable")
#: What each system's REAPER is told to use when its own setting does not work.
KEYS = {
    "windows": (("pythonlibpath64", "C:\\Python312"), ("pythonlibdll64", "python312.dll")),
    "macos": (("pythonlibpath64", "/Library/F/lib"), ("pythonlibdll64", "libpython3.12.dylib")),
    "linux": (),
    "new": (("pythonlibpath64", "/usr/lib"), ("pythonlibdll64", "libpython3.12.so.1.0")),
    "portable": (("pythonlibpath64", "D:\\Python312"), ("pythonlibdll64", "python312.dll")),
}
FOREIGN = {
    "Scripts/Mara/helper.py": b"print('mine')\n",
    "Scripts/ReaTeam Scripts/Various/me2beats_x.lua": b"-- @version 1.0\r\n",
    "Data/toolbar_icons/150/mine.png": b"\x89PNG 150",
    "UserPlugins/reaper_sws.so": b"\x7fELF",
    "ColorThemes/dark.ReaperThemeZip": b"PK",
}


def make_system(folder: Path, system: str) -> Path:
    """Write the resource folder of a system, with things of others in it."""
    folder.mkdir(parents=True)
    if system == "portable":
        make_resources(folder, "windows")
        (folder / "reaper.exe").write_bytes(b"MZ")
    else:
        make_resources(folder, system)
    if system != "new":
        for name, data in FOREIGN.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
    (folder / "reaper.ini").chmod(0o600)
    return folder


def script(name: str, body: str = "") -> str:
    """Return an action as it stands in reaper_scripts."""
    return (
        f"# @description FilmComposer: {name}\n# @version 1.0\n# @author FilmComposer\n"
        f"import sys\n{body}\n"
    )


OLD = {"Cancel": "", "Score": "old", "Spot": "", "Old name": ""}
NEW = {"Cancel": "", "Score": "new", "Render": "", "New name": ""}


def make_checkout(
    folder: Path,
    actions: Mapping[str, str],
    *,
    lib: Sequence[str] = ("__init__", "words"),
    version: str = "1.0",
) -> Path:
    """Write a small ``reaper_scripts`` with these actions (name -> body) and return the folder."""
    scripts = folder / "reaper_scripts"
    write(folder / "filmcomposer_core" / "__init__.py", f'__version__ = "{version}"\n'.encode())
    buttons = []
    for number, (name, body) in enumerate(actions.items()):
        file = f"FilmComposer_{name.replace(' ', '_')}.py"
        icon = f"filmcomposer_{name.lower().replace(' ', '_')}"
        key = f'key = "{"QWERTZUI"[number]}"\n'
        write(scripts / file, script(name, body).encode())
        buttons.append(f'[[button]]\nscript = "{file}"\nicon = "{icon}"\nlabel = "{name}"\n{key}')
        for scale in ("100", "150", "200"):
            write(scripts / "icons" / scale / f"{icon}.png", f"{icon} {scale}".encode())
    for name in lib:
        write(scripts / "lib" / "filmcomposer_reaper" / f"{name}.py", f"# {name}\n".encode())
    write(scripts / "lib" / "__pycache__" / "left.cpython-311.pyc", b"not to be installed")
    write(scripts / "toolbar.toml", "\n".join(buttons).encode())
    return folder


def make_site(folder: Path, *names: str) -> Path:
    """Write a small folder in place of the scripts' packages."""
    for name in names or ("reapy_boost/__init__.py", "reapy_boost/core/item.py", "typing_x.py"):
        write(folder / name, f"# {name}\n".encode())
    return folder


def write(path: Path, data: bytes) -> None:
    """Write a file and the folders it lies in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def choose(system: str) -> Any:
    """Return what decides on the Python of a fabricated system: its keys, always the same."""

    def decide(reaper_ini: bytes, arch: str | None, *, replace: bool) -> PythonChoice:
        keys = (("reascript", "1"), *KEYS[system]) if KEYS[system] else ()
        return PythonChoice(keys=keys, sentence="REAPER will use the Python of this test.")

    return decide


def work_on(root: Path, system: str, checkout: Path, site: Path | None, **changes: Any) -> Work:
    """Return an installation of a small product into a fabricated folder."""
    given: dict[str, Any] = {
        "reaper": Reaper(resources=root, program=None, kind="given", arch="x86_64"),
        "checkout": checkout,
        "python": checkout / ".venv" / "bin" / "python",
        "site": site,
        "choose": choose(system),
        "now": lambda: "20250102-030405",
    }
    return Work(**{**given, **changes})
