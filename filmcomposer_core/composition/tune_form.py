"""Which bars of its tune a phrase states: the whole part, or its head and its close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from filmcomposer_core.composition.tune_ideas import Tune
from filmcomposer_core.contracts.plan import MAIN_MOTIF

#: Tasks of sections that state the tune from its beginning, those that remember it.
STATES: Final = ("theme", "climax")
REMEMBERS: Final = ("aftermath", "button")
#: The bar of the tune before goes on, in notes twice as long.
BROADER: Final = -1
#: Bars of a part of eight for phrases of other lengths that come to a close; None is a rest.
_CLOSING: Final[dict[int, tuple[int | None, ...]]] = {
    1: (0,), 2: (0, 7), 3: (0, 1, 7), 4: (4, 5, 6, 7), 5: (0, 1, 2, 6, 7), 6: (0, 1, 2, 3, 6, 7),
    7: (0, 1, 2, 3, 5, 6, 7), 8: (0, 1, 2, 3, 4, 5, 6, 7),
}  # fmt: skip
#: The same for phrases that stay open, as the first half of a part does.
_OPEN: Final[dict[int, tuple[int | None, ...]]] = {
    1: (0,), 2: (0, 1), 3: (0, 1, 3), 4: (0, 1, 2, 3), 5: (0, 1, 4, 2, 3), 6: (0, 1, 4, 5, 2, 3),
    7: (0, 1, 4, 5, 6, 2, 3), 8: (0, 1, 2, 3, 4, 5, 2, 3),
}  # fmt: skip
#: Where the theme is only remembered, in notes twice as long and with room for silence.
_MEMORY: Final[dict[int, tuple[int | None, ...]]] = {
    1: (7,), 2: (0, 7), 3: (0, 1, 7), 4: (4, 5, 6, 7), 5: (0, 1, None, 6, 7),
    6: (0, BROADER, 1, None, 6, 7), 7: (0, BROADER, 1, BROADER, None, 6, 7),
    8: (0, BROADER, 1, BROADER, None, 5, 6, 7),
}  # fmt: skip
#: The same where one bar of film holds two of the tune: a part of four.
_BROAD_CLOSING: Final[dict[int, tuple[int | None, ...]]] = {
    1: (0,), 2: (0, 3), 3: (0, 1, 3), 4: (0, 1, 2, 3),
}  # fmt: skip
_BROAD_OPEN: Final[dict[int, tuple[int | None, ...]]] = {
    1: (0,), 2: (0, 1), 3: (0, 2, 1), 4: (0, 1, 2, 1),
}  # fmt: skip
_BROAD_MEMORY: Final[dict[int, tuple[int | None, ...]]] = {
    1: (3,), 2: (0, 3), 3: (0, None, 3), 4: (0, 1, None, 3), 5: (0, 1, None, 2, 3),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A phrase that states a tune.

    ``first`` is its first bar in the section, from 0; ``bars`` holds for each of its bars the bar
    of the tune, counted in bars of film, None for a rest; ``closes`` whether it comes to a close.
    """

    first: int
    bars: tuple[int | None, ...]
    closes: bool


def statements(
    function: str, bars: int, *, heard: int, opens: bool, broad: bool
) -> tuple[Statement, ...]:
    """Return the statements of the tune in a section.

    Parameters
    ----------
    function : str
        Task of the section; a turn with a motif of its own counts as ``theme``.
    bars : int
        Its bars.
    heard : int
        Whole parts of this tune stated in sections of the same task before it.
    opens : bool
        Whether the section ends on a question.
    broad : bool
        Whether one bar of film holds two of the tune.

    Examples
    --------
    >>> [each.bars for each in statements(
    ...     "theme", 10, heard=0, opens=False, broad=False
    ... )]
    [(0, 1, 2, 3, 4, 5, 6, 7), (6, 7)]
    """
    whole = 4 if broad else 8
    count, rest = divmod(bars, whole)
    lengths = [whole] * count + [rest] * (rest > 0)
    found = []
    for number, length in enumerate(lengths):
        last = number == len(lengths) - 1
        closes = not (opens and last)
        echoes = number > 0 and length <= 3 * whole // 8
        part = (heard + number - echoes) % 2
        if function in REMEMBERS and last:
            rows: tuple[int | None, ...] = (_BROAD_MEMORY if broad else _MEMORY)[length]
            part, closes = 0, True
        elif echoes:
            end = whole if closes else whole // 2
            rows = tuple(range(end - length, end))
        elif broad:
            rows = (_BROAD_CLOSING if closes else _BROAD_OPEN)[length]
        else:
            rows = (_CLOSING if closes else _OPEN)[length]
        shift = whole * part if length > 1 or echoes else 0
        bars_of = tuple(n + shift if n is not None and n >= 0 else n for n in rows)
        found.append(Statement(first=number * whole, bars=bars_of, closes=closes))
    return tuple(found)


def whole_parts(found: Sequence[Statement], *, broad: bool) -> int:
    """Return how many of some statements are whole parts."""
    return sum(len(each.bars) >= (4 if broad else 8) for each in found)


class Part(Protocol):
    """What is asked of a section, drafted or written."""

    @property
    def function(self) -> str:
        """Its task."""

    @property
    def bars(self) -> int:
        """Its bars."""

    @property
    def motif(self) -> str:
        """The letter of its motif."""

    @property
    def silence(self) -> bool:
        """Whether nothing sounds."""


def cue_statements(sections: Sequence[Part], *, broad: bool) -> list[tuple[Statement, ...]]:
    """Return the statements of each section of a cue, none where it states no tune.

    Parameters
    ----------
    sections : sequence of Part
    broad : bool
        Whether one bar of film holds two of the tune.
    """
    found: list[tuple[Statement, ...]] = []
    run, heard = ("", ""), 0
    for number, section in enumerate(sections):
        after = sections[number + 1] if number + 1 < len(sections) else None
        function = _stated_as(section)
        if (function, section.motif) != run:
            run, heard = (function, section.motif), 0
        if not function:
            found.append(())
            continue
        # The button is the chord that the close before it comes home to.
        button = (
            after is not None
            and after.function == "button"
            and after.bars == 1
            and not after.silence
        )
        row = statements(
            function,
            section.bars,
            heard=heard,
            opens=section.function == "turn" or button,
            broad=broad,
        )
        heard += whole_parts(row, broad=broad)
        found.append(row)
    return found


def _stated_as(section: Part) -> str:
    """Return as what a section states its tune, "" if it does not."""
    if section.silence:
        return ""
    if section.function == "turn":
        return "theme" if section.motif != MAIN_MOTIF else ""
    return section.function if section.function in (*STATES, *REMEMBERS) else ""


def stated_notes(tune: Tune, bars: Sequence[int | None], *, per: int) -> list[tuple[int, int, int]]:
    """Return the notes of some bars of a tune, one after the other.

    Parameters
    ----------
    tune : Tune
    bars : sequence of int or None
        As in :class:`Statement`.
    per : int
        Bars of the tune in one bar of film.

    Returns
    -------
    list of (int, int, int)
        Start in ticks from the first of the bars, length in ticks, height in steps.
    """
    size = per * tune.lens.ticks
    found: list[tuple[int, int, int]] = []
    for place, bar in enumerate(bars):
        if bar is None or bar == BROADER:
            continue
        wide = 2 if place + 1 < len(bars) and bars[place + 1] == BROADER else 1
        follows = place + 1 < len(bars) and bars[place + 1] == bar + 1
        for start, gap, height in zip(tune.starts, tune.gaps, tune.heights, strict=True):
            if bar * size <= start < (bar + 1) * size:
                at = start - bar * size
                # A note may sound over the bar line into a bar that follows in the tune too.
                room = size - at + (size if follows else 0)
                found.append((place * size + wide * at, wide * min(gap, room), height))
    return found
