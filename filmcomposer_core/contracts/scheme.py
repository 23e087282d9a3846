"""The arrangement and mix scheme of Fig. 3, written by the roles of Table 2."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from filmcomposer_core.contracts._check import STRICT, in_range, not_empty, one_of
from filmcomposer_core.contracts.decision import DECIDED, SPARSE, Decision
from filmcomposer_core.contracts.labels import DYNAMICS
from filmcomposer_core.contracts.score import Duplicate

#: ``measureN`` -> value.
ByMeasure = dict[str, float]
MEASURE_KEY = re.compile(r"^measure([1-9][0-9]*)$")
FX_PARAMETERS = ("lowpass_hz", "highpass_hz")


def measure_number(key: str) -> int:
    """Return N for the key ``measureN``.

    Raises
    ------
    ValueError
        If the key has another form.
    """
    match = MEASURE_KEY.match(key)
    if match is None:
        msg = f"{key!r} is not a measure; write measure1, measure2 …"
        raise ValueError(msg)
    return int(match[1])


def _check_values(name: str, value: float | ByMeasure, low: float, high: float) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            measure_number(key)
            in_range(f"{name} in {key}", item, low, high)
    else:
        in_range(name, value, low, high)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureScheme:
    """The dynamic of one measure, as the Analyze role set it; ``decision`` says who did."""

    __pydantic_config__ = STRICT

    measure: int
    dynamic: str
    decision: Decision | None = field(default=None, metadata=SPARSE, hash=False)

    def __post_init__(self) -> None:
        one_of("dynamic", self.dynamic, DYNAMICS)


@dataclass(frozen=True, slots=True, kw_only=True)
class FxScheme:
    """One FX parameter of a track, fixed or by measure: ``lowpass_hz`` or ``highpass_hz``."""

    __pydantic_config__ = STRICT

    parameter: str
    value: float | ByMeasure

    def __post_init__(self) -> None:
        one_of("fx parameter", self.parameter, FX_PARAMETERS)
        _check_values(self.parameter, self.value, 10.0, 24000.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackScheme:
    """How one track is played and mixed.

    ``panning`` runs from -1 (left) to 1, ``reverb_space`` (0 to 1) is the gain of the reverb
    send, ``volume_envelope`` holds linear gains of 0 to 1 (1 = 0 dB) at the downbeats of measures
    with straight lines between; measure 1 is the first bar of the tempo map. ``soften`` lists
    measures played one dynamic step softer. ``decisions`` says by field who decided it, beside what
    was computed; a field without an entry is theory's.
    """

    __pydantic_config__ = STRICT

    id: str
    track_index: int
    instrument: str
    technique: str
    panning: float | ByMeasure
    reverb_space: float | ByMeasure
    volume_envelope: ByMeasure
    fx: FxScheme | None = None
    duplicates: tuple[Duplicate, ...] = ()
    soften: tuple[int, ...] = ()
    reasons: dict[str, str] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict, metadata=SPARSE, hash=False)

    def __post_init__(self) -> None:
        not_empty("id", self.id)
        not_empty("instrument", self.instrument)
        for name in self.decisions:
            one_of("decisions", name, DECIDED)
        _check_values("panning", self.panning, -1.0, 1.0)
        _check_values("reverb_space", self.reverb_space, 0.0, 1.0)
        _check_values("volume_envelope", self.volume_envelope, 0.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """The whole scheme: ``scheme.json``."""

    __pydantic_config__ = STRICT

    measures: tuple[MeasureScheme, ...]
    tracks: tuple[TrackScheme, ...]
