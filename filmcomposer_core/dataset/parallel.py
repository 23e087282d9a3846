"""Do the same work on many things: one after another here, or spread by Ray."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from filmcomposer_core.errors import InputError, MissingDependencyError

Item = TypeVar("Item")
Result = TypeVar("Result")

#: How often the work on an item is begun again when its worker dies.
RETRIES: Final = 2
#: Tasks under way for each processor: enough that none waits, few enough to stop soon.
_AHEAD: Final = 2
#: The word for a cluster of this computer's own.
LOCAL: Final = "local"
#: What passes between processes is small; Ray would set aside a third of the memory for it.
_STORE_BYTES: Final = 100_000_000
_ANSWER_S: Final = 10.0
_QUIET: Final = {"log_to_driver": False, "logging_level": "ERROR"}


def for_each(
    work: Callable[[Item], Result], items: Iterable[Item], *, ray_address: str = ""
) -> Iterator[tuple[Item, Result | None]]:
    """Carry out work on items.

    Parameters
    ----------
    work : callable
        Of one item; on Ray it and the items are pickled.
    items : iterable
        Each is worked on once.
    ray_address : str
        Empty = one after another in this process; ``auto`` or an address = tasks of that Ray
        cluster; ``local`` or ``local:N`` = of N processes started here for as long as this lasts.

    Yields
    ------
    item
        As each is done, in any order on Ray.
    result
        What the work returned; None if the worker died on it again and again.

    Raises
    ------
    MissingDependencyError
        If Ray is asked for and not installed.
    InputError
        If no cluster answers.
    """
    if not ray_address:
        for item in items:
            yield item, work(item)
        return
    with cluster(ray_address) as ray:
        yield from _spread(ray, work, items)


def _spread(
    ray: Any, work: Callable[[Item], Result], items: Iterable[Item]
) -> Iterator[tuple[Item, Result | None]]:
    task = ray.remote(max_retries=RETRIES)(lambda item: work(item))
    most = max(2, _AHEAD * int(ray.cluster_resources().get("CPU", 1)))
    waiting = iter(items)
    running: dict[Any, Item] = {}
    while True:
        for item in waiting:
            running[task.remote(item)] = item
            if len(running) >= most:
                break
        if not running:
            return
        done, _ = ray.wait(list(running), num_returns=1)
        for reference in done:
            yield running.pop(reference), _result(ray, reference)


def _result(ray: Any, reference: Any) -> Any:
    """Return what a task returned, None if its worker was lost; a fault of the work is raised."""
    try:
        return ray.get(reference)
    except ray.exceptions.RayTaskError as exc:
        raise exc.cause from exc
    except (
        ray.exceptions.WorkerCrashedError,
        ray.exceptions.NodeDiedError,
        ray.exceptions.OutOfMemoryError,
    ):
        return None


@contextmanager
def cluster(address: str) -> Iterator[Any]:
    """Be connected to a Ray cluster, as for :func:`for_each`; work inside uses the same one.

    Yields
    ------
    module
        Ray itself.
    """
    ray = _ray()
    if ray.is_initialized():
        yield ray
        return
    _connect(ray, address)
    try:
        yield ray
    finally:
        ray.shutdown()


def _ray() -> Any:
    # Ray reports its use over the network unless told not to; it reads this when it is imported.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError as exc:
        msg = "Ray is not installed."
        raise MissingDependencyError(msg, "Run: pip install 'filmcomposer[data]'") from exc
    return ray


def _connect(ray: Any, address: str) -> None:
    kind, _, count = address.partition(":")
    own = {"address": "local", "include_dashboard": False, "object_store_memory": _STORE_BYTES}
    try:
        if kind == LOCAL:
            ray.init(**own, **_QUIET, num_cpus=int(count) if count else None)
        else:
            _answers(address)
            ray.init(address=address, **_QUIET)
    except (OSError, ValueError, RuntimeError) as exc:
        msg = f"No Ray cluster answers at {address!r}."
        hint = "Start one with ray start --head, or leave --ray out."
        raise InputError(msg, hint) from exc


def _answers(address: str) -> None:
    """Raise OSError if nobody listens at an address: Ray itself would try for half an hour."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdigit():
        socket.create_connection((host, int(port)), timeout=_ANSWER_S).close()
