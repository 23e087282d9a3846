"""Whether the picture's hits are met as well as before, whoever meets them."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence

from filmcomposer_core.arrangement.regenerate.scene import Scene
from filmcomposer_core.contracts.score import Note, Part
from filmcomposer_core.contracts.spots import Spot

#: Beyond this nothing counts as an answer to a hit, seconds.
REACH_S = 0.5
#: How well a hit is met: inside its tolerance, inside twice it, not at all.
Grade = tuple[int, float]


def grade(scene: Scene, spot: Spot, onsets: Sequence[float]) -> Grade:
    """Return how well onsets (seconds, in order) meet a hit, lower is better.

    The second number is the distance in seconds, 0 for hits that are not strong.
    """
    away = _nearest(onsets, spot.time_s)
    if away is None:
        return 2, 1.0
    frames = away / scene.ground.frame_s
    early, late = spot.early_frames + 1e-6, spot.late_frames + 1e-6
    rank = 0 if -early <= frames <= late else 1 if -2 * early <= frames <= 2 * late else 2
    return rank, abs(away) if spot.strong else 0.0


def _nearest(onsets: Sequence[float], time_s: float) -> float | None:
    i = bisect.bisect_left(onsets, time_s)
    near = [onsets[k] - time_s for k in (i - 1, i) if 0 <= k < len(onsets)]
    best = min(near, key=abs, default=None)
    return best if best is not None and abs(best) <= REACH_S else None


def lost_hits(scene: Scene, parts: Iterable[Part]) -> list[Spot]:
    """Return the hits in the bars that the new parts meet less well than the score has."""
    old, new = _onsets(scene, scene.score.parts), _onsets(scene, parts)
    lost = []
    for spot in scene.spots_between(scene.start, scene.end):
        (rank, away), (now, further) = grade(scene, spot, old), grade(scene, spot, new)
        if now > rank or further > away + 1e-6:
            lost.append(spot)
    return lost


def _onsets(scene: Scene, parts: Iterable[Part]) -> list[float]:
    low, high = scene.start - 8.0, scene.end + 8.0
    beats = {note.beat for part in parts for note in part.notes if low < note.beat < high}
    return sorted(scene.ground.timeline.time_at(beat) for beat in beats)


def saviour(scene: Scene, spot: Spot) -> tuple[str, tuple[Note, ...]] | None:
    """Return which part met a hit best among those written anew, and the notes that it did with.

    Of two parts one that has not the theme comes first.
    """
    best: tuple[float, bool, str, tuple[Note, ...]] | None = None
    for part in scene.parts:
        inside = [note for note in part.notes if scene.inside(note.beat)]
        if not inside:
            continue
        away = {n.beat: abs(scene.ground.timeline.time_at(n.beat) - spot.time_s) for n in inside}
        beat = min(away, key=lambda b: (away[b], b))
        notes = tuple(note for note in inside if note.beat == beat)
        theme = part.role_of(notes[0]) == "melody"
        found = (round(away[beat], 4), theme, part.id, notes)
        if away[beat] <= REACH_S and (best is None or found[:3] < best[:3]):
            best = found
    return None if best is None else best[2:]
