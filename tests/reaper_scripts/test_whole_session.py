"""A composer's session from the first press to the last undo, with a real bridge and real reapy.

The project has tracks, markers, tempo and effects of the user's own, which no action may change.
"""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from tests.fakes.reaper.direct import HERE
from tests.fakes.reaper.project import tree
from tests.reaper_scripts.studio import (
    AT_S,
    CUT_S,
    SECONDS,
    Studio,
    events,
    folder,
    spots,
)


def test_a_whole_session(studio: Studio, tmp_path: Path) -> None:
    host, r = studio.host, studio.items.r
    untouched = host.project.state()
    foreign = studio.foreign()

    # --- step by step -----------------------------------------------------------------------------
    said = studio.press("Spot_video")
    assert studio.steps() == ["FilmComposer: Spot video"], said
    spotted = [m for m in studio.markers() if m[0] not in (40, 41)]
    assert spotted
    assert any(abs(t - (AT_S + SECONDS / 2 - CUT_S)) < 1 / 24 for _, t in spotted)  # the cut

    # a marker dragged, one added (and none of the user's own taken for a hit)
    number, time_s = spotted[0]
    r.SetProjectMarker3(HERE, number, False, time_s + 0.5, 0.0, "", 0)
    studio.edited("Drag marker")
    r.AddProjectMarker2(HERE, False, AT_S + 9.0, 0.0, "9 downbeat | bell", 77, 0)
    studio.edited("Add marker")
    said = studio.press("Read_my_markers_back")
    rows = spots(studio)
    assert len(rows) == len(spotted) + 1, said
    assert any(abs(float(row["time_s"]) - 9.0) < 0.03 for row in rows)
    assert any(abs(float(row["time_s"]) - (time_s + 0.5 - AT_S)) < 0.03 for row in rows)
    assert not any(abs(float(row["time_s"]) - (7.25 - AT_S)) < 0.03 for row in rows)

    said = studio.press("Fit_tempo_to_hits", ["calm"], ["1"])
    assert studio.steps() == ["FilmComposer: Fit tempo to hits"], said
    assert r.CountTempoTimeSigMarkers(HERE) >= 2

    said = studio.press("Compose_theme", ["tender, solo cello and harp", "1", "3", ""])
    assert studio.steps() == ["FilmComposer: Compose theme"], said
    theme = next(b for k, b in studio.ours().items() if k.endswith("/@theme"))
    takes = theme.blocks("ITEM")[0]
    assert tree.dump(takes).count("<SOURCE MIDI") == 3

    before = host.project.state()
    said = studio.press("Assess_theme")
    assert studio.steps() == []
    assert host.project.state() == before
    assert "assessment of the theme" in said
    assert "points, accepted" in said or "not accepted" in said, said

    # another take is chosen, as the composer was told to: nobody asks whether that is to stay
    item = studio.theme_item()
    active = int(r.GetMediaItemInfo_Value(item, "I_CURTAKE"))
    r.SetActiveTake(r.GetMediaItemTake(item, 1 - min(active, 1)))
    studio.edited("Choose take")

    said = studio.press("Arrange")
    assert studio.steps() == ["FilmComposer: Arrange"], said
    assert "Kept: theme " in said
    assert "FilmComposer: Theme in " in said
    assert len(studio.parts()) >= 2
    assert {"Solo cello", "Concert harp"} <= {b.read("NAME", 1) for b in studio.parts().values()}
    stems = [b for k, b in studio.ours().items() if "/stem/" in k]
    files = [
        line.split('"')[1] for b in stems for line in tree.dump(b).splitlines() if "FILE" in line
    ]
    assert len(files) == len(stems)
    assert all(Path(file).is_file() for file in files)
    assert len(stems) == len(studio.parts())

    assert 'nothing changed in the cue of "' in studio.press("Arrange")
    assert studio.steps() == []  # nothing to do leaves no step

    # --- the user's own changes stay --------------------------------------------------------------
    track = studio.part_track()
    r.SetMediaTrackInfo_Value(track, "D_VOL", 0.5)
    r.GetSetMediaTrackInfo_String(track, "P_NAME", "Lead", True)
    studio.edited("Rename and fader")
    said = studio.press("Mix", "yes")
    lead = next(iter(studio.parts().values()))
    assert (lead.read("NAME", 1), lead.read_number("VOLPAN", 1)) == ("Lead", 0.5), said
    assert "Lead" in (folder(studio) / "daw_plan.json").read_text("utf-8")

    # --- the scheme as a file ---------------------------------------------------------------------
    scheme = folder(studio) / "scheme.json"
    text = scheme.read_text("utf-8")
    assert '"instrument": "harp"' in text
    scheme.write_text(text.replace('"instrument": "harp"', '"instrument": "piano"'), "utf-8")
    said = studio.press("Apply_scheme")
    names = {b.read("NAME", 1) for b in studio.parts().values()}
    assert "Concert harp (Grand piano)" in names, said

    # --- regenerate: the rest stays note for note -------------------------------------------------
    events_before = {k: events(b) for k, b in studio.parts().items()}
    r.GetSet_LoopTimeRange2(HERE, True, False, AT_S, AT_S + SECONDS, False)
    r.SetOnlyTrackSelected(studio.part_track(1))
    studio.edited("Selection")
    said = studio.press("Regenerate_selection")
    chosen = list(studio.parts())[1]
    events_after = {k: events(b) for k, b in studio.parts().items()}
    assert {k for k in events_after if events_after[k] != events_before[k]} <= {chosen}, said

    # --- hits -------------------------------------------------------------------------------------
    r.SetEditCurPos2(HERE, 0.0, False, False)
    studio.press("Next_hit")
    first = min(t for n, t in studio.markers() if n not in (40, 41))
    assert r.GetCursorPositionEx(HERE) == pytest.approx(first)
    studio.press("Previous_hit")
    assert r.GetCursorPositionEx(HERE) == pytest.approx(first)
    said = studio.press("Hit_report")
    assert "hits are met" in said
    assert studio.steps() == ["FilmComposer: Hit report"]

    # --- render -----------------------------------------------------------------------------------
    before = host.project.state()
    said = studio.press("Render_cue_48k_24_bit")
    done = host.rendered[-1]
    assert (done.start_s, done.end_s, done.rate) == (AT_S, AT_S + SECONDS - CUT_S, 48000)
    assert {b.read("NAME", 1) for b in studio.ours().values()} == set(done.soloed)
    with wave.open(str(done.path)) as sound:
        assert (sound.getframerate(), sound.getsampwidth()) == (48000, 3)
    assert str(done.path) in said
    assert host.project.state() == before
    studio.press("Render_cue_48k_24_bit")  # an earlier one is put aside, not asked about

    assert studio.foreign() == foreign

    # --- all of it undone, step by step, and redone -----------------------------------------------
    finished = host.project.state()
    trail = list(studio.trail)
    for _name, state in reversed(trail[:-1]):
        assert r.Undo_DoUndo2(HERE)
        assert host.project.state() == state
    assert host.project.state() == untouched
    for _name, state in trail[1:]:
        assert r.Undo_DoRedo2(HERE)
        assert host.project.state() == state
    assert host.project.state() == finished

    # --- what is redone is known as ours: nothing is there to do ----------------------------------
    studio.press("Arrange")
    assert len(studio.parts()) == len(events_after)
    assert studio.foreign() == foreign
