"""What is wanted of each note of a phrase: register, contour, peak, memory and how it ends."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from filmcomposer_core.composition.grid import GridBar
from filmcomposer_core.composition.hits import Note
from filmcomposer_core.composition.manner import Heard, Idea, Line, Manner
from filmcomposer_core.composition.outline import REGISTER
from filmcomposer_core.composition.outline_units import Phrase, Unit
from filmcomposer_core.composition.slots import Slot
from filmcomposer_core.composition.statement import states_tune
from filmcomposer_core.composition.tables import Style
from filmcomposer_core.composition.tune_form import stated_notes
from filmcomposer_core.composition.tune_lens import harmony_at, pitch_of
from filmcomposer_core.composition.tune_lines import HIGHEST, LOWEST

_MIDDLE: Final = 68.0
#: Semitones beyond the voice for which a tune does not change its octave.
_BEYOND: Final = 4
#: Semitones by which the highest note of a climax may be raised.
_REACH: Final = 5
#: A climax takes a tune up by an octave if no note goes further beyond the voice than this.
_SOARS: Final = 1
#: Semitones that a step of lift is worth.
_LIFT: Final = 1.7
#: Costs of scale degrees 1 to 7 at the end of a phrase.
_GOALS: Final[dict[str, tuple[float, ...]]] = {
    "home": (0.0, 60.0, 60.0, 60.0, 60.0, 60.0, 60.0),
    "open": (4.0, 1.0, 0.5, 5.0, 0.0, 5.0, 5.0),
    "close": (0.0, 4.5, 2.0, 6.0, 3.2, 6.0, 6.0),
    "half": (2.6, 0.0, 1.2, 3.0, 0.2, 3.5, 0.8),
    "lead": (2.0, 0.3, 1.5, 1.2, 0.0, 1.0, 0.2),
}
#: Functions that remember the first statement of the theme.
_REMEMBER: Final = ("aftermath", "button", "theme")
#: Units that begin on a note of the chord.
_STATED: Final = "MHAKF"
#: Functions that take the theme further each time, however often they come.
_ONWARD: Final = ("build", "climax")
#: A return goes to another octave if it lies this much less than one from where it should.
_STAYS: Final = 2.5
#: How much more a chord note is wanted in bars where an assessor missed them.
_OWN: Final = 3.0
#: Share of strong notes outside the chords from which a return seeks another place.
_MISFIT: Final = 0.4


def summit_of(
    phrases: Sequence[Phrase],
    grid: Sequence[GridBar],
    style: Style,
    ideas: Mapping[str, Idea],
    tonics: Mapping[str, int],
) -> tuple[int, float]:
    """Return the phrase that holds the highest note of the cue, and about how high that is.

    The climax has it; without one the end of the last build, else the last phrase of the theme.
    It stands above what the tunes of other phrases reach.
    """
    for function in ("climax", "build", "theme", ""):
        found = [i for i, p in enumerate(phrases) if function in ("", p.function)]
        if found:
            best = max(found, key=lambda i: (phrases[i].bars >= 2, phrases[i].bars, i))
            phrase = phrases[best]
            bars = grid[phrase.first : phrase.first + phrase.bars]
            tension = max(bar.tension for bar in bars)
            top = _MIDDLE + style.centre + REGISTER[phrase.function] + phrase.lift
            top += 3.0 * (tension - 0.4) + 0.55 * style.span
            tops = [_tune_top(p, grid, ideas, tonics) for i, p in enumerate(phrases) if i != best]
            own = _tune_top(phrase, grid, ideas, tonics)
            if own:
                # A tune reaches what it reaches, or a little more (see _raised).
                top = max(own, min(own + _REACH, max(tops, default=0.0) + 1.0))
            return best, min(float(HIGHEST) - 1.0, top)
    return 0, float(HIGHEST)


def phrase_slots(
    notes: Sequence[Note],
    phrase: Phrase,
    number: int,
    grid: Sequence[GridBar],
    manner: Manner,
    goal: str,
    rng: np.random.Generator,
) -> list[Slot]:
    """Return what each note of a phrase asks of its pitch.

    Parameters
    ----------
    notes : sequence of Note
        The rhythm of the phrase.
    phrase : Phrase
        Its units and the function of its section.
    number : int
        Its index among the phrases.
    grid : sequence of GridBar
        The planned bars.
    manner : Manner
        Style and motifs.
    goal : str
        How the phrase ends: ``home``, ``open``, ``close``, ``half`` or ``lead``.
    rng : numpy.random.Generator
        Draws the contours of free units.
    """
    style = manner.style
    origin = grid[0].number
    begin = grid[phrase.first].start
    length = max(1, grid[phrase.first + phrase.bars - 1].end - begin)
    base = manner.middles.get(phrase.motif, _MIDDLE + style.centre)
    base += REGISTER[phrase.function] + phrase.lift
    height = 0.4 * style.span
    bends = [_bend(unit, rng) for unit in phrase.units]
    sure = _tune_pitches(notes, phrase, grid, manner.tonics)
    slots: list[Slot] = []
    for i, note in enumerate(notes):
        bar = grid[note.bar - origin]
        if note.start >= bar.end and note.bar - origin + 1 < len(grid):
            bar = grid[note.bar - origin + 1]
        unit = phrase.units[note.unit]
        u = min(1.0, max(0.0, (note.start - begin) / length))
        rise = float(np.interp(u, (0.0, style.peak, 1.0), (-0.1, 0.8, -0.35)))
        ends_unit = i + 1 == len(notes) or notes[i + 1].unit != note.unit
        final = goal if i == len(notes) - 1 else ("half" if ends_unit and unit.kind == "h" else "")
        if phrase.goal == "home" and note.start >= grid[-1].start:
            final = goal
        elif i in sure:
            final = ""
        slots.append(
            Slot(
                start=note.start,
                length=note.length,
                strength=max(bar.strength(note.start), 0.6 if note.hit >= 7 else 0.0),
                harmony=bar.harmony_at(note.start),
                target=base
                + _LIFT * unit.lift
                + 5.0 * (bar.tension - 0.4)
                + manner.mend.lift.get(bar.number, 0.0)
                + height * (rise + _height_in(unit, note, grid, bends[note.unit])),
                bar=bar.number,
                step=note.step if i else None,
                firm=note.firm,
                lean=0 if final else note.lean,
                anchor=unit.kind in _STATED
                and not note.lean
                and (i == 0 or notes[i - 1].unit != note.unit or notes[i - 1].start < bar.start),
                goal=_GOALS[final] if final else (),
                hit=note.hit,
                own=_OWN if bar.number in manner.mend.own else 1.0,
                pitch=sure.get(i),
                sure=i in sure,
            )
        )
    summit = number == manner.summit
    if summit and sure:
        slots = _raised(slots, manner.top)
    return _with_peak(slots, notes, phrase, manner, summit=summit)


def _tune_pitches(
    notes: Sequence[Note], phrase: Phrase, grid: Sequence[GridBar], tonics: Mapping[str, int]
) -> dict[int, int]:
    """Return the pitches of the notes of a tune by their place; a climax takes it up an octave.

    ``tonics`` are the MIDI pitches of the home tonic by letter; other keys lie the short way.
    """
    raw: dict[int, int] = {}
    home = tonics.get(phrase.motif, 60)
    for i, note in enumerate(notes):
        if note.height is not None:
            harmony = harmony_at(grid, note.start)
            tonic = home + (harmony.tonic - home + 6) % 12 - 6
            scale = grid[note.bar - grid[0].number].scale
            raw[i] = pitch_of(note.height, tonic, scale, harmony)
    if not raw:
        return {}
    low, high = min(raw.values()), max(raw.values())
    octave = 12 * (phrase.function == "climax" and high + 12 <= HIGHEST + _SOARS)
    # A note or two beyond the voice give way; what lies further out goes to another octave.
    octave -= 12 * (high + octave > HIGHEST + _BEYOND) - 12 * (low + octave < LOWEST - _BEYOND)
    return {i: pitch + octave for i, pitch in raw.items()}


def _tune_top(
    phrase: Phrase,
    grid: Sequence[GridBar],
    ideas: Mapping[str, Idea],
    tonics: Mapping[str, int],
) -> float:
    """Return the highest pitch that the tune of a phrase asks for, 0 if it states none."""
    notes: list[Note] = []
    tune = ideas[phrase.motif].tune
    for unit in phrase.units:
        bars = grid[unit.first : unit.first + unit.bars]
        if unit.tune and tune and states_tune(unit, bars, ideas[phrase.motif]):
            for start, length, height in stated_notes(
                tune, unit.tune, per=bars[0].length // tune.lens.ticks
            ):
                tick = bars[0].start + start
                bar = next(bar.number for bar in bars if tick < bar.end)
                notes.append(Note(start=tick, length=length, bar=bar, height=height))
    found = _tune_pitches(notes, phrase, grid, tonics)
    return float(max(found.values(), default=0))


def _raised(slots: list[Slot], top: float) -> list[Slot]:
    """Let the highest note of a climax reach a note of its chord at the top of the cue."""
    peaks = [slot for slot in slots if slot.sure and slot.pitch is not None]
    peak = max(peaks, key=lambda slot: (slot.pitch or 0, slot.length, slot.strength))
    own = peak.harmony.chord.pitch_classes
    reach = range(math.ceil(top), min(HIGHEST, (peak.pitch or 0) + _REACH) + 1)
    higher = next((p for p in reach if p % 12 in own), None)
    if higher is None or (peak.pitch or 0) >= higher:
        return slots
    return [dataclasses.replace(s, pitch=higher) if s is peak else s for s in slots]


def _bend(unit: Unit, rng: np.random.Generator) -> tuple[float, float, float]:
    """Return the contour of a unit: answers stand higher, drives go up or down, closes fall."""
    if unit.kind == "K":
        choices = ((0.3, 1.0, 0.5), (0.9, 0.5, 0.2), (0.2, 0.6, 1.0))
    elif unit.kind == "d":
        choices = ((0.9, 0.6, 0.0), (0.0, 0.9, 0.3), (0.6, -0.3, 0.1))
    elif unit.kind in "eh":
        choices = ((0.3, 0.0, -0.3), (0.0, 0.2, -0.3), (-0.4, -0.3, 0.0))
    elif unit.kind == "D":
        choices = ((-0.6, 0.2, 1.0), (-0.8, 0.0, 0.8), (0.0, 0.4, 0.9))
    else:
        return (0.0, 0.0, 0.0)
    return choices[int(rng.integers(len(choices)))]


def _height_in(
    unit: Unit, note: Note, grid: Sequence[GridBar], bend: tuple[float, float, float]
) -> float:
    start, end = grid[unit.first].start, grid[unit.first + unit.bars - 1].end
    return float(np.interp((note.start - start) / (end - start), (0.0, 0.5, 1.0), bend))


def _with_peak(
    slots: list[Slot], notes: Sequence[Note], phrase: Phrase, manner: Manner, *, summit: bool
) -> list[Slot]:
    """Give a phrase one highest note, near the place that the style likes.

    The summit of the cue stays above all other phrases.
    """
    short = phrase.bars < 4 or len(slots) < 6
    under = manner.top - 1.0
    if not summit and (short or phrase.function == "build"):
        return [dataclasses.replace(slot, ceiling=under) for slot in slots]
    if len(slots) < 3:
        return slots
    late = max(manner.style.peak, 0.6) if summit else manner.style.peak
    place = (0.95 if phrase.function == "build" else late) * (len(slots) - 1)
    tops = _tops(notes)
    peak = min(
        range(len(slots) - 1),
        key=lambda i: (
            abs(i - place) / len(slots) * 4
            - slots[i].strength
            - slots[i].length / 400
            - (0.8 if i in tops else 0.0)
        ),
    )
    top = manner.top if summit else min(under, slots[peak].target + 0.3 * manner.style.span)
    own = slots[peak].harmony.chord.pitch_classes
    near = [p for p in range(round(top) - 3, round(top) + 3) if p % 12 in own and p <= HIGHEST]
    if not near:
        return slots
    ceiling = min(near, key=lambda p: abs(p - top))
    return [
        dataclasses.replace(slot, ceiling=ceiling, peak=i == peak, summit=summit and not short)
        for i, slot in enumerate(slots)
    ]


def _tops(notes: Sequence[Note]) -> set[int]:
    """Return the notes that are the highest of their unit by the steps that are asked."""
    best: dict[int, tuple[int, int]] = {}
    height = 0
    for i, note in enumerate(notes):
        fresh = i == 0 or notes[i - 1].unit != note.unit
        height = 0 if fresh or note.step is None else height + note.step
        if fresh or height > best[note.unit][0]:
            best[note.unit] = (height, i)
    return {i for _, i in best.values()}


def asked_pitches(
    notes: Sequence[Note],
    slots: Sequence[Slot],
    phrase: Phrase,
    grid: Sequence[GridBar],
    manner: Manner,
    heard: Heard,
    rng: np.random.Generator,
) -> list[Slot]:
    """Return the slots of a segment with the pitches that it brings back.

    A unit marked as a return takes those of the last statement in its phrase; a phrase that has
    been heard takes its own; other sections take the motif as it was first sung, in the octave
    where they lie.
    """
    out = list(slots)
    for index in dict.fromkeys(note.unit for note in notes):
        unit = phrase.units[index]
        if any(slots[i].sure for i, note in enumerate(notes) if note.unit == index):
            continue
        line = _remembered(unit, index, phrase, heard)
        if not line or rng.random() >= max(manner.same, 0.9 * (not unit.again)):
            continue
        start = grid[unit.first].start
        places = [i for i, note in enumerate(notes) if note.unit == index]
        if any(out[i].bar in manner.mend.fresh for i in places):
            continue
        known = {i: _moved(line[notes[i].start - start], out[i]) for i in places
                 if notes[i].start - start in line}  # fmt: skip
        if not known:
            continue
        gap = float(np.mean([out[i].target - pitch for i, pitch in known.items()]))
        octave = int(math.copysign(12 * ((abs(gap) + _STAYS) // 12), gap))
        if _misfit({i: pitch for i, pitch in known.items() if not out[i].lean}, out) > _MISFIT:
            continue
        for i, pitch in known.items():
            out[i] = dataclasses.replace(out[i], pitch=pitch + octave)
    return out


def _misfit(known: Mapping[int, int], slots: Sequence[Slot]) -> float:
    strong = [i for i in known if slots[i].strength >= 0.6]
    wrong = [i for i in strong if known[i] % 12 not in slots[i].harmony.chord.pitch_classes]
    return len(wrong) / max(1, len(strong))


def _remembered(unit: Unit, index: int, phrase: Phrase, heard: Heard) -> Line | None:
    if unit.again:
        before = [
            i for i in range(index) if phrase.units[i].kind in "MH" and not phrase.units[i].inverted
        ]
        return heard.lines.get((f"now {phrase.first}", before[-1])) if before else None
    own = heard.lines.get((phrase.name, index))
    if phrase.function in _ONWARD:
        return None
    if own is not None and not (unit.kind == "e" and phrase.goal == "home"):
        return own
    stated = unit.kind in "MH" and not unit.inverted and not unit.lift
    return heard.ideas.get(phrase.motif) if stated and phrase.function in _REMEMBER else None


def _moved(stored: tuple[int, int], slot: Slot) -> int:
    """Return a remembered pitch in the key of a slot, the short way."""
    pitch, tonic = stored
    return pitch + (slot.harmony.tonic - tonic + 6) % 12 - 6


def remember(
    notes: Sequence[Note],
    slots: Sequence[Slot],
    pitches: Sequence[int],
    phrase: Phrase,
    grid: Sequence[GridBar],
    heard: Heard,
) -> None:
    """Keep the pitches of a segment for later returns."""
    for note, slot, pitch in zip(notes, slots, pitches, strict=True):
        offset = note.start - grid[phrase.units[note.unit].first].start
        value = (pitch, slot.harmony.tonic)
        heard.lines.setdefault((f"now {phrase.first}", note.unit), {})[offset] = value
        unit = phrase.units[note.unit]
        if unit.kind in "MH" and not unit.inverted and not unit.lift:
            first = heard.ideas.setdefault(phrase.motif, {})
            first.setdefault(offset, value)
