"""Bars outside the motifs: drives, half and full closes, the bar that leads into a section."""

from __future__ import annotations

from typing import Final

import numpy as np

from filmcomposer_core.composition.grid import GridBar
from filmcomposer_core.composition.hits import Note
from filmcomposer_core.composition.manner import Heard, Idea, Manner
from filmcomposer_core.composition.rhythm import Metre, Onsets, draw_bar

#: Density of the bars outside motifs, relative to the idiom's.
DENSITY: Final = {"d": 1.0, "h": 0.55, "c": 0.4, "D": 1.4}
#: Steps of a leap; a drive remembers the rest of the motif without it.
_LEAP: Final = 3
#: How firmly a drive keeps the steps that it remembers.
_DRIVE: Final = 0.4
#: How firmly the bar before a section climbs the scale.
_CLIMB: Final = 0.8


def free_bar(
    kind: str,
    bar: GridBar,
    idea: Idea,
    manner: Manner,
    heard: Heard,
    again: bool,
    rng: np.random.Generator,
) -> list[Note]:
    """Return a bar outside the motifs; each task keeps its rhythm until a phrase comes again.

    A bar for which there are rhythm points has theirs.
    """
    motif = idea.motif
    tier = 0 if kind in "hc" else round(2 * manner.contrast * (bar.motion - 0.5))
    name = (f"{kind}{tier}", bar.num, bar.den, int(again))
    onsets = manner.points.get(bar.number) or heard.free.get(name)
    if onsets is None:
        like = kind == "d" and motif.ticks == bar.length and rng.random() < 0.2
        onsets = motif.bars[0] if like else _chosen(kind, bar, idea, manner, heard, rng)
        heard.free[name] = onsets
        if onsets not in heard.bars:
            heard.bars.append(onsets)
    style = manner.style
    leans = kind in "hc" and len(onsets) > 1 and rng.random() < style.lean
    remembers = kind == "d" and motif.ticks == bar.length
    row = []
    for place, (start, length) in enumerate(onsets):
        step = None
        if kind == "D" and place:
            step = 1
        elif remembers and 0 < place < motif.head and abs(motif.steps[place] or 0) < _LEAP:
            step = motif.steps[place]
        row.append(
            Note(
                start=bar.start + start,
                length=length,
                bar=bar.number,
                step=step,
                firm=_CLIMB if kind == "D" else _DRIVE,
                lean=1 if leans and place == 0 else 0,
            )
        )
    return row


def _chosen(
    kind: str, bar: GridBar, idea: Idea, manner: Manner, heard: Heard, rng: np.random.Generator
) -> Onsets:
    """Return a rhythm for a task: of the idea's own tune, else any that is common in the metre."""
    bars = idea.bars.get(kind, ()) if bar.length == idea.motif.ticks else ()
    if not bars:
        return _drawn(kind, bar, manner, heard, rng)
    factor = manner.density * (1.0 + manner.contrast * (bar.motion - 0.5))
    wanted = factor * len(bars[0])
    return min(bars, key=lambda onsets: abs(len(onsets) - wanted) - 0.3 * (onsets in heard.bars))


def _drawn(
    kind: str, bar: GridBar, manner: Manner, heard: Heard, rng: np.random.Generator
) -> Onsets:
    factor = manner.density * (1.0 + manner.contrast * (bar.motion - 0.5))
    return draw_bar(
        manner.style,
        Metre(num=bar.num, den=bar.den, seconds=bar.seconds),
        close=kind in "hc",
        density=factor * manner.style.density * DENSITY[kind],
        hits=(),
        known=heard.bars,
        fresh=manner.fresh if kind != "d" else 0.3 * manner.fresh,
        rng=rng,
    )
