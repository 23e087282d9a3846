"""The ``RPR_`` functions that a script gets, made from the table."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from tests.fakes.reaper import packing
from tests.fakes.reaper.faults import Gap, Misuse
from tests.fakes.reaper.table import Argument, Function

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host

#: What a REAPER function does: it takes the host and the unpacked arguments (pointers as
#: addresses) and returns the bare C result, or Out where arguments come back changed.
Behaviour = Callable[..., Any]
BEHAVIOURS: dict[str, Behaviour] = {}


@dataclass(frozen=True)
class Out:
    """The result of a behaviour that fills arguments: the C result and the filled ones by name."""

    value: Any = None
    changed: dict[str, Any] = field(default_factory=dict)


_Kept = TypeVar("_Kept", bound=Behaviour)


def behaviour(name: str) -> Callable[[_Kept], _Kept]:
    """Register what the REAPER function ``name`` (without ``RPR_``) does."""

    def register(function: _Kept) -> _Kept:
        BEHAVIOURS[name] = function
        return function

    return register


def make(host: Host, function: Function) -> Callable[..., Any]:
    """Return the Python function that a script calls."""

    def call(*given: Any) -> Any:
        started = time.perf_counter()
        host.calls.append((function.name, given))
        try:
            if len(given) != len(function.arguments):
                # The wrapper's functions are plain Python functions of that many arguments.
                raise TypeError(
                    f"RPR_{function.name}() takes {len(function.arguments)} positional arguments "
                    f"but {len(given)} were given"
                )
            return _run(host, function, given)
        except (Gap, Misuse) as fault:
            host.faults.append(fault)
            raise
        finally:
            host.inside_s += time.perf_counter() - started

    call.__name__ = call.__qualname__ = f"RPR_{function.name}"
    return call


def _run(host: Host, function: Function, given: tuple[Any, ...]) -> Any:
    values = [_into_c(host, a, value) for a, value in zip(function.arguments, given, strict=True)]
    if function.name not in host.behaviours:
        raise Gap(f"the emulation has no behaviour for RPR_{function.name}{given!r}")
    with host.in_project_of(values, function):
        answer = host.behaviours[function.name](host, *values)
    out = answer if isinstance(answer, Out) else Out(answer)
    _check_changed(function, out)
    value = packing.result(function.returns, out.value)
    if not function.gives_tuple:
        return value
    back = [
        _out_of_c(function, i, values, given[i], out.changed)
        for i in range(len(function.arguments))
    ]
    if function.name == "GetAudioAccessorSamples":  # written by hand in the wrapper (seen)
        return (value, back[-1])
    return tuple(back) if function.returns == "void" else (value, *back)


def _check_changed(function: Function, out: Out) -> None:
    """Refuse a behaviour that fills what is not an out-argument."""
    outs = {a.name for a in function.arguments if a.out}
    if not set(out.changed) <= outs:
        raise Misuse(f"the behaviour of {function.name} fills {set(out.changed) - outs}")


def _into_c(host: Host, argument: Argument, value: Any) -> Any:
    """Return an argument as the C function receives it."""
    if argument.passing in ("value", "byref"):
        if argument.type == "str":
            return value
        return packing.number(argument.type, value)
    if argument.passing == "cstring":
        return packing.text(value)
    if argument.passing == "buffer":
        return packing.buffer(value)
    if argument.passing == "pointer":
        found = packing.address(value, argument.type, host.alive)
        if not found:
            host.refuse_pointer(value, argument.type)
        return found
    return value  # list: filled in place


def _out_of_c(
    function: Function, i: int, values: list[Any], given: Any, changed: dict[str, Any]
) -> Any:
    """Return an argument as it comes back in the tuple: what is not an out stays as given."""
    argument = function.arguments[i]
    if not argument.out:
        return given
    value = changed.get(argument.name, values[i])
    if argument.passing == "byref":
        return packing.number(argument.type, value)
    if argument.passing == "buffer":
        sized = f"{argument.name}_sz"
        room = next(
            (v for a, v in zip(function.arguments, values, strict=True) if a.name == sized), None
        )
        return packing.filled(value if room is None or room > 0 else values[i], room)
    given[:] = value  # list
    return given
