"""Tunes that the network makes up: from them come motifs, answers and the rhythm of other bars."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from filmcomposer_core.composition.rhythm import Onsets
from filmcomposer_core.composition.tune_code import GAPS, LOWEST, NONE, gap_class
from filmcomposer_core.composition.tune_lens import Lens, known_of, look_backs
from filmcomposer_core.composition.tune_network import Mind, Rows, tune_network
from filmcomposer_core.decoder import Array

#: Degrees of the chords of eight bars, two a bar, that tunes stand on.
_CHORDS: Final = {
    False: (
        (0, 0, 4, 0, 3, 0, 1, 4, 0, 0, 4, 0, 3, 4, 4, 0),
        (0, 0, 0, 4, 0, 3, 4, 4, 0, 0, 3, 1, 0, 4, 4, 0),
        (0, 5, 3, 3, 0, 5, 4, 4, 0, 5, 3, 1, 0, 4, 4, 0),
    ),
    True: (
        (0, 0, 6, 6, 0, 3, 0, 4, 0, 0, 6, 2, 5, 4, 4, 0),
        (0, 0, 3, 3, 6, 6, 2, 4, 0, 0, 3, 3, 5, 4, 4, 0),
        (0, 0, 5, 5, 3, 3, 4, 4, 0, 2, 5, 5, 3, 4, 0, 0),
    ),
}
#: The same for a second part, which sets out elsewhere and comes home.
_ONWARD: Final = {
    False: (
        (0, 0, 0, 0, 3, 3, 4, 4, 0, 0, 4, 0, 3, 4, 4, 0),
        (3, 3, 0, 0, 3, 0, 4, 4, 0, 0, 3, 1, 0, 4, 4, 0),
        (5, 5, 3, 3, 0, 0, 4, 4, 0, 5, 3, 1, 0, 4, 4, 0),
    ),
    True: (
        (2, 2, 6, 6, 2, 2, 4, 4, 0, 0, 6, 2, 5, 4, 4, 0),
        (2, 2, 6, 6, 0, 3, 4, 4, 0, 0, 3, 3, 5, 4, 4, 0),
        (3, 3, 0, 0, 3, 3, 4, 4, 0, 2, 5, 5, 3, 4, 0, 0),
    ),
}
#: Bars of a part.
PART: Final = 8
_WARMTH: Final = 1.0
#: The least likely choices, together this share, are never made.
_TAIL: Final = 0.04


@dataclass(frozen=True, slots=True, kw_only=True)
class Tune:
    """A tune of one part or two: starts and gaps in ticks of film, heights in steps.

    ``chords`` are the degrees on which it stands, two a bar, and ``likely`` is its mean ``ln P`` a
    note. Notes of an upbeat start below 0.
    """

    lens: Lens
    starts: tuple[int, ...]
    gaps: tuple[int, ...]
    heights: tuple[int, ...]
    chords: tuple[int, ...]
    likely: float

    def bar(self, number: int) -> tuple[int, int]:
        """Return the range of the notes of a bar, from 0; -1 is the upbeat."""
        ticks = self.lens.ticks
        inside = [i for i, start in enumerate(self.starts) if start // ticks == number]
        return (inside[0], inside[-1] + 1) if inside else (0, 0)

    def onsets(self, number: int) -> Onsets:
        """Return the rhythm of a bar, lengths cut at its end."""
        first, last = self.bar(number)
        ticks = self.lens.ticks
        at = number * ticks
        return tuple(
            (start - at, min(gap, at + ticks - start))
            for start, gap in zip(self.starts[first:last], self.gaps[first:last], strict=True)
        )


def at_rest(tune: Tune, *, minor: bool) -> Tune:
    """Return a tune whose parts end on their tonic, without what leads to a repeat.

    A part that comes to its tonic by the middle of its last bar, from a note of its chord or from
    the tone above, is left to do so. Otherwise the tonic comes on the downbeat; a part that does
    not come to rest at all is given the one that lies nearest.
    """
    rows = list(zip(tune.starts, tune.gaps, tune.heights, strict=True))
    leads = (0, 2, 4) if minor else (0, 1, 2, 4)
    for part in range(len(tune.chords) // 2 // PART):
        begin = ((part + 1) * PART - 1) * tune.lens.ticks
        end, middle = begin + tune.lens.ticks, begin + tune.lens.ticks // 2
        homes = [row for row in rows if begin <= row[0] <= middle and row[2] % 7 == 0]
        before = [row for row in rows if row[0] < begin]
        height = 7 * round(before[-1][2] / 7) if before else 0
        if homes:
            height = homes[0][2]
        if before and before[-1][0] + before[-1][1] > begin:
            before[-1] = (before[-1][0], begin - before[-1][0], before[-1][2])
        close = [(begin, end - begin, height)]
        lead = [row for row in rows if homes and begin <= row[0] < homes[0][0]]
        if lead and lead[0][0] == begin and lead[0][2] % 7 in leads:
            close = [*lead, (homes[0][0], end - homes[0][0], height)]
        rows = [*before, *close, *(row for row in rows if row[0] >= end)]
    starts, gaps, heights = zip(*rows, strict=True)
    return replace(tune, starts=starts, gaps=gaps, heights=heights)


def settled(tune: Tune) -> Tune:
    """Return a tune that :func:`at_rest` has closed, with one long note for each close."""
    rows = list(zip(tune.starts, tune.gaps, tune.heights, strict=True))
    for part in range(len(tune.chords) // 2 // PART):
        begin = ((part + 1) * PART - 1) * tune.lens.ticks
        end = begin + tune.lens.ticks
        home = next(height for start, _, height in rows[::-1] if begin <= start < end)
        close = (begin, tune.lens.ticks, home)
        rows = [*(r for r in rows if r[0] < begin), close, *(r for r in rows if r[0] >= end)]
    starts, gaps, heights = zip(*rows, strict=True)
    return replace(tune, starts=starts, gaps=gaps, heights=heights)


def common_chords(*, minor: bool) -> tuple[int, ...]:
    """Return degrees of chords on which many tunes stand, two a bar for both parts."""
    return _CHORDS[minor][0] + _ONWARD[minor][0]


def make_up(
    lens: Lens,
    *,
    minor: bool,
    upbeat: int,
    count: int,
    chords: tuple[int, ...] = (),
    rng: np.random.Generator,
) -> list[Tune]:
    """Return some tunes of one part.

    Parameters
    ----------
    lens : Lens
        Metre, density and kind.
    minor : bool
        Whether their third is minor.
    upbeat : int
        Ticks of film before the first bar line.
    count : int
        How many.
    chords : tuple of int
        Degrees of the chords on which they are to stand, two a bar; () = some that are common.
    rng : numpy.random.Generator
        Source of choice.
    """
    rows = (chords[: 2 * PART],) if chords else _CHORDS[minor]
    tunes = [_Growing(now=-upbeat, chords=rows[int(rng.integers(len(rows)))]) for _ in range(count)]
    return _grown(tunes, tune_network().begin(count), lens, minor=minor, rng=rng)


def gone_on(
    tune: Tune,
    *,
    minor: bool,
    count: int,
    chords: tuple[int, ...] = (),
    rng: np.random.Generator,
) -> list[Tune]:
    """Return a tune of one part with some second parts, as the network would go on.

    The parameters are those of :func:`make_up`; the chords begin with those of the first part.
    """
    rows = (chords[2 * PART :],) if chords else _ONWARD[minor]
    net, lens = tune_network(), tune.lens
    told = _Growing(now=tune.starts[0], chords=tune.chords)
    mind = net.begin(1)
    for start, gap, height in zip(tune.starts, tune.gaps, tune.heights, strict=True):
        _, mind = net.read(mind, np.array([_known(told, lens, minor=minor)]))
        told.add(gap_class(gap // lens.factor), height + 1 - LOWEST, 0.0, lens)
        told.now = start + gap
    tunes = [
        _Growing(
            now=max(told.now, PART * lens.ticks),
            chords=tune.chords + rows[int(rng.integers(len(rows)))],
            starts=[*told.starts],
            gaps=[*told.gaps],
            heights=[*told.heights],
            chance=tune.likely * len(tune.starts),
        )
        for _ in range(count)
    ]
    mind = mind.settled(0).take(np.zeros(count, dtype=np.int64))
    return _grown(tunes, mind, lens, minor=minor, rng=rng)


def _grown(
    tunes: list[_Growing], mind: Mind, lens: Lens, *, minor: bool, rng: np.random.Generator
) -> list[Tune]:
    """Let tunes go on, note by note, for as long as they have chords."""
    net, live = tune_network(), list(range(len(tunes)))
    end = [len(tune.chords) // 2 * lens.ticks for tune in tunes]
    while live:
        known = np.array([_known(tunes[t], lens, minor=minor) for t in live])
        state, mind = net.read(mind, known)
        gaps, one = _drawn(net.gaps(state), rng)
        heights, two = _drawn(net.heights(state, gaps), rng)
        for t, gap, height, chance in zip(live, gaps, heights, one + two, strict=True):
            tunes[t].add(int(gap), int(height), float(chance), lens)
        going = [i for i, t in enumerate(live) if tunes[t].now < end[t]]
        mind, live = mind.take(np.array(going, dtype=np.int64)), [live[i] for i in going]
    return [tune.done(lens) for tune in tunes]


@dataclass(slots=True, kw_only=True)
class _Growing:
    """A tune so far: starts in ticks of film, classes of gaps and heights, ``ln P`` of all."""

    now: int
    chords: tuple[int, ...]
    starts: list[int] = field(default_factory=list)
    gaps: list[int] = field(default_factory=list)
    heights: list[int] = field(default_factory=list)
    chance: float = 0.0

    def add(self, gap: int, height: int, chance: float, lens: Lens) -> None:
        self.starts.append(self.now)
        self.gaps.append(gap)
        self.heights.append(height)
        self.chance += chance
        self.now += lens.factor * GAPS[gap - 1]

    def done(self, lens: Lens) -> Tune:
        return Tune(
            lens=lens,
            starts=tuple(self.starts),
            gaps=tuple(lens.factor * GAPS[gap - 1] for gap in self.gaps),
            heights=tuple(height - 1 + LOWEST for height in self.heights),
            chords=self.chords,
            likely=self.chance / len(self.starts),
        )


def _known(tune: _Growing, lens: Lens, *, minor: bool) -> list[int]:
    backs = look_backs(tune.starts, tune.now, lens)
    return [
        tune.heights[-1] if tune.heights else NONE,
        tune.gaps[-1] if tune.gaps else NONE,
        *known_of(
            lens,
            place=tune.now % lens.ticks,
            bar=tune.now // lens.ticks,
            chords=_chords(tune.chords, tune.now, lens),
            minor=minor,
        ),
        *(NONE if i < 0 else 2 * tune.heights[i] + begins for i, begins in backs),
    ]


def _chords(degrees: tuple[int, ...], tick: int, lens: Lens) -> tuple[int, int]:
    per_bar = lens.ticks // lens.cell
    row = degrees if per_bar == 2 else degrees[::2]
    cell = max(0, tick // lens.cell)
    return 1 + row[min(cell, len(row) - 1)], 1 + row[min(cell + 1, len(row) - 1)]


def _drawn(chances: Array, rng: np.random.Generator) -> tuple[Rows, Array]:
    """Draw a class for each row of ``ln P``, never 0 nor from the tail; return it and its ln P."""
    chances = chances.copy()
    chances[:, 0] = -50.0
    order = np.argsort(-chances, axis=1)
    shares = np.exp(np.take_along_axis(chances, order, axis=1))
    tail = np.cumsum(shares, axis=1) - shares > 1.0 - _TAIL
    np.put_along_axis(
        chances, order, np.where(tail, -50.0, np.take_along_axis(chances, order, 1)), 1
    )
    drawn = (chances / _WARMTH + rng.gumbel(size=chances.shape)).argmax(axis=1)
    return drawn, chances[np.arange(len(drawn)), drawn]
