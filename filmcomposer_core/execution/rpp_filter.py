"""Filters as JSFX, whose state is plain text.

``sstillwell/hpflpf`` (sliders: high-pass 0 to 1000 Hz, 0 = off; low-pass 1000 to 22000 Hz,
22000 = off; gain in dB) serves the usual values. ``Liteon/statevariable`` (processing, X, Y,
frequency on a scale of 0 to 100, resonance dB, amount %, gain dB; X = 0 with Y = 1 is a low-pass,
with Y = 0 a high-pass) serves those beyond its reach. Names and sliders are those of the files
that REAPER installs, read as text; not tried in REAPER itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from filmcomposer_core.contracts.daw_plan import EnvelopeOp
from filmcomposer_core.execution.rpp_envelope import envelope
from filmcomposer_core.execution.rpp_place import Placement
from filmcomposer_core.execution.rpp_text import Lines, block, number

JSFX_SLIDERS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A JSFX set up for one filter: its file, its sliders and the slider that moves."""

    name: str
    sliders: tuple[float, ...]
    slider: int
    low: float
    high: float
    scaled: bool


def filter_for(parameter: str, value: float, moved: Sequence[EnvelopeOp]) -> Filter:
    """Choose the JSFX that reaches every frequency asked for."""
    wanted = [value, *(point.value for e in moved for point in e.points)]
    low_pass = parameter == "lowpass_hz"
    if low_pass and min(wanted) >= 1000.0:
        sliders = (0.0, min(value, 22000.0), 0.0)
        return _hpflpf(sliders, slider=1, low=1000.0, high=22000.0)
    if not low_pass and max(wanted) <= 1000.0:
        return _hpflpf((value, 22000.0, 0.0), slider=0, low=0.0, high=1000.0)
    y = 1.0 if low_pass else 0.0
    return Filter(
        name="Liteon/statevariable",
        sliders=(0.0, 0.0, y, scale_of_hz(value), 0.0, 100.0, 0.0),
        slider=3,
        low=0.0,
        high=100.0,
        scaled=True,
    )


def _hpflpf(sliders: tuple[float, ...], *, slider: int, low: float, high: float) -> Filter:
    return Filter(
        name="sstillwell/hpflpf", sliders=sliders, slider=slider, low=low, high=high, scaled=False
    )


def scale_of_hz(hz: float) -> float:
    """Return a frequency on the scale of 0 (about 20 Hz) to 100 (20 kHz) of the Liteon filters."""
    steps = math.log(hz / 8.17742) / math.log(1.059)
    return min(max((steps - 16.0) / 1.20103, 0.0), 100.0)


def filter_block(setting: Filter) -> Lines:
    """Return the ``JS`` block of a filter."""
    return block("JS", (setting.name, ""), [slider_line(setting.sliders)])


def slider_line(values: Sequence[float]) -> str:
    """Return the state of a JSFX: 64 sliders, ``-`` for those that it does not have."""
    shown = [f"{value:.6f}" for value in values]
    return " ".join([*shown, *["-"] * (JSFX_SLIDERS - len(shown))])


def filter_curve(op: EnvelopeOp, setting: Filter, *, place: Placement) -> Lines:
    """Return the envelope of the filter's slider, in the slider's own unit."""
    top = setting.high
    values = [scale_of_hz(p.value) if setting.scaled else min(p.value, top) for p in op.points]
    middle = (setting.low + setting.high) / 2
    span = f"{setting.slider} {number(setting.low)} {number(setting.high)} {number(middle)}"
    points = [(point.time_s, value) for point, value in zip(op.points, values, strict=True)]
    return envelope(f"PARMENV {span}", points, ident=f"fx/{op.target}", place=place)
