"""Undo takes notes, sound and cue folder back together."""

from __future__ import annotations

import pytest

from tests.fakes.reaper.direct import HERE
from tests.reaper_scripts.conftest import VERSIONS
from tests.reaper_scripts.studio import (
    Studio,
    events,
    folder,
    silent,
    wait,
)


@pytest.mark.parametrize("studio", VERSIONS[-1:], indirect=True, ids=["7.78"])
def test_undo_takes_sound_and_folder_along(studio: Studio) -> None:
    host = studio.host
    studio.press("Score_selected_video", ["sad piano", "1"])
    sad, heard = host.project.state(), {k: events(b) for k, b in studio.parts().items()}
    scored = (folder(studio) / "score.json").read_bytes()
    studio.press("Score_selected_video", ["heroic brass fanfare", "2"])
    assert (folder(studio) / "score.json").read_bytes() != scored

    studio.items.r.Undo_DoUndo2(HERE)
    assert host.project.state() == sad
    assert silent(studio) == []
    said = studio.press("Mix")
    assert "taken back" in said
    assert {k: events(b) for k, b in studio.parts().items()} == heard
    assert (folder(studio) / "score.json").read_bytes() == scored
    assert silent(studio) == []

    # undone while the bridge works: nothing is laid in over what the composer now sees
    studio.begin("Score_selected_video", ["heroic brass fanfare", "2"])
    wait(host, "render")
    studio.items.r.Undo_DoUndo2(HERE)
    undone = host.project.state()
    host.pump_all(limit_s=120)
    said = studio.ended()
    assert "changed in the project while it was worked on; nothing was laid in" in said
    assert host.project.state() == undone

    # a second action on the same cue waits for the first
    studio.items.r.Undo_DoRedo2(HERE)
    studio.begin("Score_selected_video", ["a slow waltz", "3"])
    wait(host, "render")
    host.run(studio.scripts / "FilmComposer_Spot_video.py")
    host.pump_all(limit_s=120)
    said = studio.ended()
    assert "Score selected video is still at work on this cue" in said
    assert studio.steps() == ["FilmComposer: Score selected video"]
    times = [time_s for _, time_s in studio.markers()]
    assert len(set(times)) == len(times)
