"""A tempo map that the user chose by its number, kept or found again when maps are fitted anew."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from typing import Any, Protocol

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.cue import Pin
from filmcomposer_core.contracts.tempo import TempoMap, TempoPoint
from filmcomposer_core.timeline import Bar, Timeline

Tree = Any
Like = dict[str, str | float]
#: The pin that says which tempo map was chosen.
CHOSEN = ("chosen",)
#: Maps of one kind and metre whose tempo differs by less, and whose bar lines lie within this share
#: of a beat, are the same choice.
NEAR_TEMPO, NEAR_BEATS = 0.03, 0.25


class Values(Protocol):
    """Where the picture and its hits are found."""

    def value(self, name: str) -> Any:
        """Return the value of a document."""


def chosen_map(tempo_map: TempoMap, values: Values) -> Like:
    """Return what a choice rests on: the map itself, what it is like, what it was fitted to."""
    return character(tempo_map) | {"map": _text(tempo_map), "fitted_to": _fitted_to(values)}


def with_chosen(tree: Tree, edits: Sequence[Pin], values: Values) -> Tree:
    """Put the chosen map behind the others where picture and hits are those it was fitted to.

    Parameters
    ----------
    tree : tree
        ``tempo.json`` as it was made anew.
    edits : sequence of Pin
        Its pins.
    values : Values
        Picture and hits as they are now.
    """
    choice = next((pin for pin in edits if pin.path == CHOSEN), None)
    if choice is None or choice.like.get("fitted_to") != _fitted_to(values):
        return tree
    number = 1 + max(row["rank"] for row in tree["maps"])
    row = json.loads(str(choice.like["map"])) | {"rank": number, "hits": []}
    known = [
        codec.build(TempoMap, each | {"hits": []}, where="tempo.json") for each in tree["maps"]
    ]
    if same_map(known, choice.like) is not None:
        return tree
    return tree | {"maps": [*tree["maps"], row]}


def same_map(maps: Sequence[TempoMap], like: Like) -> int | None:
    """Return the rank of the very map that was chosen; None where it is not among these."""
    return next((m.rank for m in maps if _text(m) == like.get("map")), None)


def _text(tempo_map: TempoMap) -> str:
    plain = codec.plain(tempo_map)
    return json.dumps({name: plain[name] for name in ("kind", "first_bar", "cost", "points")})


def _fitted_to(values: Values) -> str:
    """Return the mark of what maps are fitted to; of hits, what the search looks at."""
    clip = values.value("analysis.json").clip
    hits = [
        (s.time_s, s.weight, s.must, s.hit_class, s.early_frames, s.late_frames)
        for s in values.value("spots.csv")
    ]
    found = [clip.duration_s, clip.fps_num, clip.fps_den, hits]
    return hashlib.sha256(json.dumps(found).encode()).hexdigest()


def character(tempo_map: TempoMap) -> Like:
    """Return what a tempo map is like, in terms that survive a new list of maps."""
    first = first_bar(tempo_map)
    heard = [point.bpm for point in heard_points(tempo_map, first)]
    return {
        "kind": tempo_map.kind,
        "metre": f"{first.num}/{first.den}",
        # The mean by octaves.
        "bpm": round(math.exp(sum(map(math.log, heard)) / len(heard)), 3),
        "start_s": round(first.start_s, 6),
    }


def first_bar(tempo_map: TempoMap) -> Bar:
    """Return the first bar with music."""
    timeline = Timeline(tempo_map.points)
    bars = timeline.bars_until(tempo_map.points[-1].time_s + 1e-6)
    while len(bars) < tempo_map.first_bar:
        bars = timeline.bars_until(timeline.time_at(bars[-1].end_beat) + 1e-6)
    return bars[tempo_map.first_bar - 1]


def heard_points(tempo_map: TempoMap, first: Bar) -> tuple[TempoPoint, ...]:
    """Return the points from the first bar with music on, or the last one before it."""
    points = tempo_map.points
    return tuple(p for p in points if p.time_s >= first.start_s - 1e-6) or points[-1:]


def nearest_map(maps: Sequence[TempoMap], like: Like) -> int | None:
    """Return the rank of the map that is most like the one described; None if none is near."""
    ranked = [(_apart(character(m), like), m.rank) for m in maps]
    distance, rank = min(ranked, default=(math.inf, 0))
    return rank if distance <= 1.0 else None


def _apart(one: Like, other: Like) -> float:
    """Return how far apart two maps are; 1 = just another one."""
    if one["kind"] != other["kind"] or one["metre"] != other["metre"]:
        return math.inf
    bpm = float(other["bpm"])
    tempo = abs(math.log(float(one["bpm"]) / bpm)) / NEAR_TEMPO
    num, den = map(int, str(other["metre"]).split("/"))
    bar_beats = num * 4.0 / den
    beats = (float(one["start_s"]) - float(other["start_s"])) * bpm / 60.0
    shift = abs(beats - bar_beats * round(beats / bar_beats)) / NEAR_BEATS
    return max(tempo, shift)
