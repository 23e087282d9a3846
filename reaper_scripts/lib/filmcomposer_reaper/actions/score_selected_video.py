"""Score the selected video item: everything at once."""

from __future__ import annotations

from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.asking import ask_wishes
from filmcomposer_reaper.flow import Task, open_desk
from filmcomposer_reaper.poll import Work
from filmcomposer_reaper.telling import carry_and_tell


def work(reaper: Reaper, python: str) -> Work:
    """Ask for the composer's wishes, have the cue made, and lay it into the project."""
    desk = open_desk(reaper)
    wishes = ask_wishes(reaper, desk.record, "Score selected video")
    if wishes is None:
        return
    task = Task(
        name="FilmComposer: Score selected video", until="report", params=wishes, new_theme=True
    )
    yield from carry_and_tell(reaper, python, desk, task)
