"""How late a sound of the font speaks, and sending its notes so much earlier.

The catalogue gives one attack per technique. A font differs from it by key: its basses may speak a
quarter second late and its violins at once, so what is heard of the font itself is the most that a
note is sent early.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy import ndimage

from filmcomposer_core.render.midi_bytes import SAMPLE_RATE, SynthNote, SynthScore
from filmcomposer_core.render.soundfont_cut import CutFont
from filmcomposer_core.render.synth import Synth

#: Share of a sound's attack by which it is sent early, and the most it may be.
ATTACK_SHARE, MOST_EARLY_MS = 0.8, 160.0
#: A note is there for the ear when it has this share of its highest level early on.
_THERE = 0.35
_LISTEN_S, _WINDOW_S = 0.4, 0.008
_KEYS = 3


def heard_attacks_ms(
    cut: CutFont, keys: Sequence[int], *, velocity: int, synth: Synth
) -> list[float]:
    """Return how late the only preset of a cut font is heard on some keys.

    Parameters
    ----------
    cut : CutFont
        The font.
    keys : sequence of int
        The keys.
    velocity : int
        How they are struck.
    synth : Synth
        What plays them.

    Returns
    -------
    list of float
        Milliseconds from sending a note to a third of its highest early level.
    """
    length = round(_LISTEN_S * SAMPLE_RATE)
    found = []
    for key in keys:
        note = SynthNote(start=0, end=length, key=key, velocity=velocity, channel=0)
        score = SynthScore(length=length, presets={0: 0}, notes=(note,))
        power = np.sum(synth.play(cut.data, score).astype(np.float64) ** 2, axis=1)
        level = ndimage.uniform_filter1d(power, round(_WINDOW_S * SAMPLE_RATE), mode="constant")
        first = int(np.argmax(level >= _THERE**2 * level.max()))
        found.append(1000.0 * first / SAMPLE_RATE)
    return found


def sent_early(
    notes: Sequence[SynthNote], *, attack_ms: float, cut: CutFont, velocity: int, synth: Synth
) -> list[SynthNote]:
    """Return notes sent so much earlier that they are heard in time.

    A note is moved by ``ATTACK_SHARE`` of the catalogue's attack, at most ``MOST_EARLY_MS`` and at
    most what the font itself is late on that key, and never before the start.

    Parameters
    ----------
    notes : sequence of SynthNote
        As they should be heard; their ends stay.
    attack_ms : float
        The catalogue's attack of the sound.
    cut : CutFont
        The font.
    velocity : int
        How the test notes are struck.
    synth : Synth
        What plays them.
    """
    most_ms = min(ATTACK_SHARE * attack_ms, MOST_EARLY_MS)
    if most_ms <= 0.0 or not notes:
        return list(notes)
    played = np.unique([note.key for note in notes])
    tested = np.unique(np.quantile(played, np.linspace(0, 1, _KEYS), method="nearest"))
    heard = heard_attacks_ms(cut, [int(k) for k in tested], velocity=velocity, synth=synth)
    early_ms = {int(k): min(most_ms, float(np.interp(k, tested, heard))) for k in played}
    return [
        replace(n, start=max(0, n.start - round(early_ms[n.key] * SAMPLE_RATE / 1000.0)))
        for n in notes
    ]
