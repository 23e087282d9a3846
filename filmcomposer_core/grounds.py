"""What an edit rests on, and whether that still holds in a file made anew.

Notes of a bar rest on its key and metre, those of the theme on that theme, a hit on its place in
the picture, a chosen tempo map on what it was like, a chosen theme on its notes. Pins made before
this was kept rest on nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.cue import Pin
from filmcomposer_core.contracts.daw_plan import EnvelopePoint
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.score import Melody
from filmcomposer_core.contracts.tempo import TempoMap
from filmcomposer_core.level_edits import is_level, level_here, level_like
from filmcomposer_core.tempo_choice import CHOSEN, Like, chosen_map, nearest_map, same_map
from filmcomposer_core.theme_marks import same_theme, theme_mark
from filmcomposer_core.timeline import Bar, Timeline

Tree = Any

#: The pin that says which theme was chosen.
CANDIDATE = ("candidate",)
OUTSIDE = "outside"
OTHER_THEME = "the theme is another one now"
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
        to, a fader rests on what was laid before the user first set it.
    composed : tree, optional
        The theme without any edits, where ``tree`` is one with some.
    """

    def __init__(
        self,
        name: str,
        tree: Tree,
        values: Values,
        edits: Sequence[Pin] = (),
        *,
        composed: Tree | None = None,
    ) -> None:
        self._name = name
        self._tree = tree
        self._values = values
        self._bars: tuple[Bar, ...] | None = None
        self._theme = theme_mark(composed or tree) if name == "melody.mid" else ""
        self._edits = {pin.path: pin for pin in edits}
        self._moved = {pin.path[1]: pin.value for pin in edits if pin.path[2:] == ("time_s",)}

    def of(self, pin: Pin) -> Like:
        """Return what a pin rests on, empty if it makes sense anywhere."""
        if self._name == "spots.csv" and len(pin.path) > 1:
            return self._hit(pin)
        if self._name == "tempo.json" and pin.path == CHOSEN:
            return chosen_map(self._map(pin.value), self._values)
        if self._name == "daw_plan.json" and is_level(pin):
            return level_like(pin, self._tree, self._edits.get(pin.path))
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
        theme = str(pin.like.get("theme", self._theme))
        return "" if same_theme(theme, self._theme) else OTHER_THEME

    def as_it_fits(self, pin: Pin) -> Pin | None:
        """Return a pin as it is put into this tree, None where nothing is near enough."""
        if self._name == "tempo.json" and pin.path == CHOSEN and pin.like:
            return self._choice(pin)
        if self._name == "daw_plan.json" and is_line(pin):
            return replace(pin, value=self._inside(pin.value))
        if self._name == "daw_plan.json" and is_level(pin):
            return level_here(pin, self._tree, self._edits)
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
        if self._name == "melody.mid":
            like["theme"] = self._theme
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

    def _choice(self, pin: Pin) -> Pin | None:
        """Return the choice of a map by its number here: of the map itself, or of one like it."""
        maps = [self._map(rank) for rank in self._ranks()]
        same = same_map(maps, pin.like)
        if same is not None:
            return replace(pin, value=same)
        near = nearest_map(maps, pin.like)
        if near is None:
            return None
        # What is chosen from now on is that map, fitted to the hits as they are.
        return replace(pin, value=near, like=chosen_map(self._map(near), self._values))

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


def tune(melody: Melody) -> str:
    """Return the mark of a theme: the same for the same notes, as a MIDI file can tell them."""
    rows = [(round(n.beat, 3), round(n.length, 3), n.pitch, n.velocity) for n in melody.notes]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()
