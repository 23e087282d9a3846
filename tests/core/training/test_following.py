"""A trained model plays when it is told to, and later when it is told another rhythm.

The weights in tests/data/rhythm_following were trained by benchmarks/rhythm_following.py (that
command with --keep makes them anew); the rhythms here were not in the training.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from filmcomposer_core.contracts.take import Stroke, TakeRequest
from filmcomposer_core.melody.generate import MelodyEngine
from filmcomposer_core.melody.takes import Take
from filmcomposer_core.training.onsets import agreement, heard_onsets
from tests.fakes.percussion import RATE, SECONDS, Percussion

MODEL = Path(__file__).parents[2] / "data" / "rhythm_following"
UNHEARD = Percussion(6, seed=77)


@pytest.fixture(scope="module")
def engine() -> MelodyEngine:
    return MelodyEngine(MODEL, device="cpu")


def plays(engine: MelodyEngine, strokes: tuple[Stroke, ...]) -> Take:
    request = TakeRequest(
        text="fast theme film music.", strokes=strokes, duration_s=SECONDS, seeds=(3,),
        guidance=1.0, top_k=0,
    )  # fmt: skip
    return engine.generate(request)[0]


def test_onsets_are_where_the_rhythm_has_them_and_move_with_it(engine: MelodyEngine) -> None:
    names = UNHEARD.ids()
    own, other = [], []
    for i, name in enumerate(names):
        heard = heard_onsets(plays(engine, UNHEARD.strokes(name)).sound, RATE)
        own.append(agreement(UNHEARD.times(name), heard))
        other.append(agreement(UNHEARD.times(names[i - 1]), heard))
    assert np.mean(own) > 0.75
    assert np.mean(other) < 0.5


def test_one_stroke_moved_moves_one_onset(engine: MelodyEngine) -> None:
    def first_after(time_s: float, strokes: tuple[float, ...]) -> float:
        asked = tuple(Stroke(time_s=t, strength=0.8) for t in strokes)
        heard = heard_onsets(plays(engine, asked).sound, RATE)
        return float(heard[heard > time_s - 0.06][0])

    early = first_after(1.0, (0.2, 0.6, 1.0, 1.7, 2.1))
    late = first_after(1.0, (0.2, 0.6, 1.3, 1.7, 2.1))
    assert late - early == pytest.approx(0.3, abs=0.1)
