"""Pad, bass and drone: the chords of the plan, voiced and set in rhythm."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from filmcomposer_core.arrangement.ground import SAME_BEAT, Block, Ground, GroundBar, Tone, tonic_of
from filmcomposer_core.arrangement.patterns import Pattern, Step, fill_bar
from filmcomposer_core.arrangement.voice_leading import Voices
from filmcomposer_core.arrangement.writing.pitches import nearest, within

#: A common tone is tied for at most this many beats.
LONGEST_TIE = 8.0
BASS_RANGE = (33, 55)
DRONE_RANGE = (36, 47)
HIGH_DRONE_RANGE = (43, 54)


def write_pad(ground: Ground, block: Block, voices: Sequence[Voices], voice: int) -> list[Tone]:
    """Hold one voice of the chords (1 tenor, 2 alto, 3 top), common tones tied."""
    tones: list[Tone] = []
    for i in ground.spans_in(block.start, block.end):
        span, pitch = ground.spans[i], voices[i][voice]
        before = tones[-1] if tones else None
        tied = (
            before is not None
            and before.pitch == pitch
            and abs(before.end - span.beat) < SAME_BEAT
            and span.end - before.beat <= LONGEST_TIE + SAME_BEAT
            and span.beat < ground.final - SAME_BEAT
        )
        if tied and before is not None:
            tones[-1] = Tone(before.beat, span.end - before.beat, pitch)
        else:
            tones.append(Tone(span.beat, span.length, pitch))
    return tones


def write_bass(
    ground: Ground, block: Block, voices: Sequence[Voices], patterns: Sequence[Pattern]
) -> list[Tone]:
    """Set the bass in the rhythm of a pattern, one pattern a bar; the last chord is held."""
    tones: list[Tone] = []
    for bar, pattern in zip(block.bars, patterns, strict=True):
        steps = fill_bar(pattern, bar.end - bar.start)
        beats = [bar.start + step.offset for step in steps]
        for step in (*steps, *_missed_changes(ground, bar, beats)):
            beat = bar.start + step.offset
            i = ground.span_index(beat)
            if i is None or beat > ground.final + SAME_BEAT:
                continue
            span = ground.spans[i]
            length = min(step.length, span.end - beat)
            if abs(beat - ground.final) < SAME_BEAT:
                length = span.end - beat
            tones.append(Tone(beat, length, _bass_pitch(ground, voices, i, step.tone), step.accent))
    tones.sort(key=lambda t: t.beat)
    return _without_overlap(tones)


def _missed_changes(ground: Ground, bar: GroundBar, beats: Sequence[float]) -> list[Step]:
    """Return a step for every chord of the bar that begins where the pattern is silent."""
    missed = []
    for i in ground.spans_in(bar.start, bar.end):
        span = ground.spans[i]
        if all(abs(span.beat - beat) > 0.26 for beat in beats):
            offset = span.beat - bar.start
            missed.append(Step(offset=offset, length=span.length, accent=0, tone="R", short=False))
    return missed


def _without_overlap(tones: Sequence[Tone]) -> list[Tone]:
    trimmed = []
    for tone, after in zip_longest(tones, tones[1:]):
        room = after.beat - tone.beat if after is not None else tone.length
        if room > SAME_BEAT:
            trimmed.append(Tone(tone.beat, min(tone.length, room), tone.pitch, tone.accent))
    return trimmed


def _bass_pitch(ground: Ground, voices: Sequence[Voices], index: int, token: str) -> int:
    root = voices[index][0]
    chord = ground.spans[index].chord
    if token == "8":
        pitch = root + 12
    elif token in ("5", "3", "L"):
        pitch = _chord_step(root, chord.root, chord.pitch_classes, token)
    elif token in ("S", "A"):
        following = voices[index + 1][0] if index + 1 < len(voices) else root
        up = following > root
        pitch = _between(root, following) if token == "S" else following + (-1 if up else 1)
    elif token.startswith("R-"):
        pitch = root - int(token[2:])
    else:
        pitch = root
    return within(pitch, *BASS_RANGE)


def _chord_step(bass: int, root: int, classes: Sequence[int], token: str) -> int:
    """Return the chord's third or fifth near the bass; the root over a chord's third or fifth.

    A bass beside the root, a seventh or a pedal, is not left: it would be heard as a wrong note.
    """
    if (bass - root) % 12 in (1, 2, 10, 11):
        return bass
    place = 1 if token == "3" else min(2, len(classes) - 1)
    wanted = classes[place] if bass % 12 == root else root
    return nearest(wanted, bass + (-4 if token == "L" else 4))


def _between(bass: int, following: int) -> int:
    if following == bass:
        return bass
    return bass + (2 if following > bass else -2)


def write_drone(ground: Ground, block: Block, *, above_bass: bool) -> list[Tone]:
    """Hold tonic and fifth of the key, struck anew every two bars."""
    low, high = HIGH_DRONE_RANGE if above_bass else DRONE_RANGE
    tonic = tonic_of(block.section)
    root = within(nearest(tonic, low + 4), low, high)
    tones: list[Tone] = []
    for first in block.bars[::2]:
        start = first.start
        end = min(first.start + 2 * (first.end - first.start), block.end)
        end = min(end, ground.sound_until(start))
        if end - start > SAME_BEAT and ground.span_at(start) is not None:
            tones += [Tone(start, end - start, p) for p in (root, root + 7)]
    return tones
