"""Calls of REAPER's functions from a test, without a script around them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fakes.reaper.host import Host

#: What a script may pass for "the current project".
HERE = 0


def null(c_type: str) -> str:
    """Return a NULL pointer of a type (without ``*``)."""
    return f"({c_type}*)0x{0:016X}"


class Direct:
    """``direct.CountTracks(0)`` calls ``RPR_CountTracks``; faults are raised at once."""

    def __init__(self, host: Host) -> None:
        self.host = host

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return self.host.functions[f"RPR_{name}"]
