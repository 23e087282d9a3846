"""Hold a conversation in a thread of its own, and stop it at once when the user wants that.

Work that waits for a server cannot look for a cancel itself, what carries the conversation may hold
one back until a reply has come, and looking up a host name cannot be interrupted at all. So the
caller's thread keeps watch, and leaves when it must.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import wait
from typing import Any, TypeVar

T = TypeVar("T")

#: How often the caller looks whether the user wants to stop, in seconds.
EVERY_S = 0.2
#: How long work that was told to stop may take to put itself away.
_PATIENCE_S = 0.4


def run_watched(
    work: Callable[[], Coroutine[Any, Any, T]],
    *,
    watch: Callable[[], None],
    stop: Callable[[], None],
) -> T:
    """Carry out asynchronous work and return its result.

    Works also where the caller's thread has an event loop of its own that is running.

    Parameters
    ----------
    work : callable
        Makes the coroutine.
    watch : callable
        Called several times a second; what it raises (:class:`Cancelled`) stops the work and is
        raised here.
    stop : callable
        Called in the loop of the work: has it end soon.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=_serve, args=(loop,), name="agents", daemon=True)
    thread.start()
    future = asyncio.run_coroutine_threadsafe(work(), loop)
    try:
        while not wait([future], timeout=EVERY_S).done:
            watch()
        return future.result()
    finally:
        if not future.done():
            loop.call_soon_threadsafe(stop)
            wait([future], timeout=_PATIENCE_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_PATIENCE_S)


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    # What is broken off is not told on the user's screen.
    loop.set_exception_handler(lambda _loop, _context: None)
    try:
        loop.run_forever()
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left, timeout=2.0))
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()


def finish(work: Coroutine[Any, Any, T]) -> T:
    """Carry out work that waits for nothing, as theory does: no loop, no thread."""
    try:
        work.send(None)
    except StopIteration as done:
        value: T = done.value
        return value
    work.close()
    msg = "theory waited for something"
    raise RuntimeError(msg)
