"""Whatever a model writes, and however its server knows to reply, the answer can be used."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmcomposer_core.agents.budget import Caps
from filmcomposer_core.agents.reading import CUT_OFF, MOST_CHARS, read_json
from filmcomposer_core.agents.speaker import Speaker
from filmcomposer_core.agents.structured import FORMS, build_answer, read_value
from filmcomposer_core.agents.talk import converse, sequence
from filmcomposer_core.agents.transcript import dump_transcript, read_transcript
from filmcomposer_core.contracts.speech import Speech
from tests.core.agents.faulty import FAULTY, TOLERATED
from tests.core.agents.world import (
    GOOD,
    KEY,
    ROLES,
    THEORY,
    State,
    Verdict,
    check,
    speaker_at,
    usable,
)
from tests.fakes.endpoint import FakeEndpoint, serving
from tests.fakes.endpoint.behaviours import knows, streams, whole

CAPS = Caps(calls=6, tokens=60_000, seconds=20.0)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[FakeEndpoint]:
    with serving(streams(GOOD)) as found:
        yield found


def judge(speaker: Speaker) -> tuple[Verdict, Speech]:
    """Let one role speak."""
    state, speeches = converse(
        "judge", ROLES[:1], State(), order=sequence(("Mode",)), speaker=speaker
    )
    return state.heard[0], speeches[0]


def check_record(speech: Speech) -> None:
    """A line of the transcript reads back and gives nothing away."""
    text = dump_transcript([speech])
    assert text.count("\n") == 1
    assert read_transcript(text, where="t") == (speech,)
    assert KEY not in text
    assert "127.0.0.1" not in text or speech.faults


def check_budget(speaker: Speaker, endpoint: FakeEndpoint) -> None:
    budget = speaker.budget
    assert budget is not None
    assert len(endpoint.asked) == budget.calls <= CAPS.calls
    assert budget.tokens_in + budget.tokens_out <= CAPS.tokens


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", sorted(TOLERATED))
def test_what_is_right_but_not_to_the_letter_is_taken(
    name: str, form: str, endpoint: FakeEndpoint
) -> None:
    endpoint.play(knows(form, TOLERATED[name]))
    speaker = speaker_at(endpoint, caps=CAPS)
    verdict, speech = judge(speaker)
    assert (verdict.scores, verdict.reason, verdict.bar) == (
        {"1": 0.5, "2": 0.25, "3": 1.0},
        "It sings.",
        3,
    )
    assert speech.speaker == "model"
    assert {"scores.1", "scores.2", "scores.3", "reason", "bar"} <= {*speech.theirs}
    assert speech.faults == ()
    assert len(endpoint.asked) == 1 + FORMS.index(form)
    check_record(speech)
    check_budget(speaker, endpoint)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", sorted(FAULTY))
def test_what_is_wrong_ends_in_an_answer_that_can_be_used(
    name: str, form: str, endpoint: FakeEndpoint
) -> None:
    text = FAULTY[name]
    endpoint.play(knows(form, text, status=500, words="literal_error"), whole(text), streams(text))
    speaker = speaker_at(endpoint, caps=CAPS)
    verdict, speech = judge(speaker)
    assert usable(verdict)
    assert speech.faults
    # What is the model's is marked, all else is theory's.
    for criterion, score in verdict.scores.items():
        assert (f"scores.{criterion}" in speech.theirs) or score == THEORY.scores[criterion]
    assert ("reason" in speech.theirs) == (verdict.reason != THEORY.reason)
    assert (speech.speaker == "model") == bool(speech.theirs)
    check_record(speech)
    check_budget(speaker, endpoint)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("measure 99", {"scores.1", "scores.2", "scores.3", "reason", "wishes"}),
        ("unknown criterion", {"scores.1", "reason", "bar", "wishes"}),
        ("negative", {"scores.2", "reason", "bar", "wishes"}),
        ("cut off in a table", {"scores.1"}),
        ("cut off in a word", {"scores.1", "scores.2", "scores.3"}),
        ("entry twice", {"scores.1", "scores.3", "reason", "bar", "wishes"}),
        ("refusal", set()),
        ("NaN", set()),
    ],
)
def test_the_good_entries_of_a_bad_reply_are_kept(
    name: str, kept: set[str], endpoint: FakeEndpoint
) -> None:
    endpoint.play(streams(FAULTY[name]))
    _, speech = judge(speaker_at(endpoint))
    assert {*speech.theirs} | {"wishes"} == kept | {"wishes"}


def test_a_model_is_told_the_exact_fault_and_what_it_mends_counts(endpoint: FakeEndpoint) -> None:
    endpoint.play(streams(FAULTY["measure 99"]), streams(GOOD))
    verdict, speech = judge(speaker_at(endpoint))
    assert verdict.bar == 3
    assert len(speech.replies) == 2
    told = endpoint.asked[1].body["messages"]
    assert told[-2] == {"role": "assistant", "content": FAULTY["measure 99"]}
    assert "bar is 99, the tune has 8" in told[-1]["content"]


def test_the_same_reply_twice_is_not_asked_for_a_third_time(endpoint: FakeEndpoint) -> None:
    endpoint.play(streams("no"))
    judge(speaker_at(endpoint))
    assert len(endpoint.asked) == 2
    endpoint.play(streams("no"), streams("never"), streams("not once"))
    judge(speaker_at(endpoint))
    assert len(endpoint.asked) == 3


def test_a_reply_that_was_cut_off_gets_more_room(endpoint: FakeEndpoint) -> None:
    endpoint.play(streams(FAULTY["cut off in a word"], finish="length"), streams(GOOD))
    judge(speaker_at(endpoint))
    room = [asked.body["max_tokens"] for asked in endpoint.asked]
    assert room == [1500, 3000]
    assert "cut off" in endpoint.asked[1].body["messages"][-1]["content"]


def test_a_reply_that_stands_among_the_thoughts_is_read(endpoint: FakeEndpoint) -> None:
    endpoint.play(whole("", reasoning_content=GOOD))
    assert judge(speaker_at(endpoint))[0].bar == 3
    endpoint.play(whole(None, reasoning=GOOD))
    assert judge(speaker_at(endpoint))[0].bar == 3
    endpoint.play(whole([{"type": "text", "text": GOOD}]))
    assert judge(speaker_at(endpoint))[0].bar == 3


def test_a_form_that_was_found_is_remembered(endpoint: FakeEndpoint) -> None:
    endpoint.play(knows("text", GOOD))
    speaker = speaker_at(endpoint)
    judge(speaker)
    judge(speaker)
    assert [asked.form for asked in endpoint.asked] == [*FORMS, "text"]
    endpoint.play(knows("text", GOOD))
    verdict, speech = judge(speaker_at(endpoint, replies="json_object"))
    assert verdict == THEORY
    assert "does not know json_object" in speech.faults[-1]


def test_theory_with_a_fault_of_its_own_is_no_fault_of_the_model(endpoint: FakeEndpoint) -> None:
    # Four bars: theory's bar 2 is fine, but a check that theory fails must not cost the model all.
    always = replace(ROLES[0], check=lambda v, s: ("no tune is ever right", *check(v, s)))
    endpoint.play(streams(GOOD))
    state, speeches = converse(
        "judge", [always], State(), order=sequence(("Mode",)), speaker=speaker_at(endpoint)
    )
    assert state.heard[0].bar == 3
    assert speeches[0].faults == ()


def test_what_a_reply_leaves_out_is_theorys_and_not_a_default(endpoint: FakeEndpoint) -> None:
    endpoint.play(streams('{"scores": {"2": 0}, "reason": "flat"}'))
    verdict, speech = judge(speaker_at(endpoint))
    assert (verdict.bar, verdict.scores["1"], verdict.scores["2"]) == (2, 0.75, 0.0)
    assert speech.theirs == ("scores.2", "reason")


def test_the_schema_that_is_sent_names_the_ids(endpoint: FakeEndpoint) -> None:
    endpoint.play(streams(GOOD))
    named = [replace(ROLES[0], by_id=("scores",))]
    converse("judge", named, State(), order=sequence(("Mode",)), speaker=speaker_at(endpoint))
    schema = endpoint.asked[0].body["response_format"]["json_schema"]["schema"]
    scores = schema["properties"]["scores"]
    assert (scores["required"], scores["additionalProperties"]) == ([*THEORY.scores], False)
    assert scores["properties"]["2"] == {"type": "number"}
    assert '"required": ["1", "2", "3"]' in endpoint.asked[0].words


# -- reading alone --------------------------------------------------------------------------


@given(st.text(alphabet='{}[]":,\\ \n`<>/thinkaNe1.-9\ud800é', max_size=300))
def test_reading_never_fails_and_gives_finite_plain_data(text: str) -> None:
    for keys in ((), ("a", "think")):
        data, fault = read_json(text, keys)
        assert data is not None or fault
        json.dumps(data, allow_nan=False).encode()


_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-999, 999) | st.floats(allow_nan=False, width=32)
    | st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=2), inner),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=40)
@given(st.dictionaries(st.text("xyz", min_size=1, max_size=3), _PLAIN, min_size=1))
def test_valid_json_reads_as_it_is(data: dict[str, object]) -> None:
    finite = all(math.isfinite(f) for f in _floats(data))
    text = json.dumps(data)
    assert not finite or read_json(f"So: {text} there.", tuple(data)) == (data, "")


@settings(max_examples=40)
@given(st.dictionaries(st.text("xyz", min_size=1, max_size=3), _PLAIN, min_size=1), st.data())
def test_what_is_kept_of_a_reply_that_was_cut_off_is_as_it_was_said(
    data: dict[str, object], draw: st.DataObject
) -> None:
    text = json.dumps(data)
    cut = text[: draw.draw(st.integers(1, len(text) - 1))]
    found, fault = read_json(cut, tuple(data))
    assert fault
    for key, value in (found or {}).items():
        assert _within(value, data[key])


def _within(part: object, whole_: object) -> bool:
    if isinstance(part, dict) and isinstance(whole_, dict):
        return all(_within(part[k], whole_[k]) for k in part)
    if isinstance(part, list) and isinstance(whole_, list):
        return all(_within(a, b) for a, b in zip(part, whole_, strict=False))
    return part == whole_


def _floats(data: object) -> Iterator[float]:
    if isinstance(data, float):
        yield data
    elif isinstance(data, dict | list):
        for item in data.values() if isinstance(data, dict) else data:
            yield from _floats(item)


@given(st.dictionaries(st.sampled_from(["scores", "reason", "bar", "wish", "wishes"]), _PLAIN))
def test_an_answer_is_made_or_its_faults_are_named(data: dict[str, object]) -> None:
    value, faults = build_answer(Verdict, data)
    assert (value is None) == bool(faults)


def test_a_reply_is_cut_at_its_last_whole_entry() -> None:
    assert read_json('{"a": 1, "b": [1, 2, {"c": 3', ("a",)) == ({"a": 1, "b": [1, 2]}, CUT_OFF)


def test_a_longer_text_is_not_read() -> None:
    data, fault = read_json(GOOD + " " * MOST_CHARS, ("bar",))
    assert data is None
    assert "answer shorter" in fault


def test_faults_name_the_place() -> None:
    value, faults = read_value(Verdict, '{"scores": {"1": 2}, "reason": "x", "wish": {"bar": 9}}')
    assert value is None
    assert faults == ("wish: bar is 9, must be 1 to 8",)
    value, faults = read_value(Verdict, '{"scores": {"1": "loud"}}')
    assert {fault.partition(":")[0] for fault in faults} == {"scores.1", "reason"}


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999", "9" * 400])
def test_what_is_no_number_that_can_be_used_is_refused_in_reading(number: str) -> None:
    data, fault = read_json(f'{{"a": {{"b": {number}}}}}', ("a", "b"))
    assert data is None
    assert "no number that can be used" in fault
