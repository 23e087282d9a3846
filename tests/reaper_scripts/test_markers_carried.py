"""Markers that an edit of the tempo moves along: nobody has dragged them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.fakes.reaper import Host
from tests.fakes.reaper.direct import HERE, Direct
from tests.fakes.reaper.project import markers
from tests.reaper_scripts.marker_world import (
    ANCHOR,
    at,
    hit,
    lay,
    picture,
    record,
    section,
    seen,
    session,
)

HITS = [hit("s1", 5.0), hit("s2", 12.5, "3 any | look")]
LAID = session(HITS, [section("A", 0.0, 20.0), section("B", 20.0, 40.0)])


@pytest.fixture
def held() -> Any:
    return record()


def read(reaper: Any, held: Any, **changed: Any) -> list[tuple[str, float]]:
    from filmcomposer_reaper.markers.lay import read_markers

    found = read_markers(reaper, held, picture(**changed))
    return [(m.id, round(m.time_s, 6)) for m in found or ()]


def user_sets_tempo(host: Host, bpm: float, at_s: float = ANCHOR) -> None:
    """120 BPM before; from a time on another tempo: later beats have other times."""
    Direct(host).SetTempoTimeSigMarker(HERE, -1, at_s, -1, -1, bpm, 4, 4, False)


def regions(host: Host) -> list[tuple[float, float]]:
    return [(m.position, m.region_end) for m in markers.listed(host.project) if m.is_region]


def test_what_a_tempo_edit_carried_is_no_drag_and_goes_back(
    host: Host, reaper: Any, held: Any
) -> None:
    lay(reaper, held, LAID)
    user_sets_tempo(host, 60.0)
    assert [time for time, _ in seen(host)] == [20.0, 35.0]  # twice as far from the start
    assert regions(host) == [(10.0, 50.0), (50.0, 90.0)]
    assert read(reaper, held) == [("s1", 5.0), ("s2", 12.5)]
    lay(reaper, held, LAID)
    assert [time for time, _ in seen(host)] == [15.0, 22.5]
    assert regions(host) == [(10.0, 30.0), (30.0, 50.0)]
    # The beats that they stand at now are the ones to go by.
    Direct(host).SetTempoTimeSigMarker(HERE, 1, ANCHOR, -1, -1, 30.0, 4, 4, False)
    assert [time for time, _ in seen(host)] == [20.0, 35.0]
    assert read(reaper, held) == [("s1", 5.0), ("s2", 12.5)]


def test_one_dragged_after_a_tempo_edit_is_told(host: Host, reaper: Any, held: Any) -> None:
    lay(reaper, held, LAID)
    user_sets_tempo(host, 60.0)
    markers.move(at(host, 20.0), 16.0, None)
    assert read(reaper, held) == [("s1", 6.0), ("s2", 12.5)]
    lay(reaper, held, session([replace(HITS[0], time_s=16.0), HITS[1]]))
    assert [time for time, _ in seen(host)] == [16.0, 22.5]


def test_the_picture_went_along_and_its_tempo_changed(host: Host, reaper: Any, held: Any) -> None:
    lay(reaper, held, LAID)
    user_sets_tempo(host, 60.0, at_s=0.0)
    assert [time for time, _ in seen(host)] == [30.0, 45.0]
    assert read(reaper, held, position_s=20.0) == [("s1", 5.0), ("s2", 12.5)]
    lay(reaper, held, session(HITS, anchor_s=20.0))
    assert [time for time, _ in seen(host)] == [25.0, 32.5]


def test_where_markers_keep_their_time_one_put_on_its_old_beat_was_dragged(
    host: Host, reaper: Any, held: Any
) -> None:
    host.project.root.write("TIMELOCKMODE", 1, 0, "TIMELOCKMODE 0")
    lay(reaper, held, LAID)
    user_sets_tempo(host, 60.0)
    assert [time for time, _ in seen(host)] == [15.0, 22.5]
    markers.move(at(host, 15.0), 20.0, None)  # to the beat that the music has there now
    assert read(reaper, held) == [("s1", 10.0), ("s2", 12.5)]


def test_a_hit_report_measures_at_the_picture(host: Host, reaper: Any, held: Any) -> None:
    from filmcomposer_reaper.markers.hits import present_hits

    lay(reaper, held, LAID)
    user_sets_tempo(host, 60.0)
    found = present_hits(reaper, held, LAID, picture())
    assert [(m.id, m.time_s) for m in found] == [("s1", 15.0), ("s2", 22.5)]


def test_nothing_is_asked_of_the_tempo_where_no_marker_moved(
    host: Host, reaper: Any, held: Any
) -> None:
    lay(reaper, held, LAID)
    host.calls.clear()
    read(reaper, held)
    assert "GetEnvelopeStateChunk" not in {name for name, _ in host.calls}
