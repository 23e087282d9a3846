"""Hit points to the text of ``spots.csv``."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from filmcomposer_core.contracts.spots import Spot

COLUMNS = (
    "id",
    "time_s",
    "frame",
    "timecode",
    "name",
    "weight",
    "kind",
    "class",
    "early_frames",
    "late_frames",
    "locked",
)
#: Decimals of ``time_s``: microseconds.
TIME_DECIMALS = 6


def dump_spots(spots: Iterable[Spot]) -> str:
    """Write hit points as CSV: commas, decimal points, one header row.

    Parameters
    ----------
    spots : iterable of Spot
        In the order in which the rows shall stand.

    Returns
    -------
    str
        Text with Unix line ends; ``parse_spots`` gives the same spots back.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for spot in spots:
        writer.writerow(
            (
                spot.id,
                time_text(spot.time_s),
                spot.frame,
                spot.timecode,
                spot.name,
                weight_text(spot),
                spot.kind,
                spot.hit_class,
                spot.early_frames,
                spot.late_frames,
                "true" if spot.locked else "false",
            )
        )
    return text.getvalue()


def time_text(time_s: float) -> str:
    """Write seconds to the microsecond, without needless zeros."""
    text = f"{time_s:.{TIME_DECIMALS}f}".rstrip("0")
    return f"{text}0" if text.endswith(".") else text


def weight_text(spot: Spot) -> str:
    """Write a weight as MUST or as the shortest number that reads back the same."""
    return "MUST" if spot.must else repr(spot.strength).removesuffix(".0")
