"""How near the end of the picture music may begin and sound, for plan, parts and report."""

from __future__ import annotations

#: The shortest time in which a last note still speaks, seconds.
SPEAKS_S = 0.2


def ring_s(duration_s: float) -> float:
    """Return how long before the clip's end the last note is let go, in seconds."""
    return min(0.3 * duration_s, max(0.15, min(0.8, 0.04 * duration_s)))


def least_s(duration_s: float) -> float:
    """Return how long before the clip's end the last note has to begin, in seconds.

    Examples
    --------
    >>> round(least_s(10.0), 3)
    0.6
    """
    return min(0.4 * duration_s, ring_s(duration_s) + SPEAKS_S)
