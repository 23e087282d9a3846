"""What the agents said, on the page: all of it, in order, and nothing that a page could run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from filmcomposer_core.contracts.speech import Speech
from filmcomposer_core.report.page import _spoken
from filmcomposer_core.report.spoken import spent, talks_of
from tests.core.report.test_page import outline

HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)">'
PLAIN = Speech(
    conversation="mix", turn=1, role="Volume", speaker="theory", said="As it is.", answer={},
    computed={},
)  # fmt: skip
ASKED = replace(
    PLAIN,
    conversation="assess, emotion",
    role="Emotion",
    speaker="model",
    model="m",
    host="h:1",
    images=2,
    theirs=("scores.15", "scores.16"),
    questions=("a", "b"),
    replies=("no", "{}"),
    faults=("scores: 16 is 7",),
    tokens_in=1200,
    tokens_out=34,
    seconds=2.04,
)


def test_talks_stand_in_order_with_their_turns() -> None:
    again = replace(PLAIN, turn=2, role="Mixing")
    found = talks_of([PLAIN, again, ASKED], {})
    assert [(name, [row[0] for row in rows]) for name, rows in found] == [
        ("mix", ["Volume", "Mixing"]), ("assess, emotion", ["Emotion"])
    ]  # fmt: skip


def test_who_spoke_and_what_it_took_is_told() -> None:
    (_, [plain]), (_, [asked]) = talks_of([PLAIN, ASKED], {})
    assert plain[1:] == ("theory", "As it is.", "")
    assert asked[1] == "m"
    assert asked[3].split("<br>") == [
        "2 entries of the model", "asked 2 times", "2 pictures", "1,200 + 34 tokens, 2.0 s",
        "scores: 16 is 7",
    ]  # fmt: skip
    gave_up = replace(ASKED, speaker="theory", theirs=())
    assert talks_of([gave_up], {})[0][1][0][1] == "theory, for m"
    assert talks_of([replace(ASKED, source="cache")], {})[0][1][0][1] == "m (kept from before)"


def test_one_line_says_where_words_and_pictures_went() -> None:
    assert spent([PLAIN]) == "Theory answered for every role; nothing was sent anywhere."
    gave_up = replace(ASKED, speaker="theory", theirs=(), images=0)
    assert spent([PLAIN, ASKED, gave_up]) == (
        "m at h:1 was asked in 2 turns, with 4 replies, 2,468 tokens, 4 s. 2 key frames were shown"
        " to it. In 1 of them theory had to answer."
    )


def test_what_a_model_writes_stays_text() -> None:
    evil = replace(ASKED, said=HOSTILE, model=HOSTILE, role=HOSTILE, faults=(HOSTILE,))
    html = _spoken([replace(evil, conversation=HOSTILE)], {})
    found = outline(html)
    assert "script" not in found.tags
    assert "img" not in found.tags
    assert html.count("&lt;script&gt;") >= 5


def test_parts_are_called_as_in_the_session() -> None:
    said = replace(PLAIN, said="Softened: horns_a4 3-4, violins1_2; con_sordino.")
    (_, [row]) = talks_of([said], {"violins1_2": "Violins I, desk 2"})[0]
    assert row[2] == "Softened: Four horns 3-4, Violins I, desk 2; con sordino."


def test_a_long_answer_is_cut() -> None:
    (_, [row]) = talks_of([replace(PLAIN, said="la " * 5000)], {})[0]
    assert len(row[2]) < 1300
    assert row[2].endswith("…")


def test_a_finished_cue_shows_every_role(finished: Path) -> None:
    html = (finished / "report.html").read_text("utf-8")
    spoken = html.partition("<h2>Agents</h2>")[2].partition("<h2>What happens")[0]
    assert "nothing was sent anywhere" in spoken
    for role in (
        "Describe", "Story", "Mode", "Melody", "Harmony", "Rhythm", "Emotion", "Analyze", "Arrange",
        "Instrument", "Volume", "Mixing", "Reviewer",
    ):  # fmt: skip
        assert f"<td>{role}</td>" in spoken, role
