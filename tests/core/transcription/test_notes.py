"""Tidying, the grid, voices: by hand."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_core.contracts.transcript import HeardNote
from filmcomposer_core.transcription.find_tempo import find_pulse
from filmcomposer_core.transcription.onto_grid import Placed, lay_on_grid, shared_lag
from filmcomposer_core.transcription.tidy import (
    drop_overtones,
    drop_slides,
    drop_smears,
    join_pieces,
    tidy,
)
from filmcomposer_core.transcription.top_line import top_line
from filmcomposer_core.transcription.voices import voices_of
from tests.core.transcription.made import heard, steady


def beats(placed: tuple[Placed, ...]) -> list[float]:
    return [round(item.beat, 6) for item in placed]


def test_pieces_of_one_tone_are_joined_and_struck_ones_are_not() -> None:
    swell = [heard(0.0, 0.4, 60), heard(0.41, 0.9, 60, begun=0.55)]
    (joined,) = join_pieces(swell)
    assert (joined.start_s, joined.end_s) == (0.0, 0.9)
    struck = [heard(0.0, 0.4, 60), heard(0.41, 0.9, 60, begun=0.9)]
    assert len(join_pieces(struck)) == 2
    apart = [heard(0.0, 0.4, 60), heard(0.6, 0.9, 60, begun=0.5)]
    assert len(join_pieces(apart)) == 2


def test_overtones_go_and_octaves_that_are_played_stay() -> None:
    tone = heard(0.0, 1.0, 60, sure=0.9)
    ghost = heard(0.02, 0.8, 72, sure=0.4, begun=0.5)
    played = heard(0.0, 1.0, 72, sure=0.85, begun=0.95)
    before = heard(0.0, 0.3, 72, sure=0.4, begun=0.5)
    assert drop_overtones((tone, ghost)) == (tone,)
    assert drop_overtones((tone, played)) == (tone, played)
    late = heard(0.2, 1.0, 60, sure=0.9)
    assert drop_overtones((before, late)) == (before, late)


def test_the_slide_into_a_sung_note_becomes_its_beginning() -> None:
    slide, note = heard(1.0, 1.08, 61, sure=0.5), heard(1.09, 1.6, 62, begun=0.4)
    (found,) = drop_slides((slide, note))
    assert (found.start_s, found.pitch) == (1.0, 62)
    grace = (heard(1.0, 1.08, 61), heard(1.09, 1.6, 62, begun=0.95))
    assert drop_slides(grace) == grace


def test_smears_go() -> None:
    note = heard(0.0, 1.0, 62, sure=0.9)
    assert drop_smears((note, heard(0.1, 0.6, 63, sure=0.4))) == (note,)
    trill = (note, heard(1.0, 1.2, 63, sure=0.4))
    assert drop_smears(trill) == trill


@given(
    st.lists(
        st.builds(
            lambda a, b, p, c: heard(a / 50, (a + b) / 50, p, sure=c, begun=c),
            st.integers(0, 200), st.integers(1, 60), st.integers(40, 90), st.floats(0, 1),
        ),
        max_size=20,
    )
)  # fmt: skip
def test_tidying_only_takes_away(notes: list[HeardNote]) -> None:
    found, gone = tidy(notes)
    assert len(found) + sum(gone.values()) == len(notes)
    assert {n.pitch for n in found} <= {n.pitch for n in notes}
    assert list(found) == sorted(found, key=lambda n: (n.start_s, n.pitch))


def test_notes_go_to_the_grid_however_late_they_all_are() -> None:
    chance = random.Random(3)
    wanted = [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 3.5, 3.75, 4.0]
    for late in (0.0, 0.04, 0.07):
        notes = [
            heard(b * 0.6 + late + chance.gauss(0, 0.008), b * 0.6 + 0.25 + late, 60 + i)
            for i, b in enumerate(wanted)
        ]
        assert beats(lay_on_grid(notes, steady(100.0))) == wanted
        assert shared_lag(notes, steady(100.0)) == pytest.approx(late, abs=0.013)


def test_triplets_are_heard_where_they_are_played() -> None:
    wanted = [0.0, 1 / 3, 2 / 3, 1.0, 1.5, 2.0, 2 + 1 / 3, 2 + 2 / 3, 3.0]
    notes = [heard(b, b + 0.2, 60 + i) for i, b in enumerate(wanted)]
    assert beats(lay_on_grid(notes, steady(60.0))) == pytest.approx(wanted, abs=1e-6)


def test_a_rhythm_spot_is_where_the_picture_has_it() -> None:
    notes = [heard(t, t + 0.2, 60) for t in (0.0, 0.5, 1.03, 1.5, 2.0)]
    assert beats(lay_on_grid(notes, steady(120.0))) == [0.0, 1.0, 2.0, 3.0, 4.0]
    spot = lay_on_grid(notes, steady(120.0), anchors_s=[1.06], frame_s=1 / 25)
    assert beats(spot) == [0.0, 1.0, 2.12, 3.0, 4.0]


def test_notes_of_one_line_never_fall_together() -> None:
    notes = [heard(0.0, 0.1, 60), heard(0.13, 0.3, 62), heard(0.27, 0.5, 64)]
    found = lay_on_grid(notes, steady(120.0))
    assert len(set(beats(found))) == 3


def test_lines_part_by_pitch() -> None:
    def note(beat: float, pitch: int, length: float = 1.0) -> Placed:
        return Placed(note=heard(beat, beat + length, pitch, program=0), beat=beat, length=length)

    high = [note(float(b), p) for b, p in enumerate((72, 74, 76, 74))]
    low = [note(float(b), p) for b, p in enumerate((48, 47, 45, 43))]
    found = voices_of([*high, *low])
    assert [[n.note.pitch for n in voice] for voice in found] == [
        [72, 74, 76, 74], [48, 47, 45, 43],
    ]  # fmt: skip


def test_a_single_line_that_rings_on_stays_one() -> None:
    notes = [
        Placed(note=heard(b / 2, b / 2 + 1.2, p), beat=float(b), length=2.4)
        for b, p in enumerate((60, 62, 64, 65, 67))
    ]
    (voice,) = voices_of(notes)
    assert [n.length for n in voice[:-1]] == [1.0] * 4


def test_the_tune_lies_on_top() -> None:
    tune = [(0.0, 76), (1.0, 74), (2.0, 72), (3.0, 74)]
    notes = [
        Placed(note=heard(b, b + 1, p, sure=0.7), beat=b, length=1.0)
        for b, top in tune
        for p in (top, 60, 55)
    ]
    notes.sort(key=lambda n: (n.beat, -n.note.pitch))
    assert [notes[i].note.pitch for i in top_line(notes)] == [76, 74, 72, 74]


@pytest.mark.parametrize(("bpm", "meter"), [(100.0, 4), (84.0, 3), (132.0, 4)])
def test_tempo_and_downbeats_are_found(bpm: float, meter: int) -> None:
    second = 60.0 / bpm
    notes = []
    for bar in range(8):
        notes.append(heard(0.4 + bar * meter * second, 0.4 + (bar * meter + 1.5) * second, 60))
        notes += [
            heard(0.4 + (bar * meter + b) * second, 0.4 + (bar * meter + b + 0.4) * second, 64)
            for b in (1.5, *range(2, meter))
        ]
    pulse = find_pulse(sorted(notes, key=lambda n: n.start_s))
    point = pulse.points[0]
    assert pulse.steady
    assert point.bpm == pytest.approx(bpm, rel=0.01)
    assert (pulse.begin_s - 0.4) % second == pytest.approx(0.0, abs=0.03) or (
        second - (pulse.begin_s - 0.4) % second
    ) == pytest.approx(0.0, abs=0.03)
