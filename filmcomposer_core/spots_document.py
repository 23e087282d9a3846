"""The hit points as a file: a table whose rows pins name by the hits' ids."""

from __future__ import annotations

from dataclasses import replace

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.document import Files, Tree, Values, file_text
from filmcomposer_core.errors import InputError


def spots_from_file(files: Files, values: Values) -> tuple[Spot, ...]:
    """Read the table; rows without a frame or a timecode get theirs from the clip."""
    from filmcomposer_core.spotting import parse_spots, with_timecodes

    where = values.place("spots.csv")
    clip = values.value("analysis.json").clip
    # With a variable frame rate only the timestamps tell which frame stands at a time.
    times = values.value("curves.npz").time_s.tolist() if clip.variable_frame_rate else None
    written = values.written("spots.csv")
    found = parse_spots(
        file_text(files["spots.csv"], where),
        clip=clip,
        written=written or (),
        where=where,
        frame_times=times,
    )
    # As last written they keep the timecodes of then: by those an edited file is read.
    return found if written is None else with_timecodes(found, clip=clip)


def spots_to_file(spots: tuple[Spot, ...], values: Values) -> dict[str, bytes]:
    """Write the table."""
    from filmcomposer_core.spotting import dump_spots, with_timecodes

    clip = values.value("analysis.json").clip
    return {"spots.csv": dump_spots(with_timecodes(spots, clip=clip)).encode()}


def spots_tree(spots: tuple[Spot, ...]) -> Tree:
    """Leave the timecodes out: they follow from frame and start, and no edit is of them alone."""
    return {"spots": [codec.plain(replace(spot, timecode="")) for spot in spots]}


def spots_from_tree(tree: Tree, values: Values) -> tuple[Spot, ...]:
    """Make hits of a tree; InputError for one after the end of the clip."""
    from filmcomposer_core.spotting import with_timecodes

    found = codec.build(tuple[Spot, ...], tree["spots"], where=values.place("spots.csv"))
    clip = values.value("analysis.json").clip
    found, end_s = with_timecodes(found, clip=clip), clip.duration_s
    late = [spot.id for spot in found if spot.time_s > end_s]
    if late:
        msg = f"{values.place('spots.csv')}: {late[0]} lies after the end of the clip."
        raise InputError(msg, "Move or delete the row.")
    return tuple(sorted(found, key=lambda spot: (spot.time_s, spot.id)))
