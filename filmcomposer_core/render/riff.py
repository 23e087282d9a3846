"""The RIFF container of a soundfont: chunks in, chunks out."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from filmcomposer_core.errors import InputError

#: Size of one record of every table of the ``pdta`` list, in bytes.
RECORD_BYTES = {
    b"phdr": 38,
    b"pbag": 4,
    b"pmod": 10,
    b"pgen": 4,
    b"inst": 22,
    b"ibag": 4,
    b"imod": 10,
    b"igen": 4,
    b"shdr": 46,
}


def _chunks(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    at = start
    while at + 8 <= end:
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + 4], at + 8, size
        at += 8 + size
        # The rule is a pad byte after an odd size; some SF3 writers leave it out.
        if size % 2 and data[at : at + 1] == b"\0":
            at += 1


def read_soundfont(data: bytes, *, where: str) -> dict[bytes, tuple[int, int]]:
    """Return where the chunks of a soundfont lie.

    Parameters
    ----------
    data : bytes
        The whole file, SF2 or SF3.
    where : str
        Name of the file for messages.

    Returns
    -------
    dict
        Chunk id -> (offset, size in bytes), of ``INFO``, ``sdta`` and ``pdta``.

    Raises
    ------
    InputError
        If this is not a soundfont or a table is missing or cut short.
    """
    hint = "Give an .sf2 or .sf3 file, or no soundfont for the one that is shipped."
    if data[:4] != b"RIFF" or data[8:12] != b"sfbk":
        msg = f"{where} is not a soundfont."
        raise InputError(msg, hint)
    found: dict[bytes, tuple[int, int]] = {}
    for name, at, size in _chunks(data, 12, len(data)):
        if name == b"LIST":
            for inner, start, length in _chunks(data, at + 4, min(at + size, len(data))):
                found[inner] = (start, length)
    for name in (*RECORD_BYTES, b"smpl"):
        start, length = found.get(name, (0, 0))
        if not length or start + length > len(data):
            msg = f"{where} is damaged: its {name.decode()} table is missing or cut short."
            raise InputError(msg, hint)
    return found


def chunk(name: bytes, body: bytes) -> bytes:
    """Return a chunk with its header and pad byte."""
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def list_chunk(kind: bytes, bodies: list[tuple[bytes, bytes]]) -> bytes:
    """Return a ``LIST`` chunk of the given kind."""
    return chunk(b"LIST", kind + b"".join(chunk(name, body) for name, body in bodies))
