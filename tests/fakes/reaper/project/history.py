"""Undo: whole states of the project, in text."""

from __future__ import annotations

from dataclasses import dataclass

from tests.fakes.reaper.faults import Misuse


@dataclass
class History:
    """The states that undo goes back and forth between.

    Undo restores the whole previous state, also what changed without a step in between (h1,
    measured 7.8x); so a state is all that is kept.
    """

    states: list[tuple[str, str]]
    at: int = 0
    depth: int = 0
    #: Steps made (not by undo or redo), for whoever asks whether a script made its own.
    made: int = 0
    _before: str = ""

    def begin(self, state: str) -> None:
        """Open a block; blocks nest by a counter (h1, header)."""
        if not self.depth:
            self._before = state
        self.depth += 1

    def overlook(self, before: str, after: str) -> None:
        """Take a change as none of the open block's, where that is its only one so far."""
        if self.depth and before == self._before:
            self._before = after

    def end(self, state: str, name: str) -> bool:
        """Close a block; whether it made a step. One that changes nothing adds none (h1)."""
        if not self.depth:
            raise Misuse("an undo block is ended that was not begun: it breaks later undo (h1)")
        self.depth -= 1
        if self.depth:
            return False
        return state != self._before and self.step(state, name)

    def step(self, state: str, name: str) -> bool:
        """Add a step where the state differs from the last one kept."""
        if state == self.states[self.at][1]:
            return False
        del self.states[self.at + 1 :]
        self.states.append((name, state))
        self.at += 1
        self.made += 1
        return True

    def undo_name(self) -> str | None:
        """Return what undo would undo."""
        return self.states[self.at][0] if self.at else None

    def redo_name(self) -> str | None:
        """Return what redo would redo."""
        return self.states[self.at + 1][0] if self.at + 1 < len(self.states) else None

    def move(self, by: int) -> str | None:
        """Go one state back or forth; the state to restore, or None at the end."""
        if self.depth:
            raise Misuse("undo or redo inside of an open undo block")
        if not 0 <= self.at + by < len(self.states):
            return None
        self.at += by
        return self.states[self.at][1]
