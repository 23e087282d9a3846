from __future__ import annotations

from dataclasses import replace

import numpy as np

from filmcomposer_core.contracts.clip import Analysis, Curves
from filmcomposer_core.contracts.codec import build, dump_toml, parse_toml
from filmcomposer_core.contracts.description import Description, ShotDescription
from filmcomposer_core.contracts.sightings import SeenFrame, Sightings
from filmcomposer_core.description import describe_clip
from filmcomposer_core.description.brief import Brief, read_brief
from filmcomposer_core.description.choose_idiom import choose_by_source, choose_idiom
from filmcomposer_core.description.look import measure_look
from filmcomposer_core.description.tables import label_points, trust_of
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


def _with_letter() -> tuple[Analysis, Curves]:
    """A film of three shots: 0-8 s bright, a letter until 12 s that is dark, then bright again."""
    analysis, curves = film()
    first, last = analysis.shots
    shots = (
        first,
        replace(last, end_s=12.0),
        replace(last, start_s=12.0, start_frame=last.start_frame + 96),
    )
    paper = (curves.time_s >= 8.0) & (curves.time_s < 12.0)
    luma = np.where(paper, 0.02, 0.6)
    return replace(analysis, shots=shots), replace(curves, luma=luma, motion=0.0 * curves.motion)


LETTER = sightings(
    _at(1, 4.0, people=COUPLE),
    _at(2, 10.0, card=0.9, things=(thing("boat", 0.8),)),
    _at(3, 15.0, people=COUPLE),
    groups=(1, 1, 1),
)


def test_a_letter_that_cannot_be_read_is_no_picture() -> None:
    analysis, curves = _with_letter()
    own = {"setting": guesses(home=0.9), "emotion": guesses(angry=0.9)}
    frames = tuple(replace(f, labels=own) if f.card else f for f in LETTER.frames)
    found = describe_clip(analysis, curves, replace(LETTER, frames=frames))
    before, letter, after = found.shots
    assert (before.card, letter.card, after.card) == (False, True, False)
    assert (before.group, letter.group, after.group) == (1, 0, 1)
    assert (letter.people, letter.attributes.view_scale.value) == (0, "null")
    assert letter.attributes.setting.value == "null"
    assert letter.attributes.action.value == "null"
    assert "Shot 2, 8.0-12.0 s: a text card whose words could not be read." in found.plot.value
    # What comes after a card is told against the picture before it.
    assert "Shot 3, 12.0-20.0 s: two people, far, fast; faster than before; " in found.plot.value


def test_the_mood_of_a_letter_is_that_of_what_is_around_it() -> None:
    analysis, curves = _with_letter()
    plain = replace(LETTER, frames=tuple(replace(f, card=0.0) for f in LETTER.frames))

    def least(seen: Sightings) -> float:
        points = describe_clip(analysis, curves, seen).emotion
        return min(p.valence for p in points) - points[0].valence

    assert least(plain) < -0.2
    assert abs(least(LETTER)) < 0.02


def test_a_letter_has_no_vote() -> None:
    analysis, curves = _with_letter()
    one, two, three = analysis.shots
    held = replace(
        analysis,
        shots=(
            replace(one, brightness="bright", end_s=5.0),
            replace(two, brightness="dark", start_s=5.0, end_s=16.0),
            replace(three, brightness="bright", start_s=16.0),
        ),
    )
    assert describe_clip(held, curves, LETTER).overall.brightness.value == "bright"
    plain = replace(LETTER, frames=tuple(replace(f, card=0.0) for f in LETTER.frames))
    assert describe_clip(held, curves, plain).overall.brightness.value == "dark"


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
    assert (setting.value, setting.source, setting.confidence) == ("beach", "clip", 0.63)
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
    for attribute, label, idiom in (
        ("setting", "sea", "travel"), ("action", "kiss", "love"), ("theme", "war", "military"),
        ("view_scale", "full shot", "slapstick"),
    ):  # fmt: skip
        without, half = (
            choose_idiom({attribute: labels}, look=look, brief=none).points[idiom]
            for labels in ({}, {label: 0.5})
        )
        expected = 0.5 * trust_of(attribute) * label_points()[attribute][label][idiom]
        assert abs(half - without - expected) < 2e-3


def test_an_idiom_named_in_the_brief_wins_over_everything_seen() -> None:
    look = measure_look(*film())
    fight = {"action": {"fight": 1.0, "run": 1.0}, "emotion": {"exciting": 1.0, "vigorous": 1.0}}
    brief = read_brief("heroic and triumphant, brass fanfares")
    choice = choose_idiom(fight, look=look, brief=brief)
    assert choice.points["chase"] > choice.points["triumph"]
    assert (choice.idiom, choice.confidence) == ("triumph", 0.9)


def test_the_idiom_is_that_of_whoever_changed_it() -> None:
    look, none = measure_look(*film()), read_brief("")

    def decided(brief: Brief = none, **layers: dict[str, dict[str, float]]) -> tuple[str, str]:
        choice = choose_by_source(layers, look=look, brief=brief)
        return choice.idiom, choice.source

    own, _ = decided()
    sea, war = {"setting": {"sea": 50.0}}, {"theme": {"war": 200.0}}
    assert own not in ("travel", "military")
    assert decided(pixels={"hue": {"blue": 0.1}}) == (own, "pixels")
    assert decided(detectors=sea) == ("travel", "detectors")
    assert decided(text=sea, detectors=sea) == ("travel", "text")
    assert decided(text=sea, clip=war) == ("military", "clip")
    assert decided(read_brief("a chase")) == ("chase", "brief")


def test_an_idiom_that_the_wished_mood_leads_to_is_the_briefs() -> None:
    genre = _told(SEEN, "terrifying").music.genre
    assert genre.value != _told(SEEN).music.genre.value
    assert genre.source == "brief"


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


def test_nobody_found_in_a_drawn_film_is_not_nobody_there() -> None:
    drawn = frame(classes=guesses(comic_book=0.3))
    nobody = sightings(*(replace(drawn, shot=n, time_s=t) for n, t in ((1, 2.0), (2, 11.0))))
    somebody = sightings(*(replace(f, people=COUPLE) if f.shot == 1 else f for f in nobody.frames))
    assert [s.people for s in _told(nobody).shots] == [-1, -1]
    assert [s.people for s in _told(somebody).shots] == [2, -1]


def test_old_files_stay_valid_and_new_ones_survive() -> None:
    found = _told(SEEN)
    text = dump_toml(found)
    assert build(Description, parse_toml(text, where="d"), where="d") == found
    data = parse_toml(text, where="d")
    for shot in data["shots"]:
        for name in ("people", "camera", "text", "group", "card"):
            del shot[name]
    old = build(Description, data, where="d")
    assert old.shots[0] == ShotDescription(shot=1, attributes=found.shots[0].attributes)


def test_the_same_sightings_give_the_same_words() -> None:
    assert dump_toml(_told(SEEN)) == dump_toml(_told(SEEN))
