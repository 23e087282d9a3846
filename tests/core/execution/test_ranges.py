from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_core.contracts.score import Note
from filmcomposer_core.execution.ranges import RangeChange, fit_to_range


def line(*pitches: int, start: float = 0.0, length: float = 1.0) -> list[Note]:
    return [
        Note(beat=start + i * length, length=length, pitch=p, velocity=80)
        for i, p in enumerate(pitches)
    ]


def fit(notes: list[Note], low: int, high: int) -> tuple[tuple[Note, ...], tuple[RangeChange, ...]]:
    return fit_to_range(
        notes,
        low=low,
        high=high,
        measure_at=lambda beat: int(beat // 4) + 1,
        track="flute",
        instrument="flute",
    )


def pitches(notes: tuple[Note, ...]) -> list[int]:
    return [note.pitch for note in notes]


def test_notes_inside_stay() -> None:
    notes = line(60, 72, 64)
    assert fit(notes, 60, 72) == (tuple(notes), ())


def test_the_whole_phrase_moves_with_its_one_low_note() -> None:
    kept, changes = fit(line(64, 59, 62), 60, 96)
    assert pitches(kept) == [76, 71, 74]
    assert changes == (
        RangeChange(
            track="flute",
            instrument="flute",
            first_measure=1,
            last_measure=1,
            semitones=12,
            notes=3,
        ),
    )


def test_a_phrase_that_fits_stays_beside_one_that_moves() -> None:
    kept, changes = fit(line(64, 65) + line(50, start=4.0), 60, 96)
    assert pitches(kept) == [64, 65, 62]
    assert [c.notes for c in changes] == [1]


def test_down_by_two_octaves() -> None:
    kept, changes = fit(line(100, 97), 40, 80)
    assert pitches(kept) == [76, 73]
    assert changes[0].semitones == -24
    assert str(changes[0]) == (
        "flute: 2 notes in measure 1 moved down by 2 octaves into the range of flute"
    )


def test_a_phrase_wider_than_the_range_moves_by_measure() -> None:
    low_then_high = line(50, 50, 50, 50) + line(90, 91, 92, 93, start=4.0)
    kept, changes = fit(low_then_high, 60, 84)
    assert pitches(kept) == [62] * 4 + [78, 79, 80, 81]
    assert [(c.first_measure, c.semitones, c.notes) for c in changes] == [(1, 12, 4), (2, -12, 4)]


def test_a_gong_takes_the_nearest_pitch() -> None:
    kept, changes = fit(line(30, 58, 90), 57, 59)
    assert pitches(kept) == [57, 58, 59]
    assert [c.semitones for c in changes] == [27, -31]
    assert "semitones" in str(changes[0])


@given(
    st.lists(st.tuples(st.integers(0, 64), st.integers(0, 127)), max_size=40),
    st.integers(0, 115),
    st.integers(11, 60),
)
def test_no_note_is_lost_leaves_the_range_or_changes_its_name(
    raw: list[tuple[int, int]], low: int, width: int
) -> None:
    notes = [Note(beat=b / 4, length=0.5, pitch=p, velocity=64) for b, p in raw]
    high = min(127, low + width)
    kept, changes = fit(notes, low, high)
    assert len(kept) == len(notes)
    assert all(low <= note.pitch <= high for note in kept)
    names = sorted((n.beat, n.pitch % 12) for n in notes)
    if high - low >= 11:
        assert sorted((n.beat, n.pitch % 12) for n in kept) == names
    moved = sum(change.notes for change in changes)
    outside = sum(not low <= note.pitch <= high for note in notes)
    assert moved >= outside


@pytest.mark.parametrize(("semitones", "words"), [(12, "up by 1 octave "), (-13, "13 semitones")])
def test_the_sentence_says_how_far(semitones: int, words: str) -> None:
    change = RangeChange(
        track="a", instrument="b", first_measure=1, last_measure=3, semitones=semitones, notes=1
    )
    assert words in str(change)
    assert "measures 1 to 3" in str(change)
    assert "1 note " in str(change)
