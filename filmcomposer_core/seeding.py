"""Independent random streams from one seed, so that stages do not disturb each other."""

from __future__ import annotations

import hashlib

import numpy as np


def rng_for(seed: int, *names: str | int) -> np.random.Generator:
    """Return the random stream that belongs to a seed and a name.

    Parameters
    ----------
    seed : int
        The cue's seed.
    *names : str or int
        What the stream is for, e.g. ``"composition", "try", 2``.

    Returns
    -------
    numpy.random.Generator
        The same stream for the same arguments on every machine.

    Examples
    --------
    >>> rng_for(1, "theme").integers(100) == rng_for(1, "theme").integers(100)
    True
    """
    text = "/".join([str(seed), *map(str, names)])
    digest = hashlib.sha256(text.encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))
