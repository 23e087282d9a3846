"""The written cases: well-formed, balanced, and such that only a right answer is right."""

from __future__ import annotations

from collections import Counter
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_core.agents.exam.cases import (
    TASKS,
    Case,
    holds,
    judge,
    our_cases,
    parse_cases,
    parts_of,
    read_cases,
)
from filmcomposer_core.agents.exam.material import material, pitch_of
from filmcomposer_core.assessment.criteria import CRITERIA
from filmcomposer_core.catalogue import catalogue
from filmcomposer_core.errors import InputError

LEAST = {"assessment": 30, "arrangement": 20, "mix": 16}
ROLES = {
    "assessment": {criterion.agent for criterion in CRITERIA},
    "arrangement": {"Analyze", "Arrange", "Instrument"},
    "mix": {"Volume", "Mixing", "Reviewer"},
}
CASES = our_cases()
ids = [case.id for case in CASES]


def test_there_are_enough_of_each_task() -> None:
    counts = Counter(case.task for case in CASES)
    assert set(counts) == set(TASKS)
    assert all(counts[task] >= least for task, least in LEAST.items())


def test_every_case_is_told_apart_explained_and_sourced() -> None:
    assert len(set(ids)) == len(CASES)
    for case in CASES:
        assert case.role in ROLES[case.task], case.id
        assert case.why.endswith("."), case.id
        assert len(case.why) > 20, case.id
        assert case.source.startswith(("hand", "Bach", "Aird", "A by hand")), case.id


def test_every_role_is_asked() -> None:
    asked = {(case.task, case.role) for case in CASES}
    assert asked == {(task, role) for task, roles in ROLES.items() for role in roles}


def test_every_criterion_of_table_1_is_asked_for() -> None:
    names = {name.rpartition(".")[2] for case in CASES for name in case.names if "score" in name}
    assert names == {str(n) for n in range(1, 20)}


@pytest.mark.parametrize("task", TASKS)
def test_no_answer_is_right_for_most_cases_of_a_task(task: str) -> None:
    of_task = [case for case in CASES if case.task == task]
    _, most = Counter(case.expects for case in of_task).most_common(1)[0]
    assert most <= 0.6 * len(of_task)
    found = sum(_best_constant([c for c in of_task if c.role == role]) for role in ROLES[task])
    assert found <= 0.6 * len(of_task)


#: Answers that say the same whatever is asked, by the kind of value.
CONSTANTS: dict[str, list[float | str]] = {
    "score": [0.0, 0.3, 0.45, 0.5, 0.55, 0.6, 0.8, 1.0],
    "harmonies": [0, 1, 2, 3, 4],
    "dynamic": ["pp", "p", "mp", "mf", "f", "ff"],
    "soften": ["yes", "no"],
    "duplicate": ["yes", "no"],
    "gain": [0.0, 0.5, 1.0],
    "pan": [-0.5, 0.0, 0.5],
    "reverb": [0.0, 0.3, 1.0],
    "lower": ["yes", "no"],
    "technique": ["slow", "legato", "sustain", "staccato"],
}


def _best_constant(cases: list[Case]) -> int:
    """Return how many cases of a role the best answer that never changes gets right."""
    if cases[0].role == "Instrument":
        return max(_right_for_all_played_by(player, cases) for player in catalogue())
    kinds = sorted({_kind(name) for case in cases for name in case.names})
    return max(
        sum(judge(c, {n: dict(zip(kinds, picks, strict=True))[_kind(n)] for n in c.names}).right
            for c in cases)
        for picks in product(*(CONSTANTS[kind] for kind in kinds))
    )  # fmt: skip


def _right_for_all_played_by(player: str, cases: list[Case]) -> int:
    uses = {player, catalogue()[player].family}
    return sum(
        judge(
            case,
            {
                n: player if _kind(n) == "instrument" else "yes" if n[5:] in uses else "no"
                for n in case.names
            },
        ).right
        for case in cases
    )


def _kind(name: str) -> str:
    return name.removeprefix("a.").removeprefix("b.").partition(".")[0]


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_the_right_answer_is_right_and_the_wrong_one_is_wrong(case: Case) -> None:
    assert judge(case, case.answer).right
    found = judge(case, case.wrong)
    assert not found.right
    assert set(found.faults) <= set(case.right)
    assert set(case.answer) == set(case.wrong) == set(case.names)
    assert not judge(case, {}).right


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_the_music_of_a_case_is_whole(case: Case) -> None:
    for given_ in (case.given, {**case.given, **(case.than or {})}):
        made = material(given_)
        bars = made.plan.last_bar
        beats = made.tempo_map.points[0].num * 4.0 / made.tempo_map.points[0].den
        assert 0.0 < made.melody.notes[-1].end <= bars * beats + 1e-6
        assert made.melody.notes[-1].end > (bars - 1) * beats
        assert made.duration_s > 4.0
        if made.score is None:
            assert case.role not in {"Volume", "Mixing", "Reviewer"}
            continue
        for part in made.score.parts:
            assert part.notes
            known = catalogue()[part.instrument]
            assert part.technique in {item.name for item in known.techniques}
            if "below-its-range" not in case.id and known.pitched:
                assert all(known.low <= note.pitch <= known.high for note in part.notes), part.id


def test_a_tune_is_read_as_it_is_written() -> None:
    (case,) = (c for c in CASES if c.id == "tonality-moves-every-two-bars")
    pitches = [note.pitch for note in material(case.given).melody.notes]
    assert pitches[:8] == [60, 64, 67, 64, 65, 62, 59, 60]
    assert pitches[8:12] == [66, 70, 73, 70]  # a tritone higher
    assert [pitch_of(name) for name in ("C4", "Eb4", "F#3", "A0")] == [60, 63, 54, 21]
    with pytest.raises(ValueError, match="no note"):
        pitch_of("H4")


@pytest.mark.parametrize(
    ("condition", "values", "right"),
    [
        ("score.1 >= 0.6", {"score.1": 0.6}, True),
        ("score.1 < 0.5", {"score.1": 0.5}, False),
        ("a.x > b.x + 0.05", {"a.x": 0.5, "b.x": 0.44}, True),
        ("a.x > b.x + 0.05", {"a.x": 0.5, "b.x": 0.45}, False),
        ("a.x < b.x - 0.1", {"a.x": 0.1, "b.x": 0.3}, True),
        ("a.x > b.x", {"a.x": 0.5}, False),
        ("dynamic.2 <= mp", {"dynamic.2": "p"}, True),
        ("dynamic.2 > dynamic.1", {"dynamic.1": "mf", "dynamic.2": "f"}, True),
        ("dynamic.2 <= mp", {"dynamic.2": "loud"}, False),
        ("harmonies.1 is 3", {"harmonies.1": 3}, True),
        ("soften.pad.1 is yes", {"soften.pad.1": "no"}, False),
        ("technique.a is not slow", {"technique.a": "legato"}, True),
        ("technique.a is not slow", {}, False),
        ("instrument.x in oboe, flute", {"instrument.x": "flute"}, True),
        ("instrument.x not in oboe,flute", {"instrument.x": "flute"}, False),
    ],
)  # fmt: skip
def test_conditions(condition: str, values: dict[str, float | str], right: bool) -> None:
    assert holds(condition, values) is right


VISIBLE = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=30)


@given(VISIBLE, st.floats() | st.text(max_size=10))
def test_a_condition_judges_whatever_is_answered(name: str, value: float | str) -> None:
    values = {"x": value, "y": value}
    for condition in ("x >= 0.5", "x is yes", "x in a,b", "x > y + 0.1", f"x is {name}"):
        assert holds(condition, values) in (True, False)
    assert not holds("x > y + 0.1", values)


@pytest.mark.parametrize("text", ["score.1", "score.1 = 3", "", "score.1 >=", " >= 3"])
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no condition"):
        parts_of(text)


GOOD = """
task = "mix"
[[case]]
id = "one"
role = "Mixing"
expects = "left"
right = ["pan.x < 0"]
answer = { "pan.x" = -1 }
wrong = { "pan.x" = 1 }
why = "Because."
source = "hand"
given = { key = "C" }
"""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('task = "mix"', 'task = "cook"', "needs task"),
        ("[[case]]", "[case]", "needs task"),
        ("< 0", "~ 0", "no condition"),
        ("= -1", "= 2", "right answer must be right"),
        ("= 1 }", "= -1 }", "right answer must be right"),
        ('why = "Because."', "", "why"),
        ('why = "Because."', 'whi = "Because."', "whi is unknown"),
        ("task", "= task", "no TOML"),
    ],
)
def test_a_faulty_file_is_refused_with_its_case(old: str, new: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        parse_cases(GOOD.replace(old, new, 1), where="own.toml")


def test_own_cases_are_read_and_told_apart(tmp_path: Path) -> None:
    one, two = tmp_path / "one.toml", tmp_path / "two.toml"
    one.write_text(GOOD, encoding="utf-8")
    two.write_text(GOOD, encoding="utf-8")
    assert [case.id for case in read_cases([one])] == ["one"]
    with pytest.raises(InputError, match="named one"):
        read_cases([one, two])
    with pytest.raises(InputError, match="cannot be read"):
        read_cases([tmp_path / "none.toml"])


def test_material_names_what_it_does_not_know() -> None:
    base = CASES[0].given
    with pytest.raises(ValueError, match="colour is unknown"):
        material({**base, "colour": "red"})
    with pytest.raises(ValueError, match="3 values for 8 bars"):
        material({**base, "motion": [0.1, 0.2, 0.3]})
    part = {"id": "p", "role": "pad", "instrument": "horns_a4", "technique": "sustain"}
    with pytest.raises(ValueError, match="1 bars of 8"):
        material({**base, "parts": [{**part, "held": "C4"}]})
    with pytest.raises(ValueError, match="loud is unknown"):
        material({**base, "parts": [{**part, "held": "C4", "loud": 1}]})
