"""The agents of a cue: who speaks, what is told, what is kept; and the commands about them."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import keyring
import pytest

from filmcomposer_core.agents.for_cue import (
    agents_mark,
    estimate,
    record,
    speaker_for,
    tell_spent,
)
from filmcomposer_core.agents.settings import AgentSettings
from filmcomposer_core.agents.speaker import THEORY, Speaker
from filmcomposer_core.agents.talk import converse, sequence
from filmcomposer_core.cli.command import run
from filmcomposer_core.contracts.cue import SCHEMA_VERSION, CueFile, Settings
from filmcomposer_core.contracts.speech import Speech
from filmcomposer_core.cue import Cue
from filmcomposer_core.cue_folder import open_folder
from filmcomposer_core.errors import InputError, MissingDependencyError
from tests.core.agents.test_settings import Memory, ring
from tests.core.agents.world import GOOD, KEY, NAMES, ROLES, State
from tests.fakes.endpoint import Asked, FakeEndpoint, Wire, serving
from tests.fakes.endpoint import behaviours as does

__all__ = ["ring"]


@dataclass
class Desk:
    """A cue folder, and what its user was told."""

    folder: Path
    told: list[str]

    @contextmanager
    def cue(self, agents: str = "") -> Iterator[Cue]:
        settings = Settings(clip="clip.mp4", agents=agents)
        with open_folder(self.folder) as folder:
            ledger = CueFile(schema_version=SCHEMA_VERSION, settings=settings)
            yield Cue(folder, ledger, self.told.append)

    @property
    def transcript(self) -> Path:
        return self.folder / "agents.jsonl"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "cue", [])


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeEndpoint]:
    monkeypatch.setenv("FILMCOMPOSER_CONFIG", str(tmp_path))
    monkeypatch.setenv("FILMCOMPOSER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("FILMCOMPOSER_AGENTS_KEY", KEY)
    with serving(does.streams(GOOD)) as found:
        configure(tmp_path, found)
        yield found


def configure(folder: Path, server: FakeEndpoint, more: str = "") -> None:
    text = f'url = "{server.url}"\nmodel = "m"\nretries = 0\ntimeout_s = 5\n{more}'
    (folder / "agents.toml").write_text(text, "utf-8")


def judge(speaker: Speaker, name: str = "judge theme 1") -> tuple[Speech, ...]:
    return converse(name, ROLES, State(), order=sequence(NAMES), speaker=speaker)[1]


def test_without_an_endpoint_or_with_agents_off_theory_speaks(
    desk: Desk, server: FakeEndpoint, tmp_path: Path
) -> None:
    with desk.cue("off") as cue:
        assert speaker_for(cue) is THEORY
        assert agents_mark(cue.ledger.settings) == ""
    (tmp_path / "agents.toml").write_text("not toml", "utf-8")
    with desk.cue("off") as cue:  # what is off need not be right
        assert speaker_for(cue) is THEORY
    with desk.cue() as cue, pytest.raises(InputError, match="not valid TOML"):
        speaker_for(cue)
    (tmp_path / "agents.toml").unlink()
    with desk.cue() as cue:
        assert speaker_for(cue) is THEORY
        assert agents_mark(cue.ledger.settings) == ""
        tell_spent(cue)
    assert desk.told == []


def test_a_run_shares_a_budget_and_says_what_it_costs(
    desk: Desk, server: FakeEndpoint, tmp_path: Path
) -> None:
    prices = "[prices.m]\ntokens_in = 100\ntokens_out = 0\n[caps]\ncalls = 3"
    configure(tmp_path, server, prices)
    with desk.cue() as cue:
        first = judge(speaker_for(cue))
        second = judge(speaker_for(cue), "judge theme 2")
        other = converse(
            "other",
            ROLES[:1],
            State(brief="x"),
            order=sequence(NAMES[:1]),
            speaker=speaker_for(cue),
        )[1]
        record(cue, [*first, *second, *other])
        tell_spent(cue)
        budget = speaker_for(cue).budget
    # The second conversation is the first one again: the cache has it, though the cap is reached.
    assert [s.source for s in (*first, *second)] == ["model"] * 3 + ["cache"] * 3
    assert budget is not None
    assert desk.told == [
        f"The agents ask m at 127.0.0.1:{server.port}: about 24 calls, 72,000 tokens, 6.00 USD; "
        "at most 3 calls, 400,000 tokens, 1800 s, 2 USD.",
        "Theory answered for the model as Mode: The agents' budget for this cue is spent: 3 calls.",
        f"The agents took 3 calls, 2,220 tokens, {budget.seconds:.1f} s, 0.2100 USD.",
    ]
    assert KEY not in desk.transcript.read_text("utf-8")


def test_the_estimate_of_a_cue_that_was_made_before_is_what_it_took(
    desk: Desk, server: FakeEndpoint
) -> None:
    with desk.cue() as cue:
        record(cue, judge(speaker_for(cue)))
    desk.told.clear()
    with desk.cue() as cue:
        assert {s.source for s in judge(speaker_for(cue))} == {"cache"}
        tell_spent(cue)
    assert "about 3 calls, 2,220 tokens, cost unknown; at most 80 calls" in desk.told[0]
    assert desk.told[1:] == ["The agents asked nothing anew."]


def test_frames_that_leave_the_machine_are_told(desk: Desk) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FILMCOMPOSER_AGENTS_URL", "https://models.example/v1")
        patch.setenv("FILMCOMPOSER_AGENTS_MODEL", "m")
        patch.setenv("FILMCOMPOSER_AGENTS_VISION_MODEL", "seer")
        with desk.cue() as cue:
            speaker = speaker_for(cue)
    assert desk.told[1] == "Key frames of the picture are sent to models.example."
    assert speaker.vision_of is not None
    assert speaker.vision_of("Describe").name == "seer"
    assert speaker.host == "models.example"


def test_a_picture_is_shown_to_the_model_that_sees_and_to_no_other(
    desk: Desk, server: FakeEndpoint, tmp_path: Path
) -> None:
    shown = replace(ROLES[0], images=lambda _: (b"\xff\xd8jpeg",))
    for more, model, images in (("", "m", 0), ('vision_model = "seer"', "seer", 1)):
        configure(tmp_path, server, more)
        server.play(does.streams(GOOD))
        with desk.cue() as cue:
            _, (speech,) = converse(
                "d", [shown], State(), order=sequence(NAMES[:1]), speaker=speaker_for(cue)
            )
        assert (server.asked[0].body["model"], speech.images) == (model, images)
        assert ("image_url" in server.asked[0].raw.decode()) == bool(images)


def test_a_transcript_replays_without_network_and_stays(
    desk: Desk, server: FakeEndpoint, tmp_path: Path
) -> None:
    with desk.cue() as cue:
        said = judge(speaker_for(cue))
        record(cue, said)
    before = desk.transcript.read_bytes()
    (tmp_path / "agents.toml").unlink()
    server.play(does.fails(500))
    desk.told.clear()
    with desk.cue("replay") as cue:
        again = judge(speaker_for(cue))
        record(cue, again)
        tell_spent(cue)
    assert [s.answer for s in again] == [s.answer for s in said]
    assert {s.source for s in again} == {"replay"}
    assert server.asked == []
    assert desk.transcript.read_bytes() == before
    assert desk.told == ["The agents speak from agents.jsonl; nothing is sent."]
    desk.transcript.unlink()
    with desk.cue("replay") as cue, pytest.raises(InputError, match="is not there"):
        speaker_for(cue)


def lines(desk: Desk) -> list[tuple[str, int]]:
    rows = [json.loads(line) for line in desk.transcript.read_text("utf-8").splitlines()]
    return [(row["conversation"], row["turn"]) for row in rows]


def test_a_conversation_that_is_held_again_replaces_its_lines(desk: Desk) -> None:
    with desk.cue("off") as cue:
        for name in ("compose 1", "compose 2", "mix"):
            record(cue, judge(THEORY, name))
        record(cue, judge(THEORY, "compose 2")[:1])
        assert lines(desk) == [
            *(("compose 1", n) for n in (1, 2, 3)), *(("mix", n) for n in (1, 2, 3)),
            ("compose 2", 1),
        ]  # fmt: skip
        record(cue, judge(THEORY, "compose 1")[:1], begins="compose")
        assert lines(desk)[3:] == [("compose 1", 1)]


def test_what_was_paid_for_goes_to_the_history(desk: Desk, server: FakeEndpoint) -> None:
    with desk.cue() as cue:
        record(cue, judge(speaker_for(cue)))
    paid = desk.transcript.read_bytes()
    with desk.cue("off") as cue:
        record(cue, judge(THEORY))
    assert (desk.folder / "history" / "agents.jsonl.1").read_bytes() == paid


@pytest.mark.parametrize("data", [b"{", b"\xff\xfe", b'{"role": 3}\n', b"[" * 5000])
def test_a_damaged_transcript_is_begun_anew(data: bytes, desk: Desk) -> None:
    with desk.cue("off") as cue:
        desk.transcript.write_bytes(data)
        record(cue, judge(THEORY))
    assert len(lines(desk)) == 3
    assert "was damaged and is begun anew" in desk.told[0]
    with desk.cue("replay") as cue:
        desk.transcript.write_bytes(data)
        with pytest.raises(InputError, match=r"agents\.jsonl line 1"):
            speaker_for(cue)


def test_where_theory_had_to_answer_is_told(desk: Desk, server: FakeEndpoint) -> None:
    server.play(does.fails(401))
    with desk.cue() as cue:
        record(cue, judge(speaker_for(cue)))
    assert desk.told[-1] == (
        "Theory answered for the model as Mode, Melody, Harmony: "
        f"The endpoint 127.0.0.1:{server.port} refuses the key (HTTP 401)."
    )


def test_who_speaks_is_what_makes_stages_stale(server: FakeEndpoint, tmp_path: Path) -> None:
    settings = Settings(clip="c")
    one = agents_mark(settings)
    configure(tmp_path, server, "[caps]\ncalls = 7")  # what it may cost is no input
    assert agents_mark(settings) == one
    configure(tmp_path, server, '[models]\nMode = "n"')
    assert agents_mark(settings) not in (one, "")
    assert agents_mark(replace(settings, agents="replay")) == "replay"


def test_the_estimate_without_a_price() -> None:
    settings = AgentSettings(url="https://models.example/v1", model="m")
    assert estimate(settings) == (
        "The agents ask m at models.example: about 24 calls, 72,000 tokens, cost unknown; at most "
        "80 calls, 400,000 tokens, 1800 s."
    )


# -- commands -------------------------------------------------------------------------------


async def works(asked: Asked, wire: Wire) -> None:
    """List models, know ``json_object`` only, count beats and see colours."""
    if asked.path.endswith("/models"):
        await does.lists("m", "seer")(asked, wire)
        return
    seen = '{"left": "yellow", "right": "blue"}'
    text = seen if "colour" in asked.words else '{"beats": 3}'
    await does.knows("json_object", text, status=500)(asked, wire)


async def is_blind(asked: Asked, wire: Wire) -> None:
    text = '{"left": "red", "right": "red"}' if "colour" in asked.words else '{"beats": 4}'
    await does.streams(text, usage=None)(asked, wire)


def test_check_says_what_works(
    server: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.play(works)
    configure(tmp_path, server, 'vision_model = "seer"\n[prices.m]\ntokens_in = 1\ntokens_out = 2')
    assert run(["agents", "check"]) == 0
    rows = [line.strip() for line in capsys.readouterr().out.splitlines()]
    rows[4] = rows[4].partition(" in ")[0]
    assert rows == [
        f"settings  {tmp_path / 'agents.toml'}",
        f"endpoint  {server.url}, on this machine",
        "key  from environment FILMCOMPOSER_AGENTS_KEY",
        "models  m, seer",
        "replies  m answers as json_object",
        "tokens  counted by the server",
        "pictures  seer sees",
        "price  m: 1 in, 2 out, USD for a million tokens; seer: unknown; "
        "a cue at most 80 calls, 400,000 tokens, 1800 s, 2 USD",
    ]


@pytest.mark.parametrize("name", ["401", "500", "page", "gone"])
def test_check_fails_where_nothing_can_be_used(
    name: str, server: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = {"401": does.fails(401, KEY), "500": does.fails(500), "gone": does.hangs_up}
    server.play(script.get(name, does.says(200, does.HTML, does.PAGE)))
    assert run(["agents", "check"]) == 1
    told = capsys.readouterr()
    assert "no usable answer: The endpoint 127.0.0.1" in told.out
    assert "<- cannot be used" in told.out
    assert KEY not in told.out + told.err


def test_check_tells_a_model_that_does_not_see(
    server: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.play(is_blind)
    words = ["agents", "check", "--url", server.url, "--model", "x", "--vision-model", "y"]
    assert run(words) == 1
    told = capsys.readouterr().out
    assert "x answers as json_schema" in told
    assert "(and says a bar of 3/4 has 4)" in told
    assert "not counted by the server: estimated" in told
    assert "y does not see yellow and blue: red and red" in told


def test_without_an_endpoint_check_says_what_that_means(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["agents", "check"]) == 0
    told = capsys.readouterr().out
    assert "No language model is configured: theory answers for every role" in told
    assert "docs/agents.md" in told


def test_without_the_extra_a_sentence_names_it(
    desk: Desk,
    server: FakeEndpoint,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with desk.cue() as cue:
        speaker = speaker_for(cue)
    with monkeypatch.context() as patch:
        patch.delitem(sys.modules, "filmcomposer_core.agents.team", raising=False)
        patch.setitem(sys.modules, "autogen_agentchat.agents", None)
        with pytest.raises(MissingDependencyError, match=r"pip install 'filmcomposer\[agents\]'"):
            judge(speaker)
    monkeypatch.setitem(sys.modules, "openai", None)
    assert run(["agents", "check"]) == 1
    assert "pip install 'filmcomposer[agents]'" in capsys.readouterr().err
    with desk.cue() as cue, pytest.raises(MissingDependencyError, match="openai"):
        speaker_for(cue)


def test_a_key_is_stored_from_what_is_piped_in(
    ring: Memory, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{KEY}\n"))
    url = ["--url", "https://models.example/v1"]
    assert run(["agents", "key", "set", *url]) == 0
    assert keyring.get_password("filmcomposer", "models.example") == KEY
    assert run(["agents", "key", "delete", *url]) == 0
    assert run(["agents", "key", "delete", *url]) == 0
    assert ring.kept == {}
    told = capsys.readouterr()
    assert KEY not in told.out + told.err
    assert "models.example is deleted" in told.out
    assert "models.example is not stored" in told.out
    assert run(["agents", "key", "set", *url]) == 2  # nothing more is piped in
    assert run(["agents", "key", "set"]) == 2
    assert "No endpoint is configured" in capsys.readouterr().err
