"""Tempo in words: quarter notes as a DAW counts them, and felt beats where those differ."""

from __future__ import annotations

#: A compound beat in quarter notes: the dotted quarter of 3/8, 6/8, 9/8 and 12/8.
COMPOUND_BEAT = 1.5


def felt_quarters(num: int, den: int) -> float:
    """Return the length of the felt beat of a metre in quarter notes.

    >>> felt_quarters(4, 4), felt_quarters(6, 8), felt_quarters(7, 8)
    (1.0, 1.5, 1.0)
    """
    return COMPOUND_BEAT if den == 8 and num % 3 == 0 else 1.0


def tempo_words(low: float, high: float, felt: float) -> str:
    """Return a range of tempi in words.

    Parameters
    ----------
    low, high : float
        Quarter notes per minute; equal where there is one tempo.
    felt : float
        Length of the felt beat in quarter notes.

    Examples
    --------
    >>> tempo_words(104.0, 104.0, 1.0), tempo_words(99.0, 102.0, 1.5)
    ('104 BPM', '99-102 BPM (66-68 felt beats a minute)')
    """
    words = f"{_range(low, high)} BPM"
    return (
        words if felt == 1.0 else f"{words} ({_range(low / felt, high / felt)} felt beats a minute)"
    )


def _range(low: float, high: float) -> str:
    first, last = _number(low), _number(high)
    return first if first == last else f"{first}-{last}"


def _number(bpm: float) -> str:
    return f"{bpm:.1f}".removesuffix(".0")
