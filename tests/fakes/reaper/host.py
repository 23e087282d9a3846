"""The emulated REAPER: what all scripts share."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from tests.fakes.reaper import behaviours as _behaviours  # noqa: F401 - registers them
from tests.fakes.reaper import functions, packing, wrapper
from tests.fakes.reaper.faults import Misuse
from tests.fakes.reaper.project import Project
from tests.fakes.reaper.script import Script
from tests.fakes.reaper.table import HOST_ONLY
from tests.fakes.reaper.table import functions as table

#: About 30 defer calls a second (seen).
TICK_S = 1 / 30
#: What REAPER does when an action is run whose script still runs: the flags of reaper-kb.ini.
WhenRunning = Literal["ask", "terminate", "new"]


class Host:
    """One session of REAPER.

    Parameters
    ----------
    clock : {"virtual", "real"}
        ``virtual`` moves by a tick's length with each tick, without waiting; ``real`` waits.
    version : tuple of int
        Functions that came after it do not exist.
    resources : Path
        What ``RPR_GetResourcePath`` gives.
    more : mapping
        Behaviours beside the registered ones, or in their place.
    native : {"rgb", "bgr"}
        The order of colours: bgr on Windows, rgb on macOS and Linux (d, unverified).
    """

    def __init__(
        self,
        *,
        clock: Literal["virtual", "real"] = "virtual",
        version: tuple[int, ...] = (7, 78),
        resources: Path | None = None,
        more: Mapping[str, functions.Behaviour] | None = None,
        native: Literal["rgb", "bgr"] = "rgb",
    ) -> None:
        self.clock = clock
        self.version = version
        self.resources = resources
        self.behaviours = {**functions.BEHAVIOURS, **(more or {})}
        self.now_s = 1000.0
        self.console = ""
        self.ext_state: dict[tuple[str, str], str] = {}
        self.persistent: dict[tuple[str, str], str] = {}
        #: Address -> C type of every object alive.
        self.objects: dict[int, str] = {}
        self.native = native
        #: Seconds of media files that are not on disk, or that the emulation cannot read.
        self.media: dict[str, float] = {}
        self.project = Project(self.objects, version, native)
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.faults: list[BaseException] = []
        self.inside_s = 0.0
        self.scripts: list[Script] = []
        #: What ``reaper_python`` holds; a script's globals have three more.
        self.functions = {
            f"RPR_{f.name}": functions.make(self, f)
            for f in table().values()
            if f.since <= version and f.name not in HOST_ONLY
        }

    def seconds(self) -> float:
        """Return the clock that scripts read."""
        return time.perf_counter() if self.clock == "real" else self.now_s

    def alive(self, address: int, c_type: str) -> bool:
        """Whether a pointer would pass REAPER's own check."""
        found = self.objects.get(address)
        return found is not None and c_type in (found, "void*")

    def refuse_pointer(self, value: object, wanted: str) -> None:
        """Raise for a pointer that packs to NULL because it died or is of another type.

        REAPER's wrapper passes NULL silently then (a4, file seen), and where reapy has taken the
        check away the dead pointer itself: neither is ever meant.
        """
        match = packing.POINTER.match(str(value))
        found = self.project.handles.known.get(int(match[2], 16)) if match else None
        if found is not None and wanted != "void*":  # ValidatePtr2 is there to ask
            state = "is dead" if found == wanted else f"is a {found}"
            raise Misuse(f"{value} {state}, where {wanted} is wanted")

    def end_of_slice(self, script: Script) -> None:
        """Note what a script may not leave behind when it gives REAPER the main thread back."""
        left = self.project
        if left.history.depth:
            left.history.depth = 0
            why = "REAPER closes it under its own name (h1)"
            self.faults.append(Misuse(f"{script.file.name} left an undo block open: {why}"))
        if left.refresh_locks:
            left.refresh_locks = 0
            self.faults.append(Misuse(f"{script.file.name} left the refresh lock on (h1)"))
        if left.unsorted:
            left.unsorted.clear()
            self.faults.append(Misuse(f"{script.file.name} left events or points unsorted (e, g)"))

    def count(self, name: str) -> int:
        """Return how often a function (without ``RPR_``) was called."""
        return sum(called == name for called, _ in self.calls)

    # --- scripts ------------------------------------------------------------------------------

    def run(self, file: Path, *, when_running: WhenRunning = "ask") -> Script:
        """Run an action's file as a press of its button does.

        Raises
        ------
        Misuse
            When it still runs and ``when_running`` is "ask": REAPER would open a dialog.
        """
        others = [s for s in self.scripts if s.file == file and not s.ended]
        if others and when_running == "ask":
            raise Misuse(f"{file.name} still runs: REAPER asks whether to end it")
        if when_running == "terminate":
            for other in others:
                other.terminate()
        script = Script(self, file)
        self.scripts.append(script)
        script.start()
        return script

    def tick(self) -> None:
        """Let a thirtieth of a second pass and run what was deferred."""
        if self.clock == "real":
            time.sleep(TICK_S)
        self.now_s += TICK_S
        for script in list(self.scripts):
            if script.deferred:
                script.tick()

    def pump(self, until: Callable[[], bool], *, limit_s: float = 60.0) -> None:
        """Run ticks until something holds; AssertionError when it does not within the limit."""
        last = self.seconds() + limit_s
        while not until():
            if self.seconds() > last:
                raise AssertionError(
                    f"still waiting after {limit_s:.0f} s; console:\n{self.console}"
                )
            self.tick()

    def pump_all(self, *, limit_s: float = 60.0) -> None:
        """Run ticks until every script has ended."""
        self.pump(lambda: all(s.ended for s in self.scripts), limit_s=limit_s)

    def raise_faults(self) -> None:
        """Raise the first thing that a script should not have done, caught by it or not."""
        if self.faults:
            first, self.faults = self.faults[0], []
            raise first

    # --- what a script gets -------------------------------------------------------------------

    def script_functions(self, script: Script) -> dict[str, Any]:
        """Return the ``RPR_`` names of a script's globals."""

        def later(queue: list[str], code: object) -> None:
            if not isinstance(code, str):  # REAPER does nothing then (seen): never what is meant
                fault = Misuse(f"RPR_defer and RPR_atexit take source text, not {code!r}")
                self.faults.append(fault)
                raise fault
            queue.append(code)

        def defer(code: str) -> None:
            self.calls.append(("defer", (code,)))
            later(script.deferred, code)

        def at_exit(code: str) -> None:
            self.calls.append(("atexit", (code,)))
            later(script.at_exit, code)

        own = {"RPR_defer": defer, "RPR_runloop": defer, "RPR_atexit": at_exit}
        return {**self.functions, **own}

    def modules(self) -> dict[str, ModuleType]:
        """Return the modules that REAPER itself puts on a script's path."""
        return {"reaper_python": wrapper.module(self, self.functions)}
