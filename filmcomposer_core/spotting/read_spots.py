"""The text of ``spots.csv`` to hit points, as edited by a user."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

from filmcomposer_core.contracts.clip import FilmClip
from filmcomposer_core.contracts.spots import HIT_CLASSES, KINDS, STRONG_WEIGHT, Spot
from filmcomposer_core.spotting.csv_table import Row, parse_number, read_rows
from filmcomposer_core.spotting.grid import grid_as_read, make_grid
from filmcomposer_core.spotting.spot_time import Place, place_row
from filmcomposer_core.spotting.write_spots import COLUMNS

DEFAULT_WEIGHT = 7.0
DEFAULT_NAME = "user hit"
YES = ("true", "yes", "1", "x", "locked", "wahr", "vrai")
NO = ("false", "no", "0", "", "falsch", "faux")
Weight = float | Literal["MUST"]


def parse_spots(
    text: str,
    *,
    clip: FilmClip,
    written: Sequence[Spot],
    where: str,
    frame_times: Sequence[float] | None = None,
) -> tuple[Spot, ...]:
    """Read hit points that a user may have edited.

    Of the three time cells the one that differs from the written row rules. A new row needs one
    of them; its other cells may stay empty (weight 7, kind user, class beat, tolerance by weight,
    an id of its own). Empty cells of a known row keep what was written. When a new weight makes a
    known hit strong, or no longer so, tolerances that were left at their default follow.

    Parameters
    ----------
    text : str
        CSV: commas, semicolons or tabs, decimal points or commas, columns in any order.
    clip : FilmClip
        Gives frame rate and length, and the start timecode where the rows do not show it: those
        that were written before the clip's start was changed keep counting from the old one.
    written : sequence of Spot
        The spots as this program last wrote them; may be empty.
    where : str
        Name of the file, for messages.
    frame_times : sequence of float, shape (frames,), optional
        True timestamps in seconds of a clip with a variable frame rate.

    Returns
    -------
    tuple of Spot
        In order of time.

    Raises
    ------
    InputError
        Naming the row, the cell and the cure.
    """
    known = {spot.id: spot for spot in written}
    rows = read_rows(text, columns=COLUMNS, where=where)
    before = [(spot.timecode, spot.frame) for spot in written]
    grid = grid_as_read(make_grid(clip, frame_times), _full_places(rows), before)
    _check_ids(rows)
    used = {row.text("id") for row in rows} | set(known)
    spots = []
    for row in rows:
        base = known.get(row.text("id"))
        place = place_row(row, base, grid)
        identity = row.text("id") or _new_id(place.frame, used)
        used.add(identity)
        if base is None:
            spots.append(_new_spot(row, identity, place, ours=not written))
        else:
            spots.append(_edited_spot(row, base, place))
    return tuple(sorted(spots, key=lambda s: (s.time_s, s.id)))


def _full_places(rows: Sequence[Row]) -> list[tuple[str, int]]:
    """Return timecode and frame of the rows that have all three time cells, as we write them."""
    found = []
    for row in rows:
        frame = parse_number(row.text("frame"))
        if row.text("time_s") and row.text("timecode") and frame is not None:
            found.append((row.text("timecode"), int(frame)))
    return found


def _new_spot(row: Row, identity: str, place: Place, *, ours: bool) -> Spot:
    """Make a spot from a row that was not written by us, or of which nothing is known."""
    weight = _weight(row, DEFAULT_WEIGHT)
    early, late = _tolerance(weight)
    return Spot(
        id=identity,
        time_s=place.time_s,
        frame=place.frame,
        timecode=place.timecode,
        name=row.text("name") or DEFAULT_NAME,
        weight=weight,
        # A row copied from ours keeps its kind cell, but it is the user's now.
        kind=_word(row, "kind", KINDS, "user") if ours else _checked_user(row),
        hit_class=_word(row, "class", HIT_CLASSES, "beat"),
        early_frames=_frames(row, "early_frames", early),
        late_frames=_frames(row, "late_frames", late),
        locked=_flag(row, default=False),
    )


def _edited_spot(row: Row, base: Spot, place: Place) -> Spot:
    """Apply a row to the spot that was written with the same id."""
    weight = _weight(row, base.weight)
    early = _frames(row, "early_frames", base.early_frames)
    late = _frames(row, "late_frames", base.late_frames)
    untouched = (early, late) == (base.early_frames, base.late_frames)
    if untouched and (early, late) == _tolerance(base.weight):
        early, late = _tolerance(weight)
    return Spot(
        id=base.id,
        time_s=place.time_s,
        frame=place.frame,
        timecode=place.timecode,
        name=row.text("name") or base.name,
        weight=weight,
        kind=_word(row, "kind", KINDS, base.kind),
        hit_class=_word(row, "class", HIT_CLASSES, base.hit_class),
        early_frames=early,
        late_frames=late,
        locked=_flag(row, default=base.locked),
    )


def _checked_user(row: Row) -> str:
    _word(row, "kind", KINDS, "user")
    return "user"


def _tolerance(weight: Weight) -> tuple[int, int]:
    """Return the frames early and late that a weight allows by default."""
    return (1, 1) if weight == "MUST" or weight >= STRONG_WEIGHT else (1, 2)


def _weight(row: Row, default: Weight) -> Weight:
    text = row.text("weight")
    if not text:
        return default
    if text.upper() == "MUST":
        return "MUST"
    number = parse_number(text)
    if number is None or not 0 <= number <= 10:
        raise row.fault(f"weight is '{text}'", "Write a number from 0 to 10, or MUST.")
    return number


def _word(row: Row, column: str, allowed: Collection[str], default: str) -> str:
    text = row.text(column).lower()
    if not text:
        return default
    if text not in allowed:
        raise row.fault(f"{column} is '{row.text(column)}'", f"Use one of: {', '.join(allowed)}.")
    return text


def _frames(row: Row, column: str, default: int) -> int:
    text = row.text(column)
    if not text:
        return default
    number = parse_number(text)
    if number is None or number != int(number) or not 0 <= number <= 1000:
        raise row.fault(f"{column} is '{text}'", "Write whole frames from 0 to 1000.")
    return int(number)


def _flag(row: Row, *, default: bool) -> bool:
    text = row.text("locked").lower()
    if not text:
        return default
    if text not in YES and text not in NO:
        raise row.fault(f"locked is '{row.text('locked')}'", "Write true or false.")
    return text in YES


def _check_ids(rows: Sequence[Row]) -> None:
    seen: dict[str, Row] = {}
    for row in rows:
        identity = row.text("id")
        if identity and identity in seen:
            first = seen[identity].place.rsplit(" ", maxsplit=1)[-1]
            raise row.fault(
                f"id {identity} stands in row {first} already",
                "Leave the id of the new row empty to have one made.",
            )
        seen[identity] = row


def _new_id(frame: int, used: Collection[str]) -> str:
    """Return ``U`` and the frame, with a number behind it where that is taken."""
    plain = f"U{frame:04d}"
    names = (plain if n == 1 else f"{plain}-{n}" for n in range(1, len(used) + 2))
    return next(name for name in names if name not in used)
