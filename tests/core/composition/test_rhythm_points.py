"""Themes whose rhythm others write: every bar asked for once, points kept, strengths heard."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest

from filmcomposer_core.composition import velocity
from filmcomposer_core.contracts.rhythm import CMT, TRANSFORMER, BarAsked, RhythmPoint
from filmcomposer_core.rhythm import rhythm_writer
from filmcomposer_core.seeding import rng_for
from tests.core.composition.support import composed, theme


class Recorder:
    """Writes two halves in every free bar and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[BarAsked] = []

    def __call__(self, bars: Sequence[BarAsked]) -> list[tuple[RhythmPoint, ...]]:
        self.asked = list(bars)
        return [
            tuple(RhythmPoint(start=s, length=n) for s, n in bar.given)
            if bar.given
            else (
                RhythmPoint(start=0, length=bar.ticks // 2),
                RhythmPoint(start=bar.ticks // 2, length=bar.ticks // 2, level=2),
            )
            for bar in bars
        ]


def test_every_sung_bar_is_asked_for_once_and_in_order() -> None:
    plan, _, given = theme("pastoral")
    writer = Recorder()
    melody = composed(plan, given, seed=1, rhythm=writer)
    numbers = [bar.number for bar in writer.asked]
    assert numbers == sorted(set(numbers))
    assert any(bar.close for bar in writer.asked)
    assert any(bar.given for bar in writer.asked)
    assert all(a.end_s <= b.start_s + 1e-6 for a, b in pairwise(writer.asked))
    assert melody.notes


def test_free_bars_have_the_rhythm_that_was_written() -> None:
    plan, drawn, given = theme("pastoral")
    writer = Recorder()
    melody = composed(plan, given, seed=1, rhythm=writer)
    assert [n.beat for n in melody.notes] != [n.beat for n in drawn.notes]
    beats = {round(note.beat * 96) for note in melody.notes}
    bars = {bar.number: bar for bar in writer.asked if not bar.given and not bar.hits}
    lengths = {bar.ticks for bar in writer.asked}
    assert len(lengths) == 1
    ticks = lengths.pop()
    starts = [(bar.number - 1) * ticks for bar in bars.values()]
    struck = [start in beats and start + ticks // 2 in beats for start in starts]
    assert sum(struck) >= 0.8 * len(struck) > 0


@pytest.mark.parametrize("kind", [CMT, TRANSFORMER])
def test_all_writers_give_themes_that_can_be_repeated(kind: str) -> None:
    plan, _, given = theme("pastoral")
    melodies = [
        composed(
            plan, given, seed=1, rhythm=rhythm_writer(kind, given["curves"], seed=1, attempt=1)
        )
        for _ in range(2)
    ]
    assert melodies[0] == melodies[1]
    notes = melodies[0].notes
    assert all(a.end <= b.beat + 1e-9 for a, b in pairwise(notes))


def test_strengths_are_heard() -> None:
    from filmcomposer_core.composition.manner import Sung

    notes = [
        Sung(
            start=96 * i, length=96, pitch=60 + i, strength=0.35, bar=1, phrase=0, place=0.5, hit=0
        )
        for i in range(3)
    ]
    weak, plain, strong = velocity.velocities(
        notes, [0.5] * 3, rng_for(1, "x"), accents={0: 0, 96: 1, 192: 2}
    )
    same = velocity.velocities(notes, [0.5] * 3, rng_for(1, "x"))
    assert (weak - same[0], plain - same[1], strong - same[2]) == (-7, 0, 7)
