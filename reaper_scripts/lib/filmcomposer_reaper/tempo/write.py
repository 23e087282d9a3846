"""Change the project's tempo map so that nothing in the project moves, or leave it as it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from filmcomposer_core.errors import DawError
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.adapter.tempo import (
    ReadMap,
    can_mark_partial,
    disagreement,
    kept_by_calls,
    mark_changed,
    read_map,
    write_points,
    write_text,
)
from filmcomposer_reaper.adapter.tempo_hold import (
    Held,
    hold,
    how_many,
    loose_midi,
    put_back,
    release,
)
from filmcomposer_reaper.tempo.fill import Filled
from filmcomposer_reaper.tempo.layout import NEVER, first_change
from filmcomposer_reaper.tempo.map import MapPoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The map that was written; ``bars`` (time, BPM) had to take another tempo for it.

    ``loose`` is how many MIDI items of the user's have notes where the tempo is another now.
    ``touched`` is False where it stood there already.
    """

    points: tuple[MapPoint, ...]
    touched: bool = True
    bars: tuple[tuple[float, float], ...] = ()
    loose: int = 0


def write_map(
    reaper: Reaper,
    found: ReadMap,
    points: Sequence[MapPoint],
    filled: Callable[[], Filled],
    end_s: float,
) -> Written:
    """Write a tempo map and hold everything else in its place.

    Parameters
    ----------
    reaper : Reaper
    found : ReadMap
        The map as it stands.
    points : sequence of MapPoint
        The map as it shall be.
    filled : callable
        Gives the map that does without partial measures, for a REAPER that refuses those.
    end_s : float
        Where the cue ends in project seconds.

    Raises
    ------
    DawError
        When REAPER does otherwise than asked; the map is then as it was.
    """
    points = tuple(points)
    after_s = [first_change(found.points, points)[1]]
    if not can_mark_partial(reaper):
        with suppress(DawError):  # it is told when that map is needed
            after_s.append(first_change(found.points, filled().points)[1])
    if max(after_s) == NEVER:
        return Written(points=found.points, touched=False)
    held = hold(reaper, min(after_s))
    try:
        loose = loose_midi(reaper, held, end_s)
        done = _write(reaper, found, points, filled)
    finally:
        release(reaper, held)
        mark_changed(reaper)
        still = _settle(reaper, held)
    if still:
        _restore(reaper, found)
        mark_changed(reaper)
        _settle(reaper, held)
        msg = "Items, markers or envelopes would not stay where they are while the tempo changed."
        raise DawError(msg, "The tempo map was left as it was; please send us the project.")
    return Written(points=done.points, bars=done.bars, loose=loose)


def _settle(reaper: Reaper, held: Held) -> int:
    """Put back what moved; return how much of it moves again."""
    return how_many(put_back(reaper, put_back(reaper, held)))


def _write(
    reaper: Reaper, found: ReadMap, points: tuple[MapPoint, ...], filled: Callable[[], Filled]
) -> Filled:
    wrong = "REAPER took no text of it"
    if write_text(reaper, found, points):
        wrong = disagreement(reaper, points)
        if not wrong:
            return Filled(points=points, bars=())
        _restore(reaper, found)
    plan = Filled(points=points, bars=()) if can_mark_partial(reaper) else filled()
    now = read_map(reaper)
    if kept_by_calls(reaper, now.points) and kept_by_calls(reaper, plan.points):
        count, _ = first_change(now.points[: now.count], plan.points)
        write_points(reaper, now.points[: now.count], plan.points, count)
        wrong = disagreement(reaper, plan.points)
        if not wrong:
            return plan
        _restore(reaper, found)
    raise DawError(
        f"The tempo map was not written, because REAPER did otherwise: {wrong}.",
        "The project's own map is as it was; please tell us your REAPER's version.",
    )


def _restore(reaper: Reaper, found: ReadMap) -> None:
    """Write the map as it was read."""
    if write_text(reaper, found, found.points) and not disagreement(reaper, found.points):
        return
    now = read_map(reaper)
    count, _ = first_change(now.points[: now.count], found.points)
    write_points(reaper, now.points[: now.count], found.points, count)
