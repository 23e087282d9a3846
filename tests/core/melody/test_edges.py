"""Requests at the edges, and precisions."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from filmcomposer_core.contracts.take import Stroke, TakeRequest
from filmcomposer_core.melody.generate import MelodyEngine

EVEN = tuple(Stroke(time_s=0.25 * i, strength=0.8, pitches=(0, 4, 7)) for i in range(4))


def _heard(engine: MelodyEngine, **changes: Any) -> list[np.ndarray]:
    plain = {"text": "a sad slow theme", "strokes": EVEN, "duration_s": 0.5, "seeds": (5,)}
    takes: Any = engine.generate(TakeRequest(**plain | changes))
    # The one field that is an array, whatever it is called.
    return [next(v for v in _fields(take) if isinstance(v, np.ndarray)) for take in takes]


def _fields(take: Any) -> list[Any]:
    return [getattr(take, name) for name in take.__dataclass_fields__]


@pytest.mark.parametrize("which", ["engine", "melody_engine"])
@pytest.mark.parametrize(
    "changes",
    [
        {"duration_s": 0.1},
        {"duration_s": 0.2, "strokes": (Stroke(time_s=0.0, strength=0.0),)},
        {"strokes": tuple(Stroke(time_s=0.5 * i, strength=0.5) for i in range(2400))},
        {"strokes": (Stroke(time_s=900.0, strength=1.0),)},
        {"strokes": (), "condition": "text", "text": ""},
        {"text": "strings " * 5000},
        {"top_k": 100_000, "temperature": 5.0, "guidance": 20.0},
        {"top_k": 1, "guidance": 1.0},
    ],
    ids=[
        "shortest", "softest", "20 minutes", "silence", "no words", "too many words", "wild",
        "tame",
    ],
)  # fmt: skip
def test_odd_requests_give_sound_of_the_length_asked_for(
    which: str, changes: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    engine = request.getfixturevalue(which)
    (sound,) = _heard(engine, **changes)
    assert sound.shape == (round(changes.get("duration_s", 0.5) * engine.rate),)
    assert np.isfinite(sound).all()
    assert sound.any()


@pytest.mark.parametrize("dtype", ["bf16", "fp16"])
def test_half_precision_makes_sound_and_says_so(trained: Path, dtype: str) -> None:
    half = MelodyEngine(trained, device="cpu", dtype=dtype)
    assert half.model.dtype == dtype
    one, two = _heard(half, seeds=(1, 2))
    assert np.isfinite(one).all()
    assert one.any()
    assert not np.array_equal(one, two)
    (alone,) = _heard(half, seeds=(1,))
    np.testing.assert_allclose(alone, one, atol=1e-5)


def test_a_processor_tells_of_every_frame(engine: MelodyEngine) -> None:
    shares: list[float] = []
    engine.generate(
        TakeRequest(text="a theme", strokes=EVEN, duration_s=1.0, seeds=(1,)),
        progress=lambda share, _="": shares.append(share),
    )
    # Fifty frames of 2 % of what the writing takes: whoever wants to stop waits for one at most.
    assert max(b - a for a, b in pairwise(shares)) < 0.06
    assert len({s for s in shares if s <= 0.95}) == 51
    assert shares[-1] == 1.0
