"""The bars under the theme in ticks: metre, chords, scales and tension.

A tick is 1/96 of a quarter note: sixteenths (24), triplets (32, 16) and fine hits (3) are whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from filmcomposer_core.contracts.clip import Curves
from filmcomposer_core.contracts.harmony import (
    MODES,
    Chord,
    parse_chords,
    parse_pitch_class,
)
from filmcomposer_core.contracts.plan import CuePlan, Section
from filmcomposer_core.timeline import Bar

TICKS = 96
SIXTEENTH = TICKS // 4
#: Interval above a chord's root -> where the scale gives way to that tone: the note above or below.
_GIVES_WAY = {4: -1, 11: -1, 8: -1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Harmony:
    """A chord with the scale that goes with it; pitch classes, and the key they stand in.

    ``foreign`` are the notes that belong to the chord and not to the key, but for a leading note.
    """

    chord: Chord
    scale: tuple[int, ...]
    tonic: int
    minor: bool
    foreign: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GridBar:
    """A bar: ``start`` and ``length`` in ticks, one harmony for each cell of the plan's line.

    ``motion`` is the rank (0 to 1) of the picture's motion in it, ``seconds`` its length, ``scale``
    the pitch classes of its section's mode.
    """

    number: int
    start: int
    length: int
    num: int
    den: int
    seconds: float
    section: int
    harmonies: tuple[Harmony, ...]
    tension: float
    motion: float
    scale: tuple[int, ...] = ()

    @property
    def end(self) -> int:
        """Tick of the next bar line."""
        return self.start + self.length

    def harmony_at(self, tick: int) -> Harmony:
        """Return the harmony under a tick; the bar is shared evenly."""
        index = (tick - self.start) * len(self.harmonies) // self.length
        return self.harmonies[max(0, min(index, len(self.harmonies) - 1))]

    def strength(self, tick: int) -> float:
        """Return the weight of a place in the bar: 1 downbeat, .6 accent, .35 beat, .1 else."""
        return metric_strength(tick - self.start, num=self.num, den=self.den)


def metric_strength(offset: int, *, num: int, den: int) -> float:
    """Return the metrical weight of an offset in ticks from the bar line.

    Examples
    --------
    >>> metric_strength(192, num=4, den=4), metric_strength(144, num=6, den=8)
    (0.6, 0.6)
    """
    if offset == 0:
        return 1.0
    beats, accent = beat_offsets(num, den)
    if offset == accent:
        return 0.6
    return 0.35 if offset in beats else 0.1


def beat_offsets(num: int, den: int) -> tuple[tuple[int, ...], int]:
    """Return the offsets of the felt beats in ticks, and that of the second accent (0 = none)."""
    unit = TICKS * 4 // den
    groups = group_lengths(num, den)
    offsets, at = [], 0
    for group in groups:
        offsets.append(at)
        at += group * unit
    if len(offsets) == 2:
        return tuple(offsets), offsets[1]
    middle = offsets[(len(offsets) + 1) // 2] if len(offsets) > 3 else 0
    if den >= 8 and num % 3 and len(offsets) == 3:
        middle = offsets[2]
    return tuple(offsets), middle


def group_lengths(num: int, den: int) -> tuple[int, ...]:
    """Return the felt beats of a metre in units of its denominator: 7/8 is 2 + 2 + 3."""
    if den < 8 or num == 1:
        return (1,) * num
    if num % 3 == 0:
        return (3,) * (num // 3)
    if num % 2 == 0:
        return (2,) * (num // 2)
    return (2,) * ((num - 3) // 2) + (3,)


def scale_over(scale: tuple[int, ...], chord: Chord) -> tuple[int, ...]:
    """Return a scale bent to a chord: foreign chord tones replace their neighbours.

    Examples
    --------
    >>> from filmcomposer_core.contracts.harmony import parse_chord
    >>> sorted(scale_over((9, 11, 0, 2, 4, 5, 7), parse_chord("E")))
    [0, 2, 4, 5, 8, 9, 11]
    """
    tones = set(scale)
    own = set(chord.pitch_classes)
    for tone in chord.pitch_classes:
        if tone in tones:
            continue
        interval = (tone - chord.root) % 12
        way = _GIVES_WAY.get(interval, 1)
        if interval == 0 and (chord.quality.startswith(("dim", "m7b5")) or "#" in chord.symbol[:2]):
            way = -1
        neighbours = [(tone + way) % 12, (tone - way) % 12]
        tones.add(tone)
        for near in neighbours:
            if near in tones and near not in own:
                tones.discard(near)
                break
    return tuple(sorted(tones))


def build_grid(
    plan: CuePlan, bars: Sequence[Bar], *, curves: Curves, bar_ends_s: Sequence[float]
) -> tuple[GridBar, ...]:
    """Return the planned bars in order.

    Parameters
    ----------
    plan : CuePlan
        Sections, chords and tension.
    bars : sequence of Bar
        Bars of the tempo map from bar 1, at least to the last planned one.
    curves : Curves
        Gives the motion of the picture.
    bar_ends_s : sequence of float
        End of each bar in seconds.
    """
    motion = _bar_motion(curves, bars)
    known: dict[tuple[str, str, str], Harmony] = {}
    grid = []
    for index, section in enumerate(plan.sections):
        for offset, cell in enumerate(parse_chords(section.chords)):
            bar = bars[section.start + offset - 1]
            grid.append(
                GridBar(
                    number=bar.number,
                    start=round(bar.start_beat * TICKS),
                    length=round(bar.beats * TICKS),
                    num=bar.num,
                    den=bar.den,
                    seconds=bar_ends_s[bar.number - 1] - bar.start_s,
                    section=index,
                    harmonies=tuple(_harmony(chord, section, known) for chord in cell),
                    tension=plan.bar_tension[bar.number - 1],
                    motion=motion[bar.number - 1],
                    scale=section_scale(section.key, section.mode),
                )
            )
    return tuple(grid)


def section_scale(key: str, mode: str) -> tuple[int, ...]:
    """Return the pitch classes of a mode on a tonic, from the tonic."""
    return tuple((parse_pitch_class(key) + step) % 12 for step in MODES[mode])


def _harmony(chord: Chord, section: Section, known: dict[tuple[str, str, str], Harmony]) -> Harmony:
    name = (chord.symbol, section.key, section.mode)
    if name not in known:
        tonic = parse_pitch_class(section.key)
        steps = MODES[section.mode]
        scale = section_scale(section.key, section.mode)
        inside = {*scale, (tonic - 1) % 12}
        known[name] = Harmony(
            chord=chord,
            scale=scale_over(scale, chord),
            tonic=tonic,
            minor=4 not in steps,
            foreign=tuple(tone for tone in chord.pitch_classes if tone not in inside),
        )
    return known[name]


def _bar_motion(curves: Curves, bars: Sequence[Bar]) -> list[float]:
    """Return the rank of each bar's mean motion among the bars, 0 to 1; 0.5 where it is even."""
    edges = np.array([bar.start_s for bar in bars] + [np.inf])
    index = np.searchsorted(edges, curves.time_s + 1e-9, side="right") - 1
    count = np.bincount(index, minlength=len(bars))
    mean = np.bincount(index, weights=curves.motion, minlength=len(bars)) / np.maximum(count, 1)
    if np.ptp(mean) < 1e-9:
        return [0.5] * len(bars)
    return [float(v) for v in np.argsort(np.argsort(mean, kind="stable")) / max(1, len(bars) - 1)]
