"""Values of a cue's files: what they say as a hash, and as bytes."""

from __future__ import annotations

import hashlib
import io
import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.clip import Analysis, Curves
from filmcomposer_core.contracts.score import Melody
from filmcomposer_core.contracts.sightings import SIGHTINGS_FILE, Sightings
from filmcomposer_core.document import Document
from filmcomposer_core.errors import InputError
from filmcomposer_core.timecode import parse_timecode


def content_hash(value: Any) -> str:
    """Return the hash of what a value says, independent of how its file is laid out."""
    text = json.dumps(codec.plain(value), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def said(document: Document, value: Any) -> str:
    """Return the hash of what of a document the stages after it depend on."""
    return content_hash(document.counts(value))


def starting_at(analysis: Analysis, timecode: str) -> Analysis:
    """Return an analysis whose first frame has the timecode that the user gave, if they gave one.

    Raises
    ------
    InputError
        If it is no timecode at the clip's frame rate.
    """
    if not timecode:
        return analysis
    clip = analysis.clip
    parse_timecode(timecode, fps=clip.fps)
    return replace(analysis, clip=replace(clip, start_timecode=timecode.strip()))


def pack_curves(curves: Curves) -> bytes:
    """Write curves as ``.npz`` bytes, the same bytes for the same curves."""
    out = io.BytesIO()
    np.savez_compressed(out, **{name: getattr(curves, name) for name in Curves.__slots__})
    return out.getvalue()


def unpack_curves(data: bytes, *, where: str) -> Curves:
    """Read ``curves.npz``; InputError if it is damaged."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return Curves(**{name: arrays[name] for name in Curves.__slots__})
    except (OSError, ValueError, KeyError) as exc:
        msg = f"{where} is damaged."
        raise InputError(msg, "Delete it and run the command again.") from exc


def read_sightings(data: bytes, *, where: str) -> Sightings:
    """Read ``sightings.json``; InputError if it is damaged."""
    plain = codec.parse_json(data.decode("utf-8", errors="replace"), where=where)
    return codec.build(Sightings, plain, where=where)


#: Readers of the files that stages hand on and users do not edit.
HANDED_ON: dict[str, Callable[..., Any]] = {
    "curves.npz": unpack_curves,
    SIGHTINGS_FILE: read_sightings,
}


def same_content(name: str, one: bytes, other: bytes) -> bool:
    """Whether two files say the same, white space and comments apart where the format has them."""
    first, second = (data.decode("utf-8-sig") for data in (one, other))
    if name.endswith(".json"):
        return bool(json.loads(first) == json.loads(second))
    if name.endswith(".toml"):
        return tomllib.loads(first) == tomllib.loads(second)
    return first == second


def candidates_of(files: Mapping[str, bytes | Path], *, where: str) -> dict[int, Melody]:
    """Return the themes among files, by their numbers in ``candidates/``.

    Parameters
    ----------
    files : mapping of name to bytes or Path
        Files of a cue folder.
    where : str
        The folder, for messages.
    """
    from filmcomposer_core.notation import midi_to_melody

    found: dict[int, Melody] = {}
    for name, item in files.items():
        words = name.split("/")
        theme = len(words) == 3 and words[0] == "candidates" and words[2] == "melody.mid"
        if theme and words[1].isascii() and words[1].isdigit():
            data = item if isinstance(item, bytes) else item.read_bytes()
            found[int(words[1])] = midi_to_melody(data, where=f"{where}{name}")
    return found


def most_like(candidates: Mapping[int, Melody], melody: Melody) -> int:
    """Return the number of the candidate that a theme is most like, edits in it included."""

    def share(number: int) -> int:
        first, second = (
            {(round(n.beat, 3), n.pitch) for n in m.notes} for m in (candidates[number], melody)
        )
        return len(first & second)

    return max(candidates, key=share)
