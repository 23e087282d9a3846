"""The emulated REAPER: what all scripts share."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from tests.fakes.reaper import behaviours as _behaviours  # noqa: F401 - registers them
from tests.fakes.reaper import functions, packing, wrapper
from tests.fakes.reaper.faults import Misuse
from tests.fakes.reaper.project import Project
from tests.fakes.reaper.project.installed import Installed
from tests.fakes.reaper.project.rendering import Rendered
from tests.fakes.reaper.script import Script
from tests.fakes.reaper.table import HOST_ONLY, Function
from tests.fakes.reaper.table import functions as table

#: About 30 defer calls a second (seen).
TICK_S = 1 / 30
#: What REAPER does when an action is run whose script still runs: the flags of reaper-kb.ini.
WhenRunning = Literal["ask", "terminate", "new"]


@dataclass(frozen=True, slots=True)
class Answer:
    """A user's answer to a dialog, and the seconds it takes."""

    given: object
    after_s: float


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
        #: Plug-ins of other makers.
        self.installed: list[Installed] = []
        self.rendered: list[Rendered] = []
        #: The one in front; ``tabs`` holds all that are open.
        self.project = Project(self.objects, version, native)
        self.tabs = [self.project]
        self._tabs_opened = 1
        #: A script has put its own ``rpr_packp`` into the wrapper (reapy.md: reapy does).
        self.unchecked = False
        #: Command ids by name (``_RS...``), the state of their buttons, and buttons drawn again.
        self.commands: dict[str, int] = {}
        self.toggles: dict[int, int] = {}
        self.buttons_drawn: list[int] = []
        #: The line of help at the bottom of the track panel, and all that were in it.
        self.help = ""
        self.helps: list[str] = []
        #: What the user will answer to the dialogs to come, and the dialogs that came.
        self.answers: list[Answer] = []
        self.dialogs: list[tuple[str, ...]] = []
        #: What the type of an offline source reads as: not established, so both are run.
        self.offline_type: Literal["marked", "plain"] = "marked"
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

    # --- tabs ---------------------------------------------------------------------------------

    def open_tab(self, path: Path | None = None) -> Project:
        """Open a project in a new tab, as the user does; it comes to the front."""
        tab = self._tabs_opened
        self._tabs_opened += 1
        project = Project(self.objects, self.version, self.native, tab)
        if path is not None:
            project.open(path)
        self.tabs.append(project)
        self.show(project)
        return project

    def show(self, project: Project) -> None:
        """Bring an open project to the front; no pointer outlives that (reapy.md, strict)."""
        if project is not self.project:
            for each in self.tabs:
                each.handles.retire(each.root)
        self.project = project

    def close_tab(self, project: Project) -> None:
        """Close a project; another one comes to the front."""
        self.tabs.remove(project)
        project.handles.retire(project.root)
        project.handles.retire(project.itself)
        if project is self.project:
            self.project = self.tabs[0]

    @contextmanager
    def in_project_of(self, values: Sequence[object], function: Function) -> Iterator[None]:
        """Carry out a call in the project that its pointers belong to."""
        front = self.project
        if len(self.tabs) > 1 and function.name != "SelectProjectInstance":
            for argument, value in zip(function.arguments, values, strict=True):
                if argument.passing == "pointer" and value:
                    owners = (tab for tab in self.tabs if value in tab.handles.nodes)
                    self.project = next(owners, self.project)
                    break
        inner = self.project
        try:
            yield
        finally:
            if self.project is inner:  # else the call itself brought another one to the front
                self.project = front

    def answer(self, given: object, *, after_s: float = 0.0) -> None:
        """Say what the user will answer to the next dialog, and how long that takes."""
        self.answers.append(Answer(given, after_s))

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
        number = int(match[2], 16) if match else 0
        known = (tab.handles.known.get(number) for tab in self.tabs)
        found = next((c_type for c_type in known if c_type is not None), None)
        if found is not None and wanted != "void*":  # ValidatePtr2 is there to ask
            state = "is dead" if found == wanted else f"is a {found}"
            raise Misuse(f"{value} {state}, where {wanted} is wanted")
        if number and self.unchecked:
            raise Misuse(f"{value} never was a pointer, and reapy lets it through (reapy.md)")

    def end_of_slice(self, script: Script) -> None:
        """Note what a script may not leave behind when it gives REAPER the main thread back."""
        for left in self.tabs:
            self._end_of_slice(left, script)

    def _end_of_slice(self, left: Project, script: Script) -> None:
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
