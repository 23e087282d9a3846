"""Repeats and endings written out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from filmcomposer_core.notation.abc_events import BarLine, Event, Sound, refuse

#: More than any film needs; a guard against a tune of nothing but repeats.
_MOST_EVENTS: Final = 1_000_000


def without_repeats(events: Sequence[Event], *, where: str) -> list[Event]:
    """Return the events as they are played.

    Parameters
    ----------
    events : sequence of Event
        As written. ``:|`` goes back to the last ``|:``, or to the end of the passage before it;
        endings are played in the pass that they name.
    where : str
        Name of the file, for messages.

    Returns
    -------
    list of Event
        With bar lines that no longer repeat.

    Raises
    ------
    InputError
        If a pass has no ending of its own.
    """
    played: list[Event] = []
    index, start, turn, in_ending = 0, 0, 1, False
    while index < len(events) and len(played) <= _MOST_EVENTS:
        event = events[index]
        played.append(event)
        index += 1
        if not isinstance(event, BarLine):
            continue
        if event.repeat_end and turn < _turns(events, index):
            index, turn = start, turn + 1
            continue
        if event.repeat_end or event.repeat_start or (in_ending and event.heavy):
            start, turn, in_ending = index, 1, False
        if event.endings and turn not in event.endings:
            index = _ending_for(events, index, turn=turn, begin=event, where=where)
        in_ending = in_ending or bool(event.endings)
    return played


def _turns(events: Sequence[Event], after: int) -> int:
    """Return how often a passage is played whose repeat sign stands before ``after``.

    Twice, or more if further endings follow the sign.
    """
    most = 2
    for index in range(after - 1, len(events)):
        event = events[index]
        if isinstance(event, Sound):
            break
        if isinstance(event, BarLine) and event.endings:
            most = max(most, *event.endings)
    return most


def _ending_for(
    events: Sequence[Event], index: int, *, turn: int, begin: BarLine, where: str
) -> int:
    """Return where the ending of a pass begins, behind its bar line."""
    for place in range(index, len(events)):
        event = events[place]
        if isinstance(event, BarLine) and turn in event.endings:
            return place + 1
        if isinstance(event, BarLine) and event.repeat_start:
            break
    refuse(where, begin.place, f"there is no ending {turn} for this repeat")
