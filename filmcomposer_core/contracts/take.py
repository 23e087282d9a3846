"""What the melody model is asked for and what it gives (Sec. 3.2)."""

from __future__ import annotations

from dataclasses import dataclass

from filmcomposer_core.contracts._check import STRICT, in_range, not_empty, one_of

#: What steers the model; the ablation of Table 4 runs all three.
CONDITIONS = ("text", "rhythm", "both")
#: The longest cue a model is asked for, seconds.
LONGEST_S = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """A rhythm spot as the model hears it.

    ``strength`` is 0 to 1. ``pitches`` are the pitch classes (0 = C) that sound in it: those of
    the chord planned for that moment, none = a stroke without pitch.
    """

    __pydantic_config__ = STRICT

    time_s: float
    strength: float
    pitches: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        in_range("time_s", self.time_s, 0.0, 1e6)
        in_range("strength", self.strength, 0.0, 1.0)
        for pitch in self.pitches:
            in_range("pitches", pitch, 0, 11)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeRequest:
    """What is asked of the melody model; one candidate for each seed, made in one batch.

    ``guidance`` is the scale of classifier-free guidance, ``top_k`` 0 = all tokens,
    ``temperature`` 0 = the likeliest token.
    """

    __pydantic_config__ = STRICT

    text: str
    strokes: tuple[Stroke, ...]
    duration_s: float
    seeds: tuple[int, ...]
    condition: str = "both"
    guidance: float = 3.0
    top_k: int = 250
    temperature: float = 1.0

    def __post_init__(self) -> None:
        one_of("condition", self.condition, CONDITIONS)
        in_range("duration_s", self.duration_s, 0.1, LONGEST_S)
        in_range("guidance", self.guidance, 1.0, 20.0)
        in_range("top_k", self.top_k, 0, 100_000)
        in_range("temperature", self.temperature, 0.0, 5.0)
        if not 1 <= len(self.seeds) <= 16:
            msg = f"{len(self.seeds)} seeds are asked for, must be 1 to 16"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class MelodyModel:
    """Which model made a take, for the provenance.

    ``heard_rhythm`` says how the rhythm reached it: ``rhythm conditioner`` (trained on rhythm
    spots, Sec. 3.2) or ``melody conditioner`` (published weights, which take the chromagram of a
    tune). ``sha256`` is over its weights and settings.
    """

    __pydantic_config__ = STRICT

    name: str
    sha256: str
    licence: str
    commercial: bool
    heard_rhythm: str
    device: str
    dtype: str

    def __post_init__(self) -> None:
        not_empty("name", self.name)
        one_of("heard_rhythm", self.heard_rhythm, ("rhythm conditioner", "melody conditioner"))
