"""The sound of the movie: the cue as AAC, the clip's own sound under it where asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import soundfile
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer

from filmcomposer_core.film_file import open_film, open_film_at
from filmcomposer_core.render.midi_bytes import SAMPLE_RATE
from filmcomposer_core.render.synth import Sound

_BIT_RATE = 256_000
_CHUNK = SAMPLE_RATE // 2
#: What the sum of cue and own sound is held to: AAC adds a little.
_MOST = 0.95
#: Own sound that begins later than this in the clip is not decoded from the clip's beginning.
_FAR_S = 10.0


class SoundWriter:
    """Encodes the cue in step with the picture; its first sample stands at time 0."""

    def __init__(
        self,
        target: OutputContainer,
        wav_path: Path,
        *,
        own_sound: Path | None,
        own_gain_db: float,
        own_start_s: float,
    ) -> None:
        self._target = target
        self._out = target.add_stream("aac", rate=SAMPLE_RATE)
        self._out.codec_context.bit_rate = _BIT_RATE
        self._out.codec_context.layout = "stereo"
        self._file = soundfile.SoundFile(wav_path)
        self._at = 0
        self._gain = np.float32(10.0 ** (own_gain_db / 20.0))
        self._own = None if own_sound is None else _OwnSound(own_sound, start_s=own_start_s)
        self.notes: tuple[str, ...] = ()
        if self._own is not None and not self._own.present:
            self.notes = ("The clip has no sound of its own to keep.",)

    def write_until(self, time_s: float) -> None:
        """Encode the cue up to a time."""
        while self._at < time_s * SAMPLE_RATE and self._write():
            pass

    def finish(self) -> None:
        """Encode the rest."""
        while self._write():
            pass
        self._target.mux(self._out.encode(None))
        self._file.close()
        if self._own is not None:
            self._own.close()

    def _write(self) -> bool:
        sound: Sound = self._file.read(_CHUNK, dtype="float32", always_2d=True)
        if not len(sound):
            return False
        if self._own is not None:
            sound = sound + self._gain * self._own.read(len(sound))
            if np.abs(sound).max() > _MOST:
                sound = np.clip(sound, -_MOST, _MOST)
                self.notes = ("Cue and own sound together are too loud in places and are clipped.",)
        frame = AudioFrame.from_ndarray(
            np.ascontiguousarray(sound.T), format="fltp", layout="stereo"
        )
        frame.sample_rate, frame.pts = SAMPLE_RATE, self._at
        self._target.mux(self._out.encode(frame))
        self._at += len(sound)
        return True


def _first_sound(container: InputContainer) -> AudioStream:
    return container.streams.audio[0]


class _OwnSound:
    """The clip's own sound at 48 kHz stereo, read from the first picture frame on."""

    def __init__(self, path: Path, *, start_s: float) -> None:
        self._container: InputContainer = open_film(path)
        self.present = bool(self._container.streams.audio)
        if self.present and start_s > _FAR_S:
            self._container.close()
            self._container, _ = open_film_at(path, _first_sound, time_s=start_s)
        self._start = round(start_s * SAMPLE_RATE)
        self._pieces = self._decode() if self.present else iter(())
        self._at = 0
        self._held: list[tuple[int, Sound]] = []
        self._ended = False

    def read(self, count: int) -> Sound:
        """Return the next samples, shape (count, 2), float32; silence where there is none."""
        out = np.zeros((count, 2), np.float32)
        end = self._at + count
        while not self._ended and (not self._held or self._held[-1][0] < end):
            piece = next(self._pieces, None)
            self._ended = piece is None
            if piece is not None:
                self._held.append(piece)
        for start, sound in self._held:
            first, last = max(start, self._at), min(start + len(sound), end)
            if last > first:
                out[first - self._at : last - self._at] = sound[first - start : last - start]
        self._held = [(start, sound) for start, sound in self._held if start + len(sound) > end]
        self._at = end
        return out

    def close(self) -> None:
        self._container.close()

    def _decode(self) -> Iterator[tuple[int, Sound]]:
        """Yield stretches with the sample at which each stands, from the first picture frame."""
        resampler = AudioResampler(format="fltp", layout="stereo", rate=SAMPLE_RATE)
        at: int | None = None
        for packet in self._container.demux(self._container.streams.audio[0]):
            try:
                frames = packet.decode()
            except av.error.InvalidDataError:
                continue
            for frame in frames:
                at = round((frame.time or 0.0) * SAMPLE_RATE) if at is None else at
                for made in resampler.resample(frame):
                    yield at - self._start, made.to_ndarray().T.astype(np.float32)
                    at += made.samples
