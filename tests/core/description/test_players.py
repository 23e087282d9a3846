"""Who plays, in what key, and what was not understood."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmcomposer_core.contracts.harmony import MODES, parse_pitch_class
from filmcomposer_core.description import describe_clip, unread_words
from filmcomposer_core.description.players import read_key, read_players, write_players
from tests import samples


@pytest.mark.parametrize(
    ("brief", "written"),
    [
        (
            "uneasy, string quartet feeling, solo cello, slow, no drums",
            "solo: cello; only: string quartet; without: drums",
        ),
        (
            "gentle, solo harp and flute, waltz, no strings",
            "solo: flute, harp; only: harp, flute; without: strings",
        ),
        ("solo viola", "solo: viola; colours: oboe"),
        ("viola solo over strings", "solo: viola; with: strings; colours: oboe"),
        ("the theme on a high viola", "solo: viola; colours: oboe"),
        ("string quartet, no cello", "only: string quartet; without: cello"),
        ("heavy metal guitar", "with: electric guitar; colours: oboe"),
        ("taiko druns, braas", "with: taiko; colours: oboe"),
        ("funny, ragtime piano", "with: honky-tonk piano; colours: oboe"),
        ("solo piano", "solo: piano; only: piano"),
        ("unaccompanied cello", "solo: cello; only: cello"),
        ("just flute, harp and cello", "only: flute, harp, cello"),
        ("strings only", "only: strings"),
        ("not only strings", "with: strings; colours: oboe"),
        ("strings, no strings", "colours: oboe; without: strings"),
        ("sad", "colours: oboe"),
    ],
)
def test_players_are_written_by_the_contract(brief, written):
    assert write_players(read_players(brief), ["oboe"]) == written


@pytest.mark.parametrize(
    ("brief", "key"),
    [
        ("fast, 140 bpm, A minor", "A aeolian"),
        ("in a minor key", "minor"),
        ("a minor", "A aeolian"),
        ("in D", "D ionian"),
        ("Bb major", "Bb ionian"),
        ("F sharp minor, please", "F# aeolian"),
        ("E-flat major", "Eb ionian"),
        ("D dorian", "D dorian"),
        ("minor", "minor"),
        ("not major", "minor"),
        ("dorian", "dorian"),
        ("C harmonic minor", "C harmonic minor"),
        ("a minor character in A sunny land", ""),
        ("in Dublin", ""),
    ],
)
def test_keys_are_read(brief, key):
    assert read_key(brief) == key
    tonic, _, mode = key.partition(" ")
    if tonic[:1].isupper():
        parse_pitch_class(tonic)
        assert mode in MODES


def test_the_key_goes_into_the_description():
    music = describe_clip(samples.analysis(), samples.curves(), brief="A minor").music
    assert (music.key.value, music.key.source) == ("A aeolian", "brief")
    assert music.mode_brightness == -1
    plain = describe_clip(samples.analysis(), samples.curves()).music
    assert (plain.key.value, plain.key.source) == ("null", "none")


@pytest.mark.parametrize(
    ("brief", "told"),
    [
        ("taiko druns, braas", ("druns (drums?)", "braas (brass?)")),
        ("heavy metal guitar", ("electric guitar (classical guitar plays instead)",)),
        ("no electric guitar", ()),
        ("uneasy, string quartet feeling, solo cello, slow, no drums", ()),
        ("Something in A minor, please, at about 90 bpm with a big ending.", ()),
        ("xqzzy", ("xqzzy",)),
        ("", ()),
    ],
)
def test_what_was_not_understood_is_told(brief, told):
    assert unread_words(brief) == told


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120))
def test_any_text_has_players(text):
    players = read_players(text)
    assert not set(players.refused) & {*players.solo, *players.only, *players.named}
    unread_words(text)
    read_key(text)
