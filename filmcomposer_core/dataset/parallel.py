"""Do the same work on many things: one after another here, or spread by Ray."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, TypeVar

from filmcomposer_core.errors import InputError, MissingDependencyError

Item = TypeVar("Item")
Result = TypeVar("Result")

#: How often the work on an item is begun again when its worker dies.
RETRIES: Final = 2
#: Tasks under way for each processor: enough that none waits, few enough to stop soon.
_AHEAD: Final = 2


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
        cluster; ``local`` = of a cluster started on this computer for as long as this goes on.

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
    ray = _connected(ray_address)
    try:
        yield from _spread(ray, work, items)
    finally:
        ray.shutdown()


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


def _connected(address: str) -> Any:
    # Ray reports its use over the network unless told not to; it reads this when it is imported.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError as exc:
        msg = "Ray is not installed."
        raise MissingDependencyError(
            msg, "Install the extra: pip install 'filmcomposer[data]'"
        ) from exc
    try:
        if address == "local":
            ray.init(address="local", include_dashboard=False, log_to_driver=False)
        else:
            ray.init(address=address, log_to_driver=False)
    except (ConnectionError, ValueError, RuntimeError) as exc:
        msg = f"No Ray cluster answers at {address!r}."
        hint = "Start one with ray start --head, or leave --ray out."
        raise InputError(msg, hint) from exc
    return ray
