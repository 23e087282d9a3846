"""Make an environment in which audiocraft 1.3.0 runs beside today's torch, by one command.

    python tools/audiocraft_env.py FOLDER

audiocraft pins torch 2.1 and numpy 1, and asks for packages that no longer fit (torchtext, old
xformers and torchvision) or that it does not need to make music (gradio, demucs). It runs without
them. So it is installed without its list of requirements, then what it imports, by the pins below.
What it wants of xformers are four names, two of them plain torch; a small module of ours stands in.
torchaudio's last release was built for another torch: its compiled part is taken out, the rest is
Python.

FilmComposer itself needs none of this; see FILMCOMPOSER_AUDIOCRAFT in the README.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
import venv
from pathlib import Path
from typing import Final

#: A CUDA build on Linux, a build for the processor elsewhere.
TORCH: Final = "torch==2.13.0"
#: Installed without their requirements.
ALONE: Final = ("audiocraft==1.3.0", "torchaudio==2.11.0")
#: What they import.
OTHERS: Final = (
    "av==18.1.0", "einops==0.8.2", "flashy==0.0.2", "hydra-core==1.3.2", "hydra-colorlog==1.2.0",
    "julius==0.2.8", "librosa==0.11.0", "num2words==0.5.14", "numpy==2.4.6", "safetensors==0.8.0",
    "sentencepiece==0.2.3", "soundfile==0.14.0", "spacy==3.8.18", "torchmetrics==1.9.0",
    "transformers==5.23.0",
)  # fmt: skip
_COMPILED: Final = ("*.so", "*.pyd", "*.dll", "*.dylib")
XFORMERS: Final = '''"""Stands in for xformers where audiocraft imports it; made by FilmComposer."""

import torch

unbind = torch.unbind


class LowerTriangularMask:
    """Says that attention is causal; torch's own attention makes the mask itself."""


def memory_efficient_attention(*args, **kwargs):
    """Refuse: audiocraft uses torch's attention unless it is told otherwise."""
    raise NotImplementedError("xformers is not installed")
'''
_CHECK: Final = (
    "import audiocraft.models, torch; print('audiocraft runs on torch', torch.__version__)"
)


def main() -> int:
    """Make the environment, or say in a sentence why not."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="where to make it")
    folder = parser.parse_args().folder
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        return _fail("Run this with Python 3.11, 3.12 or 3.13: spaCy has wheels for those.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        return _fail(f"{folder} exists already; name a folder that is not there yet.")
    begun = time.monotonic()
    venv.create(folder, with_pip=True)
    python = python_of(folder)
    try:
        _install(python, TORCH)
        _install(python, "--no-deps", *ALONE)
        _install(python, *OTHERS)
        _stand_in(site_packages(python))
        said = subprocess.run(
            [python, "-c", _CHECK], check=True, stdout=subprocess.PIPE, text=True
        ).stdout
    except subprocess.CalledProcessError as exc:
        return _fail(f"{Path(exc.cmd[0]).name} failed; its reason stands above.")
    _say(f"{said.strip()}; made in {time.monotonic() - begun:.0f} s.")
    _say(f"Set FILMCOMPOSER_AUDIOCRAFT to {python}")
    return 0


def python_of(folder: Path) -> Path:
    """Return the Python of an environment."""
    windows = folder / "Scripts" / "python.exe"
    return windows if windows.exists() else (folder / "bin" / "python").absolute()


def site_packages(python: Path) -> Path:
    """Return where an environment keeps its packages."""
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    done = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True)
    return Path(done.stdout.strip())


def _install(python: Path, *what: str) -> None:
    _say("Installing " + " ".join(what))
    quiet = ["--quiet", "--disable-pip-version-check"]
    command = [str(python), "-m", "pip", "install", *quiet, *what]
    # pip complains that audiocraft's own pins are not kept, which is meant: shown if it failed.
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stderr.write(done.stderr)
        raise subprocess.CalledProcessError(done.returncode, command)


def _stand_in(packages: Path) -> None:
    folder = packages / "xformers"
    folder.mkdir(exist_ok=True)
    (folder / "__init__.py").write_text("", "utf-8")
    (folder / "ops.py").write_text(XFORMERS, "utf-8")
    compiled = packages / "torchaudio"
    for pattern in _COMPILED:
        for path in compiled.rglob(pattern):
            path.unlink()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _fail(line: str) -> int:
    sys.stderr.write(line + "\n")
    return 2


if __name__ == "__main__":
    raise SystemExit(main())
