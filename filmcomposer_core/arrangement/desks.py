"""Desks: who plays which line of a block, and how."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from filmcomposer_core.arrangement.ground import Tone
from filmcomposer_core.arrangement.idioms import split_desk
from filmcomposer_core.catalogue import Instrument, catalogue, instrument

#: Sounds that begin at once and die away.
STRUCK = ("percussion", "plucked", "keyboards")
#: Family that has to breathe.
BREATHING = ("woodwinds", "brass", "voices")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A player with a line: ``lines`` names lines of the sketch, all sounding together.

    ``shift`` in semitones; ``leads`` marks the theme itself, which is never changed.
    """

    role: str
    instrument: str
    technique: str
    lines: tuple[str, ...]
    shift: int = 0
    leads: bool = False
    reason: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes desks of different blocks one part."""
        return self.role, self.instrument, self.technique


#: Style of a line -> techniques by preference.
STYLES: dict[str, tuple[str, ...]] = {
    "lyric": ("legato", "sustain", "arco", "hit", "pizzicato"),
    "hold": ("sustain", "legato", "arco", "tremolo", "swell", "hit", "pizzicato"),
    "calm hold": ("slow", "sustain", "legato", "arco", "tremolo", "swell", "hit", "pizzicato"),
    "tense hold": ("tremolo", "sustain", "arco", "swell", "hit", "pizzicato"),
    "short": ("staccato", "spiccato", "pizzicato", "hit", "sustain", "arco"),
    "driven": ("spiccato", "staccato", "hit", "sustain", "pizzicato", "arco"),
    "flowing": ("legato", "sustain", "hit", "pizzicato", "arco"),
    "accent": ("marcato", "sforzando", "staccato", "snap", "hit", "sustain", "pizzicato", "arco"),
    "bass": ("sustain", "arco", "legato", "hit", "pizzicato"),
}


def technique_for(player: Instrument, style: str, *, asked: str = "") -> str:
    """Return the technique an idiom asks for, else the first of the style that exists."""
    names = [item.name for item in player.techniques]
    for wanted in (asked, *STYLES[style]):
        if wanted in names:
            return wanted
    return names[0]


def capable(role: str) -> tuple[str, ...]:
    """Return the instruments that can take a role at all, in the order of the catalogue."""
    return tuple(i.id for i in catalogue().values() if i.pitched and _can(i, role))


def _can(player: Instrument, role: str) -> bool:
    drum = player.family == "percussion"
    if role == "pad":
        return player.polyphony >= 2 and not drum
    if role in ("bass", "drone"):
        return player.low <= 40 and not drum
    quick = 8 if role == "motion" else 5
    return player.agility >= quick and player.family != "colour"


def reach(player: Instrument, tones: Iterable[Tone], *, shift: int = 0) -> tuple[float, float]:
    """Return which shares of tones an instrument can play, and can play with comfort."""
    pitches = [tone.pitch + shift for tone in tones]
    if not pitches:
        return 1.0, 1.0
    playable = sum(player.low <= p <= player.high for p in pitches) / len(pitches)
    comfort = sum(player.comfort_low <= p <= player.comfort_high for p in pitches)
    return playable, comfort / len(pitches)


def known(desk: str) -> Instrument:
    """Return the instrument of ``instrument/technique``."""
    return instrument(split_desk(desk)[0])
