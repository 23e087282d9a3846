"""What players can play: range, speed, breath, and the technique for a note's length."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np

from filmcomposer_core.assessment.measures.notes import Floats, Notes
from filmcomposer_core.catalogue import Instrument

#: A single wind player breathes at least this often, for at least this long.
_LONGEST_BREATH_S: Final = 10.0
_BREATH_S: Final = 0.08
_BLOWN: Final = frozenset({"woodwinds", "brass", "voices"})
#: Sounds that die away by themselves: their technique does not depend on the note's length.
_DECAYING: Final = frozenset({"percussion", "plucked", "keyboards", "colour"})

SHORT: Final = frozenset(
    {"staccato", "spiccato", "pizzicato", "snap", "col_legno", "hit", "damped", "short", "accent"}
)
MIDDLE: Final = frozenset(
    {"detache", "marcato", "accent", "sforzando", "legato", "sustain", "trill", "flutter", "fp",
     "arco", "grace", "harmonics", "sordino", "sul_pont", "tremolo", "vocalise", "melodic",
     "ensemble", "muted", "wah"}
)  # fmt: skip
LONG: Final = frozenset(
    {"sustain", "legato", "slow", "sordino", "tremolo", "swell", "trill", "flutter", "roll",
     "sul_pont", "fp", "arco", "sforzando", "harmonics", "hum", "vocalise", "breath", "full",
     "reed", "tibia", "musette", "coupled", "muted", "wah", "pedal", "bowed"}
)  # fmt: skip
#: Idioms that want their notes short, or joined.
_CRISP: Final = frozenset({"slapstick", "sneak", "march", "chase", "machine", "military"})
_JOINED: Final = frozenset({"love", "grief", "dream", "wonder", "pastoral"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Playability:
    """Counts of notes of a part: all, and those beyond range, comfort, speed, hands, breath."""

    notes: int
    unplayable: int
    uncomfortable: int
    too_fast: int
    too_thick: int
    breathless: int


def playability(notes: Notes, starts_s: Floats, ends_s: Floats, player: Instrument) -> Playability:
    """Measure whether an instrument can play its notes.

    Parameters
    ----------
    notes : Notes
        The part.
    starts_s, ends_s : ndarray, shape (notes,), float64
        Onsets and ends in seconds.
    player : Instrument
        From the catalogue.

    Returns
    -------
    Playability
        Counts. Speed is counted over one second; a single wind player has to breathe within ten.
    """
    count = len(notes)
    if not count or not player.pitched:
        return Playability(
            notes=count, unplayable=0, uncomfortable=0, too_fast=0, too_thick=0, breathless=0
        )
    pitch = notes.pitch
    onsets = np.unique(np.round(starts_s, 3))
    later = np.searchsorted(onsets, onsets + 1.0 - 1e-6)
    fast = int(np.sum(later - np.arange(onsets.size) > np.ceil(player.agility)))
    begun = np.arange(1, count + 1)
    ended = np.searchsorted(np.sort(ends_s), starts_s + 0.02, side="right")
    thick = int(np.sum(begun - ended > player.polyphony))
    return Playability(
        notes=count,
        unplayable=int(np.sum((pitch < player.low) | (pitch > player.high))),
        uncomfortable=int(np.sum((pitch < player.comfort_low) | (pitch > player.comfort_high))),
        too_fast=fast,
        too_thick=thick,
        breathless=_breathless(starts_s, ends_s, player),
    )


def _breathless(starts_s: Floats, ends_s: Floats, player: Instrument) -> int:
    """Count notes that lie more than ten seconds behind the last breath."""
    if player.family not in _BLOWN or player.polyphony > 1:
        return 0
    gaps = np.append(True, starts_s[1:] - np.maximum.accumulate(ends_s)[:-1] >= _BREATH_S)
    breaths = np.maximum.accumulate(np.where(gaps, starts_s, -np.inf))
    return int(np.sum(ends_s - breaths > _LONGEST_BREATH_S))


def technique_fits(
    technique: str, length_s: float, *, family: str, idioms: Collection[str]
) -> bool:
    """Whether a technique suits a note of a length in an idiom.

    Parameters
    ----------
    technique : str
        Of the catalogue.
    length_s : float
        Length of the note.
    family : str
        Family of the instrument; plucked and struck sounds die away and always fit.
    idioms : collection of str
        Idiom and blend; it is enough to fit one.

    Returns
    -------
    bool
        Whether it fits.

    Examples
    --------
    >>> technique_fits("staccato", 2.0, family="strings", idioms=["love"])
    False
    """
    if family in _DECAYING:
        return True
    return any(technique in _allowed(length_s, idiom) for idiom in idioms)


def _allowed(length_s: float, idiom: str) -> frozenset[str]:
    if length_s >= 1.2:
        return LONG
    if length_s >= 0.3:
        return MIDDLE | LONG | (frozenset() if idiom in _JOINED else SHORT)
    if length_s >= 0.12:
        if idiom in _CRISP:
            return SHORT | (MIDDLE - {"sustain"})
        return MIDDLE | (frozenset({"pizzicato", "hit"}) if idiom in _JOINED else SHORT)
    return SHORT | (MIDDLE - {"sustain", "tremolo", "sordino"})
