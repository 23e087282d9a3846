"""Eqs. 1 to 3 on examples worked by hand, and laws that hold for all."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_core.transcription.lead import (
    Sounding,
    Track,
    coverage,
    find_lead,
    flatten,
    joint_coverage,
    note_ratios,
    rhythm_of,
)


def track(*notes: tuple[float, float, int], program: int = -1) -> Track:
    return Track(
        notes=tuple(Sounding(start=a, end=b, pitch=p) for a, b, p in notes), program=program
    )


def test_coverage_counts_time_once_however_many_notes_sound() -> None:
    # 0-2 and 1-3 overlap: 3 of 8; with 5-6 it is 4 of 8.
    assert coverage(track((0, 2, 60), (1, 3, 64)), 8.0) == pytest.approx(3 / 8)
    assert coverage(track((0, 2, 60), (1, 3, 64), (5, 6, 60)), 8.0) == pytest.approx(0.5)
    assert coverage(track(), 8.0) == 0.0


def test_note_ratios_are_shares_of_all_notes() -> None:
    tracks = [track((0, 1, 60), (1, 2, 60), (2, 3, 60)), track((0, 4, 40)), track()]
    assert note_ratios(tracks) == pytest.approx((0.75, 0.25, 0.0))
    assert note_ratios([track(), track()]) == (0.0, 0.0)


def test_joint_coverage_by_hand() -> None:
    # Events 0+ 1+ 2- 3- 5+ 6-: covered 0-3 and 5-6 of 10.
    one, two = track((0, 2, 60), (5, 6, 62)), track((1, 3, 40))
    assert joint_coverage([one, two], 10.0) == pytest.approx(0.4)
    # A note that begins where another ends leaves no gap, and no time between.
    assert joint_coverage([track((0, 1, 60)), track((1, 2, 62))], 2.0) == pytest.approx(1.0)
    with pytest.raises(ValueError, match="above 0"):
        joint_coverage([one], 0.0)


_NOTES = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 12), st.integers(30, 90)), max_size=8
)


def _made(rows: list[tuple[int, int, int]]) -> Track:
    return track(*((float(a), float(a + b), p) for a, b, p in rows))


@given(st.lists(_NOTES, min_size=1, max_size=4))
def test_joint_coverage_lies_between_the_largest_and_the_sum(
    rows: list[list[tuple[int, int, int]]],
) -> None:
    tracks = [_made(row) for row in rows]
    alone = [coverage(each, 60.0) for each in tracks]
    together = joint_coverage(tracks, 60.0)
    assert max(alone) - 1e-9 <= together <= min(1.0, sum(alone)) + 1e-9
    # Counted frame by frame, the slow way.
    frames = sum(
        any(n.start <= t < n.end for each in tracks for n in each.notes) for t in range(60)
    )
    assert together == pytest.approx(frames / 60)


def test_the_lead_is_the_instrument_that_leads() -> None:
    bass = track(*((float(i), i + 1.0, 40) for i in range(8)), program=32)
    violin = track(*((float(i), i + 1.0, 76) for i in range(8)), program=40)
    drums = track(*((i / 2, i / 2 + 0.1, 38) for i in range(16)), program=128)
    assert find_lead([bass, drums, violin], 8.0).tracks == (2,)


def test_tracks_are_added_until_enough_is_covered() -> None:
    short = track((0, 2, 76), program=73)
    long = track((0, 5, 60), program=40)
    found = find_lead([short, long], 8.0, enough=0.6)
    assert set(found.tracks) == {0, 1}
    assert found.coverage == pytest.approx(5 / 8)
    alone = find_lead([short, long], 8.0, enough=0.2)
    assert len(alone.tracks) == 1
    assert find_lead([track(), track()], 8.0).tracks == ()


def test_flattening_keeps_the_lead_and_fills_its_rests() -> None:
    lead = track((0, 1, 72), (0, 1, 60), (1, 3, 74), (6, 7, 76))
    fill = track((0.5, 1.5, 50), (3, 8, 55))
    line = flatten([lead, fill])
    assert [(n.start, n.end, n.pitch) for n in line] == [
        (0, 1, 72), (1, 3, 74), (3, 6, 55), (6, 7, 76),
    ]  # fmt: skip
    assert rhythm_of(line) == (0, 1, 3, 6)


@given(st.lists(_NOTES, min_size=1, max_size=3))
def test_a_flattened_line_never_overlaps(rows: list[list[tuple[int, int, int]]]) -> None:
    line = flatten([_made(row) for row in rows])
    for before, after in pairwise(line):
        assert before.end <= after.start
