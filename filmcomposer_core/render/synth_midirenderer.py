"""midirenderer (a wheel, RustySynth inside): quick, 48 kHz, 16 bit."""

from __future__ import annotations

import queue
import struct
import subprocess
import sys
from importlib.metadata import version

import numpy as np

from filmcomposer_core.errors import RenderError
from filmcomposer_core.render.midi_bytes import SynthScore, midi_file
from filmcomposer_core.render.soundfont_zones import USUAL_LAW
from filmcomposer_core.render.synth import Sound

#: Volume controllers tried in turn until nothing clips, each 12 dB below the one before.
_VOLUMES = (127, 64, 32, 16)
_FULL = 32767
_WAV_HEAD_BYTES = 44
_MODULE = "filmcomposer_core.render.synth_worker"


class _Worker:
    """One process and the font it was last given."""

    def __init__(self) -> None:
        self.font = b""
        self.process = subprocess.Popen(
            [sys.executable, "-m", _MODULE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def ask(self, font: bytes, midi: bytes) -> bytes:
        sink, source = self.process.stdin, self.process.stdout
        assert sink is not None
        assert source is not None
        new = font if font is not self.font else b""
        try:
            for piece in (struct.pack("<QQ", len(new), len(midi)), new, midi):
                sink.write(piece)
            sink.flush()
        except OSError as error:
            raise self._death() from error
        self.font = font
        head = source.read(16)
        if len(head) < 16:
            raise self._death()
        flag, size = struct.unpack("<QQ", head)
        answer = source.read(size)
        if flag != 1 or len(answer) < size:
            msg = f"midirenderer failed: {answer.decode(errors='replace')}."
            raise RenderError(msg, "Try another synthesiser with --synth tinysoundfont.")
        return answer

    def _death(self) -> RenderError:
        assert self.process.stderr is not None
        last = self.process.stderr.read().decode(errors="replace").strip().splitlines()[-1:]
        reason = last[0] if last else f"exit code {self.process.wait()}"
        return RenderError(
            f"midirenderer stopped: {reason}.",
            "Try another synthesiser with --synth tinysoundfont.",
        )

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


class MidiRenderer:
    """A few worker processes, handed out one call at a time."""

    name = "midirenderer"
    law = USUAL_LAW
    deaf_to: frozenset[int] = frozenset()

    def __init__(self, *, workers: int) -> None:
        self.version = version("midirenderer")
        self.workers = workers
        self._all = [_Worker() for _ in range(workers)]
        self._free: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        for worker in self._all:
            self._free.put(worker)

    def play(self, font: bytes, score: SynthScore) -> Sound:
        """Return the sound of a score; see :class:`Synth`."""
        if not score.notes:
            return np.zeros((score.length, 2), np.float32)
        worker = self._free.get()
        try:
            for volume in _VOLUMES:
                wav = worker.ask(font, midi_file(score, volume=volume))
                sound = np.frombuffer(wav, "<i2", offset=_WAV_HEAD_BYTES).reshape(-1, 2)
                if volume == _VOLUMES[-1] or _peak(sound) < _FULL:
                    break
        finally:
            self._free.put(worker)
        # Players square the volume controller: gain = (value / 127)^2.
        scale = np.float32((127.0 / volume) ** 2 / 32768.0)
        whole = np.zeros((score.length, 2), np.float32)
        count = min(score.length, len(sound))
        np.multiply(sound[:count], scale, out=whole[:count])
        return whole

    def close(self) -> None:
        """End the worker processes."""
        for worker in self._all:
            worker.close()


def _peak(sound: np.ndarray[tuple[int, ...], np.dtype[np.int16]]) -> int:
    return max(int(sound.max(initial=0)), -int(sound.min(initial=0)))
