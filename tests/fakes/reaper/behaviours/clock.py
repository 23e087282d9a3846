"""Time, paths and what exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.reaper.faults import Gap
from tests.fakes.reaper.functions import behaviour
from tests.fakes.reaper.table import functions

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host


@behaviour("time_precise")
def time_precise(host: Host) -> float:
    """Seconds on a clock that only goes forward (header)."""
    return host.seconds()


@behaviour("GetResourcePath")
def resource_path(host: Host) -> str:
    """The resource folder (header)."""
    if host.resources is None:
        raise Gap("this test gave the host no resource folder")
    return str(host.resources)


@behaviour("GetAppVersion")
def app_version(host: Host) -> str:
    """Such as ``7.78/linux-x86_64`` (header)."""
    return ".".join(map(str, host.version)) + "/linux-x86_64"


@behaviour("APIExists")
def api_exists(host: Host, name: str) -> bool:
    """Whether a function exists in this version (header)."""
    found = functions().get(name)
    return found is not None and found.since <= host.version
