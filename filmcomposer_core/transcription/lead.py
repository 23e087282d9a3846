"""Which of several tracks leads, and its line (Sec. 3.1, Eqs. 1 to 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

#: How fit the families of General MIDI (eight programs each) are to lead; drums come last.
_LEADING: Final = (
    0.9, 0.6, 0.75, 0.85, 0.3, 1.0, 0.8, 0.9, 1.0, 1.0, 0.9, 0.45, 0.3, 0.7, 0.2, 0.0, 0.0,
)  # fmt: skip
#: Where it is not known what plays, and by how much a track above the others leads before them.
_UNKNOWN, _HIGHEST = 0.8, 0.35
#: Joint coverage that is enough for a melody (the paper does not say how much).
ENOUGH: Final = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Sounding:
    """A note of a track: begin and end in any unit of time, pitch."""

    start: float
    end: float
    pitch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """Notes of one player; ``program`` as in :class:`HeardNote`, -1 = not known."""

    notes: tuple[Sounding, ...]
    program: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """The tracks that carry the melody, the leading one first, and what they cover together."""

    tracks: tuple[int, ...]
    coverage: float


def coverage(track: Track, duration: float) -> float:
    """Return the share of the music during which a track sounds (Eq. 1).

    Parameters
    ----------
    track : Track
        Its notes may overlap: ``T_i`` is the union of their times.
    duration : float
        ``T_music``, above 0.

    Examples
    --------
    >>> notes = (Sounding(start=0, end=2, pitch=60), Sounding(start=1, end=3, pitch=64))
    >>> coverage(Track(notes=notes), 6.0)
    0.5
    """
    return joint_coverage((track,), duration)


def note_ratios(tracks: Sequence[Track]) -> tuple[float, ...]:
    """Return the share of all notes that each track has (Eq. 2); zeros where there is no note."""
    count = sum(len(track.notes) for track in tracks)
    return tuple(len(track.notes) / count if count else 0.0 for track in tracks)


def joint_coverage(tracks: Sequence[Track], duration: float) -> float:
    """Return the share of the music during which any of some tracks sounds (Eq. 3).

    Parameters
    ----------
    tracks : sequence of Track
        What sounds.
    duration : float
        ``T_music``, above 0.

    Notes
    -----
    The 2n onsets and offsets are swept in rising order; a stretch between two of them counts where
    more notes have begun than ended. At one time offsets and onsets count together, as no time
    passes between them.
    """
    if duration <= 0:
        msg = f"the music lasts {duration:g}, must be above 0"
        raise ValueError(msg)
    events = sorted(
        event
        for track in tracks
        for note in track.notes
        for event in ((note.start, 1), (note.end, -1))
    )
    covered, active, before = 0.0, 0, 0.0
    for time, change in events:
        if active > 0:
            covered += time - before
        active += change
        before = time
    return covered / duration


def find_lead(tracks: Sequence[Track], duration: float, *, enough: float = ENOUGH) -> Lead:
    """Choose the track that leads, and add others until the melody covers enough of the music.

    Parameters
    ----------
    tracks : sequence of Track
        All tracks; those without notes never lead.
    duration : float
        Length of the music, above 0.
    enough : float
        Joint coverage from which no further track is added.

    Returns
    -------
    Lead

    Notes
    -----
    The paper names coverage, note ratio and "instrument performance characteristics" without
    weights. Here a track's claim is the mean of its coverage and of its note ratio over the
    largest one, times how fit its instrument is to lead; where several tracks sound, the higher
    ones claim more, as tunes lie on top.
    """
    claims = _claims(tracks, duration)
    order = sorted((i for i, t in enumerate(tracks) if t.notes), key=lambda i: (-claims[i], i))
    chosen: list[int] = []
    covered = 0.0
    for i in order:
        if chosen and (covered >= enough or claims[i] <= 0):
            break
        chosen.append(i)
        covered = joint_coverage([tracks[k] for k in chosen], duration)
    return Lead(tracks=tuple(chosen), coverage=covered)


def _claims(tracks: Sequence[Track], duration: float) -> list[float]:
    ratios = note_ratios(tracks)
    most = max(ratios, default=0.0) or 1.0
    heights = [_height(track) for track in tracks]
    known = [height for height in heights if height is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    found = []
    for track, ratio, height in zip(tracks, ratios, heights, strict=True):
        fit = _UNKNOWN if track.program < 0 else _LEADING[min(track.program // 8, 16)]
        place = 0.0 if height is None or high <= low else (height - low) / (high - low)
        claim = 0.5 * (coverage(track, duration) + ratio / most)
        found.append(claim * fit * (1.0 - _HIGHEST + _HIGHEST * place))
    return found


def _height(track: Track) -> float | None:
    time = sum(note.end - note.start for note in track.notes)
    if time <= 0:
        return None
    return sum(note.pitch * (note.end - note.start) for note in track.notes) / time


def flatten(tracks: Sequence[Track]) -> tuple[Sounding, ...]:
    """Return one line of several tracks: the first rules, the next ones fill its rests.

    Parameters
    ----------
    tracks : sequence of Track
        The leading track first.

    Returns
    -------
    tuple of Sounding
        In order and without overlaps: of notes that begin together the highest stays, a note ends
        where the next one begins, and a filling note is cut where the track before it comes in.
    """
    line: list[Sounding] = []
    for track in tracks:
        line = _filled(line, _single(track.notes))
    return tuple(line)


def rhythm_of(line: Sequence[Sounding]) -> tuple[float, ...]:
    """Return the rhythm of a line: when its notes begin (the flattening of Sec. 3.1)."""
    return tuple(sorted({note.start for note in line}))


def _single(notes: Sequence[Sounding]) -> list[Sounding]:
    tops: dict[float, Sounding] = {}
    for note in notes:
        other = tops.get(note.start)
        if other is None or (note.pitch, note.end) > (other.pitch, other.end):
            tops[note.start] = note
    ordered = [tops[start] for start in sorted(tops)]
    cut = [
        Sounding(start=note.start, end=min(note.end, after.start), pitch=note.pitch)
        for note, after in pairwise(ordered)
    ]
    return [*cut, *ordered[-1:]]


def _filled(line: list[Sounding], more: list[Sounding]) -> list[Sounding]:
    found = list(line)
    for note in more:
        before = [n for n in line if n.start <= note.start]
        if before and before[-1].end > note.start:
            continue
        after = next((n.start for n in line if n.start > note.start), float("inf"))
        end = min(note.end, after)
        if end > note.start:
            found.append(Sounding(start=note.start, end=end, pitch=note.pitch))
    return sorted(found, key=lambda n: n.start)
