"""Find REAPER's program where its installers put it, and tell its processor."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from installer.binary import architectures
from installer.machine import Machine

UNINSTALL = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
PROGRAM_FILES = ("ProgramW6432", "ProgramFiles", "ProgramFiles(x86)")
LINUX_FOLDERS = ("opt/REAPER", "usr/local/REAPER", "usr/lib/REAPER", "usr/local/bin", "usr/bin")


def program_in(folder: Path, system: str) -> Path | None:
    """Return REAPER's program if it lies directly in a folder (on macOS: in its app)."""
    if system == "macos":
        apps = [folder] if folder.suffix.lower() == ".app" else sorted(folder.glob("REAPER*.app"))
        files = [app / "Contents" / "MacOS" / "REAPER" for app in apps]
    else:
        files = [folder / ("reaper.exe" if system == "windows" else "reaper")]
    # A shell script of that name is a starter: it has no architecture, and the look-up goes on.
    return next((file for file in files if architectures(file)), None)


def find_program(
    machine: Machine, *, registered: Callable[[], Sequence[Path]] | None = None
) -> Path | None:
    """Return the REAPER program of this computer, preferring its own processor's.

    Parameters
    ----------
    machine : Machine
        Where to look.
    registered : callable, optional
        Folders that Windows' list of installed programs names.
    """
    look = registered or registered_folders
    found = [
        program
        for folder in dict.fromkeys(_usual_folders(machine, look))
        if (program := program_in(folder, machine.system))
    ]
    native = [program for program in found if program_arch(program, machine) == machine.arch]
    return next(iter([*native, *found]), None)


def program_arch(program: Path, machine: Machine) -> str | None:
    """Return the processor that a program runs as here; of several, this computer's own."""
    built = architectures(program)
    return machine.arch if machine.arch in built else min(built, default=None)


def _usual_folders(machine: Machine, registered: Callable[[], Sequence[Path]]) -> Iterator[Path]:
    if machine.system == "windows":
        for name in PROGRAM_FILES:
            if machine.env.get(name):
                # "REAPER", "REAPER (x64)", "REAPER (arm64)".
                yield from sorted(Path(machine.env[name]).glob("REAPER*"), reverse=True)
        yield from registered()
    elif machine.system == "macos":
        yield machine.root / "Applications"
        yield machine.home / "Applications"
    else:
        yield machine.home / "opt" / "REAPER"
        yield from (machine.root / folder for folder in LINUX_FOLDERS)
        started = shutil.which("reaper", path=machine.env.get("PATH", ""))
        if started:
            yield Path(os.path.realpath(started)).parent


def registered_folders() -> tuple[Path, ...]:
    """Return the folders that Windows' list of installed programs names for REAPER."""
    folders: list[Path] = []
    if sys.platform == "win32":
        import winreg

        views = (winreg.KEY_WOW64_64KEY, winreg.KEY_WOW64_32KEY)
        for hive in (winreg.HKEY_LOCAL_MACHINE, winreg.HKEY_CURRENT_USER):
            for view in views:
                folders += _installed(hive, view)
    return tuple(folders)


if sys.platform == "win32":

    def _installed(hive: int, view: int) -> list[Path]:
        import winreg

        access = winreg.KEY_READ | view
        folders: list[Path] = []
        with suppress(OSError), winreg.OpenKey(hive, UNINSTALL, 0, access) as programs:
            names = [winreg.EnumKey(programs, at) for at in range(winreg.QueryInfoKey(programs)[0])]
            for name in names:
                if not name.upper().startswith("REAPER"):
                    continue
                with suppress(OSError), winreg.OpenKey(programs, name, 0, access) as entry:
                    # Its uninstaller lies beside the program.
                    command = str(winreg.QueryValueEx(entry, "UninstallString")[0])
                    folders.append(Path(command.strip('"')).parent)
        return folders
