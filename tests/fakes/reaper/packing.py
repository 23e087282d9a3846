"""How REAPER's wrapper module turns Python values into C values and back (seen, 6.7x).

Python's own ``ctypes`` does the converting here too, so that a value it refuses or wraps is refused
or wrapped alike.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable
from typing import Any

from tests.fakes.reaper.faults import Misuse

#: Every ``char*`` argument is a fresh buffer of this size, whatever size the script states.
BUFFER_BYTES = 4 * 1024 * 1024
POINTER = re.compile(r"^\((\w+\*|HWND)\)0x([0-9A-F]+)$")

#: By C type without ``const`` and ``*``: the ctypes class, and what Python reads it as.
NUMBERS: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "bool": (ctypes.c_byte, int),
    "int": (ctypes.c_int, int),
    "unsigned int": (ctypes.c_uint, int),
    "size_t": (ctypes.c_uint64, int),
    "double": (ctypes.c_double, float),
    "void": (ctypes.c_uint64, int),  # ValidatePtr takes an address
}


def number(c_type: str, value: object) -> Any:
    """Return a number as C receives it; TypeError for None, text or a fraction where C has int."""
    plain = c_type.removeprefix("const ").removesuffix("*")
    box, read = NUMBERS[plain]
    return read(box(value).value)


def text(value: object) -> str:
    """Return a ``const char*`` as C reads it: anything becomes text, up to the first NUL."""
    return str(value).encode("utf-8").split(b"\0")[0].decode("utf-8")


def buffer(value: object) -> str:
    """Return a ``char*`` buffer's first content as C reads it."""
    coded = str(value).encode("utf-8")
    if len(coded) > BUFFER_BYTES:
        raise ValueError("byte string too long")
    return coded.split(b"\0")[0].decode("utf-8")


def filled(value: object, room: int | None) -> str:
    """Return what a script reads from a buffer that REAPER filled.

    ``room`` is the size that the script stated; REAPER writes that much at most, the NUL included,
    and a character cut in two raises UnicodeDecodeError in the script.
    """
    if room is not None and room > BUFFER_BYTES:
        raise Misuse(f"a size of {room} bytes lets REAPER write past the 4 MiB buffer")
    coded = str(value).encode("utf-8").split(b"\0")[0]
    return coded[: (room or BUFFER_BYTES) - 1].decode("utf-8")


def address(value: object, c_type: str, alive: Callable[[int, str], bool]) -> int:
    """Return the address in a pointer string; 0 for all that REAPER's wrapper does not accept.

    That is no pointer string, another type than asked for, or a pointer that is no longer valid.
    """
    match = POINTER.match(str(value))
    wanted = c_type.removeprefix("const ")
    if match and wanted in (match[1], "void*"):
        found = int(match[2], 16)
        if alive(found, wanted):
            return found
    return 0


def pointer(c_type: str, found: int | None) -> str:
    """Return an address as the script gets it; NULL is a string too, and truthy."""
    return f"({c_type.removeprefix('const ')})0x{found or 0:016X}"


def result(c_type: str, value: object) -> Any:
    """Return a bare result as the script gets it.

    Raises
    ------
    AttributeError
        For a NULL ``const char*``, as the wrapper decodes None.
    Misuse
        When a behaviour gives a value of the wrong type.
    """
    if c_type == "void":
        if value is not None:
            raise Misuse(f"the behaviour of a void function returned {value!r}")
        return None
    if c_type == "const char*":
        if value is None:
            raise AttributeError("'NoneType' object has no attribute 'decode'")
        return text(value)
    if c_type in NUMBERS:
        wanted = {"bool": bool, "double": float}.get(c_type, int)
        if not isinstance(value, wanted):
            raise Misuse(f"a behaviour returned {value!r} where C has {c_type}")
        return number(c_type, value)
    if not (value is None or isinstance(value, int)):
        raise Misuse(f"a behaviour returned {value!r} where C has {c_type}: give the address")
    return pointer(c_type, value)
