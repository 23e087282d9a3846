"""Work out dynamics, pan, reverb and volume anew."""

from __future__ import annotations

from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.flow import Task, open_desk
from filmcomposer_reaper.poll import Work
from filmcomposer_reaper.telling import carry_and_tell


def work(reaper: Reaper, python: str) -> Work:
    """Have it done, stems printed, and the tracks brought up to it."""
    desk = open_desk(reaper, make=False)
    task = Task(name="FilmComposer: Mix", until="report", params={"start": "mix"})
    yield from carry_and_tell(reaper, python, desk, task)
