"""In and out point as a user writes them, in seconds from the clip's first frame."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from filmcomposer_core.contracts import codec
from filmcomposer_core.errors import InputError
from filmcomposer_core.timecode import format_timecode, frames_per_day, is_drop, parse_timecode

_OPTIONS = {"in_s": "--in-point", "out_s": "--out-point"}
_END = "end"
#: A header may promise too little: this many seconds and times its length a clip may last.
_SLACK = (1.0, 1.1)


def points_in_seconds(changes: Mapping[str, Any], folder: Path) -> dict[str, float]:
    """Return the points that were given, in seconds; infinity is the end of the clip.

    Parameters
    ----------
    changes : mapping
        Settings as given; ``in_s`` and ``out_s`` are words.
    folder : Path
        The cue folder, which knows the clip if none is given.

    Raises
    ------
    InputError
        If a point is neither seconds nor a timecode of the clip.
    """
    points = {}
    for name, option in _OPTIONS.items():
        if name not in changes:
            continue
        text = changes[name].strip()
        if text == _END and name == "out_s":
            points[name] = math.inf
        elif ":" in text:
            points[name] = _of_timecode(text, _clip(changes, folder), option)
        else:
            points[name] = _seconds(text, option)
    return points


def _seconds(text: str, option: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if math.isfinite(found) and found >= 0:
        return found
    msg = f"{option} is '{text}', neither seconds nor a timecode."
    raise InputError(msg, "Write seconds from the first frame (12.5), or HH:MM:SS:FF.")


def _clip(changes: Mapping[str, Any], folder: Path) -> Path:
    if "clip" in changes:
        return Path(changes["clip"])
    ledger = folder / "cue.json"
    try:
        data = codec.parse_json(ledger.read_text(encoding="utf-8"), where=str(ledger))
        return Path(data["settings"]["clip"])
    except (OSError, UnicodeDecodeError, KeyError, TypeError) as exc:
        msg = f"{folder} does not tell which clip it holds the cue of."
        raise InputError(msg, "Name the clip: filmcomposer score CLIP --out DIR") from exc


def _of_timecode(text: str, clip: Path, option: str) -> float:
    from filmcomposer_core.visual.source import clip_clock

    fps, first, length_s = clip_clock(clip)
    drop, start = is_drop(first), parse_timecode(first, fps=fps)
    try:
        count = parse_timecode(text, fps=fps)
    except InputError as exc:
        raise InputError(f"{option}: {exc.message}", exc.hint) from exc
    day = frames_per_day(fps, drop=is_drop(text))
    frame = (count - start) % day
    beyond = length_s > 0 and frame / fps > _SLACK[0] + _SLACK[1] * length_s
    if is_drop(text) != drop or frame > day // 2 or beyond:
        begins = format_timecode(start, fps=fps, drop=drop)
        ends = f" and it lasts {length_s:.1f} s" if length_s > 0 else ""
        msg = f"{option} is {text}, but the clip's own timecode begins at {begins}{ends}."
        raise InputError(msg, "Give one that counts on from there, or seconds.")
    return float(frame / fps)
