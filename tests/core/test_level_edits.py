"""A fader, pan or send that the user set is a change to what was laid, under any later scheme."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_core.contracts.cue import Pin
from filmcomposer_core.contracts.daw_plan import EnvelopeOp, SendOp, TrackOp
from filmcomposer_core.contracts.observed import Observed, ObservedTrack
from filmcomposer_core.level_edits import is_level, level_here, level_like
from filmcomposer_core.observed.tracks import edited_plan
from filmcomposer_core.pipeline import run_cue
from tests.core.observed.daw import part_ids, plan_of, write


@pytest.fixture
def cue(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "cue"))


def levels(cue: Path, part: str) -> tuple[float, float, float]:
    ops = plan_of(cue).operations
    track = next(op for op in ops if isinstance(op, TrackOp) and op.id == part)
    send = next(op for op in ops if isinstance(op, SendOp) and op.source == part)
    return track.volume, track.pan, send.gain


def scheme(cue: Path, part: str, **values: object) -> None:
    """Write other values of a part into the scheme, as its user."""
    tree = json.loads((cue / "scheme.json").read_text("utf-8"))
    next(track for track in tree["tracks"] if track["id"] == part).update(values)
    (cue / "scheme.json").write_text(json.dumps(tree), "utf-8")
    run_cue(cue, changes={}, until="build")


def test_an_edit_of_the_mix_keeps_its_sense_where_envelopes_go_and_come(cue: Path) -> None:
    part = next(
        op.track
        for op in plan_of(cue).operations
        if isinstance(op, EnvelopeOp) and op.parameter == "volume"
    )
    scheme(cue, part, panning=0.1, reverb_space={"measure1": 0.2, "measure2": 0.6})
    moving = json.loads((cue / "scheme.json").read_text("utf-8"))["tracks"]
    line = next(t["volume_envelope"] for t in moving if t["id"] == part)
    assert levels(cue, part) == (1.0, 0.1, 1.0)
    seen = ObservedTrack(id=part, volume=0.5, pan=0.3, send=0.25)
    write(cue, Observed(tracks=(seen,)))
    run_cue(cue, changes={}, observed=True, until="build")
    assert levels(cue, part) == (0.5, 0.3, 0.25)
    run_cue(cue, changes={}, start="mix", until="build")
    assert levels(cue, part) == (0.5, 0.3, 0.25)

    # the envelopes go: what was laid is the level itself, and the part stays 6 dB below it
    scheme(cue, part, volume_envelope={"measure1": 0.4}, reverb_space=0.4, panning=-0.4)
    plain = shutil.copytree(cue, cue.with_name("plain"))
    run_cue(plain, changes={}, discard=("build",), until="build")
    volume, pan, send = levels(plain, part)
    assert volume != 1.0
    assert levels(cue, part) == pytest.approx((volume / 2, pan + 0.2, send / 4), abs=1e-6)

    # changed once more on the new ground, and laid on the old one again
    seen = ObservedTrack(id=part, volume=volume * 3, pan=1.0, send=send / 2)
    write(cue, Observed(tracks=(seen,)))
    run_cue(cue, changes={}, observed=True, until="build")
    assert levels(cue, part) == pytest.approx((volume * 3, 1.0, send / 2), abs=1e-6)
    there = {"measure1": 0.2, "measure2": 0.6}
    scheme(cue, part, volume_envelope=line, reverb_space=there, panning=0.1)
    assert levels(cue, part) == pytest.approx((3.0, 1.0, 0.5), abs=1e-5)


def test_what_was_laid_counts_where_the_plan_has_moved_on(finished: Path) -> None:
    plan = plan_of(finished)
    part = part_ids(plan)[0]
    before = next(op for op in plan.operations if isinstance(op, TrackOp) and op.id == part)
    laid = {"volume": before.volume * 2, "pan": before.pan - 0.2}
    seen = ObservedTrack(id=part, volume=before.volume, pan=before.pan - 0.3, laid=laid)
    made, _ = edited_plan([seen], plan=plan)
    now = next(op for op in made.operations if isinstance(op, TrackOp) and op.id == part)
    assert now.volume == pytest.approx(before.volume / 2, abs=1e-6)
    assert now.pan == pytest.approx(before.pan - 0.1, abs=1e-6)


def tree(volume: float) -> dict[str, object]:
    return {"operations": {"track cello": {"volume": volume}}}


def edit(value: float, laid: float) -> Pin:
    pin = Pin(op="set", path=("operations", "track cello", "volume"), value=value)
    assert is_level(pin)
    return Pin(op="set", path=pin.path, value=value, like=level_like(pin, tree(laid), None))


GAINS = st.floats(0.0, 4.0)


@given(value=GAINS, laid=GAINS, ways=st.lists(GAINS, max_size=4))
def test_on_its_own_ground_again_an_edit_is_what_it_was(
    value: float, laid: float, ways: list[float]
) -> None:
    pin = edit(value, laid)
    assert level_here(pin, tree(laid), {}) == pin  # to the last digit
    for other in ways:
        pin = level_here(pin, tree(other), {})
        assert 0.0 <= pin.value <= 4.0
    if laid > 1e-3:  # over +12 dB or silence the way is not lost
        assert level_here(pin, tree(laid), {}).value == pytest.approx(value, abs=2e-6)


def test_an_edit_without_a_ground_rests_on_the_plan_it_is_first_put_into() -> None:
    """As the pins of an earlier version."""
    pin = Pin(op="set", path=("operations", "track cello", "volume"), value=0.5)
    first = level_here(pin, tree(1.0), {})
    assert first.value == 0.5
    assert level_here(first, tree(0.4), {}).value == pytest.approx(0.2)


def test_with_an_envelope_of_the_users_own_a_fader_is_what_it_is() -> None:
    line = Pin(op="set", path=("operations", "envelope cello volume", "points"), value=[])
    pin = edit(0.5, 1.0)
    assert level_here(pin, tree(0.25), {line.path: line}) == pin
