"""The user's words about instruments, and the assessors' wishes."""

from __future__ import annotations

import pytest

from filmcomposer_core.arrangement.brief import DRUMS, read_forces
from filmcomposer_core.arrangement.wishes import read_wishes
from filmcomposer_core.contracts.description import Label
from tests import samples
from tests.core.arrangement.cues import ALL_ROLES, sample, with_brief, with_texture


def forces(brief: str):
    from dataclasses import replace

    return read_forces(replace(samples.description(), brief=brief))


@pytest.mark.parametrize(
    ("brief", "only"),
    [
        ("solo piano", {"piano"}),
        ("A gentle waltz for piano only.", {"piano"}),
        ("Just flute and harp", {"flute", "flutes_a2", "harp"}),
        ("String quartet only, please", {"violin_solo", "viola_solo", "cello_solo"}),
    ],
)
def test_words_that_limit_the_players(brief, only):
    assert forces(brief).only == only


@pytest.mark.parametrize("brief", ["", "something sad", "a solo cello theme over strings"])
def test_words_that_limit_nothing(brief):
    assert forces(brief).only is None


def test_no_drums_bans_drums_and_nothing_else():
    found = forces("epic, but no drums")
    assert found.banned == set(DRUMS)
    assert found.allows("triangle")


def test_a_negation_ends_at_but():
    found = forces("no brass but with harp")
    assert not found.allows("tuba")
    assert found.wanted == ("harp",)


def test_instrumentation_from_the_pixels_is_liked_and_from_the_user_wanted():
    from dataclasses import replace

    base = samples.description()
    assert "harp" in read_forces(base).liked
    label = Label(value="oboe, harp", source="user", confidence=1.0)
    mine = replace(base, music=replace(base.music, instrumentation=label))
    assert read_forces(mine).wanted == ("oboe", "harp")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_solo_piano_cue_has_only_the_piano(seed):
    cue = with_brief(with_texture(sample(), ALL_ROLES), "solo piano")
    assert {part.instrument for part in cue.arranged(seed=seed).parts} == {"piano"}


def test_no_drums_leaves_drums_out():
    cue = with_brief(with_texture(sample(), ALL_ROLES), "no drums, no cymbals")
    for seed in range(4):
        used = {part.instrument for part in cue.arranged(seed=seed).parts}
        assert not used & {*DRUMS, "cymbals_clash", "cymbal_suspended"}


def test_a_wanted_instrument_plays():
    cue = with_brief(with_texture(sample(), ALL_ROLES), "with accordion and banjo")
    used = {part.instrument for part in cue.arranged().parts}
    assert used & {"accordion", "banjo"}


def test_wishes_name_bars_or_all():
    tuning = read_wishes(("10: too thick in bars 3 to 4", "8: thin", "nonsense", "11: no pulse"))
    assert tuning.thin == {3, 4}
    assert tuning.fill == {0}
    assert tuning.pulse > 0
    assert tuning.parts([4, 5]) == 0
    assert tuning.parts([9]) == 2
