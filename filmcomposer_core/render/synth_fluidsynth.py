"""The FluidSynth program, where it is installed and asked for."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from filmcomposer_core.errors import MissingDependencyError, RenderError
from filmcomposer_core.render.midi_bytes import SAMPLE_RATE, SynthScore, midi_file
from filmcomposer_core.render.soundfont_zones import USUAL_LAW
from filmcomposer_core.render.synth import Sound

_OPTIONS = ("-n", "-i", "-q", "-R", "0", "-C", "0", "-g", "0.5", "-r", str(SAMPLE_RATE))
_LIMIT_S = 600


class FluidSynth:
    """One run of the program per call."""

    name = "fluidsynth"
    law = USUAL_LAW
    deaf_to: frozenset[int] = frozenset()

    def __init__(self, *, workers: int) -> None:
        program = shutil.which("fluidsynth")
        if program is None:
            msg = "The program fluidsynth is not installed."
            raise MissingDependencyError(
                msg,
                "Install it (apt or brew: fluidsynth, fluid-synth) or leave --synth out.",
            )
        self._program = program
        self.workers = workers
        told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
        found = re.search(r"\d+\.\d+\.\d+", told.stdout)
        self.version = found[0] if found else "unknown"

    def play(self, font: bytes, score: SynthScore) -> Sound:
        """Return the sound of a score; see :class:`Synth`."""
        whole = np.zeros((score.length, 2), np.float32)
        if not score.notes:
            return whole
        with tempfile.TemporaryDirectory(prefix="filmcomposer-") as name:
            folder = Path(name)
            (folder / "font.sf2").write_bytes(font)
            (folder / "notes.mid").write_bytes(midi_file(score))
            sound = self._run(folder)
        count = min(score.length, len(sound))
        whole[:count] = sound[:count]
        return whole

    def _run(self, folder: Path) -> Sound:
        import soundfile

        out = folder / "out.wav"
        # MMA bank selection reads the two bank controllers as one number, so CC0 = bank / 128.
        command = [self._program, *_OPTIONS, "-O", "float", "-T", "wav", "-F", str(out)]
        command += ["-o", "synth.midi-bank-select=gs", str(folder / "font.sf2")]
        command.append(str(folder / "notes.mid"))
        try:
            done = subprocess.run(command, capture_output=True, timeout=_LIMIT_S, check=False)
        except subprocess.TimeoutExpired as error:
            msg = f"fluidsynth did not finish within {_LIMIT_S} s."
            raise RenderError(msg, "Leave --synth away to use the built-in one.") from error
        said = done.stderr.decode(errors="replace")
        # The program ends well even when it could not load the font.
        errors = [line for line in said.splitlines() if "error:" in line]
        if done.returncode or errors or not out.exists():
            msg = f"fluidsynth failed: {errors[-1] if errors else said.strip()[-200:]}."
            raise RenderError(msg, "Leave --synth away to use the built-in one.")
        sound: Sound = soundfile.read(out, dtype="float32", always_2d=True)[0]
        return sound

    def close(self) -> None:
        """Nothing is held."""
