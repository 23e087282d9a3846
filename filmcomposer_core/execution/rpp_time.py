"""Tempo map, markers and regions of REAPER projects."""

from __future__ import annotations

from collections.abc import Sequence

from filmcomposer_core.contracts.daw_plan import MarkerOp, RegionOp
from filmcomposer_core.contracts.tempo import TempoPoint
from filmcomposer_core.execution.rpp_text import Lines, block, color, guid, line

RAMP, STEP = 0, 1
SETS_SIGNATURE = 1
#: Markers say in which order the bytes of their colour stand: B = 0xRRGGBB.
BYTE_ORDER = "B"
IS_REGION = 1
DENOMINATOR_SHIFT = 65536


def tempo_envelope(points: Sequence[TempoPoint]) -> Lines:
    """Return the tempo envelope.

    A point is ``PT seconds bpm shape``, shape 0 for a ramp to the next point and 1 for a step; one
    that sets a time signature adds ``65536 * denominator + numerator``, not selected, and flag 1.
    REAPER counts quarter notes a minute, whatever the signature, as our points do.

    Parameters
    ----------
    points : sequence of TempoPoint
        The first stands at 0 s.
    """
    body = [
        line("EGUID", guid("envelope", "tempo")),
        line("ACT", 1, -1),
        line("VIS", 1, 0, 1),
        line("LANEHEIGHT", 0, 0),
        line("ARM", 0),
        line("DEFSHAPE", STEP, -1, -1),
    ]
    before: tuple[int, int] | None = None
    for point in points:
        words = f"PT {point.time_s:.12f} {point.bpm:.10f} {RAMP if point.ramp else STEP}"
        if (point.num, point.den) != before:
            words += f" {DENOMINATOR_SHIFT * point.den + point.num} 0 {SETS_SIGNATURE}"
        before = (point.num, point.den)
        body.append(words)
    return block("TEMPOENVEX", (), body)


def marker_lines(ops: Sequence[MarkerOp | RegionOp]) -> Lines:
    """Return the lines of markers and regions, each numbered from 1; a region has two lines."""
    lines: Lines = []
    markers = [op for op in ops if isinstance(op, MarkerOp)]
    regions = [op for op in ops if isinstance(op, RegionOp)]
    for number, region in enumerate(regions, start=1):
        lines.append(_marker(number, region.start_s, region, flags=IS_REGION))
        lines.append(line("MARKER", number, region.end_s, "", IS_REGION))
    for number, marker in enumerate(markers, start=1):
        lines.append(_marker(number, marker.time_s, marker, flags=0))
    return lines


def _marker(number: int, time_s: float, op: MarkerOp | RegionOp, *, flags: int) -> str:
    ident = guid(op.op, op.id)
    shade = color(op.color)
    return line("MARKER", number, time_s, op.name, flags, shade, 1, BYTE_ORDER, ident, 0)
