#!/usr/bin/env python3
"""Set FilmComposer up in ``.venv`` beside this file. Needs only Python 3.11 and its registry.

::

    python3 install.py            set up
    python3 install.py --demo     set up, then score the example clip
    python3 install.py --test     set up with the test tools, then run every test
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
MARK = VENV / "filmcomposer-installed"
EXAMPLE = ROOT / "examples" / "big_buck_bunny_opening.mp4"
DEMO = ROOT / "demo_cue"
OLDEST = (3, 11)
#: Measured on Linux, Python 3.11: what pip fetches, and what it takes on disk.
SIZES = {
    "": "about 185 MB to download, 0.8 GB on disk",
    "test": "about 235 MB to download, 1.0 GB on disk",
}
#: A synthesiser whose wheel asks for a sound-card library that we do not use.
FALLBACK_SYNTH = "tinysoundfont==0.3.7"


class SetupError(Exception):
    """Something the user has to mend; the message says how."""


def venv_python() -> Path:
    """Return the interpreter inside the environment."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def check_python() -> None:
    """Refuse an interpreter that is too old."""
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:3]))
        msg = f"Python {found} is too old. Install Python 3.11 or newer and run this again."
        raise SetupError(msg)


def run(command: list[str], *, what: str, quiet: bool = True) -> None:
    """Run a program, showing a moving line while it works; SetupError tells why it failed."""
    if not quiet:
        code = subprocess.call(command, cwd=ROOT)
        if code:
            raise SystemExit(code)
        return
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


def make_environment() -> None:
    """Create ``.venv`` unless a working one is there."""
    if venv_python().exists():
        return
    shutil.rmtree(VENV, ignore_errors=True)
    try:
        run([sys.executable, "-m", "venv", str(VENV)], what="Environment")
    except SetupError as exc:
        shutil.rmtree(VENV, ignore_errors=True)
        hint = "On Debian or Ubuntu: apt install python3-venv."
        raise SetupError(f"{exc}\n{hint}") from exc


def wanted(extra: str) -> str:
    """Return what identifies an installation: the project file, the extra and the interpreter."""
    text = (ROOT / "pyproject.toml").read_bytes() + extra.encode() + sys.version.encode()
    return hashlib.sha256(text).hexdigest()


def installed(extra: str) -> bool:
    """Whether an installation with this extra, or a wider one, is in place."""
    found = MARK.read_text().split() if MARK.is_file() else []
    return any(wanted(name) in found for name in dict.fromkeys((extra, "test")))


def install(extra: str) -> None:
    """Install the product and an extra into the environment; nothing to do the second time."""
    if venv_python().exists() and installed(extra):
        print("Environment: up to date")
        return
    print(f"Setting up in {VENV} ({SIZES[extra]}).")
    make_environment()
    pip = [str(venv_python()), "-m", "pip", "install", "--disable-pip-version-check"]
    target = f"{ROOT}[{extra}]" if extra else str(ROOT)
    run([*pip, "--editable", target], what="Packages")
    if extra == "test" or not has_synth():
        run([*pip, "--no-deps", FALLBACK_SYNTH], what="Second synthesiser")
    # The first import compiles; better here, where a line says so, than in the first cue.
    run([str(venv_python()), "-c", "import librosa.onset"], what="Compiling the onset detector")
    marks = MARK.read_text().split() if MARK.is_file() else []
    MARK.write_text("\n".join([*marks[-4:], wanted(extra)]))


def has_synth() -> bool:
    """Whether the first synthesiser's wheel exists for this machine."""
    command = [str(venv_python()), "-c", "import midirenderer"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def main() -> int:
    """Do what the command line asks and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--demo", action="store_true", help="then score the example clip")
    choice.add_argument("--test", action="store_true", help="with the test tools, then run them")
    arguments, rest = parser.parse_known_args()
    if rest and not arguments.test:
        parser.error(f"unknown arguments: {' '.join(rest)}")
    try:
        check_python()
        install("test" if arguments.test else "")
        python = str(venv_python())
        if arguments.test:
            run([python, "-m", "pytest", *rest], what="Tests", quiet=False)
        elif arguments.demo:
            command = [python, "-m", "filmcomposer_core", "score", str(EXAMPLE), "--out", str(DEMO)]
            run(command, what="Demo", quiet=False)
        else:
            print(f"Ready. Score a clip with: {python} -m filmcomposer_core score CLIP --out DIR")
    except SetupError as exc:
        print(f"install.py: {exc}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
