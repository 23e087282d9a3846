"""Faders, sends and automation of part tracks become operations of the plan."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_core.contracts.daw_plan import (
    DawPlan,
    EnvelopeOp,
    EnvelopePoint,
    SendOp,
    TrackOp,
)
from filmcomposer_core.contracts.observed import ObservedTrack
from filmcomposer_core.observed.envelopes import edited_envelope
from filmcomposer_core.observed.tracks import edited_plan
from tests.core.observed.daw import part_ids, plan_of, seen_track


@pytest.fixture(scope="module")
def plan(finished: Path) -> DawPlan:
    return plan_of(finished)


@pytest.fixture
def track(plan: DawPlan) -> str:
    return part_ids(plan)[0]


def track_op(plan: DawPlan, ident: str) -> TrackOp:
    return next(op for op in plan.operations if isinstance(op, TrackOp) and op.id == ident)


def envelopes(plan: DawPlan, ident: str) -> dict[str, EnvelopeOp]:
    ops = [op for op in plan.operations if isinstance(op, EnvelopeOp) and op.track == ident]
    return {op.parameter: op for op in ops}


def test_seeing_every_track_as_it_was_written_gives_the_same_plan(plan: DawPlan) -> None:
    seen = [seen_track(plan, ident) for ident in part_ids(plan)]
    made, said = edited_plan(seen, plan=plan)
    assert made is plan
    assert said == ()


def test_what_was_changed_is_taken_and_nothing_else(plan: DawPlan, track: str) -> None:
    seen = ObservedTrack(id=track, name="My  strings", volume=0.5, pan=-0.25, send=0.125)
    made, said = edited_plan([seen], plan=plan)
    before = track_op(plan, track)
    assert track_op(made, track) == replace(before, name="My strings", volume=0.5, pan=-0.25)
    sends = [op for op in made.operations if isinstance(op, SendOp) and op.source == track]
    assert [op.gain for op in sends] == [0.125]
    changed = [a for a, b in zip(plan.operations, made.operations, strict=True) if a != b]
    assert len(changed) == 2
    assert said == ()


def test_gains_above_the_plans_range_are_cut_and_told(plan: DawPlan, track: str) -> None:
    made, said = edited_plan([ObservedTrack(id=track, volume=10.0, send=8.0)], plan=plan)
    assert track_op(made, track).volume == 4.0
    assert "volume of +20.0 dB is more than a plan holds" in said[0]
    assert "reverb send of +18.1 dB" in said[1]


def test_envelopes_are_added_changed_and_removed(plan: DawPlan, track: str) -> None:
    points = ((0.0, 0.5), (2.0, 1.0))
    added, _ = edited_plan([ObservedTrack(id=track, envelopes={"pan": points, "send": points})],
                           plan=plan)  # fmt: skip
    found = envelopes(added, track)
    assert found["pan"].points == tuple(EnvelopePoint(time_s=t, value=v) for t, v in points)
    assert found["send"].target == "@reverb"
    gone, _ = edited_plan(
        [ObservedTrack(id=track, envelopes={"pan": (), "volume": ()})], plan=added
    )
    assert set(envelopes(gone, track)) == {"send"}


def test_a_line_from_before_the_picture_begins_at_its_first_frame() -> None:
    made = edited_envelope(
        None, ((-2.0, 0.0), (2.0, 1.0)), track="a", parameter="volume", target=""
    )
    assert made is not None
    assert made.points == (EnvelopePoint(time_s=0, value=0.5), EnvelopePoint(time_s=2, value=1))
    held = edited_envelope(None, ((-2.0, 0.7),), track="a", parameter="volume", target="")
    assert held is not None
    assert held.points == (EnvelopePoint(time_s=0, value=0.7),)


def test_a_track_that_is_gone_is_told(plan: DawPlan) -> None:
    made, said = edited_plan([ObservedTrack(id="tuba", name="Tuba", volume=0.1)], plan=plan)
    assert made is plan
    assert "'Tuba' is not in the cue any more" in said[0]


@given(data=st.data())
def test_taking_the_same_over_twice_changes_nothing_more(data: st.DataObject, plan) -> None:
    ident = data.draw(st.sampled_from(part_ids(plan)))
    gain = st.floats(0.0, 5.0)
    seen = ObservedTrack(
        id=ident,
        volume=data.draw(st.none() | gain),
        pan=data.draw(st.none() | st.floats(-1.0, 1.0)),
        send=data.draw(st.none() | gain),
        envelopes=data.draw(
            st.dictionaries(
                st.sampled_from(("volume", "send")),
                st.lists(st.tuples(st.floats(-5.0, 20.0), gain), max_size=4).map(tuple),
            )
        ),
    )
    once, _ = edited_plan([seen], plan=plan)
    assert edited_plan([seen], plan=once)[0] == once
