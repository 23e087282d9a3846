"""One running ReaScript: its globals, what it deferred, and what each slice of it cost."""

from __future__ import annotations

import threading
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from tests.fakes.reaper.audit import Event, noting
from tests.fakes.reaper.faults import Gap, Misuse
from tests.fakes.reaper.isolation import World

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host


@dataclass(frozen=True, slots=True)
class Slice:
    """One stay of a script on the main thread.

    ``total_s`` is all of it, ``own_s`` without the emulation's own work for the script's calls.
    """

    what: str
    total_s: float
    own_s: float
    events: tuple[Event, ...]


@dataclass
class Script:
    """A script that was run; more runs of one file are more scripts."""

    host: Host
    file: Path
    deferred: list[str] = field(default_factory=list)
    at_exit: list[str] = field(default_factory=list)
    slices: list[Slice] = field(default_factory=list)
    #: Tracebacks of what the script did not catch; REAPER shows them in a window (a2).
    uncaught: list[str] = field(default_factory=list)
    ended: bool = False

    def __post_init__(self) -> None:
        self.main = ModuleType("__main__")
        names = self.host.script_functions(self)
        # `obj` is what reapy takes as the sign of being inside REAPER (seen); no __file__ (seen).
        self.main.__dict__.update(names, obj=object())
        self.world = World(self.file.parent, self.main, self.host.modules())

    @property
    def events(self) -> list[Event]:
        """All that the audit noted in this script."""
        return [event for s in self.slices for event in s.events]

    @property
    def printed(self) -> str:
        """What the script printed; in REAPER it is lost."""
        return self.world.printed.getvalue()

    def start(self) -> None:
        """Run the script's body.

        One that defers nothing, changed the project and made no undo point of its own gets one
        named after it (a3, unverified).
        """
        project = self.host.project
        before, made = project.state(), project.history.made
        self._slice("body", self.file.read_text("utf-8"), str(self.file))
        if not self.deferred and project.history.made == made and project.state() != before:
            project.history.step(project.state(), f"ReaScript: {self.file.name}")
            project.changes += 1
        self._end_if_done()

    def tick(self) -> None:
        """Run what the script has deferred; what that defers waits for the next tick."""
        codes, self.deferred = self.deferred, []
        for code in codes:
            self._slice("defer", code, "<defer>")
        self._end_if_done()

    def terminate(self) -> None:
        """End it as the user does from REAPER's action list: deferred code is dropped."""
        self.deferred.clear()
        self._end_if_done()

    def _end_if_done(self) -> None:
        if self.deferred or self.ended:
            return
        self.ended = True
        for code in self.at_exit:
            self._slice("atexit", code, "<atexit>")
        self.deferred.clear()

    def _slice(self, what: str, source: str, name: str) -> None:
        """Run source in the script's globals, measured and watched."""
        events: list[Event] = []
        threads, inside = threading.active_count(), self.host.inside_s
        with self.world.entered(), noting(events):
            started = time.perf_counter()
            self._execute(source, name)
            total = time.perf_counter() - started
        own = total - (self.host.inside_s - inside)
        self.slices.append(Slice(what, total, own, tuple(events)))
        if threading.active_count() > threads:
            self.host.faults.append(Misuse("the script started a thread inside REAPER (a2)"))
        self.host.end_of_slice(self)
        self.host.raise_faults()

    def _execute(self, source: str, name: str) -> None:
        main: dict[str, Any] = self.main.__dict__
        try:
            exec(compile(source, name, "exec"), main)
        except (Gap, Misuse):
            pass  # noted where they arose, raised after the slice
        except SystemExit:
            pass  # ends the script quietly (unverified)
        except Exception:  # noqa: BLE001 - whatever a script does, REAPER goes on
            self.uncaught.append(traceback.format_exc())
