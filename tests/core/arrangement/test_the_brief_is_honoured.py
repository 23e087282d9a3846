"""From the words of a brief to the players of the score, through describe, plan and arrange."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from filmcomposer_core.arrangement import arrange
from filmcomposer_core.arrangement.vocabulary import DRUMS, GROUPS
from filmcomposer_core.catalogue import instrument
from filmcomposer_core.contracts.score import Melody, Score
from filmcomposer_core.description import describe_clip
from filmcomposer_core.planning import plan_cue
from tests import samples

FULL = "melody+bass+pad+motion+counter+percussion"


@cache
def scored(brief: str, texture: str = FULL, seed: int = 1, higher: int = 0) -> Score:
    description = describe_clip(samples.analysis(), samples.curves(), brief=brief)
    tempo_map = samples.tempo_plan().map
    plan = plan_cue(
        analysis=samples.analysis(),
        curves=samples.curves(),
        description=description,
        spots=samples.spots(),
        tempo_map=tempo_map,
        seed=seed,
    )
    sections = tuple(replace(s, texture=texture) if not s.silence else s for s in plan.sections)
    return arrange(
        plan=replace(plan, sections=sections),
        melody=Melody(
            notes=tuple(replace(n, pitch=n.pitch + higher) for n in samples.melody().notes),
            phrase_starts=samples.melody().phrase_starts,
        ),
        tempo_map=tempo_map,
        spots=samples.spots(),
        curves=samples.curves(),
        description=description,
        duration_s=samples.DURATION_S,
        seed=seed,
    )


def used(score: Score) -> set[str]:
    doubles = {double.instrument for part in score.parts for double in part.duplicates}
    return {part.instrument for part in score.parts} | doubles


def leads(score: Score) -> set[str]:
    return {
        part.instrument
        for part in score.parts
        if any(part.role_of(note) == "melody" for note in part.notes)
    }


def roles(score: Score) -> set[str]:
    return {part.role_of(note) for part in score.parts for note in part.notes}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_quartet_with_solo_cello_and_no_drums(seed):
    score = scored("uneasy, string quartet feeling, solo cello, slow, no drums", seed=seed)
    assert used(score) == set(GROUPS["string quartet"])
    assert leads(score) == {"cello_solo"}
    assert roles(score) >= {"melody", "bass", "pad", "motion"}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_solo_harp_and_flute_play_alone(seed):
    score = scored("gentle, solo harp and flute, waltz, no strings", seed=seed)
    assert used(score) == {"harp", "flute"}
    assert leads(score) == {"flute"}
    assert roles(score) >= {"melody", "bass", "pad"}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_solo_viola_is_accompanied(seed):
    score = scored("solo viola", seed=seed)
    assert leads(score) == {"viola_solo"}
    assert len(used(score)) >= 3


def test_a_soloist_who_cannot_reach_the_theme_leaves_it_to_others():
    assert "tuba" not in leads(scored("solo tuba", higher=12))
    assert leads(scored("solo tuba", higher=-12)) == {"tuba"}


def test_a_second_soloist_plays_too():
    assert used(scored("solo flute and oboe")) >= {"flute", "oboe"}


def test_a_quartet_without_cello():
    score = scored("string quartet, no cello")
    assert used(score) == {"violin_solo", "violin2_solo", "viola_solo"}
    assert roles(score) >= {"melody", "bass", "pad"}


def test_a_metal_guitar_is_played_by_the_nearest_and_says_so():
    score = scored("heavy metal guitar")
    guitar = next(part for part in score.parts if part.instrument == "guitar_nylon")
    assert "nearest to the electric guitar" in " ".join(guitar.reasons)
    assert "guitar_nylon" in leads(score)


def test_a_named_drum_plays():
    assert "taiko" in used(scored("taiko druns, braas"))


def test_a_named_drum_falls_in_with_the_bass_where_there_are_no_drums():
    score = scored("taiko druns, braas", "melody+pad+bass")
    taiko = next(part for part in score.parts if part.instrument == "taiko")
    assert {taiko.role_of(note) for note in taiko.notes} == {"bass"}
    assert "taiko" not in leads(score)


@pytest.mark.parametrize(
    "texture", ["melody+bass+pad+motion+counter", "melody+drone+colour", "pad"]
)
@pytest.mark.parametrize("brief", ["string quartet", "string quartet, solo cello"])
def test_every_role_that_a_quartet_can_take_has_a_part(brief, texture):
    found = roles(scored(brief, texture))
    wanted = set(texture.split("+")) - {"colour", "melody"}
    # Four players have four lines: of five roles one is left out, and it is not bass or harmony.
    assert len(found) >= min(4, len(wanted))
    assert found >= wanted & {"bass", "pad", "drone"}


def test_a_ragtime_piano_has_the_theme():
    assert "honky_tonk_piano" in leads(scored("funny, ragtime piano"))


@pytest.mark.parametrize(
    ("brief", "only"),
    [
        ("string quartet", set(GROUPS["string quartet"])),
        ("solo piano", {"piano"}),
        ("unaccompanied cello", {"cello_solo"}),
        ("solo guitar", {"guitar_nylon"}),
        ("woodwind quintet", set(GROUPS["woodwind quintet"])),
        ("string quartet with piano", {*GROUPS["string quartet"], "piano"}),
    ],
)
def test_ensembles_limit_the_players(brief, only):
    score = scored(brief)
    assert used(score) <= only
    assert len(used(score)) >= min(4, len(only))
    assert "melody" in roles(score)


@pytest.mark.parametrize(
    ("brief", "family"), [("strings only", "strings"), ("brass band", "brass")]
)
def test_families_limit_the_players(brief, family):
    families = {instrument(name).family for name in used(scored(brief))}
    assert families <= {family, "percussion"}
    assert family in families


@pytest.mark.parametrize(
    "names",
    ["harp", "accordion", "flute", "trombone", "marimba", "tuba", "bassoon", "koto", "timpani"],
)
def test_named_instruments_are_present(names):
    wanted = {"bassoon": {"bassoon", "bassoons_a2"}, "trombone": set(GROUPS["trombone"])}
    found = used(scored(f"with {names}"))
    assert found & wanted.get(names, {names, f"{names}s_a2"})


@pytest.mark.parametrize(
    ("brief", "banned"),
    [("no drums", set(DRUMS)), ("without strings", "strings"), ("no brass or piano", "brass")],
)
def test_what_is_refused_never_plays(brief, banned):
    for seed in (1, 2, 3):
        for name in used(scored(brief, seed=seed)):
            assert name not in banned
            assert instrument(name).family != banned
            assert "piano" not in brief or name != "piano"


@pytest.mark.parametrize("brief", ["", "sad", "solo cello", "with harp", "no drums"])
def test_only_who_was_named_is_asked_for(brief):
    named = {"solo cello": {"cello_solo"}, "with harp": {"harp"}}.get(brief, set())
    for part in scored(brief).parts:
        if any("the brief asks" in reason for reason in part.reasons):
            assert part.instrument in named


def test_a_quartet_is_never_left_with_one_bass_note():
    score = scored("string quartet")
    for measure, after in zip(score.measures, score.measures[1:], strict=False):
        sounding = {
            part.id
            for part in score.parts
            for note in part.notes
            if note.beat < after.beat and note.end > measure.beat
        }
        assert len(sounding) != 1, measure.number
