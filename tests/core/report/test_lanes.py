"""Labels of the timeline keep clear of marks, of one another and of the playhead."""

from __future__ import annotations

import re
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmcomposer_core.contracts.report import ReportHit
from filmcomposer_core.contracts.tempo import TempoPoint
from filmcomposer_core.report import lanes
from filmcomposer_core.report.lanes import Axis
from filmcomposer_core.timeline import Timeline
from tests import samples

AXIS = Axis(length_s=60.0, width=1000.0)
#: Width and height of a letter at 11 px in a usual sans serif, at most.
LETTER_W, LETTER_H = 6.4, 11.0
_TEXT = re.compile(r'<text x="(?P<x>[-.0-9]+)" y="(?P<y>[-.0-9]+)">(?P<text>[^<]+)</text>')
_STEM = re.compile(r'<path d="M(?P<x>[.0-9]+),74V(?P<top>[.0-9]+)"/>')


def hit(number: int, time_s: float, weight: float) -> ReportHit:
    return ReportHit(
        spot=f"S{number:03d}", name="hit", time_s=time_s, timecode="00:00:00:00", weight=weight,
        strong=weight >= 7, bar=1, beat=1.0, frames_off_midi=0.7, frames_off_audio=None,
        colour="green", reason="",
    )  # fmt: skip


def boxes(svg: str) -> list[tuple[float, float, float, float]]:
    """Return the labels as (left, right, top, bottom)."""
    found = []
    for match in _TEXT.finditer(svg):
        x, y = float(match["x"]), float(match["y"])
        found.append((x, x + LETTER_W * len(match["text"]), y - LETTER_H + 2, y))
    return found


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 60), st.sampled_from([2.0, 5.6, 7.0, 8.2, 9.0])), max_size=20)
)
def test_labels_of_hits_collide_with_nothing(found: list[tuple[float, float]]) -> None:
    lane = lanes.hits(AXIS, [hit(n, t, w) for n, (t, w) in enumerate(sorted(found))])
    labels = boxes(lane.svg)
    stems = [(float(m["x"]), float(m["top"])) for m in _STEM.finditer(lane.svg)]
    assert len(stems) == len(found)
    for left, right, _, bottom in labels:
        assert left >= 0
        assert right <= AXIS.width
        assert not any(left < x < right and stem < bottom for x, stem in stems)
    for one, other in combinations(labels, 2):
        beside = one[1] <= other[0] or other[1] <= one[0]
        above = one[3] <= other[2] or other[3] <= one[2]
        assert beside or above


def test_a_label_moves_to_the_side_that_is_free() -> None:
    alone = lanes.hits(AXIS, [hit(1, 30.0, 8.0)])
    ((left, *_),) = boxes(alone.svg)
    assert left > AXIS.x(30.0)
    ((_, right, *_),) = boxes(lanes.hits(AXIS, [hit(1, 30.0, 8.0), hit(2, 31.0, 8.5 - 2)]).svg)
    assert right < AXIS.x(30.0)


def test_scales_stand_beside_the_lanes() -> None:
    """Nothing of them under the playhead, which begins at the left."""
    lane = lanes.motion(AXIS, samples.curves(), samples.analysis().shots)
    assert "<text" not in lane.svg
    assert re.fullmatch(r"up to 0\.\d\d widths/s", lane.note)


@pytest.mark.parametrize(("first_bar", "note"), [(2, "133 BPM"), (1, "133-375 BPM")])
def test_the_tempo_is_that_of_the_music(first_bar: int, note: str) -> None:
    """A bar that fills 0.08 s before the music has a tempo that nobody hears."""
    points = (
        TempoPoint(time_s=0.0, bpm=30.0 / 0.080000001, ramp=False, num=1, den=8),
        TempoPoint(time_s=0.080000001, bpm=133.0, ramp=False, num=4, den=4),
    )
    assert lanes.tempo(AXIS, Timeline(points), first_bar=first_bar).note == note
