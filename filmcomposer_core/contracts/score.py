"""Notes: the theme and the parts of the arrangement. All times are in beats = quarter notes."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from filmcomposer_core.contracts._check import STRICT, in_range, not_empty, one_of
from filmcomposer_core.contracts.decision import SPARSE, Decision
from filmcomposer_core.contracts.labels import DYNAMICS, ROLES

#: What a note beside the theme does in the role of the theme: it plays along.
DOUBLING = "doubling"
NOTE_ROLES = ("", *ROLES, DOUBLING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A sounding note; beat 0 is the start of bar 1, pitch 60 is middle C, always sounding.

    ``technique`` is how it is played, a technique of the part's instrument; empty = the part's
    own. ``role`` is what it does, empty = the part's role; ``doubling`` = it plays along with the
    theme without being the theme.
    """

    __pydantic_config__ = STRICT

    beat: float
    length: float
    pitch: int
    velocity: int
    technique: str = ""
    role: str = ""

    def __post_init__(self) -> None:
        one_of("role", self.role, NOTE_ROLES)
        in_range("beat", self.beat, 0.0, 1e6)
        in_range("pitch", self.pitch, 0, 127)
        in_range("velocity", self.velocity, 1, 127)
        if not self.length > 0:
            msg = f"note at beat {self.beat:g} has length {self.length:g}, must be above 0"
            raise ValueError(msg)

    @property
    def end(self) -> float:
        """Beat at which the note stops."""
        return self.beat + self.length


@dataclass(frozen=True, slots=True, kw_only=True)
class Controller:
    """A MIDI controller value from a beat on; ``ramp`` = move linearly to the next value."""

    __pydantic_config__ = STRICT

    beat: float
    number: int
    value: int
    ramp: bool = False

    def __post_init__(self) -> None:
        in_range("beat", self.beat, 0.0, 1e6)
        in_range("number", self.number, 0, 127)
        in_range("value", self.value, 0, 127)


@dataclass(frozen=True, slots=True, kw_only=True)
class Melody:
    """The theme in time order, without overlaps; ``phrase_starts`` are bar numbers."""

    __pydantic_config__ = STRICT

    notes: tuple[Note, ...]
    phrase_starts: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for before, after in pairwise(self.notes):
            if after.beat < before.end - 1e-6:
                msg = f"melody notes overlap at beat {after.beat:g}"
                raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A bar of the score: its number, where it starts, its signature and its dynamic.

    ``decision`` says who set the dynamic, None = theory.
    """

    __pydantic_config__ = STRICT

    number: int
    beat: float
    num: int
    den: int
    dynamic: str
    decision: Decision | None = field(default=None, metadata=SPARSE, hash=False)

    def __post_init__(self) -> None:
        one_of("dynamic", self.dynamic, DYNAMICS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """A doubling of a track by another instrument, ``semitones`` away, at a linear ``gain``."""

    __pydantic_config__ = STRICT

    instrument: str
    semitones: int
    gain: float

    def __post_init__(self) -> None:
        in_range("semitones", self.semitones, -36, 36)
        in_range("gain", self.gain, 0.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one instrument plays.

    ``technique`` and ``role`` hold for every note that names no other. ``decisions`` says by field
    who chose its player, technique, softened measures and duplicates; nothing = theory.
    """

    __pydantic_config__ = STRICT

    id: str
    name: str
    role: str
    instrument: str
    technique: str
    notes: tuple[Note, ...]
    controllers: tuple[Controller, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    soften: tuple[int, ...] = ()
    reasons: tuple[str, ...] = ()
    decisions: dict[str, Decision] = field(default_factory=dict, metadata=SPARSE, hash=False)

    def __post_init__(self) -> None:
        not_empty("id", self.id)
        one_of("role", self.role, ROLES)

    def role_of(self, note: Note) -> str:
        """Return what a note does: a role, or ``doubling``."""
        return note.role or self.role

    def technique_of(self, note: Note) -> str:
        """Return the technique of a note."""
        return note.technique or self.technique


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The arranged cue: ``score.json``."""

    __pydantic_config__ = STRICT

    measures: tuple[Measure, ...]
    parts: tuple[Part, ...]

    def __post_init__(self) -> None:
        ids = [part.id for part in self.parts]
        if len(set(ids)) != len(ids):
            msg = "two parts have the same id"
            raise ValueError(msg)
