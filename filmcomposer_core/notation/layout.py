"""What stands in which bar: bar lines, chord symbols, sections and phrases of a theme."""

from __future__ import annotations

from dataclasses import dataclass

from filmcomposer_core.contracts.harmony import Chord, parse_chords
from filmcomposer_core.contracts.plan import CuePlan, Section
from filmcomposer_core.contracts.score import Melody
from filmcomposer_core.contracts.tempo import TempoMap
from filmcomposer_core.timeline import Bar, Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class ChordMark:
    """A chord symbol and the beat at which it begins."""

    beat: float
    chord: Chord


def bars_of(melody: Melody, *, tempo_map: TempoMap, plan: CuePlan) -> tuple[Bar, ...]:
    """Return every bar from bar 1 to the last planned or sounding one.

    Parameters
    ----------
    melody : Melody
        The theme, in beats from bar 1.
    tempo_map : TempoMap
        The bars' signatures and tempi.
    plan : CuePlan
        Gives the last planned bar.

    Returns
    -------
    tuple of Bar
        At least one bar; the silent lead-in is included.
    """
    timeline = Timeline(tempo_map.points)
    last_note = melody.notes[-1].end if melody.notes else 0.0
    # Behind the last tempo point all bars are alike, so that the rest can be counted.
    end_s = max(timeline.time_at(last_note), tempo_map.points[-1].time_s + 1e-6)
    bars = timeline.bars_until(end_s)
    missing = plan.last_bar - len(bars)
    if missing > 0:
        last = bars[-1]
        bars = timeline.bars_until(timeline.time_at(last.end_beat + (missing - 0.5) * last.beats))
    needed = max(plan.last_bar, sum(bar.start_beat < last_note - 1e-9 for bar in bars))
    return bars[:needed]


def section_starts(plan: CuePlan) -> dict[int, Section]:
    """Return the sections by their first bar."""
    return {section.start: section for section in plan.sections}


def chord_marks(bars: tuple[Bar, ...], *, plan: CuePlan) -> dict[int, tuple[ChordMark, ...]]:
    """Return the chord changes of each bar, chords of a cell sharing the bar evenly.

    A chord that goes on over a bar line is written again only where a section begins.

    Parameters
    ----------
    bars : tuple of Bar
        All bars from bar 1.
    plan : CuePlan
        The planned chords.

    Returns
    -------
    dict of int to tuple of ChordMark
        By bar number, in rising order of beats.
    """
    marks: dict[int, tuple[ChordMark, ...]] = {}
    for section in plan.sections:
        before = ""
        for number, cell in enumerate(parse_chords(section.chords), start=section.start):
            if number > len(bars):
                break
            bar = bars[number - 1]
            found = []
            for index, chord in enumerate(cell):
                if chord.symbol != before:
                    beat = bar.start_beat + bar.beats * index / len(cell)
                    found.append(ChordMark(beat=beat, chord=chord))
                before = chord.symbol
            marks[number] = tuple(found)
    return marks
