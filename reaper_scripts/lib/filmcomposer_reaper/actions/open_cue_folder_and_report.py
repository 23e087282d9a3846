"""Show the cue's folder and its report."""

from __future__ import annotations

from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.cue.folder import cue_folder, project_folder
from filmcomposer_reaper.flow import open_desk
from filmcomposer_reaper.opening import open_path
from filmcomposer_reaper.poll import Work

REPORT = "report.html"


def work(reaper: Reaper, python: str) -> Work:
    """Open the folder in the file manager, and the report in the browser if it is there."""
    yield
    folder = cue_folder(open_desk(reaper, make=False).record, project_folder(reaper))
    open_path(folder)
    if (folder / REPORT).is_file():
        open_path(folder / REPORT)
    else:
        reaper.say("FilmComposer: the report is made with the stems: press Arrange first.")
