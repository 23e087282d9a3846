"""A part's way through the mixer: filters, swell, width, pan, fader, hall."""

from __future__ import annotations

import numpy as np
from scipy import signal

from filmcomposer_core.render.envelopes import automation_curve, curve_of, pan_gains
from filmcomposer_core.render.filters import BlockFilter, butterworth
from filmcomposer_core.render.hall import HallReturn
from filmcomposer_core.render.session import Automation, PartPlan
from filmcomposer_core.render.synth import Sound, Synth
from filmcomposer_core.render.voices import PartVoices, VoicePlayer

#: Below this corner a part is mono, so that low notes carry in any room.
_MONO_HZ = 110.0


def _fixed(value: float) -> Automation:
    return Automation(value=value)


class PartChannel:
    """Makes the stem of a part in blocks that follow one another."""

    def __init__(
        self, part: PartPlan, voices: PartVoices, *, synth: Synth, seed: int, block: int
    ) -> None:
        self._part = part
        self._swell = voices.swell
        self._voices = [
            (
                VoicePlayer(voice, synth),
                voice.gain,
                BlockFilter("lowpass", _fixed(voice.lowpass_hz)),
                BlockFilter("highpass", _fixed(voice.highpass_hz)),
            )
            for voice in voices.voices
        ]
        self._filters = [
            BlockFilter(kind, corner)
            for item in part.filters
            for kind, corner in (("lowpass", item.lowpass_hz), ("highpass", item.highpass_hz))
        ]
        self._halls = [
            (send, HallReturn(send.hall, seed=seed, predelay_ms=send.predelay_ms, block=block))
            for send in part.sends
        ]
        self._side_state = np.zeros((1, 2))
        self._was_silent = True

    def block(self, start: int, count: int) -> Sound:
        """Return the next block of the stem, direct sound and hall.

        Parameters
        ----------
        start, count : int
            First sample and number of samples; blocks follow one another from 0.

        Returns
        -------
        ndarray, shape (count, 2), float32
            Before the gain of the master.
        """
        raw = np.zeros((count, 2), np.float32)
        for player, gain, low, high in self._voices:
            sound = player(start, count)
            if np.any(sound) or not self._was_silent:
                raw += high(low(sound, start), start) * np.float32(gain)
        silent = not np.any(raw)
        direct = raw if silent and self._was_silent else self._through(raw, start)
        self._was_silent = silent
        out = direct.copy()
        for send, hall in self._halls:
            if not silent or hall.rings:
                sent = automation_curve(send.gain, start=start, count=count)
                out += hall(direct * _column(sent)) * np.float32(send.hall.volume)
        return out

    def _through(self, sound: Sound, start: int) -> Sound:
        count = len(sound)
        for item in self._filters:
            sound = item(sound, start)
        part = self._part
        level = curve_of(self._swell, start=start, count=count, otherwise=1.0)
        level = level * automation_curve(part.volume, start=start, count=count) * part.fader
        middle = 0.5 * (sound[:, 0] + sound[:, 1])
        side, self._side_state = signal.sosfilt(
            butterworth("highpass", _MONO_HZ),
            (0.5 * part.width) * (sound[:, 0] - sound[:, 1]),
            zi=self._side_state,
        )
        left, right = pan_gains(automation_curve(part.pan, start=start, count=count))
        out = np.empty_like(sound)
        out[:, 0] = (middle + side) * (left * level)
        out[:, 1] = (middle - side) * (right * level)
        return out


def _column(gain: object) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.asarray(gain, np.float32).reshape(-1, 1)
