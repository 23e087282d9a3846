"""tinysoundfont (a wheel for every platform): slower, float, driven sample by sample."""

from __future__ import annotations

from importlib.metadata import version

import numpy as np

from filmcomposer_core.errors import RenderError
from filmcomposer_core.render.midi_bytes import SAMPLE_RATE, SynthScore, synth_events
from filmcomposer_core.render.soundfont_zones import PlayerLaw
from filmcomposer_core.render.synth import Sound

_MOST_VOICES = 512
#: It counts attenuation in full, and velocity as 20 log10 where others take 40.
_LAW = PlayerLaw(attenuation_share=1.0, velocity_cb=480.0)


class TinySoundFont:
    """One synthesiser per call; its own sequencer drifts, so the events are placed here."""

    name = "tinysoundfont"
    law = _LAW
    deaf_to = frozenset({1})

    def __init__(self) -> None:
        self.version = version("tinysoundfont")
        self.workers = 1

    def play(self, font: bytes, score: SynthScore) -> Sound:
        """Return the sound of a score; see :class:`Synth`."""
        import tinysoundfont

        whole = np.zeros((score.length, 2), np.float32)
        if not score.notes:
            return whole
        try:
            synth = tinysoundfont.Synth(samplerate=SAMPLE_RATE)
            number = synth.sfload(font, max_voices=_MOST_VOICES)
            for channel, preset in score.presets.items():
                synth.program_select(channel, number, preset // 128, preset % 128)
        except (RuntimeError, tinysoundfont.SoundFontException) as error:
            msg = f"tinysoundfont failed: {error}."
            raise RenderError(msg, "Try another synthesiser with --synth midirenderer.") from error
        at = 0
        for time, _, message in synth_events(score):
            upto = min(time, score.length)
            if upto > at:
                whole[at:upto] = _generate(synth, upto - at)
                at = upto
            _send(synth, message)
        if at < score.length:
            whole[at:] = _generate(synth, score.length - at)
        return whole

    def close(self) -> None:
        """Nothing is held."""


def _generate(synth: object, samples: int) -> Sound:
    sound = np.frombuffer(synth.generate(samples), np.float32)  # type: ignore[attr-defined]
    return sound.reshape(-1, 2)


def _send(synth: object, message: bytes) -> None:
    kind, channel = message[0] & 0xF0, message[0] & 0x0F
    if kind == 0x90:
        synth.noteon(channel, message[1], message[2])  # type: ignore[attr-defined]
    elif kind == 0x80:
        synth.noteoff(channel, message[1])  # type: ignore[attr-defined]
    elif kind == 0xB0 and message[1] not in (0, 32):
        synth.control_change(channel, message[1], message[2])  # type: ignore[attr-defined]
