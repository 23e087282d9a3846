"""Take out of a transcript what nobody played: pieces of a tone, its overtones, slides, dust."""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from filmcomposer_core.contracts.transcript import HeardNote

Notes = tuple[HeardNote, ...]

#: A tone that goes on within this time, and less surely begun than this, was not struck again:
#: vibrato and swells look like small beginnings.
_JOIN_S: Final = 0.06
_STRUCK: Final = 0.68
#: Semitones of the overtones 2 to 8.
_OVERTONES: Final = (12, 19, 24, 28, 31, 34, 36)
#: An overtone begins with its tone, or later; one that begins before it by more than this is none.
_EARLY_S: Final = 0.05
#: Share of its time for which a ghost's tone sounds, and how sure a ghost may be beside it.
_WITHIN: Final = 0.75
_GHOST: Final = {12: 0.72, 19: 0.8, 24: 0.8}
_HIGH_GHOST: Final = 0.85
#: What begins more surely than this is played, overtone or not.
_OWN_BEGIN: Final = 0.75
#: The slide into a sung note: shorter than this, and next to it in time and pitch.
_SLIDE_S: Final = 0.13
_SLIDE_GAP_S: Final = 0.04
_SLIDE_STEPS: Final = 2
#: Notes shorter than this are kept only if they are sure.
_DUST_S, _DUST = 0.075, 0.5
#: A note beside a surer one a semitone away, sounding at the same time, is its smear.
_SMEAR: Final = 0.8


def tidy(notes: Sequence[HeardNote]) -> tuple[Notes, dict[str, int]]:
    """Return the notes that were played, and how many went for which reason.

    Parameters
    ----------
    notes : sequence of HeardNote
        As they were heard.

    Returns
    -------
    tuple of HeardNote
        In time order.
    dict of str to int
        ``joined``, ``slides``, ``overtones``, ``smears`` and ``dust``.
    """
    found = tuple(sorted(notes, key=lambda n: (n.start_s, n.pitch)))
    gone: dict[str, int] = {}
    for name, step in (
        ("joined", join_pieces),
        ("slides", drop_slides),
        ("overtones", drop_overtones),
        ("smears", drop_smears),
        ("dust", drop_dust),
    ):
        left = step(found)
        gone[name] = len(found) - len(left)
        found = left
    return found, gone


def join_pieces(notes: Sequence[HeardNote]) -> Notes:
    """Join pieces of one tone, which vibrato, bow or breath cut apart."""
    rows: dict[tuple[int, int], list[HeardNote]] = defaultdict(list)
    for note in notes:
        row = rows[note.pitch, note.program]
        last = row[-1] if row else None
        if last and note.start_s - last.end_s <= _JOIN_S and note.begun < _STRUCK:
            row[-1] = _joined(last, note)
        else:
            row.append(note)
    return _in_order(note for row in rows.values() for note in row)


def _joined(first: HeardNote, second: HeardNote) -> HeardNote:
    lengths = (first.end_s - first.start_s, second.end_s - second.start_s)
    sure = (first.confidence * lengths[0] + second.confidence * lengths[1]) / sum(lengths)
    return replace(
        first,
        end_s=max(first.end_s, second.end_s),
        confidence=sure,
        velocity=max(first.velocity, second.velocity),
    )


def drop_slides(notes: Sequence[HeardNote]) -> Notes:
    """Give the short slide before a sung or bowed note to that note."""
    kept: list[HeardNote] = []
    starts = [note.start_s for note in notes]
    taken: dict[int, float] = {}
    gone: set[int] = set()
    for i, note in enumerate(notes):
        if note.end_s - note.start_s > _SLIDE_S:
            continue
        low = bisect.bisect_left(starts, note.start_s + 0.01)
        high = bisect.bisect_right(starts, note.end_s + _SLIDE_GAP_S)
        for k in range(low, high):
            after = notes[k]
            near = 0 < abs(after.pitch - note.pitch) <= _SLIDE_STEPS
            longer = after.end_s - after.start_s > 1.5 * (note.end_s - note.start_s)
            if near and longer and after.begun < _STRUCK and k not in gone:
                taken[k] = min(note.start_s, taken.get(k, note.start_s))
                gone.add(i)
                break
    for i, note in enumerate(notes):
        if i not in gone:
            kept.append(replace(note, start_s=taken[i]) if i in taken else note)
    return _in_order(kept)


def drop_overtones(notes: Sequence[HeardNote]) -> Notes:
    """Drop notes that are no more than overtones of surer ones below them."""
    rows: dict[int, list[HeardNote]] = defaultdict(list)
    for note in notes:
        rows[note.pitch].append(note)
    return tuple(note for note in notes if not _is_overtone(note, rows))


def _is_overtone(note: HeardNote, rows: dict[int, list[HeardNote]]) -> bool:
    for above in _OVERTONES:
        share = _GHOST.get(above, _HIGH_GHOST)
        for tone in rows.get(note.pitch - above, ()):
            if tone.start_s > note.start_s + _EARLY_S:
                break
            sounding = min(tone.end_s, note.end_s) - max(tone.start_s, note.start_s)
            within = sounding >= _WITHIN * (note.end_s - note.start_s)
            if within and note.confidence < share * tone.confidence and note.begun < _OWN_BEGIN:
                return True
    return False


def drop_smears(notes: Sequence[HeardNote]) -> Notes:
    """Drop notes that stand a semitone beside a surer one at the same time."""
    rows: dict[int, list[HeardNote]] = defaultdict(list)
    for note in notes:
        rows[note.pitch].append(note)

    def smear(note: HeardNote) -> bool:
        for pitch in (note.pitch - 1, note.pitch + 1):
            for other in rows.get(pitch, ()):
                sounding = min(other.end_s, note.end_s) - max(other.start_s, note.start_s)
                if (
                    sounding >= _WITHIN * (note.end_s - note.start_s)
                    and note.confidence < _SMEAR * other.confidence
                ):
                    return True
        return False

    return tuple(note for note in notes if not smear(note))


def drop_dust(notes: Sequence[HeardNote]) -> Notes:
    """Drop what is too short and too unsure to be a note."""
    return tuple(
        note
        for note in notes
        if note.end_s - note.start_s >= _DUST_S or max(note.confidence, note.begun) >= _DUST
    )


def _in_order(notes: object) -> Notes:
    return tuple(sorted(notes, key=lambda n: (n.start_s, n.pitch)))  # type: ignore[call-overload]
