"""Which sound plays each instrument of the catalogue in REAPER: ``sounds.toml``."""

from __future__ import annotations

from dataclasses import dataclass, field

from filmcomposer_core.contracts._check import STRICT, in_range, one_of

STEMS, MINE, RACKS = "stems", "mine", "racks"
#: Printed stems; the user's own instruments; racks of REAPER's sampler.
CHOICES = (STEMS, MINE, RACKS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Articulation:
    """How a technique is called up in a plug-in; -1 = not in this way.

    ``key`` is a keyswitch (MIDI number), ``channel`` 1 to 16 (0 = that of the sound), ``program``
    a program change 0 to 127, ``controller`` and ``value`` a controller's number and value.
    """

    __pydantic_config__ = STRICT

    key: int = -1
    channel: int = 0
    program: int = -1
    controller: int = -1
    value: int = 0

    def __post_init__(self) -> None:
        for name in ("key", "program", "controller"):
            in_range(name, getattr(self, name), -1, 127)
        in_range("channel", self.channel, 0, 16)
        in_range("value", self.value, 0, 127)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSound:
    """A sound of the user's.

    ``sound`` is a choice for this instrument alone, empty = that of the whole file. ``plugin`` is
    the name that REAPER's list of effects shows, ``preset`` one of REAPER's presets of it,
    ``template`` a track template or effect chain in its place (path below ``TrackTemplates`` or
    ``FXChains``, or absolute). ``channel`` is the MIDI channel of all notes, 0 = a channel for each
    technique, as the part has them. ``articulations`` maps techniques to how they are called up.
    """

    __pydantic_config__ = STRICT

    sound: str = ""
    plugin: str = ""
    preset: str = ""
    template: str = ""
    channel: int = 1
    articulations: dict[str, Articulation] = field(default_factory=dict)

    def __post_init__(self) -> None:
        one_of("sound", self.sound, ("", *CHOICES))
        in_range("channel", self.channel, 0, 16)

    @property
    def is_there(self) -> bool:
        """Whether anything is named that could sound."""
        return bool(self.plugin or self.template)


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundMap:
    """The sounds of all instruments by the catalogue's ids.

    ``default`` is what parts play; empty = nothing is said of it, which means printed stems.
    """

    __pydantic_config__ = STRICT

    default: str = ""
    instruments: dict[str, OwnSound] = field(default_factory=dict)

    def __post_init__(self) -> None:
        one_of("default", self.default, ("", *CHOICES))

    def choice(self, instrument: str) -> str:
        """Return what an instrument plays on: stems, mine or racks."""
        own = self.instruments.get(instrument)
        return (own.sound if own is not None else "") or self.default or STEMS
