"""Real reapy in the tests' own process, as it would be inside REAPER."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from tests.fakes.reaper.host import Host
from tests.fakes.reaper.reapy_package import place

_OWN = ("reapy_boost", "reaper_python", "sws_python")


def _reapy_modules() -> list[str]:
    return [name for name in sys.modules if name.partition(".")[0] in _OWN]


@contextmanager
def inside(host: Host) -> Iterator[dict[str, object]]:
    """Let this process pass for REAPER; yields the globals that a script has.

    For tests of single functions: a whole action runs with ``host.run``, in a world of its own.
    """
    main = ModuleType("__main__")
    main.__dict__.update(host.functions, obj=object())
    if host.resources is None:
        host.resources = Path("/no/such/REAPER")  # reapy looks for the SWS wrapper in it
    kept_main, kept_path = sys.modules["__main__"], list(sys.path)
    kept = {name: sys.modules.pop(name) for name in _reapy_modules()}
    sys.modules["__main__"] = main
    sys.modules.update(host.modules())
    folder = str(place("reapy_boost").parent)
    if folder not in sys.path:
        sys.path.append(folder)
    try:
        yield main.__dict__
    finally:
        for name in _reapy_modules():
            del sys.modules[name]
        sys.modules.update(kept)
        sys.modules["__main__"] = kept_main
        sys.path[:] = kept_path
