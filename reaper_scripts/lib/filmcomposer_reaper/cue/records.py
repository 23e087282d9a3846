"""What we remember of each cue in the project: one line of JSON in its ext state.

It is part of the project's undo history, so that undo takes back what we know together with what
we wrote.
"""

from __future__ import annotations

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

RECORD_VERSION = 1
KEY = "cue."
_ID = re.compile(r"[0-9a-f]{8}")


@dataclass(slots=True, kw_only=True)
class CueRecord:
    """A cue in the project; the only value here that is changed in place.

    ``id`` is 8 hex digits. ``folder`` is the cue folder: relative to the project's folder and with
    ``/`` where it lies below that, else a full path. ``parts`` holds what each module remembers
    under its own name: plain JSON values.
    """

    id: str
    folder: str
    item_guid: str
    parts: dict[str, Any] = field(default_factory=dict)


def load_records(reaper: Reaper) -> dict[str, CueRecord]:
    """Return the cues of the project in front by their ids.

    A line that makes no sense (written by a newer version, or by hand) is passed over.
    """
    found = {}
    for key in project_keys(reaper):
        if key.lower().startswith(KEY):
            record = from_line(key[len(KEY) :].lower(), project_text(reaper, key))
            if record is not None:
                found[record.id] = record
    return found


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
    """Return the record in a line; None where it makes no sense."""
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
    return CueRecord(id=cue, folder=folder, item_guid=item, parts=parts)
