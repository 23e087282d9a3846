from __future__ import annotations

from dataclasses import replace

from filmcomposer_core.contracts.clip import Analysis
from filmcomposer_core.contracts.description import (
    Attributes,
    EmotionPoint,
    Label,
    ShotDescription,
)
from filmcomposer_core.contracts.labels import EMOTION_PLANE
from filmcomposer_core.description.describer import Evidence
from filmcomposer_core.description.development import development, mood_turns
from tests import samples
from tests.core.description.seen import measured


def _points(*words: str, step_s: float = 1.0) -> list[EmotionPoint]:
    return [
        EmotionPoint(
            time_s=n * step_s, valence=EMOTION_PLANE[w][0], arousal=EMOTION_PLANE[w][1], emotion=w
        )
        for n, w in enumerate(words)
    ]


def _clip(*speeds: float) -> Analysis:
    """Shots of 5 s each at given speeds."""
    shots = tuple(
        measured(start_s=5.0 * n, end_s=5.0 * n + 5.0, start_frame=120 * n, speed=speed)
        for n, speed in enumerate(speeds)
    )
    return Analysis(clip=replace(samples.clip(), duration_s=5.0 * len(speeds)), shots=shots)


def _shots(*seen: tuple[int, str]) -> list[ShotDescription]:
    return [
        ShotDescription(
            shot=n,
            people=people,
            attributes=Attributes(view_scale=Label(value=view, source="x", confidence=0.5)),
        )
        for n, (people, view) in enumerate(seen, start=1)
    ]


def _told(analysis: Analysis, shots: list[ShotDescription], words: str = "calm calm calm") -> str:
    return " ".join(development(analysis, shots=shots, points=_points(*words.split()), reasons=()))


def test_people_come_and_leave() -> None:
    far = "long shot"
    told = _told(_clip(0.1, 0.1, 0.1, 0.1), _shots((0, far), (1, far), (2, far), (0, far)))
    assert (
        "People are seen from 5.0 s on, up to two people at once, and nobody after 15.0 s" in told
    )
    assert "Nobody is seen." in _told(_clip(0.1, 0.1), _shots((0, far), (0, far)))
    assert "seen" not in _told(_clip(0.1), _shots((-1, far)))


def test_nearer_and_slower_are_told_where_they_begin() -> None:
    shots = _shots((1, "long shot"), (1, "full shot"), (1, "medium shot"), (1, "close-up shot"))
    told = _told(_clip(0.5, 0.5, 0.05, 0.05), shots)
    assert "The view comes nearer from 10.0 s on." in told
    assert "It gets slower from 10.0 s on." in told
    back = _told(_clip(0.05, 0.05, 0.5, 0.5), list(reversed(shots)))
    assert "The view goes farther off" in back
    assert "It gets faster from 10.0 s on." in back


def test_what_stays_is_not_told() -> None:
    same = _shots((1, "medium shot"), (1, "medium shot"))
    assert _told(_clip(0.1, 0.1), same) == (
        "People are seen from the start, up to one person at once. It begins calm."
    )


def test_moods_last_until_the_next_and_short_ones_are_passed_over() -> None:
    turns = mood_turns(_points("calm", "calm", "calm", "fear", "calm", "sad", "sad", "sad"))
    assert turns == [(0.0, 3.0, "calm"), (5.0, 7.0, "sad")]
    joined = mood_turns(_points("calm", "calm", "calm", "fear", "calm", "calm", "calm"))
    assert joined == [(0.0, 6.0, "calm")]
    assert mood_turns([]) == []


def test_a_turn_is_told_with_its_reason_and_many_are_counted() -> None:
    fright = Evidence(
        time_s=4.0, length_s=6.0, valence=-0.8, arousal=0.75, weight=0.4, reason="a frightened face"
    )
    words = ["calm"] * 4 + ["fear"] * 6
    told = development(
        _clip(0.1), shots=_shots((-1, "null")), points=_points(*words), reasons=[fright]
    )
    assert told == ["It begins calm, then turns fear (a frightened face) at 4.0 s."]
    many = (["calm"] * 3 + ["fear"] * 3) * 5
    told = development(_clip(0.1), shots=_shots((-1, "null")), points=_points(*many), reasons=[])
    assert told[0].endswith("; 4 more turns follow.")
