"""Another part of the clip: what the user did to the hits stays with the picture."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

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
    assert not any("no longer fits" in told for told in done.told)
    run_cue(cue, changes={"in_s": 0.0}, until="spot")
    back = {spot.id: spot for spot in spots_of(cue)}
    assert back["door"].time_s == pytest.approx(7.25, abs=1e-6)
    assert back[cells[0]].frame == frame + 3


def test_a_hit_that_is_cut_off_is_named(cue: Path) -> None:
    with (cue / "spots.csv").open("a", encoding="utf-8") as out:
        out.write("early,1.0,,,early,MUST,user,downbeat,,,\n")
    run_cue(cue, changes={}, until="spot")
    done = run_cue(cue, changes={"in_s": IN_S}, until="spot")
    assert any("spots > id early no longer fits" in told for told in done.told)
    assert "early" not in {spot.id for spot in spots_of(cue)}


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
