"""The motif: one or two bars with a face, the best of many that fit the first chords."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from filmcomposer_core.composition.grid import TICKS, GridBar, Harmony
from filmcomposer_core.composition.line import LineWeights, Slot, draw_line
from filmcomposer_core.composition.rhythm import Metre, Onsets, draw_bar, is_clear
from filmcomposer_core.composition.tables import Style

#: Contours of two bars: share in percent and height at start, middle and end.
CONTOURS: Final = (
    (16, (0.0, 1.0, 0.0)), (28, (1.0, 0.0, -1.0)), (17, (0.7, -0.7, 0.7)), (14, (-1.0, 0.0, 1.0)),
    (8, (0.5, 0.4, -1.0)), (8, (1.0, -0.5, -0.5)), (9, (-1.0, 0.6, 0.6)),
)  # fmt: skip
_WILD: Final = 0.9
_HEIGHT: Final = 4.5
#: Share of the motifs that try to begin with a move that the idiom likes.
_OPENING_SHARE: Final = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Motif:
    """The motif: rhythm by bar, diatonic steps and semitone moves to each note, first None."""

    bars: tuple[Onsets, ...]
    ticks: int
    steps: tuple[int | None, ...]
    moves: tuple[int | None, ...]
    pitches: tuple[int, ...]

    @property
    def head(self) -> int:
        """Number of notes in the first bar."""
        return len(self.bars[0])


def find_motifs(
    bars: Sequence[GridBar],
    *,
    style: Style,
    weights: LineWeights,
    hits: Sequence[int],
    tries: int,
    keep: int,
    rng: np.random.Generator,
) -> list[Motif]:
    """Return the best motifs, best first.

    Parameters
    ----------
    bars : sequence of GridBar
        The one or two bars where the motif is first heard.
    style : Style
        Manner of the idiom.
    weights : LineWeights
        What counts how much in a line.
    hits : sequence of int
        Ticks in those bars that should carry an onset.
    tries, keep : int
        How many to draw and to return.
    rng : numpy.random.Generator
        Source of choice.
    """
    shares = np.array([share for share, _ in CONTOURS], dtype=np.float64)
    found: list[tuple[float, int, Motif]] = []
    for number in range(tries):
        rhythm: list[Onsets] = []
        for bar in bars:
            rhythm.append(_bar(bar, rhythm, style, hits, rng))
        contour = CONTOURS[int(rng.choice(len(CONTOURS), p=shares / shares.sum()))][1]
        slots = _slots(bars, rhythm, style, contour, rng)
        wild = LineWeights(chord=weights.chord, leap=weights.leap, noise=_WILD)
        pitches = draw_line(slots, style=style, weights=wild, before=None, rng=rng)
        motif = motif_of(slots, pitches, tuple(rhythm), bars[0].length)
        found.append((_fault(motif, slots, bars, style), number, motif))
    return [motif for _, _, motif in sorted(found, key=lambda item: item[:2])[:keep]]


def _bar(
    bar: GridBar,
    known: Sequence[Onsets],
    style: Style,
    hits: Sequence[int],
    rng: np.random.Generator,
) -> Onsets:
    return draw_bar(
        style,
        Metre(num=bar.num, den=bar.den, seconds=bar.seconds),
        close=False,
        density=style.density * (0.85 + 0.3 * bar.motion),
        hits=[hit - bar.start for hit in hits if bar.start <= hit < bar.end],
        known=known,
        fresh=-0.5,
        rng=rng,
    )


def _slots(
    bars: Sequence[GridBar],
    rhythm: Sequence[Onsets],
    style: Style,
    contour: tuple[float, float, float],
    rng: np.random.Generator,
) -> list[Slot]:
    total = sum(bar.length for bar in bars)
    opening = int(rng.choice(style.opening)) if rng.random() < _OPENING_SHARE else None
    slots: list[Slot] = []
    for bar, onsets in zip(bars, rhythm, strict=True):
        for offset, length in onsets:
            tick = bar.start + offset
            u = (tick - bars[0].start) / total
            height = float(np.interp(u, (0.0, 0.5, 1.0), contour))
            slots.append(
                Slot(
                    start=tick,
                    length=length,
                    strength=bar.strength(tick),
                    harmony=bar.harmony_at(tick),
                    target=68.0 + style.centre + _HEIGHT * height,
                    bar=bar.number,
                    move=opening if len(slots) == 1 else None,
                )
            )
    return slots


def motif_of(
    slots: Sequence[Slot], pitches: Sequence[int], rhythm: tuple[Onsets, ...], ticks: int
) -> Motif:
    """Return the motif that a line makes: its rhythm, steps and moves."""
    steps: list[int | None] = [None]
    moves: list[int | None] = [None]
    for (before, pitch), slot in zip(itertools.pairwise(pitches), slots[1:], strict=True):
        steps.append(scale_steps(before, pitch, slot.harmony))
        moves.append(pitch - before)
    return Motif(
        bars=rhythm, ticks=ticks, steps=tuple(steps), moves=tuple(moves), pitches=tuple(pitches)
    )


def scale_steps(before: int, pitch: int, harmony: Harmony) -> int:
    """Return how many steps of the scale lie between two pitches, down negative."""
    low, high = sorted((before, pitch))
    count = sum(1 for p in range(low + 1, high + 1) if p % 12 in harmony.scale)
    return count if pitch >= before else -count


def _fault(motif: Motif, slots: list[Slot], bars: Sequence[GridBar], style: Style) -> float:
    """Return what speaks against a motif: no face, no shape, bad rhythm; lower is better."""
    moves = [move for move in motif.moves if move is not None]
    values = {length for onsets in motif.bars for _, length in onsets}
    low, high = style.notes
    fault = 1.0 * max(0, low - len(slots), len(slots) - high)
    fault += 0.0 if 2 <= len(values) <= 3 else 1.5
    for bar, onsets in zip(bars, motif.bars, strict=True):
        metre = Metre(num=bar.num, den=bar.den, seconds=bar.seconds)
        fault += 0.0 if is_clear(onsets, metre) else 1.0
        fault += 0.5 if len(onsets) > 1 and len({length for _, length in onsets}) == 1 else 0.0
    fault += 0.0 if has_face(motif) else 3.0
    fault += _shape_fault(motif.pitches, moves, style)
    fault -= 1.0 if moves and moves[0] in style.opening else 0.0
    for slot, pitch in zip(slots, motif.pitches, strict=True):
        if slot.strength >= 0.6 and pitch % 12 not in slot.harmony.chord.pitch_classes:
            fault += 0.7
    return fault


def _shape_fault(pitches: Sequence[int], moves: Sequence[int], style: Style) -> float:
    span = max(pitches) - min(pitches)
    fault = 0.5 * max(0, span - style.span) + (0.6 * max(0, 4 - span))
    if len(moves) < 3:
        return fault
    fault += 2.0 * abs(sum(abs(m) in (1, 2) for m in moves) / len(moves) - 0.6)
    fault += 2.0 if len(moves) > 3 and (min(moves) > 0 or max(moves) < 0) else 0.0
    fault += 1.5 * sum(a == c and b == d for a, b, c, d in _fours(pitches))
    fault += 0.7 * max(0, list(pitches).count(max(pitches)) - 1)
    fault += 0.7 * max(0, sum(m == 0 for m in moves) - len(moves) // 4)
    return fault


def _fours(pitches: Sequence[int]) -> list[tuple[int, int, int, int]]:
    return list(zip(pitches, pitches[1:], pitches[2:], pitches[3:], strict=False))


def has_face(motif: Motif) -> bool:
    """Whether a motif can be told from others: a leap, a dotted note or a repeated head."""
    moves = [move for move in motif.moves if move is not None]
    leap = any(abs(move) >= 5 for move in moves)
    lengths = [length for onsets in motif.bars for _, length in onsets]
    dotted = any(a == 3 * b or b == 3 * a for a, b in itertools.pairwise(lengths))
    syncopated = any(
        start % TICKS and length >= TICKS for onsets in motif.bars for start, length in onsets
    )
    return leap or dotted or syncopated or (len(moves) > 1 and moves[0] == moves[1] == 0)
