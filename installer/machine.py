"""Which computer this is: all that the look-ups need to know, so that tests can make one up."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from installer.binary import architectures

SYSTEMS = {"Windows": "windows", "Darwin": "macos"}
PROCESSORS = {
    "x86_64": "x86_64",
    "amd64": "x86_64",
    "arm64": "arm64",
    "aarch64": "arm64",
    "i386": "x86",
    "i686": "x86",
    "x86": "x86",
    "armv7l": "armv7",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Where to look.

    Parameters
    ----------
    system : str
        ``windows``, ``macos`` or ``linux`` (any other Unix is treated as Linux).
    home : Path
        The user's home folder.
    env : Mapping
        The environment variables.
    root : Path
        What the usual places (``opt``, ``usr/lib``, ``Applications``) lie in: ``/``.
    cwd : Path
        What relative paths start from.
    arch : str
        This computer's processor.
    """

    system: str
    home: Path
    env: Mapping[str, str]
    root: Path
    cwd: Path
    arch: str


def describe(
    *,
    system: str | None = None,
    home: Path | None = None,
    env: Mapping[str, str] | None = None,
    root: Path | None = None,
    cwd: Path | None = None,
    arch: str | None = None,
) -> Machine:
    """Return this computer, but for what is given."""
    return Machine(
        system=SYSTEMS.get(platform.system(), "linux") if system is None else system,
        home=Path.home() if home is None else home,
        env=os.environ if env is None else env,
        root=Path(os.path.abspath(os.sep)) if root is None else root,
        cwd=Path.cwd() if cwd is None else cwd,
        arch=native_arch() if arch is None else arch,
    )


def native_arch() -> str:
    """Return this computer's processor: ``x86_64``, ``arm64``, ``x86``, ``armv7`` or another."""
    # A translated Python is told x86_64, yet REAPER need not be translated: macOS still names the
    # processor in its kernel's version, Windows (for a 32-bit Python) in a variable.
    if platform.system() == "Darwin" and "ARM64" in platform.version():
        return "arm64"
    name = os.environ.get("PROCESSOR_ARCHITEW6432") or platform.machine()
    return PROCESSORS.get(name.lower(), name.lower())


def process_arch() -> str:
    """Return the processor that this very interpreter was built for: what it can load."""
    built = architectures(Path(sys.executable))
    if len(built) == 1:
        return next(iter(built))
    return PROCESSORS.get(platform.machine().lower(), platform.machine().lower())
