"""Stage B: a tempo for every bar, by dynamic programming over bar lines.

A state is a bar line: its exact time and the tempo reached there. States that share a cell (a
fraction of a frame, one step of the tempo grid) compete, the cheapest stays. The clip is crossed in
windows shorter than the shortest bar, so that every window is one vectorised step and the work
grows with the length of the clip alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.tempo.constant import Field, start_cost, starts_of, too_early
from filmcomposer_core.tempo.hits import Array, Hit, hit_cost
from filmcomposer_core.tempo.meters import ODD_BARS, Meter
from filmcomposer_core.tempo.moves import Moves, moves_of
from filmcomposer_core.tempo.path import Path

_STATE: Final = np.dtype(
    [
        ("time", "f8"),
        ("cost", "f8"),
        ("parent", "i4"),
        ("tempo", "i2"),
        ("came", "i2"),
        ("move", "i2"),
        ("since", "i2"),
    ]
)
States = NDArray[np.void]
#: Longer clips are searched on a coarser grid.
_LONG_S: Final = 240.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A field with the freedom of a search: grid of tempi, moves per bar, size of its cells."""

    field: Field
    bpm: Array
    moves: Moves
    cell_s: float
    beam: int


def search_of(
    field: Field, *, max_change: float, ramps: bool, odd_bars: bool, frame_s: float
) -> Search:
    """Lay out a search.

    Parameters
    ----------
    field : Field
    max_change : float
        Greatest change of tempo from bar to bar, e.g. 0.03.
    ramps : bool
        Whether tempo glides through the bars instead of stepping at the bar lines.
    odd_bars : bool
        Whether a phrase may close with a bar of another length.
    frame_s : float
        Length of a frame in seconds.

    Returns
    -------
    Search
    """
    long = field.duration_s > _LONG_S
    limit = math.log1p(max_change)
    must = any(hit.must for hit in field.hits)
    reach = 3 if long else 4
    # The part of a step left over is the slack in which the exact solution moves afterwards.
    step = limit / (reach + (0.8 if must else 0.2))
    ratio = math.log(field.bpm_high / field.bpm_low)
    count = 1 + math.floor(ratio / step)
    middle = math.sqrt(field.bpm_low * field.bpm_high)
    bpm = middle * np.exp(step * (np.arange(count) - (count - 1) / 2.0))
    odd = ODD_BARS[field.meter.name] if odd_bars else ()
    moves = moves_of(
        field.meter, reach=reach, ramps=ramps, odd=odd, written_anywhere=must, step=step
    )
    windows = field.duration_s / _window_s(moves, bpm)
    cell = (0.75 if long else 0.5) * frame_s
    return Search(
        field=field,
        bpm=bpm,
        moves=moves,
        cell_s=min(max(cell, 0.012), 0.04),
        beam=round(min(1500.0, max(600.0, 1e5 / windows))),
    )


def _window_s(moves: Moves, bpm: Array) -> float:
    """Return a little less than the shortest bar."""
    return 0.999 * float(moves.quarters.min()) * 60.0 / float(bpm[-1])


def find_path(search: Search) -> Path:
    """Return the cheapest course of bars through a field."""
    field = search.field
    window = _window_s(search.moves, search.bpm)
    pending = _starts(search)
    history: list[States] = []
    known = 0
    ends: list[tuple[float, int]] = []
    while pending.size:
        inside = pending["time"] < pending["time"].min() + window
        now, pending = _thin(pending[inside], search), pending[~inside]
        over = now["time"] >= field.duration_s - 1e-9
        if over.any():
            best = int(np.argmin(np.where(over, now["cost"], np.inf)))
            ends.append((float(now["cost"][best]), known + best))
        live = np.flatnonzero(~over)
        history.append(now)
        if live.size:
            pending = np.concatenate((pending, _followers(now[live], live + known, search)))
        known += now.size
    return _trace(history, min(ends)[1], search)


def _starts(search: Search) -> States:
    """Return a state for every start and tempo, with the hits that lie before it."""
    field = search.field
    start = starts_of(field)
    states = np.zeros((start.size, search.bpm.size), dtype=_STATE)
    states["time"] = start[:, np.newaxis]
    states["tempo"] = states["came"] = np.arange(search.bpm.size)
    states["parent"] = -1
    for row, at in zip(states, start, strict=True):
        row["cost"] = start_cost(float(at), field)
        for hit in field.hits:
            if hit.time_s < at:
                row["cost"] += _cost_of(hit, (hit.time_s - at) / 60.0 * search.bpm, search)
    found: States = states[~too_early(field, states["time"], search.bpm)]
    return found


def _cost_of(hit: Hit, place: Array, search: Search) -> Array:
    meter = search.field.meter
    return hit_cost(hit, place, bar=meter.bar, quarter_s=60.0 / search.bpm, meter=meter)


def _thin(states: States, search: Search) -> States:
    """Keep the cheapest state of each cell, and of those the cheapest that the beam holds."""
    order = np.argsort(states["cost"], kind="stable")
    states = states[order]
    cell = np.floor(states["time"] / search.cell_s).astype(np.int64)
    key = (cell - cell.min()) * search.bpm.size + states["tempo"]
    winner = np.full(int(key.max()) + 1, -1)
    winner[key[::-1]] = np.arange(key.size)[::-1]
    kept: States = states[np.sort(winner[winner >= 0])[: search.beam]]
    return kept


def _followers(states: States, number: NDArray[np.int64], search: Search) -> States:
    """Return every next bar line of every state, with the hits of the bar between."""
    moves, field = search.moves, search.field
    tempo = states["tempo"][:, np.newaxis].astype(np.int64) + moves.steps
    allowed = (tempo >= 0) & (tempo < search.bpm.size)
    since = states["since"][:, np.newaxis]
    allowed &= ~moves.odd | ((since > 0) & (since % 4 == 0))
    # A ramp leads to the next point, so the bar after it goes on from there without a step.
    glided = moves.ramp[states["move"]] & (states["tempo"] != states["came"])
    allowed &= ~glided[:, np.newaxis] | moves.ramp | (moves.steps == 0)
    row, column = np.nonzero(allowed)
    tempo = tempo[row, column]
    begin = states["time"][row]
    end_bpm = search.bpm[tempo]
    start_bpm = np.where(moves.ramp[column], search.bpm[states["tempo"][row]], end_bpm)
    length = 120.0 * moves.quarters[column] / (start_bpm + end_bpm)
    fits = moves.fits(column, begin + length, length, field.duration_s)
    row, column, tempo, begin = row[fits], column[fits], tempo[fits], begin[fits]
    start_bpm, end_bpm, length = start_bpm[fits], end_bpm[fits], length[fits]
    after = np.zeros(row.size, dtype=_STATE)
    after["time"] = begin + length
    after["parent"] = number[row]
    after["tempo"], after["came"], after["move"] = tempo, states["tempo"][row], column
    after["since"] = np.where(moves.odd[column], 0, states["since"][row] + 1)
    seconds = np.minimum(length, np.maximum(field.duration_s - begin, 0.0))
    after["cost"] = states["cost"][row] + moves.cost[column]
    after["cost"] += field.centre_cost(0.5 * (start_bpm + end_bpm), seconds)
    bars = _Bars(begin, length, start_bpm, end_bpm, moves.quarters[column])
    _add_hits(after["cost"], bars, field.hits, field.meter)
    return after


@dataclass(frozen=True, slots=True)
class _Bars:
    begin: Array
    length: Array
    start_bpm: Array
    end_bpm: Array
    quarters: Array


def _add_hits(cost: Array, bars: _Bars, hits: tuple[Hit, ...], meter: Meter) -> None:
    """Add to each bar the cost of the hits inside it (half-open, so each counts once)."""
    first, last = float(bars.begin.min()), float((bars.begin + bars.length).max())
    for hit in hits:
        if not first <= hit.time_s < last:
            continue
        into = hit.time_s - bars.begin
        held = np.flatnonzero((into >= 0.0) & (into < bars.length))
        if not held.size:
            continue
        s, e, length = bars.start_bpm[held], bars.end_bpm[held], bars.length[held]
        bpm = s + (e - s) * into[held] / length
        place = into[held] * (s + bpm) / 120.0
        cost[held] += hit_cost(
            hit, place, bar=bars.quarters[held], quarter_s=60.0 / bpm, meter=meter
        )


def _trace(history: list[States], index: int, search: Search) -> Path:
    """Follow the parents of a state back to its start."""
    offsets = np.concatenate(([0], np.cumsum([h.size for h in history])))
    chain: list[States] = []
    while index >= 0:
        block = int(np.searchsorted(offsets, index, side="right")) - 1
        state = history[block][index - offsets[block]]
        chain.append(state)
        index = int(state["parent"])
    chain.reverse()
    states = np.array(chain, dtype=_STATE)
    bars, moves = states[1:], search.moves
    end = search.bpm[bars["tempo"]]
    ramp = moves.ramp[bars["move"]] & (bars["tempo"] != bars["came"])
    return Path(
        offset_s=float(states["time"][0]),
        meter=search.field.meter,
        num=moves.num[bars["move"]],
        den=moves.den[bars["move"]],
        start_bpm=np.where(ramp, search.bpm[bars["came"]], end),
        end_bpm=end,
        ramp=ramp,
        written=moves.written[bars["move"]],
    )
