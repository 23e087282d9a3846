"""The composer's own idea as the theme of a cue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from filmcomposer_core.contracts.harmony import MODES, parse_pitch_class
from filmcomposer_core.contracts.plan import MAIN_MOTIF, CuePlan, Section
from filmcomposer_core.contracts.score import Melody, Note
from filmcomposer_core.errors import InputError
from filmcomposer_core.timeline import Bar

#: Sections that state the theme, and those that remember its beginning.
_STATING, _REMEMBERING = ("theme", "climax"), ("aftermath",)
#: Bars of the idea that are remembered, and the last bars of the cue, which keep their close.
_MEMORY, _CLOSE = 4, 2
#: The middle of the treble voice: the idea is moved by octaves until it lies around it.
_MIDDLE, _REACH = 69.0, 7.0
_LOWEST, _HIGHEST = 40, 96


def lay_idea(
    idea: Melody,
    key: tuple[str, str],
    *,
    theme: Melody,
    plan: CuePlan,
    bars: Sequence[Bar],
    last_beat: float,
    as_played: bool,
) -> Melody:
    """Return a theme that states an idea wherever the plan states the theme.

    Parameters
    ----------
    idea : Melody
        In beats from a downbeat.
    key : tuple of str
        Its tonic and mode.
    theme : Melody
        The theme as it is; what lies outside of the statements stays.
    plan : CuePlan
        Gives sections and keys.
    bars : sequence of Bar
        All bars of the cue's tempo map.
    last_beat : float
        Where the picture ends; the cue's last bars keep their close.
    as_played : bool
        Whether the idea keeps its pitches; else each statement moves to the key of its section
        by the smallest interval, and by octaves to where a theme is sung.

    Raises
    ------
    InputError
        If the idea is empty or the plan states no theme.
    """
    places = [s for s in plan.sections if s.motif == MAIN_MOTIF and not s.silence]
    stating = [s for s in places if s.function in _STATING] or places[:1]
    if not idea.notes or not stating:
        what = "The idea holds no notes" if not idea.notes else "The plan has no section of theme"
        raise InputError(f"{what}.", "Record it again, or give the cue a longer clip.")
    notes = list(theme.notes)
    last_beat = min(last_beat, bars[max(0, plan.last_bar - _CLOSE)].start_beat)
    for section in [*stating, *(s for s in places if s.function in _REMEMBERING)]:
        begin = bars[section.start - 1].start_beat
        end = min(last_beat, bars[section.start + section.bars - 2].end_beat)
        if section.function in _REMEMBERING:
            # What is remembered ends before the close.
            end = min(end, begin + _MEMORY * bars[section.start - 1].beats)
        shift = 0 if as_played else _shift(idea, key, section)
        line = _stated(idea, begin, end, shift)
        if not line:
            continue
        until = min(end, max(note.end for note in line))
        notes = [n for kept in notes for n in _around(kept, begin, until)] + line
    notes.sort(key=lambda note: note.beat)
    return replace(theme, notes=tuple(notes))


def _shift(idea: Melody, key: tuple[str, str], section: Section) -> int:
    """Return the semitones to a section's key; a major idea enters a minor one as its relative."""
    tonic, home = parse_pitch_class(key[0]), parse_pitch_class(section.key)
    minor, minor_home = _is_minor(key[1]), _is_minor(section.mode)
    if minor != minor_home:
        home += 3 if minor_home else -3
    shift = (home - tonic) % 12
    middle = sum(note.pitch * note.length for note in idea.notes) / sum(
        note.length for note in idea.notes
    )
    steps = [shift + 12 * octave for octave in range(-4, 4)]
    return min(steps, key=lambda step: (max(0.0, abs(middle + step - _MIDDLE) - _REACH), abs(step)))


def _is_minor(mode: str) -> bool:
    return 3 in MODES[mode] and 4 not in MODES[mode]


def _stated(idea: Melody, begin: float, end: float, shift: int) -> list[Note]:
    found = []
    for note in idea.notes:
        beat = begin + note.beat
        pitch = note.pitch + shift
        while pitch > _HIGHEST:
            pitch -= 12
        while pitch < _LOWEST:
            pitch += 12
        if beat < end - 0.1:
            length = min(note.length, end - beat)
            found.append(replace(note, beat=beat, length=length, pitch=pitch))
    return found


def _around(note: Note, begin: float, end: float) -> list[Note]:
    """Return what is left of a note outside of a stretch."""
    if note.end <= begin + 1e-9 or note.beat >= end - 1e-9:
        return [note]
    if note.beat < begin - 1e-9:
        return [replace(note, length=begin - note.beat)]
    return []
