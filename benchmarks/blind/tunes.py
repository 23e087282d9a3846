"""Themes and corpus tunes in one plain notation that does not tell where they are from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from filmcomposer_core.composition.grid import TICKS
from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.harmony import MODES, parse_pitch_class
from filmcomposer_core.contracts.plan import CuePlan, Section
from filmcomposer_core.contracts.score import Melody, Note
from filmcomposer_core.contracts.tempo import TempoMap, TempoPlan, TempoPoint
from filmcomposer_core.notation import abc_to_melody, melody_to_abc
from filmcomposer_core.timeline import Bar, Timeline
from tools.priors import tunes as priors

#: Sets of music21's corpus whose tunes are in the public domain, by the folder's name.
FREE = ("oneills1850", "ryansMammoth", "airdsAirs")
#: Beats are kept to this grain, so that no odd length tells of a machine's arithmetic.
_GRAIN = 1 / 12
_FOLK_MODES = ("ionian", "aeolian", "dorian", "mixolydian")
#: Tonics as keys are written, of modes with a major and a minor third.
_KEYS = (
    ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"),
    ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tune:
    """Some bars of one metre and key; ``notes`` are beat from the first bar, length and pitch."""

    name: str
    num: int
    den: int
    key: str
    mode: str
    bars: int
    notes: tuple[tuple[float, float, int], ...]

    @property
    def bar_beats(self) -> float:
        """Length of a bar in quarter notes."""
        return self.num * 4 / self.den


def theme_of(cue: Path, *, bars: int) -> Tune | None:
    """Return the first bars of a cue's theme that stand in one metre and key, while it is stated.

    Parameters
    ----------
    cue : Path
        A cue folder.
    bars : int
        At most so many, from the first phrase of a section called ``theme`` (else of any), until
        a section of another function.

    Returns
    -------
    Tune or None
        None if the cue has no four such bars.
    """
    plan: CuePlan = _read(cue / "plan.toml", CuePlan)
    tempo: TempoPlan = _read(cue / "tempo.json", TempoPlan)
    melody = abc_to_melody((cue / "melody.abc").read_text("utf-8"), where=str(cue / "melody.abc"))
    lines = _bars(tempo.map, plan)
    sung = {_bar_at(lines, note.beat) for note in melody.notes}
    for wanted in ("theme", "climax", ""):
        for section in plan.sections:
            first = next((n for n in _numbers(section) if n in sung), None)
            if first is None or (wanted and section.function != wanted):
                continue
            count = _alike(plan, lines, section, first, bars)
            if count >= 4:
                return _cut(cue.name, melody, lines, section, first, count)
    return None


def _read(path: Path, kind: Any) -> Any:
    read = codec.parse_toml if path.suffix == ".toml" else codec.parse_json
    return codec.build(kind, read(path.read_text("utf-8"), where=str(path)), where=str(path))


def _bars(tempo: TempoMap, plan: CuePlan) -> tuple[Bar, ...]:
    line, end_s = Timeline(tempo.points), 60.0
    while len(found := line.bars_until(end_s)) <= plan.last_bar:
        end_s *= 2
    return found


def _bar_at(lines: tuple[Bar, ...], beat: float) -> int:
    return max(bar.number for bar in lines if bar.start_beat <= beat + 1e-6)


def _numbers(section: Section) -> range:
    return range(section.start, section.start + section.bars)


def _alike(plan: CuePlan, lines: tuple[Bar, ...], section: Section, first: int, most: int) -> int:
    """Return how many bars from one on have its metre and its section's key and function."""
    head, count = lines[first - 1], 0
    for number in range(first, min(plan.last_bar, first + most - 1) + 1):
        here = next(s for s in plan.sections if number in _numbers(s))
        bar = lines[number - 1]
        same = (bar.num, bar.den) == (head.num, head.den)
        told = (here.key, here.mode, here.function)
        if not same or here.silence or told != (section.key, section.mode, section.function):
            break
        count += 1
    return count


def _cut(
    name: str, melody: Melody, lines: tuple[Bar, ...], section: Section, first: int, count: int
) -> Tune:
    start, end = lines[first - 1].start_beat, lines[first - 1 + count].start_beat
    notes = [
        (note.beat - start, min(note.end, end) - note.beat, note.pitch)
        for note in melody.notes
        if start - 1e-6 <= note.beat < end - 1e-6
    ]
    head = lines[first - 1]
    return Tune(
        name=name,
        num=head.num,
        den=head.den,
        key=section.key,
        mode=section.mode,
        bars=count,
        notes=tuple(notes),
    )


def corpus_tunes(*, num: int, den: int, bars: int, rng: np.random.Generator) -> Iterator[Tune]:
    """Yield first bars of public-domain tunes of a metre, in random order.

    Parameters
    ----------
    num, den : int
        The metre.
    bars : int
        How many; shorter tunes are passed over.
    rng : Generator
    """
    fits = [
        tune
        for tune in _corpus()
        if (tune.num, tune.den) == (num, den) and tune.bars >= bars and not tune.odd
    ]
    for index in rng.permutation(len(fits)):
        tune = _corpus_tune(fits[index], bars)
        if tune is not None:
            yield tune


@cache
def _corpus() -> tuple[priors.Tune, ...]:
    return tuple(priors.read_tunes(FREE))


def _corpus_tune(tune: priors.Tune, bars: int) -> Tune | None:
    """Return the first bars of a tune; None where its notes are of no common mode."""
    tonics = Counter(note.pitch % 12 for note in tune.notes if note.height % 7 == 0)
    if not tonics:
        return None
    tonic = tonics.most_common(1)[0][0]
    weights: Counter[int] = Counter()
    for note in tune.notes:
        weights[(note.pitch - tonic) % 12] += note.length
    outside = {mode: sum(weights[step] for step in range(12) if step not in MODES[mode])
               for mode in _FOLK_MODES}  # fmt: skip
    mode = min(_FOLK_MODES, key=lambda name: outside[name])
    beats = tune.bar_ticks / TICKS
    return Tune(
        name=tune.title,
        num=tune.num,
        den=tune.den,
        key=_KEYS[mode in ("aeolian", "dorian")][tonic],
        mode=mode,
        bars=bars,
        notes=tuple(
            ((note.bar - 1) * beats + note.offset / TICKS, note.length / TICKS, note.pitch)
            for note in tune.notes
            if 1 <= note.bar <= bars
        ),
    )


def first_bars(tune: Tune, bars: int) -> Tune:
    """Return the beginning of a tune."""
    end = bars * tune.bar_beats
    kept = [(b, min(length, end - b), pitch) for b, length, pitch in tune.notes if b < end - 1e-6]
    return replace(tune, bars=bars, notes=tuple(kept))


def distance(one: Tune, other: Tune) -> float:
    """Return how unlike two tunes are in density, kind of third and range."""
    density = abs(np.log2(len(one.notes) / one.bars) - np.log2(len(other.notes) / other.bars))
    kind = (3 in MODES[one.mode]) != (3 in MODES[other.mode])
    spans = [max(row[2] for row in t.notes) - min(row[2] for row in t.notes) for t in (one, other)]
    return float(density + kind + abs(spans[0] - spans[1]) / 12)


def plain_abc(tune: Tune) -> str:
    """Return a tune on D as ABC without title, chords, dynamics, comments and breaths."""
    tune = _without_breaths(_on_d(tune))
    section = Section(
        id="A",
        start=1,
        bars=tune.bars,
        function="theme",
        tension=0.5,
        dynamic="mf",
        key=tune.key,
        mode=tune.mode,
        chords=" | ".join(["N.C."] * tune.bars),
        texture="melody",
    )
    plan = CuePlan(
        idiom="title",
        blend="null",
        ending="cadence",
        sections=(section,),
        bar_tension=(0.5,) * tune.bars,
    )
    point = TempoPoint(time_s=0.0, bpm=100.0, num=tune.num, den=tune.den, ramp=False)
    tempo = TempoMap(rank=1, kind="given", first_bar=1, cost=0.0, points=(point,), hits=())
    melody = Melody(notes=tuple(_note(row) for row in tune.notes))
    text = melody_to_abc(melody, tempo_map=tempo, plan=plan, title="")
    text = re.sub(r'"[^"]*"|![a-z]+!', "", text)
    kept = [line for line in text.splitlines() if not line.startswith(("X:", "T:", "%"))]
    return "\n".join(kept) + "\n"


def _on_d(tune: Tune) -> Tune:
    """Move a tune to D major or minor the short way: tonics and names of modes tell whose it is."""
    up = (2 - parse_pitch_class(tune.key) + 6) % 12 - 6
    moved = tuple((beat, length, pitch + up) for beat, length, pitch in tune.notes)
    mode = "aeolian" if 3 in MODES[tune.mode] else "ionian"
    return replace(tune, key="D", mode=mode, notes=moved)


def _without_breaths(tune: Tune) -> Tune:
    """Hold notes over rests of a beat and less: ours write where to breathe, old tunes do not."""
    after = [*(beat for beat, _, _ in tune.notes[1:]), tune.bars * tune.bar_beats]
    notes = tuple(
        (beat, end - beat if end - beat - length <= 1.0 else length, pitch)
        for (beat, length, pitch), end in zip(tune.notes, after, strict=True)
    )
    return replace(tune, notes=notes)


def _note(row: tuple[float, float, int]) -> Note:
    beat, length, pitch = row
    start, end = round(beat / _GRAIN), round((beat + length) / _GRAIN)
    length = max(1, end - start) * _GRAIN
    return Note(beat=start * _GRAIN, length=length, pitch=pitch, velocity=80)
