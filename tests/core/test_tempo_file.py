"""A tempo map as it is read back from its file."""

from __future__ import annotations

from dataclasses import replace

import pytest

from filmcomposer_core.contracts.tempo import TempoMap, TempoPoint
from filmcomposer_core.document_checks import check_signatures
from filmcomposer_core.errors import InputError


def changing_at(time_s: float) -> TempoMap:
    """One bar of 3/8 at 112.1495 BPM, which lasts 0.8024887 s, then 4/4."""
    first = TempoPoint(time_s=0.0, bpm=112.1495, num=3, den=8, ramp=False)
    points = (first, replace(first, time_s=time_s, num=4, den=4))
    return TempoMap(rank=1, kind="given", first_bar=1, cost=0.0, points=points, hits=())


@pytest.mark.parametrize("late_s", [-4e-4, -5e-7, 0.0, 5e-7, 4e-4])
def test_a_signature_on_a_bar_line_as_near_as_a_file_says(late_s: float) -> None:
    check_signatures(changing_at(1.5 * 60 / 112.1495 + late_s), "tempo.json")


def test_a_signature_inside_a_bar_is_refused() -> None:
    with pytest.raises(InputError, match="inside a bar") as caught:
        check_signatures(changing_at(0.9), "tempo.json")
    assert "0.802" in str(caught.value.hint)
