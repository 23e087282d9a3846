"""Plug-ins of other makers that are installed, as far as a script can see into them."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from tests.fakes.reaper.project.tree import Block, Line

_TAGS = {"VST": "VST", "VSTi": "VST", "VST3": "VST", "VST3i": "VST", "CLAPi": "CLAP", "AUi": "AU"}


@dataclass(frozen=True, slots=True)
class Installed:
    """A plug-in: its full name in REAPER (``VST3i: LABS (Spitfire Audio)``), the user's presets.

    ``state`` is what it keeps in a project when it opens; ``called`` is the only name that it loads
    by, where that is not its full one.
    """

    name: str
    presets: tuple[str, ...] = ()
    state: str = "as it opens"
    called: str = ""

    @property
    def kind(self) -> str:
        """Its kind: VST3i."""
        return self.name.partition(":")[0]

    def block(self) -> Block:
        """Return its block in a chain: name, file, state (i5, file seen)."""
        made = Block(f'{_TAGS[self.kind]} "{self.name}" plug.in 0 "" 77<00> ""')
        made.add(Line(self.kept(self.state)))
        return made

    @staticmethod
    def kept(state: str) -> str:
        """Return a state as the project keeps it."""
        return base64.b64encode(state.encode()).decode()
