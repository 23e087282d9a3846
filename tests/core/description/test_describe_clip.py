from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from filmcomposer_core.contracts.clip import Analysis, Curves, Shot
from filmcomposer_core.contracts.codec import build, dump_toml, parse_toml
from filmcomposer_core.contracts.description import UNKNOWN, Description
from filmcomposer_core.contracts.labels import EMOTION_PLANE, EMOTIONS, IDIOMS
from filmcomposer_core.description import describe_clip
from filmcomposer_core.description.emotion import nearest_emotion
from filmcomposer_core.description.music import HALF_BARS
from filmcomposer_core.description.tables import idioms, label_points
from tests import samples

FPS = 24


def _film(
    *,
    seconds: float = 20.0,
    shots: int = 1,
    speed: float = 0.05,
    pulse: float = 0.0,
    luma: float = 0.4,
    contrast: float = 0.3,
    saturation: float = 0.3,
    hue: str = "green",
    brightness: str = "mild",
    sweep: float = 0.5,
) -> tuple[Analysis, Curves]:
    """A film of even looks: ``pulse`` is the share of the speed that comes and goes each second."""
    frames = max(1, round(seconds * FPS))
    time_s = np.arange(frames) / FPS
    motion = speed * (1 + pulse * np.sign(np.sin(2 * np.pi * time_s)))
    edges = [round(frames * n / shots) for n in range(shots + 1)]
    flat = np.ones(frames)
    made = tuple(
        Shot(
            start_s=a / FPS,
            end_s=b / FPS,
            start_frame=a,
            cut="cut" if a else "start",
            speed=speed,
            saliency=speed * 0.4,
            hue=hue,
            brightness=brightness,
            luma=luma,
            contrast=contrast,
            saturation=saturation,
            arousal=min(1.0, speed),
        )
        for a, b in pairwise(edges)
    )
    curves = Curves(
        time_s=time_s,
        motion=motion,
        flow_x=sweep * motion,
        flow_y=0 * motion,
        luma=luma * flat,
        contrast=contrast * flat,
        saturation=saturation * flat,
        arousal=np.clip(0.1 + 0.5 * motion / (motion + 0.35), 0, 1),
    )
    clip = replace(samples.clip(), frames=frames, duration_s=frames / FPS)
    return Analysis(clip=clip, shots=made), curves


MEADOW = _film(speed=0.02, luma=0.55, contrast=0.4, saturation=0.4, brightness="bright")
BATTLE = _film(
    speed=0.3, pulse=0.6, luma=0.35, contrast=0.45, hue="brown", shots=8, saturation=0.3, sweep=0.7
)
CELLAR = _film(
    speed=0.012, pulse=0.9, luma=0.05, contrast=0.1, saturation=0.0, hue="black", brightness="dark"
)
COMIC = _film(
    speed=0.09, pulse=0.5, luma=0.4, contrast=0.5, saturation=0.0, hue="gray", sweep=0.4, shots=2
)
LAUNCH = _film(speed=0.06, luma=0.4, contrast=0.5, saturation=0.25, hue="blue", sweep=0.7)


@pytest.mark.parametrize(
    ("film", "idiom"),
    [
        (MEADOW, "pastoral"),
        (BATTLE, "chase"),
        (CELLAR, "dread"),
        (COMIC, "slapstick"),
        (LAUNCH, "wonder"),
    ],
)
def test_different_pictures_land_on_different_idioms(
    film: tuple[Analysis, Curves], idiom: str
) -> None:
    music = describe_clip(*film).music
    assert music.genre.value == idiom
    assert music.genre.source == "pixels"
    low, high = idioms()[idiom].bpm_low, idioms()[idiom].bpm_high
    assert low <= music.bpm_low < music.bpm_high <= high
    usual = idioms()[idiom].meters[0]
    assert music.meter in (usual, HALF_BARS.get(usual))


def test_a_clip_that_is_long_enough_keeps_the_idioms_metre_and_a_brief_its_own() -> None:
    short, long = (_film(seconds=seconds) for seconds in (8.0, 40.0))
    meters = [describe_clip(*film, brief="a march").music.meter for film in (short, long)]
    assert meters == ["2/4", "4/4"]
    assert describe_clip(*short, brief="a march in 4/4").music.meter == "4/4"


def test_darkness_darkens_the_mode_and_the_mood() -> None:
    dark, bright = describe_clip(*CELLAR), describe_clip(*MEADOW)
    assert dark.music.mode_brightness < 0 < bright.music.mode_brightness
    assert dark.emotion[3].valence < bright.emotion[3].valence


def test_motion_raises_arousal_and_tempo_within_an_idiom() -> None:
    slow, fast = (describe_clip(*_film(speed=v), brief="a march").music for v in (0.02, 0.5))
    assert fast.bpm_low > slow.bpm_low
    assert describe_clip(*BATTLE).emotion[5].arousal > describe_clip(*MEADOW).emotion[5].arousal


def test_only_what_pixels_tell_is_labelled() -> None:
    found = describe_clip(*MEADOW)
    for name in ("setting", "action", "theme", "view_scale"):
        assert getattr(found.overall, name) == UNKNOWN
    assert found.overall.hue.value == "green"
    assert found.overall.brightness.source == "pixels"
    assert found.shots[0].attributes.hue.value == "green"
    assert found.shots[0].attributes.setting == UNKNOWN


def test_hue_of_a_film_without_colour_gives_no_points() -> None:
    gray, red = (describe_clip(*_film(saturation=0.0, hue=hue)).music for hue in ("gray", "red"))
    assert gray == red
    assert "black and white" in describe_clip(*CELLAR).plot.value


@pytest.mark.parametrize(
    ("brief", "idiom"),
    [
        ("a sad funeral", "grief"),
        ("a car chase through the city", "chase"),
        ("love theme", "love"),
        ("slapstick comedy", "slapstick"),
        ("horror in a castle", "dread"),
        ("a parade marching by", "march"),
        ("triumphant heroes", "triumph"),
        ("a dream", "dream"),
        ("sneaking thieves", "sneak"),
    ],
)
@pytest.mark.parametrize("film", [MEADOW, BATTLE, CELLAR])
def test_the_brief_beats_the_pixels(brief: str, idiom: str, film: tuple[Analysis, Curves]) -> None:
    music = describe_clip(*film, brief=brief).music
    assert idiom in (music.genre.value, music.second_genre.value)
    assert music.genre.source == "brief"


def test_labels_of_the_brief_are_marked() -> None:
    found = describe_clip(*BATTLE, brief="A sad goodbye in the forest, a drama")
    assert found.brief == "A sad goodbye in the forest, a drama"
    for name, value in {
        "emotion": "sad",
        "action": "goodbye",
        "setting": "forest or jungle or canyon",
        "theme": "drama",
    }.items():
        label = getattr(found.overall, name)
        assert (label.value, label.source, label.confidence) == (value, "brief", 0.9)
    assert np.mean([p.valence for p in found.emotion]) < -0.4


def test_what_the_brief_refuses_is_avoided() -> None:
    assert describe_clip(*CELLAR).music.genre.value == "dread"
    found = describe_clip(*CELLAR, brief="not scary")
    assert found.music.genre.value not in ("dread", "shock")
    assert "fear" not in {p.emotion for p in found.emotion}


def test_tempo_metre_and_players_of_the_brief_rule() -> None:
    music = describe_clip(*MEADOW, brief="tempo 90, in 3/4, solo piano").music
    assert (music.bpm_low, music.bpm_high) == (87.3, 92.7)
    assert music.meter == "3/4"
    assert (music.tempo.value, music.tempo.source) == ("moderate", "brief")
    assert music.instrumentation.value == "solo: piano; only: piano"
    assert music.instrumentation.source == "brief"


def test_words_for_pace_move_the_tempo() -> None:
    slow = describe_clip(*BATTLE, brief="slow").music
    assert slow.bpm_high <= 76
    calm = describe_clip(*BATTLE, brief="not too fast").music
    assert calm.bpm_high <= 125
    assert describe_clip(*MEADOW, brief="not slow").music.bpm_low >= 76


def test_refused_players_leave_the_palette() -> None:
    label = describe_clip(*BATTLE, brief="a chase with a harp, no drums or brass").music
    clauses = label.instrumentation.value.split("; ")
    assert clauses[0] == "with: harp"
    assert clauses[-1] == "without: drums, brass"


def test_emotion_follows_the_shots() -> None:
    day, night = _film(luma=0.7, shots=2), _film(luma=0.05, saturation=0.05, shots=2)
    half = len(day[1].luma) // 2
    mixed = Curves(
        **{
            name: np.concatenate([getattr(day[1], name)[:half], getattr(night[1], name)[half:]])
            for name in Curves.__slots__
        }
    )
    shots = (day[0].shots[0], night[0].shots[1])
    found = describe_clip(replace(day[0], shots=shots), mixed)
    at_cut = next(p for p in found.emotion if p.time_s == pytest.approx(shots[1].start_s))
    before = [p for p in found.emotion if p.time_s < at_cut.time_s][-1]
    assert before.valence - at_cut.valence > 0.4
    assert found.shots[0].attributes.emotion.value != found.shots[1].attributes.emotion.value


@pytest.mark.parametrize("name", list(EMOTION_PLANE))
def test_each_emotion_is_nearest_to_itself(name: str) -> None:
    assert nearest_emotion(*EMOTION_PLANE[name]) == name
    assert nearest_emotion(*EMOTION_PLANE[name], banned=(name,)) != name


def test_points_stand_about_every_second_and_at_cuts() -> None:
    found = describe_clip(*_film(seconds=20.5, shots=3))
    times = [p.time_s for p in found.emotion]
    assert times == sorted(set(times))
    assert times[0] == 0
    assert max(b - a for a, b in pairwise(times)) < 1.2
    for shot in _film(seconds=20.5, shots=3)[0].shots:
        assert any(abs(shot.start_s - t) < 1e-5 for t in times)


def test_two_hours_are_told_in_few_words() -> None:
    found = describe_clip(*_film(seconds=7200, shots=1500, pulse=0.8))
    assert len(found.emotion) <= 600
    assert len(found.shots) == 1500
    assert len(found.plot.value) < 5000
    assert len(found.motion.value) < 3000
    assert "1460 shots that change less are left out" in found.plot.value


@pytest.mark.parametrize("seconds", [0.01, 0.1, 0.5, 1.0])
def test_very_short_clips_are_described(seconds: float) -> None:
    found = describe_clip(*_film(seconds=seconds))
    assert found.music.genre.value in IDIOMS
    assert found.emotion
    assert found.emotion[0].emotion in EMOTIONS


def test_a_black_still_clip_is_described() -> None:
    found = describe_clip(
        *_film(speed=0.0, luma=0.0, contrast=0.0, saturation=0.0, hue="black", brightness="dark")
    )
    assert found.motion.value.endswith("The picture is still throughout.")
    assert found.emotion[0].valence < 0


def test_story_and_motion_name_shots_and_times() -> None:
    analysis, curves = samples.analysis(), samples.curves()
    found = describe_clip(analysis, curves)
    assert "Shot 2, 8.0-20.0 s: fast; faster than before; " in found.plot.value
    quiet = replace(curves, motion=np.where((curves.time_s > 4) & (curves.time_s < 6), 0.5, 0.0))
    told = describe_clip(analysis, quiet).motion.value
    assert "Rests 0.0-3.5 s." in told
    assert "Rises from" in told
    assert "(fast)" in told


def test_the_description_survives_its_file() -> None:
    found = describe_clip(*BATTLE, brief='a "chase"; no drums')
    text = dump_toml(found)
    assert build(Description, parse_toml(text, where="d"), where="d") == found
    assert describe_clip(*BATTLE, brief='a "chase"; no drums') == found


def test_the_tables_know_only_known_names() -> None:
    assert set(idioms()) == set(IDIOMS)
    for attribute, table in label_points().items():
        for label, points in table.items():
            assert set(points) <= set(IDIOMS), (attribute, label)


def test_idioms_that_deny_one_another_are_not_blended() -> None:
    from filmcomposer_core.description.choose_idiom import _second

    points = {"wonder": 6.0, "slapstick": 5.5, "march": 5.0, "pastoral": 1.0}
    assert _second(["wonder", "slapstick", "march", "pastoral"], points) == "march"
    assert (
        _second(["slapstick", "wonder", "pastoral", "march"], points | {"slapstick": 6.5}) == "null"
    )
    assert _second(["march", "pastoral"], points) == "null"
