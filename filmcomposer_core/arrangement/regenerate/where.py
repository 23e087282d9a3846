"""From a selection in a DAW to measures and parts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from filmcomposer_core.contracts.score import Measure, Part, Score
from filmcomposer_core.contracts.tempo import TempoMap
from filmcomposer_core.errors import InputError
from filmcomposer_core.timeline import Timeline

#: A measure belongs to a selection that covers this share of it.
COVERED = 0.5
_DUPLICATE = re.compile(r"^(.+)_dup\d+$")
_STEM = "stem/"


def measures_of(
    score: Score, tempo_map: TempoMap, start_s: float, end_s: float
) -> tuple[int, int] | None:
    """Return the measures that a selection of time means.

    Parameters
    ----------
    score : Score
        Its measures count.
    tempo_map : TempoMap
        Where they lie on the picture.
    start_s, end_s : float
        The selection in seconds from the first picture frame; a mere cursor has both equal.

    Returns
    -------
    (int, int) or None
        First and last number of the measures that are covered to at least a half; if there is
        none, the one that holds the middle of the selection. None outside the score.
    """
    lines = _lines_s(score, tempo_map)
    start_s, end_s = min(start_s, end_s), max(start_s, end_s)
    if not lines or end_s < lines[0] or start_s >= lines[-1]:
        return None
    found = [
        measure.number
        for measure, low, high in zip(score.measures, lines, lines[1:], strict=False)
        if min(end_s, high) - max(start_s, low) >= COVERED * (high - low) - 1e-9
    ]
    if found:
        return found[0], found[-1]
    middle = min(max((max(start_s, lines[0]) + end_s) / 2, lines[0]), lines[-1])
    inside = [i for i, line in enumerate(lines[:-1]) if line <= middle + 1e-9]
    number = score.measures[inside[-1]].number
    return number, number


def _lines_s(score: Score, tempo_map: TempoMap) -> list[float]:
    """Return the times of all bar lines, the last measure's end included."""
    if not score.measures:
        return []
    timeline = Timeline(tempo_map.points)
    beats = [*(measure.beat for measure in score.measures), _end(score.measures[-1])]
    return [timeline.time_at(beat) for beat in beats]


def _end(measure: Measure) -> float:
    return measure.beat + measure.num * 4.0 / measure.den


def stretch_of(score: Score, first_measure: int, last_measure: int) -> tuple[float, float]:
    """Return the first and the last measure's bar lines in beats.

    Raises
    ------
    InputError
        For measures that the score does not have.
    """
    places = {measure.number: measure for measure in score.measures}
    known = first_measure in places and last_measure in places
    if not known or last_measure < first_measure:
        count = len(score.measures)
        msg = f"Bars {first_measure} to {last_measure} are not in the score, it has {count}."
        raise InputError(msg, f"Choose bars from 1 to {count}.")
    return places[first_measure].beat, _end(places[last_measure])


def named_parts(score: Score, tracks: Sequence[str]) -> tuple[Part, ...]:
    """Return the parts that tracks of a session stand for, in the order of the score.

    A printed duplicate (``violas_dup1``) and a stem (``stem/violas``) mean their part.

    Raises
    ------
    InputError
        Naming the parts, if a track stands for none or none is given.
    """
    known = {part.id for part in score.parts}
    wanted: set[str] = set()
    strange: list[str] = []
    for track in tracks:
        name = _part_of(track, known)
        if name:
            wanted.add(name)
        else:
            strange.append(track)
    hint = f"Parts: {', '.join(part.id for part in score.parts) or 'none'}."
    if strange:
        msg = f"There is no part {', '.join(map(repr, strange))} in the score."
        raise InputError(msg, hint)
    if not wanted:
        msg = "No part is named whose bars are to be written anew."
        raise InputError(msg, hint)
    return tuple(part for part in score.parts if part.id in wanted)


def _part_of(track: str, known: set[str]) -> str:
    bare = track.removeprefix(_STEM)
    double = _DUPLICATE.match(bare)
    names = (track, bare, *([double[1]] if double else []))
    return next((name for name in names if name in known), "")
