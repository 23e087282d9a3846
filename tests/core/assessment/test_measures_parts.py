"""Measures of parts, players and picture on music worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from filmcomposer_core.assessment.measures import (
    chords,
    consonance,
    motion,
    palettes,
    playing,
    texture,
)
from filmcomposer_core.assessment.measures.notes import (
    Notes,
    notes_of,
    rank_correlation,
    sounding,
)
from filmcomposer_core.catalogue import instrument
from filmcomposer_core.contracts.labels import IDIOMS
from filmcomposer_core.contracts.score import Note
from filmcomposer_core.timeline import Bar
from tests.core.assessment import material


def bars(count: int, num: int = 4, den: int = 4) -> tuple[Bar, ...]:
    length = num * 4 / den
    return tuple(
        Bar(number=n + 1, start_s=n * length / 2, start_beat=n * length, num=num, den=den)
        for n in range(count)
    )


def notes(*rows: tuple[float, float, int]) -> Notes:
    return notes_of(Note(beat=b, length=n, pitch=p, velocity=80) for b, n, p in rows)


def spans(line: str, *, key: str = "C", mode: str = "ionian") -> tuple[chords.ChordSpan, ...]:
    plan = material.plan(line, key=key, mode=mode)
    return chords.chord_spans(plan, bars(plan.last_bar))


def test_passing_notes_fit_and_foreign_notes_do_not() -> None:
    passing = notes((0, 1, 60), (1, 1, 62), (2, 2, 64))
    assert consonance.melody_fit(passing, spans("C")).share == 1.0
    leaping = notes((0, 1, 60), (1, 1, 62), (2, 2, 67))
    assert consonance.melody_fit(leaping, spans("C")).share == pytest.approx(0.75)
    foreign = consonance.melody_fit(notes((0, 2, 60), (2, 2, 61)), spans("C"))
    assert (foreign.share, foreign.clashes, foreign.bad_bars) == (0.5, 1, (1,))


def test_a_note_over_two_chords_is_judged_by_both() -> None:
    assert consonance.melody_fit(notes((0, 8, 64)), spans("C | F")).share == 0.5


def test_plain_chords_are_told_from_clusters() -> None:
    def beat(*classes: int) -> list[bool]:
        return [pc in classes for pc in range(12)]

    table = np.array([beat(0, 4, 7), beat(0, 7), beat(), beat(0, 1, 2), beat(7, 11, 2, 5)])
    assert consonance.plain_beats(table).tolist() == [True, True, True, False, True]


def test_a_ninth_above_the_bass_clashes_unless_the_chord_holds_both() -> None:
    line = notes((0, 1, 48), (0, 1, 61))
    rows = sounding(line, columns=line.pitch, width=128, beats=1)
    empty = np.zeros((1, 12), dtype=bool)
    meant = empty.copy()
    meant[0, [0, 1]] = True
    assert consonance.ninth_clashes(rows, empty).tolist() == [True]
    assert consonance.ninth_clashes(rows, meant).tolist() == [False]


def test_parallel_octaves_are_counted_and_contrary_motion_is_not() -> None:
    assert consonance.parallels(np.array([72, 74, 76]), np.array([48, 50, 52])) == (2, 2)
    assert consonance.parallels(np.array([72, 74, 76]), np.array([48, 47, 45])) == (0, 2)
    assert consonance.parallels(np.array([72, -1, 76]), np.array([48, 50, 52])) == (0, 0)


def test_what_sounds_on_a_beat() -> None:
    line = notes((0, 1, 60), (0.5, 1.0, 64), (2, 0.25, 67))
    rows = sounding(line, columns=line.pitch % 12, width=12, beats=4)
    assert [np.flatnonzero(row).tolist() for row in rows] == [[0], [4], [7], []]


def test_rank_correlation() -> None:
    rising = np.arange(10.0)
    assert rank_correlation(rising, rising**3) == pytest.approx(1.0)
    assert rank_correlation(rising, -rising) == pytest.approx(-1.0)
    assert rank_correlation(rising, np.ones(10)) == 0.0


def test_roles_that_begin_together_in_one_register_overlap() -> None:
    near = {"melody": notes((0, 1, 65)), "pad": notes((0, 1, 64), (0, 1, 55))}
    assert texture.role_overlap(near) == (pytest.approx(2 / 3), {0: 2})
    unison = {"melody": notes((0, 1, 64)), "pad": notes((0, 1, 64))}
    assert texture.role_overlap(unison)[0] == 0.0


def test_the_margin_of_the_theme_looks_at_its_octave_only() -> None:
    theme = (notes((0, 4, 72)), np.array([-6.0]))
    near = (notes((0, 4, 69)), np.array([-10.0]))
    far = (notes((0, 4, 40)), np.array([0.0]))
    lines = np.array([0.0, 4.0, 8.0])
    margins = texture.theme_margins(theme, [near, far], lines=lines)
    assert margins[0] == pytest.approx(4.0)
    assert math.isnan(margins[1])


def test_held_notes_keep_a_part_from_resting() -> None:
    lines = np.array([0.0, 4.0, 8.0, 12.0, 16.0])
    assert texture.resting_share([notes((0, 8, 60))], lines=lines) == 0.5
    assert texture.resting_share([notes((0, 16, 60))], lines=lines) == 0.0


def _played(name: str, rows: list[tuple[float, float, int]]) -> playing.Playability:
    line = notes(*rows)
    return playing.playability(line, line.start, line.end, instrument(name))


def test_players_have_a_range_two_hands_and_breath() -> None:
    oboe = instrument("oboe")
    assert _played("oboe", [(0, 1, oboe.low - 1), (1, 1, oboe.comfort_high)]).unplayable == 1
    assert _played("oboe", [(0, 1, oboe.high)]).uncomfortable == 1
    assert _played("oboe", [(0, 2, 67), (0, 2, 71)]).too_thick == 1
    endless = [(float(i), 1.0, 67 + i % 3) for i in range(30)]
    assert _played("oboe", endless).breathless > 10
    breathing = [(float(i), 0.9, 67 + i % 3) for i in range(30)]
    assert _played("oboe", breathing).breathless == 0
    assert _played("violins1", endless).breathless == 0
    assert _played("basses", [(i / 20, 0.05, 40) for i in range(40)]).too_fast > 5
    assert _played("snare_concert", [(0, 1, 38)]).unplayable == 0


@pytest.mark.parametrize(
    ("technique", "length_s", "family", "idiom", "fits"),
    [
        ("staccato", 2.0, "strings", "love", False),
        ("staccato", 0.2, "strings", "love", False),
        ("staccato", 0.2, "strings", "chase", True),
        ("legato", 0.6, "strings", "love", True),
        ("slow", 0.1, "strings", "dream", False),
        ("tremolo", 3.0, "strings", "dread", True),
        ("pizzicato", 0.4, "strings", "sneak", True),
        ("hit", 4.0, "percussion", "grief", True),
    ],
)
def test_techniques_by_length(
    technique: str, length_s: float, family: str, idiom: str, fits: bool
) -> None:
    assert playing.technique_fits(technique, length_s, family=family, idioms=[idiom]) is fits


def test_palettes_name_instruments_that_exist_and_cover_every_idiom() -> None:
    assert set(palettes._PALETTES) == set(IDIOMS)
    for wanted, unwanted in palettes._PALETTES.values():
        names = [name for name in (wanted + " " + unwanted).split() if not name.startswith("@")]
        for name in names:
            assert instrument(name).id == name
        assert not set(wanted.split()) & set(unwanted.split())


def test_affinity_takes_the_better_of_two_idioms() -> None:
    taiko = instrument("taiko")
    assert palettes.affinity(taiko, idioms=["love"]) == 0.0
    assert palettes.affinity(taiko, idioms=["love", "chase"]) == 1.0
    assert palettes.affinity(instrument("koto"), idioms=["chase"]) == 0.5


def test_onsets_that_follow_motion_correlate() -> None:
    time_s = np.arange(0, 20, 1 / 24)
    speed = np.where(time_s < 10, 0.1, 0.8)
    dense = np.concatenate([np.arange(0, 10, 1.0), np.arange(10, 20, 0.25)])
    found = motion.motion_match(dense, time_s, speed, begin_s=0.0, end_s=20.0)
    assert found.varies
    assert found.correlation > 0.7
    wrong = motion.motion_match(20.0 - dense, time_s, speed, begin_s=0.0, end_s=20.0)
    assert wrong.correlation < -0.5


def test_still_pictures_and_short_cues_say_nothing_about_motion() -> None:
    time_s = np.arange(0, 20, 1 / 24)
    still = motion.motion_match(time_s, time_s, np.full(480, 0.2), begin_s=0.0, end_s=20.0)
    assert not still.varies
    short = motion.motion_match(time_s, time_s, time_s, begin_s=0.0, end_s=0.5)
    assert not short.varies
