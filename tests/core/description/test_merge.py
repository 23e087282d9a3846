from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_core.contracts.description import UNKNOWN, Label
from filmcomposer_core.description.describer import Findings, ShotFindings
from filmcomposer_core.description.merge import FLOOR, merge_shots, surest, vote


def _label(value: str, confidence: float, source: str = "a") -> Label:
    return Label(value=value, source=source, confidence=confidence)


def _says(source: str, **labels: Label) -> Findings:
    held = {name: (label,) for name, label in labels.items()}
    return Findings(source=source, shots=(ShotFindings(shot=1, labels=held),))


def test_the_surest_label_of_each_field_counts() -> None:
    (merged,) = merge_shots(
        [
            _says("a", setting=_label("sea", 0.4), hue=_label("blue", 0.9)),
            _says("b", setting=_label("ship", 0.6, "b"), action=_label("boating", 0.3, "b")),
        ]
    )
    found = {name: label.value for name, label in merged.labels.items()}
    assert found == {"setting": "ship", "hue": "blue", "action": "boating"}
    assert merged.labels["setting"].source == "b"


def test_the_first_of_equals_counts() -> None:
    assert surest([_label("sea", 0.5), _label("ship", 0.5)]).value == "sea"


def test_below_the_floor_nothing_is_said() -> None:
    assert surest([_label("sea", FLOOR - 0.01)]) == UNKNOWN
    assert surest([_label("sea", FLOOR)]).value == "sea"
    assert surest([]) == UNKNOWN
    assert surest([_label("null", 0.9)]) == UNKNOWN


def test_people_camera_and_text_come_from_who_can_tell() -> None:
    shots = [
        ShotFindings(shot=1),
        ShotFindings(shot=1, people=0, camera=_label("pan", 0.6), text="Paris"),
        ShotFindings(shot=1, people=2, camera=_label("static", 0.7)),
    ]
    (merged,) = merge_shots([Findings(source="x", shots=(s,)) for s in shots])
    assert (merged.people, merged.camera.value, merged.text) == (0, "static", "Paris")


def test_shots_vote_with_time_and_confidence() -> None:
    labels = [_label("sea", 0.5), _label("ship", 0.6), _label("sea", 0.5)]
    won = vote(labels, [0.3, 0.4, 0.3])
    # 0.5 * 0.6 against 0.6 * 0.4, over the whole time.
    assert (won.value, won.confidence) == ("sea", 0.3)
    assert vote([_label("sea", 0.4), UNKNOWN], [0.5, 0.5]).confidence == 0.4


def test_a_clip_needs_more_than_a_glimpse() -> None:
    assert vote([_label("sea", 0.9), UNKNOWN], [0.1, 0.9]) == UNKNOWN
    assert vote([UNKNOWN], [1.0]) == UNKNOWN


@given(st.lists(st.tuples(st.sampled_from(["sea", "ship", "null"]), st.floats(0, 1)), min_size=1))
def test_the_winner_of_a_vote_was_voted_for(said: list[tuple[str, float]]) -> None:
    labels = [_label(value, sure) for value, sure in said]
    won = vote(labels, [1 / len(labels)] * len(labels))
    assert won.value in {"null", *(label.value for label in labels)}
    assert won.confidence <= max(label.confidence for label in labels) + 1e-3
