"""The user's words about instruments, and the assessors' wishes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from filmcomposer_core.arrangement.brief import DRUMS, read_forces
from filmcomposer_core.arrangement.vocabulary import ENSEMBLES, GROUPS, NEAREST, mentioned
from filmcomposer_core.arrangement.wishes import read_wishes
from filmcomposer_core.catalogue import catalogue
from filmcomposer_core.contracts.description import Label
from filmcomposer_core.contracts.wishing import wish_words
from filmcomposer_core.description.tables import read_table
from tests import samples
from tests.core.arrangement.cues import ALL_ROLES, sample, with_brief, with_texture

#: Names of a brief that the catalogue calls otherwise.
ODD = {"cymbal", "bell", "drum", "bongo", "tom", "string", "wood wind", "woodwind"}


def forces(brief: str):
    return read_forces(with_brief(sample(), brief).description)


@pytest.mark.parametrize(
    ("brief", "only"),
    [
        ("solo piano", {"piano"}),
        ("A gentle waltz for piano only.", {"piano"}),
        ("Just flute and harp", {"flute", "harp"}),
        ("Just flutes and harp", {"flute", "flutes_a2", "harp"}),
        (
            "String quartet only, please",
            {"violin_solo", "violin2_solo", "viola_solo", "cello_solo"},
        ),
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
    assert not found.allows("timpani")
    assert not found.allows("cymbals_clash")
    assert found.allows("xylophone")


def test_a_negation_ends_at_but():
    found = forces("no brass but with harp")
    assert not found.allows("tuba")
    assert found.wanted == ("harp",)


def read(value: str, source: str = "user"):
    base = samples.description()
    label = Label(value=value, source=source, confidence=1.0)
    return read_forces(replace(base, music=replace(base.music, instrumentation=label)))


def test_colours_are_liked_and_names_are_wanted():
    assert read("colours: harp").liked == ("harp",)
    assert read("colours: harp").wanted == ()
    assert read("oboe, harp").wanted == ("oboe", "harp")


@pytest.mark.parametrize(
    ("value", "solo", "only", "banned"),
    [
        ("solo: cello", ("cello_solo",), None, ""),
        ("solo cello", ("cello_solo",), None, ""),
        ("piano solo; no brass", ("piano",), None, "tuba"),
        ("Solo: Viola; only: strings quartet", ("viola_solo",), {"viola_solo"}, ""),
        ("string quartet; without drums", (), {"violin_solo"}, "timpani"),
        ("no cello", (), None, "cellos"),
        ("nothing that is known", (), None, ""),
    ],
)
def test_an_edited_instrumentation_is_read_kindly(value, solo, only, banned):
    found = read(value)
    assert found.solo == solo
    assert (found.only is None) == (only is None)
    assert not only or only <= found.only
    assert not banned or banned in found.banned


def test_reasons_name_who_asked():
    assert read("with: harp", "brief").why("harp") == "because the brief asks for it"
    assert read("with: harp").why("harp") == "because the description asks for it"
    assert "string quartet" in read("only: string quartet", "brief").why("viola_solo")
    assert "electric guitar" in read("with: electric guitar", "brief").why("guitar_nylon")
    assert read("colours: harp", "brief").why("harp") == ""


def test_every_name_of_a_brief_means_somebody():
    words = read_table("brief_words.toml")
    for name in words["instrument"]:
        assert mentioned(name), name
        assert next(word for word, _ in mentioned(name)) in {name, name.rstrip("s"), *ODD}, name
    assert set(words["groups"]["ensembles"]) == ENSEMBLES
    assert set(words["nearest"]) <= {*NEAREST, "bongos"}
    for table in (*GROUPS.values(), *NEAREST.values()):
        assert all(i.startswith("@") or i in catalogue() for i in table)


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


def test_wishes_by_name_are_carried_out_whatever_they_are_for() -> None:
    found = read_wishes((wish_words(8, "thinner", [5, 6, 7, 11]), wish_words(10, "fuller")))
    assert (found.thin, found.fill) == ({5, 6, 7, 11}, {0})
    assert read_wishes((wish_words(9, "own_colours"),)).faithful
    assert read_wishes((wish_words(18, "stronger_pulse"),)).pulse > 0
    assert not read_wishes((wish_words(18, "stronger_pulse"),)).faithful
    assert read_wishes((wish_words(7, "change_figures"),)).varied
    assert read_wishes((wish_words(7, "keep_figures"),)).steady
