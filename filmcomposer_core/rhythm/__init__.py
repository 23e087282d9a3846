"""Rhythm points from the picture's motion: the rhythm transformer, and CMT's rules (Sec. 3.1)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from filmcomposer_core.contracts.clip import Curves
from filmcomposer_core.contracts.rhythm import (
    CMT,
    DRAWN,
    TRANSFORMER,
    BarAsked,
    RhythmPoint,
    RhythmWriter,
)
from filmcomposer_core.seeding import rng_for

__all__ = ["rhythm_mark", "rhythm_writer"]


def rhythm_writer(kind: str, curves: Curves, *, seed: int, attempt: int) -> RhythmWriter | None:
    """Return what writes the rhythm of a theme's bars.

    Parameters
    ----------
    kind : str
        One of ``contracts.rhythm.RHYTHMS``.
    curves : Curves
        Motion of the picture.
    seed, attempt : int
        Of the theme; each pair gives other rhythms.

    Returns
    -------
    callable or None
        None for ``drawn``: the composer draws them itself.

    Raises
    ------
    MissingDependencyError
        If the transformer's weights are missing or damaged.
    """
    if kind == DRAWN:
        return None
    if kind == CMT:
        from filmcomposer_core.rhythm.by_rules import by_rules

        return partial(by_rules, curves=curves)
    from filmcomposer_core.rhythm.network import rhythm_network
    from filmcomposer_core.rhythm.write import write_rhythm

    network = rhythm_network()

    def write(bars: Sequence[BarAsked]) -> Sequence[tuple[RhythmPoint, ...]]:
        return write_rhythm(bars, curves, rng=rng_for(seed, "rhythm", attempt), network=network)

    return write


def rhythm_mark(kind: str) -> str:
    """Return the name of a writer of rhythm, with the hash of its weights where it has some."""
    if kind != TRANSFORMER:
        return kind
    import hashlib

    from filmcomposer_core.rhythm.network import WEIGHTS

    return f"{kind} {hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()[:16]}"
