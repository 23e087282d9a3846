"""Laws of writing some bars of some parts anew, over many made-up cues."""

from __future__ import annotations

from dataclasses import replace
from itertools import zip_longest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmcomposer_core.arrangement.regenerate import measures_of, regenerate_bars
from filmcomposer_core.contracts.score import Controller, Measure, Note, Part, Score
from filmcomposer_core.contracts.tempo import TempoMap, TempoPoint
from filmcomposer_core.errors import InputError
from tests.core.arrangement import measures
from tests.core.arrangement.cues import ALL_ROLES, Cue, random_cue, sample, spot, with_texture

FRAME_S = 1 / 24


def anew(
    cue: Cue, score: Score, tracks: list[str], first: int, last: int, seed: int = 1
) -> tuple[Score, tuple[str, ...]]:
    return regenerate_bars(
        score=score,
        plan=cue.plan,
        melody=cue.melody,
        spots=cue.spots,
        curves=cue.curves,
        description=cue.description,
        tempo_map=cue.tempo_map,
        duration_s=cue.duration_s,
        tracks=tracks,
        first_measure=first,
        last_measure=last,
        seed=seed,
    )


def bounds(score: Score, first: int, last: int) -> tuple[float, float]:
    end = score.measures[last - 1]
    return score.measures[first - 1].beat, end.beat + end.num * 4.0 / end.den


def ids(score: Score, *roles: str) -> list[str]:
    """Return the parts that play in one of some roles, all parts without any."""
    return [p.id for p in score.parts if not roles or {p.role_of(n) for n in p.notes} & {*roles}]


def outside(items: tuple[Note, ...] | tuple[Controller, ...], low: float, high: float) -> list:
    return [item for item in items if not low - 1e-4 <= item.beat < high - 1e-4]


def tails(part: Part, border: float) -> list[tuple[float, int]]:
    """Return what a part has begun before a beat and holds beyond it."""
    held = [n for n in part.notes if n.beat < border - 1e-4 and n.end > border + 1e-3]
    return sorted((round(n.end, 6), n.pitch) for n in held)


Case = tuple[Cue, Score, Score, list[str], int, int]


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    found = []
    for number in range(24):
        cue = random_cue(number)
        score = cue.arranged(seed=number)
        bars = len(score.measures)
        rng = np.random.default_rng(number)
        first = int(rng.integers(1, bars + 1))
        last = min(bars, first + int(rng.choice([0, 1, 3, 7])))
        tracks = ids(score)
        if number % 2:
            tracks = [str(name) for name in rng.permutation(tracks)[:3]]
        if tracks:
            new, _ = anew(cue, score, tracks, first, last, seed=number)
            found.append((cue, score, new, tracks, first, last))
    return found


def test_most_of_them_change(cases):
    assert sum(old != new for _, old, new, *_ in cases) >= 0.6 * len(cases)


def test_everything_else_stays_note_for_note(cases):
    for _, old, new, tracks, first, last in cases:
        low, high = bounds(old, first, last)
        assert new.measures == old.measures
        for before, after in zip(old.parts, new.parts, strict=True):
            if before.id not in tracks:
                assert after == before
                continue
            bare = {"notes": (), "controllers": ()}
            assert replace(after, **bare) == replace(before, **bare)
            assert outside(after.notes, low, high) == outside(before.notes, low, high)
            assert outside(after.controllers, low, high) == outside(before.controllers, low, high)


def test_what_was_held_beyond_the_bars_is_still_held(cases):
    for _, old, new, _, first, last in cases:
        _, high = bounds(old, first, last)
        for before, after in zip(old.parts, new.parts, strict=True):
            assert tails(after, high) == tails(before, high), before.id


def test_the_new_bars_can_be_played(cases):
    for cue, old, new, *_ in cases:
        assert measures.outside_range(new) == []
        for (before, _), (part, player) in zip(
            measures.players(old), measures.players(new), strict=True
        ):
            assert measures.most_together(part) <= player.polyphony, part.id
            quick = -(-player.agility // 1)
            assert _most_in_a_second(cue, part) <= max(quick, _most_in_a_second(cue, before))


def _most_in_a_second(cue: Cue, part: Part) -> int:
    times = sorted({round(cue.timeline.time_at(n.beat), 3) for n in part.notes})
    return max((sum(t <= o < t + 0.999 for o in times) for t in times), default=0)


def test_no_pitch_is_struck_while_the_part_holds_it(cases):
    for _, _, new, *_ in cases:
        for part in new.parts:
            ends: dict[int, float] = {}
            for note in sorted(part.notes, key=lambda n: n.beat):
                assert note.beat > ends.get(note.pitch, 0.0) - 1e-4, part.id
                ends[note.pitch] = note.end


def test_strong_hits_are_met_as_well_as_before(cases):
    seen = 0
    for cue, old, new, _, first, last in cases:
        low, high = (cue.timeline.time_at(beat) for beat in bounds(old, first, last))
        before, after = measures.onsets_s(cue, old), measures.onsets_s(cue, new)
        for item in cue.spots:
            if item.strong and low <= item.time_s < high:
                seen += 1
                now = measures.distance_s(after, item.time_s)
                assert now <= measures.distance_s(before, item.time_s) + 1e-6
    assert seen > 12


def test_roles_keep_to_the_texture_and_silence_is_silent(cases):
    for cue, _, new, *_ in cases:
        for part in new.parts:
            for note in part.notes:
                section = measures.section_of(cue, note.beat)
                assert section is not None
                assert not section.silence
                role = part.role_of(note)
                assert ("melody" if role == "doubling" else role) in section.roles


def test_spots_to_avoid_meet_no_new_note(cases):
    for cue, old, new, *_ in cases:
        strong = [s.time_s for s in cue.spots if s.strong]
        before, after = measures.onsets_s(cue, old), measures.onsets_s(cue, new)
        for item in cue.spots:
            beside = any(abs(s - item.time_s) < 0.2 for s in strong)
            free = measures.distance_s(before, item.time_s) > FRAME_S
            if item.hit_class == "avoid" and free and not beside:
                assert measures.distance_s(after, item.time_s) > FRAME_S - 1e-6


def test_expression_outside_the_bars_is_as_it_was(cases):
    for _, old, new, _, first, last in cases:
        low, high = bounds(old, first, last)
        for before, after in zip(old.parts, new.parts, strict=True):
            for beat in (low - 3.0, low - 0.1, high + 0.001, high + 0.5, high + 4.0):
                then, now = _expression(before, beat), _expression(after, beat)
                assert abs(then - now) <= 1.0, (before.id, beat)


def _expression(part: Part, beat: float) -> float:
    """Return the value of the curve at a beat; before its first point none is sent."""
    value = 127.0
    points = [c for c in part.controllers if c.number == 11]
    for point, after in zip_longest(points, points[1:]):
        if point.beat > beat:
            break
        value = float(point.value)
        if point.ramp and after is not None and after.beat > beat:
            share = (beat - point.beat) / (after.beat - point.beat)
            value += share * (after.value - point.value)
    return value


def test_same_seed_same_bars_another_seed_others():
    cue = with_texture(sample(), ALL_ROLES)
    score = cue.arranged(seed=2)
    for role in ("melody", "pad", "bass", "motion", "counter"):
        tracks = ids(score, role)
        made = [anew(cue, score, tracks, 3, 8, seed=seed)[0] for seed in (1, 1, 2, 3, 4)]
        assert made[0] == made[1], role
        assert len(set(map(repr, made))) >= 3, role
        assert score not in made, role


def test_pressed_again_the_bars_change_again():
    cue = with_texture(sample(), ALL_ROLES)
    score = cue.arranged(seed=1)
    seen = [score]
    for seed in range(5):
        score, _ = anew(cue, score, ids(score), 2, 7, seed=seed)
        assert score not in seen
        seen.append(score)
        low, high = bounds(score, 2, 7)
        for before, after in zip(seen[0].parts, score.parts, strict=True):
            assert outside(after.notes, low, high) == outside(before.notes, low, high)
        assert measures.outside_range(score) == []


def test_the_theme_stays_the_theme():
    for number in range(12):
        cue = random_cue(number)
        score = cue.arranged(seed=number)
        tracks = ids(score, "melody")
        bars = len(score.measures)
        if not tracks:
            continue
        new, _ = anew(cue, score, tracks, 1, bars)
        old_theme, new_theme = measures.theme_notes(score), measures.theme_notes(new)
        stands = {(n.beat, n.pitch) for n in new_theme}
        lines = {round(m.beat, 6) for m in score.measures}
        for note in old_theme:
            if round(note.beat, 6) in lines:
                assert (note.beat, note.pitch) in stands
        assert max(n.pitch for n in new_theme) <= max(n.pitch for n in old_theme) + 4
        kept = sum((n.beat, n.pitch) in stands for n in old_theme)
        assert kept >= 0.4 * len(old_theme)


def test_nothing_is_said_of_parts_that_simply_changed_and_the_theme_is_told():
    cue = with_texture(sample(), "melody+pad+bass")
    score = cue.arranged(seed=3)
    new, said = anew(cue, score, ids(score), 3, 6)
    changed = [a.name for a, b in zip(score.parts, new.parts, strict=True) if a != b]
    themed = [s for s in said if "theme in bars 3 to 6 is varied" in s]
    stayed = [s for s in said if s not in themed]
    assert len(themed) >= 1
    assert not any(sentence.startswith(name) for name in changed for sentence in stayed)


def test_new_pads_are_tones_of_their_chords():
    from filmcomposer_core.arrangement.lay_ground import lay_ground

    cue = with_texture(sample(), "melody+pad+bass")
    score = cue.arranged(seed=1)
    ground = lay_ground(
        plan=cue.plan, melody=cue.melody, tempo_map=cue.tempo_map, curves=cue.curves,
        duration_s=cue.duration_s,
    )  # fmt: skip
    for seed in range(4):
        new, _ = anew(cue, score, ids(score, "pad"), 2, 8, seed=seed)
        for note in measures.in_role(new, "pad"):
            for beat in np.arange(note.beat, note.end - 1e-3, 0.5):
                span = ground.span_at(float(beat))
                assert span is not None
                assert note.pitch % 12 in span.chord.pitch_classes


def test_a_part_that_rests_is_named_and_left_alone():
    cue = with_texture(sample(), ALL_ROLES)
    score = cue.arranged(seed=1)
    low, high = bounds(score, 4, 5)
    part = score.parts[0]
    quiet = replace(part, notes=tuple(n for n in part.notes if n.end <= low or n.beat >= high + 8))
    silent = replace(score, parts=(quiet, *score.parts[1:]))
    new, said = anew(cue, silent, [quiet.id], 4, 4)
    assert new == silent
    assert said == (f"{quiet.name}: rest in bar 4, so that there was nothing to write anew.",)


def test_strokes_on_hits_stay_and_are_named():
    cue = replace(with_texture(sample(), "pad+bass"), spots=(spot(1, 9.0, 9.0),))
    score = cue.arranged(seed=1)
    beat = cue.timeline.beat_at(9.0)
    bar = next(m.number for m in reversed(score.measures) if m.beat <= beat)
    cymbal = Part(
        id="cymbals_clash", name="Cymbals", role="percussion", instrument="cymbals_clash",
        technique="hit", notes=(Note(beat=beat, length=1.0, pitch=49, velocity=100),),
    )  # fmt: skip
    struck = replace(score, parts=(*score.parts, cymbal))
    new, said = anew(cue, struck, ["cymbals_clash"], bar, bar)
    assert new == struck
    assert len(said) == 1
    assert "only strokes on the picture's hits" in said[0]


def test_a_pad_held_over_both_borders_still_is():
    cue = with_texture(sample(), "pad")
    score = cue.arranged(seed=1)
    pads = score.parts[0]
    beats = {m.number: m.beat for m in score.measures}
    low, high = bounds(score, 3, 3)
    inside = tuple(n for n in pads.notes if not (n.beat < high + 4 and n.end > low - 4))
    before = Note(beat=beats[2], length=beats[4] - beats[2], pitch=60, velocity=70)
    beyond = Note(beat=beats[3], length=beats[5] - beats[3], pitch=67, velocity=70)
    notes = tuple(sorted((*inside, before, beyond), key=lambda n: (n.beat, n.pitch)))
    held = replace(score, parts=(replace(pads, notes=notes), *score.parts[1:]))
    for seed in range(4):
        new, _ = anew(cue, held, [pads.id], 3, 3, seed=seed)
        part = new.parts[0]
        assert before in part.notes
        assert (round(beats[5], 6), 67) in tails(part, high)
        assert not any(n.pitch == 60 and n != before and low <= n.beat < high for n in part.notes)


def test_duplicates_and_stems_mean_their_part():
    cue = with_texture(sample(), ALL_ROLES)
    score = cue.arranged(seed=1)
    name = ids(score, "pad")[0]
    plain = anew(cue, score, [name], 3, 6)
    for track in (f"{name}_dup1", f"stem/{name}", f"stem/{name}_dup12"):
        assert anew(cue, score, [track, name], 3, 6) == plain


@pytest.mark.parametrize("tracks", [["kazoo"], [], ["@theme"], ["stem/kazoo_dup1"]])
def test_unknown_tracks_are_refused_with_the_parts_named(tracks: list[str]):
    cue = with_texture(sample(), "pad+bass")
    score = cue.arranged(seed=1)
    with pytest.raises(InputError) as caught:
        anew(cue, score, tracks, 1, 2)
    assert all(part.id in caught.value.hint for part in score.parts)


@pytest.mark.parametrize(("first", "last"), [(0, 2), (3, 2), (9, 40)])
def test_measures_that_are_not_there_are_refused(first: int, last: int):
    cue = with_texture(sample(), "pad+bass")
    score = cue.arranged(seed=1)
    with pytest.raises(InputError, match=r"not in the score, it has 10"):
        anew(cue, score, ids(score), first, last)


def test_a_silent_cue_has_nothing_to_write():
    cue = with_texture(sample(), "pad")
    score = cue.arranged(seed=1)
    sections = tuple(replace(s, silence=True) for s in cue.plan.sections)
    still = replace(cue, plan=replace(cue.plan, sections=sections))
    bare = replace(score, parts=tuple(replace(p, notes=()) for p in score.parts))
    new, said = anew(still, bare, ids(score), 1, 10)
    assert new == bare
    assert len(said) == len(score.parts)


def four_bars() -> tuple[Score, TempoMap]:
    """Four bars of 4/4 at 120: two seconds each."""
    bars = tuple(Measure(number=n + 1, beat=4.0 * n, num=4, den=4, dynamic="mf") for n in range(4))
    points = (TempoPoint(time_s=0.0, bpm=120.0, ramp=False, num=4, den=4),)
    tempo = TempoMap(rank=1, kind="constant", first_bar=1, cost=0.0, points=points, hits=())
    return Score(measures=bars, parts=()), tempo


@pytest.mark.parametrize(
    ("start_s", "end_s", "expected"),
    [
        (0.0, 8.0, (1, 4)),
        (1.0, 4.9, (1, 2)),
        (1.1, 4.9, (2, 2)),
        (1.1, 5.0, (2, 3)),
        (3.5, 4.5, (3, 3)),
        (3.1, 3.2, (2, 2)),
        (6.5, 6.5, (4, 4)),
        (4.9, 1.0, (1, 2)),
        (-5.0, 0.5, (1, 1)),
        (-5.0, -1.0, None),
        (8.0, 9.0, None),
        (7.9, 30.0, (4, 4)),
    ],
)
def test_a_selection_means_the_measures_it_covers_by_half(start_s, end_s, expected):
    score, tempo = four_bars()
    assert measures_of(score, tempo, start_s, end_s) == expected


@given(start=st.floats(-2.0, 10.0), length=st.floats(0.0, 9.0), more=st.floats(0.0, 3.0))
@settings(max_examples=80, deadline=None)
def test_a_longer_selection_never_means_fewer_measures(start: float, length: float, more: float):
    score, tempo = four_bars()
    found = measures_of(score, tempo, start, start + length)
    wider = measures_of(score, tempo, start, start + length + more)
    if found is not None:
        assert wider is not None
        if length >= 2.0:
            assert wider[0] <= found[0]
            assert wider[1] >= found[1]


def test_a_score_without_measures_has_none():
    _, tempo = four_bars()
    assert measures_of(Score(measures=(), parts=()), tempo, 0.0, 1.0) is None
