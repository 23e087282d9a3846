"""Whatever a server does: a sentence or a reply, in time, within the budget, the key kept."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest

from filmcomposer_core.agents.budget import Caps, Price
from filmcomposer_core.agents.contract import AgentError, Ask, FormRefused, Message, Reply
from filmcomposer_core.agents.endpoint import Endpoint
from filmcomposer_core.agents.settings import AgentSettings
from filmcomposer_core.agents.talk import converse, sequence
from filmcomposer_core.agents.transcript import dump_transcript
from tests.core.agents.world import GOOD, KEY, NAMES, ROLES, State, settings_for, speaker_at, usable
from tests.fakes.endpoint import Behaviour, FakeEndpoint, serving
from tests.fakes.endpoint import behaviours as does

ASK = Ask(
    name="Mode of it",
    messages=(Message(role="user", text="What mode?"),),
    schema={"type": "object"},
)
#: What a server can do wrong, and words of the sentence that tells it.
FAULTS: dict[str, tuple[Behaviour, str]] = {
    "401": (does.fails(401, f"Incorrect API key provided: {KEY}"), "refuses the key (HTTP 401)"),
    "403": (does.fails(403), "refuses the key"),
    "404": (does.fails(404), "does not know the address or the model 'm'"),
    "408": (does.fails(408), "HTTP 408"),
    "413": (does.fails(413), "context may be too short"),
    "400": (does.fails(400, "maximum context length"), "context may be too short"),
    "429": (does.fails(429, "slow down", "Retry-After: 3600"), "too many requests"),
    "429 until a date": (
        does.fails(429, "x", "Retry-After: Wed, 21 Oct 2099 07:28:00 GMT"),
        "too many requests",
    ),
    "429 until a time that is none": (
        does.fails(429, "x", "Retry-After: soon"),
        "too many requests",
    ),
    "429 until no number": (does.fails(429, "x", "Retry-After: nan"), "too many requests"),
    "500": (does.fails(500), "HTTP 500"),
    "500 as a page": (does.says(500, does.HTML, does.PAGE), "HTTP 500"),
    "502 in bytes": (does.says(502, "application/json", b"\xff\xfe{"), "HTTP 502"),
    "529": (does.fails(529), "HTTP 529"),
    "503 of a list": (does.says(503, does.JSON, b'["error"]'), "HTTP 503"),
    "redirect": (
        does.says(307, does.HTML, b"", "Location: http://evil.example/v1"),
        "another address",
    ),
    "redirect to itself": (does.says(302, does.HTML, b"", "Location: /v1"), "another address"),
    "a page": (does.says(200, does.HTML, does.PAGE), "not with a chat reply"),
    "no body": (does.says(200, does.JSON, b""), "not with a chat reply"),
    "no content": (does.says(204, does.JSON, b""), "not with a chat reply"),
    "no choices": (does.says(200, does.JSON, b'{"choices": []}'), "not with a chat reply"),
    "choices null": (does.says(200, does.JSON, b'{"choices": null}'), "not with a chat reply"),
    "choices a word": (does.says(200, does.JSON, b'{"choices": "abc"}'), "not with a chat reply"),
    "a list": (does.says(200, does.JSON, b"[1]"), "not with a chat reply"),
    "a number": (does.says(200, does.JSON, b"7"), "not with a chat reply"),
    "half a body": (does.says(200, does.JSON, b'{"choices": [{"mess'), "not with a chat reply"),
    "nested": (does.says(200, does.JSON, b'{"a":' * 5000), "not with a chat reply"),
    "stream of nothing": (does.says(200, does.SSE, b"data: [DONE]\n\n"), "not with a chat reply"),
    "stream of rubbish": (does.says(200, does.SSE, b"data: {oops\n\n"), "not with a chat reply"),
    "stream of a list": (does.says(200, does.SSE, b"data: [1]\n\n"), "not with a chat reply"),
    "fault in the stream": (
        does.says(200, does.SSE, does.event({"error": {"message": "out of memory"}})),
        "not with a chat reply",
    ),
    "packed": (
        does.says(200, does.JSON, b"\x1f\x8b\x08", "Content-Encoding: gzip"),
        "not with a chat reply",
    ),
    "hangs up": (does.hangs_up, "broke the connection off"),
    "no HTTP": (does.says(200, does.JSON, b""), "not with a chat reply"),
    "cuts off": (does.cuts_off, "not with a chat reply"),
    "drips": (does.drips, "did not answer within"),
    "silent": (does.is_silent, "did not answer within"),
    "floods": (does.floods, "not with a chat reply"),
    "floods a fault": (does.floods_a_fault, "not with a chat reply"),
}  # fmt: skip
TIMEOUT_S = 0.8


@pytest.fixture(scope="module")
def server() -> Iterator[FakeEndpoint]:
    with serving(does.streams(GOOD)) as found:
        yield found


def ask(server: FakeEndpoint, question: Ask = ASK, **changes: object) -> Reply:
    settings = settings_for(server, timeout_s=TIMEOUT_S, **changes)
    return asyncio.run(Endpoint(settings, model="m", key=KEY).ask(question))


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_server_is_one_sentence(
    name: str, server: FakeEndpoint, caplog: pytest.LogCaptureFixture
) -> None:
    behaviour, said = FAULTS[name]
    server.play(behaviour)
    with caplog.at_level(logging.DEBUG), pytest.raises(AgentError) as fault:
        ask(server)
    assert said in fault.value.message
    assert fault.value.hint
    assert KEY not in f"{fault.value!r} {fault.value} {caplog.text}"
    assert "evil.example" not in str(fault.value)


@pytest.mark.parametrize("name", FAULTS)
def test_theory_answers_where_the_server_does_not_and_no_cap_is_passed(
    name: str, server: FakeEndpoint
) -> None:
    server.play(FAULTS[name][0])
    caps = Caps(calls=4, tokens=30_000, seconds=2.0)
    speaker = speaker_at(server, caps=caps, timeout_s=TIMEOUT_S, retries=1)
    state, speeches = converse("judge", ROLES, State(), order=sequence(NAMES), speaker=speaker)
    assert [usable(v) for v in state.heard] == [True] * 3
    assert {s.speaker for s in speeches} == {"theory"}
    assert all(s.faults for s in speeches)
    assert KEY not in dump_transcript(speeches)
    budget = speaker.budget
    assert budget is not None
    assert len(server.asked) == budget.calls <= 4
    assert budget.tokens_in + budget.tokens_out <= 30_000
    assert budget.seconds <= 2.0 + TIMEOUT_S


def test_an_endpoint_that_is_not_there_is_given_up_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    gone = FakeEndpoint([], port=port)
    speaker = speaker_at(gone)
    _, speeches = converse("judge", ROLES, State(), order=sequence(NAMES), speaker=speaker)
    assert [s.faults[-1] for s in speeches] == [
        f"The endpoint 127.0.0.1:{port} cannot be reached."
    ] * 3
    assert speaker.budget is not None
    assert (speaker.budget.calls, speaker.budget.tokens_in) == (1, 0)


def test_a_passing_fault_is_asked_again_and_each_try_is_a_call(server: FakeEndpoint) -> None:
    server.play(does.fails(503), does.streams(GOOD))
    speaker = speaker_at(server, retries=2, replies="text", timeout_s=5.0)
    state, speeches = converse(
        "judge", ROLES[:1], State(), order=sequence(NAMES[:1]), speaker=speaker
    )
    assert (state.heard[0].bar, speeches[0].faults) == (3, ())
    assert speaker.budget is not None
    assert speaker.budget.calls == len(server.asked) == 2


@pytest.mark.parametrize("header", ["7", "Wed, 21 Oct 2099 07:28:00 GMT", "-1", "x", "inf", "nan"])
def test_a_server_says_when_to_ask_again(header: str, server: FakeEndpoint) -> None:
    server.play(does.fails(429, "x", f"Retry-After: {header}"))
    with pytest.raises(AgentError) as fault:
        ask(server)
    wanted = {"7": 7.0, "Wed, 21 Oct 2099 07:28:00 GMT": 3600.0, "inf": 3600.0}
    assert fault.value.again_s == wanted.get(header, 0.0)


def test_a_long_pause_is_not_waited_for(server: FakeEndpoint) -> None:
    server.play(does.fails(429, "x", "Retry-After: 60"))
    speaker = speaker_at(server, retries=5)
    converse("judge", ROLES[:1], State(), order=sequence(NAMES[:1]), speaker=speaker)
    assert len(server.asked) == 1


@pytest.mark.parametrize("form", ["json_schema", "json_object"])
@pytest.mark.parametrize("status", [400, 422, 500, 501])
def test_a_form_that_is_refused_is_told_apart(form: str, status: int, server: FakeEndpoint) -> None:
    server.play(does.fails(status, "[{'type': 'literal_error', 'loc': ('body',)}]"))
    with pytest.raises(FormRefused):
        ask(server, replace(ASK, form=form))
    with pytest.raises(AgentError) as fault:
        ask(server)
    assert not isinstance(fault.value, FormRefused)


@pytest.mark.parametrize("name", ["max_tokens", "temperature", "stream_options", "schema"])
def test_a_parameter_that_a_model_does_not_take_is_left_out(
    name: str, server: FakeEndpoint
) -> None:
    server.play(does.refuses_parameter(name, "yes"))
    model = Endpoint(settings_for(server), model="m", key=KEY)
    question = replace(ASK, form="json_object")
    for _ in range(2):
        assert asyncio.run(model.ask(question)).text == "yes"
    assert len(server.asked) == 3  # the second time it is known
    if name == "max_tokens":
        assert server.asked[-1].body["max_completion_tokens"] == ASK.max_tokens


def test_what_is_sent_says_no_more_than_it_must(
    server: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-secret")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-secret")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-service")
    server.play(does.streams("yes"))
    picture = b"\xff\xd8\xff\xe0jpeg"
    ask(server, replace(ASK, messages=(Message(role="user", text="see", images=(picture,)),)))
    (asked,) = server.asked
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert "secret" not in str({**asked.headers, "authorization": ""})
    assert {n for n in asked.headers if n.startswith(("x-", "openai"))} == set()
    text, shown = asked.body["messages"][0]["content"]
    assert text == {"type": "text", "text": "see"}
    assert shown["image_url"]["url"] == "data:image/jpeg;base64,/9j/4GpwZWc="
    model = Endpoint(settings_for(server), model="m", key="")
    asyncio.run(model.ask(ASK))
    assert "authorization" not in server.asked[-1].headers
    assert KEY not in repr(Endpoint(settings_for(server), model="m", key=KEY))


def test_a_server_that_says_the_key_back_is_not_quoted(server: FakeEndpoint) -> None:
    server.play(does.streams(f'{{"reason": "Bearer {KEY}"}}'))
    assert ask(server).text == '{"reason": "Bearer [key]"}'


def test_signs_in_two_halves_and_of_other_codes_are_read(server: FakeEndpoint) -> None:
    halves = (
        b'data: {"choices":[{"delta":{"content":"\\ud83d"}}]}\n\n'
        b'data: {"choices":[{"delta":{"content":"\\ude00 \\ud800 \xe9 \xe2\x80\xa8"}}]}\r\n\r\n'
    )
    server.play(does.says(200, does.SSE, halves))
    assert ask(server).text == "😀 \ufffd \ufffd \u2028"


def test_a_reply_is_read_no_further_than_it_may_be_long(server: FakeEndpoint) -> None:
    server.play(does.chatters)
    reply = ask(server, replace(ASK, max_tokens=2))
    assert reply.cut
    server.play(does.floods_words)
    assert ask(server).cut


@pytest.mark.parametrize(
    "usage",
    [None, {"choices": [], "usage": {}}, {"choices": [], "usage": {"prompt_tokens": "many"}},
     {"choices": [], "usage": {"prompt_tokens": 0, "completion_tokens": 0}},
     {"choices": [], "usage": {"prompt_tokens": -5, "completion_tokens": -5}},
     {"choices": [], "usage": {"prompt_tokens": 10**12, "completion_tokens": 10**12}},
     {"choices": [], "usage": {"prompt_tokens": 5e8, "completion_tokens": True}}],
)  # fmt: skip
def test_tokens_that_are_not_counted_or_absurd_are_estimated(
    usage: object, server: FakeEndpoint
) -> None:
    server.play(does.streams(GOOD, usage=usage))
    caps = Caps(tokens=20_000)
    speaker = speaker_at(server, caps=caps, prices={"m": Price(tokens_in=1, tokens_out=1)})
    _, (speech,) = converse("judge", ROLES[:1], State(), order=sequence(NAMES[:1]), speaker=speaker)
    assert 100 <= speech.tokens_in <= 2000
    assert 10 <= speech.tokens_out <= 3000
    assert speaker.budget is not None
    assert speaker.budget.tokens_in == speech.tokens_in
    assert speaker.budget.money == pytest.approx((speech.tokens_in + speech.tokens_out) / 1e6)


def test_models_are_listed_or_a_sentence_says_why_not(server: FakeEndpoint) -> None:
    def listed() -> tuple[str, ...]:
        settings = settings_for(server, timeout_s=TIMEOUT_S)
        return asyncio.run(Endpoint(settings, model="m", key=KEY).models())

    server.play(does.lists("a", "b"))
    assert listed() == ("a", "b")
    for name in ("401", "a page", "a list", "nested", "silent", "hangs up", "floods", "packed"):
        server.play(FAULTS[name][0])
        with pytest.raises(AgentError):
            listed()
    server.play(does.says(200, does.JSON, b'{"data": [{"id": 7}, 3, {"no": 1}]}'))
    assert listed() == ("7",)


def test_proxies_lead_to_far_servers_and_not_to_near_ones(
    server: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{server.port}")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    server.play(does.streams("near"))
    assert ask(server).text == "near"
    assert server.asked[0].path == "/v1/chat/completions"
    far = AgentSettings(url="https://models.example/v1", model="m", timeout_s=2.0)
    server.play(does.fails(403))
    with pytest.raises(AgentError, match=r"models\.example cannot be reached"):
        asyncio.run(Endpoint(far, model="m", key=KEY).ask(ASK))
    assert server.asked[0].path == "models.example:443"  # the tunnel was asked for there
    assert KEY not in str(server.asked[0].headers)
    monkeypatch.setenv("HTTPS_PROXY", "nonsense://x")
    monkeypatch.setenv("https_proxy", "nonsense://x")
    with pytest.raises(AgentError, match="A proxy that the environment names"):
        asyncio.run(Endpoint(far, model="m", key=KEY).ask(ASK))


def test_the_environment_names_no_other_endpoint(
    server: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    server.play(does.streams("yes"))
    assert ask(server).text == "yes"
