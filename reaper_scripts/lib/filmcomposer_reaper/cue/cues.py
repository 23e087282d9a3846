"""Which cue an action is about, and where its folder lies.

A cue belongs to a video item. Its id is made from the item's GUID, so that the same item finds the
same cue folder again after undo, or in a project that was not saved. A copy of the item, or the
right part of one that was split, has another GUID and so becomes a cue of its own; an item that
takes the place of a deleted one and bears its tag takes over its cue.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from filmcomposer_core.errors import DawError
from filmcomposer_reaper.adapter.items import (
    count_selected,
    find_item,
    is_there,
    item_cue,
    selected_items,
    tag_item,
)
from filmcomposer_reaper.adapter.project import edit_cursor_s
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.cue.folder import FOLDER, cue_folder, prepare, project_folder, settle
from filmcomposer_reaper.cue.lost import PLACE, called, heir, near_s, tell_lost
from filmcomposer_reaper.cue.picture import (
    MOST_SELECTED,
    Picture,
    SeveralPictures,
    picture_of,
    selected_picture,
)
from filmcomposer_reaper.cue.records import CueRecord, load_records, save_record

ID_DIGITS = 8
#: What no system takes in a file's name.
_BAD = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_LONGEST_STEM = 48


def open_cue(reaper: Reaper, *, make: bool) -> tuple[CueRecord, Picture]:
    """Return the cue that the user means, and its picture.

    That is the cue of the selected video item, or of another item or track of ours that is
    selected. With no such thing selected it is the only cue of the project, else the one whose
    picture the edit cursor stands in.

    Parameters
    ----------
    reaper : Reaper
    make : bool
        Whether a video item without a cue gets one. Nothing is written: see :func:`cue_steps`.

    Raises
    ------
    DawError
        No such item or cue; the project was never saved; its folder is locked.
    """
    home = project_folder(reaper)
    records = load_records(reaper)
    found = _of_selection(reaper, records, home, make=make)
    if found is None:
        found = _of_project(reaper, records, make=make)
    record, picture = found
    settle(reaper, record, home)
    prepare(cue_folder(record, home))
    return record, picture


def cue_steps(reaper: Reaper, record: CueRecord, picture: Picture) -> list[Callable[[], None]]:
    """Return what writes a cue into the project: its record, and its tag on the video items.

    These are the last steps of a plan: the record then holds what the others did.
    """

    def keep() -> None:
        for guid in picture.pieces:
            tag_item(reaper, guid, record.id, picture.position_s)
        home = str(project_folder(reaper))
        record.parts[PLACE] = {
            "near_s": picture.position_s,
            "length_s": picture.length_s,
            "path": picture.path,
            "home": home,
        }
        save_record(reaper, record)

    return [keep]


# --- which cue ------------------------------------------------------------------------------------


def _of_selection(
    reaper: Reaper, records: dict[str, CueRecord], home: Path, *, make: bool
) -> tuple[CueRecord, Picture] | None:
    """Return the cue of what is selected; None where that names none and none is to be made."""
    if not count_selected(reaper):
        return None
    try:
        picture = selected_picture(reaper)
    except DawError as fault:
        few = count_selected(reaper) <= MOST_SELECTED
        items = selected_items(reaper) if few else []
        tags = {item_cue(reaper, item) for item in items}
        ours = tags & set(records)
        several = isinstance(fault, SeveralPictures)
        if len(ours) == 1 and not (several and len(tags) > 1):
            # one of our own items, such as the theme's, or pieces with a gap between them
            record = records[ours.pop()]
            return record, _picture(reaper, record)
        if len(ours) > 1:
            named = ", ".join(called(reaper, records[cue]) for cue in sorted(ours))
            hint = "Select the video item of one of them."
            raise DawError(f"{len(ours)} cues are selected: {named}.", hint) from fault
        if make or several or not records:
            raise
        return None
    known = _record_for(reaper, records, picture, home)
    if known is None and not make:
        msg = "The selected video item has no cue yet."
        raise DawError(msg, "Run Score selected video or Spot video first.")
    return known or _new(reaper, records, picture), picture


def _record_for(
    reaper: Reaper, records: dict[str, CueRecord], picture: Picture, home: Path
) -> CueRecord | None:
    for record in records.values():
        if record.item_guid in picture.pieces:
            record.item_guid = picture.item_guid
            return record
    item = find_item(reaper, picture.item_guid, picture.position_s)
    tag = item.cue if item is not None else ""
    known = records.get(tag)
    if known is not None and not is_there(reaper, known.item_guid, near_s(known)):
        known.item_guid = picture.item_guid
        return known
    if known is None and _is_id(tag):
        left = sorted((home / FOLDER).glob(f"*-{tag}"))
        if left and (left[0] / "cue.json").is_file():  # the project lost its record
            folder = f"{FOLDER}/{left[0].name}"
            return CueRecord(id=tag, folder=folder, item_guid=picture.item_guid)
    return heir(reaper, records, picture)


def _is_id(tag: str) -> bool:
    return len(tag) == ID_DIGITS and set(tag) <= set("0123456789abcdef")


def _new(reaper: Reaper, records: dict[str, CueRecord], picture: Picture) -> CueRecord:
    tell_lost(reaper, records)
    number = 0
    while (cue := _id_of(picture.item_guid, number)) in records:
        number += 1
    stem = clean_stem(Path(picture.path).stem)
    folder = f"{FOLDER}/{stem}-{cue}"
    return CueRecord(id=cue, folder=folder, item_guid=picture.item_guid)


def _id_of(guid: str, number: int) -> str:
    return hashlib.sha256(f"{guid} {number}".encode()).hexdigest()[:ID_DIGITS]


def clean_stem(stem: str) -> str:
    """Return a clip's name as it may stand in a folder's on every system."""
    text = _BAD.sub("_", stem.encode("utf-8", "replace").decode("utf-8"))[:_LONGEST_STEM]
    return text.strip(" .") or "cue"


def _of_project(
    reaper: Reaper, records: dict[str, CueRecord], *, make: bool
) -> tuple[CueRecord, Picture]:
    """Return the only cue whose video item is there, or the one at the edit cursor."""
    alive = [r for r in records.values() if is_there(reaper, r.item_guid, near_s(r))]
    if not alive and records and not make:
        named = " or ".join(called(reaper, record) for record in records.values())
        msg = f"The video item of {named} is not in the project any more."
        raise DawError(msg, "Undo its removal, or put the film back in its place and select it.")
    if not alive:
        what = "No item is selected" if make else "This project has no cue yet"
        raise DawError(f"{what}.", "Select the video item that you want to score.")
    if len(alive) == 1:
        return alive[0], _picture(reaper, alive[0])
    cursor = edit_cursor_s(reaper)
    found = [(r, _picture(reaper, r)) for r in alive]
    here = [(r, p) for r, p in found if p.position_s <= cursor < p.position_s + p.length_s]
    if len(here) != 1:
        msg = f"This project has {len(alive)} cues, and {len(here) or 'none'} at the edit cursor."
        raise DawError(msg, "Select the video item of the one you mean.")
    return here[0]


def _picture(reaper: Reaper, record: CueRecord) -> Picture:
    picture = picture_of(reaper, record.item_guid, near_s(record))
    if picture is None:
        msg = f"The video item of {called(reaper, record)} is not in the project any more."
        raise DawError(msg, "Undo its removal, or put the film back in its place and select it.")
    return picture
