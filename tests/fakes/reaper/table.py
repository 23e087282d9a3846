"""The committed table of REAPER's Python functions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("api_table.tsv")
OUT = frozenset({"byref", "buffer", "list"})
#: Exist only in ``__main__``, not in ``reaper_python`` (seen).
HOST_ONLY = frozenset({"defer", "runloop", "atexit"})


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument: its C type and how the wrapper passes it."""

    name: str
    type: str
    passing: str

    @property
    def out(self) -> bool:
        """Whether it comes back in the result."""
        return self.passing in OUT


@dataclass(frozen=True, slots=True)
class Function:
    """One function as Python sees it."""

    name: str
    returns: str
    since: tuple[int, ...]
    seen: str
    arguments: tuple[Argument, ...]

    @property
    def gives_tuple(self) -> bool:
        """Whether the result is a tuple."""
        return any(a.out for a in self.arguments)


@cache
def functions() -> dict[str, Function]:
    """Return every function of the table by its name without ``RPR_``."""
    found = {}
    for line in FILE.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            name, returns, since, seen, *arguments = line.split("\t")
            found[name] = Function(
                name=name,
                returns=returns,
                since=() if since == "-" else tuple(map(int, since.split("."))),
                seen=seen,
                arguments=tuple(Argument(*a.split("|")) for a in arguments),
            )
    return found
