"""Count boundaries found, missed and false, by kind of join and of trap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from benchmarks.picture_cuts import Found
from benchmarks.picture_edits import Edit, Join, Trap
from benchmarks.picture_labels import LabelledShot, f1

#: How far off a hard cut may be told, frames, and a fade or dissolve, seconds.
HARD_FRAMES: Final = 1
SOFT_S: Final = 0.25
SOFT: Final = ("dissolve", "fade")
#: Frames around a trap in which a false boundary is laid to it.
_NEAR: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """The joins and traps of a clip of ``frames`` frames."""

    fps: float
    frames: int
    joins: tuple[Join, ...]
    traps: tuple[Trap, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Boundaries found, missed and told where there are none."""

    hit: int = 0
    missed: int = 0
    false: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(
            hit=self.hit + other.hit,
            missed=self.missed + other.missed,
            false=self.false + other.false,
        )

    @property
    def precision(self) -> float:
        """Share of what was found that is true; 1 where nothing was found."""
        return self.hit / (self.hit + self.false) if self.hit + self.false else 1.0

    @property
    def recall(self) -> float:
        """Share of what is true that was found; 1 where there is nothing to find."""
        return self.hit / (self.hit + self.missed) if self.hit + self.missed else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        return f1(self.hit, self.false, self.missed)


@dataclass(slots=True)
class Tally:
    """What a detector did on several clips.

    ``hard`` counts hard cuts at ±1 frame: jump cuts and soft joins are neither asked for nor held
    against it. ``boundaries`` counts cuts, fades and dissolves, the soft ones at ±0.25 s.
    ``joins`` and ``touched`` count by kind those found at their frame, and anywhere in the
    transition; ``traps`` the false ones by the trap that they lie in ("none" for those in none).
    """

    hard: Count = field(default_factory=Count)
    boundaries: Count = field(default_factory=Count)
    joins: Counter[str] = field(default_factory=Counter)
    touched: Counter[str] = field(default_factory=Counter)
    traps: Counter[str] = field(default_factory=Counter)


def truth_of_labels(shots: Sequence[LabelledShot], *, fps: float, frames: int) -> Truth:
    """Return the joins of a labelled clip; how long its fades and dissolves last is not known."""
    joins = tuple(
        Join(kind=s.cut, frame=s.start_frame, first=s.start_frame, last=s.start_frame)
        for s in shots
        if s.cut != "start"
    )
    return Truth(fps=fps, frames=frames, joins=joins)


def truth_of_edit(edit: Edit, *, fps: float) -> Truth:
    """Return the joins and traps of an edit."""
    return Truth(fps=fps, frames=edit.frames, joins=edit.joins, traps=edit.traps)


def judge(truth: Truth, found: Sequence[Found], tally: Tally) -> None:
    """Add to a tally what a detector found in one clip."""
    frames = sorted(f.frame for f in found)
    slack = SOFT_S * truth.fps
    reach = [slack if join.kind in SOFT else HARD_FRAMES for join in truth.joins]
    pairs = _pairs(truth.joins, frames, reach)
    hits = {truth.joins[k].kind: 0 for k in range(len(truth.joins))}
    hits |= Counter(truth.joins[k].kind for k in pairs)
    tally.joins.update(hits)
    kinds = Counter(join.kind for join in truth.joins)
    free = [frames[k] for k in range(len(frames)) if k not in pairs.values()]
    # A second boundary inside a transition, or near a soft join, is no false hard cut.
    outside = [frame for frame in free if not _in_soft(truth, frame, slack)]
    tally.hard += Count(
        hit=hits.get("cut", 0), missed=kinds["cut"] - hits.get("cut", 0), false=len(outside)
    )
    wanted = ("cut", *SOFT)
    hit = sum(hits.get(kind, 0) for kind in wanted)
    total = sum(kinds[kind] for kind in wanted)
    tally.boundaries += Count(hit=hit, missed=total - hit, false=len(free))
    for join in truth.joins:
        near = slack if join.kind in SOFT else HARD_FRAMES
        tally.touched[join.kind] += any(join.first - near <= f <= join.last + near for f in frames)
    for frame in outside:
        tally.traps[_trap_at(truth, frame)] += 1


def _pairs(joins: Sequence[Join], frames: Sequence[int], reach: Sequence[float]) -> dict[int, int]:
    """Pair joins with what was found, the nearest first, each once."""
    near = sorted(
        (abs(join.frame - frame), k, n)
        for k, join in enumerate(joins)
        for n, frame in enumerate(frames)
        if abs(join.frame - frame) <= reach[k]
    )
    pairs: dict[int, int] = {}
    for _, k, n in near:
        if k not in pairs and n not in pairs.values():
            pairs[k] = n
    return pairs


def _in_soft(truth: Truth, frame: int, slack: float) -> bool:
    return any(
        join.first - slack <= frame <= join.last + slack
        for join in truth.joins
        if join.kind in SOFT
    )


def _trap_at(truth: Truth, frame: int) -> str:
    for trap in truth.traps:
        if trap.first - _NEAR <= frame <= trap.last + _NEAR:
            return trap.kind
    return "none"
