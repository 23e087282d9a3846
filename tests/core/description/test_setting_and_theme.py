from __future__ import annotations

from dataclasses import replace

import pytest

from filmcomposer_core.contracts.description import Label
from filmcomposer_core.contracts.labels import ACTIONS, SETTINGS, THEMES, VIEW_SCALES
from filmcomposer_core.description.look import measure_look
from filmcomposer_core.description.setting import confidence, settings
from filmcomposer_core.description.tables import read_table
from filmcomposer_core.description.theme import themes
from tests.core.description.seen import film, frame, guesses, shot, thing

CASTLE = frame(classes=guesses(castle=0.4, palace=0.1))
NOTHING = frame(classes=guesses(bubble=0.3))


def _best(labels: tuple[Label, ...]) -> str:
    return labels[0].value if labels else ""


@pytest.mark.parametrize(
    ("seen", "setting"),
    [
        (CASTLE, "castle"),
        (frame(classes=guesses(altar=0.2, pipe_organ=0.1)), "church"),
        (frame(classes=guesses(scuba_diver=0.5)), "under water"),
        (frame(classes=guesses(suspension_bridge=0.3)), "bridge"),
        (frame(things=(thing("boat", 0.3),)), "sea"),
        (frame(things=(thing("car", 0.3),)), "street"),
        (frame(things=(thing("bed", 0.3),)), "home"),
        (frame(things=(thing("dining table", 0.3),)), "kitchen and dining area"),
    ],
)
def test_classes_and_things_name_the_place(seen: object, setting: str) -> None:
    (labels,) = settings([shot(seen)])  # type: ignore[arg-type]
    assert _best(labels) == setting
    assert labels[0].source == "detectors"


def test_what_stands_nowhere_says_nothing() -> None:
    assert settings([shot(NOTHING), shot()]) == [(), ()]


def test_more_of_a_kind_adds_little() -> None:
    one, many = (
        settings([shot(frame(things=(thing("car", 0.2),) * n))])[0][0].confidence for n in (1, 20)
    )
    assert one <= many < 1.3 * one


def test_one_outspoken_class_counts_as_far_as_others_back_it() -> None:
    one, surer = (
        settings([shot(frame(classes=guesses(altar=p)))])[0][0].confidence for p in (0.2, 0.9)
    )
    assert one == surer
    backed = settings([shot(frame(classes=guesses(altar=0.4, pipe_organ=0.1)))])[0][0]
    assert (backed.value, backed.confidence > one) == ("church", True)
    # What two classes say goes before what one says louder.
    said = guesses(snowplow=0.9, altar=0.1, pipe_organ=0.1)
    assert _best(settings([shot(frame(classes=said))])[0]) == "church"


def test_shots_of_a_scene_lend_one_another_their_place() -> None:
    near = [shot(CASTLE), shot(NOTHING, number=2, start_s=8.0, end_s=12.0)]
    far = [near[0], shot(NOTHING, number=2, start_s=300.0, end_s=304.0)]
    grouped = [replace(s, group=3) for s in far]
    lent, alone, again = (settings(seen)[1] for seen in (near, far, grouped))
    assert _best(lent) == _best(again) == "castle"
    assert again[0].confidence > (alone[0].confidence if alone else 0.0)
    assert settings(near)[0][0].confidence > lent[0].confidence


def test_confidence_grows_with_points_and_stays_a_likelihood() -> None:
    values = [confidence(p) for p in (0.0, 0.01, 0.05, 0.2, 1.0, 50.0)]
    assert values == sorted(values)
    assert values[0] == 0
    assert values[-1] <= 0.8


def _themes(*seen: object, speed: float = 0.1, **look: object) -> tuple[Label, ...]:
    analysis, curves = film()
    measures = replace(measure_look(analysis, curves), cuts=0.1, monochrome=False)
    measures = replace(measures, **look)  # type: ignore[arg-type]
    shots = [shot(s) for s in seen]  # type: ignore[arg-type]
    return themes(
        shots, shares=[1 / len(shots)] * len(shots), actions=[()] * len(shots), look=measures
    )


def test_single_signs_tell_the_kind_of_film() -> None:
    assert _best(_themes(frame(classes=guesses(tank=0.3)), NOTHING)) == "war"
    assert _best(_themes(frame(classes=guesses(comic_book=0.2)))) == "animation"
    assert _best(_themes(NOTHING, cuts=1.0, speed=0.8)) == "action"
    silent = {"monochrome": True, "flicker": 1.0, "light": 0.9, "still": 0.0}
    assert _best(_themes(NOTHING, **silent)) == "comedy"


def test_a_sure_sign_keeps_hurry_out_of_the_matter() -> None:
    found = _themes(frame(classes=guesses(comic_book=0.3)), cuts=1.0, speed=0.9)
    assert [label.value for label in found] == ["animation"]


def _names() -> list[tuple[str, str, dict[str, float]]]:
    rows = []
    for group in read_table("settings_of_classes.toml")["classes"]:
        rows += [("setting", name, group["settings"]) for name in group["names"]]
    for group in read_table("themes_of_classes.toml")["classes"]:
        rows += [("theme", name, group["themes"]) for name in group["names"]]
    return rows


def test_tables_know_only_labels_of_table_6() -> None:
    allowed = {"setting": set(SETTINGS), "theme": set(THEMES)}
    for attribute, name, weights in _names():
        assert set(weights) <= allowed[attribute] - {"null"}, name
        assert all(0 < weight <= 1 for weight in weights.values()), name
    for entry in read_table("actions_of_things.toml")["entries"]:
        assert entry["action"] in ACTIONS
        assert 0 < entry["weight"] <= 1
    views = [group.get("view") for group in read_table("settings_of_classes.toml")["classes"]]
    assert {view for view in views if view} <= set(VIEW_SCALES)


def test_no_class_stands_in_a_table_twice() -> None:
    for kind in ("setting", "theme"):
        names = [name for attribute, name, _ in _names() if attribute == kind]
        assert sorted(set(names)) == sorted(names)
