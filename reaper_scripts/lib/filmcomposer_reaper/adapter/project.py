"""The project in front: its file, its clock, where the user stands in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from filmcomposer_reaper.adapter.reaper import Reaper, is_null

_PATH_BYTES = 16 * 1024
_IN_FRONT = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """Which project is in front; ``path`` is None where it was never saved.

    ``handle`` tells tabs apart. It is only ever compared, never given to REAPER.
    """

    handle: str
    path: Path | None

    def is_same(self, other: Project) -> bool:
        """Whether both are one project, saved under another name or closed and opened again."""
        return self.handle == other.handle or (self.path is not None and self.path == other.path)


def project_in_front(reaper: Reaper) -> Project:
    """Return the project in front."""
    handle, _, name, _ = reaper.rpr.EnumProjects(_IN_FRONT, "", _PATH_BYTES)
    return Project(handle=str(handle), path=Path(name) if name else None)


def open_projects(reaper: Reaper) -> list[Project]:
    """Return the projects of all tabs."""
    found: list[Project] = []
    while True:
        handle, _, name, _ = reaper.rpr.EnumProjects(len(found), "", _PATH_BYTES)
        if is_null(handle):
            return found
        found.append(Project(handle=str(handle), path=Path(name) if name else None))


def start_offset_s(reaper: Reaper) -> float:
    """Return what the ruler shows at the project's first moment, in seconds."""
    return float(reaper.rpr.GetProjectTimeOffset(0, False))


def frame_rate(reaper: Reaper) -> tuple[float, bool]:
    """Return the project's frames a second, and whether its timecode drops frames."""
    rate, _, drop = reaper.rpr.TimeMap_curFrameRate(0, False)
    return float(rate), bool(drop)


def edit_cursor_s(reaper: Reaper) -> float:
    """Return where the edit cursor stands, in project seconds."""
    return float(reaper.reapy.Project().cursor_position)
