"""Who plays, in what key, and what was not understood."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmcomposer_core.contracts.harmony import MODES, parse_pitch_class
from filmcomposer_core.description import describe_clip, unread_words
from filmcomposer_core.description.brief import read_brief, topics
from filmcomposer_core.description.players import (
    in_shade,
    read_key,
    read_players,
    write_players,
)
from filmcomposer_core.description.tables import read_table
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
        # Everyday words of composers; a word is never suggested for itself, nor "park" for "dark".
        ("dark pads and bass, sparse, ambient, uplifting, pulsing, minimalist", ()),
        ("pizzicatos, larks", ("larks",)),
        ("hybrid", ("synthesizer (warm pad plays instead)",)),
        (
            "no melody, just texture; jazzy",
            (
                "no melody, just texture (every cue has a theme)",
                "jazzy (no such style yet: name players, pace and mood)",
            ),
        ),
        ("no jazz, no crescendo", ()),
        (
            "builds from a heavy metal guitar",
            (
                "builds (the form follows the picture)",
                "electric guitar (classical guitar plays instead)",
            ),
        ),
        ("", ()),
    ],
)
def test_what_was_not_understood_is_told(brief, told):
    assert unread_words(brief) == told


def test_no_word_is_suggested_for_itself():
    words = [
        phrase.rstrip("*")
        for topic in topics()
        for phrases in read_table("brief_words.toml")[topic].values()
        for phrase in phrases
    ]
    tokens = {token for word in words for token in word.split()}
    for form in {form for token in tokens for form in (token, f"{token}s", token[:-1])}:
        for told in unread_words(form):
            said, _, meant = told.partition(" (")
            assert not meant.startswith(said)


BRIGHT = {"celesta", "cymbals", "glockenspiel"}


@pytest.mark.parametrize(
    ("brief", "kept_out"),
    [
        ("dark strings", BRIGHT),
        ("dark strings and celesta", BRIGHT - {"celesta"}),
        ("dark, full orchestra", BRIGHT),
        ("dark, solo piano", set()),  # nobody else plays in any case
        ("not dark, strings", set()),
        ("warm strings", set()),
    ],
)
def test_a_dark_cue_does_without_bright_colours_that_nobody_asked_for(brief, kept_out):
    found = in_shade(read_players(brief), read_brief(brief).first("shade"))
    assert BRIGHT & set(found.refused) == kept_out
    written = write_players(found, ("celesta", "harp"))
    assert ("colours: harp;" in written) == ("celesta" in kept_out and not found.only)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120))
def test_any_text_has_players(text):
    players = read_players(text)
    assert not set(players.refused) & {*players.solo, *players.only, *players.named}
    unread_words(text)
    read_key(text)
