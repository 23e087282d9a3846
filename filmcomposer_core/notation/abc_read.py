"""A theme from ABC text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from filmcomposer_core.contracts.score import Melody, Note
from filmcomposer_core.notation.abc_events import (
    BarLine,
    Event,
    Meter,
    PhraseStart,
    Sound,
    refuse,
)
from filmcomposer_core.notation.abc_music import read_line
from filmcomposer_core.notation.abc_repeats import without_repeats
from filmcomposer_core.notation.abc_scan import Scan, music_lines
from filmcomposer_core.notation.velocities import DEFAULT_DYNAMIC, metric_velocity


@dataclass(slots=True, kw_only=True)
class _Measure:
    """The sounds between two bar lines."""

    meter: Meter
    sounds: list[Sound] = field(default_factory=list)
    phrase: bool = False
    joins_next: bool = False

    @property
    def beats(self) -> Fraction:
        return sum((sound.beats for sound in self.sounds), Fraction(0))


def abc_to_melody(text: str, *, where: str) -> Melody:
    """Read a theme from ABC.

    Parameters
    ----------
    text : str
        One tune with one voice. Understood are notes, accidentals, rests (z x Z X), ties, slurs,
        tuplets, broken rhythm, bar lines, repeats and endings (written out), the fields of header
        and line, dynamics, and comments. Chord symbols, grace notes, lyrics, decorations and Q:
        are passed over; of a chord in brackets the highest note is taken.
    where : str
        Name of the file, for messages.

    Returns
    -------
    Melody
        In beats from bar 1, exact. A short first bar is an upbeat and ends at bar 2. Velocities
        come from dynamic marks (``!mf!`` at first) and the place in the bar.

    Raises
    ------
    InputError
        Naming line and column of anything else, of a bar that its metre does not fit, and of a
        tie to another pitch.
    """
    scan = Scan(where=where)
    for number, line in music_lines(text, scan):
        read_line(scan, line, number)
    if scan.broken is not None and scan.last is not None:
        refuse(where, scan.last.place, "a broken rhythm (> or <) without a note after it")
    measures = _measures(without_repeats(scan.events, where=where))
    return _place(measures, where=where)


def _measures(events: Iterable[Event]) -> list[_Measure]:
    measures: list[_Measure] = []
    now = _Measure(meter=Meter(num=0, den=1))
    for event in events:
        if isinstance(event, Meter):
            now.meter = event
        elif isinstance(event, PhraseStart):
            now.phrase = True
        elif isinstance(event, Sound):
            now.sounds.append(event)
        elif now.sounds:
            now.joins_next = _splits_bar(event)
            measures.append(now)
            now = _Measure(meter=now.meter)
        elif measures:
            measures[-1].joins_next |= _splits_bar(event)
    if now.sounds:
        measures.append(now)
    return _joined(measures)


def _splits_bar(line: BarLine) -> bool:
    """Whether a bar may go on behind this line: repeat signs and double bars stand anywhere."""
    return line.heavy or line.repeat_end or line.repeat_start or bool(line.endings)


def _joined(measures: list[_Measure]) -> list[_Measure]:
    """Join the parts of a bar: two that make it full, or any that a double bar or repeat parts."""
    joined: list[_Measure] = []
    for measure in measures:
        before = joined[-1] if len(joined) > 1 else None
        full = measure.meter.beats
        short = before is not None and before.meter == measure.meter and before.beats < full
        total = measure.beats + (before.beats if before else 0)
        fits = total == full or (before is not None and before.joins_next and total < full)
        if before and short and fits:
            before.sounds += measure.sounds
            before.joins_next = measure.joins_next
        else:
            joined.append(measure)
    return joined


def _place(measures: list[_Measure], *, where: str) -> Melody:
    notes: list[Note] = []
    starts: list[int] = []
    held: Sound | None = None
    begin = now = Fraction(0)
    for number, measure in enumerate(measures, start=1):
        lead = _checked_lead(measure, number=number, last=len(measures), where=where)
        bar_start = now
        now += lead
        if measure.phrase:
            starts.append(number)
        for sound in measure.sounds:
            if held is not None and sound.pitch != held.pitch:
                refuse(where, held.place, "a tie to another pitch or to a rest", "Write a slur ().")
            if held is None:
                begin, first, place = now, sound, now - bar_start
            now += sound.beats
            held = sound if sound.tied else None
            if held is None and sound.pitch is not None:
                notes.append(_note(first, begin=begin, end=now, place=place, meter=measure.meter))
    if held is not None:
        refuse(where, held.place, "a tie that leads nowhere", "Remove it.")
    return Melody(notes=tuple(notes), phrase_starts=tuple(starts))


def _checked_lead(measure: _Measure, *, number: int, last: int, where: str) -> Fraction:
    """Return the silence before an upbeat; refuse a bar that is too long or too short."""
    full, beats = measure.meter.beats, measure.beats
    if not full or beats == full:
        return Fraction(0)
    if beats < full and number == 1 and last > 1:
        return full - beats
    if beats > full or number < last:
        num, den = measure.meter.num, measure.meter.den
        counted = _number(beats * den / 4)
        fault = f"bar {number} holds {counted} of {num} beats of 1/{den}"
        refuse(where, measure.sounds[0].place, fault, "Lengthen or shorten it, or change [M:].")
    return Fraction(0)


def _number(value: Fraction) -> str:
    whole = value.numerator // value.denominator
    rest = value - whole
    if not rest:
        return str(whole)
    return f"{whole} {rest}" if whole else str(rest)


def _note(sound: Sound, *, begin: Fraction, end: Fraction, place: Fraction, meter: Meter) -> Note:
    dynamic = sound.dynamic or DEFAULT_DYNAMIC
    return Note(
        beat=float(begin),
        length=float(end - begin),
        pitch=sound.pitch if sound.pitch is not None else 0,
        velocity=metric_velocity(dynamic, place=place, num=meter.num, den=meter.den),
    )
