"""What a script sees of the Python it runs in.

REAPER embeds an interpreter of its own: no virtual environment, ``sys.path[0]`` is the script's
folder, ``sys.argv`` is absent, ``sys.stdin`` unusable, ``print`` lost (seen). Modules are imported
afresh for each run (seen, worded as "seem to"): every script keeps its own set here, of all that is
not the standard library. The standard library itself is shared with the tests, so that a run needs
no process of its own and every script can meet the same project.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.machinery import BuiltinImporter, FrozenImporter, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

_STANDARD = frozenset(sys.stdlib_module_names) - {"__main__"}


@cache
def _own(name: str) -> bool:
    """Whether a module is not the standard library's."""
    return name.partition(".")[0] not in _STANDARD


def standard_path() -> list[str]:
    """Return where the standard library is, without any site-packages."""
    library = str(Path(io.__file__).parent)
    return [library, f"{library}/lib-dynload", *([] if sys.platform != "win32" else [sys.prefix])]


class _NoInput:
    """Stands for ``sys.stdin``; every use fails."""

    def __getattr__(self, name: str) -> Any:
        raise OSError("REAPER gives a script no standard input")


class World:
    """The modules, the path and the output of one script."""

    def __init__(self, folder: Path, main: ModuleType, given: dict[str, ModuleType]) -> None:
        self.path = [str(folder), *standard_path()]
        self.modules: dict[str, ModuleType] = {"__main__": main, **given}
        self.printed = io.StringIO()

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Put this script's world in the place of the tests' one."""
        theirs = {name: sys.modules.pop(name) for name in list(sys.modules) if _own(name)}
        kept = sys.path, sys.meta_path, sys.argv, sys.stdin, sys.stdout, sys.stderr
        sys.modules.update(self.modules)
        sys.path = self.path
        sys.meta_path = [BuiltinImporter, FrozenImporter, PathFinder]
        del sys.argv
        sys.stdin = _NoInput()  # type: ignore[assignment]
        sys.stdout = sys.stderr = self.printed
        try:
            yield
        finally:
            self.modules = {name: sys.modules.pop(name) for name in list(sys.modules) if _own(name)}
            self.path = sys.path
            sys.modules.update(theirs)
            sys.path, sys.meta_path, sys.argv, sys.stdin, sys.stdout, sys.stderr = kept
