"""The take of the theme that was chosen, and its notes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from filmcomposer_core.contracts.observed import ObservedNote, ObservedTheme
from filmcomposer_core.contracts.score import Melody, Note
from filmcomposer_core.contracts.tempo import TempoPoint
from filmcomposer_core.errors import InputError
from filmcomposer_core.observed.theme import edited_theme
from filmcomposer_core.timeline import Timeline

LINE = Timeline([TempoPoint(time_s=0.0, bpm=60.0, ramp=False, num=4, den=4)])


def melody(*rows: tuple[float, float, int]) -> Melody:
    notes = tuple(Note(beat=b, length=n, pitch=p, velocity=80) for b, n, p in rows)
    return Melody(notes=notes, phrase_starts=(1,))


ONE = melody((0.0, 1.0, 60), (1.0, 1.0, 62), (2.0, 2.0, 64))
TWO = melody((0.0, 2.0, 70), (2.0, 1.0, 72))
CANDIDATES = {1: ONE, 2: TWO}


def seen(tune: Melody) -> tuple[ObservedNote, ...]:
    return tuple(
        ObservedNote(start_s=n.beat, end_s=n.end, pitch=n.pitch, velocity=n.velocity, channel=0)
        for n in tune.notes
    )


def take(theme: ObservedTheme, now: Melody = ONE) -> tuple[Melody, tuple[str, ...]]:
    return edited_theme(theme, melody=now, candidates=CANDIDATES, timeline=LINE)


def test_another_candidate_becomes_the_theme() -> None:
    assert take(ObservedTheme(candidate=2)) == (TWO, ())
    assert take(ObservedTheme(candidate=1), now=TWO) == (ONE, ())


def test_the_candidate_that_the_edited_theme_stands_for_keeps_the_edits() -> None:
    edited = replace(ONE, notes=(*ONE.notes[:2], replace(ONE.notes[2], pitch=65)))
    assert take(ObservedTheme(candidate=1), now=edited) == (edited, ())
    assert take(ObservedTheme(candidate=1, notes=seen(edited)), now=edited) == (edited, ())


def test_edited_notes_are_taken_and_the_others_stay_to_the_last_digit() -> None:
    odd = replace(ONE, notes=(replace(ONE.notes[0], length=0.9999), *ONE.notes[1:]))
    now = list(seen(odd))
    now[2] = replace(now[2], pitch=67, end_s=3.5)
    found, _ = take(ObservedTheme(candidate=1, notes=tuple(now)), now=odd)
    assert found.notes[:2] == odd.notes[:2]
    assert (found.notes[2].pitch, found.notes[2].beat, found.notes[2].length) == (67, 2.0, 1.5)


def test_a_theme_is_one_voice() -> None:
    now = (*seen(ONE), ObservedNote(start_s=2.5, end_s=3, pitch=72, velocity=80, channel=0))
    with pytest.raises(InputError, match=r"two notes at once, 2\.50 s"):
        take(ObservedTheme(candidate=1, notes=now))
    with pytest.raises(InputError, match="has no notes"):
        take(ObservedTheme(candidate=1, notes=()))


def test_an_overlap_of_ticks_is_cut() -> None:
    now = list(seen(TWO))
    now[0] = replace(now[0], end_s=2.0014, velocity=50)
    now[1] = replace(now[1], velocity=51)
    found, _ = take(ObservedTheme(candidate=2, notes=tuple(now)))
    assert (found.notes[0].end, found.notes[1].beat) == (2.0, 2.0)


def test_a_candidate_that_is_gone_is_told() -> None:
    found, said = take(ObservedTheme(candidate=7))
    assert found is ONE
    assert "Theme 7 is not in the cue folder (there: 1, 2)" in said[0]
