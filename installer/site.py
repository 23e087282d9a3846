"""The scripts' own packages: pinned reapy, and the part of FilmComposer that runs inside REAPER.

They stand in ``reaper_scripts/reapy_site/`` (not in git) and are copied into REAPER from there, so
that scripts run from the checkout as well. REAPER never sees ``.venv``.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

from installer.errors import SetupError

#: Versions and hashes for pip.
PINS = Path(__file__).with_name("reapy_site.txt")
#: Ours, standard library only; ``bridge/`` is left out of the copies' paths.
ZONE = (
    "filmcomposer_core/__init__.py",
    "filmcomposer_core/errors.py",
    "filmcomposer_core/timecode.py",
    "filmcomposer_core/timeline.py",
    "filmcomposer_core/contracts/__init__.py",
    "filmcomposer_core/contracts/_check.py",
    "filmcomposer_core/contracts/closing.py",
    "filmcomposer_core/contracts/hit_rule.py",
    "filmcomposer_core/contracts/observed.py",
    "filmcomposer_core/contracts/session.py",
    "filmcomposer_core/contracts/sounds.py",
    "filmcomposer_core/contracts/spots.py",
    "filmcomposer_core/contracts/tempo.py",
    "bridge/filmcomposer_bridge/__init__.py",
    "bridge/filmcomposer_bridge/protocol.py",
    "bridge/filmcomposer_bridge/launch.py",
    "bridge/filmcomposer_bridge/state.py",
    "bridge/filmcomposer_bridge/answer.py",
)
SITE = "reaper_scripts/reapy_site"
_MARK = ".filmcomposer-site"
_COMPILED = (".so", ".pyd", ".dll", ".dylib")
#: Left by reapy-boost's author in the wheel (40 MB), by pip, or untrue once those are gone.
_SURPLUS = (".mypy_cache", "__pycache__", "bin", "RECORD", "REQUESTED", "INSTALLER")


def is_current(checkout: Path, pins: Path = PINS) -> bool:
    """Whether the folder in the checkout is whole and made from these pins and this source."""
    folder = checkout / SITE
    try:
        mark = json.loads((folder / _MARK).read_text("utf-8"))
        return bool(
            mark
            == {
                "wanted": _wanted(checkout, pins),
                "found": _hash_of(site_files(folder)),
            }
        )
    except (OSError, ValueError):
        return False


def build_site(python: Path, checkout: Path, pins: Path = PINS) -> bool:
    """Make ``reaper_scripts/reapy_site``; return whether there was anything to do.

    It is built aside and renamed, so it is never half there.

    Parameters
    ----------
    python : Path
        The environment's interpreter, whose pip fetches the packages.
    checkout : Path
        The folder that holds ``install.py``.
    pins : Path
        Versions and hashes, as a requirements file.

    Raises
    ------
    SetupError
        When pip cannot fetch the packages, or one of them is not pure Python.
    """
    if is_current(checkout, pins):
        return False
    aside = checkout / "build" / f"reapy_site-{os.getpid()}"
    try:
        for left in aside.parent.glob("reapy_site-*"):  # of a run that was killed
            shutil.rmtree(left)
        _fetch(python, aside, pins)
        _prune(aside)
        _refuse_compiled(aside)
        for name in ZONE:
            place = aside / name.removeprefix("bridge/")
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(checkout / name, place)
        mark = {"wanted": _wanted(checkout, pins), "found": _hash_of(site_files(aside))}
        (aside / _MARK).write_text(json.dumps(mark), encoding="utf-8")
        _put(aside, checkout / SITE)
    except OSError as exc:
        msg = f"{exc.filename or checkout / SITE} could not be written: {exc.strerror}."
        raise SetupError(msg, "Mend that and run this again.") from exc
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        with contextlib.suppress(OSError):
            aside.parent.rmdir()
    return True


def site_files(folder: Path) -> dict[str, bytes]:
    """Return what goes into REAPER, by path relative to the folder with ``/``."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != _MARK and "__pycache__" not in name.split("/"):
            found[name] = path.read_bytes()
    return found


def _fetch(python: Path, folder: Path, pins: Path) -> None:
    folder.mkdir(parents=True)
    command = [str(python), "-m", "pip", "install", "--target", str(folder), "--no-deps"]
    command += ["--no-compile", "--only-binary", ":all:", "--require-hashes", "--no-input"]
    command += ["--disable-pip-version-check", "--quiet", "--requirement", str(pins)]
    # A user-wide setting of pip's that does not go with --target.
    environment = {**os.environ, "PIP_USER": "0"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        reason = (lines or done.stderr.splitlines() or ["pip gave no reason"])[-1].strip()
        msg = f"reapy could not be fetched from the package registry: {reason}"
        raise SetupError(msg, "Check the connection and run this again; REAPER was not touched.")


def _prune(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.name in _SURPLUS:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _refuse_compiled(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if set(path.suffixes) & set(_COMPILED):
            msg = f"{path.name} of the scripts' packages is compiled; REAPER must not load it."
            raise SetupError(msg, "This is a fault in FilmComposer; please report it.")


def _put(aside: Path, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.exists():
        old = aside.with_name(f"{aside.name}-old")
        folder.replace(old)
        shutil.rmtree(old)
    aside.replace(folder)


def _wanted(checkout: Path, pins: Path) -> str:
    parts = [pins.read_bytes(), *((checkout / name).read_bytes() for name in ZONE)]
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def _hash_of(files: dict[str, bytes]) -> str:
    lines = (f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items())
    return hashlib.sha256("".join(lines).encode()).hexdigest()
