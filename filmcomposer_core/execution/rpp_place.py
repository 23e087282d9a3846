"""Where a plan is laid: at which time, under whose ids, for which system."""

from __future__ import annotations

import ntpath
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field

from filmcomposer_core.execution.rpp_text import color, guid

#: Endings of REAPER's own plug-ins (files seen).
ENDINGS = {"windows": ".dll", "darwin": ".vst.dylib", "linux": ".vst.so"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The place of a plan; as made by default it is that of ``cue.rpp``.

    ``anchor_s`` is the project time of the first picture frame. ``cue`` goes into every id, so that
    two cues of one project share none. ``folder`` is the absolute path that paths of the plan
    start from; empty = they stay relative to the project file. ``files`` gives paths of the plan
    that go by another name there.
    """

    anchor_s: float = 0.0
    cue: str = ""
    system: str = "linux"
    folder: str = ""
    files: Mapping[str, str] = field(default_factory=dict)

    def time(self, time_s: float) -> float:
        """Return the project time of a time of the picture, in seconds."""
        return self.anchor_s + time_s

    def guid(self, *names: str | int) -> str:
        """Return the id of a thing of this cue, always the same for the same names."""
        return guid(self.cue, *names) if self.cue else guid(*names)

    def path(self, path: str) -> str:
        """Return a path as this system writes it, absolute where there is a folder.

        Examples
        --------
        >>> Placement(folder="/films/cue").path("stems/01_oboe.wav")
        '/films/cue/stems/01_oboe.wav'
        """
        path = self.files.get(path, path)
        if not self.folder:
            return path
        if self.system == "windows":
            return ntpath.normpath(ntpath.join(self.folder, path))
        return posixpath.normpath(posixpath.join(self.folder, path))

    def color(self, text: str) -> int:
        """Return ``#RRGGBB`` in the order of bytes that this system's windows have.

        REAPER's own order for Windows is blue, green, red (our knowledge, not tried there).
        """
        red, green, blue = text[1:3], text[3:5], text[5:7]
        return color(f"#{blue}{green}{red}" if self.system == "windows" else text)

    def plugin(self, name: str) -> str:
        """Return the file name of one of REAPER's own plug-ins."""
        return name + ENDINGS[self.system]
