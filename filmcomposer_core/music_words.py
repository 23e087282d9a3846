"""The music in a line for the user: key, metre, tempo, length and idiom."""

from __future__ import annotations

from filmcomposer_core.contracts.felt_tempo import felt_quarters, tempo_words
from filmcomposer_core.contracts.harmony import key_words
from filmcomposer_core.contracts.labels import NULL
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.tempo import TempoMap
from filmcomposer_core.tempo_choice import first_bar, heard_points
from filmcomposer_core.timeline import Timeline


def music_line(plan: CuePlan, tempo_map: TempoMap) -> str:
    """Return what the music of a cue is.

    Parameters
    ----------
    plan : CuePlan
    tempo_map : TempoMap
        The one that the plan is made on.

    Returns
    -------
    str
        Such as ``Theme in D minor, 3/4, 96 BPM, 24 bars, idiom march and mystery.``
    """
    first = plan.sections[0]
    idioms = [idiom for idiom in (plan.idiom, plan.blend) if idiom != NULL]
    parts = (
        f"Theme in {key_words(first.key, first.mode)}",
        _tempo(tempo_map),
        _bars(plan.last_bar + 1 - first.start),
        f"idiom {' and '.join(idioms).replace('_', ' ')}",
    )
    return f"{', '.join(parts)}."


def tempo_change(before: TempoMap, now: TempoMap, *, length_s: float | None) -> str:
    """Say that the tempo map is another one, empty where it is not.

    Parameters
    ----------
    before, now : TempoMap
    length_s : float or None
        Of the picture in seconds, None where it was another one before: bars are not told then.

    Returns
    -------
    str
        Such as ``The tempo map changed: 4/4, 96 BPM, 24 bars before; 3/4, 104 BPM, 35 bars now.``
    """
    if before.points == now.points:
        return ""
    words = [
        _tempo(each) + ("" if length_s is None else f", {_bars(_count(each, length_s))}")
        for each in (before, now)
    ]
    return f"The tempo map changed: {words[0]} before; {words[1]} now."


def _tempo(tempo_map: TempoMap) -> str:
    first = first_bar(tempo_map)
    points = heard_points(tempo_map, first)
    bpm = [point.bpm for point in points]
    metres = dict.fromkeys((f"{first.num}/{first.den}", *(f"{p.num}/{p.den}" for p in points)))
    felt = felt_quarters(first.num, first.den)
    return f"{' and '.join(metres)}, {tempo_words(min(bpm), max(bpm), felt)}"


def _count(tempo_map: TempoMap, length_s: float) -> int:
    return len(Timeline(tempo_map.points).bars_until(length_s)) + 1 - tempo_map.first_bar


def _bars(number: int) -> str:
    return "1 bar" if number == 1 else f"{number} bars"
