"""A hit just before a note of the theme is that note come early."""

from __future__ import annotations

from filmcomposer_core.composition.grid import TICKS
from filmcomposer_core.composition.manner import Sung
from filmcomposer_core.composition.realise import without_flams


def sung(start: int, length: int, pitch: int, *, hit: float = 0.0) -> Sung:
    return Sung(
        start=start, length=length, pitch=pitch, strength=1.0, bar=1, phrase=0, place=0.0, hit=hit
    )


def test_a_hit_a_thirty_second_before_the_bar_line_is_the_downbeat_come_early():
    early_by = TICKS // 8
    begin = 4 * TICKS - early_by
    line = [sung(0, begin, 67), sung(begin, early_by, 69, hit=8.0), sung(4 * TICKS, TICKS, 69)]
    early = without_flams(line)
    assert [(n.start, n.length, n.pitch, n.hit) for n in early] == [
        (0, begin, 67, 0.0),
        (begin, early_by + TICKS, 69, 8.0),
    ]


def test_other_notes_stay():
    """A longer hit, a gap after it, and a quick note that is no hit."""
    line = [
        sung(0, TICKS // 4, 67, hit=8.0),
        sung(TICKS // 4, TICKS // 8, 69, hit=8.0),
        sung(TICKS, TICKS // 8, 71),
        sung(TICKS + TICKS // 8, TICKS, 72),
    ]
    assert without_flams(line) == line
