from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from filmcomposer_core.contracts.daw_plan import FxOp
from filmcomposer_core.contracts.scheme import FxScheme
from filmcomposer_core.execution.rpp_filter import scale_of_hz
from tests.core.execution.cases import blocks, built, scheme_with, tree, words


def track(project: Any, number: int) -> Any:
    return blocks(project, "TRACK")[number]


def test_a_usual_filter_is_the_high_and_low_pass_of_stillwell() -> None:
    value = {"measure1": 2000.0, "measure5": 8000.0}
    fx = FxScheme(parameter="lowpass_hz", value=value)
    plan = built(scheme=scheme_with("horns", fx=fx))
    chain = blocks(track(tree(plan), 3), "FXCHAIN")[0]
    (effect,) = blocks(chain, "JS")
    assert effect.attrib == ["sstillwell/hpflpf", ""]
    sliders = effect.children[0]
    assert sliders[:4] == ["0.000000", "2000.000000", "0.000000", "-"]
    assert len(sliders) == 64
    (curve,) = blocks(chain, "PARMENV")
    assert curve.attrib[:3] == ["1", "1000", "22000"]
    assert [p[1] for p in words(curve, "PT")] == ["2000", "8000"]


@pytest.mark.parametrize(
    ("parameter", "hz", "y"),
    [("lowpass_hz", 500.0, "1.000000"), ("highpass_hz", 2000.0, "0.000000")],
)
def test_a_filter_beyond_its_reach_is_the_state_variable(parameter: str, hz: float, y: str) -> None:
    plan = built(scheme=scheme_with("horns", fx=FxScheme(parameter=parameter, value=hz)))
    (effect,) = blocks(blocks(track(tree(plan), 3), "FXCHAIN")[0], "JS")
    assert effect.attrib[0] == "Liteon/statevariable"
    assert effect.children[0][1:3] == ["0.000000", y]
    scale = float(effect.children[0][3])
    assert scale == pytest.approx(scale_of_hz(hz), abs=1e-6)
    # The effect's own formula, from scale to hertz.
    assert 1.059 ** (16 + scale * 1.20103) * 8.17742 == pytest.approx(hz, rel=1e-4)


def test_a_limiter_is_written_too() -> None:
    plan = built()
    limiter = FxOp(id="limit", track="@reverb", kind="limiter", parameters={"ceiling_db": -3.0})
    changed = replace(plan, operations=(*plan.operations, limiter))
    (effect,) = blocks(blocks(track(tree(changed), 5), "FXCHAIN")[0], "JS")
    assert effect.attrib[0] == "loser/MGA_JSLimiter"
    assert effect.children[0][:3] == ["-3.000000", "200.000000", "-3.000000"]
