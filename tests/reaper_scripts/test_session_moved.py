"""The picture moved with its music."""

from __future__ import annotations

import pytest

from tests.fakes.reaper import Host
from tests.fakes.reaper.project import tempo_map
from tests.reaper_scripts.studio import (
    AT_S,
    SECONDS,
    Studio,
    events,
    folder,
)

#: How far each move goes, in seconds.
BY_S = 3.25


@pytest.mark.parametrize(
    "moves", [(False,), (True, False)], ids=["all dragged", "space inserted, then all dragged"]
)
def test_the_picture_moved_with_its_music(studio: Studio, moves: tuple[bool, ...]) -> None:
    """What goes along is no change by the user: nothing is asked, no file of the cue is edited.

    Space that is inserted takes the tempo map along.
    """
    host, items = studio.host, studio.items
    said = studio.press("Score_selected_video", ["", "1"])
    assert studio.steps() == ["FilmComposer: Score selected video"], said
    files = [folder(studio) / name for name in ("spots.csv", "daw_plan.json", "tempo.json")]
    before = {file: file.read_text("utf-8") for file in files}
    heard = {k: events(b) for k, b in studio.parts().items()}
    hits = sorted(t for n, t in studio.markers() if n not in (40, 41))

    for number, with_tempo in enumerate(moves, 1):
        start = AT_S + number * BY_S
        everything_later(host, BY_S, tempo=with_tempo)
        studio.edited("Move")
        said = studio.press("Score_selected_video", ["", "1"])
        assert studio.steps() == ["FilmComposer: Score selected video"], said
        assert {file: file.read_text("utf-8") for file in files} == before
        assert {k: events(b) for k, b in studio.parts().items()} == heard
        for block in studio.ours().values():
            for item in block.blocks("ITEM"):
                assert start - 1e-6 <= item.read_number("POSITION", 1) < start + SECONDS
        assert sorted(t for n, t in studio.markers() if n not in (40, 41)) == pytest.approx(
            [t + start - AT_S for t in hits]
        )
        assert items.r.GetMediaItemInfo_Value(items.pointer(studio.film), "D_POSITION") == start
        lines = tempo_map.lines(host.project)
        assert lines[1].number(1) == pytest.approx(start)
        studio.press("Score_selected_video", ["", "1"])
        assert studio.steps() == []


def everything_later(host: Host, by_s: float, *, tempo: bool) -> None:
    """Move all items, envelopes and markers, and the tempo map or not."""
    for track in host.project.tracks():
        for block in track.body:
            if block.key == "ITEM":
                line = block.line("POSITION")  # type: ignore[attr-defined]
                line.put(1, line.number(1) + by_s)
            elif block.key.rstrip("23").endswith("ENV"):
                for line in block.lines("PT"):  # type: ignore[attr-defined]
                    line.put(1, line.number(1) + by_s)
    for line in host.project.root.lines("MARKER"):
        line.put(2, line.number(2) + by_s)
    for line in tempo_map.lines(host.project) if tempo else ():
        if line.number(1):
            line.put(1, line.number(1) + by_s)
            if line.number(4):  # its bar may begin anywhere
                line.put(6, str(int(line.number(6)) | 4))
