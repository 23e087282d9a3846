"""What tempo and metre may do from one bar to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.tempo.hits import Array
from filmcomposer_core.tempo.meters import Meter

#: Cost of a change of tempo, and what is added for 3 %.
CHANGE_COST: Final = (0.02, 0.04)
REFERENCE_CHANGE: Final = 0.0296  # ln 1.03
WRITTEN_COST: Final = 0.35
ODD_COST: Final = 0.25
#: ln of the greatest change that a written ritardando or accelerando makes within a bar (12 %).
WRITTEN_LIMIT: Final = 0.1134
#: Bars before the end in which a ritardando may be written.
_ENDING_BARS: Final = 3.2
#: How long before the end a ramp has to lead to its point.
_INSIDE_S: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """The ways to play the next bar; arrays of shape (moves,).

    ``steps`` counts places on the tempo grid. A written move is a ramp beyond the change allowed
    per bar: a ritardando in the last bars, or anywhere and either way for the sake of MUST hits.
    """

    steps: NDArray[np.int64]
    num: NDArray[np.int64]
    den: NDArray[np.int64]
    quarters: Array
    ramp: NDArray[np.bool_]
    odd: NDArray[np.bool_]
    written: NDArray[np.bool_]
    cost: Array
    written_anywhere: bool

    def fits(
        self, move: NDArray[np.int64], end_s: Array, length_s: Array, duration_s: float
    ) -> NDArray[np.bool_]:
        """Return which moves may end a bar at a time: ramps inside the clip, written ones late."""
        glides = self.ramp[move] & (self.steps[move] != 0)
        ok = ~glides | (end_s < duration_s - _INSIDE_S)
        if not self.written_anywhere:
            ok &= ~self.written[move] | (end_s > duration_s - _ENDING_BARS * length_s)
        return np.asarray(ok)


def moves_of(
    meter: Meter,
    *,
    reach: int,
    ramps: bool,
    odd: Sequence[tuple[int, int]],
    written_anywhere: bool,
    step: float,
) -> Moves:
    """Return the moves of a search.

    Parameters
    ----------
    meter : Meter
    reach : int
        Steps of the tempo grid within the change allowed per bar.
    ramps : bool
        Whether the changes glide through the bar.
    odd : sequence of (num, den)
        Odd bars that may close a phrase.
    written_anywhere : bool
        Whether accelerandi and ritardandi may be written anywhere, not in the last bars only.
    step : float
        Step of the tempo grid as ln of the ratio.

    Returns
    -------
    Moves
    """
    plain = range(-reach, reach + 1)
    rows = [(d, meter.num, meter.den, ramps, False, False) for d in plain]
    for num, den in odd:
        rows += [(d, num, den, ramps, True, False) for d in plain]
    far = int(WRITTEN_LIMIT / step)
    for size in sorted({far, (far + reach) // 2, reach + max(1, reach // 2)}):
        if reach < size <= far:
            rows.append((-size, meter.num, meter.den, True, False, True))
            if written_anywhere:
                rows.append((size, meter.num, meter.den, True, False, True))
    steps = np.array([r[0] for r in rows])
    num_, den_ = np.array([r[1] for r in rows]), np.array([r[2] for r in rows])
    written = np.array([r[5] for r in rows])
    odd_ = np.array([r[4] for r in rows])
    change = np.abs(steps) * step / REFERENCE_CHANGE
    cost = np.where(steps == 0, 0.0, CHANGE_COST[0] + CHANGE_COST[1] * change)
    return Moves(
        steps=steps,
        num=num_,
        den=den_,
        quarters=num_ * 4.0 / den_,
        ramp=np.array([r[3] for r in rows]),
        odd=odd_,
        written=written,
        cost=cost + WRITTEN_COST * written + ODD_COST * odd_,
        written_anywhere=written_anywhere,
    )
