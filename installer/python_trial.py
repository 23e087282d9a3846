"""Try whether a Python library starts inside a program that is not Python, as it does in REAPER.

A library that fails there ends REAPER: Python's start calls exit(). Two that look sound do so,
both measured: one of uv or another relocated build (it looks for its modules in ``/install``), and
one of pyenv beside a system Python of the same minor version (it finds the other's modules by way
of ``python3`` on the search path, and lacks those that the other has built in).

How it is tried. Loading a second Python into a running one is unsound where symbols are looked up
process-wide (Linux, and extension modules on macOS): its modules would call the first one's
functions. On Linux with the GNU C library ``dlmopen`` gives it a name space of its own with its own
C library, so there it is started for real, in a child process, with the search path of a desktop
session and with the present one. Elsewhere the child only loads it and asks its version, which
starts nothing, and its modules are looked for on the disk where Python would look.
"""

from __future__ import annotations

import json
import mmap
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from installer.binary import architectures
from installer.machine import process_arch
from installer.python_places import read_name

LIMIT_S = 60.0
#: What a program started from the desktop is sure to have on its search path.
DESKTOP_PATH = "/usr/local/bin:/usr/bin:/bin"
#: From this version on, Python looks for its modules beside its library.
LOOKS_BESIDE = (3, 14)
#: Belonging to the interpreter or environment that runs us, not to REAPER.
OURS = ("PYTHON", "LD_LIBRARY_PATH", "LD_PRELOAD", "DYLD_", "VIRTUAL_ENV", "CONDA_", "__PYVENV")

INSIDE = """
import ctypes, http.client, json, socket, subprocess, sys
print(json.dumps([sys.version.split()[0], sys.prefix]), flush=True)
"""
#: dlmopen(LM_ID_NEWLM = -1, file, RTLD_NOW = 2). What dlmopen refuses says nothing about dlopen.
START = """
import os, sys
try:
    import ctypes
    system = ctypes.CDLL(None)
    system.dlmopen
except (ImportError, AttributeError):
    os._exit(75)
system.dlmopen.restype = ctypes.c_void_p
system.dlmopen.argtypes = [ctypes.c_long, ctypes.c_char_p, ctypes.c_int]
handle = system.dlmopen(-1, os.fsencode(sys.argv[1]), 2)
if not handle:
    os._exit(75)
library = ctypes.CDLL(sys.argv[1], handle=handle)
library.Py_InitializeEx(0)
os._exit(3 if library.PyRun_SimpleString(sys.argv[2].encode()) else 0)
"""
ASK = """
import os, sys
try:
    import ctypes
except ImportError:
    os._exit(75)
ask = ctypes.CDLL(sys.argv[1]).Py_GetVersion
ask.restype = ctypes.c_char_p
print(ask().decode())
"""
UNDECIDED = 75
FINAL = re.compile(r"(\d)\.(\d+)\.\d+\+?")
ANY_VERSION = re.compile(r"(\d)\.(\d+)")


def why_unusable(path: Path, *, env: Mapping[str, str] | None = None) -> str:
    """Return why a Python library would fail inside REAPER; nothing where it would not.

    Parameters
    ----------
    path : Path
        A shared Python library; its name tells the version.
    env : Mapping, optional
        The environment variables that REAPER would have, the present ones unless given.
    """
    env = _scrubbed(os.environ if env is None else env)
    if process_arch() not in architectures(path):
        return _why_no_modules(path)  # this process could not load it either way
    if os.name != "posix":
        return _why_not_loaded(path, env) or _why_no_modules(path)
    for search in dict.fromkeys((DESKTOP_PATH, env.get("PATH", DESKTOP_PATH))):
        done = _child(START, [str(path), INSIDE], {**env, "PATH": search})
        if isinstance(done, str):
            return done
        if done.returncode == UNDECIDED or done.returncode < 0:
            # There is no dlmopen, or a crash that may come from the name space.
            return _why_not_loaded(path, env) or _why_no_modules(path)
        if done.returncode:
            return f"started inside another program it fails: {_last_error(done.stderr)}"
        if reason := _why_not_final(json.loads(done.stdout.splitlines()[-1])[0]):
            return reason
    return ""


def library_version(path: Path) -> tuple[int, int] | None:
    """Ask a library for its Python version; None where it is none or cannot be loaded here."""
    if process_arch() not in architectures(path):
        return None
    done = _child(ASK, [str(path)], _scrubbed(os.environ))
    found = None if isinstance(done, str) else ANY_VERSION.match(done.stdout)
    return (int(found[1]), int(found[2])) if found else None


def _why_not_loaded(path: Path, env: Mapping[str, str]) -> str:
    done = _child(ASK, [str(path)], env)
    if isinstance(done, str):
        return done
    if done.returncode == UNDECIDED:
        return ""  # the running Python has no ctypes to try it with
    if done.returncode:
        return f"it cannot be loaded: {_last_error(done.stderr)}"
    return _why_not_final(done.stdout.split()[0])


def _why_not_final(version: str) -> str:
    return "" if FINAL.fullmatch(version) else f"it is an unfinished version ({version})"


def _why_no_modules(path: Path) -> str:
    named = read_name(path) or read_name(path.resolve())
    if named is None:
        return "its name does not tell its version"
    real = path.resolve()
    if path.suffix.lower() == ".dll":
        there = os.path.isfile(path.parent / "Lib" / "os.py")
        return "" if there else "Python's modules (Lib) are not beside it"
    name = f"python{named.version[0]}.{named.version[1]}"
    homes = (
        home
        for home in (*path.parents, *real.parents)
        if any(os.path.isfile(home / lib / name / "os.py") for lib in ("lib", "lib64"))
    )
    home = next(homes, None)
    if home is None:
        return f"Python's modules (lib/{name}) are not near it"
    beside = named.version >= LOOKS_BESIDE or ".framework" in str(real)
    if beside or _built_for(real, home):
        return ""
    return f"it was built to look for its modules elsewhere than in {home}"


def _built_for(path: Path, home: Path) -> bool:
    """Whether a library holds a folder's name as a string: its built-in place."""
    wanted = {b"\0" + os.fsencode(one) + b"\0" for one in (home, home.resolve())}
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return any(data.find(text) >= 0 for text in wanted)
    except (OSError, ValueError):
        return False


def _child(
    source: str, arguments: list[str], env: Mapping[str, str]
) -> subprocess.CompletedProcess[str] | str:
    try:
        return subprocess.run(
            [sys.executable, "-I", "-S", "-c", source, *arguments],
            capture_output=True,
            check=False,
            cwd=tempfile.gettempdir(),
            encoding="utf-8",
            env=env,
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=LIMIT_S,
        )
    except subprocess.TimeoutExpired:
        return f"it did not start within {LIMIT_S:.0f} s"
    except (OSError, ValueError) as exc:
        return f"it could not be tried ({exc})"


def _scrubbed(env: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in env.items() if not name.startswith(OURS)}
    own = {
        os.path.join(env[name], "bin") for name in ("VIRTUAL_ENV", "CONDA_PREFIX") if name in env
    }
    if own and "PATH" in kept:
        folders = kept["PATH"].split(os.pathsep)
        kept["PATH"] = os.pathsep.join(folder for folder in folders if folder not in own)
    return kept


def _last_error(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if re.match(r"\w+(Error|: )|Fatal", line)]
    return lines[-1] if lines else "no reason given"
