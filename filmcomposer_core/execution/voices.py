"""From the scheme and the score to what every track plays."""

from __future__ import annotations

from dataclasses import dataclass, replace

from filmcomposer_core.catalogue import DRUM_BANK, Instrument, Technique
from filmcomposer_core.contracts.daw_plan import PlayedNote, Sound
from filmcomposer_core.contracts.labels import DYNAMIC_LEVELS
from filmcomposer_core.contracts.scheme import Scheme, TrackScheme
from filmcomposer_core.contracts.score import Controller, Duplicate, Note, Part, Score
from filmcomposer_core.execution.check_scheme import chosen, duplicate_id, find_instrument
from filmcomposer_core.execution.grid import Grid, bar_at
from filmcomposer_core.execution.ranges import RangeChange, fit_to_range
from filmcomposer_core.execution.techniques import realise
from filmcomposer_core.execution.voice import Voice, velocity_within

#: Velocity of a softened measure against the written one: one dynamic step.
SOFTEN = 0.75
DRUM_CHANNEL = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class PartTrack:
    """A part or a duplicate of one, ready to be laid on a track.

    ``gain`` is linear (1 but for duplicates); ``changes`` lists notes moved into the range.
    """

    id: str
    name: str
    scheme: TrackScheme
    instrument: str
    gain: float
    sounds: tuple[Sound, ...]
    notes: tuple[PlayedNote, ...]
    controllers: tuple[Controller, ...]
    changes: tuple[RangeChange, ...]


def part_tracks(scheme: Scheme, *, score: Score, grid: Grid) -> tuple[PartTrack, ...]:
    """Realise every track of a checked scheme, each followed by its duplicates.

    Parameters
    ----------
    scheme : Scheme
        Checked against the score.
    score : Score
        The notes.
    grid : Grid
        Bars, seconds and scales.

    Returns
    -------
    tuple of PartTrack
        In the order of ``track_index``.
    """
    parts = {part.id: part for part in score.parts}
    written = {measure.number: measure.dynamic for measure in score.measures}
    factors = {
        item.measure: DYNAMIC_LEVELS[item.dynamic] / DYNAMIC_LEVELS[written[item.measure]]
        for item in scheme.measures
        if item.dynamic != written.get(item.measure, item.dynamic)
    }
    tracks: list[PartTrack] = []
    for track in sorted(scheme.tracks, key=lambda t: t.track_index):
        part = parts[track.id]
        notes = _dynamics(part.notes, factors=factors, soften=frozenset(track.soften), grid=grid)
        tracks.append(_own(track, part=part, notes=notes, grid=grid))
        for number, duplicate in enumerate(track.duplicates, start=1):
            tracks.append(_doubling(track, duplicate, number, part=part, notes=notes, grid=grid))
    return tuple(tracks)


def _dynamics(
    notes: tuple[Note, ...], *, factors: dict[int, float], soften: frozenset[int], grid: Grid
) -> tuple[Note, ...]:
    """Scale velocities where a measure's dynamic was edited, and where it is to be softened."""
    if not factors and not soften:
        return notes
    scaled: list[Note] = []
    for note in notes:
        number = bar_at(grid, note.beat).number
        factor = factors.get(number, 1.0) * (SOFTEN if number in soften else 1.0)
        scaled.append(replace(note, velocity=velocity_within(note.velocity * factor)))
    return tuple(scaled)


def _own(track: TrackScheme, *, part: Part, notes: tuple[Note, ...], grid: Grid) -> PartTrack:
    player, technique = chosen(track)
    voice = Voice(notes=notes, controllers=part.controllers)
    name = part.name or player.name
    if track.instrument != part.instrument:
        name = f"{name} ({player.name})"
    return _track(
        track.id, name, track, voice, player=player, technique=technique, gain=1.0, grid=grid
    )


def _doubling(
    track: TrackScheme,
    duplicate: Duplicate,
    number: int,
    *,
    part: Part,
    notes: tuple[Note, ...],
    grid: Grid,
) -> PartTrack:
    """Play a part by another instrument, by the same technique where it has it."""
    player = find_instrument(duplicate.instrument, track=track.id, field="duplicates")
    known = {technique.name: technique for technique in player.techniques}
    technique = known.get(track.technique, player.techniques[0])
    moved = tuple(
        replace(note, pitch=_pitch_within(note.pitch + duplicate.semitones)) for note in notes
    )
    return _track(
        duplicate_id(track.id, number),
        f"{part.name} + {player.name}",
        track,
        Voice(notes=moved, controllers=part.controllers),
        player=player,
        technique=technique,
        gain=duplicate.gain,
        grid=grid,
    )


def _pitch_within(pitch: int) -> int:
    """Keep the pitch class of a transposed note inside MIDI; the range guard does the rest."""
    while pitch > 127:
        pitch -= 12
    while pitch < 0:
        pitch += 12
    return pitch


def _track(
    name: str,
    title: str,
    scheme: TrackScheme,
    voice: Voice,
    *,
    player: Instrument,
    technique: Technique,
    gain: float,
    grid: Grid,
) -> PartTrack:
    changes: tuple[RangeChange, ...] = ()
    if technique.key is None:
        fitted, changes = fit_to_range(
            voice.notes,
            low=player.low,
            high=player.high,
            measure_at=lambda beat: bar_at(grid, beat).number,
            track=name,
            instrument=player.id,
        )
        voice = replace(voice, notes=fitted)
    played = realise(voice, instrument=player, technique=technique, grid=grid)
    sounds = sounds_of(technique)
    return PartTrack(
        id=name,
        name=title,
        scheme=scheme,
        instrument=player.id,
        gain=gain,
        sounds=sounds,
        notes=tuple(_played(note, s.channel) for note in played.notes for s in sounds),
        controllers=played.controllers,
        changes=changes,
    )


def sounds_of(technique: Technique) -> tuple[Sound, ...]:
    """Return the General MIDI sounds of a technique, each on a channel of its own.

    Drum kits take channel 9, as General MIDI has it; other sounds the channels from 0.
    """
    programs = [(technique.bank, technique.program)]
    if technique.layer is not None:
        programs.append(technique.layer)
    return tuple(
        Sound(
            channel=DRUM_CHANNEL if bank == DRUM_BANK else place,
            technique=technique.name,
            bank=bank,
            program=program,
            attack_ms=technique.attack_ms,
            lowpass_hz=technique.lowpass_hz,
            highpass_hz=technique.highpass_hz,
        )
        for place, (bank, program) in enumerate(programs)
    )


def _played(note: Note, channel: int) -> PlayedNote:
    return PlayedNote(
        beat=note.beat,
        length=note.length,
        pitch=note.pitch,
        velocity=note.velocity,
        channel=channel,
    )
