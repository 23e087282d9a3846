"""What is known before the first new note: the bars, who plays there, and what must not move."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from filmcomposer_core.arrangement.ground import SAME_BEAT, Block, Ground, Tone
from filmcomposer_core.arrangement.hits import LAND_FRAMES, Hit
from filmcomposer_core.arrangement.idioms import Idiom
from filmcomposer_core.arrangement.voice_leading import Voices
from filmcomposer_core.arrangement.writing.pitches import scale_of
from filmcomposer_core.contracts.score import Melody, Note, Part, Score
from filmcomposer_core.contracts.spots import Spot

#: The orchestra rests this many beats after a stop before it may go on; a touch of sound is none.
STOP_CLEAR = (0.55, 0.95)
#: No note of an accompaniment is longer than this, in beats.
LONGEST = 64.0
#: No note answers a spot that is further away than this.
ANSWER_S = 1.0


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The bars to be written anew, from beat ``start`` to ``end``, and all around them.

    ``voices`` are the led voices of each chord as the cue has them by the plan; ``hits`` all
    strong hits of the cue; ``chosen`` the ids of the parts that are written anew.
    """

    score: Score
    ground: Ground
    idiom: Idiom
    voices: tuple[Voices, ...]
    spots: tuple[Spot, ...]
    hits: tuple[Hit, ...]
    dynamics: tuple[str, ...]
    start: float
    end: float
    chosen: tuple[str, ...]
    seed: int

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The parts that are written anew."""
        return tuple(part for part in self.score.parts if part.id in self.chosen)

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The phrases that reach into the bars."""
        return tuple(
            block
            for block in self.ground.blocks
            if block.start < self.end - SAME_BEAT and block.end > self.start + SAME_BEAT
        )

    def inside(self, beat: float) -> bool:
        """Whether a note that begins at a beat belongs to the bars."""
        return self.start - SAME_BEAT <= beat < self.end - SAME_BEAT

    def strikes(self, notes: Iterable[Note | Tone], time_s: float) -> bool:
        """Whether one of some notes begins within a frame of a time."""
        room = self._frame
        low = self.ground.timeline.beat_at(time_s - room)
        high = self.ground.timeline.beat_at(time_s + room)
        return any(low <= note.beat <= high for note in notes)

    @property
    def _frame(self) -> float:
        return LAND_FRAMES * self.ground.frame_s + 1e-6

    def at(self, beat: float, time_s: float) -> bool:
        """Whether a beat lies within a frame of a time."""
        return abs(self.ground.timeline.time_at(beat) - time_s) <= self._frame

    def answers(self, beat: float) -> bool:
        """Whether a note that begins at a beat lies near enough to a spot to be its answer."""
        time_s = self.ground.timeline.time_at(beat)
        for spot in self.spots_near(time_s, ANSWER_S):
            frames = 2 * max(1, spot.early_frames, spot.late_frames) + 0.5
            away = abs(time_s - spot.time_s)
            if spot.hit_class != "avoid" and away <= frames * self.ground.frame_s:
                return True
        return False

    def spots_near(self, time_s: float, room_s: float) -> tuple[Spot, ...]:
        """Return the spots (which are in order of time) within some seconds of a time."""
        low = bisect.bisect_left(self.spots, time_s - room_s, key=lambda s: s.time_s)
        high = bisect.bisect_right(self.spots, time_s + room_s, key=lambda s: s.time_s)
        return self.spots[low:high]

    def hits_near(self, time_s: float, room_s: float) -> tuple[Hit, ...]:
        """Return the strong hits within some seconds of a time."""
        low = bisect.bisect_left(self.hits, time_s - room_s, key=lambda h: h.time_s)
        high = bisect.bisect_right(self.hits, time_s + room_s, key=lambda h: h.time_s)
        return self.hits[low:high]

    def spots_between(self, start: float, end: float) -> tuple[Spot, ...]:
        """Return the spots that music is to meet between two beats, and half a second around."""
        start_s = self.ground.timeline.time_at(start)
        end_s = self.ground.timeline.time_at(end)
        near = self.spots_near((start_s + end_s) / 2, (end_s - start_s) / 2 + 0.5)
        return tuple(spot for spot in near if spot.hit_class != "avoid")

    @cached_property
    def hits_inside(self) -> tuple[Hit, ...]:
        """The strong hits in the bars."""
        return tuple(hit for hit in self.hits if self.inside(hit.beat))

    def hits_for(self, part: Part) -> tuple[Hit, ...]:
        """Return the hits of the bars as a part meets them.

        ``thud`` where it begins a note there, ``touch`` where it does not, ``stop`` where the
        whole accompaniment rests afterwards.
        """
        found = []
        for hit in self.hits_inside:
            near = notes_between(part.notes, hit.beat - 1.0, hit.beat + 1.0)
            struck = self.strikes(near, hit.time_s)
            gesture = "stop" if hit.spot in self._stops else "thud" if struck else "touch"
            found.append(replace(hit, gesture=gesture))
        return tuple(found)

    @cached_property
    def _stops(self) -> frozenset[str]:
        return frozenset(hit.spot for hit in self.hits_inside if self._stopped(hit))

    def _stopped(self, hit: Hit) -> bool:
        low, high = (hit.beat + share for share in STOP_CLEAR)
        span = self.ground.span_at(high)
        if span is None or hit.beat >= self.ground.final - 1.0:
            return False
        notes = [
            note
            for part in self.score.parts
            for note in notes_between(part.notes, hit.beat - LONGEST, high)
            if part.role_of(note) != "melody"
        ]
        before = any(n.beat < hit.beat + SAME_BEAT and n.end > hit.beat - 1.0 for n in notes)
        return before and not any(n.end > low for n in notes)


def theme_of(score: Score) -> tuple[Note, ...]:
    """Return the theme as it sounds, whoever plays it, as one line without overlaps."""
    notes = [n for part in score.parts for n in part.notes if part.role_of(n) == "melody"]
    line: list[Note] = []
    for note in sorted(notes, key=lambda n: (n.beat, -n.pitch)):
        if line and note.beat < line[-1].beat + SAME_BEAT:
            continue
        if line and line[-1].end > note.beat:
            line[-1] = replace(line[-1], length=note.beat - line[-1].beat)
        line.append(note)
    return tuple(line)


def sung_ground(ground: Ground, notes: Sequence[Note]) -> Ground:
    """Return the ground with another theme."""
    melody = Melody(notes=tuple(notes), phrase_starts=ground.melody.phrase_starts)
    return replace(ground, melody=melody)


def notes_between(notes: Sequence[Note], start: float, end: float) -> tuple[Note, ...]:
    """Return the notes, in order of time, that begin in a stretch of beats."""
    low = bisect.bisect_left(notes, start - SAME_BEAT, key=lambda n: n.beat)
    return tuple(notes[low : bisect.bisect_left(notes, end - SAME_BEAT, key=lambda n: n.beat)])


def tones_at(ground: Ground, beat: float) -> tuple[frozenset[int], frozenset[int]]:
    """Return the pitch classes of the chord at a beat, and those that go with it.

    The scale goes with the chord but for tones that a tone of the chord alters (C under A7 in C).
    Both are empty in silence.
    """
    span, section = ground.span_at(beat), ground.bar_at(beat).section
    if span is None or section is None:
        return frozenset(), frozenset()
    chord, scale = set(span.chord.pitch_classes), scale_of(section)
    altered = chord - set(scale)
    kept = {tone for tone in scale if not {(tone + 1) % 12, (tone - 1) % 12} & altered}
    return frozenset(chord), frozenset(kept | chord)
