"""The theme as a MIDI file and as ABC text, both ways, with every note kept."""

from filmcomposer_core.notation.abc_read import abc_to_melody
from filmcomposer_core.notation.abc_write import melody_to_abc
from filmcomposer_core.notation.midi_read import midi_to_melody
from filmcomposer_core.notation.midi_write import melody_to_midi
from filmcomposer_core.notation.velocities import carry_velocities

__all__ = [
    "abc_to_melody",
    "carry_velocities",
    "melody_to_abc",
    "melody_to_midi",
    "midi_to_melody",
]
