"""The ground an arrangement stands on: bars, chords, blocks and the limits of the clip in beats."""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from functools import cached_property

from filmcomposer_core.arrangement.energy import Energy
from filmcomposer_core.contracts.harmony import Chord, parse_pitch_class
from filmcomposer_core.contracts.plan import CuePlan, Section
from filmcomposer_core.contracts.score import Melody, Note
from filmcomposer_core.timeline import Timeline

#: Two beats closer than this are one.
SAME_BEAT = 1e-4


@dataclass(frozen=True, slots=True)
class Tone:
    """A note before it is played: beats, MIDI pitch, and what its accent adds to the velocity."""

    beat: float
    length: float
    pitch: int
    accent: int = 0

    @property
    def end(self) -> float:
        """Beat at which the tone stops."""
        return self.beat + self.length


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundBar:
    """A bar with what the plan says of it; ``silent`` when nothing may sound in it.

    ``motion`` is the rank of the picture's motion among all bars, 0 (still) to 1; 0.5 where the
    picture moves evenly.
    """

    number: int
    start: float
    end: float
    num: int
    den: int
    section: Section | None
    tension: float
    silent: bool
    motion: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A chord from ``beat`` to ``end`` in one bar; ``tonic`` is the section's key as 0 to 11."""

    beat: float
    end: float
    chord: Chord
    bar: int
    tonic: int
    tension: float

    @property
    def length(self) -> float:
        """Length in beats."""
        return self.end - self.beat


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A phrase of one section: parts enter and leave at its edges only.

    ``order`` counts the blocks of the section from 0; ``last`` marks the cue's last block.
    """

    index: int
    order: int
    section: Section
    bars: tuple[GroundBar, ...]
    tension: float
    last: bool

    @property
    def start(self) -> float:
        """Beat of its first bar."""
        return self.bars[0].start

    @property
    def end(self) -> float:
        """Beat of the bar line after it."""
        return self.bars[-1].end


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Everything later steps read. Beats are quarter notes from bar 1.

    Attributes
    ----------
    spans : tuple of Span
        The chords that sound, in order; silence is a gap between them.
    end : float
        Nothing sounds after this beat.
    last_onset : float
        The accompaniment starts no note after this beat.
    frame_s : float
        Length of a picture frame in seconds.
    energy : Energy
        How much the picture moves from moment to moment.
    """

    plan: CuePlan
    timeline: Timeline
    bars: tuple[GroundBar, ...]
    spans: tuple[Span, ...]
    blocks: tuple[Block, ...]
    melody: Melody
    end: float
    last_onset: float
    frame_s: float
    duration_s: float
    energy: Energy

    @cached_property
    def _span_starts(self) -> list[float]:
        return [span.beat for span in self.spans]

    @cached_property
    def _bar_starts(self) -> list[float]:
        return [bar.start for bar in self.bars]

    @cached_property
    def _note_starts(self) -> list[float]:
        return [note.beat for note in self.melody.notes]

    @cached_property
    def stretches(self) -> tuple[tuple[float, float], ...]:
        """Stretches of sound: runs of chords without a gap, as (start, end) in beats."""
        runs: list[list[float]] = []
        for span in self.spans:
            if runs and span.beat <= runs[-1][1] + SAME_BEAT:
                runs[-1][1] = span.end
            else:
                runs.append([span.beat, span.end])
        return tuple((a, b) for a, b in runs)

    @cached_property
    def stretch_starts(self) -> list[float]:
        """Beats at which the stretches of sound begin."""
        return [start for start, _ in self.stretches]

    def bar_at(self, beat: float) -> GroundBar:
        """Return the bar that holds a beat."""
        return self.bars[max(0, bisect.bisect_right(self._bar_starts, beat + SAME_BEAT) - 1)]

    def span_index(self, beat: float) -> int | None:
        """Return the index of the chord sounding at a beat, None in silence."""
        i = bisect.bisect_right(self._span_starts, beat + SAME_BEAT) - 1
        return i if i >= 0 and beat < self.spans[i].end - SAME_BEAT else None

    def span_at(self, beat: float) -> Span | None:
        """Return the chord sounding at a beat, None in silence."""
        i = self.span_index(beat)
        return None if i is None else self.spans[i]

    def spans_in(self, start: float, end: float) -> range:
        """Return the indices of the chords that begin in a stretch of beats."""
        low = bisect.bisect_left(self._span_starts, start - SAME_BEAT)
        return range(low, bisect.bisect_left(self._span_starts, end - SAME_BEAT))

    def sound_until(self, beat: float) -> float:
        """Return where the sound that holds a beat has to stop; the beat itself in silence."""
        i = bisect.bisect_right(self.stretch_starts, beat + SAME_BEAT) - 1
        return max(beat, self.stretches[i][1]) if i >= 0 else beat

    def theme_in(self, start: float, end: float) -> tuple[Note, ...]:
        """Return the theme's notes that begin in a stretch of beats."""
        low = bisect.bisect_left(self._note_starts, start - SAME_BEAT)
        return self.melody.notes[low : bisect.bisect_left(self._note_starts, end - SAME_BEAT)]

    def theme_over(self, start: float, end: float) -> tuple[Note, ...]:
        """Return the theme's notes that sound somewhere in a stretch of beats."""
        low = bisect.bisect_left(self._note_starts, start - SAME_BEAT)
        before = self.melody.notes[max(0, low - 1) : low]
        return tuple(n for n in before if n.end > start + SAME_BEAT) + self.theme_in(start, end)

    @property
    def final(self) -> float:
        """Beat of the last chord."""
        return self.spans[-1].beat if self.spans else self.end


def tonic_of(section: Section) -> int:
    """Return the pitch class of a section's key."""
    return parse_pitch_class(section.key)
