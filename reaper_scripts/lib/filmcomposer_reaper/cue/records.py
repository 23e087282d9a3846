"""What we remember of each cue in the project: one line of JSON in its ext state.

It is part of the project's undo history, so that undo takes back what we know together with what
we wrote.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any

from filmcomposer_reaper.adapter.ext_state import (
    keep_project_text,
    project_keys,
    project_text,
)
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.cue.shapes import PARTS, broken
from filmcomposer_reaper.saying import say_once

RECORD_VERSION = 1
KEY = "cue."
#: The record's part with what is known of the film, and in it the state of the cue folder that was
#: laid last.
FILM, RUN = "film", "run"
_ID = re.compile(r"[0-9a-f]{8}")
_RUN = re.compile(r"[0-9a-f]{12}")


@dataclass(slots=True, kw_only=True)
class CueRecord:
    """A cue in the project; the only value here that is changed in place.

    ``id`` is 8 hex digits. ``folder`` is the cue folder: relative to the project's folder and with
    ``/`` where it lies below that, else a full path. ``parts`` holds what each module remembers
    under its own name: plain JSON values. ``damaged`` names the parts that were left out when it
    was read, for they made no sense.
    """

    id: str
    folder: str
    item_guid: str
    parts: dict[str, Any] = field(default_factory=dict)
    damaged: tuple[str, ...] = field(default=(), compare=False)


def load_records(reaper: Reaper) -> dict[str, CueRecord]:
    """Return the cues of the project in front by their ids.

    A line that makes no sense (written by a newer version, or by hand) is passed over; of one that
    makes sense in part, the rest is left out and the user told once.
    """
    found = {}
    for key in project_keys(reaper):
        if key.lower().startswith(KEY):
            line = project_text(reaper, key)
            record = from_line(key[len(KEY) :].lower(), line)
            if record is not None:
                found[record.id] = record
                _tell_damage(reaper, record, line)
    return found


def _tell_damage(reaper: Reaper, record: CueRecord, line: str) -> None:
    """Say what a record has lost, once for each line: it is read several times in an action."""
    if not record.damaged:
        return
    what = " and ".join(PARTS[name][0] for name in record.damaged)
    say_once(
        reaper,
        f"damaged.{record.id}",
        f"what this project remembered of {what} of the cue in {record.folder} was damaged and is "
        "passed over; it is noted anew when the cue is laid in again.",
        of=hashlib.sha256(line.encode("utf-8", "replace")).hexdigest()[:16],
    )


def record_line(reaper: Reaper, record: CueRecord) -> str:
    """Return a cue's line as it stands in the project now, empty where there is none."""
    return project_text(reaper, KEY + record.id)


def laid_run(record: CueRecord) -> str:
    """Return the state of the cue folder that lies in the project, empty where none is known."""
    film = record.parts.get(FILM)
    run = film.get(RUN) if isinstance(film, dict) else None
    return run if isinstance(run, str) and _RUN.fullmatch(run) else ""


def save_record(reaper: Reaper, record: CueRecord) -> None:
    """Write a cue's line; call it within the undo block of what it tells of."""
    keep_project_text(reaper, KEY + record.id, to_line(record))


def to_line(record: CueRecord) -> str:
    """Return a record as one line that every kind of quotes in a project file leaves whole."""
    data = {
        "version": RECORD_VERSION,
        "folder": record.folder,
        "item": record.item_guid,
        "parts": record.parts,
    }
    line = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    # With " in it REAPER takes ' or `, and turns a ` of the text into '.
    return line.replace("'", "\\u0027").replace("`", "\\u0060")


def from_line(cue: str, line: str) -> CueRecord | None:
    """Return the record in a line, without parts that are broken; None where it makes no sense."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or data.get("version") != RECORD_VERSION:
        return None
    folder, item, parts = data.get("folder"), data.get("item"), data.get("parts")
    if not (_ID.fullmatch(cue) and isinstance(folder, str) and isinstance(item, str)):
        return None
    if not isinstance(parts, dict):
        return None
    lost = tuple(broken(parts))
    whole = {name: part for name, part in parts.items() if name not in lost}
    return CueRecord(id=cue, folder=folder, item_guid=item, parts=whole, damaged=lost)
