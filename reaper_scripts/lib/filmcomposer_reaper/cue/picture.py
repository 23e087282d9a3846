"""The picture to be scored: what the selected video items show of which file, and where."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from filmcomposer_core.errors import DawError
from filmcomposer_reaper.adapter.items import (
    Item,
    Source,
    count_selected,
    find_item,
    neighbours,
    selected_items,
)
from filmcomposer_reaper.adapter.project import project_in_front
from filmcomposer_reaper.adapter.reaper import Reaper

#: Pieces of a split item lie this near to one line through the film, and to one another.
NEAR_S = 0.002
#: A sound track is often a little longer than the picture, and so is the item.
PAST_END_S = 0.05
#: Reading each of thousands would hold REAPER up.
MOST_SELECTED = 100
RATES = (0.05, 20.0)
#: REAPER shows these as video, too.
STILLS = frozenset(
    (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".tga", ".svg", ".ico")
)
SOUNDS = frozenset((".m4a", ".m4b", ".aac", ".wma", ".ac3", ".eac3", ".opus", ".mka", ".aif"))
_OFFLINE = "_OFFLINE"


class SeveralPictures(DawError):
    """Say that video items are selected which are not one picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A stretch of a film on the time line.

    The film's seconds ``in_s`` to ``out_s`` are played ``rate`` times as fast from ``position_s``
    on; ``length_s`` is that on the time line. ``item_guid`` is the first of ``pieces``, which is
    more than one item where the picture was split.
    """

    item_guid: str
    path: str
    position_s: float
    length_s: float
    in_s: float
    out_s: float
    rate: float
    pieces: tuple[str, ...] = ()


def selected_picture(reaper: Reaper) -> Picture:
    """Return the picture that is selected.

    Items without a picture that are selected with it (its sound, say) are passed over; the pieces
    of a split item are one picture.

    Raises
    ------
    DawError
        A sentence for each thing that cannot be scored.
    """
    count = count_selected(reaper)
    if count > MOST_SELECTED:
        hint = "Select only the video item that you want to score."
        raise DawError(f"{count} items are selected.", hint)
    items = selected_items(reaper)
    if not items:
        raise DawError("No item is selected.", "Select the video item that you want to score.")
    films = [item for item in items if item.source is not None and _is_film(item.source)]
    if not films:
        raise _no_picture(items)
    return _joined([_read(reaper, item) for item in films])


def picture_of(reaper: Reaper, item_guid: str, near_s: float | None = None) -> Picture | None:
    """Return the picture of an item, with the other pieces of its cue that it was split into.

    Parameters
    ----------
    reaper : Reaper
    item_guid : str
    near_s : float, optional
        Where the item was last, in project seconds: it is found sooner.

    Returns
    -------
    Picture or None
        None where the project has no such item.

    Raises
    ------
    DawError
        Where the item is there and cannot be scored.
    """
    item = find_item(reaper, item_guid, near_s)
    if item is None:
        return None
    picture = _read(reaper, item)
    others = neighbours(reaper, item) if item.cue else []
    return _grown(picture, _readable(reaper, [o for o in others if o.guid != item.guid]))


def picture_again(reaper: Reaper, picture: Picture) -> Picture | None:
    """Return a picture as it is now: equal to the one given if nobody touched it.

    Returns
    -------
    Picture or None
        None where its first item is gone.

    Raises
    ------
    DawError
        Where it cannot be scored any more.
    """
    found = [find_item(reaper, guid, picture.position_s) for guid in picture.pieces]
    if found[0] is None:
        return None
    rest = [item for item in found[1:] if item is not None]
    return _grown(_read(reaper, found[0]), _readable(reaper, rest))


# --- one item -------------------------------------------------------------------------------------


def _is_film(source: Source) -> bool:
    suffix = _suffix(source)
    return _kind(source) == "VIDEO" and suffix not in STILLS and suffix not in SOUNDS


def _kind(source: Source) -> str:
    """Return the type of a source, of an offline one the type that it has when it is online."""
    return source.kind.removeprefix(_OFFLINE).removeprefix("_")


def _suffix(source: Source) -> str:
    return os.path.splitext(source.path)[1].lower()


def _readable(reaper: Reaper, items: Sequence[Item]) -> list[Picture]:
    """Return the pictures of those items that can be scored."""
    found = []
    for item in items:
        with suppress(DawError):
            found.append(_read(reaper, item))
    return found


def _no_picture(items: Sequence[Item]) -> DawError:
    """Return why none of the selected items can be scored, by the first of them."""
    source = items[0].source
    name = _called(items[0])
    cure = "Select the video item that you want to score."
    if source is None:
        return DawError(f"{name} has no media in it.", cure)
    if _kind(source) == "VIDEO" and _suffix(source) in STILLS:
        return DawError(f"{name} is a still image; there is no movement to score.", cure)
    if _kind(source) == "VIDEO":
        return DawError(f"{name} has sound and no picture.", cure)
    kind = {"MIDI": "MIDI", "RPP_PROJECT": "a subproject"}.get(_kind(source), "sound")
    return DawError(f"{name} is {kind}, not video.", cure)


def _called(item: Item) -> str:
    """Return an item's name for the user."""
    path = item.source.path if item.source is not None else ""
    name = item.name or Path(path).name
    return f'The selected item "{name}"' if name else "The selected item"


def _read(reaper: Reaper, item: Item) -> Picture:
    """Return the picture of one item of video; DawError with what is in the way."""
    source = item.source
    if source is None or not _is_film(source):
        raise _no_picture([item])
    source = replace(source, path=_whole(reaper, source.path))
    fault = _fault(item, source)
    if fault is not None:
        raise fault
    start = source.start_s + item.offset_s
    # Past its end an item that does not loop is black: the picture ends with the film.
    shown = min(item.length_s * item.rate, source.length_s - item.offset_s)
    return Picture(
        item_guid=item.guid,
        path=source.path,
        position_s=item.position_s,
        length_s=shown / item.rate,
        in_s=max(start, 0.0),
        out_s=max(start, 0.0) + shown,
        rate=item.rate,
        pieces=(item.guid,),
    )


def _whole(reaper: Reaper, path: str) -> str:
    """Return a file's full path; a relative one counts from the project's folder."""
    project = project_in_front(reaper).path
    return os.path.abspath(path if project is None else os.path.join(project.parent, path))


def _fault(item: Item, source: Source) -> DawError | None:
    """Return what makes an item of video one that cannot be scored."""
    media = _media_fault(item, source)
    if media is not None:
        return media
    name = _called(item)
    if source.backwards:
        return DawError(f"{name} runs backwards.", "Reverse it again, or score a forward copy.")
    if source.stretched:
        hint = "Remove them, or glue the item, then try again."
        return DawError(f"{name} has stretch markers, so its speed changes.", hint)
    if not RATES[0] <= item.rate <= RATES[1]:
        low, high = RATES
        msg = f"{name} plays {item.rate:g} times as fast."
        return DawError(msg, f"Set its playback rate to {low:g} to {high:g}.")
    if item.offset_s < -PAST_END_S:
        msg = f"{name} begins {-item.offset_s / item.rate:.2f} s before its film does."
        return DawError(msg, "Trim its left edge to the first frame.")
    past = item.offset_s + item.length_s * item.rate - source.length_s
    if item.loops and past > PAST_END_S:
        msg = f"{name} starts again {past / item.rate:.2f} s before its right edge."
        return DawError(msg, "Trim it to one pass, or switch off Loop source in its properties.")
    if item.offset_s >= source.length_s or item.length_s <= 0:
        return DawError(f"{name} shows nothing of its film.", "Trim it to the part to score.")
    return None


def _media_fault(item: Item, source: Source) -> DawError | None:
    name = _called(item)
    if not os.path.isfile(source.path):
        hint = "Put it back, or choose it anew in the item's properties."
        return DawError(f"{name} plays {source.path}, which is not there.", hint)
    if source.kind.startswith(_OFFLINE):
        hint = 'Run REAPER\'s action "Item: Set selected media online".'
        return DawError(f"{name} is offline.", hint)
    if source.length_s <= 0:
        msg = f"{name} is offline, or REAPER cannot read {source.path}."
        return DawError(msg, "Set it online, or check Preferences > Media > Video.")
    return None


# --- several --------------------------------------------------------------------------------------


def _joined(pictures: list[Picture]) -> Picture:
    """Return one picture of the pieces of a split item.

    Raises
    ------
    SeveralPictures
        Where they are not that.
    """
    pictures = sorted(pictures, key=lambda p: p.position_s)
    whole = _grown(pictures[0], pictures)
    if len(whole.pieces) == len(pictures):
        return whole
    films = {p.path for p in pictures}
    what = "of different films" if len(films) > 1 else "that are not one piece of their film"
    msg = f"{len(pictures)} video items are selected, {what}."
    raise SeveralPictures(msg, "Select one of them, or all pieces of one that was split.")


def _grown(picture: Picture, others: Sequence[Picture]) -> Picture:
    """Return a picture with what lies beside it of the same film in one line."""
    found = {picture.item_guid: picture}
    grown = True
    while grown:
        grown = False
        for other in others:
            if other.item_guid not in found and any(_touch(p, other) for p in found.values()):
                found[other.item_guid] = other
                grown = True
    pieces = sorted(found.values(), key=lambda p: p.position_s)
    end = max(p.position_s + p.length_s for p in pieces)
    return replace(
        pieces[0],
        length_s=end - pieces[0].position_s,
        out_s=pieces[0].in_s + (end - pieces[0].position_s) * pieces[0].rate,
        pieces=tuple(p.item_guid for p in pieces),
    )


def _touch(one: Picture, other: Picture) -> bool:
    """Whether two pieces show one film in one line, and no time lies between them."""
    if one.path != other.path or abs(one.rate - other.rate) > 1e-6 * one.rate:
        return False
    shifted = (one.in_s - other.in_s) - (one.position_s - other.position_s) * one.rate
    first, last = sorted((one, other), key=lambda p: p.position_s)
    apart = last.position_s - (first.position_s + first.length_s)
    return abs(shifted) <= NEAR_S * one.rate and apart <= NEAR_S
