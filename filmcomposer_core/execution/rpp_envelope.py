"""Envelope blocks of REAPER projects."""

from __future__ import annotations

from collections.abc import Iterable

from filmcomposer_core.contracts.daw_plan import EnvelopeOp
from filmcomposer_core.execution.rpp_place import Placement
from filmcomposer_core.execution.rpp_text import Lines, line

VOLUME, PAN, SEND = "VOLENV2", "PANENV2", "AUXVOLENV"
#: Envelope values are linear gains, and so are the lines between them (1 = along the fader).
LINEAR_GAIN = 0
STRAIGHT = 0


def envelope(
    head: str,
    points: Iterable[tuple[float, float]],
    *,
    ident: str,
    place: Placement,
    gain: bool = False,
) -> Lines:
    """Return an envelope block with straight lines between its points.

    Parameters
    ----------
    head : str
        Tag and words after ``<``.
    points : iterable of (float, float)
        Seconds of the picture and values in the envelope's own unit.
    ident : str
        What the id of the envelope is made from.
    place : Placement
        Moves the points to where the picture lies.
    gain : bool
        Whether the values are gains.
    """
    body = [
        line("EGUID", place.guid("envelope", ident)),
        line("ACT", 1, -1),
        line("VIS", 1, 1, 1),
        line("LANEHEIGHT", 0, 0),
        line("ARM", 0),
        line("DEFSHAPE", STRAIGHT, -1, -1),
    ]
    if gain:
        body.append(line("VOLTYPE", LINEAR_GAIN))
    body += [line("PT", place.time(time_s), value, STRAIGHT) for time_s, value in points]
    return [f"<{head}", *(f"  {item}" for item in body), ">"]


def track_envelopes(ops: Iterable[EnvelopeOp], *, place: Placement) -> Lines:
    """Return the volume and pan envelopes of a track.

    A pan envelope counts the other way round than a track's pan: +1 is left. That is how its
    raw values show in REAPER, and a public importer of AAF sessions negates them for the same
    reason ("otherwise panning is reversed"); the pan in ``VOLPAN`` is -1 for left.
    """
    made: Lines = []
    for op in ops:
        ident = f"{op.track}/{op.parameter}"
        if op.parameter == "volume":
            made += envelope(VOLUME, _points(op), ident=ident, place=place, gain=True)
        elif op.parameter == "pan":
            turned = [(time_s, -value) for time_s, value in _points(op)]
            made += envelope(PAN, turned, ident=ident, place=place)
    return made


def send_envelope(op: EnvelopeOp, *, place: Placement) -> Lines:
    """Return the volume envelope of a send, which stands after the ``AUXRECV`` it belongs to."""
    ident = f"{op.track}/{op.parameter}/{op.target}"
    return envelope(SEND, _points(op), ident=ident, place=place, gain=True)


def _points(op: EnvelopeOp) -> list[tuple[float, float]]:
    return [(point.time_s, point.value) for point in op.points]
