"""What a soundfont prescribes for a key and a velocity, with its modulators worked out.

The synthesisers that come as wheels ignore modulators, and good fonts make soft notes duller and
slower by them. Velocity and key are known before the sound is made, so their share is worked out
here and becomes plain generators. Modulators driven by a controller are left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from filmcomposer_core.render.soundfont import Preset, Soundfont, Table

CHORUS, REVERB, RELEASE, INSTRUMENT, KEY_RANGE, VELOCITY_RANGE = 15, 16, 38, 41, 43, 44
ATTENUATION, SAMPLE = 48, 53
#: The share of a zone's attenuation that counts (an E-mu habit); modulators count in full.
_ATTENUATION_SHARE = 0.4
#: The law that the format builds in: 960 cB times the concave curve of the velocity.
_VELOCITY_LAW = (0x0502, ATTENUATION, 0)
_VELOCITY_LAW_CB = 960
#: FluidSynth ignores this one, whatever its amount.
_VELOCITY_TO_FILTER = (0x0102, 8, 0x0D02)
_TIMES = (21, 23, 25, 26, 27, 28, 30, 33, 34, 35, 36, 38)
DEFAULTS = {8: 13500, 46: -1, 47: -1, 56: 100, 58: -1} | dict.fromkeys(_TIMES, -12000)
_LIMITS = (
    {8: (1500, 13500), 9: (0, 960), 13: (-960, 960), 17: (-500, 500), 22: (-16000, 4500)}
    | {24: (-16000, 4500), 29: (0, 1000), 37: (0, 1440), 48: (0, 1440)}
    | {51: (-120, 120), 52: (-99, 99)}
    | dict.fromkeys((5, 6, 7, 10, 11), (-12000, 12000))
    | dict.fromkeys((21, 23, 25, 27, 33, 35), (-12000, 5000))
    | dict.fromkeys((26, 28, 30, 34, 36, 38), (-12000, 8000))
)
_ANY = (-32768, 32767)
#: Generators that a preset may not change: sample addresses, keys, loop mode, class, root.
_INSTRUMENT_ONLY = {0, 1, 2, 3, 4, 12, 45, 46, 47, 50, 54, 57, 58, 43, 44, 41, 53}
_MODULATOR = np.dtype(
    [("source", "<u2"), ("target", "<u2"), ("amount", "<i2"), ("by", "<u2"), ("form", "<u2")]
)
Range = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerLaw:
    """What a player does with attenuation: the share it counts, and its velocity law in cB."""

    attenuation_share: float
    velocity_cb: float


#: FluidSynth and RustySynth.
USUAL_LAW = PlayerLaw(attenuation_share=_ATTENUATION_SHARE, velocity_cb=_VELOCITY_LAW_CB)
Modulators = dict[tuple[int, int, int], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A zone of a preset joined with one of its instrument, before modulators.

    Ranges include both ends; ``base`` holds the sum of the generators by number.
    """

    keys: Range
    velocities: Range
    sample: int
    base: dict[int, int]
    modulators: Modulators

    @property
    def depends_on(self) -> frozenset[int]:
        """Which of velocity (2) and key (3) change the sound by a modulator."""
        sources = {source & 0xFF for source, _, _ in self.modulators}
        return frozenset(sources | {by & 0xFF for _, _, by in self.modulators} | {2}) & {2, 3}


@dataclass(frozen=True, slots=True)
class _Layer:
    generators: dict[int, int]
    modulators: Modulators


def preset_zones(font: Soundfont, preset: Preset) -> list[Zone]:
    """Return every sounding zone of a preset."""
    zones: list[Zone] = []
    for outer in _layers(font, "p", font.presets[preset], INSTRUMENT):
        for inner in _layers(font, "i", outer.generators[INSTRUMENT], SAMPLE):
            keys = _meet(outer.generators, inner.generators, KEY_RANGE)
            velocities = _meet(outer.generators, inner.generators, VELOCITY_RANGE)
            if keys[0] <= keys[1] and velocities[0] <= velocities[1]:
                zones.append(_join(outer, inner, keys, velocities))
    return zones


def resolve(zone: Zone, *, key: int, velocity: int, law: PlayerLaw = USUAL_LAW) -> dict[int, int]:
    """Return the generators of a zone for one key and velocity, modulators included.

    The player's own velocity law is taken off what the font asks for, so an attenuation may be
    below 0 (the cut font shifts all of them).

    Parameters
    ----------
    zone : Zone
        The zone.
    key, velocity : int
        What is played.
    law : PlayerLaw
        What the player adds by itself.
    """
    values = dict(zone.base)
    added: dict[int, float] = {}
    for (source, target, by), amount in zone.modulators.items():
        share = _curve(source, key, velocity) * (_curve(by, key, velocity) if by else 1.0)
        added[target] = added.get(target, 0.0) + amount * share
    lost_cb = added.pop(ATTENUATION, 0.0) + _ATTENUATION_SHARE * values.get(ATTENUATION, 0)
    lost_cb -= law.velocity_cb * _curve(_VELOCITY_LAW[0], key, velocity)
    values[ATTENUATION] = round(lost_cb / law.attenuation_share)
    for number, extra in added.items():
        low, high = _LIMITS.get(number, _ANY)
        start = values.get(number, DEFAULTS.get(number, 0))
        values[number] = round(min(max(start + extra, low), high))
    return values


def _layers(font: Soundfont, kind: str, row: int, target: int) -> list[_Layer]:
    """Return the zones of a preset or instrument with those of its global zone filled in."""
    names = (b"phdr", b"pbag", b"pgen", b"pmod")
    if kind == "i":
        names = (b"inst", b"ibag", b"igen", b"imod")
    head, bag, gen, mod = (font.tables[name] for name in names)
    shared = _Layer({}, {})
    found: list[_Layer] = []
    first = int(head["bag"][row])
    for at in range(first, int(head["bag"][row + 1])):
        generators = _generators(gen[int(bag["gen"][at]) : int(bag["gen"][at + 1])])
        modulators = _modulators(mod[int(bag["mod"][at]) : int(bag["mod"][at + 1])])
        if target in generators:
            layer = _Layer(shared.generators | generators, shared.modulators | modulators)
            found.append(layer)
        elif at == first:
            shared = _Layer(generators, modulators)
    return found


def _generators(rows: Table) -> dict[int, int]:
    unsigned = {KEY_RANGE, VELOCITY_RANGE, INSTRUMENT, SAMPLE}
    return {
        int(row["oper"]): int(row["amount"])
        if int(row["oper"]) in unsigned or row["amount"] < 0x8000
        else int(row["amount"]) - 0x10000
        for row in rows
    }


def _modulators(rows: Table) -> Modulators:
    """Return the modulators that velocity and key drive, (source, target, by) -> amount."""
    found: Modulators = {}
    for row in rows.view(_MODULATOR):
        source, by = int(row["source"]), int(row["by"])
        if source & 0xFF in (2, 3) and by & 0xFF in (0, 2, 3):
            found[source, int(row["target"]), by] = int(row["amount"])
    return found


def _meet(outer: dict[int, int], inner: dict[int, int], number: int) -> Range:
    ranges = [layer.get(number, 127 << 8) for layer in (outer, inner)]
    return max(item & 255 for item in ranges), min(item >> 8 for item in ranges)


def _join(outer: _Layer, inner: _Layer, keys: Range, velocities: Range) -> Zone:
    values = {n: v for n, v in inner.generators.items() if n not in (KEY_RANGE, VELOCITY_RANGE)}
    index = values.pop(SAMPLE)
    for number, amount in outer.generators.items():
        if number not in _INSTRUMENT_ONLY:
            low, high = _LIMITS.get(number, _ANY)
            start = values.get(number, DEFAULTS.get(number, 0))
            values[number] = min(max(start + amount, low), high)
    # The renderer has a hall of its own, so the font's sends are not wanted.
    values.pop(CHORUS, None)
    values.pop(REVERB, None)
    # An instrument's modulator replaces the built-in one of its kind, a preset's adds to it.
    modulators = {_VELOCITY_LAW: _VELOCITY_LAW_CB} | inner.modulators
    for identity, amount in outer.modulators.items():
        modulators[identity] = modulators.get(identity, 0) + amount
    modulators.pop(_VELOCITY_TO_FILTER, None)
    modulators = {identity: amount for identity, amount in modulators.items() if amount}
    return Zone(keys=keys, velocities=velocities, sample=index, base=values, modulators=modulators)


def _curve(source: int, key: int, velocity: int) -> float:
    """Return the value of a modulator source, 0 to 1, or -1 to 1 where it is bipolar."""
    number = source & 0x7F
    if number not in (2, 3):
        return 0.0
    x = (velocity if number == 2 else key) / 127.0
    if source & 0x100:
        x = 1.0 - x
    shape, bipolar = source >> 10, bool(source & 0x200)
    if bipolar:
        x = 2.0 * x - 1.0
    size = abs(x)
    if shape == 1:
        size = _concave(size)
    elif shape == 2:
        size = 1.0 - _concave(1.0 - size)
    elif shape == 3:
        size = float(size >= 0.5)
    return math.copysign(size, x)


def _concave(x: float) -> float:
    """Return the concave curve: -20/96 log10 of the squared rest, 1 at the end."""
    return 1.0 if x >= 1.0 else min(1.0, -400.0 / 960.0 * math.log10(1.0 - x))
