"""The product's own environment: ``.venv`` beside ``install.py``, filled from the registry."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from installer.errors import SetupError

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
MARK = VENV / "filmcomposer-installed"
#: Measured on Linux, Python 3.11: what pip fetches, and what it takes on disk.
SIZES = {
    "": "about 185 MB to download, 0.8 GB on disk",
    "model": "about 420 MB to download, 2.6 GB on disk; on Linux torch may bring several GB more",
    "test": "about 520 MB to download, 2.9 GB on disk; on Linux torch may bring several GB more",
}
#: A synthesiser whose wheel asks for a sound-card library that we do not use.
FALLBACK_SYNTH = "tinysoundfont==0.3.7"


def venv_python() -> Path:
    """Return the interpreter inside the environment."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def run(command: Sequence[str], *, what: str) -> None:
    """Run a program, showing a moving line while it works.

    Raises
    ------
    SetupError
        With the program's last lines, when it fails.
    """
    started = time.monotonic()
    with subprocess.Popen(
        command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        lines: list[str] = []
        for line in process.stdout or ():
            lines.append(line.rstrip())
            if sys.stdout.isatty():
                print(f"\r{what}: {lines[-1][:60]:<60}", end="", flush=True)
    if process.returncode:
        print()
        tail = "\n".join(lines[-15:])
        msg = f"{what} failed:\n{tail}\nCheck the connection to the package registry and try again."
        raise SetupError(msg)
    print(f"\r{what}: done in {time.monotonic() - started:.0f} s{'':<50}")


def is_installed(extra: str) -> bool:
    """Whether an installation with this extra, or a wider one, is in place."""
    if not venv_python().exists():
        return False
    found = MARK.read_text(errors="replace").split() if MARK.is_file() else []
    wider = ("model", "test") if not extra else ("test",)
    return any(_wanted(name) in found for name in dict.fromkeys((extra, *wider)))


def install(extra: str) -> None:
    """Install the product and an extra into the environment; nothing to do the second time."""
    if is_installed(extra):
        print("Environment: up to date")
        return
    print(f"Setting up in {VENV} ({SIZES[extra]}).")
    _make()
    python = str(venv_python())
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check", "--no-compile"]
    target = f"{ROOT}[{extra}]" if extra else str(ROOT)
    run([*pip, "--editable", target], what="Packages")
    if extra == "test" or not _has("midirenderer"):
        run([*pip, "--no-deps", FALLBACK_SYNTH], what="Second synthesiser")
    # pip would do it on one core.
    _compile(python)
    # The first import compiles; better here, where a line says so, than in the first cue.
    run([python, "-c", "import librosa.onset"], what="Compiling the onset detector")
    marks = MARK.read_text(errors="replace").split() if MARK.is_file() else []
    MARK.write_text("\n".join([*marks[-4:], _wanted(extra)]))


def _compile(python: str) -> None:
    """Compile the packages on all cores; what cannot be is some package's template."""
    find = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    folder = subprocess.run(find, capture_output=True, text=True, check=True).stdout.strip()
    subprocess.run(
        [python, "-m", "compileall", "-q", "-j", "0", folder], capture_output=True, check=False
    )


def _make() -> None:
    """Create ``.venv`` unless a working one is there."""
    if venv_python().exists() and (MARK.is_file() or _has("pip")):
        return
    shutil.rmtree(VENV, ignore_errors=True)
    try:
        run([sys.executable, "-m", "venv", str(VENV)], what="Environment")
    except SetupError as exc:
        shutil.rmtree(VENV, ignore_errors=True)
        raise SetupError(exc.message, "On Debian or Ubuntu: apt install python3-venv.") from exc
    except KeyboardInterrupt:
        shutil.rmtree(VENV, ignore_errors=True)  # half of one would pass for a whole one
        raise


def _wanted(extra: str) -> str:
    """Return what identifies an installation: project file, extra, interpreter, folder."""
    # The folder too: an environment that was moved with it still looks for the old place.
    words = "\n".join((extra, sys.version, str(ROOT))).encode("utf-8", "surrogateescape")
    return hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + words).hexdigest()


def _has(module: str) -> bool:
    """Whether the environment can import a module.

    A set-up that was killed may lack pip; the first synthesiser has no wheel for some machines.
    """
    command = [str(venv_python()), "-c", f"import {module}"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
