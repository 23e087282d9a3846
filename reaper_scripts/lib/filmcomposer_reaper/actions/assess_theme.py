"""Judge the active take of the theme by 19 criteria."""

from __future__ import annotations

from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.flow import Task, carry, open_desk
from filmcomposer_reaper.poll import Work

#: Said where both verdicts stand together.
BOTH = (
    "The theme is judged alone, by what a melody can show; the arranged cue by all criteria, with "
    "every part and the mix. So one can be accepted where the other is not."
)


def work(reaper: Reaper, python: str) -> Work:
    """Have the theme judged and say the verdict; the project stays as it is."""
    desk = open_desk(reaper, make=False)
    task = Task(name="FilmComposer: Assess theme", until="assess", lays=())
    session = yield from carry(reaper, python, desk, task)
    lines = session.assessment
    about = ["", BOTH] if any(line.startswith("Arranged cue") for line in lines) else []
    reaper.say("\n".join(["FilmComposer: assessment of the theme", *lines, *about]))
