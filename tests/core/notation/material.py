"""Themes, maps and plans from which the tests of notation start."""

from __future__ import annotations

from hypothesis import strategies as st

from filmcomposer_core.contracts.harmony import MODES, PITCH_NAMES, QUALITIES
from filmcomposer_core.contracts.plan import CuePlan, Section
from filmcomposer_core.contracts.score import Melody, Note
from filmcomposer_core.contracts.tempo import TempoMap, TempoPoint


def changing_map() -> TempoMap:
    """4/4 for two bars, a ramp, then 7/8 and 3/4; the map begins with a silent bar."""
    points = (
        TempoPoint(time_s=0.0, bpm=120.0, ramp=False, num=4, den=4),
        TempoPoint(time_s=4.0, bpm=120.0, ramp=True, num=7, den=8),
        TempoPoint(time_s=7.5, bpm=90.0, ramp=False, num=7, den=8),
    )
    return TempoMap(rank=1, kind="piecewise", first_bar=2, cost=0.0, points=points, hits=())


def waltz_map() -> TempoMap:
    points = (TempoPoint(time_s=0.0, bpm=97.3, ramp=False, num=3, den=4),)
    return TempoMap(rank=1, kind="constant", first_bar=1, cost=0.0, points=points, hits=())


def plan(
    *, key: str = "C", mode: str = "ionian", chords: str = "C | F G | Am | G", start: int = 1
) -> CuePlan:
    bars = len(chords.split("|"))
    section = Section(
        id="A",
        start=start,
        bars=bars,
        function="theme",
        tension=0.4,
        dynamic="mp",
        key=key,
        mode=mode,
        chords=chords,
        texture="melody+pad",
    )
    return CuePlan(
        idiom="travel",
        blend="null",
        ending="cadence",
        sections=(section,),
        bar_tension=(0.3,) * (start + bars - 1),
    )


@st.composite
def plans(draw: st.DrawFn) -> CuePlan:
    symbol = st.builds(
        lambda root, quality: root + quality,
        st.sampled_from(PITCH_NAMES),
        st.sampled_from(sorted(QUALITIES)),
    )
    cell = st.lists(symbol | st.just("N.C."), min_size=1, max_size=3).map(" ".join)
    return plan(
        key=draw(st.sampled_from([*PITCH_NAMES, "F#", "C#", "G#", "D#"])),
        mode=draw(st.sampled_from(sorted(MODES))),
        chords=" | ".join(draw(st.lists(cell, min_size=1, max_size=5))),
        start=draw(st.integers(1, 3)),
    )


@st.composite
def melodies(draw: st.DrawFn, *, per_beat: int = 48, most: int = 12) -> Melody:
    """Notes on a grid, with rests, in any order of pitches that staves and MIDI can hold."""
    steps = st.tuples(
        st.integers(0, per_beat * 2) | st.just(0),
        st.integers(1, per_beat * 5),
        st.integers(0, 127),
        st.integers(1, 127),
    )
    notes = []
    now = 0
    for rest, length, pitch, velocity in draw(st.lists(steps, max_size=most)):
        now += rest
        notes.append(
            Note(
                beat=now / per_beat,
                length=length / per_beat,
                pitch=pitch,
                velocity=velocity,
            )
        )
        now += length
    return Melody(notes=tuple(notes), phrase_starts=draw(st.sampled_from([(), (1,), (1, 3)])))


def sounding(melody: Melody) -> list[tuple[float, float, int]]:
    """What ABC keeps of a theme."""
    return [(note.beat, note.length, note.pitch) for note in melody.notes]
