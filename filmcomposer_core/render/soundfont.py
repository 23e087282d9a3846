"""Soundfonts: presets and samples of an SF2 or SF3 file, and which preset stands for another."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.errors import InputError
from filmcomposer_core.render.riff import RECORD_BYTES, read_soundfont

DRUM_BANK = 128
_OGG_FLAG = 0x10
_BAG = np.dtype([("gen", "<u2"), ("mod", "<u2")])
_GENERATOR = np.dtype([("oper", "<u2"), ("amount", "<u2")])
TABLES = {
    b"phdr": np.dtype(
        [("name", "S20"), ("program", "<u2"), ("bank", "<u2"), ("bag", "<u2"), ("rest", "V12")]
    ),
    b"pbag": _BAG,
    b"pmod": np.dtype("V10"),
    b"pgen": _GENERATOR,
    b"inst": np.dtype([("name", "S20"), ("bag", "<u2")]),
    b"ibag": _BAG,
    b"imod": np.dtype("V10"),
    b"igen": _GENERATOR,
    b"shdr": np.dtype(
        [
            ("name", "S20"),
            ("start", "<u4"),
            ("end", "<u4"),
            ("loop_start", "<u4"),
            ("loop_end", "<u4"),
            ("rate", "<u4"),
            ("key", "u1"),
            ("correction", "i1"),
            ("link", "<u2"),
            ("type", "<u2"),
        ]
    ),
}
Table = NDArray[np.void]
Samples = NDArray[np.int16]
#: (bank, program).
Preset = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Soundfont:
    """A soundfont in memory; decoded samples are kept, so each is decoded once.

    ``presets`` maps (bank, program) to the row of the preset table; bank 128 holds drum kits.
    """

    name: str
    sha256: str
    licence: str
    data: bytes = field(repr=False)
    sample_offset: int
    tables: Mapping[bytes, Table] = field(repr=False)
    presets: Mapping[Preset, int] = field(repr=False)
    decoded: dict[int, Samples] = field(default_factory=dict, repr=False)
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)


def open_soundfont(path: Path, *, licence: str = "") -> Soundfont:
    """Read a soundfont.

    Parameters
    ----------
    path : Path
        An SF2 or SF3 file.
    licence : str
        Name of its licence, if known.

    Raises
    ------
    InputError
        If the file cannot be read or is not a whole soundfont.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        msg = f"The soundfont {path} cannot be read: {error.strerror}."
        raise InputError(msg, "Check the path of the soundfont.") from error
    chunks = read_soundfont(data, where=str(path))
    tables = {}
    for name, dtype in TABLES.items():
        start, size = chunks[name]
        tables[name] = np.frombuffer(data, dtype, size // RECORD_BYTES[name], start)
    rows = tables[b"phdr"][:-1]
    presets = {(int(row["bank"]), int(row["program"])): index for index, row in enumerate(rows)}
    if not presets:
        msg = f"{path} holds no presets."
        raise InputError(msg, "Give another soundfont.")
    return Soundfont(
        name=path.name,
        sha256=hashlib.sha256(data).hexdigest(),
        licence=licence,
        data=data,
        sample_offset=chunks[b"smpl"][0],
        tables=tables,
        presets=presets,
    )


def preset_name(font: Soundfont, preset: Preset) -> str:
    """Return the name of a preset as the soundfont spells it."""
    name: bytes = font.tables[b"phdr"]["name"][font.presets[preset]]
    return name.split(b"\0")[0].decode("latin-1").strip()


def nearest_preset(font: Soundfont, preset: Preset) -> Preset:
    """Return the preset, or the one that stands for it where the font lacks it.

    In this order: the same program in bank 0 (for a drum kit the standard kit), another program
    of its General MIDI family of eight in bank 0, the first preset of the font.
    """
    bank, program = preset
    if preset in font.presets:
        return preset
    if bank == DRUM_BANK:
        kits = sorted(item for item in font.presets if item[0] == DRUM_BANK)
        return kits[0] if kits else min(font.presets)
    if (0, program) in font.presets:
        return (0, program)
    family = [
        item for item in sorted(font.presets) if item[0] == 0 and item[1] // 8 == program // 8
    ]
    return family[0] if family else min(font.presets)


def sample(font: Soundfont, index: int) -> Samples:
    """Return a sample of the font.

    Parameters
    ----------
    font : Soundfont
        The font.
    index : int
        Row of the sample table.

    Returns
    -------
    ndarray, shape (samples,), int16
        Decoded from Ogg Vorbis where the font is an SF3.

    Raises
    ------
    InputError
        If the Ogg data are damaged.
    """
    with font.lock:
        known = font.decoded.get(index)
    if known is not None:
        return known
    row = font.tables[b"shdr"][index]
    start, end = int(row["start"]), int(row["end"])
    if row["type"] & _OGG_FLAG:
        coded = font.data[font.sample_offset + start : font.sample_offset + end]
        values = _decode(coded, where=f"sample {index} of {font.name}")
    else:
        count = max(0, end - start)
        values = np.frombuffer(font.data, "<i2", count, font.sample_offset + 2 * start)
    with font.lock:
        return font.decoded.setdefault(index, values)


def _decode(coded: bytes, *, where: str) -> Samples:
    import soundfile

    try:
        values, _ = soundfile.read(io.BytesIO(coded), dtype="int16", always_2d=True)
    except soundfile.LibsndfileError as error:
        msg = f"The {where} cannot be decoded: {error}."
        raise InputError(msg, "The soundfont file is damaged; fetch it again.") from error
    return np.ascontiguousarray(values[:, 0])
