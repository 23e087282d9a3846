"""What the user is told of regenerated bars."""

from __future__ import annotations

from collections.abc import Sequence

from filmcomposer_core.arrangement.regenerate.jobs import Job, marks_hit
from filmcomposer_core.arrangement.regenerate.scene import Scene
from filmcomposer_core.contracts.score import Part, Score


def what_was_done(
    scene: Scene, jobs: Sequence[Job], done: Score, first_measure: int, last_measure: int
) -> tuple[str, ...]:
    """Return a sentence for each part whose theme was varied, and for each that stayed as it is."""
    bars = f"bar {first_measure}"
    if last_measure != first_measure:
        bars = f"bars {first_measure} to {last_measure}"
    said = []
    for old, new in zip(scene.score.parts, done.parts, strict=True):
        if old.id not in scene.chosen:
            continue
        mine = [job for job in jobs if job.part.id == old.id]
        if old == new:
            said.append(_stayed(scene, old, mine, bars))
        elif any(job.role == "melody" for job in mine) and _theme(scene, old) != _theme(scene, new):
            said.append(
                f"{old.name}: the theme in {bars} is varied; its ends, its peaks and its notes on "
                "bar lines and hits stay."
            )
    return tuple(said)


def _theme(scene: Scene, part: Part) -> list[tuple[float, int]]:
    notes = [n for n in part.notes if part.role_of(n) == "melody" and scene.inside(n.beat)]
    return [(note.beat, note.pitch) for note in notes]


def _stayed(scene: Scene, part: Part, jobs: Sequence[Job], bars: str) -> str:
    begun = any(scene.inside(note.beat) for note in part.notes)
    held = any(n.beat < scene.start and n.end > scene.start + 0.01 for n in part.notes)
    if not begun and held:
        return f"{part.name}: only a note from before is held in {bars}; nothing was changed."
    if not begun:
        return f"{part.name}: rest in {bars}, so that there was nothing to write anew."
    inside = [note for note in part.notes if scene.inside(note.beat)]
    if not jobs and all(marks_hit(scene, part, note) for note in inside):
        return f"{part.name}: only strokes on the picture's hits in {bars}; they stay there."
    return f"{part.name}: nothing else fits {bars} as well; nothing was changed."
