from __future__ import annotations

from dataclasses import replace

from filmcomposer_core.contracts.codec import build, dump_toml, parse_toml
from filmcomposer_core.contracts.description import Description, ShotDescription
from filmcomposer_core.contracts.sightings import SeenFrame, Sightings
from filmcomposer_core.description import describe_clip
from filmcomposer_core.description.brief import read_brief
from filmcomposer_core.description.choose_idiom import choose_idiom
from filmcomposer_core.description.look import measure_look
from filmcomposer_core.description.tables import label_points, read_table
from tests.core.description.seen import (
    body,
    face,
    film,
    frame,
    guesses,
    sightings,
    thing,
    words,
)


def _at(shot: int, time_s: float, **found: object) -> SeenFrame:
    return replace(frame(**found), shot=shot, time_s=time_s)


COUPLE = (body(0.5, x=0.3, top=0.3), body(0.5, x=0.7, top=0.3))
#: Two people far off by the sea, then one smiling face.
SEEN = sightings(
    _at(1, 2.0, people=COUPLE, things=(thing("boat", 0.3),)),
    _at(1, 6.0, people=COUPLE, things=(thing("boat", 0.3),)),
    _at(2, 11.0, faces=(face(0.5, emotion="happy"),)),
    _at(2, 17.0, faces=(face(0.5, emotion="happy"),)),
    groups=(1, 1),
)


def _told(seen: Sightings, brief: str = "", **changes: object) -> Description:
    return describe_clip(*film(**changes), seen, brief=brief)


def test_what_was_seen_stands_in_the_shots() -> None:
    found = _told(SEEN)
    first, second = found.shots
    assert (first.people, second.people) == (2, 1)
    assert first.attributes.setting.value == "sea"
    assert first.attributes.setting.source == "detectors"
    assert second.attributes.view_scale.value == "close-up shot"
    assert (first.group, second.group) == (1, 1)
    assert first.attributes.hue.source == "pixels"
    assert found.overall.setting.value == "sea"


def test_a_smile_lifts_the_mood_and_is_the_reason() -> None:
    plain = _told(replace(SEEN, frames=SEEN.frames[:2]))
    glad = _told(SEEN)

    def mean(found: Description) -> float:
        late = [p.valence for p in found.emotion if p.time_s > 8.5]
        return sum(late) / len(late)

    assert mean(glad) > mean(plain) + 0.05


def test_the_story_tells_who_where_and_again() -> None:
    plot = _told(SEEN).plot
    assert plot.source == "detectors"
    assert "Shot 1, 0.0-8.0 s: two people, " in plot.value
    assert "the place of shot 1 again" in plot.value
    assert "People are seen from the start, up to two people at once." in plot.value
    assert "The view comes nearer from 8.0 s on." in plot.value
    assert "It gets faster from 8.0 s on." in plot.value


def test_text_is_kept_quoted_and_followed() -> None:
    card = words("In the forest that night", "they hid in fear")
    seen = sightings(_at(1, 3.0, words=card), _at(2, 12.0), groups=(0, 0))
    found = _told(seen, luma=0.1, contrast=0.3)
    assert found.shots[0].text == "In the forest that night they hid in fear"
    assert found.shots[0].attributes.view_scale.value == "null"
    assert found.shots[0].attributes.setting.value == "null"
    setting = found.shots[1].attributes.setting
    assert (setting.value, setting.source) == ("forest or jungle or canyon", "text")
    assert "on the screen “In the forest that night they hid in fear”" in found.plot.value
    assert "which tells the time: night" in found.plot.value


def test_titles_on_the_picture_ask_for_title_music() -> None:
    analysis, curves = film()
    look, none = measure_look(analysis, curves), read_brief("")
    points = [
        choose_idiom(labels, look=look, brief=none).points["title"]
        for labels in ({}, {"text": {"titles": 1.0}})
    ]
    assert points[1] - points[0] == label_points()["text"]["titles"]["title"]


def test_the_users_own_model_counts_where_it_is_surer() -> None:
    own = {"setting": guesses(beach=0.9), "action": guesses(swim=0.1), "theme": guesses(opera=1.0)}
    frames = tuple(replace(f, labels=own) for f in SEEN.frames)
    found = _told(replace(SEEN, frames=frames))
    setting = found.shots[0].attributes.setting
    assert (setting.value, setting.source, setting.confidence) == ("beach", "clip", 0.9)
    assert found.shots[0].attributes.action.value != "swim"
    assert found.shots[0].attributes.theme.value == "null"


def test_a_model_that_feels_something_moves_the_curve() -> None:
    afraid = {"emotion": guesses(fear=0.9)}
    frames = tuple(replace(f, labels=afraid, faces=()) for f in SEEN.frames)
    found = _told(replace(SEEN, frames=frames))
    assert found.shots[0].attributes.emotion.value == "fear"
    assert found.overall.emotion.value == "fear"
    assert max(p.valence for p in found.emotion) < max(p.valence for p in _told(SEEN).emotion)
    unafraid = _told(replace(SEEN, frames=frames), "not scary")
    assert unafraid.shots[0].attributes.emotion.value != "fear"


def test_the_brief_stands_above_what_is_seen() -> None:
    found = _told(SEEN, "a march in a castle")
    assert (found.overall.setting.value, found.overall.setting.source) == ("castle", "brief")
    assert found.shots[0].attributes.setting.value == "sea"


def test_seen_labels_move_the_choice_of_idiom_as_far_as_they_are_trusted() -> None:
    analysis, curves = film()
    look, none = measure_look(analysis, curves), read_brief("")
    trust = read_table("idioms.toml")["trust"]
    for attribute, label, idiom in (
        ("setting", "sea", "travel"), ("action", "kiss", "love"), ("theme", "war", "military"),
        ("view_scale", "full shot", "slapstick"),
    ):  # fmt: skip
        without, half = (
            choose_idiom({attribute: labels}, look=look, brief=none).points[idiom]
            for labels in ({}, {label: 0.5})
        )
        expected = 0.5 * trust[attribute] * label_points()[attribute][label][idiom]
        assert abs(half - without - expected) < 2e-3


def test_nothing_seen_is_as_before() -> None:
    analysis, curves = film()
    empty = Sightings(models=(), missing=("faces",), frames=(), groups=())
    plain, seen = describe_clip(analysis, curves), describe_clip(analysis, curves, empty)
    assert plain == seen
    assert {shot.people for shot in plain.shots} == {-1}
    assert plain.overall.theme.value == "null"


def test_without_a_finder_of_people_they_are_not_counted() -> None:
    assert {s.people for s in _told(replace(SEEN, models=())).shots} == {-1}
    assert "People" not in _told(replace(SEEN, models=())).plot.value


def test_old_files_stay_valid_and_new_ones_survive() -> None:
    found = _told(SEEN)
    text = dump_toml(found)
    assert build(Description, parse_toml(text, where="d"), where="d") == found
    data = parse_toml(text, where="d")
    for shot in data["shots"]:
        for name in ("people", "camera", "text", "group"):
            del shot[name]
    old = build(Description, data, where="d")
    assert old.shots[0] == ShotDescription(shot=1, attributes=found.shots[0].attributes)


def test_the_same_sightings_give_the_same_words() -> None:
    assert dump_toml(_told(SEEN)) == dump_toml(_told(SEEN))
