"""Several cues in one tempo map: laid over the project's own from the left, and remembered so.

Whatever is written or taken out, the whole map is made anew from the project's own and every cue
that is in it. So it is always the same map, in whichever order cues were written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from filmcomposer_reaper.tempo.book import (
    BEATS,
    BODY,
    END,
    REPLACED,
    START,
    TURN,
    WRITTEN,
    Parted,
    alike,
    in_span,
    moved,
)
from filmcomposer_reaper.tempo.fill import Filled, lay_filled
from filmcomposer_reaper.tempo.layout import lay, trimmed
from filmcomposer_reaper.tempo.map import PARTIAL, MapPoint, ProjectMap, to_json

#: Pictures that overlap or are apart by no more than this only touch (a frame is 17 ms at least).
TOUCH_S = 0.002


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A cue's map over its span; ``turn`` is higher than that of cues which it lies over.

    ``added`` and ``gone`` are what the user changed and is kept: no more ours than before.
    """

    points: tuple[MapPoint, ...]
    start_s: float
    end_s: float
    turn: int = 0
    added: tuple[MapPoint, ...] = ()
    gone: tuple[MapPoint, ...] = ()


def as_it_stands(parted: Parted) -> Layer:
    """Return a cue's layer as the user has left it."""
    return Layer(
        points=parted.cue,
        start_s=parted.start_s,
        end_s=parted.end_s,
        turn=parted.turn,
        added=parted.added,
        gone=parted.gone,
    )


def new_layer(
    cue: Sequence[MapPoint],
    start_s: float,
    end_s: float,
    others: Mapping[str, Parted],
    *,
    before: Parted | None,
    kept: bool,
) -> Layer:
    """Return the layer of a cue that is written now, above those that it overlaps.

    Parameters
    ----------
    cue : sequence of MapPoint
    start_s, end_s : float
        Its span in project seconds.
    others : mapping of str to Parted
    before : Parted or None
        The cue as it was in the map so far.
    kept : bool
        Whether the user's changes of it are among the points.
    """
    below = [o.turn for o in others.values() if overlap(o, start_s, end_s)]
    turn = before.turn if before is not None else 0
    if not below or turn <= max(below):
        turn = max(below) + 1 if below else 0
    shift = start_s - before.start_s if before is not None else 0.0
    return Layer(
        points=tuple(trimmed(cue, start_s, end_s)),
        start_s=start_s,
        end_s=end_s,
        turn=turn,
        added=tuple(moved(p, shift) for p in before.added) if kept and before else (),
        gone=tuple(moved(p, shift) for p in before.gone) if kept and before else (),
    )


def overlap(cue: Parted, start_s: float, end_s: float) -> bool:
    """Whether a cue and a span have more in common than an edge."""
    return cue.start_s < end_s - TOUCH_S and cue.end_s > start_s + TOUCH_S


def compose(base: Sequence[MapPoint], layers: Sequence[Layer]) -> tuple[MapPoint, ...]:
    """Return the project's map with cues in it."""
    points = tuple(base)
    for each in _in_order(layers):
        points = lay(ProjectMap(points), each.points, each.start_s, _end(each, layers))
    return points


def compose_filled(base: Sequence[MapPoint], layers: Sequence[Layer]) -> Filled:
    """Return the same with no bar cut short; see :func:`lay_filled`.

    Raises
    ------
    DawError
        Where no tempo within REAPER's limits does that.
    """
    points, bars = tuple(base), list[tuple[float, float]]()
    for each in _in_order(layers):
        made = lay_filled(ProjectMap(points), each.points, each.start_s, _end(each, layers))
        points = made.points
        bars += made.bars
    return Filled(points=points, bars=tuple(bars))


def _in_order(layers: Sequence[Layer]) -> list[Layer]:
    return sorted(layers, key=lambda each: (each.turn, each.start_s))


def _end(layer: Layer, layers: Sequence[Layer]) -> float:
    """Return where a layer ends: where the next one begins if only a hair is between them."""
    near = (o.start_s for o in layers if 0 < o.start_s - layer.end_s <= TOUCH_S)
    return min(near, default=layer.end_s)


# --- remembered -----------------------------------------------------------------------------------


def remember(
    parts: Mapping[str, dict[str, Any]],
    layers: Mapping[str, Layer],
    base: Sequence[MapPoint],
    laid: Sequence[MapPoint],
) -> None:
    """Note in the parts of all cues what is theirs of a map, and what it stands in place of.

    Parameters
    ----------
    parts : mapping of str to dict
    layers : mapping of str to Layer
        The cues of the same parts.
    base : sequence of MapPoint
        The project's own map.
    laid : sequence of MapPoint
        The map with the cues in it.
    """
    order = _in_order(list(layers.values()))

    def owner(time_s: float) -> Layer | None:
        within = (each for each in reversed(order) if in_span(time_s, each.start_s, each.end_s))
        return next(within, None)

    def shared(points: Sequence[MapPoint], others: Sequence[MapPoint]) -> _Shares:
        """Give what lies in a cue to it, and what else is not among the others to the nearest."""
        found: _Shares = {id(each): [] for each in order}
        known = set(others)
        for p in points:
            whose = owner(p.time_s)
            if whose is None and p not in known and not any(p.same(o) for o in others):
                whose = min(order, key=lambda each: _far(each, p.time_s))
            if whose is not None:
                found[id(whose)].append(p)
        return found

    written, replaced = shared(laid, base), shared(base, laid)
    line = ProjectMap(laid)
    for ident, each in layers.items():
        mine = [p for p in written[id(each)] if not any(alike(p, a) for a in each.added)]
        mine = sorted([*mine, *each.gone], key=lambda p: p.time_s)
        inner = [p for p in written[id(each)] if in_span(p.time_s, each.start_s, each.end_s)]
        start = line.quarters(each.start_s)
        part = parts[ident]
        part[WRITTEN] = [to_json(p) for p in mine]
        part[BEATS] = [round(line.quarters(p.time_s) - start, 6) for p in mine]
        part[REPLACED] = [to_json(p) for p in replaced[id(each)]]
        part[START], part[END] = each.start_s, each.end_s
        _note(part, BODY, [] if _same(inner, each.points) else [to_json(p) for p in each.points])
        _note(part, TURN, each.turn)


#: Points by the identity of the layer that they belong to.
_Shares = dict[int, list[MapPoint]]


def _far(layer: Layer, time_s: float) -> float:
    return min(abs(layer.start_s - time_s), abs(layer.end_s - time_s))


def _same(laid: Sequence[MapPoint], points: Sequence[MapPoint]) -> bool:
    """Whether a cue's points lie in the map as they are, also where a bar before is cut short."""
    return len(laid) == len(points) and all(
        replace(a, flags=a.flags & ~PARTIAL).same(replace(b, flags=b.flags & ~PARTIAL))
        for a, b in zip(laid, points, strict=True)
    )


def _note(part: dict[str, Any], key: str, value: Any) -> None:
    """Keep a value that says something."""
    if value:
        part[key] = value
    else:
        part.pop(key, None)
