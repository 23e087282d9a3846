"""What each chosen part does in each phrase: the casting that stays while the notes change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from filmcomposer_core.arrangement.ground import SAME_BEAT, Block
from filmcomposer_core.arrangement.regenerate.scene import Scene, notes_between
from filmcomposer_core.catalogue import Instrument, instrument
from filmcomposer_core.contracts.score import DOUBLING, Note, Part

#: Roles in the order in which they are written, so that each hears those before it.
ORDER = (
    "melody", DOUBLING, "bass", "pad", "drone", "counter", "motion", "percussion", "colour",
)  # fmt: skip
#: Roles that go on through bars in which they happen to begin no note.
STEADY = ("bass", "pad", "drone", "counter", "motion", "percussion")
#: A note at a hit that is no longer than this only marks the hit; a run leads into it in this time.
STROKE_BEATS, RUN_S = 1.05, 0.62


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One role of one part in one phrase.

    ``notes`` are those it has had, in the bars that are written anew where it has any there.
    """

    part: Part
    block: Block
    role: str
    technique: str
    notes: tuple[Note, ...]

    @property
    def player(self) -> Instrument:
        """The instrument's row of the catalogue."""
        return instrument(self.part.instrument)

    @property
    def register(self) -> float:
        """The mean pitch of its notes."""
        return float(np.mean([note.pitch for note in self.notes]))

    @property
    def voices(self) -> int:
        """How many of its notes begin together, as a rule."""
        counts = Counter(round(note.beat, 3) for note in self.notes)
        return max(1, round(float(np.median(list(counts.values())))), _most_held(self.notes))

    @property
    def density(self) -> float:
        """Onsets per beat of the stretch that its notes span."""
        beats = sorted({round(note.beat, 3) for note in self.notes})
        return len(beats) / max(1.0, beats[-1] - beats[0] + 1.0)


def _most_held(notes: Sequence[Note]) -> int:
    return max(
        sum(b.beat <= a.beat + SAME_BEAT and b.end > a.beat + SAME_BEAT for b in notes)
        for a in notes
    )


def find_jobs(scene: Scene) -> tuple[Job, ...]:
    """Return what the chosen parts do in the phrases that reach into the bars.

    Strokes that only mark a hit are no job: they stay with the picture.
    """
    jobs = []
    for part in scene.parts:
        for block in scene.blocks:
            jobs += _jobs_of(scene, part, block)
    return tuple(sorted(jobs, key=lambda job: ORDER.index(job.role)))


def _jobs_of(scene: Scene, part: Part, block: Block) -> list[Job]:
    everywhere = _by_role(scene, part, notes_between(part.notes, block.start, block.end))
    low, high = max(block.start, scene.start), min(block.end, scene.end)
    here = _by_role(scene, part, notes_between(part.notes, low, high))
    found = []
    for role, notes in everywhere.items():
        own = here.get(role, [])
        if not own and role not in STEADY:
            continue
        own = own or notes
        techniques = Counter(part.technique_of(note) for note in own)
        technique = min(techniques, key=lambda name: (-techniques[name], name))
        found.append(Job(part=part, block=block, role=role, technique=technique, notes=tuple(own)))
    return found


def _by_role(scene: Scene, part: Part, notes: Sequence[Note]) -> dict[str, list[Note]]:
    roles: dict[str, list[Note]] = {}
    for note in notes:
        role = part.role_of(note)
        if role in ("melody", DOUBLING) or not marks_hit(scene, part, note):
            roles.setdefault(role, []).append(note)
    return roles


def marks_hit(scene: Scene, part: Part, note: Note) -> bool:
    """Whether a note is a stroke at a strong hit, or the run or roll that leads into one."""
    time_s = scene.ground.timeline.time_at(note.beat)
    roll = part.technique_of(note) == "roll"
    runs = part.role_of(note) in ("motion", "colour", "counter") and note.length < 0.5
    length_s = scene.ground.timeline.time_at(note.end) - time_s
    for hit in scene.hits_near(time_s, RUN_S + length_s):
        if scene.at(note.beat, hit.time_s):
            return note.length <= STROKE_BEATS or part.role_of(note) == "colour"
        if runs and 0.0 < hit.time_s - time_s <= RUN_S:
            return True
        if roll and abs(note.end - hit.beat) < 0.25:
            return True
    return False
