"""What an edit rests on, and whether that still holds in a file made anew.

Notes of a bar rest on its key and metre, a hit on its place in the picture, a chosen tempo map on
what it was like, a chosen theme on its notes. Pins made before this was kept rest on nothing.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.cue import Pin
from filmcomposer_core.contracts.daw_plan import EnvelopePoint
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.score import Melody
from filmcomposer_core.contracts.tempo import TempoMap, TempoPoint
from filmcomposer_core.timeline import Bar, Timeline

Tree = Any
Like = dict[str, str | float]

#: The pin that says which theme was chosen.
CANDIDATE = ("candidate",)
#: The pin that says which tempo map was chosen.
CHOSEN = ("chosen",)
#: Maps of one kind and metre whose tempo differs by less, and whose bar lines lie within this share
#: of a beat, are the same choice.
NEAR_TEMPO, NEAR_BEATS = 0.03, 0.25
OUTSIDE = "outside"
#: What is kept of a hit beside an edit of it: with it the hit can be made anew.
HIT = ("name", "time_s", "frame", "weight", "kind", "hit_class", "early_frames", "late_frames")
_DRUM_BANK = 128


class Values(Protocol):
    """Where the documents beside the edited one are found."""

    def value(self, name: str) -> Any:
        """Return the value of a document."""


class Grounds:
    """The bars, keys and maps that edits of one document rest on now.

    Parameters
    ----------
    name : str
        The document.
    tree : tree
        What it says, as pins name it (:func:`filmcomposer_core.pins.keyed`).
    values : Values
        The other documents.
    edits : sequence of Pin
        The pins that are looked at, where one's sense hangs on another: a hit is where it was moved
        to.
    """

    def __init__(self, name: str, tree: Tree, values: Values, edits: Sequence[Pin] = ()) -> None:
        self._name = name
        self._tree = tree
        self._values = values
        self._bars: tuple[Bar, ...] | None = None
        self._moved = {pin.path[1]: pin.value for pin in edits if pin.path[2:] == ("time_s",)}

    def of(self, pin: Pin) -> Like:
        """Return what a pin rests on, empty if it makes sense anywhere."""
        if self._name == "spots.csv" and len(pin.path) > 1:
            return self._hit(pin)
        if self._name == "tempo.json" and pin.path == CHOSEN:
            return character(self._map(pin.value))
        bar = bar_of(self._name, pin)
        return {} if bar is None else self._bar(bar, pin)

    def marked(self, pins: Sequence[Pin]) -> tuple[Pin, ...]:
        """Return pins with what they rest on."""
        return tuple(replace(pin, like=self.of(pin)) for pin in pins)

    def why_not(self, pin: Pin) -> str:
        """Return why a pin makes no sense here, empty where it does."""
        if self._name == "spots.csv":
            return self._outside(pin)
        bar = bar_of(self._name, pin)
        if bar is None or not pin.like:
            return ""
        now = self._bar(bar, pin)
        for what in ("metre", "key"):
            if now.get(what) != pin.like.get(what) and pin.like.get(what):
                there = now.get(what)
                return (
                    f"the {what} is {there} now and was {pin.like[what]}"
                    if there
                    else f"the cue has no bar {bar} with music any more"
                )
        return ""

    def as_it_fits(self, pin: Pin) -> Pin | None:
        """Return a pin as it is put into this tree, None where nothing is near enough."""
        if self._name == "tempo.json" and pin.path == CHOSEN and pin.like:
            rank = nearest_map([self._map(r) for r in self._ranks()], pin.like)
            return None if rank is None else replace(pin, value=rank)
        if self._name == "daw_plan.json" and is_line(pin):
            return replace(pin, value=self._inside(pin.value))
        return pin

    def _bar(self, number: int, pin: Pin) -> Like:
        if self._bars is None:
            clip = self._values.value("analysis.json").clip
            points = self._values.value("tempo.json").map.points
            self._bars = Timeline(points).bars_until(clip.duration_s)
        if number > len(self._bars):
            return {}
        bar = self._bars[number - 1]
        like: Like = {"metre": f"{bar.num}/{bar.den}"}
        plan: CuePlan = self._values.value("plan.toml")
        section = plan.section_at(number)
        if section is not None and "controllers" not in pin.path and not self._drums(pin):
            like["key"] = f"{section.key} {section.mode}"
        return like

    def _drums(self, pin: Pin) -> bool:
        """Whether the notes are those of a drum kit, which no key concerns."""
        if self._name == "melody.mid":
            return False
        holders = self._tree[pin.path[0]]
        holder = holders.get(pin.path[1], {}) if isinstance(holders, dict) else {}
        sounds = holder.get("sounds")
        if sounds:
            return all(sound.get("bank") == _DRUM_BANK for sound in sounds)
        from filmcomposer_core.catalogue import instrument
        from filmcomposer_core.errors import InputError

        try:
            return not instrument(str(holder.get("instrument", ""))).pitched
        except InputError:
            return False

    def _hit(self, pin: Pin) -> Like:
        rows = self._tree.get("spots") or {}
        row = rows.get(pin.path[1], {}) if isinstance(rows, dict) else {}
        row = pin.value if pin.op == "add" and isinstance(pin.value, dict) else row
        return {name: row[name] for name in HIT if name in row}

    def _outside(self, pin: Pin) -> str:
        if pin.op == "add" and isinstance(pin.value, dict):
            time_s = pin.value.get("time_s", 0.0)
        else:
            time_s = self._moved.get(pin.path[1], pin.like.get("time_s", 0.0))
        duration_s = self._values.value("analysis.json").clip.duration_s
        return "" if 0.0 <= float(time_s) < duration_s else OUTSIDE

    def _ranks(self) -> list[int]:
        return [int(name.removeprefix("rank ")) for name in self._tree["maps"]]

    def _map(self, rank: int) -> TempoMap:
        row = self._tree["maps"][f"rank {rank}"] | {"hits": []}
        return codec.build(TempoMap, row, where="tempo.json")

    def _inside(self, rows: Sequence[Tree]) -> list[Tree]:
        """Return the points of a line that lie in the picture, and its values where it is cut."""
        points = [codec.build(EnvelopePoint, row, where="daw_plan.json") for row in rows]
        end_s = self._values.value("analysis.json").clip.duration_s
        times, levels = [p.time_s for p in points], [p.value for p in points]
        kept = [p for p in points if 0.0 <= p.time_s <= end_s]
        edges = {0.0} if times and times[0] < 0.0 else set[float]()
        edges |= {end_s} if times and times[-1] > end_s else set()
        for time_s in edges - {p.time_s for p in kept}:
            value = round(float(np.interp(time_s, times, levels)), codec.DECIMALS)
            kept.append(EnvelopePoint(time_s=time_s, value=value))
        return [codec.plain(point) for point in sorted(kept, key=lambda p: p.time_s)]


def is_line(pin: Pin) -> bool:
    """Whether a pin is the points of an envelope, whose seconds count from the picture's start."""
    return pin.path[0] == "operations" and pin.path[2:] == ("points",) and pin.op == "set"


def lost_hits(edits: Sequence[Pin], rows: Sequence[Tree]) -> list[Tree]:
    """Make anew the hits that the user has moved and that are not found where they had been."""
    here = {f"id {row['id']}" for row in rows}
    moved = [pin for pin in edits if pin.op == "set" and pin.path[2:] == ("time_s",)]
    return [
        {"id": pin.path[1].removeprefix("id "), "timecode": "", "locked": False} | pin.like
        for pin in moved
        if pin.path[1] not in here and set(HIT) <= pin.like.keys()
    ]


def bar_of(name: str, pin: Pin) -> int | None:
    """Return the bar whose notes or controllers a pin holds, None if it holds anything else."""
    place = {"melody.mid": 1, "score.json": 3, "daw_plan.json": 3}.get(name)
    if place is None or len(pin.path) <= place or not pin.path[place].startswith("measure "):
        return None
    number = pin.path[place].removeprefix("measure ")
    return int(number) if number.isdecimal() else None


def character(tempo_map: TempoMap) -> Like:
    """Return what a tempo map is like, in terms that survive a new list of maps."""
    timeline = Timeline(tempo_map.points)
    bars = timeline.bars_until(tempo_map.points[-1].time_s + 1e-6)
    while len(bars) < tempo_map.first_bar:
        bars = timeline.bars_until(timeline.time_at(bars[-1].end_beat) + 1e-6)
    first = bars[tempo_map.first_bar - 1]
    bpm = _mean_bpm(tempo_map.points, first)
    return {
        "kind": tempo_map.kind,
        "metre": f"{first.num}/{first.den}",
        "bpm": round(bpm, 3),
        "start_s": round(first.start_s, 6),
    }


def _mean_bpm(points: Sequence[TempoPoint], first: Bar) -> float:
    """Return the mean tempo of the points from the first bar with music on, by octaves."""
    heard = [p.bpm for p in points if p.time_s >= first.start_s - 1e-6] or [points[-1].bpm]
    return math.exp(sum(map(math.log, heard)) / len(heard))


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


def tune(melody: Melody) -> str:
    """Return the mark of a theme: the same for the same notes, as a MIDI file can tell them."""
    rows = [(round(n.beat, 3), round(n.length, 3), n.pitch, n.velocity) for n in melody.notes]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()
