"""Small questions about pitches that several writers ask."""

from __future__ import annotations

from collections.abc import Sequence

from filmcomposer_core.contracts.harmony import scale_pitch_classes
from filmcomposer_core.contracts.plan import Section


def nearest(pitch_class: int, target: float) -> int:
    """Return the MIDI pitch of a class nearest to a target, the lower of two."""
    above = round(target) + (pitch_class - round(target)) % 12
    return above - 12 if target - (above - 12) <= above - target else above


def within(pitch: int, low: int, high: int) -> int:
    """Return the pitch moved by octaves into a range of at least an octave."""
    while pitch < low:
        pitch += 12
    while pitch > high:
        pitch -= 12
    return pitch


def ladder(pitch_classes: Sequence[int], start: int, rungs: int) -> tuple[int, ...]:
    """Return chord tones upward from a pitch (itself a chord tone or the next one above)."""
    found: list[int] = []
    pitch = start
    while len(found) < rungs:
        if pitch % 12 in pitch_classes:
            found.append(pitch)
        pitch += 1
    return tuple(found)


def scale_of(section: Section) -> tuple[int, ...]:
    """Return the pitch classes of a section's scale."""
    return scale_pitch_classes(section.key, section.mode)
