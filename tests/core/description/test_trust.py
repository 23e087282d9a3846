"""What is no better than a guess is told, and changes nothing in the music."""

from __future__ import annotations

from dataclasses import replace

import pytest

from filmcomposer_core.contracts.codec import dump_toml
from filmcomposer_core.contracts.description import Description
from filmcomposer_core.contracts.labels import ATTRIBUTES
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.description import describe_clip
from filmcomposer_core.description.tables import trust_of, trusted
from filmcomposer_core.planning import plan_cue
from tests import samples
from tests.core.description.seen import face, film, frame, guesses, sightings
from tests.core.planning.cases import tempo_map

#: Labels that lead to unlike music.
UNLIKE = {
    "setting": ("garden", "cemetery"), "action": ("kiss", "fight"), "theme": ("comedy", "horror"),
}  # fmt: skip


def _told(attribute: str, label: str) -> Description:
    """The sample clip as a model of the user's own sees it."""
    seen = frame(labels={attribute: guesses(**{label: 0.95})})
    spread = ((1, 2.0), (1, 6.0), (2, 11.0), (2, 17.0))
    frames = [replace(seen, shot=number, time_s=time_s) for number, time_s in spread]
    return describe_clip(*film(), sightings(*frames))


def _plan(told: Description) -> CuePlan:
    analysis, curves = film()
    return plan_cue(
        analysis=analysis, curves=curves, description=told, spots=samples.spots(),
        tempo_map=tempo_map(96.0, "4/4"), seed=1,
    )  # fmt: skip


def _music(told: Description) -> tuple[object, ...]:
    return told.music, told.emotion, _plan(told)


@pytest.mark.parametrize("attribute", UNLIKE)
def test_an_untrusted_attribute_changes_no_music_and_is_still_told(
    attribute: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = (_told(attribute, label) for label in UNLIKE[attribute])
    assert _music(one) != _music(other)
    monkeypatch.setitem(trusted()[attribute], "counts", 0.0)
    one, other = (_told(attribute, label) for label in UNLIKE[attribute])
    assert _music(one) == _music(other)
    for told, label in zip((one, other), UNLIKE[attribute], strict=True):
        assert getattr(told.shots[0].attributes, attribute).value == label
        assert f'value = "{label}"' in dump_toml(told)


def test_nor_does_it_by_way_of_the_theme(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = [
        replace(frame(faces=(face(0.4, x=0.45), face(0.4, x=0.6))), shot=number, time_s=time_s)
        for number, time_s in ((1, 2.0), (2, 11.0))
    ]
    told = describe_clip(*film(), sightings(*frames))
    assert (told.overall.action.value, told.overall.theme.value) == ("kiss", "romance")
    monkeypatch.setitem(trusted()["action"], "counts", 0.0)
    told = describe_clip(*film(), sightings(*frames))
    assert (told.overall.action.value, told.overall.theme.value) == ("kiss", "null")


def test_what_counts_is_what_was_measured_to_be_better_than_the_commonest_answer() -> None:
    assert set(trusted()) == {*ATTRIBUTES, "text"}
    for name, row in trusted().items():
        assert 0 <= row["trivial"] <= row["said"], name
        assert 0 <= row["right"] <= row["said"], name
        assert (row["counts"] > 0) == (row["right"] > row["trivial"]), name


def test_the_planner_reads_only_what_counts() -> None:
    # Straight from the description: closeness for tension and the room, words for new sections.
    assert min(trust_of("view_scale"), trust_of("emotion")) > 0
