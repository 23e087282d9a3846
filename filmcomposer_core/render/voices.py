"""The voices of a part: one sound each, played block by block with tails carried over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np

from filmcomposer_core.contracts.daw_plan import EnvelopePoint
from filmcomposer_core.contracts.daw_plan import Sound as PlannedSound
from filmcomposer_core.render.attacks import sent_early
from filmcomposer_core.render.levels import LevelScale, level_trim
from filmcomposer_core.render.midi_bytes import SAMPLE_RATE, SynthControl, SynthNote, SynthScore
from filmcomposer_core.render.performance import LONGEST_NOTE_S, Performance, without_overlap
from filmcomposer_core.render.session import PartPlan
from filmcomposer_core.render.soundfont import Preset, Soundfont, nearest_preset, preset_name
from filmcomposer_core.render.soundfont_cut import CutFont, PlayedPreset, cut_soundfont
from filmcomposer_core.render.synth import Sound, Synth

#: Synthesisers work in steps of so many samples; a rendering begins on a step of the whole cue.
_GRID = 64
_AFTER_S = 0.1
#: Notes that begin within such a stretch are rendered together, whatever the blocks of the mixer.
_STRETCH = 40 * SAMPLE_RATE
_TEST_VELOCITY = 100
_Event = TypeVar("_Event", SynthNote, SynthControl)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One sound of a part, its notes on channel 0, and what happens to it before the mixer."""

    preset: Preset
    lowpass_hz: float
    highpass_hz: float
    gain: float
    font: CutFont
    notes: tuple[SynthNote, ...]
    controls: tuple[SynthControl, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartVoices:
    """The voices of a part, its swell, and remarks."""

    voices: tuple[Voice, ...]
    swell: tuple[EnvelopePoint, ...]
    notes: tuple[str, ...]


@dataclass(slots=True)
class _Gathered:
    notes: list[SynthNote] = field(default_factory=list)
    controls: list[SynthControl] = field(default_factory=list)


def part_voices(
    part: PartPlan,
    items: Sequence[Performance],
    *,
    font: Soundfont,
    synth: Synth,
    scale: LevelScale,
) -> PartVoices:
    """Prepare the sounds of a part.

    Parameters
    ----------
    part : PartPlan
        The part.
    items : sequence of Performance
        What it plays.
    font, synth : Soundfont, Synth
        What it is played with.
    scale : LevelScale
        The level that sounds are brought to.
    """
    remarks: list[str] = []
    found: dict[tuple[Preset, PlannedSound], _Gathered] = {}
    for item in items:
        for sound in item.sounds:
            wanted = (sound.bank, sound.program)
            preset = nearest_preset(font, wanted)
            if preset != wanted:
                remarks.append(_stand_in(part, wanted, preset, font))
            gathered = found.setdefault((preset, replace(sound, channel=0)), _Gathered())
            gathered.notes += _of_channel(item.notes, sound.channel)
            gathered.controls += _of_channel(item.controls, sound.channel)
    unheard = {c.number for item in items for c in item.controls} & synth.deaf_to
    remarks += [f"{part.name}: {synth.name} ignores controller {n}." for n in sorted(unheard)]
    if any(item.struck_again for item in items):
        remarks.append(f"{part.name}: notes longer than {LONGEST_NOTE_S:g} s are struck again.")
    voices = [
        voice
        for (preset, sound), gathered in found.items()
        if gathered.notes
        for voice in _voice(
            preset, sound, gathered, part=part, font=font, synth=synth, scale=scale, remarks=remarks
        )
    ]
    swell = tuple(sorted((p for item in items for p in item.swell), key=lambda p: p.time_s))
    return PartVoices(voices=tuple(voices), swell=swell, notes=tuple(dict.fromkeys(remarks)))


def _of_channel(events: Sequence[_Event], channel: int) -> Iterator[_Event]:
    return (replace(event, channel=0) for event in events if event.channel == channel)


def _stand_in(part: PartPlan, wanted: Preset, preset: Preset, font: Soundfont) -> str:
    return (
        f"{part.name}: the soundfont has no preset {wanted[0]}:{wanted[1]}; "
        f"{preset[0]}:{preset[1]} ({preset_name(font, preset)}) stands in."
    )


def _voice(
    preset: Preset,
    sound: PlannedSound,
    gathered: _Gathered,
    *,
    part: PartPlan,
    font: Soundfont,
    synth: Synth,
    scale: LevelScale,
    remarks: list[str],
) -> Iterator[Voice]:
    """Yield the voice of a sound, or only a remark where the font is mute on all its keys."""
    notes = sorted(gathered.notes, key=lambda n: (n.start, n.key))
    cut = _cut(font, preset, notes, synth=synth)
    mute = {key for _, key in cut.mute_keys}
    heard = [note for note in notes if note.key not in mute]
    if mute:
        remarks.append(
            f"{part.name}: {preset_name(font, preset)} has no sound on the keys "
            f"{', '.join(map(str, sorted(mute)))}; {len(notes) - len(heard)} of {len(notes)} "
            "notes are not heard."
        )
    if not heard:
        return
    keys = sorted(note.key for note in heard)
    sent = without_overlap(
        sent_early(heard, attack_ms=sound.attack_ms, cut=cut, velocity=_TEST_VELOCITY, synth=synth)
    )
    trim_db = sound.trim_db + level_trim(
        cut,
        key=keys[len(keys) // 2],
        velocity=_TEST_VELOCITY,
        synth=synth,
        scale=scale,
        width=part.width,
    )
    yield Voice(
        preset=preset,
        lowpass_hz=sound.lowpass_hz,
        highpass_hz=sound.highpass_hz,
        gain=10.0 ** ((trim_db - cut.loud_db) / 20.0),
        font=cut,
        notes=tuple(sent),
        controls=tuple(sorted(gathered.controls, key=lambda c: (c.at, c.number))),
    )


def _cut(font: Soundfont, preset: Preset, notes: Sequence[SynthNote], *, synth: Synth) -> CutFont:
    played = PlayedPreset(
        preset=preset,
        keys=tuple(sorted({n.key for n in notes})),
        velocities=tuple(sorted({n.velocity for n in notes} | {_TEST_VELOCITY})),
    )
    return cut_soundfont(font, [played], law=synth.law)


class VoicePlayer:
    """Plays a voice in blocks that follow one another.

    The notes that begin in a stretch are rendered to their end, and what is rendered beyond a
    block is kept for the next ones, so no note is cut or started twice.
    """

    def __init__(self, voice: Voice, synth: Synth) -> None:
        self._voice = voice
        self._synth = synth
        self._next = 0
        self._rendered = 0
        self._ahead = np.zeros((0, 2), np.float32)

    def __call__(self, start: int, count: int) -> Sound:
        """Return the sound of a block.

        Parameters
        ----------
        start, count : int
            First sample and number of samples; blocks follow one another from 0.

        Returns
        -------
        ndarray, shape (count, 2), float32
            As the synthesiser gives it.
        """
        while self._rendered < start + count:
            self._render_stretch(start)
        block = np.zeros((count, 2), np.float32)
        ready = self._ahead[:count]
        block[: len(ready)] = ready
        self._ahead = self._ahead[count:]
        return block

    def _render_stretch(self, start: int) -> None:
        """Render the next stretch and add it to what lies ahead of a sample."""
        notes = self._voice.notes
        first = self._next
        self._rendered += _STRETCH
        while self._next < len(notes) and notes[self._next].start < self._rendered:
            self._next += 1
        if self._next == first:
            return
        at, played = self._play(notes[first : self._next])
        ahead = np.zeros((max(len(self._ahead), at - start + len(played)), 2), np.float32)
        ahead[: len(self._ahead)] = self._ahead
        ahead[at - start :][: len(played)] += played
        self._ahead = ahead

    def _play(self, notes: Sequence[SynthNote]) -> tuple[int, Sound]:
        begin = notes[0].start // _GRID * _GRID
        after = round((self._voice.font.release_s + _AFTER_S) * SAMPLE_RATE)
        length = max(note.end for note in notes) - begin + after
        score = SynthScore(
            length=length,
            presets={0: 0},
            notes=tuple(replace(n, start=n.start - begin, end=n.end - begin) for n in notes),
            controls=tuple(_controls(self._voice.controls, begin, begin + length)),
        )
        return begin, self._synth.play(self._voice.font.data, score)


def _controls(controls: Sequence[SynthControl], begin: int, end: int) -> Iterator[SynthControl]:
    """Return the controls of a stretch, those that hold at its beginning included."""
    held: dict[int, SynthControl] = {}
    for control in controls:
        if control.at < begin:
            held[control.number] = control
    yield from (replace(control, at=0) for control in held.values())
    yield from (replace(c, at=c.at - begin) for c in controls if begin <= c.at < end)
