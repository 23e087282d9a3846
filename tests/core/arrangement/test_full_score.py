"""What only the whole score shows: faults between parts, breath, who is left to play, colours."""

from __future__ import annotations

from dataclasses import replace

import pytest

from filmcomposer_core.arrangement.bowing import can_stop
from filmcomposer_core.arrangement.personnel import MIDDLE, TOGETHER, enough_players
from filmcomposer_core.assessment.subject import DISSONANT_IDIOMS, make_subject
from filmcomposer_core.catalogue import instrument
from filmcomposer_core.contracts.score import Score
from filmcomposer_core.evaluation.piece import piece_of_cue
from filmcomposer_core.evaluation.symbolic import measure_voices
from tests.core.arrangement import measures
from tests.core.arrangement.cues import ALL_ROLES, Cue, random_cue, sample, with_brief, with_texture

NUMBERS = (0, 1, 8, 9, 13, 14, 19, 23)


@pytest.fixture(scope="module")
def arranged() -> list[tuple[Cue, Score]]:
    cues = [random_cue(n) for n in NUMBERS]
    cues = [with_texture(cue, ALL_ROLES) if n % 2 else cue for n, cue in enumerate(cues)]
    return [(cue, cue.arranged(seed=n)) for n, cue in enumerate(cues)]


def faults(cue: Cue, score: Score) -> dict[str, float]:
    subject = make_subject(
        melody=cue.melody,
        plan=cue.plan,
        tempo_map=cue.tempo_map,
        spots=cue.spots,
        curves=cue.curves,
        description=cue.description,
        score=score,
    )
    return measure_voices(piece_of_cue(subject))


def test_the_benchmark_finds_no_fault(arranged):
    """Even under melodies drawn at random, which hit semitones that no composer would."""
    for cue, score in arranged:
        found = faults(cue, score)
        assert found["range_faults"] == 0
        assert found["strained"] == 0
        assert not found["parallels"] > 0
        if not {cue.plan.idiom, cue.plan.blend} & DISSONANT_IDIOMS:
            assert found["clashes"] == 0, cue.plan.idiom
        assert found["overlap"] < 0.06


def test_wind_players_breathe(arranged):
    """Nobody blows for longer than ten seconds."""
    seen = 0
    for cue, score in arranged:
        for part, player in measures.players(score):
            if player.family not in ("woodwinds", "brass", "voices") or player.polyphony > 1:
                continue
            seen += 1
            breath = end = -1.0
            for note in part.notes:
                start = cue.timeline.time_at(note.beat)
                breath = start if end < 0 or start - end >= 0.08 else breath
                end = max(end, cue.timeline.time_at(note.end))
                assert end - breath < 10.0, part.id
    assert seen > 10


def test_the_strings_do_not_pluck_and_bow_at_once(arranged):
    """Where strings play together in a way of their own, at most one middle section does not."""
    for _, score in arranged:
        strings = [p for p in score.parts if p.id in (*TOGETHER, *MIDDLE)]
        for part in strings:
            for note in part.notes if part.id in TOGETHER else ():
                middle = note.beat + note.length / 2
                beside = {
                    other.id
                    for other in strings
                    if other is not part
                    and any(n.beat <= middle < n.end and n.length > 0.5 for n in other.notes)
                }
                assert len(beside - set(TOGETHER)) <= 2, (part.id, note.beat, beside)


@pytest.mark.parametrize(
    ("seated", "name", "expected"),
    [
        (["violins1", "basses"], "strings_pizzicato", True),
        (["violins1", "violas"], "strings_pizzicato", True),
        (["violins2", "violas"], "strings_pizzicato", False),
        (["strings_tremolo"], "strings_pizzicato", False),
        (["strings_pizzicato", "cellos"], "violas", False),
        (["strings_pizzicato"], "oboe", True),
        (["horns_a4", "trombones_a3"], "brass_ensemble", False),
    ],
)
def test_who_is_left(seated, name, expected):
    assert enough_players(seated, name) is expected


@pytest.mark.parametrize(
    ("player", "low", "high", "expected"),
    [
        ("cello_solo", 36, 43, True),  # both open
        ("cello_solo", 36, 52, True),  # open C, A on the G string
        ("cello_solo", 37, 38, False),  # a second on one string
        ("cello_solo", 38, 57, False),  # two strings apart
        ("violin_solo", 62, 71, True),  # open D, B
        ("violin_solo", 56, 69, False),  # G sharp and a seventh of the hand apart
        ("viola_solo", 50, 57, True),  # first finger on both
    ],
)
def test_double_stops(player, low, high, expected):
    assert can_stop(player, low, high) is expected
    assert can_stop(player, high, low) is expected


@pytest.mark.parametrize("brief", ["solo cello only", "solo violin only", "solo viola only"])
def test_one_player_plays_one_line(brief):
    """A soloist who plays alone has the theme; what else he stops can be held."""
    cue = with_texture(sample(), ALL_ROLES)
    (part,) = with_brief(cue, brief).arranged(seed=3).parts
    own = [note for note in part.notes if part.role_of(note) != "melody"]
    assert len(own) * 3 <= len(part.notes)
    for note in part.notes:
        for other in part.notes:
            if other is not note and note.beat <= other.beat < note.end - 0.02:
                assert can_stop(part.id, note.pitch, other.pitch)


def test_the_theme_passes_from_colour_to_colour():
    """In several seeds at least two instruments carry it; a soloist keeps it."""
    cue = with_texture(sample(), ALL_ROLES)
    solo = with_brief(cue, "solo oboe, strings")
    several = 0
    for seed in range(6):
        leads = {p.id for p in cue.arranged(seed=seed).parts if has_theme(p)}
        several += len(leads) > 1
        assert [p.id for p in solo.arranged(seed=seed).parts if has_theme(p)] == ["oboe"]
    assert several >= 4


def has_theme(part) -> bool:
    return any(part.role_of(note) == "melody" for note in part.notes)


def test_no_short_note_is_a_click(arranged):
    """Bowed and blown notes last 100 ms wherever the next one leaves them the time."""
    for cue, score in arranged:
        at = cue.timeline.time_at
        for part, player in measures.players(score):
            if player.family not in ("strings", "woodwinds", "brass"):
                continue
            starts = sorted({note.beat for note in part.notes})
            for note in part.notes:
                later = [b for b in starts if b > note.beat + 1e-6]
                room = at(later[0]) - at(note.beat) if later else 1.0
                lasts = at(note.end) - at(note.beat)
                free = cue.duration_s - at(note.beat) > 2.0 and part.role_of(note) != "melody"
                assert not free or lasts > 0.095 or room < 0.105 or note.length > 0.2, part.id


def test_a_tune_goes_to_no_drum():
    from filmcomposer_core.arrangement.chairs import Chair, Entry
    from filmcomposer_core.arrangement.company import hosts
    from filmcomposer_core.arrangement.ground import Tone

    glint = Chair("xylophone", [Entry(Tone(0, 1, 84), "colour", "hit", 5)])
    drum = Chair("taiko", [Entry(Tone(0, 1, 47), "percussion", "hit", 3)])
    bells = Chair("glockenspiel", [Entry(Tone(4, 1, 90), "colour", "hit", 5)])
    chairs = {chair.instrument: chair for chair in (glint, drum, bells)}
    assert [chair.instrument for chair in hosts(chairs, glint)] == ["glockenspiel"]
    assert instrument("taiko").pitched


def test_dynamics_really_differ():
    """Forte is at least six decibels above piano in the same bars, by velocity and expression."""
    cue = with_texture(sample(), "melody+pad+bass")
    levels = {}
    for mark in ("p", "f"):
        sections = tuple(replace(s, dynamic=mark) for s in cue.plan.sections)
        tension = 0.2 if mark == "p" else 0.7
        plan = replace(cue.plan, sections=sections, bar_tension=(tension,) * 10)
        score = replace(cue, plan=plan, spots=()).arranged(seed=2)
        notes = measures.in_role(score, "pad")
        levels[mark] = sum(n.velocity for n in notes) / len(notes)
    assert (levels["f"] / levels["p"]) ** 4 > 10 ** (6 / 10)
