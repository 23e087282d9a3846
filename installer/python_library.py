"""Choose the Python that REAPER runs scripts with, and judge the one it has."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from installer.binary import architectures
from installer.ini import get
from installer.machine import Machine, describe, process_arch
from installer.python_places import (
    RUNNING,
    STORE,
    Candidate,
    candidates,
    managed_places,
    read_name,
    system_places,
)
from installer.python_trial import library_version, why_unusable

#: What our scripts need inside REAPER.
OLDEST = (3, 11)
SECTION = "REAPER"
NARROW = ("x86", "armv7")
STORE_REASON = "Windows lets no other program load the Microsoft Store's Python"


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """A shared Python library.

    Parameters
    ----------
    folder : Path
        Where it lies.
    file : str
        Its file name.
    version : tuple of int or None
        Major and minor; None where neither its name nor itself tells.
    arch : str
        The processor it is used for.
    """

    folder: Path
    file: str
    version: tuple[int, int] | None
    arch: str

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / self.file

    def keys(self) -> tuple[tuple[str, str], ...]:
        """Return the entries of ``reaper.ini``, section ``REAPER``, that make REAPER use it."""
        path_key, file_key = _keys(self.arch)
        # pathlib writes no trailing slash, which REAPER on Windows does not bear.
        return (("reascript", "1"), (path_key, str(self.folder)), (file_key, self.file))


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a ``reaper.ini`` says about Python.

    Parameters
    ----------
    state : str
        ``working``; ``too_old`` (it works, but not for our scripts: keep it unless the user says
        otherwise); ``missing`` (no such file, or no Python library); ``wrong_arch``; ``unset``
        (none is named, or Python is switched off).
    library : Library or None
        What it names, if that is a Python library of the right processor.
    sentence : str
        The same for the user.
    """

    state: str
    library: Library | None
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What was found on a computer.

    Parameters
    ----------
    library : Library or None
        The library to use.
    notes : tuple of str
        A sentence for each that was passed over.
    """

    library: Library | None
    notes: tuple[str, ...]


def working_setting(
    data: bytes,
    arch: str | None = None,
    *,
    system: str | None = None,
    home: Path | None = None,
    env: Mapping[str, str] | None = None,
    root: Path | None = None,
    trial: Callable[[Path], str] = why_unusable,
) -> Setting:
    """Judge the Python that a ``reaper.ini`` names.

    Parameters
    ----------
    data : bytes
        The file.
    arch : str or None
        REAPER's processor; None: this computer's.
    system, home, env, root
        This computer, unless given (see `installer.machine.Machine`).
    trial : callable, optional
        Says why a library would fail inside REAPER, or nothing: the user's own choice is kept
        even so, but the sentence tells.
    """
    machine = describe(system=system, home=home, env=env, root=root)
    arch = arch or machine.arch
    path_key, file_key = _keys(arch)
    folder, file = (_value(data, key) for key in (path_key, file_key))
    if not folder and not file:
        return Setting(state="unset", library=None, sentence="REAPER has no Python set.")
    named = f"{file or 'a Python library'} in {folder}" if folder else file
    path = _named_library(folder, file, machine)
    if path is None:
        return _no(f"REAPER's Python is set to {named}, which is not there.")
    built = architectures(path)
    if not built:
        return _no(f"REAPER's Python is set to {path}, which is not a shared library.")
    if arch not in built:
        says = (
            f"REAPER's Python is set to {path}, which is for {_listed(built)}, REAPER for {arch}."
        )
        return Setting(state="wrong_arch", library=None, sentence=says)
    version = _version(path)
    if version is None and process_arch() in built:  # it could be asked, and did not answer
        return _no(f"REAPER's Python is set to {path}, which is not a Python library.")
    library = Library(folder=path.parent, file=path.name, version=version, arch=arch)
    setting = _judged(library, enabled=_value(data, "reascript") not in ("", "0"))
    reason = trial(path) if setting.state == "working" else ""
    if reason:
        says = f"{setting.sentence} A trial failed: {reason}; --replace-python sets another."
        return replace(setting, sentence=says)
    return setting


def search_library(
    arch: str | None = None,
    *,
    system: str | None = None,
    home: Path | None = None,
    env: Mapping[str, str] | None = None,
    root: Path | None = None,
    config: Mapping[str, object] | None = None,
    base: Path | None = None,
    registered: Callable[[], Sequence[Path]] | None = None,
    trial: Callable[[Path], str] = why_unusable,
) -> Search:
    """Look for a shared Python library that REAPER can start.

    The running interpreter's own comes first; then the newest that the system or an installer put
    there; then those of pyenv, uv and conda.

    Parameters
    ----------
    arch : str or None
        REAPER's processor; None: this computer's.
    system, home, env, root
        This computer, unless given (see `installer.machine.Machine`).
    config : Mapping, optional
        The running interpreter's build variables.
    base : Path, optional
        The running interpreter's folder.
    registered : callable, optional
        Folders of Pythons that Windows' registry names.
    trial : callable, optional
        Says why a library would fail inside REAPER, or nothing.
    """
    machine = describe(system=system, home=home, env=env, root=root)
    arch = arch or machine.arch
    base = Path(sys.base_prefix) if base is None else base
    found = candidates(machine, config=config, base=base, registered=registered)
    notes = _static(found, base)
    for candidate in found:
        if candidate.named.version < OLDEST:
            continue
        reason = _why_not(candidate, arch) or trial(candidate.path)
        if not reason:
            path, version = candidate.path, candidate.named.version
            library = Library(folder=path.parent, file=path.name, version=version, arch=arch)
            return Search(library=library, notes=tuple(notes))
        notes.append(f"{candidate.path} was passed over: {reason}.")
    old = {one.named.version for one in found if one.named.version < OLDEST}
    if old:
        listed = ", ".join(map(_dotted, sorted(old)))
        notes.append(f"Too old for the actions, which need {_dotted(OLDEST)}: Python {listed}.")
    return Search(library=None, notes=tuple(notes))


def _why_not(candidate: Candidate, arch: str) -> str:
    named, path = candidate.named, candidate.path
    if not named.plain:
        return "it is a free-threaded or debug build"
    built = architectures(path)
    if arch not in built:
        return f"it is for {_listed(built) or 'no processor'}, REAPER for {arch}"
    if STORE in str(path).lower():
        return STORE_REASON
    return ""


def _static(found: Sequence[Candidate], base: Path) -> list[str]:
    """Say so where the running interpreter has no shared library: it is built into the program."""
    if any(candidate.tier == RUNNING for candidate in found):
        return []
    if STORE in str(base).lower():
        return [f"The Python in {base} was passed over: {STORE_REASON}."]
    return [f"The Python in {base} has no shared library, which REAPER needs."]


def _judged(library: Library, *, enabled: bool) -> Setting:
    told = str(library.path)
    if library.version:
        told += f" (Python {_dotted(library.version)})"
    if (library.version or OLDEST) < OLDEST:
        says = f"REAPER uses {told}; FilmComposer's actions need {_dotted(OLDEST)} or newer."
        return Setting(state="too_old", library=library, sentence=says)
    if not enabled:
        says = f"REAPER's Python is set to {told} but switched off."
        return Setting(state="unset", library=library, sentence=says)
    return Setting(state="working", library=library, sentence=f"REAPER uses {told}.")


def _named_library(folder: str, file: str, machine: Machine) -> Path | None:
    if folder and file:
        path = Path(folder) / file
        return path if os.path.isfile(path) else None
    if file:  # a bare name: the system's loader looks for it
        places = (*system_places(machine), *managed_places(machine))
        windows = Path(machine.env.get("SYSTEMROOT", r"C:\Windows"), "System32") / file
        found = [path for path in (*places, windows) if path.name == file]
        return next((path for path in found if os.path.isfile(path)), None)
    # A bare folder: REAPER takes the Python library in it.
    found = [path for path in Path(folder).glob("*") if "ython" in path.name.lower()]
    named = [(one.version, path) for path in found if (one := read_name(path))]
    return max(named)[1] if named else None


def _version(path: Path) -> tuple[int, int] | None:
    named = read_name(path) or read_name(path.resolve())
    return named.version if named else library_version(path)


def _value(data: bytes, key: str) -> str:
    # Windows' own ini functions read a quoted value without its quotes.
    return (get(data, SECTION, key) or "").strip().strip('"')


def _keys(arch: str) -> tuple[str, str]:
    bits = "32" if arch in NARROW else "64"
    return f"pythonlibpath{bits}", f"pythonlibdll{bits}"


def _no(sentence: str) -> Setting:
    return Setting(state="missing", library=None, sentence=sentence)


def _listed(built: frozenset[str]) -> str:
    return " and ".join(sorted(built))


def _dotted(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"
