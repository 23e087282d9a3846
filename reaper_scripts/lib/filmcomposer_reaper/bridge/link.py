"""Find the bridge from inside REAPER, and start it where there is none."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filmcomposer_bridge.answer import NOT_THERE, check_free, check_protocol, check_status
from filmcomposer_bridge.launch import Start, check_start, launch, serve_command
from filmcomposer_bridge.state import LOG_FILE, Address, bridge_lives, read_address
from filmcomposer_core import __version__
from filmcomposer_core.errors import BridgeError
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.bridge.exchange import ask
from filmcomposer_reaper.poll import pause

START_LIMIT_S = 60.0
LOOK_EVERY_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """A bridge that answered, and what it said of itself."""

    address: Address
    status: dict[str, Any]


def find(reaper: Reaper, folder: Path) -> Generator[None, None, Bridge | None]:
    """Return the bridge that runs; None where there is none.

    Raises
    ------
    BridgeError
        ``no_answer`` where it hangs, ``protocol`` where it speaks another protocol.
    """
    address = read_address(folder)
    if address is None or not bridge_lives(folder):
        return None
    try:
        status = yield from ask(reaper, address, "GET", "/v1/status", protocol=address.protocol)
        check_status(address, status)
    except BridgeError as exc:
        if exc.code in NOT_THERE:
            return None
        raise
    check_protocol(address)
    return Bridge(address=address, status=status)


def reach(reaper: Reaper, folder: Path, python: str) -> Generator[None, None, Bridge]:
    """Return the bridge that runs, launched first where there is none of this version.

    One of another version is asked to end if it has nothing to do.

    Parameters
    ----------
    reaper : Reaper
        Whose console says that the bridge is being started.
    folder : Path
        The state folder.
    python : str
        The bridge's own interpreter.

    Raises
    ------
    BridgeError
        ``start_failed``: it does not come up. ``version_busy``: one of another version has jobs.
        As :func:`find` besides.
    """
    until = reaper.seconds() + START_LIMIT_S
    begun: Start | None = None
    left_over = read_address(folder)
    lived = False
    while True:
        # A bridge holds its lock before it writes its address, so the address is looked at first;
        # until then the old one may lead to another program.
        renewed = read_address(folder) != left_over
        if renewed or begun is None:
            bridge = yield from find(reaper, folder)
            if bridge is not None and bridge.address.version == __version__:
                return bridge
            if bridge is not None:
                check_free(bridge.address, bridge.status)
                yield from ask(reaper, bridge.address, "POST", "/v1/stop", {})
        lived = lived or renewed
        lives = bridge_lives(folder)
        if begun is None and not lives:
            reaper.say("FilmComposer: starting the bridge ...")
            begun = launch(serve_command(python), folder)
            lived, left_over = False, read_address(folder)
        elif lived and not lives:
            msg = "The bridge ended while it was starting."
            raise BridgeError(msg, f"See {folder / LOG_FILE}.", code="start_failed")
        elif begun is not None:
            check_start(folder, begun)
        lived = lived or lives
        if reaper.seconds() > until:
            msg = f"The bridge did not come up within {START_LIMIT_S:g} s."
            raise BridgeError(msg, f"See {folder / LOG_FILE}.", code="start_failed")
        yield from pause(reaper, LOOK_EVERY_S)
