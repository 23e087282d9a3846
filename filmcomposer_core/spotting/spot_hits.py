"""Choose the hits of a clip: weigh what happens and thin it to a density that music can follow."""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from filmcomposer_core.contracts.clip import Analysis, Curves
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.spotting.candidates import Candidate, cut_candidates, motion_candidates
from filmcomposer_core.spotting.grid import Grid, make_grid
from filmcomposer_core.spotting.steps import Array, activity, make_track

#: Least distance in seconds between hits, on a still picture and in fast action (craft 1.1).
STRONG_GAP_S = (4.5, 1.6)
ANY_GAP_S = (2.0, 0.7)
#: Strong hits closer than this cannot all be downbeats.
CROWDED_S = 2.5
#: Cuts may follow other hits sooner than motion, and motion this near to a cut gives way to it.
CUT_GAP_S = 0.8
NEAR_CUT_S = 0.5
HEAD_S = 0.5
TAIL_S = 0.5
#: The last place for a strong hit: a later one could not ring out inside the picture.
RING_S = 1.2
#: Scores: always strong enough, never strong enough, and not worth a hit.
CLEARLY_STRONG = 0.5
NEVER_STRONG = 0.4
LEAST_SCORE = 0.15
KIND_OF = {"C": "cut", "M": "motion"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hit:
    frame: int
    time_s: float
    candidate: Candidate
    strong: bool


def spot_hits(analysis: Analysis, curves: Curves) -> tuple[Spot, ...]:
    """Find the hit points of a clip.

    Cuts, starts, stops and peaks of motion, turns and jumps of light become weighted hits. The
    weight comes from the picture alone. The distance kept between hits shrinks as the picture
    gets busier: strong hits (weight 7 and over) stand at least 4.5 s apart on a still picture and
    1.6 s in fast action. A still clip has no motion hits.

    Parameters
    ----------
    analysis : Analysis
        The clip and its shots.
    curves : Curves
        Per-frame curves of the same clip, arrays of shape (frames,).

    Returns
    -------
    tuple of Spot
        In order of time. Ids come from frame and kind, so unchanged hits keep theirs.

    Notes
    -----
    Implements the spotting of Sec. 3.1 for pictures; the paper takes rhythm spots from a lead
    melody where there is one.
    """
    if len(curves.time_s) < 2:
        return ()
    track = make_track(analysis, curves)
    found = [*cut_candidates(analysis, track), *motion_candidates(track)]
    duration_s = analysis.clip.duration_s
    kept = _fitting(found, curves.time_s, duration_s)
    last_strong_s = duration_s - min(RING_S, duration_s / 4)
    hits = _thin(kept, curves.time_s, busy=activity(track), last_strong_s=last_strong_s)
    grid = make_grid(analysis.clip)
    return tuple(
        _spot(hit, grid, crowded=crowded) for hit, crowded in zip(hits, _crowded(hits), strict=True)
    )


def _fitting(found: list[Candidate], time_s: Array, duration_s: float) -> list[Candidate]:
    """Drop what is too weak, and motion beside a cut or at the very start or end of the clip."""
    cuts = sorted(float(time_s[c.frame]) for c in found if c.letter == "C")

    def fits(candidate: Candidate) -> bool:
        if candidate.score < LEAST_SCORE:
            return False
        time = float(time_s[candidate.frame])
        return candidate.letter == "C" or (
            HEAD_S <= time <= duration_s - TAIL_S and _keeps_distance(time, cuts, NEAR_CUT_S)
        )

    return [c for c in found if fits(c)]


def _thin(
    found: list[Candidate], time_s: Array, *, busy: Array, last_strong_s: float
) -> list[_Hit]:
    """Take the candidates from the highest score down while they keep their distance."""
    ranked = sorted(found, key=lambda c: (-c.score, c.frame, c.letter))
    threshold = _strong_threshold(ranked)
    everything: list[float] = []
    strongest: list[float] = []
    hits = []
    for candidate in ranked:
        time = float(time_s[candidate.frame])
        level = float(busy[candidate.frame])
        gap = _between(ANY_GAP_S, level)
        if not _keeps_distance(time, everything, min(gap, _least_gap(candidate))):
            continue
        strong = (
            candidate.score >= threshold
            and time <= last_strong_s
            and _keeps_distance(time, strongest, _between(STRONG_GAP_S, level))
        )
        bisect.insort(everything, time)
        if strong:
            bisect.insort(strongest, time)
        hits.append(_Hit(frame=candidate.frame, time_s=time, candidate=candidate, strong=strong))
    return sorted(hits, key=lambda h: h.frame)


def _least_gap(candidate: Candidate) -> float:
    return CUT_GAP_S if candidate.letter == "C" else ANY_GAP_S[0]


def _strong_threshold(ranked: list[Candidate]) -> float:
    """Return the score from which a hit is strong: the best fifth, within absolute limits."""
    if not ranked:
        return CLEARLY_STRONG
    fifth = ranked[len(ranked) // 5].score
    return min(CLEARLY_STRONG, max(NEVER_STRONG, fifth))


def _between(gap_s: tuple[float, float], level: float) -> float:
    return gap_s[0] + (gap_s[1] - gap_s[0]) * level


def _keeps_distance(time_s: float, taken: list[float], gap_s: float) -> bool:
    place = bisect.bisect(taken, time_s)
    return all(abs(other - time_s) >= gap_s for other in taken[max(0, place - 1) : place + 1])


def _crowded(hits: list[_Hit]) -> list[bool]:
    """Tell which strong hits have a stronger one too near for both to be downbeats."""
    strong = [h for h in hits if h.strong]
    near = set()
    for one, other in pairwise(strong):
        if other.time_s - one.time_s < CROWDED_S:
            near.add(min(one, other, key=lambda h: (h.candidate.score, -h.frame)).frame)
    return [h.strong and h.frame in near for h in hits]


def _weight(hit: _Hit) -> float:
    """Put the score on the scale of weights: strong hits 7 to 10, others 1 to 6.5."""
    score = min(1.0, hit.candidate.score)
    if hit.strong:
        return round(7.0 + 3.0 * (score - NEVER_STRONG) / (1.0 - NEVER_STRONG), 1)
    return round(min(6.5, 1.0 + 9.0 * score), 1)


def _spot(hit: _Hit, grid: Grid, *, crowded: bool) -> Spot:
    weight = _weight(hit)
    if hit.strong:
        hit_class = "beat" if crowded else "downbeat"
    else:
        hit_class = "beat" if weight >= 4.0 else "any"
    return Spot(
        # By the frame of the file, so that a hit keeps its id when the clip is trimmed.
        id=f"{hit.candidate.letter}{grid.clip.first_frame + hit.frame:04d}",
        # Microseconds are what spots.csv keeps.
        time_s=float(np.round(hit.time_s, 6)),
        frame=hit.frame,
        timecode=grid.timecode_of(hit.frame),
        name=hit.candidate.name,
        weight=weight,
        kind=KIND_OF[hit.candidate.letter],
        hit_class=hit_class,
        early_frames=1,
        late_frames=1 if hit.strong else 2,
    )
