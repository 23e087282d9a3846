"""Values by measure as envelopes in seconds, and fixed values where nothing moves."""

from __future__ import annotations

from dataclasses import dataclass

from filmcomposer_core.contracts.daw_plan import EnvelopePoint
from filmcomposer_core.contracts.scheme import ByMeasure, measure_number
from filmcomposer_core.execution.grid import Grid


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A fixed value, or the points of an envelope (then the value is the first point's)."""

    value: float
    points: tuple[EnvelopePoint, ...] = ()


def by_measure(
    value: float | ByMeasure, *, grid: Grid, default: float, scale: float = 1.0
) -> Moved:
    """Turn a value of the scheme into a fixed value or an envelope.

    Parameters
    ----------
    value : float or dict
        One value, or ``measureN`` to value; each holds at the downbeat of its measure and moves
        in a straight line to the next. The first holds before, the last after.
    grid : Grid
        Gives the seconds of the downbeats.
    default : float
        Used for an empty table.
    scale : float
        Factor on every value.

    Returns
    -------
    Moved
        Without points where every value is the same.
    """
    if not isinstance(value, dict):
        return Moved(value=value * scale)
    numbered = sorted((measure_number(key), item * scale) for key, item in value.items())
    values = {item for _, item in numbered}
    if not values:
        return Moved(value=default * scale)
    if len(values) == 1:
        return Moved(value=values.pop())
    points = tuple(
        EnvelopePoint(time_s=grid.bars[number - 1].start_s, value=item) for number, item in numbered
    )
    return Moved(value=points[0].value, points=points)
