"""The sample cue built, with what a test changes; and its project file as a tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import rpp

from filmcomposer_core.contracts.daw_plan import DawPlan
from filmcomposer_core.contracts.scheme import Scheme
from filmcomposer_core.execution import build_plan, write_rpp
from tests import samples


def arguments(**changes: Any) -> dict[str, Any]:
    usual = {
        "analysis": samples.analysis(),
        "spots": samples.spots(),
        "tempo_map": samples.tempo_plan().map,
        "plan": samples.cue_plan(),
        "score": samples.score(),
        "scheme": samples.scheme(),
        "title": "Clip",
        "video_path": "../clip.mp4",
    }
    return {**usual, **changes}


def built(**changes: Any) -> DawPlan:
    return build_plan(**arguments(**changes))[0]


def range_notes(**changes: Any) -> tuple[str, ...]:
    return build_plan(**arguments(**changes))[1]


def scheme_with(track_id: str, **changes: Any) -> Scheme:
    scheme = samples.scheme()
    tracks = [replace(t, **changes) if t.id == track_id else t for t in scheme.tracks]
    return replace(scheme, tracks=tuple(tracks))


def ops(plan: DawPlan, kind: type) -> list[Any]:
    return [op for op in plan.operations if isinstance(op, kind)]


def op_for(plan: DawPlan, kind: type, track: str) -> Any:
    (found,) = [op for op in ops(plan, kind) if getattr(op, "track", None) == track]
    return found


def tree(plan: DawPlan) -> Any:
    return rpp.loads(write_rpp(plan))


def words(element: Any, key: str) -> list[list[str]]:
    """Return the words after a key in every direct line of a block."""
    lines = [
        [child] if isinstance(child, str) else child
        for child in element.children
        if not isinstance(child, rpp.Element)
    ]
    return [line[1:] for line in lines if line[0] == key]


def only(element: Any, key: str) -> list[str]:
    (found,) = words(element, key)
    return found


def blocks(element: Any, tag: str) -> list[Any]:
    return [c for c in element.children if isinstance(c, rpp.Element) and c.tag == tag]


def walk(element: Any) -> Iterator[Any]:
    """Give an element and all its descendants, blocks and lines."""
    yield element
    for child in element.children:
        if isinstance(child, rpp.Element):
            yield from walk(child)
        else:
            yield [child] if isinstance(child, str) else child
