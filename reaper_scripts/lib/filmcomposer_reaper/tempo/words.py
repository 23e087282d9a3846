"""What the user is told about the tempo map that was written."""

from __future__ import annotations

from collections.abc import Sequence

from filmcomposer_core.contracts.tempo import TempoPoint
from filmcomposer_core.timeline import Timeline, bar_and_beat
from filmcomposer_reaper.tempo.book import Parted

SHOWN = 3
#: A change this close before a bar line (in quarter notes) is meant for it.
NEAR_BEATS = 1e-4


def edit_words(written: Sequence[TempoPoint], parted: Parted, *, kept: bool) -> list[str]:
    """Say which tempo changes of the user's in the cue were kept or replaced.

    Parameters
    ----------
    written : sequence of TempoPoint
        The map that they changed, in seconds of the picture.
    parted : Parted
    kept : bool
    """
    if not parted.edited_s:
        return []
    line = Timeline(written)
    bars = [_bar(line, time - parted.start_s) for time in parted.edited_s]
    places = list(dict.fromkeys(bars))
    named = ", ".join(f"bar {n}" for n in places[:SHOWN])
    more = len(places) - SHOWN
    named += f" and {more} more places" if more > 0 else ""
    one = len(places) == 1
    if kept:
        verb = "was kept; the music still follows" if one else "were kept; the music still follows"
        what = "change at" if one else "changes at"
        return [f"Your tempo {what} {named} {verb} the beats that it was written to."]
    what = "change at" if one else "changes at"
    return [f"Your tempo {what} {named} {'was' if one else 'were'} replaced: the map is new."]


def _bar(line: Timeline, time_s: float) -> int:
    bars = line.bars_until(max(time_s, 0.0) + 1e-6)
    return bar_and_beat(bars, line.beat_at(time_s) + NEAR_BEATS)[0]


def fill_words(bars: tuple[tuple[float, float], ...]) -> list[str]:
    """Say which bars outside of the cue took another tempo so that a bar line falls in place."""
    return [
        f"This REAPER cuts no bar short, so the bar at {time:.3f} s of the project goes at "
        f"{bpm:.2f} BPM: that puts the next bar line where it has to be."
        for time, bpm in bars
    ]


def loose_words(items: int) -> list[str]:
    """Say that MIDI of the user's follows the new tempo."""
    if not items:
        return []
    what = "A MIDI item of yours lies" if items == 1 else f"{items} MIDI items of yours lie"
    return [
        f"{what} where the tempo is another now: it begins and ends where it did, but its notes "
        "follow the tempo (Item properties > Ignore project tempo holds them)."
        if items == 1
        else f"{what} where the tempo is another now: they begin and end where they did, but "
        "their notes follow the tempo (Item properties > Ignore project tempo holds them)."
    ]
