"""Say how to get a shared Python library where a computer has none."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Mapping

from installer.machine import describe

WINDOWS_INSTALLERS = {"x86_64": "64-bit", "x86": "32-bit", "arm64": "ARM64"}
OLDEST_MINOR = 11
AGAIN = "Then run install.py again."


def how_to_get(
    arch: str | None = None,
    *,
    system: str | None = None,
    release: Mapping[str, str] | None = None,
    version: tuple[int, int] | None = None,
) -> str:
    """Return a sentence on getting a Python library that REAPER can use.

    Parameters
    ----------
    arch : str or None
        REAPER's processor; None: this computer's.
    system : str or None
        ``windows``, ``macos`` or ``linux``; None: this computer's.
    release : Mapping, optional
        The entries of Linux' ``os-release``.
    version : tuple of int, optional
        The Python of the distribution, unless given that of ``/usr/bin/python3``.
    """
    machine = describe(system=system)
    arch = arch or machine.arch
    if machine.system == "windows":
        kind = WINDOWS_INSTALLERS.get(arch, "64-bit")
        return (
            f"Install Python from https://www.python.org/downloads/windows/ ({kind} installer; "
            f"the Microsoft Store's Python does not work in REAPER). {AGAIN}"
        )
    if machine.system == "macos":
        return f"Install Python from https://www.python.org/downloads/macos/. {AGAIN}"
    release = _release() if release is None else release
    names = f"{release.get('ID', '')} {release.get('ID_LIKE', '')}".split()
    minor = (version or _packaged())[1]
    foreign = ":i386" if arch == "x86" and machine.arch == "x86_64" else ""
    commands = {
        "debian": f"sudo apt install libpython3.{minor}{foreign}",
        "ubuntu": f"sudo apt install libpython3.{minor}{foreign}",
        "fedora": "sudo dnf install python3-libs",
        "rhel": f"sudo dnf install python3.{minor}-libs",
        "arch": "sudo pacman -S python",
        "suse": f"sudo zypper install libpython3_{minor}-1_0",
        "opensuse": f"sudo zypper install libpython3_{minor}-1_0",
    }
    command = next((commands[name] for name in names if name in commands), None)
    if command:
        return f"Install Python's shared library: {command}. {AGAIN}"
    return (
        "Install your distribution's shared Python library "
        f"(libpython3.{minor}.so.1.0 or newer). {AGAIN}"
    )


def _packaged() -> tuple[int, int]:
    """Return the version of the distribution's own Python, else of the running one."""
    target = re.search(r"python3\.(\d+)$", os.path.realpath("/usr/bin/python3"))
    if target and int(target[1]) >= OLDEST_MINOR:
        return 3, int(target[1])
    return sys.version_info[:2]


def _release() -> Mapping[str, str]:
    try:
        return platform.freedesktop_os_release()
    except OSError:
        return {}
