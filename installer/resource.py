"""Find REAPER's resource folder: where ``reaper.ini``, the scripts and the toolbars lie."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from installer.binary import architectures
from installer.errors import SetupError
from installer.machine import Machine, describe
from installer.program import find_program, program_arch, program_in

INI = "reaper.ini"
EXPECTED = (
    "Give --reaper the folder that REAPER opens with Options > Show REAPER resource path, "
    "or the folder of a portable REAPER."
)
START_ONCE = "Start REAPER once, close it, and run install.py again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaper:
    """One REAPER to install into.

    Parameters
    ----------
    resources : Path
        The resource folder; it holds ``reaper.ini``.
    program : Path or None
        The program, where it was found.
    kind : str
        ``user`` (the user's own folder), ``portable`` (the program lies in it) or ``given``.
    arch : str or None
        The program's processor: ``x86_64``, ``arm64``, ``x86``, ``armv7``.
    """

    resources: Path
    program: Path | None
    kind: str
    arch: str | None


def find_reaper(
    given: str | None = None,
    *,
    system: str | None = None,
    home: Path | None = None,
    env: Mapping[str, str] | None = None,
    root: Path | None = None,
    cwd: Path | None = None,
    arch: str | None = None,
    registered: Callable[[], Sequence[Path]] | None = None,
) -> tuple[Reaper, ...]:
    """Find the REAPER to install into.

    Parameters
    ----------
    given : str or None
        What the user gave with ``--reaper``: a resource folder, a portable REAPER's folder, the
        program, a macOS app or a ``reaper.ini``. None: look in the user's own folder.
    system, home, env, root, cwd, arch
        This computer, unless given (see `installer.machine.Machine`).
    registered : callable, optional
        Folders that Windows' list of installed programs names.

    Returns
    -------
    tuple of Reaper
        Empty where nothing was given and nothing was found; `why_none` then says so.

    Raises
    ------
    SetupError
        What was given is not a REAPER that was ever started.
    """
    machine = describe(system=system, home=home, env=env, root=root, cwd=cwd, arch=arch)
    look = _Look(machine=machine, registered=registered)
    if given is not None:
        return (_given(_absolute(given, machine), look),)
    folder = user_folder(machine)
    return (_reaper(folder, None, look),) if _has_ini(folder) else ()


def user_folder(machine: Machine) -> Path:
    """Return where REAPER keeps the user's settings unless it is portable."""
    if machine.system == "windows":
        roaming = machine.env.get("APPDATA")
        return (Path(roaming) if roaming else machine.home / "AppData" / "Roaming") / "REAPER"
    if machine.system == "macos":
        return machine.home / "Library" / "Application Support" / "REAPER"
    return machine.home / ".config" / "REAPER"


def why_none(machine: Machine | None = None) -> str:
    """Say in a sentence where REAPER's settings were looked for in vain, and what to do."""
    folder = user_folder(machine or describe())
    return (
        f"REAPER's settings were not found: {folder / INI} is not there. {START_ONCE} "
        "For a portable REAPER name its folder: --reaper PATH."
    )


def require_writable(reaper: Reaper) -> None:
    """Try whether the resource folder takes a new file.

    Raises
    ------
    SetupError
        It does not (read-only, a lost network drive, another user's, full).
    """
    try:
        with tempfile.TemporaryFile(prefix=".filmcomposer-", dir=reaper.resources) as file:
            file.write(b"test")
    except OSError as exc:
        msg = f"Nothing can be written into {reaper.resources} ({exc.strerror or exc})."
        hint = "Make the folder writable for you (a network drive: connect it), then try again."
        raise SetupError(msg, hint) from exc


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    machine: Machine
    registered: Callable[[], Sequence[Path]] | None


def _absolute(given: str, machine: Machine) -> Path:
    text = given.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1].strip()
    text = text.rstrip('"')  # Windows' shell turns "D:\REAPER\" into D:\REAPER"
    if not text or "\0" in text:
        raise SetupError("--reaper was given no path.", EXPECTED)
    if machine.system == "windows":
        # PowerShell leaves %APPDATA% as it is.
        text = re.sub("%([^%]+)%", lambda name: machine.env.get(name[1], name[0]), text)
    if text[0] == "~" and text[1:2] in ("", "/", os.sep):
        text = str(machine.home) + text[1:]
    path = machine.cwd / text
    return path.resolve() if ".." in path.parts else path


def _given(path: Path, look: _Look) -> Reaper:
    _require_there(path)
    system = look.machine.system
    if path.is_dir():
        program = program_in(path, system)
        # An app holds the program, but its portable settings lie beside it.
        folder = path.parent if path.suffix.lower() == ".app" else path
    elif path.name.lower() == INI:
        folder = path.parent
        program = program_in(folder, system)
    else:
        program, folder = path, _program_folder(path)
        if not architectures(path):
            raise SetupError(f"{path} is neither {INI} nor REAPER's program.", EXPECTED)
    if _has_ini(folder):
        return _reaper(folder, program, look)
    if program is None:
        raise SetupError(f"{folder} holds no {INI}, so it is no REAPER folder.", _advice(folder))
    folder = user_folder(look.machine)
    if not _has_ini(folder):
        raise SetupError(f"{program} was never started: {folder / INI} is not there.", START_ONCE)
    return _reaper(folder, program, look)


def _require_there(path: Path) -> None:
    try:
        path.stat()
    except FileNotFoundError as exc:
        raise SetupError(f"There is no {path}.", EXPECTED) from exc
    except OSError as exc:
        raise SetupError(f"{path} cannot be read ({exc.strerror or exc}).", EXPECTED) from exc


def _program_folder(program: Path) -> Path:
    real = program.resolve()
    # In an app the program lies in Contents/MacOS: the folder that holds the app is meant.
    app = next((parent for parent in real.parents if parent.suffix.lower() == ".app"), None)
    return app.parent if app else real.parent


def _advice(folder: Path) -> str:
    above = next((parent for parent in folder.parents if _has_ini(parent)), None)
    if above:
        return f"{above} does: did you mean that one?"
    return f"If this REAPER is new: {START_ONCE[0].lower()}{START_ONCE[1:]} Otherwise: {EXPECTED}"


def _reaper(folder: Path, program: Path | None, look: _Look) -> Reaper:
    machine = look.machine
    beside = program is not None and _program_folder(program) == folder.resolve()
    if not beside and program_in(folder, machine.system):
        beside = True
    kind = "given"
    if beside:
        kind = "portable"
    elif _same(folder, user_folder(machine)):
        kind = "user"
    program = program or program_in(folder, machine.system)
    program = program or find_program(machine, registered=look.registered)
    arch = program_arch(program, machine) if program else None
    return Reaper(resources=folder, program=program, kind=kind, arch=arch)


def _has_ini(folder: Path) -> bool:
    # os.path answers False where pathlib raises: a parent folder that may not be entered.
    return os.path.isfile(folder / INI)


def _same(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)
