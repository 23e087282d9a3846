"""How loud a sound of the font is by itself, and the trim that makes sounds comparable.

Sounds of a General MIDI font differ by 20 dB at equal velocity. A test note is played and its
loudness compared with sustained strings: sustained sounds are corrected by the whole difference,
sounds that die away by half of it, since their loudness is short.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import signal

from filmcomposer_core.k_weighting import K_WEIGHTING
from filmcomposer_core.render.midi_bytes import SAMPLE_RATE, SynthNote, SynthScore
from filmcomposer_core.render.soundfont import Soundfont, nearest_preset
from filmcomposer_core.render.soundfont_cut import CutFont, PlayedPreset, cut_soundfont
from filmcomposer_core.render.synth import Sound, Synth

_REFERENCE_PRESET, _REFERENCE_KEY, _REFERENCE_WIDTH, _VELOCITY = (0, 48), 67, 0.35, 100
_MOST_TRIM_DB = 15.0
#: A sound that is so much weaker late in a held note dies away.
_DYING_DB = 10.0
_DYING_SHARE = 0.5
_EARLY, _LATE = (0.0, 0.35), (0.75, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelScale:
    """The loudness in dB of sustained strings at velocity 100."""

    strings_db: float


def level_scale(font: Soundfont, *, synth: Synth) -> LevelScale:
    """Return the level that other sounds are compared with.

    Parameters
    ----------
    font, synth : Soundfont, Synth
        What the cue is played with.
    """
    preset = nearest_preset(font, _REFERENCE_PRESET)
    played = PlayedPreset(preset=preset, keys=(_REFERENCE_KEY,), velocities=(_VELOCITY,))
    cut = cut_soundfont(font, [played], law=synth.law)
    held, _ = _test(cut, _REFERENCE_KEY, _VELOCITY, synth, _REFERENCE_WIDTH)
    return LevelScale(strings_db=held)


def level_trim(
    cut: CutFont, *, key: int, velocity: int, synth: Synth, scale: LevelScale, width: float
) -> float:
    """Return the trim in dB of the only preset of a cut font.

    Parameters
    ----------
    cut : CutFont
        The font.
    key, velocity : int
        The test note.
    synth : Synth
        What plays it.
    scale : LevelScale
        The level aimed at.
    width : float
        Stereo width that the mixer leaves.
    """
    held, dies = _test(cut, key, velocity, synth, width)
    if not np.isfinite(held) or not np.isfinite(scale.strings_db):
        return 0.0
    trim_db = (scale.strings_db - held) * (_DYING_SHARE if dies else 1.0)
    return float(np.clip(trim_db, -_MOST_TRIM_DB, _MOST_TRIM_DB))


def _test(cut: CutFont, key: int, velocity: int, synth: Synth, width: float) -> tuple[float, bool]:
    """Return the loudness in dB of a note of one second, and whether it dies away."""
    note = SynthNote(start=0, end=SAMPLE_RATE, key=key, velocity=velocity, channel=0)
    sound = synth.play(cut.data, SynthScore(length=SAMPLE_RATE, presets={0: 0}, notes=(note,)))
    middle, side = sound.mean(axis=1), 0.5 * width * (sound[:, 0] - sound[:, 1])
    narrowed: Sound = np.stack((middle + side, middle - side), axis=1)
    power = np.sum(signal.sosfilt(K_WEIGHTING, narrowed, axis=0) ** 2, axis=1)
    if not power.any():
        return -np.inf, False
    early, late = (
        float(power[round(a * SAMPLE_RATE) : round(b * SAMPLE_RATE)].mean()) + 1e-20
        for a, b in (_EARLY, _LATE)
    )
    held_db = 10.0 * float(np.log10(power.mean())) - cut.loud_db
    return held_db, 10.0 * float(np.log10(early / late)) > _DYING_DB
