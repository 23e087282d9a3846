"""Headers of programs and libraries, built by hand from the formats' specifications."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

ELF = {"x86_64": (True, 62), "arm64": (True, 183), "x86": (False, 3), "armv7": (False, 40)}
PE = {"x86_64": 0x8664, "x86": 0x14C, "arm64": 0xAA64, "armv7": 0x1C4}
MACH = {
    "x86_64": (0x01000007, 3),
    "arm64": (0x0100000C, 0),
    "arm64e": (0x0100000C, 0x80000002),
    "x86": (7, 3),
}


def elf(arch: str, *, kind: int = 3) -> bytes:
    wide, machine = ELF[arch]
    ident = b"\x7fELF" + bytes([2 if wide else 1, 1, 1]) + bytes(9)
    layout, size, segment = ("<HHIQQQIHHHHHH", 64, 56) if wide else ("<HHIIIIIHHHHHH", 52, 32)
    fields = (kind, machine, 1, 0, size, 0, 0, size, segment, 1, 0, 0, 0)
    return ident + struct.pack(layout, *fields) + bytes(segment)


def pe(arch: str, *, flags: int = 0x2022, stub: int = 64) -> bytes:
    dos = b"MZ" + bytes(58) + struct.pack("<I", 64 + stub) + bytes(stub)
    return dos + struct.pack("<4sHHIIIHH", b"PE\0\0", PE[arch], 6, 0, 0, 0, 240, flags)


def mach(arch: str, *, kind: int = 6) -> bytes:
    cpu, subtype = MACH[arch]
    commands = bytes(24)
    fields = (cpu, subtype, kind, 1, len(commands), 0)
    if arch == "x86":
        return struct.pack("<7I", 0xFEEDFACE, *fields) + commands
    return struct.pack("<8I", 0xFEEDFACF, *fields, 0) + commands


def fat(archs: Sequence[str], *, wide: bool = False) -> bytes:
    layout, magic = (">IIQQII", 0xCAFEBABF) if wide else (">IIIII", 0xCAFEBABE)
    start = 8 + struct.calcsize(layout) * len(archs)
    table, body = b"", b""
    for arch in archs:
        one = mach(arch)
        fields: tuple[int, ...] = (*MACH[arch], start + len(body), len(one), 14)
        table += struct.pack(layout, *fields, *((0,) if wide else ()))
        body += one
    return struct.pack(">II", magic, len(archs)) + table + body


BUILDERS = {"windows": pe, "linux": elf, "macos": mach}


def put(path: Path, system: str, arch: str = "x86_64", *, extra: bytes = b"") -> Path:
    """Write a program or library of a system, with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(BUILDERS[system](arch) + extra)
    return path
