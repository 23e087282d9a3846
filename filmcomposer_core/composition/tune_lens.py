"""How a bar of film is held against a bar of a tune, and pitches against the tonic's steps."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from filmcomposer_core.composition.grid import TICKS, GridBar, Harmony
from filmcomposer_core.composition.tune_code import (
    density_class,
    metre_class,
    place_class,
)

#: Mean gap in ticks from which 4/4 is read as 2/4 in notes half as long.
_SPARSE: Final = 84.0
#: The tonic lies near this pitch (MIDI), so that tunes lie around the fifth above it.
_TONIC_NEAR: Final = 60.5
#: Degree that stands nearest to each semitone above the tonic in a scale of fewer notes.
_DEGREES: Final = (0, 0, 1, 2, 2, 3, 3, 4, 5, 5, 6, 6)
#: Where a tune's notes lie in the mean (MIDI), and what they had better not pass: a climax rises.
_MIDDLE: Final = 67.0
_HIGH, _DEEP = 78, 57
#: A tonic to come home to that no line can reach.
_LOST: Final = 8.0
#: Scales of seven notes for modes that have others.
PLAIN: Final = {False: (0, 2, 4, 5, 7, 9, 11), True: (0, 2, 3, 5, 7, 8, 10)}
#: Bars before a note at which is looked what sounded.
_LOOK_BACKS: Final = (1, 2, 4, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lens:
    """The metre in which a theme is read: ``ticks`` of film make one bar of the tune.

    ``factor`` is how many ticks of film one tick of the tune lasts, ``density`` and ``slow`` what
    kind of tune it is.
    """

    num: int
    den: int
    factor: int
    density: int
    slow: bool

    @property
    def ticks(self) -> int:
        """Ticks of film in a bar of the tune."""
        return self.factor * TICKS * 4 * self.num // self.den

    @property
    def cell(self) -> int:
        """Ticks of film that a chord of the tune lasts: half a bar where it has halves."""
        beats = self.num // 3 if self.den == 8 and self.num % 3 == 0 else self.num
        return self.ticks // 2 if beats % 2 == 0 else self.ticks


def lens_of(num: int, den: int, *, notes: float, broad: bool, slow: bool) -> Lens:
    """Return how to read a metre.

    Parameters
    ----------
    num, den : int
        The metre of the film's bars.
    notes : float
        Notes wanted in a bar.
    broad : bool
        Whether one bar holds a whole motif, as two bars of a tune do.
    slow : bool
        Whether it is a slow air.
    """
    gap = TICKS * 4 * num / den / max(0.5, notes)
    if (num, den) in ((4, 4), (2, 2)):
        if gap >= _SPARSE and not broad:
            return Lens(num=2, den=4, factor=2, density=density_class(gap / 2), slow=slow)
        if broad:
            return Lens(num=2, den=4, factor=1, density=density_class(gap), slow=slow)
        num, den = 4, 4
    return Lens(num=num, den=den, factor=1, density=density_class(gap), slow=slow)


def height_of(pitch: int, harmony: Harmony, centre: float) -> int:
    """Return how many steps of the scale a pitch lies above the tonic near the centre.

    Pitches between the steps count as the step below.
    """
    base = round((_TONIC_NEAR + centre - harmony.tonic) / 12) * 12 + harmony.tonic
    octave, above = divmod(pitch - base, 12)
    return 7 * octave + _degree(harmony.scale, harmony.tonic)[above]


def pitch_of(height: int, tonic: int, scale: tuple[int, ...], harmony: Harmony) -> int:
    """Return the pitch (MIDI) of a height above a tonic.

    Parameters
    ----------
    height : int
        Steps above the tonic.
    tonic : int
        MIDI pitch of the tonic.
    scale : tuple of int
        Pitch classes of the section's mode.
    harmony : Harmony
        Chord and key; a minor key's seventh degree is raised over a chord that has the leading
        note.

    Examples
    --------
    >>> from filmcomposer_core.contracts.harmony import parse_chord
    >>> minor = (9, 11, 0, 2, 4, 5, 7)
    >>> over = lambda name: Harmony(chord=parse_chord(name), scale=minor, tonic=9, minor=True)
    >>> [pitch_of(height, 69, minor, over("Am")) for height in (0, 2, 7, -1)]
    [69, 72, 81, 67]
    >>> pitch_of(-1, 69, minor, over("E"))
    68
    """
    octave, degree = divmod(height, 7)
    steps = sorted((tone - harmony.tonic) % 12 for tone in scale)
    if len(steps) != 7:
        steps = list(PLAIN[harmony.minor])
    step = steps[degree]
    leading = (harmony.tonic - 1) % 12
    if degree == 6 and harmony.minor and leading in harmony.chord.pitch_classes:
        step = 11
    return tonic + step + 12 * octave


def tonic_for(heights: Sequence[int], tonic: int, *, minor: bool, centre: float) -> int:
    """Return the MIDI pitch of the tonic that puts a tune into the middle of the voice.

    Parameters
    ----------
    heights : sequence of int
        All heights of the tune.
    tonic : int
        Pitch class of the tonic.
    minor : bool
        Whether the key's third is minor.
    centre : float
        Semitones above the common middle that the idiom likes.
    """
    raw = _semitones(heights, minor=minor)
    wanted = _MIDDLE + centre
    return min(
        (tonic + 12 * octave for octave in range(3, 8)),
        key=lambda base: (
            abs(base + middle_of(heights, minor=minor) - wanted)
            + max(0.0, base + max(raw) - _HIGH - centre)
            + max(0.0, _DEEP - base - min(raw))
            + _LOST * (base < _DEEP and 0 in heights)
        ),
    )


def middle_of(heights: Sequence[int], *, minor: bool) -> float:
    """Return how many semitones above its tonic a tune lies in the mean."""
    return sum(_semitones(heights, minor=minor)) / len(heights)


def _semitones(heights: Sequence[int], *, minor: bool) -> list[int]:
    steps = PLAIN[minor]
    return [12 * (height // 7) + steps[height % 7] for height in heights]


@cache
def _degree(scale: tuple[int, ...], tonic: int) -> tuple[int, ...]:
    if len(scale) != 7:
        return _DEGREES
    inside = sorted((tone - tonic) % 12 for tone in scale)
    return tuple(max(0, bisect_right(inside, above) - 1) for above in range(12))


def chord_class(harmony: Harmony) -> int:
    """Return the class of a chord: the degree of its root, from 1."""
    degrees = _degree(harmony.scale, harmony.tonic)
    return 1 + degrees[(harmony.chord.root - harmony.tonic) % 12]


def look_backs(starts: Sequence[int], tick: int, lens: Lens) -> list[tuple[int, int]]:
    """Return which note sounds one, two, four and eight bars before a tick.

    Parameters
    ----------
    starts : sequence of int
        Ticks at which the notes so far begin.
    tick : int
        Where the next note begins.
    lens : Lens
        How bars are read.

    Returns
    -------
    list of (int, int)
        Index of the note, -1 for none, and 1 if it begins just there.
    """
    found = []
    for bars in _LOOK_BACKS:
        at = tick - bars * lens.ticks
        i = bisect_right(starts, at) - 1
        found.append((i, int(i >= 0 and starts[i] == at)))
    return found


def known_of(
    lens: Lens, *, place: int, bar: int, chords: tuple[int, int], minor: bool
) -> tuple[int, ...]:
    """Return the classes of ``tune_code.FEATURES`` that hang on the place alone, from the third.

    Parameters
    ----------
    lens : Lens
        How bars are read.
    place : int
        Ticks of film from the tune's bar line.
    bar : int
        Bar of the tune in its phrase of eight, from 0.
    chords : tuple of int
        Classes of the chord there and of the next.
    minor : bool
        Whether the third of the key is minor.
    """
    return (
        place_class(place // lens.factor),
        metre_class(lens.num, lens.den),
        bar % 8,
        *chords,
        int(minor),
        lens.density,
        int(lens.slow),
    )


def bar_in_eight(number: int, *, bars: int, closes: bool) -> int:
    """Return where a bar stands in a phrase of eight, of which short phrases are a part.

    Parameters
    ----------
    number : int
        Bar of the phrase, from 0.
    bars : int
        Bars of the phrase.
    closes : bool
        Whether it comes to a full close: then it is the end of the eight, else of its first half.

    Examples
    --------
    >>> [bar_in_eight(n, bars=4, closes=True) for n in range(4)]
    [4, 5, 6, 7]
    >>> [bar_in_eight(n, bars=3, closes=False) for n in range(3)]
    [1, 2, 3]
    """
    if bars >= 8:
        return number % 8
    end = 8 if closes or bars > 4 else 4
    return (end - bars + number) % 8


def harmony_at(grid: Sequence[GridBar], tick: int) -> Harmony:
    """Return the harmony under a tick; before the first bar that of its beginning."""
    return grid[max(0, bisect_right(grid, tick, key=lambda bar: bar.start) - 1)].harmony_at(tick)
