"""Which pieces an update sees, drawn from seed and step alone: a resumed run sees the same."""

from __future__ import annotations

from filmcomposer_core.seeding import rng_for


def chosen(step: int, *, count: int, batch: int, seed: int) -> tuple[int, ...]:
    """Return the pieces of an update.

    Parameters
    ----------
    step : int
        The update, from 0.
    count : int
        How many pieces there are, at least 1.
    batch : int
        How many an update takes.
    seed : int
        Of the run.

    Returns
    -------
    tuple of int
        Every piece comes once before any comes again, in another order each time round.

    Examples
    --------
    >>> sorted(chosen(0, count=3, batch=3, seed=1))
    [0, 1, 2]
    """
    places = range(step * batch, (step + 1) * batch)
    rounds = {place // count for place in places}
    orders = {n: rng_for(seed, "training", "order", n).permutation(count) for n in rounds}
    return tuple(int(orders[place // count][place % count]) for place in places)
