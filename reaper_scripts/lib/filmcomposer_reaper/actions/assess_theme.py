"""Judge the active take of the theme by 19 criteria."""

from __future__ import annotations

from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.flow import Task, carry, open_desk
from filmcomposer_reaper.poll import Work


def work(reaper: Reaper, python: str) -> Work:
    """Have the theme judged and say the verdict; the project stays as it is."""
    desk = open_desk(reaper, make=False)
    task = Task(name="FilmComposer: Assess theme", until="assess", lays=())
    session = yield from carry(reaper, python, desk, task)
    reaper.say("\n".join(["FilmComposer: assessment of the theme", *session.assessment]))
