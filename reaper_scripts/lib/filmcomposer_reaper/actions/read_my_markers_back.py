"""Take the user's changes of the hit markers into the cue."""

from __future__ import annotations

from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.flow import MARKERS, Task, carry, open_desk
from filmcomposer_reaper.poll import Work
from filmcomposer_reaper.words import counted


def work(reaper: Reaper, python: str) -> Work:
    """Have the markers taken over, and lay them in again with names and colours in order."""
    desk = open_desk(reaper, make=False)
    task = Task(name="FilmComposer: Read my markers back", until="spot", lays=(MARKERS,))
    session = yield from carry(reaper, python, desk, task)
    hits = sum(marker.hit_class != "avoid" for marker in session.markers)
    reaper.say(
        f"FilmComposer: the cue has {counted(hits, 'hit')} now. Fit tempo to hits, Arrange and "
        "Score selected video follow them."
    )
