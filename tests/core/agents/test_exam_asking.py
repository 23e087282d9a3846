"""Asking the written cases: what counts as the model's, what each step of Table 7 adds, figures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from filmcomposer_core.agents.budget import Budget, Caps
from filmcomposer_core.agents.contract import Ask, Reply
from filmcomposer_core.agents.exam.asking import (
    EXAM_STEPS,
    ORDER,
    ORGANIZED,
    ROLE_PLAY,
    THOUGHT,
    Result,
    ask_model,
    ask_theory,
)
from filmcomposer_core.agents.exam.cases import Case, Values, our_cases
from filmcomposer_core.agents.exam.seats import take_seat
from filmcomposer_core.agents.exam.tally import as_json, rows_of, table, tally
from filmcomposer_core.agents.forms import Forms
from filmcomposer_core.agents.prompt import read_prompt
from filmcomposer_core.agents.speaker import Speaker, as_plain
from filmcomposer_core.catalogue import catalogue

CASES = {case.id: case for case in our_cases()}
#: Cases whose written answers can be said in full; who plays is said by seat, not as a whole.
TOLD = [
    case
    for case in CASES.values()
    if case.role != "Instrument" or all(n.startswith("instrument.") for n in case.names)
]


@dataclass
class Pupil:
    """A model that says what it is told to say, one text after the other."""

    texts: Sequence[str]
    heard: list[Ask] = field(default_factory=list)
    name: str = "pupil"

    async def ask(self, ask: Ask) -> Reply:
        text = self.texts[min(len(self.heard), len(self.texts) - 1)]
        self.heard.append(ask)
        return Reply(text=text, model=self.name, tokens_in=100, tokens_out=20, seconds=0.5)


def speaker(pupil: Pupil, *, calls: int = 100) -> Speaker:
    return Speaker(
        model_of=lambda _: pupil,
        budget=Budget(caps=Caps(calls=calls)),
        forms=Forms(wanted="text"),
        by_autogen=False,
    )


def said(case: Case, values: Values) -> list[str]:
    """Return an answer of a case in the form of its role's replies, one for each music.

    What the case does not speak of is theory's.
    """
    musics = [("", case.given)]
    if case.than is not None:
        musics = [("a.", case.given), ("b.", {**case.given, **case.than})]
    texts = []
    for prefix, given in musics:
        seat = take_seat(case, given)
        own = {n.removeprefix(prefix): v for n, v in values.items() if n.startswith(prefix)}
        texts.append(json.dumps(_with(as_plain(seat.role.theory(seat.state)), own)))
    return texts


def _with(reply: Any, values: Values) -> Any:
    """Return a reply that says so of each value."""
    curves: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        kind, _, rest = name.partition(".")
        track, _, measure = rest.rpartition(".")
        yes = value == "yes"
        if kind == "score":
            reply["scores"][rest] = value
        elif kind in ("harmonies", "dynamic"):
            reply["dynamics" if kind == "dynamic" else kind][f"measure{rest}"] = value
        elif kind in ("soften", "duplicate") and (yes or track in reply[kind]):
            bars = set(reply[kind].get(track, ())) - {int(measure)}
            reply[kind][track] = sorted(bars | {int(measure)} if yes else bars)
        elif kind == "gain":
            curves.setdefault(track, {})[f"measure{measure}"] = value
        elif kind in ("pan", "reverb"):
            reply["panning" if kind == "pan" else kind][rest] = value
        elif kind == "technique":
            reply["techniques"][rest] = value
        elif kind == "instrument":
            technique = catalogue()[str(value)].techniques[0].name
            reply["players"][f"{rest}1"] = {"instrument": value, "technique": technique}
    lower = " ".join(n[6:] for n, value in values.items() if n[:6] == "lower." and value == "yes")
    if any(name.startswith("lower.") for name in values):
        reply["send_back"] = {"Volume": f"Take down: {lower}"} if lower else {}
    reply.update({"volume": {**reply["volume"], **curves}} if curves else {})
    return reply


@pytest.mark.parametrize("case", TOLD, ids=[case.id for case in TOLD])
def test_who_gives_the_written_right_answer_is_right(case: Case) -> None:
    pupil = Pupil(said(case, case.answer))
    (result,) = ask_model([case], THOUGHT, speaker=speaker(pupil))
    assert (result.state, result.faults) == ("right", ())
    # Nothing of a right answer is refused by the checks of the product.
    assert len(pupil.heard) == (2 if case.than else 1)


@pytest.mark.parametrize("case", TOLD[::4], ids=[case.id for case in TOLD[::4]])
def test_who_gives_the_written_wrong_answer_is_not_right(case: Case) -> None:
    (result,) = ask_model([case], THOUGHT, speaker=speaker(Pupil(said(case, case.wrong))))
    assert result.state in ("wrong", "no answer")


def test_what_theory_has_to_say_for_a_model_does_not_count() -> None:
    cases = [CASES["pan-outer-strings"], CASES["harmonies-bwv-281"]]
    assert {result.state for result in ask_theory(cases)} == {"right"}
    for text in ("I like music.", "{}", '{"panning": {"violins": 40}}', '{"why": {}}'):
        results = ask_model(cases, ORGANIZED, speaker=speaker(Pupil([text])))
        assert [result.state for result in results] == ["no answer", "no answer"]
        assert all(not result.values for result in results)


def test_half_an_answer_is_no_answer() -> None:
    half = '{"panning": {"violins": -0.5}}'
    case = CASES["pan-outer-strings"]
    (result,) = ask_model([case], ORGANIZED, speaker=speaker(Pupil([half])))
    assert (result.state, result.values) == ("no answer", {"pan.violins": -0.5})


def test_an_empty_list_is_an_answer_where_there_is_another_beside_it() -> None:
    case = CASES["review-theme-stands-free"]
    content = '{"match": "All is well.", "techniques": {}, "send_back": {}}'
    (result,) = ask_model([case], ORGANIZED, speaker=speaker(Pupil([content])))
    assert result.state == "right"


def test_nothing_is_sent_beyond_the_budget() -> None:
    pupil = Pupil(['{"panning": {"violins": -0.5, "basses": 0.5}}'])
    cases = [CASES["pan-outer-strings"]] * 3
    results = ask_model(cases, ORGANIZED, speaker=speaker(pupil, calls=1))
    assert [result.state for result in results] == ["right", "no reply", "no reply"]
    assert len(pupil.heard) == 1
    assert tally(results).share == 1.0


@pytest.mark.parametrize("name", ["reverb-basses-dry", "soften-drums-in-a-whisper"])
def test_each_step_adds_to_the_one_before(name: str) -> None:
    case = CASES[name]
    seat = take_seat(case, case.given)
    sections = read_prompt(str(seat.role.prompt)).sections
    words: dict[str, str] = {}
    for step in EXAM_STEPS:
        pupil = Pupil(["no"])
        ask_model([case], step, speaker=speaker(pupil))
        words[step] = "\n".join(message.text for message in pupil.heard[0].messages)
    holds = {
        step: [section in text for section in (seat.heard.strip().splitlines()[0], *(
            sections[key] for key in ("role", "few-shot", "chain of thought")))]
        for step, text in words.items()
    }  # fmt: skip
    assert [sum(found) for found in holds.values()] == [0, 1, 2, 3, 4]
    assert holds[ORDER] == [True, False, False, False]
    assert holds[ROLE_PLAY] == [True, True, False, False]
    # The question itself is the same.
    assert len({text.rpartition("Answer with one JSON object")[2][:200] for text in words.values()})


def test_the_reviewer_is_shown_the_levels_of_the_case() -> None:
    case = CASES["review-trumpets-mask-the-flute"]
    seat = take_seat(case, case.given)
    assert seat.state.volume.volume["trumpets"] == {"measure1": 0.9}
    assert "Mixing:" in seat.heard
    assert "Volume:" not in seat.heard


def test_theory_is_told_where_it_is_wrong() -> None:
    """Each fault of theory is written down in docs/agents_scores.md; a mended one goes there."""
    results = ask_theory(list(CASES.values()))
    wrong = {result.case for result in results if result.state != "right"}
    assert wrong == KNOWN_FAULTS
    counts = dict(rows_of(results))["all"]["theory"]
    assert (counts.share or 0.0) > 0.85


KNOWN_FAULTS = {
    "mode-tune-or-tune-with-foreign-bars",
    "progression-by-tritones",
    "beat-lurching",
    "soften-chords-round-a-low-theme",
    "dynamics-told-in-the-brief",
    "instrument-of-the-year-1600",
    "pan-antiphonal-violins",
    "pan-mono",
    "reverb-cathedral-or-living-room",
    "volume-fade-out-asked-for",
}


def result(**changes: Any) -> Result:
    made = Result(
        case="x", task="mix", role="Mixing", step=ORGANIZED, state="right", values={"pan.x": 0.1}
    )
    return replace(made, **changes)


def test_figures_count_what_was_asked() -> None:
    results = [
        result(),
        result(case="y", state="wrong"),
        result(case="z", state="no answer", role="Volume"),
        result(case="w", state="no reply"),
        result(step="theory"),
    ]
    rows = dict(rows_of(results))
    assert [name for name, _ in rows_of(results)] == ["mix", "  Mixing", "  Volume", "all"]
    counts = rows["all"][ORGANIZED]
    assert (counts.right, counts.wrong, counts.no_answer, counts.no_reply) == (1, 1, 1, 1)
    assert counts.share == pytest.approx(1 / 3)
    shown = table(results).splitlines()
    assert shown[0].split() == ["organized", "theory"]
    assert shown[1].split() == ["mix", "33%", "(1/3)", "100%", "(1/1)"]
    assert shown[3].split() == ["Volume", "0%", "(0/1)", "-"]
    data = as_json(results, model="m", host="h", spent="3 calls", prompts={"Mixing": "mixing 1"})
    read = json.loads(json.dumps(data))
    assert [row["state"] for row in read["results"]] == [one.state for one in results]
    assert {row["of"]: row["share"] for row in read["totals"] if row["step"] == "theory"} == {
        "mix": 1.0, "Mixing": 1.0, "Volume": None, "all": 1.0
    }  # fmt: skip
