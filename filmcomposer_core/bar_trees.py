"""Scores and DAW plans as trees whose notes and controllers stand in bars.

A pin then holds one bar of one part. Places count from the bar line, so that an edited bar follows
its bar when a new tempo map puts that elsewhere.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterable
from typing import Any

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.tempo import TempoPoint
from filmcomposer_core.timeline import Timeline

Tree = Any
#: Envelopes that every part track may have, whether or not it has one now.
_ENVELOPES = ("volume", "pan")
#: A note may last this much longer than its item, in beats: rounding.
_OVERHANG = 1e-5


class BarLines:
    """The beats at which bars begin; the last bar known is repeated for ever."""

    def __init__(self, starts: Iterable[float], last_beats: float) -> None:
        self._starts = list(starts) or [0.0]
        self._last = last_beats

    @property
    def names(self) -> list[str]:
        """Names of the bars that are known."""
        return [f"measure {number}" for number in range(1, len(self._starts) + 1)]

    def place(self, beat: float) -> tuple[str, float]:
        """Return the name of the bar that holds a beat, and the beat where it begins."""
        number = max(1, bisect.bisect_right(self._starts, beat + 1e-9))
        if number == len(self._starts):
            number += max(0, int((beat + 1e-9 - self._starts[-1]) / self._last))
        return f"measure {number}", self.start(number)

    def start(self, number: int) -> float:
        """Return the beat where a bar begins."""
        beyond = number - len(self._starts)
        return self._starts[-1] + beyond * self._last if beyond > 0 else self._starts[number - 1]

    def end(self, beat: float) -> float:
        """Return the beat of the bar line at or after a beat."""
        name, start = self.place(beat - _OVERHANG)
        return start if beat <= start + _OVERHANG else self.start(_number(name) + 1)


def _number(name: str) -> int:
    return int(name.removeprefix("measure "))


def _grouped(items: list[Tree], lines: BarLines) -> Tree:
    out: dict[str, list[Tree]] = {name: [] for name in lines.names}
    for item in items:
        name, start = lines.place(item["beat"])
        row = {"at": round(item["beat"] - start, codec.DECIMALS)}
        # A field called number would be taken for the key of the row.
        row |= {_renamed(key): value for key, value in item.items() if key != "beat"}
        out.setdefault(name, []).append(row)
    return {name: sorted(rows, key=_order) for name, rows in out.items()}


def _renamed(key: str) -> str:
    return "controller" if key == "number" else key


def _order(row: Tree) -> tuple[float, ...]:
    keys = ("at", "pitch", "channel", "controller", "velocity", "value")
    return tuple(float(row.get(key, 0)) for key in keys)


def _flat(groups: Tree, lines: BarLines) -> list[Tree]:
    """Undo :func:`_grouped`; a list, or rows with a beat, are pins of an earlier version."""
    if isinstance(groups, list):
        return groups
    items = []
    for name, rows in groups.items():
        start = lines.start(_number(name))
        items += [_item(row, start) for row in rows]
    return sorted(items, key=lambda item: float(item["beat"]))


def _item(row: Tree, start: float) -> Tree:
    item = {("number" if k == "controller" else k): v for k, v in row.items() if k != "at"}
    return {"beat": round(start + row["at"], codec.DECIMALS)} | item if "at" in row else item


def _both(part: Tree, change: Callable[[Tree, BarLines], Tree], lines: BarLines) -> Tree:
    names = ("notes", "controllers")
    return part | {name: change(part[name], lines) for name in names if name in part}


def _score_lines(plain: Tree) -> BarLines:
    measures = plain["measures"]
    last = measures[-1]["num"] * 4.0 / measures[-1]["den"] if measures else 4.0
    return BarLines((m["beat"] for m in measures), last)


def score_tree(plain: Tree) -> Tree:
    """Group notes and controllers of a score by its measures."""
    lines = _score_lines(plain)
    return plain | {"parts": [_both(part, _grouped, lines) for part in plain["parts"]]}


def score_plain(tree: Tree) -> Tree:
    """Undo :func:`score_tree`."""
    lines = _score_lines(tree)
    return tree | {"parts": [_both(part, _flat, lines) for part in tree["parts"]]}


def _operation_name(op: Tree) -> str:
    words = [op[k] for k in ("op", "id", "track", "source", "parameter", "target") if op.get(k)]
    return " ".join(map(str, words))


def _plan_lines(operations: Iterable[Tree]) -> BarLines:
    """Return the bars of a plan's tempo map up to the end of the picture."""
    points: list[TempoPoint] = []
    end_s = 0.0
    for op in operations:
        if op["op"] == "tempo":
            points = [codec.build(TempoPoint, p, where="daw_plan.json") for p in op["points"]]
        elif op["op"] == "project":
            end_s = float(op["length_s"])
    if not points:
        return BarLines([0.0], 4.0)
    bars = Timeline(points).bars_until(end_s)
    return BarLines((bar.start_beat for bar in bars), bars[-1].beats)


def plan_tree(plain: Tree) -> Tree:
    """Name operations by what they do, group notes by bar, give every part its envelopes.

    An envelope that is not there stands in the tree without points, so that a pin can add, change
    or remove it whatever the stage makes next time.
    """
    lines = _plan_lines(plain["operations"])
    out: dict[str, Tree] = {}
    for op in plain["operations"]:
        name, number = _operation_name(op), 2
        while name in out:
            name, number = f"{_operation_name(op)} #{number}", number + 1
        out[name] = _both(op, _grouped, lines) if op["op"] == "midi_item" else op
    for op in _possible_envelopes(plain["operations"]):
        out.setdefault(_operation_name(op), op)
    return plain | {"operations": out}


def _possible_envelopes(operations: list[Tree]) -> list[Tree]:
    empty = {"op": "envelope", "target": "", "points": []}
    parts = [op["id"] for op in operations if op["op"] == "track" and op["kind"] == "part"]
    found = [empty | {"track": part, "parameter": name} for part in parts for name in _ENVELOPES]
    return found + [
        empty | {"track": op["source"], "parameter": "send", "target": op["target"]}
        for op in operations
        if op["op"] == "send"
    ]


def plan_plain(tree: Tree) -> Tree:
    """Undo :func:`plan_tree`; items grow to the bars that their notes reach."""
    operations = list(tree["operations"].values())
    lines = _plan_lines(operations)
    made = []
    for op in operations:
        if op["op"] == "midi_item":
            made.append(_grown(_both(op, _flat, lines), lines))
        elif op["op"] != "envelope" or op["points"]:
            made.append(op)
    return tree | {"operations": made}


def _grown(item: Tree, lines: BarLines) -> Tree:
    if not item["notes"]:
        return item
    first = min(note["beat"] for note in item["notes"])
    last = max(note["beat"] + note["length"] for note in item["notes"])
    start, end = item["start_beat"], item["end_beat"]
    if first < start - _OVERHANG:
        start = lines.place(first)[1]
    if last > end + _OVERHANG:
        end = lines.end(last)
    return item | {"start_beat": start, "end_beat": end}
