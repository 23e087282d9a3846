"""Score clips with several seeds in two processes and gather what was measured."""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from filmcomposer_core.evaluation.cues import Failed, Scored, Seen, score_clip, see_clip

PROCESSES: Final = 2
T = TypeVar("T")

#: Is told of each step: a sentence.
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """All cues of a run: clips as seen, cues as measured, and what failed."""

    seen: tuple[Seen, ...]
    scored: tuple[Scored, ...]
    failed: tuple[Failed, ...]


def run_music(
    clips: Sequence[Path], *, seeds: int, sound: bool, tell: Tell, processes: int = PROCESSES
) -> Run:
    """Score every clip with seeds 1 to ``seeds`` in a temporary folder and measure the cues.

    Parameters
    ----------
    clips : sequence of Path
        The clips.
    seeds : int
        Cues of each.
    sound : bool
        Whether the mix is rendered and measured too.
    tell : callable
        Is told what is done.
    processes : int
        How many work at once; 1 = this one does it all.

    Returns
    -------
    Run
        A clip or cue that fails is counted there and stops nothing.
    """
    with tempfile.TemporaryDirectory(prefix="filmcomposer-bench-") as name:
        root = Path(name)
        seen: list[Seen] = []
        failed: list[Failed] = []
        with _Workers(min(processes, len(clips))) as workers:
            looks = [
                (clip.name, workers.start(partial(see_clip, clip, root / f"clip{number}")))
                for number, clip in enumerate(clips, start=1)
            ]
            for clip_name, look in looks:
                found = workers.result(look)
                _keep(found or Failed(clip=clip_name, seed=0, why=_KILLED), seen, failed, tell)
        scored: list[Scored] = []
        with _Workers(min(processes, seeds * len(seen))) as workers:
            works = [
                (one.clip, seed, workers.start(partial(score_clip, one, seed, sound=sound)))
                for seed in range(1, seeds + 1)
                for one in seen
            ]
            for clip_name, seed, work in works:
                done = workers.result(work)
                _keep(done or Failed(clip=clip_name, seed=seed, why=_KILLED), scored, failed, tell)
    return Run(seen=tuple(seen), scored=tuple(scored), failed=tuple(failed))


_KILLED: Final = "its process ended"


def _keep(found: T | Failed, kept: list[T], failed: list[Failed], tell: Tell) -> None:
    if isinstance(found, Failed):
        failed.append(found)
        what = f"seed {found.seed}" if found.seed else "picture"
        tell(f"{found.clip}, {what}: failed: {found.why}")
        return
    kept.append(found)
    if isinstance(found, Scored):
        tell(f"{found.clip}, seed {found.seed}: {found.idioms[0]}, {found.work_s:.1f} s")
    elif isinstance(found, Seen):
        tell(f"{found.clip}: seen")


class _Workers:
    """Processes of their own. If one dies, what it did not finish is made again one by one."""

    def __init__(self, processes: int) -> None:
        self._pool = _pool(processes) if processes > 1 else None

    def __enter__(self) -> _Workers:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def start(self, call: Callable[[], T]) -> tuple[Callable[[], T], Future[T] | None]:
        """Begin a call, which can be sent to another process."""
        try:
            return call, None if self._pool is None else self._pool.submit(call)
        except BrokenProcessPool:
            return call, None

    def result(self, task: tuple[Callable[[], T], Future[T] | None]) -> T | None:
        """Return what a call gave; None if its process dies twice."""
        call, future = task
        if self._pool is None:
            return call()
        try:
            if future is not None:
                return future.result()
        except BrokenProcessPool:
            pass
        try:
            with _pool(1) as alone:
                return alone.submit(call).result()
        except BrokenProcessPool:
            return None


def _pool(processes: int) -> ProcessPoolExecutor:
    # Not forked: threads of libraries do not survive it.
    return ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn"))
