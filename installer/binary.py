"""Read for which processors a program or shared library was built, without running it.

A library of the wrong kind ends the program that loads it, so the header is read first.
Formats: the ELF specification, Microsoft's PE/COFF specification, Apple's ``mach-o/loader.h``
and ``mach-o/fat.h``.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

#: ELF: (64-bit class, machine) -> name. x32 (a 32-bit class with the x86_64 machine) is neither.
ELF_MACHINES = {(True, 62): "x86_64", (True, 183): "arm64", (False, 3): "x86", (False, 40): "armv7"}
#: PE: an ARM64EC program says x86_64 here, rightly: it loads x86_64 libraries.
PE_MACHINES = {0x8664: "x86_64", 0x14C: "x86", 0xAA64: "arm64", 0x1C4: "armv7"}
MACH_CPUS = {0x01000007: "x86_64", 0x0100000C: "arm64", 7: "x86", 12: "armv7"}
#: Mach-O file types that run or are loaded: program, dynamic library, bundle.
MACH_LOADABLE = (2, 6, 8)
#: Fat Mach-O shares its magic with Java classes, whose next number is 45 or more.
MOST_SLICES = 30
ARM64E = 2


def architectures(path: Path) -> frozenset[str]:
    """Return the processors that a program or shared library runs on.

    Parameters
    ----------
    path : Path
        A file of any kind.

    Returns
    -------
    frozenset of str
        Of ``x86_64``, ``arm64``, ``arm64e``, ``x86`` and ``armv7``. Empty where the file is
        unreadable, cut short, an object file or archive, or anything else.
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            return _read(file, size)
    except (OSError, ValueError, struct.error):
        # struct.error: the header is cut short. ValueError: a NUL in the path.
        return frozenset()


def _read(file: BinaryIO, size: int) -> frozenset[str]:
    file.seek(0)
    magic = file.read(4)
    file.seek(0)
    if magic == b"\x7fELF":
        return _elf(file.read(64), size)
    if magic[:2] == b"MZ":
        return _pe(file)
    if magic in (b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe"):
        return _mach_thin(file.read(28), size)
    if magic in (b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf"):
        return _mach_fat(file, size)
    return frozenset()


def _elf(head: bytes, size: int) -> frozenset[str]:
    width, order = struct.unpack_from("BB", head, 4)
    wide = width == 2
    if width not in (1, 2) or order != 1:
        return frozenset()  # neither class, or big-endian: not one that REAPER is built for
    kind, machine = struct.unpack_from("<HH", head, 16)
    start = struct.unpack_from("<Q" if wide else "<I", head, 32 if wide else 28)[0]
    entry, count = struct.unpack_from("<HH", head, 54 if wide else 42)
    if kind not in (2, 3) or start + entry * count > size or not count:
        return frozenset()  # neither program nor shared object, or its segment table is missing
    return _named(ELF_MACHINES.get((wide, machine)))


def _pe(file: BinaryIO) -> frozenset[str]:
    header = struct.unpack_from("<I", file.read(64), 60)[0]
    file.seek(header)
    signature, machine, _, _, _, _, _, flags = struct.unpack("<4sHHIIIHH", file.read(24))
    if signature != b"PE\0\0" or not flags & 2:  # 2: linked without errors, it may run
        return frozenset()
    return _named(PE_MACHINES.get(machine))


def _mach_thin(head: bytes, size: int) -> frozenset[str]:
    _, cpu, subtype, kind, _, commands, _ = struct.unpack("<7I", head)
    start = 32 if head[0] & 1 else 28  # the 64-bit header has one field more
    if kind not in MACH_LOADABLE or start + commands > size:
        return frozenset()
    return _named(_mach_name(cpu, subtype))


def _mach_fat(file: BinaryIO, size: int) -> frozenset[str]:
    magic, count = struct.unpack(">II", file.read(8))
    if not 1 <= count <= MOST_SLICES:
        return frozenset()
    layout = ">IIQQII" if magic & 1 else ">IIIII"
    slices = [struct.unpack(layout, file.read(struct.calcsize(layout)))[:4] for _ in range(count)]
    whole = [(cpu, subtype) for cpu, subtype, start, length in slices if start + length <= size]
    return frozenset().union(*(_named(_mach_name(cpu, subtype)) for cpu, subtype in whole))


def _mach_name(cpu: int, subtype: int) -> str | None:
    name = MACH_CPUS.get(cpu)
    return "arm64e" if name == "arm64" and subtype & 0xFF == ARM64E else name


def _named(name: str | None) -> frozenset[str]:
    return frozenset([name] if name else [])
