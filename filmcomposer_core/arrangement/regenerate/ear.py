"""The ear: which of several tries at a line goes best with everybody else, and leads on well."""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from filmcomposer_core.arrangement.ground import SAME_BEAT, Ground, Tone
from filmcomposer_core.arrangement.regenerate.jobs import Job
from filmcomposer_core.arrangement.regenerate.scene import Scene
from filmcomposer_core.catalogue import instrument
from filmcomposer_core.contracts.score import DOUBLING

#: Semitones and their compounds by how hard they clash.
HARSH = {1: 1.0, 13: 1.0, 25: 0.6, 11: 0.4, 23: 0.2, 2: 0.1}
#: What a clash costs that lasts for a beat where both tones belong to the chord.
MEANT = 0.25
#: What weighs how much beside clashes by the beat of music.
SEAM, DENSITY, REGISTER, OLD, SPOT = 0.5, 1.6, 0.6, 1.8, 1.5
#: Roles that may be thinned or filled more.
ROOMS = {DOUBLING: 1.3, "colour": 1.3}
#: Up to this share of old notes a try counts as new.
FRESH = 0.35
#: Leaps up to this many semitones at a seam cost nothing; a figure may be this much denser.
STEP, ROOM = 7, 0.5


@dataclass(frozen=True, slots=True)
class Sounding:
    """Pitched tones that sound beside a try, ready to be asked what sounds when."""

    tones: tuple[Tone, ...]
    starts: tuple[float, ...]
    longest: float

    def over(self, start: float, end: float) -> list[Tone]:
        """Return the tones that sound somewhere in a stretch of beats."""
        low = bisect.bisect_left(self.starts, start - self.longest)
        high = bisect.bisect_left(self.starts, end - SAME_BEAT)
        return [tone for tone in self.tones[low:high] if tone.end > start + SAME_BEAT]


def sounding(tones: Iterable[Tone]) -> Sounding:
    """Bring tones into order of time."""
    ordered = tuple(sorted(tones, key=lambda t: (t.beat, t.pitch)))
    longest = max((tone.length for tone in ordered), default=0.0)
    return Sounding(ordered, tuple(tone.beat for tone in ordered), longest)


def pitched_tones(scene: Scene) -> list[Tone]:
    """Return what is not written anew and sounds in the bars or close to them."""
    found = []
    for part in scene.score.parts:
        player = instrument(part.instrument)
        if not player.pitched:
            continue
        mine = part.id in scene.chosen
        for note in part.notes:
            near = scene.start - 8.0 < note.end and note.beat < scene.end + 8.0
            drum = player.technique(part.technique_of(note)).key is not None
            if near and not drum and not (mine and scene.inside(note.beat)):
                found.append(Tone(note.beat, note.length, note.pitch))
    return found


def fault(
    scene: Scene,
    ground: Ground,
    jobs: Sequence[Job],
    lines: Sequence[Sequence[Tone]],
    around: Sounding,
) -> float:
    """Return how much is wrong with a try: infinite if nothing has changed."""
    total = 0.0
    same = True
    for job, tones in zip(jobs, lines, strict=True):
        old = [n for n in job.notes if scene.inside(n.beat)]
        before = {(round(n.beat, 3), n.pitch) for n in old}
        after = {(round(t.beat, 3), t.pitch) for t in tones}
        same = same and before == after
        total += _line_fault(scene, ground, job, tones, around)
        if after:
            total += OLD * max(0.0, len(before & after) / len(before | after) - FRESH)
    return math.inf if same else total / max(1, len(jobs))


def _line_fault(
    scene: Scene, ground: Ground, job: Job, tones: Sequence[Tone], around: Sounding
) -> float:
    old = [n for n in job.notes if scene.inside(n.beat)]
    if not tones:
        return 4.0 if old else 0.0
    beats = max(1.0, min(scene.end, job.block.end) - max(scene.start, job.block.start))
    total = SEAM * _seams(scene, job, tones)
    if job.player.pitched:
        total += 4.0 * clashes(ground, tones, around) / beats
        mean = sum(tone.pitch for tone in tones) / len(tones)
        total += REGISTER * max(0.0, abs(mean - job.register) - 5.0) / 7.0
    if old:
        rate = len({round(t.beat, 3) for t in tones}) / len({round(n.beat, 3) for n in old})
        total += DENSITY * max(0.0, abs(math.log2(rate)) - ROOMS.get(job.role, ROOM))
    return total + SPOT * _missed(scene, job, tones)


def clashes(ground: Ground, tones: Sequence[Tone], around: Sounding) -> float:
    """Return how many beats of clash there are between tones and what sounds beside them."""
    total = 0.0
    for tone in tones:
        for other in around.over(tone.beat, tone.end):
            harsh = HARSH.get(abs(other.pitch - tone.pitch), 0.0)
            if not harsh:
                continue
            start = max(tone.beat, other.beat)
            overlap = min(tone.end, other.end) - start
            span = ground.span_at(start)
            classes = span.chord.pitch_classes if span is not None else ()
            meant = tone.pitch % 12 in classes and other.pitch % 12 in classes
            total += harsh * overlap * (MEANT if meant else 1.0)
    return total


def _seams(scene: Scene, job: Job, tones: Sequence[Tone]) -> float:
    """Return what the leaps into the bars and out of them cost a line, in octaves."""
    if job.role in ("percussion", "colour", "pad", "drone", "bass") or not job.player.pitched:
        return 0.0
    own = [n for n in job.part.notes if job.part.role_of(n) == job.role]
    before = [n for n in own if n.beat < scene.start - SAME_BEAT and n.end > scene.start - 1.0]
    after = [n for n in own if scene.end - SAME_BEAT <= n.beat < scene.end + 1.0]
    total = 0.0
    if before and tones[0].beat < scene.start + 1.0:
        total += max(0.0, abs(tones[0].pitch - before[-1].pitch) - STEP) / 12.0
    if after and tones[-1].end > scene.end - 1.0:
        total += max(0.0, abs(after[0].pitch - tones[-1].pitch) - STEP) / 12.0
    return total


def _missed(scene: Scene, job: Job, tones: Sequence[Tone]) -> float:
    """Return the weight of the spots that a line has met and meets no more."""
    missed = 0.0
    low = max(scene.start, job.block.start)
    high = min(scene.end, job.block.end)
    for spot in scene.spots_between(low, high):
        met = scene.strikes(job.notes, spot.time_s)
        if met and not scene.strikes(tones, spot.time_s):
            missed += spot.strength / 10.0
    return missed


def take(faults: Sequence[float], chance: float, *, nearly: float) -> int | None:
    """Return which try is taken: one of those nearly as good as the best, by chance (0 to 1).

    Parameters
    ----------
    nearly : float
        How much a try may be worse than the best.

    Returns
    -------
    int or None
        None if no try has changed anything.
    """
    best = min(faults, default=math.inf)
    if math.isinf(best):
        return None
    good = [i for i, value in enumerate(faults) if value <= best + nearly]
    return good[min(len(good) - 1, int(chance * len(good)))]
