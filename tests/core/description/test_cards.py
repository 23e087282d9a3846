"""Text cards set apart: cut out, bridged over, without a vote."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from filmcomposer_core.contracts.clip import Analysis
from filmcomposer_core.description.cards import (
    carried_over,
    groups_apart,
    picture_weights,
    pictures_of,
)
from filmcomposer_core.description.emotion import Mood
from tests import samples
from tests.core.description.seen import measured, still


def _clip(*lengths_s: float) -> Analysis:
    """Shots of given lengths at 24 frames a second."""
    edges = np.cumsum([0.0, *lengths_s]).tolist()
    shots = tuple(
        measured(start_s=a, end_s=b, start_frame=round(24 * a)) for a, b in pairwise(edges)
    )
    return Analysis(clip=replace(samples.clip(), duration_s=edges[-1]), shots=shots)


def test_cards_are_cut_out_and_the_rest_keeps_its_times() -> None:
    analysis, curves = pictures_of(_clip(2.0, 5.0, 1.0), still(8.0), [False, True, False])
    assert [shot.start_s for shot in analysis.shots] == [0.0, 7.0]
    assert [shot.start_frame for shot in analysis.shots] == [0, 48]
    assert analysis.clip.duration_s == 3.0
    assert len(curves.time_s) == len(curves.motion) == 72
    assert curves.time_s[47] < 2.0
    assert curves.time_s[48] == 7.0


@pytest.mark.parametrize("cards", [[False, False], [True, True]])
def test_without_cards_or_without_pictures_all_stays(cards: list[bool]) -> None:
    analysis, curves = _clip(2.0, 6.0), still(8.0)
    assert pictures_of(analysis, curves, cards) == (analysis, curves)
    assert picture_weights(analysis, cards) == [0.25, 0.75]


def test_the_mood_goes_straight_over_a_card_and_on_at_the_ends() -> None:
    pictures = Mood(
        time_s=np.array([1.0, 2.0, 4.0]),
        valence=np.array([0.0, 0.2, 0.6]),
        arousal=np.array([0.5, 0.5, 0.1]),
    )
    whole = carried_over(pictures, np.arange(6.0))
    assert whole.valence == pytest.approx([0.0, 0.0, 0.2, 0.4, 0.6, 0.6])
    assert whole.arousal == pytest.approx([0.5, 0.5, 0.5, 0.3, 0.1, 0.1])


def test_a_card_has_no_weight() -> None:
    assert picture_weights(_clip(1.0, 6.0, 3.0), [False, True, False]) == pytest.approx(
        [0.25, 0.0, 0.75]
    )


def test_cards_leave_their_groups() -> None:
    assert groups_apart([1, 1, 2, 1, 2], [False, False, True, False, False]) == (1, 1, 0, 1, 0)
    assert groups_apart([], [False, True]) == (0, 0)
