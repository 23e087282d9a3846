"""Hundreds of faulty replies in a row: a valid score and scheme, or theory's, marked as such."""

from __future__ import annotations

import json
import random
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from filmcomposer_core.agents.arrange import talk_arrange, talk_mix
from filmcomposer_core.agents.budget import Budget, Caps
from filmcomposer_core.agents.forms import Forms
from filmcomposer_core.agents.speaker import Speaker
from filmcomposer_core.agents.transcript import dump_transcript, read_transcript
from filmcomposer_core.arrangement import arrange_take, mix_take
from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.decision import Decision
from filmcomposer_core.contracts.scheme import Scheme
from filmcomposer_core.contracts.score import Score
from filmcomposer_core.contracts.speech import Speech
from filmcomposer_core.errors import Cancelled
from filmcomposer_core.pipeline import Watcher, run_cue
from tests.core.agents.arranged import (
    MODEL,
    abc_of,
    arranged,
    cue_number,
    mix_take_of,
    mixed,
    score_number,
    take_of,
    text,
    viewed,
)
from tests.core.agents.test_arrange_talk import assert_mixed, assert_playable
from tests.core.agents.wild import (
    ON_THE_WAY,
    ORDERS,
    Answer,
    Wild,
    replies_rightly,
    replies_wildly,
)
from tests.core.agents.world import KEY, speaker_at
from tests.core.arrangement.cues import Cue, with_brief
from tests.fakes.endpoint import Behaviour, FakeEndpoint, serving
from tests.fakes.endpoint import behaviours as does

CAPS = Caps(calls=60, tokens=300_000, seconds=30.0)
#: Talks with generated replies for each of three cues; a talk has six to more than forty of them.
TALKS = 12


@cache
def right_answers(number: int) -> dict[str, Answer]:
    """Return what theory answers for each role of a cue, with reasons and techniques, as JSON."""
    _, before = arranged(cue_number(number))
    _, about = mixed(cue_number(number), score_number(number))
    speeches = (*before.speeches, *about.speeches)
    found: dict[str, Answer] = json.loads(json.dumps({s.role: s.answer for s in speeches}))
    parts = score_number(number).parts
    for role in ("Volume", "Mixing"):
        found[role]["why"] = {part.id: "It is\nbetter so." for part in parts}
    found["Reviewer"]["techniques"] = {part.id: part.technique for part in parts}
    return found


def discuss(cue: Cue, speaker: Speaker) -> tuple[Score, Scheme, tuple[Speech, ...]]:
    """Arrange and mix as a cue's run does, all that was said heeded."""
    take = take_of(cue)
    before = talk_arrange(take, abc=abc_of(cue), speaker=speaker, name="arrange 1")
    score = arrange_take(take, choices=before.choices)
    view = mix_take_of(cue, score)
    about = talk_mix(view, speaker=speaker)
    scheme = mix_take(view, choices=about.choices)
    return score, scheme, (*before.speeches, *about.speeches)


def decisions_of(score: Score, scheme: Scheme) -> list[Decision]:
    rows = [m.decision for m in scheme.measures] + [m.decision for m in score.measures]
    found = [d for d in rows if d is not None]
    found += [d for track in scheme.tracks for d in track.decisions.values()]
    return found + [d for part in score.parts for d in part.decisions.values()]


def assert_sound(
    cue: Cue, number: int, found: tuple[Score, Scheme, tuple[Speech, ...]], model: str = MODEL
) -> None:
    """What came of it can be played, is marked, and is theory's where nothing was taken."""
    score, scheme, speeches = found
    assert_playable(score, cue.description)
    assert_mixed(scheme, score)
    for decision in decisions_of(score, scheme):
        assert decision.by in ("theory", "model")
        assert decision.model == model
        assert decision.by == "model" or decision.why.startswith("Not taken: ")
        assert "\n" not in decision.why
    for speech in speeches:
        assert speech.speaker == ("model" if speech.theirs else "theory")
        assert len(speech.replies) <= 3
        assert speech.theirs or speech.answer == speech.computed
    if not any(speech.theirs for speech in speeches):
        assert text(score) == text(score_number(number))
        assert scheme == mixed(cue, score)[0]
    assert read_transcript(dump_transcript(speeches), where="t") == speeches


def speaker_of(model: Wild) -> Speaker:
    return Speaker(
        model_of=lambda _: model, budget=Budget(caps=CAPS), forms=Forms(), by_autogen=False
    )


def assert_within(budget: Budget | None, caps: Caps = CAPS) -> None:
    assert budget is not None
    assert budget.calls <= caps.calls
    assert budget.tokens_in + budget.tokens_out <= caps.tokens


# -- talks on a ready cue ------------------------------------------------------------------------


@pytest.mark.parametrize("number", [0, 3, 5])
def test_whatever_is_replied_the_score_and_the_scheme_can_be_used(number: int) -> None:
    cue, replies, theirs = cue_number(number), 0, set[str]()
    for seed in range(TALKS):
        model = Wild(right_answers(number), random.Random(f"{number} {seed}"))
        speaker = speaker_of(model)
        found = discuss(cue, speaker)
        assert_sound(cue, number, found)
        assert_within(speaker.budget)
        replies += len(model.asked)
        theirs |= {entry.partition(".")[0] for speech in found[2] for entry in speech.theirs}
    assert replies > 10 * TALKS
    assert theirs >= {"dynamics", "soften", "duplicate", "players", "volume", "panning", "match"}


def test_the_wildest_talk_is_carried_by_autogen_alike() -> None:
    found = []
    for by_autogen in (False, True):
        model = Wild(right_answers(0), random.Random(7))
        speaker = Speaker(
            model_of=lambda _, model=model: model, budget=Budget(caps=CAPS), forms=Forms(),
            by_autogen=by_autogen,
        )  # fmt: skip
        found.append(discuss(cue_number(0), speaker))
    (score, scheme, _), (again, scheme_again, _) = found
    assert (text(score), text(scheme)) == (text(again), text(scheme_again))


@pytest.fixture(scope="module")
def server() -> Iterator[FakeEndpoint]:
    with serving(does.is_silent) as found:
        yield found


@pytest.mark.parametrize("name", ON_THE_WAY)
def test_whatever_goes_wrong_on_the_way_theory_answers(name: str, server: FakeEndpoint) -> None:
    server.play(ON_THE_WAY[name])
    speaker = speaker_at(server, caps=CAPS, timeout_s=0.25)
    found = discuss(cue_number(0), speaker)
    assert_sound(cue_number(0), 0, found)
    assert not any(speech.theirs for speech in found[2])
    assert all(speech.faults for speech in found[2])
    assert_within(speaker.budget)
    assert "agents" not in {thread.name for thread in threading.enumerate()}


def test_good_and_bad_in_turn_leave_what_was_right(server: FakeEndpoint) -> None:
    way = [ON_THE_WAY[n] for n in ("500", "cut off", "page", "no choices", "429")]
    good = replies_rightly(right_answers(0))
    server.play(*(b for fault in way for b in (good, fault, good)))
    speaker = speaker_at(server, caps=CAPS, retries=1)
    found = discuss(cue_number(0), speaker)
    assert_sound(cue_number(0), 0, found, "m")
    assert any(speech.theirs for speech in found[2])
    assert len(server.asked) == getattr(speaker.budget, "calls", 0) > len(found[2])


@pytest.mark.parametrize("calls", [0, 1, 4])
def test_a_cap_in_the_middle_of_a_talk_is_kept(calls: int, server: FakeEndpoint) -> None:
    server.play(replies_rightly(right_answers(0)))
    caps = replace(CAPS, calls=calls)
    speaker = speaker_at(server, caps=caps)
    found = discuss(cue_number(0), speaker)
    assert_sound(cue_number(0), 0, found, "m")
    assert len(server.asked) == calls
    assert sum(bool(speech.theirs) for speech in found[2]) == calls
    assert_within(speaker.budget, caps)


def test_orders_in_the_brief_and_in_the_tune_stay_data(server: FakeEndpoint) -> None:
    server.play(replies_wildly(right_answers(0), random.Random(1)))
    cue = with_brief(cue_number(0), ORDERS)
    take = take_of(cue)
    abc = f"{abc_of(cue)}% {ORDERS}\n"
    speaker = speaker_at(server, caps=CAPS)
    talk = talk_arrange(take, abc=abc, speaker=speaker)
    score = arrange_take(take, choices=talk.choices)
    assert_playable(score, cue.description)
    assert server.asked
    for asked in server.asked:
        first = asked.body["messages"][0]
        assert first["role"] == "system"
        assert "rm -rf" not in first["content"]
        question = asked.body["messages"][1]["content"]
        assert question.count("<<<end of brief>>>") == 1
        assert KEY not in asked.words
    assert viewed(cue, score)["description"].brief == ORDERS


# -- whole runs on a small clip ------------------------------------------------------------------


@pytest.fixture
def cue_folder(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FILMCOMPOSER_CONFIG", str(tmp_path))
    monkeypatch.setenv("FILMCOMPOSER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("FILMCOMPOSER_AGENTS_KEY", KEY)
    return Path(shutil.copytree(finished, tmp_path / "cue"))


def score_with(
    folder: Path, server: FakeEndpoint, *script: Behaviour, calls: int = 60, start: str = "arrange"
) -> str:
    """Score a finished cue anew with the endpoint; return what the user is told."""
    server.play(*script)
    shutil.rmtree(folder.parent / "cache", ignore_errors=True)
    settings = f'url = "{server.url}"\nmodel = "m"\nretries = 0\ntimeout_s = 0.3\n'
    (folder.parent / "agents.toml").write_text(f"{settings}[caps]\ncalls = {calls}\n", "utf-8")
    found = run_cue(folder, changes={"agents": ""}, start=start, until="mix")
    assert {"arrange", "mix"} <= {*found.ran}
    return "\n".join(found.told)


def files_of(folder: Path) -> dict[str, str]:
    return {name: (folder / name).read_text("utf-8") for name in ("score.json", "scheme.json")}


def answers_for(folder: Path) -> dict[str, Answer]:
    """Return what theory said for each role of this cue, from its transcript."""
    lines = (folder / "agents.jsonl").read_text("utf-8").splitlines()
    return {row["role"]: row["computed"] for row in map(json.loads, lines)}


def test_a_cue_outlives_every_endpoint(
    cue_folder: Path, finished: Path, server: FakeEndpoint
) -> None:
    right = files_of(finished)
    answers = answers_for(finished)
    broken = [ON_THE_WAY[n] for n in ("500", "cut off", "two megabytes", "no choices", "page")]
    for seed in range(4):
        wild = replies_wildly(answers, random.Random(seed))
        told = score_with(cue_folder, server, wild, wild, *broken[: 2 * seed], wild, calls=25)
        assert 0 < len(server.asked) <= 25
        assert f"The agents took {len(server.asked)} call" in told
        lines = (cue_folder / "agents.jsonl").read_text("utf-8")
        assert read_transcript(lines, where="t")
        assert str(cue_folder) not in lines
        codec.build(Scheme, json.loads(files_of(cue_folder)["scheme.json"]), where="scheme")
    for name in ("401", "drip", "hangs up"):
        # From the description on: a wild answer may have sent the loop back to it.
        told = score_with(cue_folder, server, ON_THE_WAY[name], start="describe")
        assert "Analyze, Arrange, Instrument" in told
        assert files_of(cue_folder) == right
    for path in cue_folder.glob("**/*.json*"):
        assert KEY not in path.read_text("utf-8", "replace"), path


def test_what_a_model_decided_is_replayed_to_the_byte_and_theory_comes_back(
    cue_folder: Path, finished: Path, server: FakeEndpoint
) -> None:
    answers = answers_for(finished)
    part = next(iter(answers["Mixing"]["panning"]))
    answers["Mixing"]["panning"][part] = 0.123
    answers["Reviewer"] |= {"send_back": {"Analyze": "Begin softer.", "Mixing": "Wider."}}
    score_with(cue_folder, server, replies_rightly(answers))
    decided = files_of(cue_folder)
    tracks = {track["id"]: track for track in json.loads(decided["scheme.json"])["tracks"]}
    assert tracks[part]["panning"] == 0.123
    assert tracks[part]["decisions"]["panning"]["by"] == "model"
    rows = [json.loads(x) for x in (cue_folder / "agents.jsonl").read_text("utf-8").splitlines()]
    second = [row["role"] for row in rows if row["conversation"] == "arrange 2"]
    assert second == ["Analyze", "Arrange", "Instrument"]
    # The mix is discussed as the Reviewer saw it: nothing is asked twice.
    assert {row["source"] for row in rows if row["conversation"] == "mix"} == {"cache"}
    server.play(does.fails(500))
    run_cue(cue_folder, changes={"agents": "replay"}, until="mix")
    assert server.asked == []
    assert files_of(cue_folder) == decided
    run_cue(cue_folder, changes={"agents": "off"}, until="mix")
    assert files_of(cue_folder) == files_of(finished)


def test_a_run_that_is_stopped_leaves_the_cue_as_it_was(
    cue_folder: Path, finished: Path, server: FakeEndpoint
) -> None:
    class Stops(Watcher):
        def stage_moved(self, stage: str, fraction: float, message: str) -> None:
            if "thinks" in message:
                raise Cancelled("The job was cancelled.")

    score_with(cue_folder, server, ON_THE_WAY["500"])
    before = files_of(cue_folder)
    server.play(does.is_silent)
    (cue_folder.parent / "agents.toml").write_text(
        f'url = "{server.url}"\nmodel = "slow"\ntimeout_s = 600\n', "utf-8"
    )
    with pytest.raises(Cancelled):
        run_cue(cue_folder, changes={}, until="mix", watcher=Stops())
    assert files_of(cue_folder) == before
    run_cue(cue_folder, changes={"agents": "off"}, until="mix")
    assert files_of(cue_folder) == files_of(finished)
