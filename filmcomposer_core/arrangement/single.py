"""The single gesture of a clip too short for a bar of its plan."""

from __future__ import annotations

from filmcomposer_core.arrangement.brief import Forces
from filmcomposer_core.arrangement.casting import RESERVE
from filmcomposer_core.arrangement.ground import Ground, tonic_of
from filmcomposer_core.arrangement.idioms import Idiom, split_desk
from filmcomposer_core.arrangement.voicings import voicings
from filmcomposer_core.catalogue import instrument
from filmcomposer_core.contracts.harmony import parse_chords
from filmcomposer_core.contracts.score import Note, Part

VELOCITY = 84


def single_gesture(ground: Ground, *, forces: Forces, palette: Idiom) -> tuple[Part, ...]:
    """Return one chord with its natural end, or nothing where the plan wants silence.

    Used where the clip ends before the first planned bar: the first chord of the plan sounds at
    the first frame.
    """
    section = next((s for s in ground.plan.sections if not s.silence and s.roles), None)
    if section is None or ground.end <= 0 or any(b.section is not None for b in ground.bars):
        return ()
    chords = [c for cell in parse_chords(section.chords) for c in cell if not c.silent]
    role = next((r for r in ("pad", *section.roles) if r in section.roles and r != "melody"), "")
    if not chords or not role:
        return ()
    pitches = voicings(chords[0], tonic_of(section), inversions=False).pitches[0]
    names = [split_desk(d)[0] for d in (*palette.pad, *RESERVE["pad"])]
    name = next((n for n in names if forces.allows(n)), "")
    if not name:
        return ()
    player = instrument(name)
    kept = [int(p) for p in pitches if player.low <= p <= player.high][-player.polyphony :]
    notes = tuple(
        Note(beat=0.0, length=ground.end, pitch=pitch, velocity=VELOCITY) for pitch in kept
    )
    part = Part(
        id=name,
        name=player.name,
        role=role,
        instrument=name,
        technique=player.techniques[0].name,
        notes=notes,
        reasons=(f"{player.name}: one chord is all that so short a clip can hold.",),
    )
    return (part,) if notes else ()
