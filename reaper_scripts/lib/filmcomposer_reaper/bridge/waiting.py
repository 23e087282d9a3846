"""Wait until the user comes back to the project that work was done for."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from filmcomposer_core.errors import DawError
from filmcomposer_reaper.adapter.project import Project, open_projects, project_in_front
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.adapter.window import show_progress
from filmcomposer_reaper.poll import pause

LOOK_EVERY_S = 0.5


def wait_for_project(reaper: Reaper, project: Project, folder: Path) -> Generator[None, None, None]:
    """Return when a project is in front; at once if it is.

    Parameters
    ----------
    reaper : Reaper
    project : Project
    folder : Path
        Where the finished work lies, to be told.

    Raises
    ------
    DawError
        If it was closed.
    """
    name = project.path.name if project.path is not None else "the project"
    told = False
    while not project_in_front(reaper).is_same(project):
        if not any(other.is_same(project) for other in open_projects(reaper)):
            msg = f"{name} was closed before the work on it was done; nothing was laid in."
            raise DawError(msg, f"What was made is in {folder}: open it and press again.")
        text = f"FilmComposer: done. Go back to the tab of {name}, to have it laid in."
        show_progress(reaper, text)
        if not told:
            reaper.say(text)
            told = True
        yield from pause(reaper, LOOK_EVERY_S)
