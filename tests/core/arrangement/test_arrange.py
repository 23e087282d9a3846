"""Laws of the arrange stage over many made-up cues."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from filmcomposer_core.contracts.labels import IDIOMS
from filmcomposer_core.contracts.score import Melody
from tests.core.arrangement import measures
from tests.core.arrangement.cues import ALL_ROLES, Cue, random_cue, sample, spot, with_texture

MANY = range(26)
FRAME_S = 1 / 24


@pytest.fixture(scope="module")
def arranged() -> list[tuple[Cue, object]]:
    cues = [random_cue(n) for n in MANY]
    return [(cue, cue.arranged(seed=n)) for n, cue in enumerate(cues)]


def test_every_note_is_playable(arranged):
    for _, score in arranged:
        assert measures.outside_range(score) == []
        for part, player in measures.players(score):
            assert measures.most_together(part) <= player.polyphony, part.id


def test_players_are_quick_enough(arranged):
    for cue, score in arranged:
        for part, player in measures.players(score):
            times = sorted({round(cue.timeline.time_at(n.beat), 3) for n in part.notes})
            own = [t for t in times if sum(t <= other < t + 0.999 for other in times) > 0]
            most = max(sum(t <= other < t + 0.999 for other in times) for t in own)
            assert most <= -(-player.agility // 1), part.id


def test_strong_hits_sound_within_a_frame(arranged):
    seen = 0
    for cue, score in arranged:
        onsets = measures.onsets_s(cue, score)
        for item in cue.spots:
            beat = cue.timeline.beat_at(item.time_s)
            section = measures.section_of(cue, beat)
            silent = section is None or section.silence
            lead_in = beat < cue.timeline.bars_until(9)[cue.tempo_map.first_bar - 1].start_beat
            if not item.strong or silent or lead_in or item.time_s > cue.duration_s - 1:
                continue
            seen += 1
            assert measures.distance_s(onsets, item.time_s) <= FRAME_S + 1e-6
    assert seen > 50


def test_spots_to_avoid_meet_no_accompaniment(arranged):
    seen = 0
    for cue, score in arranged:
        strong = [s.time_s for s in cue.spots if s.strong]
        onsets = [
            cue.timeline.time_at(note.beat)
            for part in score.parts
            for note in part.notes
            if part.role_of(note) not in ("melody", "doubling")
        ]
        for item in cue.spots:
            beside = any(abs(s - item.time_s) < 0.2 for s in strong)
            if item.hit_class == "avoid" and not beside:
                seen += 1
                assert measures.distance_s(onsets, item.time_s) > FRAME_S - 1e-6
    assert seen > 20


def test_roles_keep_to_the_texture_and_silence_is_silent(arranged):
    for cue, score in arranged:
        for part in score.parts:
            for note in part.notes:
                section = measures.section_of(cue, note.beat)
                last = measures.section_of(cue, note.end - 1e-3)
                assert section is not None
                assert not section.silence
                assert last is not None
                assert not last.silence, part.id
                role = part.role_of(note)
                assert ("melody" if role == "doubling" else role) in section.roles, part.id


def test_the_theme_is_not_touched(arranged):
    for cue, score in arranged:
        assert measures.differs_from_theme(cue, score) == []


def test_nothing_sounds_after_the_clip(arranged):
    for cue, score in arranged:
        end = max(n.end for part in score.parts for n in part.notes)
        assert cue.timeline.time_at(end) < cue.duration_s - 0.1


def test_same_seed_same_score_other_seed_another():
    cue = with_texture(sample(), ALL_ROLES)
    assert cue.arranged(seed=4) == cue.arranged(seed=4)
    assert len({repr(cue.arranged(seed=n)) for n in range(6)}) > 3
    assert cue.arranged(seed=4, attempt=2) != cue.arranged(seed=4)


def test_parts_follow_tension_and_tutti_waits_for_the_climax():
    cue = with_texture(sample(), ALL_ROLES)
    for seed in range(6):
        score = cue.arranged(seed=seed)
        calm = measures.sounding_parts(score, 4.0, 8.0)
        climax = measures.sounding_parts(score, 20.5, 23.5)
        assert 3 <= calm < climax <= 20
        assert climax >= 9


@pytest.mark.parametrize("name", IDIOMS)
def test_every_idiom_has_bass_below_pad_below_theme(name):
    cue = with_texture(sample(), "melody+pad+bass")
    score = replace(cue, plan=replace(cue.plan, idiom=name)).arranged(seed=3)
    mean = {
        role: sum(n.pitch * n.length for n in notes) / sum(n.length for n in notes)
        for role in ("bass", "pad", "melody")
        if (notes := measures.in_role(score, role))
    }
    assert mean["bass"] < mean["pad"] < mean["melody"]


def test_nothing_is_written_between_the_bass_and_the_pad():
    score = with_texture(sample(), "melody+pad+bass").arranged(seed=2)
    assert min(n.pitch for n in measures.in_role(score, "pad")) >= 48


def test_no_gesture_three_times_running():
    from filmcomposer_core.arrangement.hits import find_hits
    from filmcomposer_core.arrangement.idioms import idiom
    from filmcomposer_core.arrangement.lay_ground import lay_ground
    from filmcomposer_core.seeding import rng_for

    cue = with_texture(sample(), ALL_ROLES)
    ground = lay_ground(
        plan=cue.plan,
        melody=cue.melody,
        tempo_map=cue.tempo_map,
        curves=cue.curves,
        duration_s=cue.duration_s,
    )
    spots = [spot(n, 1.0 + 0.9 * n, 9.0) for n in range(18)]
    for name in IDIOMS:
        hits = find_hits(ground, spots, idiom=idiom(name), rng=rng_for(1, name))
        names = [hit.gesture for hit in hits]
        assert len(names) == 18
        assert all(len(set(names[i : i + 3])) > 1 for i in range(16)), names


def test_a_hit_between_two_grid_places_is_met_exactly():
    cue = with_texture(sample(), ALL_ROLES)
    spots = (spot(1, 5.0 + 3 / 24, 9.0),)
    score = replace(cue, spots=spots).arranged()
    onsets = measures.onsets_s(cue, score)
    assert measures.distance_s(onsets, spots[0].time_s) < FRAME_S / 2
    loud = max(
        n.velocity
        for part in score.parts
        for n in part.notes
        if abs(cue.timeline.time_at(n.beat) - spots[0].time_s) < FRAME_S / 2
    )
    assert loud >= 85


@pytest.mark.parametrize("duration_s", [1 / 24, 0.5, 1.0, 2.5])
def test_a_tiny_clip_gets_one_gesture_that_ends_in_time(duration_s):
    cue = replace(sample(), melody=Melody(notes=()), spots=(), duration_s=duration_s)
    score = with_texture(cue, "pad+bass+motion+percussion").arranged()
    onsets = measures.onsets_s(cue, score)
    end = max(n.end for part in score.parts for n in part.notes)
    assert onsets[0] == 0
    assert cue.timeline.time_at(end) < duration_s
    if duration_s < 1.5:
        assert onsets == [0]


def test_a_clip_that_ends_before_the_first_planned_bar_has_a_chord():
    cue = sample()
    sections = (replace(cue.plan.sections[0], start=3, texture="pad"),)
    plan = replace(cue.plan, sections=sections, bar_tension=(0.3,) * 6)
    short = replace(cue, plan=plan, melody=Melody(notes=()), spots=(), duration_s=0.5)
    score = short.arranged()
    assert [part.role for part in score.parts] == ["pad"]
    assert measures.outside_range(score) == []


def test_a_cue_of_silence_has_no_parts():
    cue = sample()
    sections = tuple(replace(s, silence=True) for s in cue.plan.sections)
    still = replace(cue, plan=replace(cue.plan, sections=sections), melody=Melody(notes=()))
    assert still.arranged().parts == ()


def test_no_chord_is_silence():
    cue = with_texture(sample(), "pad+bass+drone+motion")
    sections = (replace(cue.plan.sections[0], chords="C | N.C. | Am | G"), *cue.plan.sections[1:])
    quiet = replace(cue, plan=replace(cue.plan, sections=sections), melody=Melody(notes=()))
    for seed in range(4):
        assert measures.sounding_parts(quiet.arranged(seed=seed), 4.0, 8.0) == 0


def test_endings_differ():
    base = with_texture(sample(), ALL_ROLES)
    scores = {
        ending: replace(base, plan=replace(base.plan, ending=ending)).arranged(seed=2)
        for ending in ("cadence", "button", "evaporate", "cut-off")
    }
    pads = {
        ending: max(n.end - 36.0 for n in measures.in_role(s, "pad"))
        for ending, s in scores.items()
    }
    assert pads["button"] < 1.0 < pads["cadence"]
    last = {e: measures.sounding_parts(s, 36.1, 36.4) for e, s in scores.items()}
    assert last["evaporate"] < last["cadence"]


def test_measures_count_from_bar_one_with_a_dynamic_each():
    score = sample().arranged()
    assert [m.number for m in score.measures] == list(range(1, 11))
    levels = ["ppp", "pp", "p", "mp", "mf", "f", "ff", "fff"]
    dynamics = [levels.index(m.dynamic) for m in score.measures]
    assert dynamics[5] > dynamics[0] > 0


def test_a_wish_for_less_overlap_thins_the_measures_it_names():
    cue = with_texture(sample(), ALL_ROLES)
    full = cue.arranged(seed=5)
    thin = cue.arranged(seed=5, wishes=("10: parts overlap too much in measures 5-8",))
    assert measures.sounding_parts(thin, 20.5, 23.5) < measures.sounding_parts(full, 20.5, 23.5)


def test_a_minute_takes_under_two_seconds_and_two_hours_grow_in_line():
    minute = random_cue(3, duration_s=60.0)
    start = time.perf_counter()
    minute.arranged()
    assert time.perf_counter() - start < 2.0
    short, long = random_cue(3, duration_s=90.0), random_cue(3, duration_s=360.0)
    times = []
    for cue in (short, long):
        start = time.perf_counter()
        cue.arranged()
        times.append(time.perf_counter() - start)
    assert times[1] < 9 * times[0] + 0.3


def test_the_score_survives_its_file():
    from filmcomposer_core.contracts import codec
    from filmcomposer_core.contracts.score import Score

    score = random_cue(5).arranged()
    data = codec.parse_json(codec.dump_json(score), where="score.json")
    assert codec.build(Score, data, where="score.json") == score


def test_two_strong_hits_close_together_are_both_met():
    cue = with_texture(sample(), ALL_ROLES)
    spots = (spot(1, 9.0, 9.0), spot(2, 9.0 + 2 / 24, 8.0), spot(3, 13.2, 10.0))
    for seed in range(8):
        onsets = measures.onsets_s(cue, replace(cue, spots=spots).arranged(seed=seed))
        for item in spots:
            assert measures.distance_s(onsets, item.time_s) <= FRAME_S / 2 + 1e-6
