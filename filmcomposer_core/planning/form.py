"""Sections: which functions in which order, and in which bar each begins (craft 1.4)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Form = list[tuple[str, float]]

#: Longest duration in seconds -> sections with their share of the time, the usual way first.
_TEMPLATES: Final[tuple[tuple[float, tuple[str, ...]], ...]] = (
    (
        12.5,
        (
            "establish 14 theme 61 button 25",
            "theme 74 button 26",
            "theme 48 build 27 button 25",
        ),
    ),
    (
        17.5,
        (
            "establish 14 theme 56 button 30",
            "theme 44 build 31 button 25",
            "establish 12 theme 46 build 22 END 20",
        ),
    ),
    (
        37.0,
        (
            "establish 15 theme 40 build 25 END 20",
            "establish 10 theme 36 turn 18 climax 20 END 16",
            "establish 12 theme 32 build 22 climax 18 END 16",
            "theme 44 build 22 climax 18 END 16",
        ),
    ),
    (
        52.0,
        (
            "establish 15 theme 25 build 25 climax 15 aftermath 13 END 7",
            "establish 8 theme 26 turn 16 build 18 climax 15 aftermath 13 END 6",
            "theme 28 turn 18 build 20 climax 16 aftermath 13 END 7",
        ),
    ),
    (
        75.0,
        (
            "establish 12 theme 22 turn 16 build 20 climax 14 aftermath 13 END 5",
            "establish 8 theme 20 turn 14 theme 16 build 16 climax 12 aftermath 12 END 5",
            "establish 10 theme 20 build 12 turn 14 build 16 climax 13 aftermath 12 END 5",
        ),
    ),
    (
        105.0,
        (
            "establish 10 theme 18 turn 14 theme 15 build 17 climax 13 aftermath 8 END 5",
            "establish 7 theme 18 build 12 theme 14 turn 14 build 14 climax 11 aftermath 6 END 4",
        ),
    ),
    (
        165.0,
        (
            "establish 8 theme 14 turn 10 build 10 climax 8 aftermath 6"
            " theme 14 build 10 climax 10 aftermath 6 END 4",
            "theme 15 build 10 climax 8 aftermath 6"
            " turn 12 theme 14 build 13 climax 12 aftermath 6 END 4",
            "establish 6 theme 13 theme 10 turn 9 build 8 climax 8 aftermath 6"
            " theme 12 build 10 climax 10 aftermath 5 END 3",
        ),
    ),
)
_WAVE_S: Final = 72.0
_WAVES: Final = (
    "theme 26 turn 18 build 20 climax 16 aftermath 12",
    "theme 24 build 14 turn 18 build 14 climax 14 aftermath 10",
)
#: Share of its worth that an event keeps at the next bar line.
_LATE: Final = 0.3
#: Most that a bar line can be worth.
_MOST: Final = 2.2
#: Price of a boundary as far as it may go from its share of the time.
_SHARE_COST: Final = 1.2
#: Price of a section more, and of each bar by which an entry outlasts its share of the bars.
_SECTION_COST, _LONG_ENTRY_COST, _ENTRY_SHARE = 0.5, 0.5, 0.16
#: Bars for each section below which fewer sections are tried too.
_ROOMY: Final = 3.6
#: Price of a section of melody that is too short for a phrase.
_CRAMPED: Final = {1: 3.0, 2: 1.4, 3: 1.0}
#: Price of an aftermath without time to remember.
_HURRIED: Final = {1: 1.2, 2: 0.6, 3: 0.2}
#: Share of the bars that a build may take.
_BUILD_SHARE: Final = 0.28
#: What goes first when the bars do not suffice for every section.
_DISPENSABLE: Final = ("turn", "aftermath", "establish", "climax", "build", "button")
#: Another order where bars are few: the end keeps its memory, the entry goes.
_DISPENSABLE_TOO: Final = ("turn", "establish", "climax", "aftermath", "build", "button")
_SHORT: Final = ("establish", "button")
_SUNG: Final = ("theme", "turn", "climax")


def layouts(duration_s: float, *, bars: int, ending: str) -> list[Form]:
    """Return the ways to lay out a cue: functions and their shares of its time, the usual first.

    Parameters
    ----------
    duration_s : float
        Length of the music in seconds.
    bars : int
        Whole bars to fill; one bar is a button, the single gesture of a very short clip.
    ending : str
        One of ``contracts.labels.ENDINGS``; decides whether the cue ends with a button.

    Returns
    -------
    list of list of (str, float)
        Function and share, shares of a way adding up to 1. No way comes twice; where bars are few,
        ways with fewer sections stand beside them.
    """
    if bars <= 1:
        return [[("button", 1.0)]]
    ways = next((ways for limit, ways in _TEMPLATES if duration_s <= limit), ())
    if not ways:
        waves = max(2, round(duration_s / _WAVE_S))
        ways = tuple("establish 10 " + " ".join([wave] * waves) + " END 6" for wave in _WAVES)
    close = "button" if ending in ("button", "cut-off") or duration_s > 37.0 else "aftermath"
    found: dict[tuple[str, ...], Form] = {}
    for text in ways:
        words = text.replace("END", close).split()
        form = list(zip(words[::2], map(float, words[1::2]), strict=True))
        while _needed(form) > bars:
            form = _thinned(form)
        forms = [form]
        for order in (_DISPENSABLE, _DISPENSABLE_TOO):
            kept = form
            while bars < _ROOMY * len(kept) and len(kept) > 3:
                kept = _thinned(kept, order)
                forms.append(kept)
        for kept in forms:
            total = sum(share for _, share in kept)
            names = tuple(name for name, _ in kept)
            found.setdefault(names, [(function, share / total) for function, share in kept])
    return list(found.values())


def _needed(form: Form) -> int:
    return sum(1 if function in _SHORT else 2 for function, _ in form) if len(form) > 2 else 2


def _thinned(form: Form, order: Sequence[str] = _DISPENSABLE) -> Form:
    for function in order:
        places = [i for i, (name, _) in enumerate(form[:-1]) if name == function]
        if places:
            return [item for i, item in enumerate(form) if i != places[-1]]
    return form[:1] + form[-1:]


def snap_rewards(
    bar_starts_s: Values, bar_s: Values, events: Sequence[tuple[float, float]]
) -> Values:
    """Return how much each bar line wants to be the start of a section.

    Parameters
    ----------
    bar_starts_s, bar_s : ndarray, shape (bars,)
        Start and length of each bar in seconds.
    events : sequence of (float, float)
        Time in seconds and worth of cuts, strong hits and changes of emotion.

    Returns
    -------
    ndarray, shape (bars,)
        Worth of the events near each bar line, less the further off they are, at most 2.2. The
        bar line after an event keeps a share of it however far: what begins late still answers.
    """
    worth = np.zeros(len(bar_starts_s))
    for time_s, value in events:
        index = int(np.searchsorted(bar_starts_s, time_s))
        for i in (index - 1, index):
            if 0 <= i < len(worth):
                near = 1.0 - abs(time_s - bar_starts_s[i]) / (0.5 * bar_s[i])
                late = _LATE * (i == index and abs(time_s - bar_starts_s[i]) < bar_s[i])
                worth[i] += value * max(near, late, 0.0)
    return np.minimum(worth, _MOST)


def place_sections(
    form: Form, *, rewards: Values, pulls: Sequence[float | None]
) -> tuple[float, list[int]]:
    """Return what a form costs on a picture, and the number of bars of each section.

    Boundaries stand near their share of the time, on bars that the picture marks, and make
    sections of 4, 8 or at least an even number of bars; found exactly by dynamic programming.

    Parameters
    ----------
    form : list of (str, float)
        As :func:`layout` returns it.
    rewards : ndarray, shape (bars,)
        Worth of each bar as a section start.
    pulls : sequence of float or None
        For each section the bar (from 0) where the picture wants it to start, or None.

    Returns
    -------
    float
        The cost: lower where the picture marks the boundaries, higher for each section more.
    list of int
        Bars of each section, each at least 1, adding up to ``len(rewards)``.
    """
    bars, parts = len(rewards), len(form)
    reach = max(2, min(8, math.ceil(0.15 * bars)))
    centres = _centres(form, bars, pulls)
    windows = _windows(centres, bars, reach)
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
    for i, (centre, (low, high)) in enumerate(zip(centres, windows, strict=True)):
        last = i == parts - 1
        following: dict[int, tuple[float, tuple[int, ...]]] = {}
        for here in range(low, high + 1):
            fit = (
                0.0 if last else _SHARE_COST * ((here - centre) / reach) ** 2 - float(rewards[here])
            )
            options = [
                (cost + fit + _length_cost(form[i][0], here - start, bars), path)
                for start, (cost, path) in best.items()
                if here > start
            ]
            if options:
                cost, path = min(options)
                following[here] = (cost, (*path, here))
        best = following
    cost, path = best[bars]
    lengths = [b - a for a, b in zip((0, *path), path, strict=False)]
    return cost + _SECTION_COST * parts, lengths


def _centres(form: Form, bars: int, pulls: Sequence[float | None]) -> list[float]:
    """Return where each section wants to end: by its share, half-way towards the picture."""
    ends = list(np.cumsum([share for _, share in form]) * bars)
    for i, pull in enumerate(pulls[1:]):
        if pull is not None:
            ends[i] = 0.5 * (ends[i] + pull)
    return [*ends[:-1], float(bars)]


def _windows(centres: list[float], bars: int, reach: int) -> list[tuple[int, int]]:
    """Return the bars at which each section may end, such that some choice always fits."""
    parts = len(centres)
    lows = [max(i, math.floor(c) - reach) for i, c in enumerate(centres, start=1)]
    highs = [min(bars - parts + i, math.ceil(c) + reach) for i, c in enumerate(centres, start=1)]
    lows[-1] = highs[-1] = bars
    for i in range(parts - 2, -1, -1):
        lows[i] = min(lows[i], lows[i + 1] - 1)
    return [(low, max(low, high)) for low, high in zip(lows, highs, strict=True)]


def _length_cost(function: str, bars: int, of: int) -> float:
    if function == "establish" and bars > max(1.0, _ENTRY_SHARE * of):
        return _LONG_ENTRY_COST * (bars - max(1.0, _ENTRY_SHARE * of))
    if function == "build" and bars > max(4.0, _BUILD_SHARE * of):
        return 0.3 * (bars - max(4.0, _BUILD_SHARE * of))
    if function in _SHORT and bars <= 2:
        return 0.0 if bars == 2 else 0.1
    if bars % 8 == 0 and function == "theme":
        return -0.3
    if function == "aftermath" and bars in _HURRIED:
        return _HURRIED[bars]
    if bars in _CRAMPED and function in _SUNG:
        return _CRAMPED[bars]
    if bars % 4 == 0:
        return 0.0
    if bars % 2 == 0:
        return 0.3
    return 0.7 if bars == 1 else 1.4


def split_section(function: str, bars: int) -> list[int]:
    """Return the lengths of the pieces of a long section, each with a texture of its own."""
    if function == "build" and bars >= 8:
        first = bars // 2 - bars // 2 % 2
        return [first, bars - first]
    if bars < 16:
        return [bars]
    rest = bars - 8
    return [8, *split_section(function, rest)]
