"""The rhythm of a tune or a chorale with the strength of each onset."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from typing import Final

from filmcomposer_core.composition.grid import TICKS
from filmcomposer_core.rhythm.code import PLACES, Bar, nearest_place, onset, place_of, rest
from filmcomposer_core.rhythm.training.pieces import Piece
from filmcomposer_core.transcription.lead import Sounding, Track, find_lead, flatten
from tools.priors.chorales import Chorale
from tools.priors.tunes import Tune, TuneNote

#: Strength of a tune's note: shares of metre, of length (a half note has all) and of a leap to it.
_METRE, _LENGTH, _LEAP = 0.5, 0.5, 0.5
_WIDE: Final = 4
#: From which strength a note counts as plain and as accented.
_PLAIN, _ACCENTED = 0.45, 0.85
#: Ticks that an event may lie off its place, and bars of a wrong length that are borne.
_OFF, _ODD = 8, 2
#: Start and length in ticks, and level.
Struck = tuple[int, int, int]


def accent(note: TuneNote, before: TuneNote | None) -> int:
    """Return the strength of a note of a tune: 0 weak to 2 accented."""
    leap = before is not None and abs(note.pitch - before.pitch) >= _WIDE
    value = _METRE * note.strength + _LENGTH * min(1.0, note.length / (2 * TICKS)) + _LEAP * leap
    return 2 if value >= _ACCENTED else 1 if value >= _PLAIN else 0


def tune_piece(tune: Tune) -> Piece | None:
    """Return the rhythm of a tune; None where it leaves its metre or the grid."""
    if len(tune.odd) > _ODD:
        return None
    ticks = tune.bar_ticks
    struck = [
        (note.bar * ticks + note.offset, note.length, accent(note, before))
        for note, before in zip(tune.notes, (None, *tune.notes[:-1]), strict=True)
    ]
    first = tune.notes[0].bar
    return _piece(struck, ticks=ticks, num=tune.num, den=tune.den, first=first)


def chorale_piece(chorale: Chorale) -> Piece | None:
    """Return the rhythm of the voice that leads; an onset is as strong as voices begin with it."""
    tracks = [
        Track(notes=tuple(Sounding(start=s, end=s + n, pitch=p) for s, n, p in voice))
        for voice in chorale.voices
    ]
    lead = find_lead(tracks, max(note.end for track in tracks for note in track.notes))
    line = flatten([tracks[i] for i in lead.tracks[:1]])
    attacks = [{note.start for note in track.notes} for track in tracks]
    ticks = TICKS * 4 * chorale.num // chorale.den
    bar = chorale.lines[1] if len(chorale.lines) > 1 else 0
    shift = ticks if bar == 0 or bar >= ticks else 0
    struck = []
    for note in line:
        voices = sum(note.start in starts for starts in attacks)
        start = int(note.start) + (shift if shift else ticks - bar)
        struck.append((start, int(note.end - note.start), 2 if voices > 3 else int(voices > 1)))
    first = 1 if shift else 0
    return _piece(struck, ticks=ticks, num=chorale.num, den=chorale.den, first=first)


def _piece(struck: Sequence[Struck], *, ticks: int, num: int, den: int, first: int) -> Piece | None:
    if ticks > PLACES[-1] + TICKS:
        return None
    last = struck[-1][0] // ticks
    bars = [_bar(struck, number * ticks, ticks) for number in range(first, last + 1)]
    if any(bar is None for bar in bars):
        return None
    kept = tuple(bar for bar in bars if bar is not None)
    return Piece(num=num, den=den, upbeat=first == 0, bars=kept)


def _bar(struck: Sequence[Struck], begin: int, ticks: int) -> Bar | None:
    """Return the events of a bar; a note held over the line is struck again, weakly."""
    low = bisect.bisect_left(struck, (begin,))
    high = bisect.bisect_left(struck, (begin + ticks,))
    found = [(start - begin, length, level) for start, length, level in struck[low:high]]
    if low and struck[low - 1][0] + struck[low - 1][1] > begin:
        start, length, _ = struck[low - 1]
        until = found[0][0] if found else ticks
        if until > 0:
            found.insert(0, (0, min(until, start + length - begin), 0))
    events: list[int] = []
    at = 0
    for start, length, level in found:
        if start > at:
            events.append(rest(nearest_place(at)))
        place = nearest_place(start)
        if abs(PLACES[place] - start) > _OFF:
            return None
        events.append(onset(place, level))
        at = start + length
    if at < ticks:
        events.append(rest(nearest_place(at)))
    places = [place_of(token) for token in events]
    return tuple(events) if places == sorted(set(places)) else None
