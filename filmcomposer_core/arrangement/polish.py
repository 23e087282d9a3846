"""What players do with their own part before it is played: breathe, let short notes speak."""

from __future__ import annotations

import bisect
from dataclasses import replace
from itertools import pairwise
from typing import Final

from filmcomposer_core.arrangement.bowing import add_stops, mend_stops
from filmcomposer_core.arrangement.brief import Forces
from filmcomposer_core.arrangement.chairs import Chair, Chairs, Entry
from filmcomposer_core.arrangement.desks import BREATHING, STRUCK
from filmcomposer_core.arrangement.ground import SAME_BEAT, Ground
from filmcomposer_core.arrangement.idioms import Idiom
from filmcomposer_core.arrangement.page import close_page, open_page
from filmcomposer_core.arrangement.repair import repair
from filmcomposer_core.arrangement.spacing import space_out

#: A breath takes this long; a single player takes one at least so often, and not sooner than so.
BREATH_S: Final = 0.13
LONGEST_S, SOONEST_S = 7.5, 2.0
#: A note keeps this share of its length, whoever breathes after it.
KEPT: Final = 0.6
#: Every note is at least this long where nothing follows sooner.
SPEAKS_S: Final = 0.13


def polish(ground: Ground, chairs: Chairs, idiom: Idiom, forces: Forces) -> None:
    """Mend what only the whole score shows: clashes, parallels, clicks, lines without breath.

    The theme's notes keep pitch, place and loudness; a wind player takes his breath off the end of
    one of them, as he would at the stand.
    """
    for chair in chairs.values():
        add_stops(ground, chair, forces)
    page = open_page(ground, chairs)
    space_out(page)
    repair(page, idiom)
    mend_stops(page)
    close_page(page)
    for chair in chairs.values():
        if chair.player.pitched and chair.player.family not in STRUCK:
            _let_speak(ground, chair)
        if chair.player.family in BREATHING and chair.player.polyphony == 1:
            _breathe(ground, chair)


def _let_speak(ground: Ground, chair: Chair) -> None:
    """Lengthen what would be a click, up to the next note."""
    beats = sorted({round(entry.tone.beat, 4) for entry in chair.entries})
    for i, entry in enumerate(chair.entries):
        tone = entry.tone
        start_s = ground.timeline.time_at(tone.beat)
        if entry.note is not None or ground.timeline.time_at(tone.end) - start_s >= SPEAKS_S:
            continue
        place = bisect.bisect_right(beats, round(tone.beat, 4))
        until = beats[place] if place < len(beats) else ground.end
        until = min(until, ground.sound_until(tone.beat), ground.end)
        end = min(until, ground.timeline.beat_at(start_s + SPEAKS_S))
        busy = any(
            abs(other.tone.beat - tone.beat) > SAME_BEAT and tone.end - SAME_BEAT < other.tone.end
            for other in chair.around(tone.end, end)
        )
        if end > tone.end + SAME_BEAT and not busy:
            chair.entries[i] = replace(entry, tone=replace(tone, length=end - tone.beat))


def _breathe(ground: Ground, chair: Chair) -> None:
    """Give a single wind player a breath in every stretch that is too long for one."""
    time_at = ground.timeline.time_at
    known = [n for n in ground.melody.phrase_starts if n <= len(ground.bars)]
    starts = {ground.bars[n - 1].start for n in known}
    times = [(time_at(e.tone.beat), time_at(e.tone.end)) for e in chair.entries]
    breath = times[0][0] if times else 0.0
    last = 0
    for i, (before, after) in enumerate(pairwise(chair.entries), start=1):
        if after.tone.beat <= before.tone.beat + SAME_BEAT:
            continue
        phrase = any(abs(after.tone.beat - s) < SAME_BEAT for s in starts)
        if times[i][0] - times[i - 1][1] >= BREATH_S or (phrase and _shorten(ground, chair, i - 1)):
            breath, last = times[i][0], i
            continue
        while times[i][1] - breath > LONGEST_S and last < i:
            place = _best_place(chair, times, last, i)
            if place is None or not _shorten(ground, chair, place):
                break
            breath, last = times[place + 1][0], place + 1


def _best_place(
    chair: Chair, times: list[tuple[float, float]], first: int, last: int
) -> int | None:
    """Return the note after which a breath is missed least: a long one, not too early."""
    choices = [
        (times[k][1] - times[k][0], k)
        for k in range(first, last)
        if times[k + 1][0] > times[k][0] + 1e-6
    ]
    late = [item for item in choices if times[item[1]][1] - times[first][0] >= SOONEST_S]
    return max(late or choices, default=(0.0, None))[1]


def _shorten(ground: Ground, chair: Chair, place: int) -> bool:
    """Take a breath off the end of a note; say if it is long enough for one."""
    entry, after = chair.entries[place], chair.entries[place + 1]
    start_s = ground.timeline.time_at(entry.tone.beat)
    next_s = ground.timeline.time_at(after.tone.beat)
    end_s = max(next_s - BREATH_S, start_s + KEPT * (next_s - start_s))
    if next_s - end_s < 0.65 * BREATH_S:
        return False
    length = ground.timeline.beat_at(end_s) - entry.tone.beat
    if length < entry.tone.length:
        chair.entries[place] = _with_length(entry, length)
    return True


def _with_length(entry: Entry, length: float) -> Entry:
    note = None if entry.note is None else replace(entry.note, length=round(length, 9))
    return replace(entry, tone=replace(entry.tone, length=length), note=note)
