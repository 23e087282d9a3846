"""Write themes to choose from, as takes of one item."""

from __future__ import annotations

from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.asking import ask_wishes
from filmcomposer_reaper.flow import Task, carry, open_desk
from filmcomposer_reaper.poll import Work
from filmcomposer_reaper.telling import tell_makers

THEMES = 3


def work(reaper: Reaper, python: str) -> Work:
    """Ask for wishes, have themes written and lay them in, the best as the active take."""
    desk = open_desk(reaper)
    wishes = ask_wishes(reaper, desk.record, "Compose theme", themes=THEMES)
    if wishes is None:
        return
    task = Task(name="FilmComposer: Compose theme", until="compose", params=wishes, new_theme=True)
    session = yield from carry(reaper, python, desk, task)
    takes = "\n".join(f"  {take}" for take in session.theme)
    reaper.say(f"FilmComposer: choose a take, edit it if you like, then press Arrange.\n{takes}")
    tell_makers(reaper, session)
