"""Markers become hit points as rows of spots.csv would."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmcomposer_core.contracts.clip import FilmClip
from filmcomposer_core.contracts.observed import ObservedMarker
from filmcomposer_core.contracts.spots import HIT_CLASSES, Spot
from filmcomposer_core.observed.markers import Shown, edited_spots, shown_of
from filmcomposer_core.spotting import dump_spots, parse_spots
from tests.core.observed.daw import seen_markers

CLIP = FilmClip(
    path="x.mp4", sha256="", duration_s=20.0, frames=480, fps_num=24, fps_den=1,
    start_timecode="01:00:00:00", width=16, height=9,
)  # fmt: skip


def spot(number: int, frame: int, weight: float | str = 8.0, hit_class: str = "downbeat") -> Spot:
    strong = weight == "MUST" or float(weight) >= 7.0
    return Spot(
        id=f"C{number:04d}", time_s=round(frame / 24, 6), frame=frame,
        timecode=f"01:00:{frame // 24:02d}:{frame % 24:02d}", name=f"cut {number}",
        weight=weight, kind="cut", hit_class=hit_class,  # type: ignore[arg-type]
        early_frames=1, late_frames=1 if strong else 2,
    )  # fmt: skip


SPOTS = (spot(1, 24), spot(2, 120, 5.5, "beat"), spot(3, 301, "MUST", "any"))


def edit(markers: list[ObservedMarker], **more: object) -> tuple[dict[str, Spot], tuple[str, ...]]:
    found, said = edited_spots(markers, spots=SPOTS, clip=CLIP, **more)  # type: ignore[arg-type]
    again = parse_spots(dump_spots(found), clip=CLIP, written=SPOTS, where="spots.csv")
    assert again == found  # the file says what we mean
    return {s.id: s for s in found}, said


def with_marker(ident: str, **changes: object) -> list[ObservedMarker]:
    return [replace(m, **changes) if m.id == ident else m for m in seen_markers(SPOTS)]


def test_a_dragged_marker_moves_its_hit_and_frame_and_timecode_follow() -> None:
    found, said = edit(with_marker("C0001", time_s=2.51))
    assert (found["C0001"].time_s, found["C0001"].frame) == (2.51, 60)
    assert found["C0001"].timecode == "01:00:02:12"
    assert found["C0002"] == SPOTS[1]
    assert said == ()


def test_less_than_half_a_frame_is_no_move() -> None:
    found, _ = edit(with_marker("C0001", time_s=1.0 + 0.49 / 24))
    assert found["C0001"] == SPOTS[0]
    found, _ = edit(with_marker("C0001", time_s=1.0 + 0.51 / 24))
    assert found["C0001"].frame == 25


def test_a_marker_that_is_gone_deletes_its_hit() -> None:
    found, said = edit([m for m in seen_markers(SPOTS) if m.id != "C0002"])
    assert set(found) == {"C0001", "C0003"}
    assert said == ()
    assert edit([])[0] == {}


def test_an_added_marker_is_a_hit_of_the_users() -> None:
    new = [ObservedMarker(id="", time_s=7.25, name="door"), ObservedMarker(id="", time_s=9.0)]
    new += [ObservedMarker(id="", time_s=9.0, name="3 avoid | hush")]
    found, said = edit([*seen_markers(SPOTS), *new])
    door, plain, hush = found["U0174"], found["U0216"], found["U0216-2"]
    assert (door.name, door.weight, door.hit_class, door.kind) == ("door", 7.0, "beat", "user")
    assert (plain.name, plain.late_frames) == ("user hit", 1)
    assert (hush.weight, hush.hit_class, hush.late_frames) == (3.0, "avoid", 2)
    assert said == ()


def test_taking_the_same_over_twice_adds_nothing() -> None:
    seen = [*seen_markers(SPOTS), ObservedMarker(id="", time_s=7.25, name="MUST beat | door")]
    once, _ = edited_spots(seen, spots=SPOTS, clip=CLIP)
    assert edited_spots(seen, spots=once, clip=CLIP, shown=shown_of(SPOTS))[0] == once
    assert edited_spots(seen, spots=once, clip=CLIP)[0] == once


def test_a_renamed_marker_sets_weight_class_and_text_and_tolerance_follows() -> None:
    found, _ = edit(with_marker("C0002", name="8,5 Downbeat|the slap"))
    assert found["C0002"] == replace(
        SPOTS[1], weight=8.5, hit_class="downbeat", name="the slap", late_frames=1
    )
    found, said = edit(with_marker("C0002", name="slap"))
    assert found["C0002"] == replace(SPOTS[1], name="slap")
    assert said == ()


def test_a_faulty_name_is_kept_as_text_and_told() -> None:
    found, said = edit(with_marker("C0002", name="11 beat | slap"))
    assert found["C0002"] == replace(SPOTS[1], name="11 beat | slap")
    assert "weight 11 is not 0 to 10" in said[0]


def test_without_names_only_the_place_is_read() -> None:
    seen = [replace(m, name=None) for m in seen_markers(SPOTS)]
    assert edit(seen)[0] == {s.id: s for s in SPOTS}


@pytest.mark.parametrize("time_s", [20.0, 25.0, -1.0])
def test_outside_the_picture_a_hit_stays_and_an_added_marker_is_left_out(time_s: float) -> None:
    found, said = edit(with_marker("C0001", time_s=time_s))
    assert found["C0001"] == SPOTS[0]
    assert "outside the picture" in said[0]
    assert "stays at 1.00 s" in said[0]
    found, said = edit([*seen_markers(SPOTS), ObservedMarker(id="", time_s=time_s, name="late")])
    assert len(found) == 3
    assert said == (f"Marker 'late' lies outside the picture ({time_s:.2f} s of 20.00 s) and was "
                    "not taken over.",)  # fmt: skip


def test_a_hair_before_the_picture_is_its_first_frame() -> None:
    assert edit(with_marker("C0001", time_s=-0.01))[0]["C0001"].time_s == 0.0


def test_a_copied_marker_is_a_hit_of_its_own() -> None:
    found, _ = edit([ObservedMarker(id="C0001", time_s=3.0, name="8 downbeat | cut 1"),
                     *seen_markers(SPOTS)])  # fmt: skip
    assert found["C0001"] == SPOTS[0]
    assert (found["U0072"].name, found["U0072"].weight) == ("cut 1", 8.0)


def test_only_what_differs_from_what_was_shown_is_the_users_work() -> None:
    """Somebody has edited spots.csv since: REAPER's marker still stands where it was shown."""
    shown = {"C0001": Shown(time_s=2.0, name="3 beat | old"), "C0009": Shown(time_s=4.0, name="x")}
    seen = [ObservedMarker(id="C0001", time_s=2.0, name="3 beat | old"),
            ObservedMarker(id="C0009", time_s=4.0, name="x")]  # fmt: skip
    found, _ = edit(seen, shown=shown)
    assert found == {s.id: s for s in SPOTS}  # nothing moved, deleted or brought back
    seen[0] = replace(seen[0], time_s=3.0)
    found, _ = edit(seen, shown=shown)
    assert (found["C0001"].time_s, found["C0001"].name) == (3.0, "cut 1")
    seen[1] = replace(seen[1], time_s=5.0)  # moved by its user although the hit is gone
    assert edit(seen, shown=shown)[0]["U0120"].name == "x"


def test_a_variable_frame_rate_takes_the_frame_that_is_there() -> None:
    times = [0.0, 0.1, 1.0, 5.0, 12.5]
    clip = replace(CLIP, variable_frame_rate=True, frames=5)
    spots = (replace(spot(1, 1), time_s=0.1, frame=1, timecode="01:00:00:01"),)
    seen = [replace(seen_markers(spots)[0], time_s=2.9)]
    found, _ = edited_spots(seen, spots=spots, clip=clip, frame_times=times)
    assert (found[0].time_s, found[0].frame) == (2.9, 2)
    text = dump_spots(found)
    assert parse_spots(text, clip=clip, written=spots, where="x", frame_times=times) == found


NAMES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)
ROWS = st.lists(
    st.tuples(
        st.integers(0, 479),
        st.one_of(st.just("MUST"), st.floats(0, 10).map(lambda w: round(w, 4))),
        st.sampled_from(HIT_CLASSES), NAMES,
    ), max_size=8, unique_by=lambda row: row[0],
)  # fmt: skip


@given(ROWS, st.floats(-1e-7, 1e-7))
def test_seeing_what_was_written_changes_nothing(rows: list, noise: float) -> None:
    spots = tuple(
        replace(spot(frame, frame, weight, hit_class), name=name)
        for frame, weight, hit_class, name in sorted(rows)
    )
    seen = [replace(m, time_s=m.time_s + noise) for m in seen_markers(spots)]
    assert edited_spots(seen, spots=spots, clip=CLIP) == (spots, ())
