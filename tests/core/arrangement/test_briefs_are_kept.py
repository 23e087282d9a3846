"""Natural briefs: what is named plays or a sentence says why not; what is refused does not."""

from __future__ import annotations

import pytest

from filmcomposer_core.arrangement import unheeded
from filmcomposer_core.arrangement.vocabulary import DRUMS, GROUPS
from filmcomposer_core.catalogue import catalogue, instrument
from filmcomposer_core.contracts.score import Score
from filmcomposer_core.description import describe_clip, unread_words
from filmcomposer_core.description.brief import read_brief
from filmcomposer_core.description.players import Players, read_players
from tests import samples
from tests.core.arrangement.test_the_brief_is_honoured import leads, scored, used


def family(*names: str) -> set[str]:
    return {i.id for i in catalogue().values() if i.family in names}


STRINGS, BRASS, WINDS = family("strings"), family("brass"), family("woodwinds")
CELLO, FLUTE = {"cello_solo", "cellos"}, {"flute", "flutes_a2"}
QUARTET = set(GROUPS["string quartet"])


def techniques(score: Score, players: set[str]) -> set[str]:
    return {
        note.technique or part.technique
        for part in score.parts
        if part.instrument in players
        for note in part.notes
    }


#: Brief; of each set somebody plays; nobody else plays (empty: anybody may); nobody of these plays.
KEPT = [
    ("gentle, solo bassoon and pizzicato strings, no drums",
     [{"bassoon"}, {"strings_pizzicato"}], set(), set(DRUMS)),
    ("solo bassoon", [{"bassoon"}], set(), set()),
    ("only strings and piano", [STRINGS, {"piano"}], STRINGS | {"piano"}, set()),
    ("just piano and cello", [{"piano"}, {"cello_solo"}], {"piano", "cello_solo"}, set()),
    ("tremolo strings, dark and tense", [{"strings_tremolo"}], set(), {"celesta"}),
    ("strings con sordino, tender", [{"strings_sordino"}], set(), set()),
    ("slow and sad, muted trumpet", [{"trumpet_muted"}], set(), set()),
    ("string quartet", [{name} for name in QUARTET], QUARTET, set()),
    ("string quartet without viola", [{"cello_solo"}], QUARTET, {"viola_solo"}),
    ("small ensemble: flute, clarinet and cello",
     [{"flute"}, {"clarinet_bb"}, {"cello_solo"}], {"flute", "clarinet_bb", "cello_solo"}, set()),
    ("a small ensemble, calm", [], set(GROUPS["small ensemble"]), set()),
    ("no drums, no brass", [], set(), set(DRUMS) | BRASS),
    ("piano, but no strings", [{"piano"}], set(), STRINGS),
    ("like a waltz in 3, without piano", [], set(), {"piano"}),
    ("adagio for strings", [STRINGS], set(), set()),
    ("solo cello with harp, nothing else", [{"cello_solo"}, {"harp"}], {"cello_solo", "harp"},
     set()),
    ("full orchestra without brass", [STRINGS], set(GROUPS["full orchestra"]), BRASS),
    ("solo violin, no other strings", [{"violin_solo"}], set(), STRINGS - {"violin_solo"}),
    ("brass only", [BRASS], BRASS, set()),
    ("banjo and fiddle, no trumpets", [{"banjo"}, {"fiddle"}], set(),
     {"trumpet", "trumpets_a3"}),
    ("no pizzicato", [], set(), {"strings_pizzicato"}),
]  # fmt: skip


@pytest.mark.parametrize(("brief", "there", "allowed", "banned"), KEPT)
def test_players_are_as_asked(
    brief: str, there: list[set[str]], allowed: set[str], banned: set[str]
) -> None:
    score = scored(brief)
    found = used(score)
    assert unheeded(score, describe_clip(samples.analysis(), samples.curves(), brief=brief)) == ()
    assert unread_words(brief) == ()
    assert all(found & players for players in there)
    assert found <= (allowed or found)
    assert not found & banned


@pytest.mark.parametrize(
    ("brief", "players", "technique"),
    [
        ("staccato woodwinds, comic", WINDS, "staccato"),
        ("col legno strings and timpani", STRINGS, "col_legno"),
        ("spiccato cellos and low brass", CELLO, "spiccato"),
        ("pizzicato cello solo", {"cello_solo"}, "pizzicato"),
        ("string quartet, pizzicato", QUARTET, "pizzicato"),
        ("only strings and piano, tremolo", STRINGS, "tremolo"),
        ("harp glissandi and celesta", {"harp"}, "glissando"),
        ("flute trills", FLUTE, "trill"),
        ("harp harmonics over soft strings", {"harp"}, "harmonics"),
    ],
)
def test_techniques_are_played_as_asked(brief: str, players: set[str], technique: str) -> None:
    score = scored(brief)
    assert technique in techniques(score, players)
    assert unread_words(brief) == ()
    said = [r for part in score.parts if part.instrument in players for r in part.reasons]
    assert any(f"plays {technique.replace('_', ' ')} as asked" in reason for reason in said)


@pytest.mark.parametrize(
    "brief", ["strings, no tremolo", "no staccato woodwinds", "without pizzicato"]
)
def test_a_technique_that_is_refused_is_played_by_nobody(brief: str) -> None:
    shunned = {"strings, no tremolo": "tremolo", "no staccato woodwinds": "staccato"}.get(
        brief, "pizzicato"
    )
    for seed in (1, 2):
        assert shunned not in techniques(scored(brief, seed=seed), set(catalogue()))


@pytest.mark.parametrize(
    ("brief", "said"),
    [
        ("flute pizzicato", "No pizzicato by flute: it has no such sound."),
        ("with piano, no piano at all", ""),
        ("solo flute", ""),
    ],
)
def test_what_cannot_be_is_told(brief: str, said: str) -> None:
    description = describe_clip(samples.analysis(), samples.curves(), brief=brief)
    assert unheeded(scored(brief), description) == ((said,) if said else ())


def test_a_soloist_without_the_theme_plays_something_else_and_it_is_told() -> None:
    score = scored("solo tuba", higher=12)
    description = describe_clip(samples.analysis(), samples.curves(), brief="solo tuba")
    assert "tuba" in used(score) - leads(score)
    assert unheeded(score, description) == (
        "Tuba plays, but another has the theme: it lies outside its range or speed.",
    )


def test_the_strings_are_no_soloist_and_bowed_ones_are_not_asked_for() -> None:
    assert read_players("solo bassoon and pizzicato strings") == Players(
        solo=("bassoon",), named=("pizzicato strings",)
    )
    for part in scored("gentle, solo bassoon and pizzicato strings, no drums").parts:
        if any("the brief asks" in reason for reason in part.reasons):
            assert part.instrument in ("bassoon", "strings_pizzicato")
    for part in scored("adagio for strings").parts:
        if instrument(part.instrument).family != "strings":
            assert not any("the brief asks" in reason for reason in part.reasons)


@pytest.mark.parametrize(
    ("brief", "topic", "value"),
    [
        ("like a waltz in 3", "meter", "3/4"),
        ("adagio for strings", "pace", "slow"),
        ("fast, no percussion", "pace", "fast"),
    ],
)
def test_words_for_tempo_and_metre(brief: str, topic: str, value: str) -> None:
    assert read_brief(brief).first(topic) == value


def test_a_tempo_that_no_map_takes_is_told() -> None:
    assert unread_words("300 bpm") == ("300 BPM (bars run at 30 to 260)",)
    assert unread_words("240 bpm") == ()
