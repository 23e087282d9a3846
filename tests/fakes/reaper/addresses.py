"""C functions by address: what ``reaper_python._ft`` holds, and reapy calls past the wrapper.

reapy calls the MIDI functions with their bytes as they are, and some with NULL for "leave it as it
is", neither of which the wrapper can (a4, e, j; file seen). Here the addresses are those of ctypes
callbacks that lead to behaviours: the ones of ``BY_ADDRESS`` where the bytes matter, else those
that a script calls by name.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from tests.fakes.reaper.faults import Gap, Misuse
from tests.fakes.reaper.functions import Out
from tests.fakes.reaper.table import Argument, Function, functions

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host

BY_ADDRESS: dict[str, Callable[..., Any]] = {}
_Kept = TypeVar("_Kept", bound=Callable[..., Any])
#: What a C type is in a call; pointers and texts come as addresses, None being NULL.
_BOXES: dict[str, Any] = {
    "bool": ctypes.c_byte,
    "int": ctypes.c_int,
    "unsigned int": ctypes.c_uint,
    "double": ctypes.c_double,
    "void": None,
}


def by_address(name: str) -> Callable[[_Kept], _Kept]:
    """Register what a function does when called by its address.

    ``char*`` arguments come as the address, None for NULL; by-reference ones as the value, None for
    NULL; pointers as numbers.
    """

    def register(function: _Kept) -> _Kept:
        BY_ADDRESS[name] = function
        return function

    return register


def read_bytes(address: int | None, size: int) -> bytes:
    """Return what a script's buffer holds."""
    return b"" if address is None else ctypes.string_at(address, size)


def write_bytes(address: int | None, data: bytes, size: int) -> None:
    """Fill a script's buffer; more than it holds would overwrite other memory in REAPER."""
    if len(data) > size:
        raise Misuse(f"{len(data)} bytes for a buffer of {size}: give a larger size")
    if address is not None:
        ctypes.memmove(address, data, len(data))


class Addresses(dict[str, int]):
    """The table of one script; functions are made when they are looked up."""

    def __init__(self, host: Host) -> None:
        super().__init__()
        self._host = host
        self._kept: list[Any] = []

    def __missing__(self, name: str) -> int:
        function = functions().get(name)
        if function is not None and function.since > self._host.version:
            raise KeyError(name)  # as the table of that REAPER does
        behaviours = {**self._host.behaviours, **BY_ADDRESS}
        if function is None or name not in behaviours:
            fault = Gap(f"the emulation has no C address for {name}")
            self._host.faults.append(fault)
            raise fault
        types = [_type(argument) for argument in function.arguments]
        made = ctypes.CFUNCTYPE(_type_back(function), *types)(self._caller(function))
        self._kept.append(made)
        self[name] = ctypes.cast(made, ctypes.c_void_p).value or 0
        return self[name]

    def _caller(self, function: Function) -> Callable[..., Any]:
        def call(*given: Any) -> Any:
            started = time.perf_counter()
            self._host.calls.append((function.name, given))
            try:
                return self._run(function, given)
            except Exception as fault:  # noqa: BLE001 - an exception cannot cross C
                self._host.faults.append(fault)
                return None if function.returns == "void" else 0
            finally:
                self._host.inside_s += time.perf_counter() - started

        return call

    def _run(self, function: Function, given: tuple[Any, ...]) -> Any:
        host, raw = self._host, BY_ADDRESS.get(function.name)
        values = [
            _value(a, v, raw is not None) for a, v in zip(function.arguments, given, strict=True)
        ]
        for argument, value in zip(function.arguments, values, strict=True):
            asked = argument.passing == "pointer" and argument.type != "void*"  # else ValidatePtr2
            if asked and value and not host.alive(value, argument.type):
                raise Misuse(f"{function.name} by address with a dead or wrong pointer {value:#x}")
        with host.in_project_of(values, function):
            answer = (raw or host.behaviours[function.name])(host, *values)
        out = answer if isinstance(answer, Out) else Out(answer)
        for argument, address in zip(function.arguments, given, strict=True):
            if argument.name in out.changed and address is not None:
                _write(argument, address, out.changed[argument.name])
        if function.returns == "const char*":
            if out.value is None:
                return None
            text = ctypes.create_string_buffer(str(out.value).encode())
            self._kept.append(text)
            return ctypes.addressof(text)
        return out.value


def _type(argument: Argument) -> Any:
    if argument.passing == "pointer":
        return ctypes.c_uint64
    return _BOXES[argument.type] if argument.passing == "value" else ctypes.c_void_p


def _type_back(function: Function) -> Any:
    if function.returns == "const char*":
        return ctypes.c_void_p
    return _BOXES.get(function.returns, ctypes.c_uint64)


def _value(argument: Argument, given: Any, raw: bool) -> Any:
    if argument.passing == "byref" and given is not None:
        plain = argument.type.removeprefix("const ").removesuffix("*")
        return _BOXES[plain].from_address(given).value
    if argument.passing in ("cstring", "buffer") and not raw:
        return "" if given is None else ctypes.string_at(given).decode()
    return given


def _write(argument: Argument, address: int, value: Any) -> None:
    if argument.passing == "byref":
        plain = argument.type.removeprefix("const ").removesuffix("*")
        _BOXES[plain].from_address(address).value = value
    elif argument.passing == "buffer":
        data = str(value).encode() + b"\0"
        ctypes.memmove(address, data, len(data))
