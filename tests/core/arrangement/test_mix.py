"""Volume, Mixing and Reviewer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from filmcomposer_core.arrangement import mix
from filmcomposer_core.arrangement.levels import part_levels, roles_by_measure, total_level
from filmcomposer_core.arrangement.mix import theme_carriers
from filmcomposer_core.arrangement.roles.reviewer import rank_correlation
from filmcomposer_core.arrangement.roles.volume import role_levels, sparse
from filmcomposer_core.contracts.scheme import Scheme, measure_number
from filmcomposer_core.contracts.score import Note, Part, Score
from tests.core.arrangement.cues import ALL_ROLES, Cue, random_cue, sample, with_texture


def mixed(cue: Cue, score: Score) -> Scheme:
    return mix(
        score=score,
        plan=cue.plan,
        tempo_map=cue.tempo_map,
        curves=cue.curves,
        description=cue.description,
    )


@pytest.fixture(scope="module")
def full() -> tuple[Cue, Score, Scheme]:
    cue = with_texture(sample(), ALL_ROLES)
    score = cue.arranged(seed=2)
    return cue, score, mixed(cue, score)


@pytest.mark.parametrize("number", range(10))
def test_values_are_in_range_and_every_part_has_a_track(number):
    cue = random_cue(number)
    score = cue.arranged(seed=number)
    scheme = mixed(cue, score)
    assert [t.id for t in scheme.tracks] == [p.id for p in score.parts]
    assert [t.track_index for t in scheme.tracks] == list(range(1, len(score.parts) + 1))
    assert [m.measure for m in scheme.measures] == [m.number for m in score.measures]
    for track in scheme.tracks:
        assert min(track.volume_envelope.values()) > 0
        assert max(track.volume_envelope.values()) <= 1
        assert max(map(measure_number, track.volume_envelope)) <= len(score.measures)
        assert set(track.reasons) >= {"instrument", "panning", "reverb", "volume"}
        assert all(text.endswith(".") for text in track.reasons.values())


def test_the_same_score_is_mixed_the_same(full):
    cue, score, scheme = full
    assert mixed(cue, score) == scheme


def test_the_theme_stands_above_what_is_near_it(full):
    _, score, scheme = full
    tracks = {t.id: t for t in scheme.tracks}
    levels = {
        (p.id, role): part_levels(score, p, tracks[p.id].volume_envelope, notes=notes)
        for p in score.parts
        for role in ("melody", "pad", "motion", "counter")
        if (notes := [n for n in p.notes if p.role_of(n) == role])
    }
    theme = np.max([level for (_, role), level in levels.items() if role == "melody"], axis=0)
    for (name, role), level in levels.items():
        both = np.isfinite(level) & np.isfinite(theme)
        if role != "melody" and both.any():
            assert np.median(theme[both] - level[both]) >= 4.0, (name, role)


def test_loudness_follows_tension(full):
    cue, score, scheme = full
    tracks = {t.id: t for t in scheme.tracks}
    levels = {p.id: part_levels(score, p, tracks[p.id].volume_envelope) for p in score.parts}
    loudness = total_level(levels)
    assert rank_correlation(loudness, np.array(cue.plan.bar_tension)) > 0.5


def test_strings_sit_as_in_a_hall(full):
    _, _, scheme = full
    pans = {t.instrument: t.panning for t in scheme.tracks}
    low = [pans[name] for name in ("cellos", "basses", "cello_solo") if name in pans]
    high = [pans[name] for name in ("violins1", "violins2", "violin_solo") if name in pans]
    assert low
    assert high
    assert min(low) > 0.2
    assert max(high) < 0


def test_a_comedy_is_drier_than_a_dream():
    sends = {}
    for name in ("slapstick", "dream"):
        cue = with_texture(sample(), "melody+pad+bass")
        cue = replace(cue, plan=replace(cue.plan, idiom=name))
        tracks = mixed(cue, cue.arranged()).tracks
        sends[name] = float(np.mean([t.reverb_space for t in tracks]))
    assert sends["slapstick"] < sends["dream"]


def test_a_loud_neighbour_is_lowered():
    cue = with_texture(sample(), "melody+pad")
    score = cue.arranged()
    loud = tuple(
        replace(p, notes=tuple(replace(n, velocity=127, pitch=66) for n in p.notes[:1]))
        if p.role == "pad"
        else p
        for p in score.parts
    )
    quiet = mixed(cue, score)
    asked = mixed(cue, replace(score, parts=loud))
    pad = next(p.id for p in score.parts if p.role == "pad" and p.notes[0].beat == 0)
    first = {t.id: t.volume_envelope["measure1"] for t in quiet.tracks}
    second = {t.id: t.volume_envelope["measure1"] for t in asked.tracks}
    assert second[pad] < first[pad]


def test_a_slow_technique_on_short_notes_is_changed():
    cue = sample()
    score = cue.arranged()
    notes = tuple(replace(n, length=0.25) for n in score.parts[0].notes)
    slow = Part(
        id="slow", name="Slow", role="pad", instrument="violas", technique="slow", notes=notes
    )
    scheme = mixed(cue, replace(score, parts=(score.parts[0], slow)))
    track = next(t for t in scheme.tracks if t.id == "slow")
    assert track.technique != "slow"
    assert "slow" in track.reasons["technique"]


def test_an_envelope_has_points_only_where_it_bends():
    assert sparse([0.5, 0.5, 0.5, 0.5]) == {"measure1": 0.5}
    assert sparse([0.5, 0.5, 0.5, 0.8, 0.8]) == {
        "measure1": 0.5, "measure3": 0.5, "measure4": 0.8,
    }  # fmt: skip


def test_doublings_are_no_carriers(full):
    _, score, _ = full
    carriers = theme_carriers(score)
    counted = [
        n for p in score.parts if p.id in carriers for n in p.notes if p.role_of(n) == "melody"
    ]
    assert len(counted) == len(sample().melody.notes)


def test_no_parts_no_tracks():
    cue = sample()
    empty = replace(cue.arranged(), parts=())
    assert mixed(cue, empty).tracks == ()


def test_the_fader_follows_what_a_part_does_in_each_measure():
    cue = sample()
    score = cue.arranged()
    pads = [Note(beat=4.0 * n, length=4.0, pitch=60, velocity=60) for n in range(6)]
    theme = [Note(beat=4.0 * n, length=4.0, pitch=72, velocity=80, role="melody") for n in (6, 7)]
    both = Part(
        id="violas", name="Violas", role="pad", instrument="violas", technique="sustain",
        notes=(*pads[:4], *theme, Note(beat=32.0, length=4.0, pitch=60, velocity=60)),
    )  # fmt: skip
    levels = role_levels(both, roles_by_measure(score, both))
    assert levels[:4] == [-8.5] * 4
    assert levels[4:8] == [-8.5, 0.0, 0.0, 0.0]  # measures 5 and 6 rest: the fader moves there
    assert levels[8:] == [-4.25, -8.5]  # half-way where the theme ends without a rest
    assert theme_carriers(replace(score, parts=(both,))) == ("violas",)
