"""From a track in the making to a part of the score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from filmcomposer_core.arrangement.brief import Forces
from filmcomposer_core.arrangement.desks import known
from filmcomposer_core.arrangement.gestures import Stage, touch
from filmcomposer_core.arrangement.guard import breathe, pitch_in_range, playable
from filmcomposer_core.arrangement.hits import Hit
from filmcomposer_core.arrangement.landing import keep_clear, uncovered
from filmcomposer_core.arrangement.orchestra import Track
from filmcomposer_core.arrangement.perform import play_tones, shape_phrases
from filmcomposer_core.arrangement.roles.analyze import Development
from filmcomposer_core.arrangement.roles.arrange import Arrangement
from filmcomposer_core.catalogue import catalogue, instrument
from filmcomposer_core.contracts.labels import ROLES
from filmcomposer_core.contracts.score import Duplicate, Note, Part
from filmcomposer_core.contracts.spots import Spot

#: Gain of a duplicated track.
DUPLICATE_GAIN = 0.55
#: A player who strikes this close to a hit is too busy for another one.
NEAR_BEATS = 0.6
#: Roles whose tracks may be duplicated to increase harmony.
DUPLICATED = ("pad", "counter", "bass")


def write_parts(
    stage: Stage,
    *,
    spots: Sequence[Spot],
    hits: Sequence[Hit],
    arrangement: Arrangement,
    development: Development,
    rng: np.random.Generator,
) -> tuple[Part, ...]:
    """Return every part that has a note, by role and then by seat from high to low.

    Every note is playable; velocities, expression, softened measures and duplicates are set.
    """
    secure_hits(stage, spots, hits)
    parts = []
    for track in sorted(stage.orchestra.values(), key=_score_order):
        part = _part(stage, track, hits, arrangement, development, rng)
        if part is not None:
            parts.append(part)
    return tuple(parts)


def secure_hits(stage: Stage, spots: Sequence[Spot], hits: Sequence[Hit]) -> None:
    """Make every part playable; a hit that lost its notes on the way gets a touch of its own."""
    for track in stage.orchestra.values():
        track.tones = keep_clear(stage.ground, track, spots, hits)
        track.tones = playable(stage.ground, track)
    for hit in uncovered(stage, hits):
        close = {
            track.instrument
            for track in stage.orchestra.values()
            if any(abs(tone.beat - hit.beat) < NEAR_BEATS for tone in track.tones)
        }
        touch(stage, hit, without=close)


def _score_order(track: Track) -> tuple[int, int, int, str, str]:
    player = instrument(track.instrument)
    leads = 0 if track.theme else 1
    return ROLES.index(track.role), leads, -player.high, track.instrument, track.technique


def _part(
    stage: Stage,
    track: Track,
    hits: Sequence[Hit],
    arrangement: Arrangement,
    development: Development,
    rng: np.random.Generator,
) -> Part | None:
    ground = stage.ground
    track.theme = [_reached(note, track.instrument) for note in track.theme]
    tones = breathe(ground, track)
    notes = play_tones(
        ground, track, tones, dynamics=development.dynamics, idiom=stage.idiom, rng=rng
    )
    if not notes:
        return None
    controllers = shape_phrases(ground, track, notes, dynamics=development.dynamics, hits=hits)
    player = instrument(track.instrument)
    plain = player.techniques[0].name == track.technique
    how = "" if plain else f", {track.technique.replace('_', ' ')}"
    return Part(
        id=f"{track.role}-{track.instrument}-{track.technique}",
        name=f"{player.name} ({track.role}{how})",
        role=track.role,
        instrument=track.instrument,
        technique=track.technique,
        notes=notes,
        controllers=controllers,
        duplicates=_duplicates(stage, track, notes, arrangement),
        soften=_softened(stage, track, notes, arrangement),
        reasons=tuple(track.reasons),
    )


def _reached(note: Note, name: str) -> Note:
    """Return a theme note by octaves inside the range where no better player was allowed."""
    pitch = pitch_in_range(note.pitch, instrument(name))
    return note if pitch == note.pitch else replace(note, pitch=pitch)


def _softened(
    stage: Stage, track: Track, notes: Sequence[Note], arrangement: Arrangement
) -> tuple[int, ...]:
    if track.theme or track.tune or track.gesture:
        return ()
    asked = arrangement.soften.get(track.role, frozenset())
    sounding = {stage.ground.bar_at(note.beat).number for note in notes}
    return tuple(sorted(asked & sounding))


def _duplicates(
    stage: Stage, track: Track, notes: Sequence[Note], arrangement: Arrangement
) -> tuple[Duplicate, ...]:
    """Let a catalogue partner play along where a track belongs to full sections only."""
    full = track.blocks and track.blocks <= arrangement.duplicated
    if not full or track.role not in DUPLICATED or track.gesture:
        return ()
    used = {t.instrument for t in stage.orchestra.values() if t.blocks & track.blocks}
    for partner in instrument(track.instrument).doublings:
        name = partner.split()[0]
        if name not in catalogue() or name in used or not _partner_fits(stage.forces, name):
            continue
        player = known(name)
        if all(player.low <= note.pitch <= player.high for note in notes):
            return (Duplicate(instrument=name, semitones=0, gain=DUPLICATE_GAIN),)
    return ()


def _partner_fits(forces: Forces, name: str) -> bool:
    player = known(name)
    return forces.allows(name) and player.family != "percussion" and player.polyphony >= 3
