"""What the passes of one rendering share, and how they spread over threads."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from filmcomposer_core.errors import Cancelled
from filmcomposer_core.progress import Progress
from filmcomposer_core.render.prints import Prints
from filmcomposer_core.render.result import RenderSettings
from filmcomposer_core.render.session import Session
from filmcomposer_core.render.soundfont import Soundfont
from filmcomposer_core.render.synth import Synth

_Result = TypeVar("_Result")
_WAIT_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A rendering under way; ``block`` is the number of samples held at a time.

    ``work`` holds what goes when it ends, ``prints`` what is kept of the parts, ``player`` is the
    key of what plays them (:func:`filmcomposer_core.render.keys.player_key`).
    """

    session: Session
    settings: RenderSettings
    font: Soundfont
    synth: Synth
    work: Path
    prints: Prints
    player: str
    block: int
    pool: ThreadPoolExecutor
    progress: Progress
    stop: threading.Event = field(default_factory=threading.Event)
    ticks: queue.SimpleQueue[None] = field(default_factory=queue.SimpleQueue)

    def tick(self) -> None:
        """Count one step done by a thread of the pool.

        Raises
        ------
        Cancelled
            If another thread failed or the user stopped the work.
        """
        if self.stop.is_set():
            msg = "The rendering was stopped."
            raise Cancelled(msg)
        self.ticks.put(None)

    def gather(
        self,
        futures: Sequence[Future[_Result]],
        *,
        ticks: int,
        span: tuple[float, float],
        message: str,
    ) -> list[_Result]:
        """Wait for work of the pool and return its results.

        Parameters
        ----------
        futures : sequence of Future
            What was submitted.
        ticks : int
            Steps that they count in all.
        span : tuple of float
            Progress at the beginning and at the end.
        message : str
            What is done.

        Raises
        ------
        FilmComposerError
            The first failure; it stops the others.
        """
        done = 0
        while waiting := [future for future in futures if not future.done()]:
            wait(waiting, timeout=_WAIT_S, return_when=FIRST_COMPLETED)
            while not self.ticks.empty():
                self.ticks.get()
                done += 1
            if any(future.done() and future.exception() for future in futures):
                self.stop.set()
            share = min(1.0, done / max(ticks, 1))
            self.progress(span[0] + (span[1] - span[0]) * share, message)
        while not self.ticks.empty():
            self.ticks.get()
        failures = [error for future in futures if (error := future.exception()) is not None]
        for error in sorted(failures, key=lambda item: isinstance(item, Cancelled)):
            raise error
        return [future.result() for future in futures]
