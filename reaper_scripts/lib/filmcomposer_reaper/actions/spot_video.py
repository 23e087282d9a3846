"""Find the hit points of the selected video item and show them as markers."""

from __future__ import annotations

from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.flow import MARKERS, Task, carry, open_desk
from filmcomposer_reaper.poll import Work
from filmcomposer_reaper.words import counted


def work(reaper: Reaper, python: str) -> Work:
    """Have the picture looked at and lay its hits in as markers."""
    desk = open_desk(reaper)
    task = Task(name="FilmComposer: Spot video", until="spot", lays=(MARKERS,))
    session = yield from carry(reaper, python, desk, task)
    hits = sum(marker.hit_class != "avoid" for marker in session.markers)
    reaper.say(
        f"FilmComposer: {counted(hits, 'hit')} found. Move, rename, delete or add markers, then "
        "press Read my markers back."
    )
