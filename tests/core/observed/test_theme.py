"""The take of the theme that was chosen, and its notes."""

from __future__ import annotations

from dataclasses import replace

from filmcomposer_core.contracts.observed import ObservedNote, ObservedTheme
from filmcomposer_core.contracts.score import Melody, Note
from filmcomposer_core.contracts.tempo import TempoPoint
from filmcomposer_core.observed.theme import EditedTheme, edited_theme
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


def take(theme: ObservedTheme, now: Melody = ONE) -> EditedTheme:
    return edited_theme(
        theme, melody=now, candidates=CANDIDATES, timeline=LINE, place=lambda beat: f"beat {beat:g}"
    )


def test_another_candidate_is_a_choice() -> None:
    assert take(ObservedTheme(candidate=2)) == EditedTheme(melody=TWO, choice=2)
    assert take(ObservedTheme(candidate=1), now=TWO) == EditedTheme(melody=ONE, choice=1)


def test_the_candidate_that_the_edited_theme_stands_for_keeps_the_edits() -> None:
    edited = replace(ONE, notes=(*ONE.notes[:2], replace(ONE.notes[2], pitch=65)))
    same = EditedTheme(melody=edited)
    assert take(ObservedTheme(candidate=1), now=edited) == same
    assert take(ObservedTheme(candidate=1, notes=seen(edited)), now=edited) == same


def test_edited_notes_are_taken_and_the_others_stay_to_the_last_digit() -> None:
    odd = replace(ONE, notes=(replace(ONE.notes[0], length=0.9999), *ONE.notes[1:]))
    now = list(seen(odd))
    now[2] = replace(now[2], pitch=67, end_s=3.5)
    found = take(ObservedTheme(candidate=1, notes=tuple(now)), now=odd).melody
    assert found.notes[:2] == odd.notes[:2]
    assert (found.notes[2].pitch, found.notes[2].beat, found.notes[2].length) == (67, 2.0, 1.5)


def own(start_s: float, end_s: float, pitch: int) -> ObservedNote:
    return ObservedNote(start_s=start_s, end_s=end_s, pitch=pitch, velocity=99, channel=0)


def rows(tune: Melody) -> list[tuple[float, float, int]]:
    return [(n.beat, n.end, n.pitch) for n in tune.notes]


def test_of_two_notes_at_once_the_earlier_is_shortened() -> None:
    found = take(ObservedTheme(candidate=1, notes=(*seen(ONE), own(2.5, 3.0, 72))))
    assert rows(found.melody)[2:] == [(2.0, 2.5, 64), (2.5, 3.0, 72)]
    assert found.said == (
        "The theme had two notes at once in beat 2.5; a theme is one voice, so the earlier one was "
        "shortened.",
    )
    twice = take(ObservedTheme(candidate=1, notes=(*seen(ONE), own(2.5, 3, 72), own(0.5, 1, 70))))
    assert rows(twice.melody)[:2] == [(0.0, 0.5, 60), (0.5, 1.0, 70)]
    assert len(twice.said) == 1
    assert "in 2 places, first in beat 0.5" in twice.said[0]


def test_of_two_notes_that_begin_together_the_users_own_stays() -> None:
    low = take(ObservedTheme(candidate=1, notes=(*seen(ONE), own(2.0, 2.5, 40))))
    assert rows(low.melody)[2:] == [(2.0, 2.5, 40)]
    both = take(ObservedTheme(candidate=1, notes=(*seen(ONE), own(2, 3, 50), own(2, 3, 55))))
    assert rows(both.melody)[2:] == [(2.0, 3.0, 55)]
    assert len(both.said) == 1


def test_a_take_without_notes_leaves_the_theme() -> None:
    found = take(ObservedTheme(candidate=2, notes=()))
    assert found.melody is ONE
    assert (found.choice, len(found.said)) == (0, 1)


def test_an_overlap_of_ticks_is_cut() -> None:
    now = list(seen(TWO))
    now[0] = replace(now[0], end_s=2.0014, velocity=50)
    now[1] = replace(now[1], velocity=51)
    found = take(ObservedTheme(candidate=2, notes=tuple(now)))
    assert (found.melody.notes[0].end, found.melody.notes[1].beat) == (2.0, 2.0)
    assert found.said == ()


def test_a_candidate_that_is_gone_is_told_and_its_edited_notes_are_kept() -> None:
    found = take(ObservedTheme(candidate=7))
    assert found.melody is ONE
    assert "Theme 7 is not in the cue folder (there: 1, 2)" in found.said[0]
    assert rows(take(ObservedTheme(candidate=7, notes=(own(0.0, 1.0, 90),))).melody) == [
        (0.0, 1.0, 90)
    ]
