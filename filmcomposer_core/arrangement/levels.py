"""How loud parts are to be expected, from velocities, expression and faders."""

from __future__ import annotations

import bisect
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.scheme import measure_number
from filmcomposer_core.contracts.score import Note, Part, Score

Levels = NDArray[np.float64]
#: What each part mainly does in each measure, by its id; empty where it is silent.
Roles = Mapping[str, Sequence[str]]
EXPRESSION = 11


def bar_starts(score: Score) -> list[float]:
    """Return the beat of every bar line, the last measure's end not included."""
    return [measure.beat for measure in score.measures]


def part_levels(
    score: Score, part: Part, envelope: Mapping[str, float], *, notes: Sequence[Note] | None = None
) -> Levels:
    """Return a part's mean level by measure in dB, -inf where no note begins.

    Parameters
    ----------
    envelope : mapping of str to float
        ``measureN`` to linear gain, straight lines between.
    notes : sequence of Note, optional
        Only these of the part's notes.

    Returns
    -------
    ndarray, shape (measures,), float64
        40 log10 of velocity and expression over 127, plus the fader.
    """
    starts = bar_starts(score)
    notes = part.notes if notes is None else notes
    beats = np.array([note.beat for note in notes])
    lengths = np.array([note.length for note in notes])
    level = 40.0 * np.log10(np.array([note.velocity for note in notes]) / 127.0)
    level += _expression_db(part, beats)
    numbers = sorted(measure_number(key) for key in envelope)
    lines = [starts[n - 1] for n in numbers if n <= len(starts)]
    gains = [envelope[f"measure{n}"] for n in numbers if n <= len(starts)]
    level += 20.0 * np.log10(np.maximum(np.interp(beats, lines, gains), 1e-4))
    index = np.searchsorted(starts, beats + 1e-6, side="right") - 1
    weight = np.bincount(index, weights=lengths, minlength=len(starts))
    total = np.bincount(index, weights=lengths * level, minlength=len(starts))
    found: Levels = np.full(len(starts), -np.inf)
    np.divide(total, weight, out=found, where=weight > 0)
    return found


def _expression_db(part: Part, beats: Levels) -> Levels:
    points = [c for c in part.controllers if c.number == EXPRESSION]
    if not points:
        return np.zeros(len(beats))
    values = np.interp(beats, [c.beat for c in points], [c.value for c in points])
    result: Levels = 40.0 * np.log10(np.maximum(values, 1.0) / 127.0)
    return result


def pitch_span(score: Score, notes: Sequence[Note]) -> tuple[Levels, Levels]:
    """Return the lowest and highest pitch by measure; inf and -inf where no note begins."""
    starts = bar_starts(score)
    low = np.full(len(starts), np.inf)
    high = np.full(len(starts), -np.inf)
    for note in notes:
        i = bisect.bisect_right(starts, note.beat + 1e-6) - 1
        low[i] = min(low[i], note.pitch)
        high[i] = max(high[i], note.pitch)
    return low, high


def roles_by_measure(score: Score, part: Part) -> list[str]:
    """Return what a part mainly does in each measure, empty where it is silent.

    The theme counts before anything else; of the other roles (and ``doubling``) the one that
    sounds longest.
    """
    starts = bar_starts(score)
    lasting: list[dict[str, float]] = [{} for _ in starts]
    for note in part.notes:
        role = part.role_of(note)
        i = max(0, bisect.bisect_right(starts, note.beat + 1e-6) - 1)
        while i < len(starts) and starts[i] < note.end - 1e-6:
            end = starts[i + 1] if i + 1 < len(starts) else note.end
            sounding = min(note.end, end) - max(note.beat, starts[i])
            lasting[i][role] = lasting[i].get(role, 0.0) + sounding
            i += 1
    return [_main(roles) for roles in lasting]


def _main(roles: Mapping[str, float]) -> str:
    if "melody" in roles:
        return "melody"
    return max(sorted(roles), key=lambda role: roles[role], default="")


def total_level(levels: Mapping[str, Levels]) -> Levels:
    """Return the power sum of all parts by measure in dB."""
    power = np.sum([10.0 ** (item / 10.0) for item in levels.values()], axis=0)
    result: Levels = 10.0 * np.log10(np.maximum(power, 1e-9))
    return result
