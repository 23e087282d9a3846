"""Find the bridge, start it where there is none, end it. Standard library only.

This runs inside REAPER's embedded Python as well: no threads, no ``sys.executable`` (there it is
REAPER), nothing printed. Nothing here waits but :func:`ensure` and :func:`stop`; an action calls
:func:`find` on its defer ticks, and :func:`launch` once where there is no bridge.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from filmcomposer_bridge.answer import NOT_THERE, check_free, check_protocol
from filmcomposer_bridge.connection import TIMEOUT_S, Client
from filmcomposer_bridge.launch import check_start, launch, serve_command
from filmcomposer_bridge.state import bridge_lives, read_address, state_folder
from filmcomposer_core import __version__
from filmcomposer_core.errors import BridgeError

__all__ = ["Client", "ensure", "find", "launch", "retire", "serve_command", "stop"]


def _reach(folder: Path, timeout_s: float) -> Client | None:
    """Return a client of the running bridge, whatever it speaks; None without one."""
    address = read_address(folder)
    if address is None or not bridge_lives(folder):
        return None
    client = Client(address, timeout_s=timeout_s)
    try:
        client.status()
    except BridgeError as exc:
        client.close()
        if exc.code in NOT_THERE:
            return None
        raise
    return client


def find(folder: Path | None = None, *, timeout_s: float = TIMEOUT_S) -> Client | None:
    """Return a client of the bridge that runs, or None.

    A file left by a dead bridge, or a port that another program has taken since, is no bridge.

    Parameters
    ----------
    folder : Path, optional
        The state folder, if not this user's usual one.
    timeout_s : float
        Longest wait for an answer, in seconds.

    Raises
    ------
    BridgeError
        ``protocol``: a bridge of another protocol runs. ``no_answer``: it hangs.
    """
    client = _reach(folder or state_folder(), timeout_s)
    if client is not None:
        try:
            check_protocol(client.address)
        except BridgeError:
            client.close()
            raise
    return client


def retire(client: Client) -> None:
    """Ask a bridge of another version of the product to end, unless it is at work.

    The new one may be launched at once: it waits until this one is gone.

    Raises
    ------
    BridgeError
        ``version_busy``: it has jobs running or queued.
    """
    check_free(client.address, client.status())
    client.stop()


def ensure(
    command: Sequence[str], folder: Path | None = None, *, timeout_s: float = 60.0
) -> Client:
    """Return a client of a running bridge of this version; launch one where there is none.

    Parameters
    ----------
    command : sequence of str
        What to launch, as :func:`serve_command` gives it.
    folder : Path, optional
        The state folder, if not this user's usual one.
    timeout_s : float
        Longest wait in all, in seconds.

    Raises
    ------
    BridgeError
        If no bridge comes up, or one of another version is at work.
    """
    folder = folder or state_folder()
    deadline = time.monotonic() + timeout_s
    client = find(folder)
    if client and client.address.version == __version__:
        return client
    if client:
        with client:
            retire(client)
    began = launch(command, folder)
    while time.monotonic() < deadline:
        client = find(folder)
        if client and client.address.version == __version__:
            return client
        if client:
            client.close()
        check_start(folder, began)
        time.sleep(0.05)
    msg = f"The bridge did not come up within {timeout_s:g} s."
    raise BridgeError(msg, f"See the log in {folder}.", code="start_failed")


def stop(folder: Path | None = None, *, timeout_s: float = 60.0) -> dict[str, Any] | None:
    """End the bridge and wait until it is gone.

    Returns
    -------
    dict or None
        The bridge's last status; its ``running`` jobs went back to the queue. None where no bridge
        ran.

    Raises
    ------
    BridgeError
        If it does not end in time.
    """
    folder = folder or state_folder()
    deadline = time.monotonic() + timeout_s
    client = _reach(folder, TIMEOUT_S)
    if client is None:
        return None
    with client:
        status = client.status()
        with contextlib.suppress(BridgeError):
            client.stop()
    while bridge_lives(folder):
        if time.monotonic() > deadline:
            msg = f"The bridge (process {client.address.pid}) did not end in {timeout_s:g} s."
            raise BridgeError(msg, "End that process.", code="no_answer")
        time.sleep(0.05)
    return status
