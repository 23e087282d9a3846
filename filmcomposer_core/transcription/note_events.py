"""Notes of the probabilities of 88 keys: where one begins, how long it sounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.transcript import HeardNote
from filmcomposer_core.transcription.basic_pitch import HOP, LOWEST, RATE, KeysHeard

Bools = NDArray[np.bool_]

#: A key that is this likely begins, sounds, or sounds though nothing was heard to begin.
_BEGINS: Final = 0.5
_SOUNDS: Final = 0.3
_SOFT: Final = 0.45
_FRAME_S: Final = HOP / RATE
#: Frames for which a sounding key may fail to be heard.
_GAP: Final = 10
#: Fewest frames of a note that was heard to begin, and of one that was not.
_SHORTEST, _SHORTEST_SOFT = 5, 9
#: Frames before a note begins that belong to its attack.
_ATTACK: Final = 4
#: A tone that is struck again falls below this share of itself for a moment.
_DIP: Final = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """Frames ``first`` to ``last`` (excluded) of a key, and whether it was heard to begin."""

    first: int
    last: int
    struck: bool


def notes_of(keys: KeysHeard) -> tuple[HeardNote, ...]:
    """Return the notes that the probabilities tell of.

    Parameters
    ----------
    keys : KeysHeard
        Frames of about 11.6 ms.

    Returns
    -------
    tuple of HeardNote
        In time order. ``confidence`` is the mean probability while the note sounds; the velocity
        follows from it and from how surely the note began.

    Notes
    -----
    Each key by itself: a peak of ``begins`` starts a note, and it ends with the stretch in which
    the key sounds (short gaps closed) or at the next peak. A stretch, or the head of one, without
    a peak is a note of its own where the key sounds surely and long: bowed and sung notes often
    begin unheard.
    """
    found: list[HeardNote] = []
    sounds = _closed(keys.sounds >= _SOUNDS)
    peaks = _peaks(keys.begins)
    for key in np.flatnonzero(sounds.any(axis=0) | peaks.any(axis=0)):
        for stretch in _stretches(sounds[:, key], np.flatnonzero(peaks[:, key])):
            note = _note(keys, int(key), stretch)
            if note is not None:
                found.append(note)
    return tuple(sorted(found, key=lambda note: (note.start_s, note.pitch)))


def _peaks(begins: NDArray[np.float32]) -> Bools:
    """Return where the chance of a beginning is highest among its neighbours in time."""
    padded = np.pad(begins, ((2, 2), (0, 0)))
    around = np.maximum.reduce([padded[i : i + len(begins)] for i in range(5)])
    peak = (begins >= _BEGINS) & (begins == around)
    peak[1:] &= ~peak[:-1]
    return np.asarray(peak)


def _closed(active: Bools) -> Bools:
    """Close gaps of up to ``_GAP`` frames between active frames, shape (frames, keys)."""
    frames = np.arange(len(active))[:, None]
    before = np.maximum.accumulate(np.where(active, frames, -(10**9)), axis=0)
    after = np.minimum.accumulate(np.where(active, frames, 10**9)[::-1], axis=0)[::-1]
    return np.asarray(active | (after - before <= _GAP + 1))


def _stretches(sounds: Bools, peaks: NDArray[np.int64]) -> list[_Stretch]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], sounds, [False])).astype(np.int8)))
    found: list[_Stretch] = []
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        inside = [int(p) for p in peaks if begin - _ATTACK <= p < end]
        if not inside or inside[0] - begin > _ATTACK:
            found.append(_Stretch(first=begin, last=inside[0] if inside else end, struck=False))
        ends = [*inside[1:], int(end)] if inside else []
        found += [
            _Stretch(first=p, last=until, struck=True)
            for p, until in zip(inside, ends, strict=True)
        ]
    return found


def _note(keys: KeysHeard, key: int, stretch: _Stretch) -> HeardNote | None:
    length = stretch.last - stretch.first
    if length < (_SHORTEST if stretch.struck else _SHORTEST_SOFT):
        return None
    sure = float(keys.sounds[stretch.first : stretch.last, key].mean())
    if sure < (_SOUNDS if stretch.struck else _SOFT):
        return None
    begun = _begun(keys, key, stretch.first)
    start = float(keys.time_s[stretch.first])
    return HeardNote(
        start_s=start,
        end_s=start + length * _FRAME_S,
        pitch=LOWEST + key,
        velocity=round(30 + 45 * min(2.0, sure + max(begun, _BEGINS))),
        confidence=min(1.0, sure),
        begun=min(1.0, begun),
    )


def _begun(keys: KeysHeard, key: int, frame: int) -> float:
    """Return how surely a note begins: by its attack, and by the dip of the tone before it."""
    before = keys.sounds[max(0, frame - 5) : frame + 3, key]
    after = keys.sounds[frame + 3 : frame + 10, key]
    level = float(after.mean()) if after.size else 0.0
    dip = float(before.min()) / max(level, 0.01)
    return float(keys.begins[frame, key]) + 0.5 * max(0.0, _DIP - dip)
