"""From the scheme and the score to what every track plays."""

from __future__ import annotations

from dataclasses import dataclass, replace

from filmcomposer_core.catalogue import Instrument, Technique
from filmcomposer_core.contracts.daw_plan import PlayedNote, Sound
from filmcomposer_core.contracts.labels import DYNAMIC_LEVELS
from filmcomposer_core.contracts.scheme import Scheme, TrackScheme
from filmcomposer_core.contracts.score import Controller, Duplicate, Note, Part, Score
from filmcomposer_core.execution.check_scheme import chosen, duplicate_id, find_instrument
from filmcomposer_core.execution.grid import Grid, bar_at
from filmcomposer_core.execution.ranges import RangeChange, fit_to_range
from filmcomposer_core.execution.sounds import play_techniques
from filmcomposer_core.execution.voice import Voice, velocity_within

#: Velocity of a softened measure against the written one: one dynamic step.
SOFTEN = 0.75


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
    voice = Voice(notes=_own_techniques(notes, player), controllers=part.controllers)
    name = part.name or player.name
    if track.instrument != part.instrument:
        name = f"{name} ({player.name})"
    return _track(
        track.id, name, track, voice, player=player, technique=technique, gain=1.0, grid=grid
    )


def _own_techniques(notes: tuple[Note, ...], player: Instrument) -> tuple[Note, ...]:
    """Leave to the track's technique what a player cannot do who took over another's part."""
    known = {technique.name for technique in player.techniques}
    return tuple(n if n.technique in known else replace(n, technique="") for n in notes)


def _doubling(
    track: TrackScheme,
    duplicate: Duplicate,
    number: int,
    *,
    part: Part,
    notes: tuple[Note, ...],
    grid: Grid,
) -> PartTrack:
    """Play a part by another instrument, by the same techniques where it has them."""
    player = find_instrument(duplicate.instrument, track=track.id, field="duplicates")
    known = {technique.name: technique for technique in player.techniques}
    technique = known.get(track.technique, player.techniques[0])
    moved = tuple(
        replace(note, pitch=_pitch_within(note.pitch + duplicate.semitones))
        for note in _own_techniques(notes, player)
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
    if technique.key is None:
        voice, changes = _in_range(voice, player=player, track=name, grid=grid)
    else:
        changes = ()
    sounds, notes, controllers = play_techniques(voice, player=player, usual=technique, grid=grid)
    return PartTrack(
        id=name,
        name=title,
        scheme=scheme,
        instrument=player.id,
        gain=gain,
        sounds=sounds,
        notes=notes,
        controllers=controllers,
        changes=changes,
    )


def _in_range(
    voice: Voice, *, player: Instrument, track: str, grid: Grid
) -> tuple[Voice, tuple[RangeChange, ...]]:
    """Move pitched notes into the range; notes on a key of a drum kit stay."""
    drums = {technique.name for technique in player.techniques if technique.key is not None}
    fitted, changes = fit_to_range(
        [note for note in voice.notes if note.technique not in drums],
        low=player.low,
        high=player.high,
        measure_at=lambda beat: bar_at(grid, beat).number,
        track=track,
        instrument=player.id,
    )
    struck = [note for note in voice.notes if note.technique in drums]
    notes = tuple(sorted([*fitted, *struck], key=lambda note: (note.beat, note.pitch)))
    return replace(voice, notes=notes), changes
