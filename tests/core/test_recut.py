"""Another part of the clip: what the user did to the hits stays with the picture."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from filmcomposer_core.contracts.daw_plan import EnvelopeOp
from filmcomposer_core.contracts.observed import (
    Observed,
    ObservedMarker,
    ObservedNote,
    ObservedTheme,
    ObservedTrack,
)
from filmcomposer_core.contracts.session import SessionRequest
from filmcomposer_core.observed.shift import later
from filmcomposer_core.pipeline import run_cue
from tests.core.observed import daw
from tests.core.observed.test_take_over import spots_of

IN_S = 1.5


@pytest.fixture
def cue(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "cue"))


def request(anchor_s: float) -> SessionRequest:
    return SessionRequest(cue="0" * 8, anchor_s=anchor_s, system="linux")


def test_pinned_and_locked_hits_follow_the_picture(cue: Path) -> None:
    lines = (cue / "spots.csv").read_text("utf-8").splitlines()
    cells = lines[1].split(",")
    frame = int(cells[2])
    assert frame / 24 > IN_S
    lines[1] = ",".join([cells[0], "", str(frame + 3), "", *cells[4:10], "true"])
    lines.append("door,7.25,,,door slams,MUST,user,downbeat,,,")
    (cue / "spots.csv").write_text("\n".join(lines) + "\n", "utf-8")
    run_cue(cue, changes={}, until="spot")
    done = run_cue(cue, changes={"in_s": IN_S}, until="spot")
    after = {spot.id: spot for spot in spots_of(cue)}
    assert after["door"].time_s == pytest.approx(7.25 - IN_S, abs=1e-6)
    assert after["door"].frame == round((7.25 - IN_S) * 24)
    assert after[cells[0]].frame == frame + 3 - round(IN_S * 24)
    assert after[cells[0]].locked
    assert not any("Set aside" in told or "Outside" in told for told in done.told)
    run_cue(cue, changes={"in_s": 0.0}, until="spot")
    back = {spot.id: spot for spot in spots_of(cue)}
    assert back["door"].time_s == pytest.approx(7.25, abs=1e-6)
    assert back[cells[0]].frame == frame + 3


def test_hits_that_are_cut_off_are_named_in_one_line_and_come_back(cue: Path) -> None:
    lines = (cue / "spots.csv").read_text("utf-8").splitlines()
    last = lines[-1].split(",")
    # The last hit is moved, renamed and weighed anew; one is added, one locked, the first deleted.
    lines[-1] = ",".join([last[0], "11.0", "", "", "my big moment", "9", *last[6:]])
    locked = lines[-2].split(",")
    lines[-2] = ",".join([*locked[:10], "true"])
    lines.append("early,1.0,,,early,MUST,user,downbeat,,,")
    del lines[1]
    (cue / "spots.csv").write_text("\n".join(lines) + "\n", "utf-8")
    run_cue(cue, changes={}, until="spot")
    before = spots_of(cue)
    out_s = float(locked[1]) - 0.2
    done = run_cue(cue, changes={"in_s": IN_S, "out_s": out_s}, until="spot")
    about = [told for told in done.told if "ocked" in told or "Outside" in told or "fit" in told]
    assert about == [
        "Outside the part that is scored, kept for when that is longer again: "
        f"marker 'early'; marker 'my big moment'; marker '{locked[4]}'."
    ]
    here = {spot.id for spot in spots_of(cue)}
    assert not {"early", last[0], locked[0]} & here
    assert here
    # One that is set meanwhile where the parked one stood, and so with its name, takes nothing.
    with (cue / "spots.csv").open("a", encoding="utf-8") as out:
        out.write("early,2.0,,,another,MUST,user,downbeat,,,\n")
    run_cue(cue, changes={}, until="spot")
    done = run_cue(cue, changes={"in_s": 0.0, "out_s": float("inf")}, until="spot")
    after = spots_of(cue)
    another = next(spot for spot in after if spot.name == "another")
    assert another.time_s == pytest.approx(2.0 + IN_S, abs=1e-6)
    names = [spot.name for spot in after if spot is not another]
    assert sorted(names) == sorted(spot.name for spot in before)
    places = {(s.name, s.time_s, s.frame, s.weight, s.locked) for s in after}
    assert {(s.name, s.time_s, s.frame, s.weight, s.locked) for s in before} < places
    assert any(told.startswith("Back again: ") and "'early'" in told for told in done.told)


def test_a_hit_that_was_moved_into_the_part_stays_though_it_is_found_outside(cue: Path) -> None:
    lines = (cue / "spots.csv").read_text("utf-8").splitlines()
    last = lines[-1].split(",")
    found_s = float(last[1])
    lines[-1] = ",".join([last[0], f"{found_s - 1.0:.6f}", "", "", "mine", *last[5:]])
    (cue / "spots.csv").write_text("\n".join(lines) + "\n", "utf-8")
    run_cue(cue, changes={}, until="spot")
    [mine] = [spot for spot in spots_of(cue) if spot.name == "mine"]
    for out_s in (found_s - 0.5, found_s - 2.0, found_s - 0.5, float("inf")):
        run_cue(cue, changes={"in_s": IN_S, "out_s": out_s}, until="spot")
        there = [spot for spot in spots_of(cue) if spot.name == "mine"]
        assert len(there) == (out_s > found_s - 1.0)
        for spot in there:
            assert spot.time_s == pytest.approx(mine.time_s - IN_S, abs=1e-6)
            assert (spot.id, spot.weight, spot.frame) == (mine.id, mine.weight, mine.frame - 36)


def test_nothing_is_said_of_locked_hits_where_none_is(cue: Path) -> None:
    done = run_cue(cue, changes={"out_s": 4.0}, until="spot")
    assert not any("ocked" in told for told in done.told)
    assert all(spot.time_s < 4.0 for spot in spots_of(cue))


def test_pinned_automation_goes_with_the_picture(cue: Path) -> None:
    line = ((0.5, 0.2), (2.5, 0.6), (9.0, 0.1))
    tracks = daw.part_ids(daw.plan_of(cue))
    seen = tuple(ObservedTrack(id=track, envelopes={"volume": line}) for track in tracks)
    daw.write(cue, Observed(tracks=seen))
    run_cue(cue, changes={}, until="build", observed=True)
    run_cue(cue, changes={"in_s": IN_S, "out_s": 8.0}, until="build")
    here = set(tracks) & set(daw.part_ids(daw.plan_of(cue)))
    assert here
    cut = 0.6 - 0.5 * (8.0 - 2.5) / (9.0 - 2.5)
    for track in here:
        assert [t for t, _ in line_of(cue, track)] == [0.0, 1.0, 6.5]
        assert [v for _, v in line_of(cue, track)] == pytest.approx([0.4, 0.6, cut])
    run_cue(cue, changes={"in_s": 0.0, "out_s": float("inf")}, until="build")
    assert all(line_of(cue, track) == list(line) for track in tracks)


def line_of(cue: Path, track: str) -> list[tuple[float, float]]:
    return [
        (point.time_s, point.value)
        for op in daw.plan_of(cue).operations
        if isinstance(op, EnvelopeOp) and (op.track, op.parameter) == (track, "volume")
        for point in op.points
    ]


def test_markers_of_a_trimmed_item_are_read_against_what_was_shown(cue: Path) -> None:
    run_cue(cue, changes={}, until="see", session=request(100.0))
    told = json.loads((cue / "reaper/session.json").read_text("utf-8"))
    seen = [
        ObservedMarker(id=m["id"], time_s=m["time_s"] - 100.0, name=m["name"])
        for m in told["markers"]
    ]
    before = {spot.id: spot for spot in spots_of(cue)}
    # REAPER's side gives a marker that nobody touched the time at which it was shown.
    dragged = replace(seen[-1], time_s=4.0)
    daw.write(cue, Observed(markers=(*seen[:-1], dragged, ObservedMarker(id="", time_s=0.5))))
    run_cue(cue, changes={"in_s": IN_S}, until="spot", observed=True, session=request(101.5))
    after = {spot.id: spot for spot in spots_of(cue)}
    assert after[dragged.id].time_s == 4.0
    assert after["U0012"].time_s == 0.5
    for ident, spot in after.items():
        if ident not in (dragged.id, "U0012") and ident in before:
            assert spot.time_s == pytest.approx(before[ident].time_s - IN_S, abs=1e-6)
    assert len(daw.pins_of(cue, "spots.csv")) == 3  # time and frame of one, and the new one


def test_a_marker_dragged_and_then_cut_off_in_one_press_waits(cue: Path) -> None:
    run_cue(cue, changes={}, until="see", session=request(100.0))
    told = json.loads((cue / "reaper/session.json").read_text("utf-8"))
    seen = [
        ObservedMarker(id=m["id"], time_s=m["time_s"] - 100.0, name=m["name"])
        for m in told["markers"]
    ]
    text = {spot.id: spot.name for spot in spots_of(cue)}
    # Dragged to 1 s of the picture as it was, which then began 1.5 s later.
    dragged = replace(seen[-1], time_s=1.0 - IN_S)
    daw.write(cue, Observed(markers=(*seen[:-1], dragged)))
    done = run_cue(cue, changes={"in_s": IN_S}, until="spot", observed=True, session=request(101.5))
    assert dragged.id not in {spot.id for spot in spots_of(cue)}
    [said] = [line for line in done.told if "Outside the part that is scored" in line]
    assert f"marker '{text[dragged.id]}'" in said
    run_cue(cue, changes={"in_s": 0.0}, until="spot")
    assert {s.id: s.time_s for s in spots_of(cue)}[dragged.id] == pytest.approx(1.0, abs=1e-6)


def test_notes_and_automation_are_counted_from_where_the_music_began() -> None:
    note = ObservedNote(start_s=1.0, end_s=2.0, pitch=60, velocity=80, channel=0)
    moved = replace(note, start_s=2.5, end_s=3.5)
    seen = Observed(
        markers=(ObservedMarker(id="a", time_s=1.0),),
        tracks=(ObservedTrack(id="x", notes=(note,), envelopes={"pan": ((1.0, 0.5),)}),
                ObservedTrack(id="y", volume=0.5)),
        theme=ObservedTheme(candidate=1, notes=(note,)),
    )  # fmt: skip
    found = later(seen, IN_S)
    assert found.markers == seen.markers
    assert found.tracks[0].notes == (moved,)
    assert found.tracks[0].envelopes == {"pan": ((2.5, 0.5),)}
    assert found.tracks[1] == seen.tracks[1]
    assert found.theme is not None
    assert found.theme.notes == (moved,)
    assert later(seen, 0.0) is seen
