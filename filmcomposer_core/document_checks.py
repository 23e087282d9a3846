"""What an edited file is completed with, or refused for, before anything is made from it."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from itertools import pairwise
from typing import Any

from filmcomposer_core.contracts.description import Description, Label
from filmcomposer_core.contracts.scheme import Scheme, measure_number
from filmcomposer_core.contracts.score import Score
from filmcomposer_core.contracts.tempo import TempoMap, TempoPlan
from filmcomposer_core.document import Values
from filmcomposer_core.errors import InputError
from filmcomposer_core.timeline import Timeline

#: A point this close to a bar line is on it.
_SAME_S = 5e-4


def _by_user(found: Any, before: Any) -> Any:
    """Mark every label that differs from the one we wrote as the user's own word."""
    if isinstance(found, Label) and isinstance(before, Label):
        same_source = (found.source, found.confidence) == (before.source, before.confidence)
        changed = found.value != before.value and same_source
        return replace(found, source="user", confidence=1.0) if changed else found
    if is_dataclass(found) and not isinstance(found, type) and type(found) is type(before):
        names = [item.name for item in fields(found)]
        return replace(found, **{n: _by_user(getattr(found, n), getattr(before, n)) for n in names})
    if isinstance(found, tuple) and isinstance(before, tuple) and len(found) == len(before):
        return tuple(_by_user(a, b) for a, b in zip(found, before, strict=True))
    return found


def check_description(description: Description, values: Values) -> Description:
    """Mark the labels that the user has changed as their own."""
    before = values.written("description.toml")
    checked: Description = _by_user(description, before) if before else description
    return checked


def check_tempo(plan: TempoPlan, values: Values) -> TempoPlan:
    """Measure the hits again, since the user may have moved the points."""
    from filmcomposer_core.tempo import measure_hits

    fps = values.value("analysis.json").clip.fps
    spots = values.value("spots.csv")
    for tempo_map in plan.maps:
        check_signatures(tempo_map, values.place("tempo.json"))
    maps = tuple(
        replace(m, hits=measure_hits(m.points, spots, fps=fps, first_bar=m.first_bar))
        for m in plan.maps
    )
    return replace(plan, maps=maps)


def check_signatures(tempo_map: TempoMap, where: str) -> None:
    """Refuse a change of signature inside a bar: it would silently wait for the next bar line."""
    points = tempo_map.points
    bars = Timeline(points).bars_until(points[-1].time_s + 2 * _SAME_S)
    for before, point in pairwise(points):
        if (point.num, point.den) == (before.num, before.den):
            continue
        near = min((bar.start_s for bar in bars), key=lambda t: abs(t - point.time_s))
        if abs(near - point.time_s) > _SAME_S:
            place = f"{where}: map {tempo_map.rank}: the signature changes at {point.time_s:g} s"
            msg = f"{place}, inside a bar."
            raise InputError(msg, f"Move the point to a bar line; the nearest is at {near:.9g} s.")


def check_scheme(scheme: Scheme, values: Values) -> Scheme:
    """Refuse unknown instruments, techniques and measures before anything is built."""
    from filmcomposer_core.catalogue import instrument

    where = values.place("scheme.json")
    known = {part.id for part in values.value("score.json").parts}
    measures = len(values.value("score.json").measures)
    for track in scheme.tracks:
        place = f"{where}: track {track.id}"
        if track.id not in known:
            msg = f"{place}: no such part in score.json."
            raise InputError(msg, f"Parts: {', '.join(sorted(known))}.")
        try:
            instrument(track.instrument).technique(track.technique)
            for double in track.duplicates:
                instrument(double.instrument)
        except InputError as exc:
            raise InputError(f"{place}: {exc.message}", exc.hint) from exc
        keys = [*track.volume_envelope]
        for item in (track.panning, track.reverb_space, track.fx.value if track.fx else 0.0):
            keys += list(item) if isinstance(item, dict) else []
        numbers = [*map(measure_number, keys), *track.soften]
        beyond = [n for n in numbers if not 1 <= n <= measures]
        if beyond:
            msg = f"{place}: measure {beyond[0]} does not exist, the cue has {measures}."
            raise InputError(msg, f"Use measures 1 to {measures}.")
    return scheme


def check_score(score: Score, values: Values) -> Score:
    """Refuse unknown instruments and techniques."""
    from filmcomposer_core.catalogue import instrument

    for part in score.parts:
        try:
            player = instrument(part.instrument)
            for technique in {part.technique_of(note) for note in part.notes} | {part.technique}:
                player.technique(technique)
        except InputError as exc:
            msg = f"{values.place('score.json')}: part {part.id}: {exc.message}"
            raise InputError(msg, exc.hint) from exc
    return score
