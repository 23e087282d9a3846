"""ReaSynth, the synthesizer that every REAPER has: what a theme is heard on before it is arranged.

Thirteen values, the state that REAPER 5 to 7 have been seen to load: attack (500 ms to the unit),
release (5 s), square, saw and triangle mix beside the sine, volume (gain), decay (15 s), extra sine
mix and tuning, sustain (gain), pulse width, detune, and one more that was 0 in every file seen.
REAPER 7 itself writes two more behind them, both 0 unless somebody moves them. That the values
stand in the order of the plug-in's parameters follows from four real projects; how ours sound has
not been heard in REAPER.
"""

from __future__ import annotations

from filmcomposer_core.execution.rpp_place import Placement
from filmcomposer_core.execution.rpp_text import Lines
from filmcomposer_core.execution.rpp_vst import Plugin, plugin_block

REASYNTH = Plugin(
    title="VSTi: ReaSynth (Cockos)",
    file="reasynth",
    number=1919251321,
    code="5653547265737972656173796E746800",
    inputs=0,
)
#: A mellow tone at -12 dB: 10 ms attack, 150 ms release, half a triangle on the sine.
TONE = (0.02, 0.03, 0.0, 0.0, 0.5, 0.25, 0.0666, 0.0, 0.5, 0.7, 1.0, 0.5, 0.0)


def synth_block(*, place: Placement) -> Lines:
    """Return ReaSynth with the tone of themes."""
    return plugin_block(REASYNTH, TONE, place=place)
