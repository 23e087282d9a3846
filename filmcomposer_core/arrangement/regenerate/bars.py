"""The verb: new notes for some bars of some parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from filmcomposer_core.arrangement.ground import Ground, Tone
from filmcomposer_core.arrangement.hits import find_hits
from filmcomposer_core.arrangement.idioms import idiom
from filmcomposer_core.arrangement.lay_ground import lay_ground
from filmcomposer_core.arrangement.regenerate.ear import fault, pitched_tones, sounding, take
from filmcomposer_core.arrangement.regenerate.jobs import ORDER, Job, find_jobs
from filmcomposer_core.arrangement.regenerate.lines import WRITERS, clipped, in_register
from filmcomposer_core.arrangement.regenerate.met import lost_hits, saviour
from filmcomposer_core.arrangement.regenerate.scene import (
    Scene,
    notes_between,
    sung_ground,
    theme_of,
)
from filmcomposer_core.arrangement.regenerate.splice import Lines, write_part
from filmcomposer_core.arrangement.regenerate.theme import vary_theme
from filmcomposer_core.arrangement.regenerate.where import named_parts, stretch_of
from filmcomposer_core.arrangement.regenerate.words import what_was_done
from filmcomposer_core.arrangement.voice_leading import lead_voices
from filmcomposer_core.contracts.clip import Curves
from filmcomposer_core.contracts.description import Description
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.score import DOUBLING, Melody, Note, Part, Score
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.contracts.tempo import TempoMap
from filmcomposer_core.seeding import rng_for

#: How many tries of each line the ear chooses from.
TRIES = 8
#: How much worse than the best a line may be that is taken; other roles: 0.4.
NEARLY = {"melody": 0.2, DOUBLING: 0.7}
#: How often hits are given back their notes.
ROUNDS = 3


def regenerate_bars(
    *,
    score: Score,
    plan: CuePlan,
    melody: Melody,
    spots: Sequence[Spot],
    curves: Curves,
    description: Description,
    tempo_map: TempoMap,
    duration_s: float,
    tracks: Sequence[str],
    first_measure: int,
    last_measure: int,
    seed: int,
) -> tuple[Score, tuple[str, ...]]:
    """Write some bars of some parts anew; everything else stays note for note.

    Parameters
    ----------
    score : Score
        As it is now, the user's edits and earlier regenerations included.
    plan, melody, spots, curves, description, tempo_map, duration_s
        As :func:`filmcomposer_core.arrangement.arrange` gets them.
    tracks : sequence of str
        Parts; printed duplicates and stems stand for theirs.
    first_measure, last_measure : int
        The bars, both included.
    seed : int
        Same score and seed, same notes; another seed, other notes.

    Returns
    -------
    tuple of (Score, tuple of str)
        The new score, and a sentence for each part whose theme was varied or that stayed as it is.

    Raises
    ------
    InputError
        For tracks that are no part and measures that are not there.

    Notes
    -----
    Who plays, and in which role and technique, stays as the score has it phrase by phrase. A note
    belongs to the bar in which it begins: what was begun before the bars sounds on into them, the
    new notes fit themselves around it. A note that lasted beyond the bars still lasts as long: the
    pads and drones strike it with the last chord (or tie it), for all others it stays whole and
    the new notes lead into it. The theme is varied, not replaced. Strokes at hits stay on their
    hits.
    """
    chosen = {part.id for part in named_parts(score, tracks)}
    start, end = stretch_of(score, first_measure, last_measure)
    given, score = score, _in_time(score)
    sung = theme_of(score)
    ground = lay_ground(
        plan=plan,
        melody=Melody(notes=sung, phrase_starts=melody.phrase_starts),
        tempo_map=tempo_map,
        curves=curves,
        duration_s=duration_s,
        breaks=[spot.time_s for spot in spots if spot.strong],
    )
    palette = idiom(plan.idiom, plan.blend)
    marks = {measure.number: measure.dynamic for measure in score.measures}
    scene = Scene(
        score=score,
        ground=ground,
        idiom=palette,
        voices=lead_voices(ground, planing=palette.id == "dream"),
        spots=tuple(sorted(spots, key=lambda spot: (spot.time_s, spot.id))),
        hits=find_hits(ground, spots, idiom=palette, rng=rng_for(seed, "regenerate", "hits")),
        dynamics=tuple(marks.get(bar.number, "mf") for bar in ground.bars),
        start=start,
        end=end,
        chosen=tuple(part.id for part in score.parts if part.id in chosen),
        seed=seed,
    )
    jobs = find_jobs(scene)
    parts = _parts(scene, _written(scene, jobs))
    done = replace(score, parts=parts)
    kept = [a if b == c else c for a, b, c in zip(given.parts, score.parts, parts, strict=True)]
    said = what_was_done(scene, jobs, done, first_measure, last_measure)
    return replace(given, parts=tuple(kept)), said


def _in_time(score: Score) -> Score:
    """Return a score, which may be edited by hand, with its notes in order of time."""
    parts = [
        replace(part, notes=tuple(sorted(part.notes, key=lambda note: note.beat)))
        for part in score.parts
    ]
    return replace(score, parts=tuple(parts))


def _parts(scene: Scene, lines: Lines) -> tuple[Part, ...]:
    """Return all parts; a hit that would be met less well gets the notes back that met it."""
    saved: dict[str, tuple[Note, ...]] = {}
    parts: tuple[Part, ...] = ()
    for _ in range(ROUNDS):
        parts = tuple(
            write_part(scene, part, lines, saved=saved.get(part.id, ()))
            if part.id in scene.chosen
            else part
            for part in scene.score.parts
        )
        helped = [saviour(scene, spot) for spot in lost_hits(scene, parts)]
        if not any(helped):
            break
        for name, notes in (item for item in helped if item is not None):
            saved[name] = (*saved.get(name, ()), *notes)
    return parts


def _written(scene: Scene, jobs: Sequence[Job]) -> Lines:
    """Write role after role, each to what sounds beside it by then."""
    ground, theme = _varied(scene, [job for job in jobs if job.role == "melody"])
    tones: dict[tuple[str, str, str], list[Tone]] = {}
    written = {(job.part.id, job.role, job.block.index) for job in jobs if job.part.id in theme}
    written = {place for place in written if place[1] == "melody"}
    around = pitched_tones(scene)
    around += [Tone(n.beat, n.length, n.pitch) for notes in theme.values() for n in notes]
    for role in ORDER[1:]:
        mine = [job for job in jobs if job.role == role]
        lines = _best(scene, ground, role, mine, around) if mine else None
        for job, line in zip(mine, lines, strict=True) if lines else ():
            written.add((job.part.id, role, job.block.index))
            tones.setdefault((job.part.id, role, job.technique), []).extend(line)
            if job.player.pitched:
                around += line
    return Lines(ground=ground, theme=theme, tones=tones, written=frozenset(written))


def _best(
    scene: Scene, ground: Ground, role: str, jobs: Sequence[Job], around: Sequence[Tone]
) -> list[list[Tone]] | None:
    """Return a new line for each job, None where every try is what was there before."""
    beside = sounding(around)
    tries = []
    for number in range(TRIES):
        rng = rng_for(scene.seed, "regenerate", role, number)
        lines = WRITERS[role](scene, ground, jobs, rng)
        fitted = [in_register(line, job) for line, job in zip(lines, jobs, strict=True)]
        tries.append([clipped(scene, line) for line in fitted])
    faults = [fault(scene, ground, jobs, lines, beside) for lines in tries]
    chance = float(rng_for(scene.seed, "regenerate", role).random())
    place = take(faults, chance, nearly=NEARLY.get(role, 0.4))
    return None if place is None else tries[place]


def _varied(scene: Scene, jobs: Sequence[Job]) -> tuple[Ground, dict[str, list[Note]]]:
    """Vary the theme of whoever has it in the bars; return the ground with it, and their notes."""
    if not jobs:
        return scene.ground, {}
    around = sounding(pitched_tones(scene))
    best: list[dict[str, list[Note]]] = []
    faults = []
    for number in range(TRIES):
        rng = rng_for(scene.seed, "regenerate", "melody", number)
        found: dict[str, list[Note]] = {}
        for part in scene.parts:
            mine = [job for job in jobs if job.part.id == part.id]
            if not mine:
                continue
            notes = [n for n in part.notes if part.role_of(n) == "melody"]
            inside = _whole(scene, notes)
            found[part.id] = vary_theme(scene, scene.ground, inside, player=mine[0].player, rng=rng)
        lines = [
            [Tone(n.beat, n.length, n.pitch) for n in _of_block(found[job.part.id], job)]
            for job in jobs
        ]
        best.append(found)
        faults.append(fault(scene, scene.ground, jobs, lines, around))
    chance = float(rng_for(scene.seed, "regenerate", "melody").random())
    place = take(faults, chance, nearly=NEARLY["melody"])
    if place is None:
        return scene.ground, {}
    return _resung(scene, best[place]), best[place]


def _whole(scene: Scene, notes: Sequence[Note]) -> tuple[Note, ...]:
    """Return the notes that begin in the bars and do not last beyond them."""
    inside = notes_between(notes, scene.start, scene.end)
    return tuple(note for note in inside if note.end <= scene.end + 1e-6)


def _of_block(notes: Sequence[Note], job: Job) -> tuple[Note, ...]:
    return notes_between(notes, job.block.start, job.block.end)


def _resung(scene: Scene, theme: dict[str, list[Note]]) -> Ground:
    parts = []
    for part in scene.score.parts:
        if part.id in theme:
            gone = set(_whole(scene, [n for n in part.notes if part.role_of(n) == "melody"]))
            kept = [n for n in part.notes if n not in gone]
            notes = sorted([*kept, *theme[part.id]], key=lambda n: n.beat)
            part = replace(part, notes=tuple(notes))
        parts.append(part)
    return sung_ground(scene.ground, theme_of(replace(scene.score, parts=tuple(parts))))
