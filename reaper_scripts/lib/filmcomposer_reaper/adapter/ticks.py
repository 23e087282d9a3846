"""Where the ticks of a MIDI take lie in the project."""

from __future__ import annotations

from filmcomposer_reaper.adapter.reaper import Reaper, is_null


def quarters_of_ticks(
    reaper: Reaper, item: str, take: int, resolution: int
) -> tuple[float, float] | None:
    """Return the project's quarter note at tick 0 of a take, and how many of them a beat of it is.

    REAPER is asked rather than the item's lines, for it alone knows what a start offset means.

    Parameters
    ----------
    reaper : Reaper
    item : str
        Pointer of the item.
    take : int
        The take's number from 0.
    resolution : int
        Ticks of a beat of the take.

    Returns
    -------
    tuple or None
        None where there is no such MIDI take.
    """
    rpr = reaper.rpr
    pointer = rpr.GetTake(item, take)
    if is_null(pointer) or not rpr.TakeIsMIDI(pointer):
        return None
    first = float(rpr.MIDI_GetProjQNFromPPQPos(pointer, 0.0))
    return first, float(rpr.MIDI_GetProjQNFromPPQPos(pointer, float(resolution))) - first
