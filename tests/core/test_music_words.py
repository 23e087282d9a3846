"""The line about the music, and that about another tempo map, worked by hand."""

from __future__ import annotations

from filmcomposer_core.contracts.plan import CuePlan, Section
from filmcomposer_core.contracts.tempo import TempoMap, TempoPoint
from filmcomposer_core.music_words import music_line, tempo_change


def a_map(*points: tuple[float, float, int, int], first_bar: int = 1) -> TempoMap:
    return TempoMap(
        rank=1,
        kind="constant",
        first_bar=first_bar,
        cost=0.0,
        points=tuple(
            TempoPoint(time_s=time_s, bpm=bpm, ramp=False, num=num, den=den)
            for time_s, bpm, num, den in points
        ),
        hits=(),
    )


def a_plan(*, start: int, bars: int, blend: str) -> CuePlan:
    section = Section(
        id="A",
        start=start,
        bars=bars,
        function="theme",
        tension=0.5,
        dynamic="mf",
        key="D",
        mode="aeolian",
        chords=" | ".join(["Dm"] * bars),
        texture="melody+pad",
    )
    return CuePlan(
        idiom="march",
        blend=blend,
        ending="cadence",
        sections=(section,),
        bar_tension=(0.5,) * (start + bars - 1),
    )


def test_the_music_is_told_in_one_line() -> None:
    told = music_line(a_plan(start=1, bars=4, blend="mystery"), a_map((0.0, 96.0, 3, 4)))
    assert told == "Theme in D minor, 3/4, 96 BPM, 4 bars, idiom march and mystery."


def test_the_silent_lead_in_counts_for_nothing() -> None:
    # A bar of 2 s before the music, which goes at half that tempo in another metre.
    lead = a_map((0.0, 120.0, 4, 4), (2.0, 60.0, 3, 4), first_bar=2)
    told = music_line(a_plan(start=2, bars=1, blend="null"), lead)
    assert told == "Theme in D minor, 3/4, 60 BPM, 1 bar, idiom march."


def test_another_map_is_told_with_what_it_was() -> None:
    # 12 s: 6 bars of 2 s, and 4 of 3 s.
    before, now = a_map((0.0, 120.0, 4, 4)), a_map((0.0, 60.0, 3, 4))
    assert tempo_change(before, now, length_s=12.0) == (
        "The tempo map changed: 4/4, 120 BPM, 6 bars before; 3/4, 60 BPM, 4 bars now."
    )
    assert tempo_change(before, now, length_s=None) == (
        "The tempo map changed: 4/4, 120 BPM before; 3/4, 60 BPM now."
    )
    assert tempo_change(before, before, length_s=12.0) == ""
