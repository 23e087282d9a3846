"""Bring a melody that was heard into the keys, chords and sections that are planned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from filmcomposer_core.contracts.harmony import MODES, Chord, parse_chords, parse_pitch_class
from filmcomposer_core.contracts.plan import CuePlan, Section
from filmcomposer_core.contracts.score import Melody, Note
from filmcomposer_core.timeline import Bar, bar_of_beat

#: Where a theme is sung, MIDI, and where its middle is.
LOWEST, HIGHEST = 57, 84
_MIDDLE: Final = 70
#: Notes this long, in beats, or on a beat, have to agree with the chord.
_HEAVY: Final = 0.75
#: How far a note is moved at most, semitones.
_REACH: Final = 2
_SHORTEST: Final = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """The melody as it fits, by how much it was transposed, and how many notes were moved."""

    melody: Melody
    semitones: int
    moved: int
    left_out: int


def fit_melody(melody: Melody, *, plan: CuePlan, bars: Sequence[Bar], last_beat: float) -> Fitted:
    """Bring a melody into a plan.

    Parameters
    ----------
    melody : Melody
        In beats of the cue.
    plan : CuePlan
        Sections, keys and chords; what sounds where no melody is planned is left out.
    bars : sequence of Bar
        All bars of the cue's tempo map.
    last_beat : float
        Where the picture ends; every note ends before it.

    Returns
    -------
    Fitted

    Notes
    -----
    The whole melody moves by the interval that puts most of its time on notes of the planned keys
    (the smallest of equal ones), then by octaves to where themes are sung. Then heavy notes
    outside of key and chord, or a semitone beside a chord note, go to the nearest chord note, light
    ones outside of the key to the nearest note of the key: at most a whole tone.
    """
    places = [(note, _section(plan, bars, note)) for note in melody.notes]
    sung = [(note, section) for note, section in places if section is not None]
    if not sung:
        return Fitted(melody=Melody(notes=()), semitones=0, moved=0, left_out=len(places))
    shift = _best_shift(sung)
    notes: list[Note] = []
    moved = 0
    for note, section in sung:
        if note.beat >= last_beat - _SHORTEST:
            continue
        pitch = _into_range(note.pitch + shift)
        fitted = _fitted(pitch, note, section, bars)
        moved += fitted != pitch
        length = min(note.length, last_beat - note.beat)
        notes.append(replace(note, pitch=fitted, length=length))
    starts = tuple(section.start for section in plan.sections if "melody" in section.roles)
    return Fitted(
        melody=Melody(notes=tuple(notes), phrase_starts=starts),
        semitones=shift,
        moved=moved,
        left_out=len(places) - len(notes),
    )


def _section(plan: CuePlan, bars: Sequence[Bar], note: Note) -> Section | None:
    section = plan.section_at(bar_of_beat(bars, note.beat).number)
    if section is None or section.silence or "melody" not in section.roles:
        return None
    return section


def _scale(section: Section) -> frozenset[int]:
    tonic = parse_pitch_class(section.key)
    return frozenset((tonic + step) % 12 for step in MODES[section.mode])


def _best_shift(sung: Sequence[tuple[Note, Section]]) -> int:
    middle = sum(n.pitch * n.length for n, _ in sung) / sum(n.length for n, _ in sung)

    def inside(shift: int) -> float:
        return sum(n.length for n, section in sung if (n.pitch + shift) % 12 in _scale(section))

    turn = max(range(-6, 6), key=lambda shift: (round(inside(shift), 6), -abs(shift)))
    octaves = [turn + 12 * k for k in range(-5, 6)]
    return min(octaves, key=lambda shift: abs(middle + shift - _MIDDLE))


def _into_range(pitch: int) -> int:
    while pitch < LOWEST:
        pitch += 12
    while pitch > HIGHEST:
        pitch -= 12
    return pitch


def _chord_at(section: Section, bars: Sequence[Bar], beat: float) -> Chord | None:
    bar = bar_of_beat(bars, beat)
    cell = parse_chords(section.chords)[bar.number - section.start]
    index = int((beat - bar.start_beat) / bar.beats * len(cell) + 1e-9)
    chord = cell[min(len(cell) - 1, index)]
    return None if chord.silent else chord


def _fitted(pitch: int, note: Note, section: Section, bars: Sequence[Bar]) -> int:
    chord, scale = _chord_at(section, bars, note.beat), _scale(section)
    own = frozenset(chord.pitch_classes) if chord else scale
    bar = bar_of_beat(bars, note.beat)
    on_beat = abs(note.beat - bar.start_beat - round(note.beat - bar.start_beat)) < 1e-3
    heavy = note.length >= _HEAVY or (on_beat and note.length >= 0.5)
    name = pitch % 12
    if heavy and name not in own:
        clash = any((name - tone) % 12 in (1, 11) for tone in own)
        if clash or name not in scale:
            return _nearest(pitch, own)
    if name not in scale and name not in own:
        return _nearest(pitch, scale | own)
    return pitch


def _nearest(pitch: int, allowed: frozenset[int]) -> int:
    for distance in range(_REACH + 1):
        for way in (-distance, distance):
            if (pitch + way) % 12 in allowed:
                return pitch + way
    return pitch
