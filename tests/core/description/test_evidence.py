from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_core.contracts.labels import ATTRIBUTES, NULL
from filmcomposer_core.description.describer import Evidence
from filmcomposer_core.description.emotion import Mood, nearest_emotion
from filmcomposer_core.description.evidence import MOST_PULL, blend, main_reason, mood_of, pulls
from filmcomposer_core.description.face_mood import face_evidence
from tests.core.description.seen import face, frame, shot

TIMES = np.arange(100) / 10.0
EVEN = Mood(time_s=TIMES, valence=np.full(100, 0.2), arousal=np.full(100, 0.3))


def _reason(
    start: float, length: float, weight: float, *, v: float = -0.8, a: float = 0.9
) -> Evidence:
    return Evidence(
        time_s=start, length_s=length, valence=v, arousal=a, weight=weight, reason=f"from {start}"
    )


def test_without_reasons_the_mood_stays() -> None:
    same = blend(EVEN, [])
    assert np.array_equal(same.valence, EVEN.valence)
    assert np.array_equal(same.arousal, EVEN.arousal)


def test_a_reason_of_weight_one_goes_half_of_the_way_while_it_lasts() -> None:
    felt = blend(EVEN, [_reason(2.0, 3.0, 1.0)])
    assert felt.valence[20:50] == pytest.approx(np.full(30, (0.2 - 0.8) / 2))
    assert felt.arousal[20:50] == pytest.approx(np.full(30, (0.3 + 0.9) / 2))
    assert np.array_equal(felt.valence[:20], EVEN.valence[:20])
    assert np.array_equal(felt.valence[50:], EVEN.valence[50:])


@given(
    st.lists(
        st.tuples(
            st.floats(0, 9), st.floats(0, 5), st.floats(0, 1), st.floats(-1, 1), st.floats(0, 1)
        ),
        max_size=8,
    )
)
def test_the_mood_stays_between_pixels_and_reasons(rows: list[tuple[float, ...]]) -> None:
    reasons = [_reason(s, n, w, v=v, a=a) for s, n, w, v, a in rows]
    felt = blend(EVEN, reasons)
    low, high = min([0.2, *(r[3] for r in rows)]), max([0.2, *(r[3] for r in rows)])
    assert felt.valence.min() >= low - 1e-9
    assert felt.valence.max() <= high + 1e-9
    assert pulls(TIMES, reasons).max() <= MOST_PULL


def test_more_weight_pulls_more_but_never_all_of_the_way() -> None:
    ways = [
        0.2 - float(blend(EVEN, [_reason(0, 10, w)] * n).valence[5])
        for w, n in ((0.2, 1), (1, 1), (1, 50))
    ]
    assert ways == sorted(ways)
    assert ways[-1] == pytest.approx(MOST_PULL * 1.0)


@pytest.mark.parametrize(
    ("attribute", "label", "words"),
    [
        ("action", "run", {"exciting", "vigorous"}),
        ("action", "kiss", {"graceful", "calm", "dreamy", "dignified"}),
        ("action", "cry", {"sad"}),
        ("setting", "garden", {"calm", "graceful"}),
        ("theme", "horror", {"fear", "nervous", "angry"}),
        ("theme", "comedy", {"humorous", "joyous"}),
    ],
)
def test_labels_have_the_mood_of_what_they_lead_to(
    attribute: str, label: str, words: set[str]
) -> None:
    found = mood_of(attribute, label)
    assert found is not None
    assert nearest_emotion(*found[:2]) in words
    assert 0 < found[2] <= 1


def test_every_label_that_leads_anywhere_has_a_mood() -> None:
    for attribute in ("setting", "action", "theme"):
        for label in ATTRIBUTES[attribute]:
            found = mood_of(attribute, label)
            assert (found is None) == (label == NULL), (attribute, label)


def test_the_reason_told_pulls_to_the_mood_told() -> None:
    calm = _reason(0.0, 9.0, 0.5, v=0.5, a=0.15)
    fright = _reason(0.0, 2.0, 0.5, v=-0.8, a=0.75)
    assert main_reason([calm, fright], "fear", 0.0, 9.0) == fright.reason
    assert main_reason([calm], "fear", 0.0, 9.0) == ""
    assert main_reason([], "calm", 0.0, 9.0) == ""


def test_faces_that_can_be_read_are_reasons_for_their_time() -> None:
    glad, plain = (
        frame(faces=(face(0.3, emotion="happy"),)),
        frame(faces=(face(0.3, emotion="neutral"),)),
    )
    found = face_evidence(shot(plain, glad, frame(), frame()))
    # Of four key frames in 8 s the second stands for 2 to 4 s.
    assert [(f.time_s, f.length_s, f.reason) for f in found] == [(2.0, 2.0, "a smiling face")]
    small = face_evidence(shot(frame(faces=(face(0.1, emotion="happy"),))))
    assert small[0].weight < found[0].weight
    assert face_evidence(shot()) == ()
