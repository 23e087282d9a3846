"""From the notes of a plan to samples: when each is sent, how long it is held, how loud it swells.

Everything is worked out in seconds by the tempo map, so the synthesiser sees no tempo at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from filmcomposer_core.contracts.daw_plan import EnvelopePoint, MidiItemOp, Sound
from filmcomposer_core.contracts.score import Controller
from filmcomposer_core.render.midi_bytes import SAMPLE_RATE, SynthControl, SynthNote
from filmcomposer_core.timeline import Timeline

#: A note is struck again after this time, so that no block of sound grows without end.
LONGEST_NOTE_S = 90.0
_SHORTEST_SAMPLES = 64
#: A controller that jumps moves within this time, so that it does not click.
_STEP_S = 0.008
_RAMP_STEP_S = 0.02
VOLUME, EXPRESSION, PEDAL = 7, 11, 64
#: Dealt with here, or not meant for the synthesiser: banks, pan, sends, channel modes.
_NOT_SENT = {0, 6, VOLUME, 10, EXPRESSION, 32, 38, PEDAL, 91, 93, 98, 99, 100, 101}


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """An item in samples; channels are those of the plan.

    ``swell`` holds the gain that expression and volume controllers ask for, by time.
    """

    sounds: tuple[Sound, ...]
    notes: tuple[SynthNote, ...]
    controls: tuple[SynthControl, ...]
    swell: tuple[EnvelopePoint, ...]
    struck_again: int


def perform(item: MidiItemOp, *, timeline: Timeline, length: int) -> Performance:
    """Return an item as it is played.

    Parameters
    ----------
    item : MidiItemOp
        Notes and controllers in beats.
    timeline : Timeline
        The tempo map.
    length : int
        Samples of the cue; notes that begin later are left out.
    """
    channels = {sound.channel for sound in item.sounds}
    pedal = _pedal(item.controllers, timeline)
    notes: list[SynthNote] = []
    for note in item.notes:
        if note.channel not in channels:
            continue
        start_s, end_s = timeline.time_at(note.beat), timeline.time_at(note.beat + note.length)
        end_s = next((up for down, up in pedal if down <= end_s < up), end_s)
        start = max(0, round(start_s * SAMPLE_RATE))
        if start < length:
            end = max(start + _SHORTEST_SAMPLES, round(end_s * SAMPLE_RATE))
            notes.append(
                SynthNote(
                    start=start,
                    end=end,
                    key=note.pitch,
                    velocity=note.velocity,
                    channel=note.channel,
                )
            )
    shorter = [piece for note in notes for piece in _struck_again(note)]
    return Performance(
        sounds=item.sounds,
        notes=tuple(sorted(shorter, key=lambda n: (n.start, n.channel, n.key))),
        controls=tuple(_controls(item, timeline)),
        swell=_swell(item.controllers, timeline),
        struck_again=len(shorter) - len(notes),
    )


def _pedal(controllers: Sequence[Controller], timeline: Timeline) -> list[tuple[float, float]]:
    """Return the stretches in seconds during which the pedal is down."""
    stretches: list[tuple[float, float]] = []
    down_s: float | None = None
    for item in sorted((c for c in controllers if c.number == PEDAL), key=lambda c: c.beat):
        time_s = timeline.time_at(item.beat)
        if item.value >= 64 and down_s is None:
            down_s = time_s
        elif item.value < 64 and down_s is not None:
            stretches.append((down_s, time_s))
            down_s = None
    # A pedal that is never lifted holds nothing: it would hold to the end of the film.
    return stretches


def without_overlap(notes: Sequence[SynthNote]) -> list[SynthNote]:
    """End each note where its key is struck again: one note-off would end both.

    Parameters
    ----------
    notes : sequence of SynthNote
        In any order.

    Returns
    -------
    list of SynthNote
        In order of time; of two notes at once on the same key the longer one.
    """
    kept: list[SynthNote] = []
    last: dict[tuple[int, int], int] = {}
    for note in sorted(notes, key=lambda n: (n.start, n.channel, n.key, -n.end, -n.velocity)):
        before = last.get((note.channel, note.key))
        if before is not None and kept[before].end > note.start:
            if kept[before].start == note.start:
                continue
            kept[before] = replace(kept[before], end=note.start)
        last[note.channel, note.key] = len(kept)
        kept.append(note)
    return kept


def _struck_again(note: SynthNote) -> list[SynthNote]:
    most = round(LONGEST_NOTE_S * SAMPLE_RATE)
    if note.end - note.start <= most:
        return [note]
    starts = range(note.start, note.end, most)
    return [replace(note, start=at, end=min(at + most, note.end)) for at in starts]


def _controls(item: MidiItemOp, timeline: Timeline) -> list[SynthControl]:
    """Return the controllers that shape the sound itself (vibrato …), ramps in small steps."""
    found: list[SynthControl] = []
    for number in sorted({c.number for c in item.controllers} - _NOT_SENT):
        own = sorted((c for c in item.controllers if c.number == number), key=lambda c: c.beat)
        points = [(timeline.time_at(c.beat), c.value, c.ramp) for c in own]
        for here, after in zip(points, [*points[1:], (points[-1][0], 0, False)], strict=True):
            steps = max(1, int((after[0] - here[0]) / _RAMP_STEP_S)) if here[2] else 1
            for step in range(steps):
                time_s = here[0] + (after[0] - here[0]) * step / steps
                value = round(here[1] + (after[1] - here[1]) * step / steps)
                at = max(0, round(time_s * SAMPLE_RATE))
                found += [
                    SynthControl(at=at, channel=s.channel, number=number, value=value)
                    for s in item.sounds
                ]
    return found


def _swell(controllers: Sequence[Controller], timeline: Timeline) -> tuple[EnvelopePoint, ...]:
    """Return the gain by expression and volume; players square both, as 40 log10(value / 127).

    It is applied in float after the synthesiser, which so keeps its full resolution.
    """
    curves = []
    for number in (VOLUME, EXPRESSION):
        own = sorted((c for c in controllers if c.number == number), key=lambda c: c.beat)
        if own:
            curves.append(_curve([(timeline.time_at(c.beat), c.value, c.ramp) for c in own]))
    if not curves:
        return ()
    times = np.unique(np.concatenate([[time_s for time_s, _ in curve] for curve in curves]))
    gains = np.ones(len(times))
    for curve in curves:
        values = np.interp(times, [time_s for time_s, _ in curve], [v for _, v in curve])
        gains *= (values / 127.0) ** 2
    return tuple(
        EnvelopePoint(time_s=float(time_s), value=float(gain))
        for time_s, gain in zip(times, gains, strict=True)
    )


def _curve(steps: Sequence[tuple[float, int, bool]]) -> list[tuple[float, float]]:
    """Return straight lines for jumps and ramps; ramps are cut fine, for gain is their square."""
    line: list[tuple[float, float]] = []
    for index, (time_s, value, ramp) in enumerate(steps):
        if line and line[-1][1] != value:
            # A jump: hold, then move within a few milliseconds.
            line.append((time_s, line[-1][1]))
        after = steps[index + 1] if index + 1 < len(steps) else None
        line.append((time_s + _STEP_S if line else time_s, float(value)))
        if after is not None and after[0] - time_s <= 2 * _STEP_S:
            line[-1] = (time_s + 0.25 * (after[0] - time_s), float(value))
        if ramp and after is not None and after[0] > line[-1][0]:
            start_s, span_s = line[-1][0], after[0] - line[-1][0]
            count = max(1, min(64, int(span_s / _RAMP_STEP_S)))
            line += [
                (start_s + span_s * k / count, value + (after[1] - value) * k / count)
                for k in range(1, count + 1)
            ]
    return line
