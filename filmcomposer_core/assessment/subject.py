"""What is assessed: the music in arrays, with its bars, chords and picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from filmcomposer_core.assessment.measures.bar_patterns import BarPattern, bar_patterns
from filmcomposer_core.assessment.measures.chords import ChordSpan, chord_spans
from filmcomposer_core.assessment.measures.notes import Bools, Floats, Notes, notes_of
from filmcomposer_core.catalogue import Instrument, instrument
from filmcomposer_core.contracts.clip import Curves
from filmcomposer_core.contracts.description import Description
from filmcomposer_core.contracts.labels import NULL
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.scheme import Scheme, TrackScheme
from filmcomposer_core.contracts.score import DOUBLING, Melody, Note, Part, Score
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.contracts.tempo import TempoMap
from filmcomposer_core.timeline import Bar, Timeline

#: Idioms that stand on a pedal, and idioms whose dissonance is meant.
PEDAL_IDIOMS: Final = frozenset({"dread", "dream", "shock"})
DISSONANT_IDIOMS: Final = frozenset({"dread", "shock", "mystery"})
_LEAD_ROLES: Final = ("melody", "counter", "motion", "bass", "pad", "drone", "colour")


@dataclass(frozen=True, kw_only=True)
class PlayedPart:
    """A part of the score with the instrument and technique that the scheme gives it."""

    part: Part
    notes: Notes
    player: Instrument
    technique: str
    track: TrackScheme | None

    @property
    def name(self) -> str:
        """The part's name as the session shows it."""
        return self.part.name or self.player.name

    @property
    def techniques(self) -> tuple[str, ...]:
        """The technique of each note, in the order of ``notes``."""
        ordered = sorted(self.part.notes, key=lambda n: (n.beat, n.pitch, n.end, n.velocity))
        return tuple(note.technique or self.technique for note in ordered)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The music under assessment; ``parts`` is None while there is only a theme.

    ``line`` is the leading line: the theme, or what the melody parts of the arrangement play.
    ``all_notes`` are the theme's notes or all pitched notes of the arrangement.
    """

    melody: Melody
    plan: CuePlan
    tempo_map: TempoMap
    spots: tuple[Spot, ...]
    curves: Curves
    description: Description
    timeline: Timeline
    bars: tuple[Bar, ...]
    line: Notes
    all_notes: Notes
    parts: tuple[PlayedPart, ...] | None

    @cached_property
    def strands(self) -> tuple[PlayedPart, ...]:
        """What each part does in each of its roles; doublings apart from the theme."""
        return _strands(self.parts or ())

    @cached_property
    def chords(self) -> tuple[ChordSpan, ...]:
        """The planned chords in time."""
        return chord_spans(self.plan, self.bars)

    @cached_property
    def chord_table(self) -> tuple[Floats, Bools]:
        """Starts of the chords in beats, shape (chords,), and their tones, shape (chords, 12)."""
        table = np.zeros((len(self.chords), 12), dtype=np.bool_)
        for row, span in zip(table, self.chords, strict=True):
            row[list(span.chord.pitch_classes)] = True
        return np.array([span.start for span in self.chords]), table

    @cached_property
    def patterns(self) -> tuple[BarPattern, ...]:
        """The bars of the leading line in which a note begins."""
        return bar_patterns(self.line, self.bars)

    @cached_property
    def music_bars(self) -> tuple[Bar, ...]:
        """The bars that are planned to sound."""
        found = []
        for bar in self.bars:
            section = self.plan.section_at(bar.number)
            if section is not None and not section.silence:
                found.append(bar)
        return tuple(found)

    @cached_property
    def lines(self) -> Floats:
        """Bar lines in beats, shape (bars + 1,)."""
        return np.array([*(bar.start_beat for bar in self.bars), self.bars[-1].end_beat])

    @property
    def idioms(self) -> tuple[str, ...]:
        """The idiom, and the one blended in."""
        blend = self.plan.blend
        return (self.plan.idiom,) if blend in (NULL, self.plan.idiom) else (self.plan.idiom, blend)

    @property
    def pedal(self) -> bool:
        """Whether the idiom stands on a pedal."""
        return self.plan.idiom in PEDAL_IDIOMS

    @property
    def wants_melody(self) -> bool:
        """Whether any section plans a melody."""
        return any("melody" in s.roles and not s.silence for s in self.plan.sections)

    @property
    def beats(self) -> int:
        """Whole beats up to the last bar line; a last chord held beyond it is judged before."""
        return max(1, int(np.ceil(self.lines[-1] - 1e-6)))

    def bar_numbers(self, beats: Floats) -> list[int]:
        """Return the bar number of each beat."""
        inner = self.lines[1:-1]
        numbers: list[int] = (np.searchsorted(inner, beats + 1e-6, side="right") + 1).tolist()
        return numbers

    def times_of(self, beats: Floats) -> Floats:
        """Return the times of beats in seconds."""
        return np.array([self.timeline.time_at(beat) for beat in beats.tolist()])


def make_subject(
    *,
    melody: Melody,
    plan: CuePlan,
    tempo_map: TempoMap,
    spots: tuple[Spot, ...],
    curves: Curves,
    description: Description,
    score: Score | None = None,
    scheme: Scheme | None = None,
) -> Subject:
    """Prepare the music for the reviewers.

    Parameters
    ----------
    melody : Melody
        The theme.
    plan, tempo_map, spots, curves, description
        As in :func:`filmcomposer_core.assessment.assess_theme`.
    score, scheme : Score and Scheme, optional
        The arrangement; without it the theme alone is assessed.

    Returns
    -------
    Subject
        Arrays and bars.
    """
    timeline = Timeline(tempo_map.points)
    parts = None if score is None else _parts(score, scheme)
    theme = notes_of(melody.notes)
    line = theme if parts is None else _lead(parts, theme)
    pitched = [n for p in parts or () if p.player.pitched for n in p.part.notes]
    everything = theme if parts is None else notes_of(pitched)
    last_beat = max(theme.start.max(initial=0.0), everything.start.max(initial=0.0))
    return Subject(
        melody=melody,
        plan=plan,
        tempo_map=tempo_map,
        spots=spots,
        curves=curves,
        description=description,
        timeline=timeline,
        bars=_bars(timeline, tempo_map, last_bar=plan.last_bar, last_beat=float(last_beat)),
        line=line,
        all_notes=everything,
        parts=parts,
    )


def _parts(score: Score, scheme: Scheme | None) -> tuple[PlayedPart, ...]:
    tracks = {track.id: track for track in scheme.tracks} if scheme else {}
    played = []
    for part in score.parts:
        track = tracks.get(part.id)
        played.append(
            PlayedPart(
                part=part,
                notes=notes_of(part.notes),
                player=instrument(track.instrument if track else part.instrument),
                technique=track.technique if track else part.technique,
                track=track,
            )
        )
    return tuple(played)


def _strands(parts: tuple[PlayedPart, ...]) -> tuple[PlayedPart, ...]:
    """Return parts divided by the roles of their notes; a doubling has the role of the melody."""
    found = []
    for played in parts:
        part = played.part
        groups: dict[str, list[Note]] = {}
        for note in part.notes:
            groups.setdefault(part.role_of(note), []).append(note)
        if len(groups) < 2 and set(groups) <= {part.role}:
            found.append(played)
            continue
        for role, notes in groups.items():
            named = "melody" if role == DOUBLING else role
            strand = replace(part, role=named, notes=tuple(notes))
            found.append(replace(played, part=strand, notes=notes_of(notes)))
    return tuple(found)


def _lead(parts: tuple[PlayedPart, ...], theme: Notes) -> Notes:
    """Return the top note at each onset of the first role that plays, the melody if it does."""
    strands = _strands(parts)
    for role in _LEAD_ROLES:
        tops: dict[int, Note] = {}
        for played in strands:
            if played.part.role == role and played.player.pitched:
                for note in played.part.notes:
                    place = round(note.beat * 48)
                    if place not in tops or tops[place].pitch < note.pitch:
                        tops[place] = note
        if tops:
            return notes_of(tops.values())
        if role == "melody" and len(theme):
            return theme
    return theme


def _bars(
    timeline: Timeline, tempo_map: TempoMap, *, last_bar: int, last_beat: float
) -> tuple[Bar, ...]:
    """Return all bars up to the last planned one and the last beginning of a note."""
    end_s = max(timeline.time_at(last_beat), tempo_map.points[-1].time_s + 1e-6)
    bars = timeline.bars_until(end_s)
    missing = last_bar - len(bars)
    if missing > 0:
        last = bars[-1]
        bars = timeline.bars_until(timeline.time_at(last.end_beat + (missing - 0.5) * last.beats))
    needed = max(last_bar, sum(bar.start_beat < last_beat + 1e-9 for bar in bars))
    return bars[:needed]
