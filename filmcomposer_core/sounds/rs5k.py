"""ReaSamplOmatic5000 as an instrument of a session: one for each zone of a rack.

Not yet verified in REAPER. Names, places and scales of the parameters are those of a probe of
REAPER 7.82 and of public scripts; that channel N is N / 16, and that a gain for the minimum
velocity of 0 makes the gain follow the velocity in a straight line, is our knowledge. The link of
the volume to controller 11 goes by names in REAPER's header.
"""

from __future__ import annotations

from filmcomposer_core.contracts.session import (
    PluginConfig,
    PluginParameter,
    SessionInstrument,
)
from filmcomposer_core.sounds.racks import EXPRESSION, Rack
from filmcomposer_core.sounds.samples import Sample

PLUGIN = "ReaSamplOmatic5000 (Cockos)"
(
    VOLUME, _PAN, LEAST_GAIN, FIRST_KEY, LAST_KEY, FIRST_PITCH, LAST_PITCH, CHANNEL, VOICES, ATTACK,
    RELEASE, NOTE_OFFS, LOOP,
) = range(13)  # fmt: skip
LOOP_START = 23
#: Freely configurable: pitches of the first and the last key, straight in between.
_MODE = "0"
_MOST_VOLUME = 2.0
_KEYS, _CHANNELS, _VOICES = 127.0, 16.0, 18.0
_PITCH_SPAN, _PITCH_ZERO = 160.0, 80.0
_TIME_MS, _LOOP_SPAN_S = 2000.0, 30.0
_ATTACK_MS = 1.0
_MOST_VOICES = 64


def sampler(sample: Sample, rack: Rack, *, path: str) -> SessionInstrument:
    """Return the sampler that plays a sample.

    Parameters
    ----------
    sample, rack : Sample, Rack
        What it plays, and on which channel.
    path : str
        The sample's path as REAPER's system writes it.
    """
    zone = sample.zone
    # Velocity scales the gain, and the sample was taken at the rack's own velocity.
    volume = min(sample.gain * _KEYS / rack.velocity, _MOST_VOLUME)
    values = {
        VOLUME: volume,
        LEAST_GAIN: 0.0,
        FIRST_KEY: zone.low / _KEYS,
        LAST_KEY: zone.high / _KEYS,
        FIRST_PITCH: (zone.low - zone.root + _PITCH_ZERO) / _PITCH_SPAN,
        LAST_PITCH: (zone.high - zone.root + _PITCH_ZERO) / _PITCH_SPAN,
        CHANNEL: (rack.channel + 1) / _CHANNELS,
        VOICES: min(rack.voices + 2, _MOST_VOICES) / _VOICES,
        ATTACK: _ATTACK_MS / _TIME_MS,
        RELEASE: min(1000.0 * sample.release_s, _TIME_MS) / _TIME_MS,
        NOTE_OFFS: 0.0 if rack.kit else 1.0,
        LOOP: 1.0 if sample.loop_s >= 0.0 else 0.0,
    }
    if sample.loop_s >= 0.0:
        values[LOOP_START] = sample.loop_s / _LOOP_SPAN_S
    configs = [("FILE0", path), ("DONE", ""), ("MODE", _MODE)]
    if rack.swells:
        configs += _swell(volume / _MOST_VOLUME, rack.channel + 1)
    return SessionInstrument(
        plugin=PLUGIN,
        configs=tuple(PluginConfig(name=name, value=value) for name, value in configs),
        parameters=tuple(
            PluginParameter(number=number, value=round(value, 9))
            for number, value in values.items()
        ),
    )


def _swell(most: float, channel: int) -> list[tuple[str, str]]:
    """Return what links the volume to controller 11 of a channel (0 = any)."""
    link = f"param.{VOLUME}.plink."
    return [
        (f"param.{VOLUME}.mod.active", "1"),
        (f"param.{VOLUME}.mod.baseline", "0"),
        (f"{link}active", "1"),
        (f"{link}scale", f"{most:.6f}"),
        (f"{link}offset", "0"),
        (f"{link}effect", "-100"),
        (f"{link}param", "-1"),
        (f"{link}midi_bus", "0"),
        (f"{link}midi_chan", str(channel)),
        (f"{link}midi_msg", "176"),
        (f"{link}midi_msg2", str(EXPRESSION)),
    ]
