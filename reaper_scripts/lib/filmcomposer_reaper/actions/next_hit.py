"""Move the edit cursor to the cue's next hit."""

from __future__ import annotations

from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.adapter.window import show_progress
from filmcomposer_reaper.flow import open_desk
from filmcomposer_reaper.markers.go import NEXT, go
from filmcomposer_reaper.poll import Work


def work(reaper: Reaper, python: str) -> Work:
    """Go there; the project stays as it is."""
    yield
    arrival = go(reaper, open_desk(reaper, make=False).record, NEXT)
    show_progress(reaper, f"FilmComposer: {arrival.words}")
    if not arrival.moved:
        reaper.say(f"FilmComposer: {arrival.words}")
