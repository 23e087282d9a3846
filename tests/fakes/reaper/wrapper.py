"""The module ``reaper_python`` as a script imports it."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any

from tests.fakes.reaper import packing
from tests.fakes.reaper.addresses import Addresses

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host


class _Module(ModuleType):
    """``reaper_python``; a script that puts another ``rpr_packp`` in it takes the check away."""

    def __init__(self, host: Host) -> None:
        super().__init__("reaper_python")
        self.__dict__["_host"] = host

    def __setattr__(self, name: str, value: object) -> None:
        if name == "rpr_packp":
            self.__dict__["_host"].unchecked = True
        super().__setattr__(name, value)


def module(host: Host, functions: dict[str, Callable[..., Any]]) -> ModuleType:
    """Return a fresh ``reaper_python`` for one script."""
    made = _Module(host)
    addresses = Addresses(host)

    def pack_pointer(c_type: str, value: object) -> int:
        return packing.address(value, c_type, host.alive)

    def pack_text(value: object) -> ctypes.c_char_p:
        return ctypes.c_char_p(str(value).encode("utf-8"))

    def pack_buffer(value: object) -> Any:
        return ctypes.create_string_buffer(str(value).encode("utf-8"), packing.BUFFER_BYTES)

    def unpack_buffer(value: Any) -> str:
        return str(value.value.decode())

    made.__dict__.update(
        functions,
        _ft=addresses,
        rpr_initft=lambda table: addresses.update({} if addresses else table),
        rpr_getfp=lambda name: addresses[name],
        rpr_packp=pack_pointer,
        rpr_unpackp=packing.pointer,
        rpr_packsc=pack_text,
        rpr_packs=pack_buffer,
        rpr_unpacks=unpack_buffer,
    )
    return made
