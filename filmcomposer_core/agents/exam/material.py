"""The music and the picture of a written case, in the forms that the stages hand on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from filmcomposer_core.agents.exam.picture import (
    describe_case,
    end_of,
    lay_tempo,
    motion_of,
    moving_picture,
)
from filmcomposer_core.contracts.clip import Analysis, Curves
from filmcomposer_core.contracts.description import Description
from filmcomposer_core.contracts.harmony import parse_pitch_class
from filmcomposer_core.contracts.plan import CuePlan, Section
from filmcomposer_core.contracts.scheme import MeasureScheme, Scheme, TrackScheme
from filmcomposer_core.contracts.score import Measure, Melody, Note, Part, Score
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.contracts.tempo import TempoMap
from filmcomposer_core.notation import abc_to_melody
from filmcomposer_core.planning.tension import bar_means, picture_tension
from filmcomposer_core.timeline import Bar, Timeline

_ABC_MODES: Final = {
    "ionian": "", "aeolian": "m", "harmonic minor": "m", "dorian": "Dor", "phrygian": "Phr",
    "lydian": "Lyd", "mixolydian": "Mix", "locrian": "Loc",
}  # fmt: skip
_NOTE: Final = re.compile(r"^([A-G][b#]?)(-?\d)$")
_KNOWN: Final = {
    "key", "mode", "meter", "unit", "tune", "chords", "moved", "bpm", "tempi", "motion", "brief",
    "idiom", "texture", "dynamic", "parts", "view", "tension",
    "told",
}  # fmt: skip
_PART: Final = {
    "id", "role", "instrument", "technique", "theme", "octave", "held", "struck", "abc", "velocity",
    "level", "pan", "reverb",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What the stages hand to assessment, arrangement and mix."""

    analysis: Analysis
    curves: Curves
    description: Description
    tempo_map: TempoMap
    spots: tuple[Spot, ...]
    plan: CuePlan
    melody: Melody
    abc: str
    score: Score | None
    scheme: Scheme | None

    @property
    def duration_s(self) -> float:
        """Length of the picture in seconds."""
        return self.analysis.clip.duration_s


def material(given: Mapping[str, Any]) -> Material:
    """Make music and picture of a case.

    Parameters
    ----------
    given : mapping
        ``key``, ``mode``, ``meter``, ``unit`` and ``tune`` (ABC without its header), ``chords`` (a
        cell for each bar); ``moved`` moves bars of the tune by semitones. ``bpm``, or ``tempi`` by
        bar. ``motion`` of the picture by bar in picture widths a second, ``told`` in words;
        ``brief``, ``idiom``, ``view``; ``tension`` by bar where it is not to be taken from the
        picture, ``dynamic`` and ``texture`` of the plan. ``parts`` are tables of :func:`_part`.

    Returns
    -------
    Material

    Raises
    ------
    ValueError
        Naming what is unknown or does not fit.
    """
    unknown = set(given) - _KNOWN
    if unknown:
        msg = f"given: {', '.join(sorted(unknown))} is unknown"
        raise ValueError(msg)
    bars = len(str(given["chords"]).split("|"))
    tempo_map = lay_tempo(given, bars)
    timeline = Timeline(tempo_map.points)
    end_s = end_of(timeline, tempo_map, bars)
    grid = timeline.bars_until(end_s)
    analysis, curves = moving_picture(motion_of(given, bars), [bar.start_s for bar in grid], end_s)
    description = describe_case(given, analysis, curves)
    tension = bar_means(picture_tension(analysis, curves, description), grid, end_s)
    plan = _plan(given, description, tension.tolist(), bars)
    melody = _melody(given, grid)
    score = _score(given, melody, grid, plan) if given.get("parts") else None
    return Material(
        analysis=analysis,
        curves=curves,
        description=description,
        tempo_map=tempo_map,
        spots=(),
        plan=plan,
        melody=melody,
        abc=abc_text(given, str(given["tune"])),
        score=score,
        scheme=None if score is None else _scheme(given, score),
    )


def _plan(
    given: Mapping[str, Any], description: Description, tension: Sequence[float], bars: int
) -> CuePlan:
    by_bar = [float(value) for value in given.get("tension", tension)]
    roles = dict.fromkeys(part["role"] for part in given.get("parts", ()))
    section = Section(
        id="A",
        start=1,
        bars=bars,
        function="theme",
        tension=float(np.mean(by_bar)),
        dynamic=str(given.get("dynamic", "mf")),
        key=str(given["key"]),
        mode=str(given["mode"]),
        chords=str(given["chords"]),
        texture=str(given.get("texture", "+".join(roles) or "melody+pad+bass")),
    )
    return CuePlan(
        idiom=description.music.genre.value,
        blend=description.music.second_genre.value,
        ending="cadence",
        sections=(section,),
        bar_tension=tuple(min(1.0, max(0.0, value)) for value in by_bar),
    )


def _melody(given: Mapping[str, Any], grid: Sequence[Bar]) -> Melody:
    found = _read_abc(given, str(given["tune"]))
    moved = {int(bar): int(by) for bar, by in given.get("moved", {}).items()}
    starts = [bar.start_beat for bar in grid]
    notes = []
    for note in found.notes:
        bar = int(np.searchsorted(starts, note.beat + 1e-6, side="right"))
        notes.append(replace(note, pitch=note.pitch + moved.get(bar, 0)))
    return Melody(notes=tuple(notes))


def _read_abc(given: Mapping[str, Any], body: str) -> Melody:
    return abc_to_melody(abc_text(given, body), where="the case's ABC")


def abc_text(given: Mapping[str, Any], body: str) -> str:
    """Return a line of a case as ABC with its header."""
    key = f"{given['key']}{_ABC_MODES[str(given['mode'])]}"
    return f"X:1\nM:{given.get('meter', '4/4')}\nL:{given.get('unit', '1/8')}\nK:{key}\n{body}\n"


def _score(given: Mapping[str, Any], melody: Melody, grid: Sequence[Bar], plan: CuePlan) -> Score:
    dynamic = plan.sections[0].dynamic
    measures = tuple(
        Measure(number=b.number, beat=b.start_beat, num=b.num, den=b.den, dynamic=dynamic)
        for b in grid
    )
    return Score(
        measures=measures,
        parts=tuple(_part(given, dict(row), melody, grid) for row in given["parts"]),
    )


def _part(
    given: Mapping[str, Any], row: Mapping[str, Any], melody: Melody, grid: Sequence[Bar]
) -> Part:
    """Return a part.

    Its notes are the ``theme`` (``octave`` octaves higher), a line in ``abc``, or chords by bar:
    ``held`` for the bar or ``struck`` on every beat; ``-`` is a bar's rest.
    """
    unknown = set(row) - _PART
    if unknown:
        msg = f"part {row.get('id')}: {', '.join(sorted(unknown))} is unknown"
        raise ValueError(msg)
    if row.get("theme"):
        notes = melody.notes
    elif "abc" in row:
        notes = _read_abc(given, str(row["abc"])).notes
    else:
        notes = _chords(row, grid)
    by, velocity = 12 * int(row.get("octave", 0)), int(row.get("velocity", 72))
    return Part(
        id=row["id"],
        name=str(row["id"]).capitalize(),
        role=row["role"],
        instrument=row["instrument"],
        technique=row["technique"],
        notes=tuple(replace(n, pitch=n.pitch + by, velocity=velocity) for n in notes),
    )


def _chords(row: Mapping[str, Any], grid: Sequence[Bar]) -> tuple[Note, ...]:
    cells = str(row["held"] if "held" in row else row["struck"]).split("|")
    if len(cells) != len(grid):
        msg = f"part {row['id']} has {len(cells)} bars of {len(grid)}"
        raise ValueError(msg)
    notes = []
    for bar, cell in zip(grid, cells, strict=True):
        step = bar.beats if "held" in row else 1.0
        length = step if "held" in row else 0.5
        for place in range(round(bar.beats / step)):
            for name in cell.replace("-", " ").split():
                beat = bar.start_beat + place * step
                notes.append(Note(beat=beat, length=length, pitch=pitch_of(name), velocity=72))
    return tuple(notes)


def pitch_of(name: str) -> int:
    """Return the MIDI number of a note such as ``Eb4``; C4 is 60.

    Raises
    ------
    ValueError
        For anything else.
    """
    match = _NOTE.match(name)
    if match is None:
        msg = f"{name!r} is no note; write e.g. Eb4"
        raise ValueError(msg)
    return parse_pitch_class(match[1]) + 12 * (int(match[2]) + 1)


def _scheme(given: Mapping[str, Any], score: Score) -> Scheme:
    tracks = []
    for index, (part, row) in enumerate(zip(score.parts, given["parts"], strict=True), start=1):
        levels = row.get("level", 0.7)
        by_measure = levels if isinstance(levels, dict) else {"1": levels}
        tracks.append(
            TrackScheme(
                id=part.id,
                track_index=index,
                instrument=part.instrument,
                technique=part.technique,
                panning=float(row.get("pan", 0.0)),
                reverb_space=float(row.get("reverb", 0.3)),
                volume_envelope={f"measure{n}": float(v) for n, v in by_measure.items()},
            )
        )
    measures = tuple(MeasureScheme(measure=m.number, dynamic=m.dynamic) for m in score.measures)
    return Scheme(measures=measures, tracks=tuple(tracks))
