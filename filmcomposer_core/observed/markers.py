"""Markers of a DAW to hit points."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from filmcomposer_core.contracts.clip import FilmClip
from filmcomposer_core.contracts.observed import ObservedMarker
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.observed.marker_name import FORM, parse_marker_name, plain_text
from filmcomposer_core.spotting import COLUMNS, dump_spots, parse_spots
from filmcomposer_core.spotting.write_spots import time_text

Row = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A marker as the DAW was given it: seconds from the first picture frame, and its name."""

    time_s: float
    name: str


def shown_of(spots: Sequence[Spot]) -> dict[str, Shown]:
    """Return the markers of a list of hits, by id."""
    from filmcomposer_core.execution.layout import markers

    return {op.id: Shown(time_s=op.time_s, name=op.name) for op in markers(spots)}


def edited_spots(
    markers: Sequence[ObservedMarker],
    *,
    spots: Sequence[Spot],
    clip: FilmClip,
    shown: Mapping[str, Shown] | None = None,
    frame_times: Sequence[float] | None = None,
) -> tuple[tuple[Spot, ...], tuple[str, ...]]:
    """Take over markers that a user has moved, renamed, added or deleted.

    Parameters
    ----------
    markers : sequence of ObservedMarker
        All markers of the cue and those that the user has added.
    spots : sequence of Spot
        The hits as they stand.
    clip : FilmClip
        The picture.
    shown : mapping of id to Shown, optional
        The markers as the DAW was given them, where that is not what the hits say now: only what
        differs from it is the user's work there, and only a hit in it can have been deleted.
    frame_times : sequence of float, shape (frames,), optional
        Timestamps in seconds of a clip with a variable frame rate.

    Returns
    -------
    tuple of Spot, tuple of str
        The hits in order of time, and a sentence for each marker that could not be taken over as
        it is.

    Notes
    -----
    A marker counts as moved from half a frame on; tolerances follow a new weight as they do in an
    edited ``spots.csv``.
    """
    desk = _Desk(spots, clip, shown_of(spots) if shown is None else shown)
    rows = [row for marker in _named_once(markers, desk) if (row := desk.row(marker)) is not None]
    taken = {row["id"] for row in rows}
    seen = {marker.id for marker in markers}
    for spot in spots:
        if spot.id not in taken | seen and spot.id not in desk.shown:
            rows.append(desk.written[spot.id])
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    found = parse_spots(
        text.getvalue(),
        clip=clip,
        written=spots,
        where="The markers",
        frame_times=frame_times,
    )
    return found, tuple(desk.said)


def _named_once(markers: Sequence[ObservedMarker], desk: _Desk) -> list[ObservedMarker]:
    """Let the marker nearest to its old place keep an id that several bear: the others are copies.

    An added marker that stands where a hit of the user's already stands is that hit: a run that
    was cut short has taken it over.
    """
    owners: dict[str, ObservedMarker] = {}
    for marker in markers:
        if marker.id and (
            marker.id not in owners or desk.distance(marker) < desk.distance(owners[marker.id])
        ):
            owners[marker.id] = marker
    made = []
    for marker in markers:
        name = marker.id if owners.get(marker.id) is marker else desk.known_at(marker, owners)
        owners.setdefault(name, marker)
        made.append(ObservedMarker(id=name, time_s=marker.time_s, name=marker.name))
    return made


class _Desk:
    """The hits, what was shown of them, and the sentences for the user."""

    def __init__(self, spots: Sequence[Spot], clip: FilmClip, shown: Mapping[str, Shown]) -> None:
        self.known = {spot.id: spot for spot in spots}
        self.shown = shown
        rows = csv.DictReader(io.StringIO(dump_spots(spots)))
        self.written: dict[str, Row] = {row["id"]: dict(row) for row in rows}
        self.said: list[str] = []
        self._clip = clip
        self._half_s = 0.5 / float(clip.fps)

    def distance(self, marker: ObservedMarker) -> float:
        """Return how far a marker stands from where it was shown, in seconds."""
        base = self.shown.get(marker.id)
        return abs(marker.time_s - base.time_s) if base else 0.0

    def known_at(self, marker: ObservedMarker, owners: Mapping[str, ObservedMarker]) -> str:
        """Return the id of a hit of the user's at the place of a marker, empty if there is none."""
        for spot in self.known.values():
            near = abs(spot.time_s - marker.time_s) <= self._half_s
            if near and spot.kind == "user" and spot.id not in owners:
                return spot.id
        return ""

    def row(self, marker: ObservedMarker) -> Row | None:
        """Return the row of ``spots.csv`` that a marker stands for, None if it stands for none."""
        spot, base = self.known.get(marker.id), self.shown.get(marker.id)
        renamed = marker.name is not None and (
            base is None or plain_text(marker.name) != plain_text(base.name)
        )
        moved = base is None or abs(marker.time_s - base.time_s) > self._half_s
        if spot is None:
            # The hit went away meanwhile; a marker that nobody has touched goes with it.
            return self._new(marker) if renamed or moved else None
        row = self.written[spot.id]
        if moved and abs(marker.time_s - spot.time_s) > self._half_s:
            row = self._moved(row, marker, spot)
        if renamed and marker.name is not None:
            row = row | self._cells(marker.name, of=f"hit {spot.id}")
        return row

    def _moved(self, row: Row, marker: ObservedMarker, spot: Spot) -> Row:
        time_s = self._inside(marker.time_s)
        if time_s is None:
            self.said.append(
                f"{self._called(marker)} lies outside the picture ({marker.time_s:.2f} s of "
                f"{self._clip.duration_s:.2f} s); its hit stays at {spot.time_s:.2f} s."
            )
            return row
        return row | {"time_s": time_text(time_s), "frame": "", "timecode": ""}

    def _new(self, marker: ObservedMarker) -> Row | None:
        time_s = self._inside(marker.time_s)
        if time_s is None:
            self.said.append(
                f"{self._called(marker)} lies outside the picture ({marker.time_s:.2f} s of "
                f"{self._clip.duration_s:.2f} s) and was not taken over."
            )
            return None
        cells = self._cells(marker.name or "", of="the hit")
        return {"id": "", "time_s": time_text(time_s)} | cells

    def _inside(self, time_s: float) -> float | None:
        """Return a time inside the picture, None for one that lies outside."""
        time_s = max(0.0, time_s) if time_s > -self._half_s else time_s
        return time_s if 0.0 <= round(time_s, 6) < self._clip.duration_s else None

    def _cells(self, name: str, *, of: str) -> Row:
        read = parse_marker_name(name)
        if read.fault:
            self.said.append(
                f"Marker '{_short(name)}': {read.fault}. The whole is the text of {of} now; "
                f"write {FORM} to set the others."
            )
        cells = {"name": read.text} if read.text else {}
        if read.weight is not None:
            cells["weight"] = "MUST" if read.weight == "MUST" else repr(read.weight)
        if read.hit_class is not None:
            cells["class"] = read.hit_class
        return cells

    def _called(self, marker: ObservedMarker) -> str:
        base = self.shown.get(marker.id)
        name = marker.name or (base.name if base else "")
        return f"Marker '{_short(name)}'" if name else "A marker without a name"


def _short(name: str) -> str:
    text = plain_text(name)
    return text if len(text) <= 60 else f"{text[:57]}..."
