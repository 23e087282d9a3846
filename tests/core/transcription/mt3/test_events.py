"""The words of MT3: laws, and examples worked by hand."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmcomposer_core.transcription.mt3.events import encode
from filmcomposer_core.transcription.mt3.hearing import decode
from filmcomposer_core.transcription.mt3.spectrogram import first_steps
from filmcomposer_core.transcription.mt3.vocabulary import (
    DRUMS,
    END,
    PAD,
    Note,
    Vocabulary,
    vocabulary_of_size,
)

MT3, PIANO = Vocabulary(), Vocabulary(bins=127, ties=False)


def words(*events: tuple[str, int], vocabulary: Vocabulary = MT3) -> list[int]:
    return [*(vocabulary.number(kind, value) for kind, value in events), END]


@st.composite
def notes_on_the_grid(draw: st.DrawFn, vocabulary: Vocabulary, last: int = 1200) -> list[Note]:
    found: list[Note] = []
    programs = [0, 1, 73, 127, DRUMS] if vocabulary.ties else [0, DRUMS]
    keys = draw(st.sets(st.tuples(st.sampled_from(programs), st.integers(0, 127)), max_size=6))
    for program, pitch in sorted(keys):
        times = sorted(draw(st.sets(st.integers(0, last), max_size=8)))
        # Notes of a key may touch: an end and a beginning on the same step.
        touching = draw(st.booleans())
        pairs = pairwise(times) if touching else zip(times[::2], times[1::2], strict=False)
        for start, end in pairs:
            grade = draw(st.integers(1, vocabulary.bins))
            found.append(
                Note(
                    start=start,
                    end=start + 1 if program == DRUMS else end,
                    pitch=pitch,
                    velocity=vocabulary.velocity(grade),
                    program=program,
                )
            )
    return sorted(found, key=lambda n: (n.start, n.program, n.pitch, n.end))


@settings(deadline=None, max_examples=80)
@given(st.data(), st.sampled_from([MT3, PIANO, Vocabulary(bins=127)]), st.integers(1, 8))
def test_what_is_written_is_read(data: st.DataObject, vocabulary: Vocabulary, count: int) -> None:
    notes = data.draw(notes_on_the_grid(vocabulary))
    firsts = first_steps(count, frames=256)
    heard = decode(encode(notes, firsts, vocabulary), firsts, vocabulary)
    assert list(heard.notes) == notes
    assert heard.skipped == 0
    assert heard.sureness == (1.0,) * len(notes)


@settings(deadline=None, max_examples=80)
@given(
    st.lists(st.lists(st.integers(-5, 1700), max_size=60), min_size=1, max_size=4),
    st.sampled_from([MT3, PIANO]),
)
def test_babble_is_skipped_and_counted(rows: list[list[int]], vocabulary: Vocabulary) -> None:
    heard = decode(rows, first_steps(len(rows), frames=256), vocabulary)
    assert 0 <= heard.skipped <= sum(len(row) for row in rows)
    assert len(heard.notes) == len(heard.sureness)
    for note in heard.notes:
        assert 0 <= note.start < note.end
        assert 0 <= note.pitch <= 127
        assert 1 <= note.velocity <= 127
        assert 0 <= note.program <= DRUMS
    assert [n.start for n in heard.notes] == sorted(n.start for n in heard.notes)


@settings(deadline=None, max_examples=60)
@given(st.data(), st.integers(0, 50), st.integers(-1, 1700))
def test_one_wrong_word_breaks_no_reading(data: st.DataObject, at: int, wrong: int) -> None:
    notes = data.draw(notes_on_the_grid(MT3))
    firsts = first_steps(4, frames=256)
    rows = encode(notes, firsts, MT3)
    row = rows[at % 4]
    row[at % len(row)] = wrong
    heard = decode(rows, firsts, MT3)
    assert all(note.start < note.end for note in heard.notes)


def test_the_numbers_are_the_published_ones() -> None:
    assert MT3.number("shift", 0) == 3
    assert MT3.number("shift", 1000) == 1003
    assert MT3.number("pitch", 0) == 1004
    assert MT3.number("velocity", 0) == 1132
    assert MT3.number("tie", 0) == 1134
    assert MT3.number("program", 0) == 1135
    assert MT3.number("drum", 127) == 1390
    assert (MT3.words, MT3.size) == (1391, 1536)
    assert (PIANO.words, PIANO.size) == (1517, 1664)
    assert vocabulary_of_size(1536) == MT3
    assert vocabulary_of_size(1664) == PIANO
    assert vocabulary_of_size(32128) is None
    for special in (-1, PAD, END, 2, 1391, 1535):
        assert MT3.event(special) is None


@given(st.integers(3, 1390))
def test_numbers_and_events_are_one_to_one(number: int) -> None:
    event = MT3.event(number)
    assert event is not None
    assert MT3.number(*event) == number


@given(st.integers(1, 127), st.integers(1, 127))
def test_grades_keep_their_velocity(velocity: int, bins: int) -> None:
    vocabulary = Vocabulary(bins=bins)
    grade = vocabulary.grade(velocity)
    assert 1 <= grade <= bins
    assert vocabulary.grade(vocabulary.velocity(grade)) == grade or bins == 1


def test_there_is_no_event_outside_its_range() -> None:
    with pytest.raises(ValueError, match="no event pitch 128"):
        MT3.number("pitch", 128)


def test_a_note_over_a_seam_is_tied() -> None:
    """C4 of a flute from 0.5 s to 2.5 s; the second segment begins at 2.048 s, step 204."""
    note = Note(start=50, end=250, pitch=60, velocity=100, program=73)
    firsts = first_steps(2, frames=256)
    assert firsts == [0, 204]
    assert encode([note], firsts, MT3) == [
        words(("tie", 0), ("shift", 50), ("program", 73), ("velocity", 1), ("pitch", 60)),
        words(("program", 73), ("pitch", 60), ("tie", 0), ("shift", 46), ("velocity", 0),
              ("pitch", 60)),
    ]  # fmt: skip


def test_ends_stand_before_beginnings_and_programs_are_said_once() -> None:
    """A chord of two pianos and a drum at 0, then its top note again at 1 s."""
    notes = [
        Note(start=0, end=100, pitch=60, velocity=100),
        Note(start=0, end=100, pitch=64, velocity=100),
        Note(start=0, end=1, pitch=36, velocity=100, program=DRUMS),
        Note(start=100, end=150, pitch=64, velocity=100),
    ]
    assert encode(notes, [0], MT3) == [
        words(
            ("tie", 0), ("program", 0), ("velocity", 1), ("pitch", 60), ("pitch", 64),
            ("drum", 36), ("shift", 100), ("velocity", 0), ("pitch", 60), ("pitch", 64),
            ("velocity", 1), ("pitch", 64), ("shift", 150), ("velocity", 0), ("pitch", 64),
        )
    ]  # fmt: skip


def test_a_shift_beyond_ten_seconds_takes_several_words() -> None:
    row = encode([Note(start=2500, end=2501, pitch=60, velocity=80)], [0], PIANO)[0]
    assert row[:3] == [PIANO.number("shift", s) for s in (1000, 1000, 500)]


def test_what_a_segment_does_not_tie_ends_where_it_begins() -> None:
    first = words(("tie", 0), ("velocity", 1), ("pitch", 60), ("pitch", 64))
    second = words(("program", 0), ("pitch", 64), ("tie", 0), ("shift", 10), ("velocity", 0),
                   ("pitch", 64))  # fmt: skip
    heard = decode([first, second], [0, 204], MT3)
    assert [(n.pitch, n.start, n.end) for n in heard.notes] == [(60, 0, 204), (64, 0, 214)]


def test_a_note_that_is_never_ended_ends_with_the_last_change() -> None:
    """All of them at the same step, so that none is shorter than one."""
    row = words(("tie", 0), ("velocity", 1), ("pitch", 60), ("shift", 80), ("pitch", 64))
    heard = decode([row], [0], MT3)
    assert [(n.pitch, n.start, n.end) for n in heard.notes] == [(60, 0, 81), (64, 80, 81)]


def test_what_lies_beyond_the_segment_is_dropped() -> None:
    row = words(("tie", 0), ("velocity", 1), ("shift", 300), ("pitch", 60), ("pitch", 64))
    heard = decode([row, words(("tie", 0))], [0, 204], MT3)
    assert heard.notes == ()
    assert heard.skipped == 3  # the shift and both keys


def test_impossible_words_are_counted() -> None:
    row = words(
        ("pitch", 60),  # tied, but nothing sounds
        ("tie", 0), ("tie", 0),  # a second tie
        ("velocity", 0), ("pitch", 62),  # ends what does not sound
        ("drum", 36),  # a drum without loudness
        ("shift", 50), ("velocity", 1), ("pitch", 64),
        ("shift", 20), ("pitch", 65),  # back in time
        ("shift", 60), ("velocity", 0), ("pitch", 64),
    )  # fmt: skip
    heard = decode([[PAD, 1500, *row]], [0], MT3, sureness=[[0.5] * 20])
    assert [(n.pitch, n.start, n.end) for n in heard.notes] == [(64, 50, 60)]
    assert heard.sureness == (0.5,)
    assert heard.skipped == 2 + 5
