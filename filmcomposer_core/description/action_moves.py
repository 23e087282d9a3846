"""Actions by how bodies stand and move.

Each rule looks at a shot and returns how likely its action is, 0 where the evidence does not carry
it. The numbers are careful: a rule that is right in half of its shots says 0.5.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

from filmcomposer_core.contracts.sightings import Person, SeenFrame
from filmcomposer_core.description.poses import (
    QUICK,
    SLOW,
    climbing,
    lying,
    pace,
    raised_hands,
    sitting,
    striding,
)
from filmcomposer_core.description.seen import (
    SEEN_OFTEN,
    SeenShot,
    area,
    often,
    overlap,
    share,
    sure_people,
    sure_things,
)

SEATS = ("chair", "couch", "bench", "toilet")

Rule = Callable[[SeenShot], float]


def run(seen: SeenShot) -> float:
    """Somebody strides and moves fast."""
    part = share(seen.frames, lambda f: _any(f, lambda p: _runs(p, seen.aspect)))
    return often(part, 0.35, 0.65)


def pursue(seen: SeenShot) -> float:
    """Two stride and move fast."""

    def two(frame: SeenFrame) -> bool:
        return sum(_runs(person, seen.aspect) for person in sure_people(frame)) >= 2

    part = share(seen.frames, two)
    return often(part, 0.3, 0.5)


def fight(seen: SeenShot) -> float:
    """Two bodies are on each other and both move fast."""

    def fights(frame: SeenFrame) -> bool:
        quick = [p for p in sure_people(frame) if pace(p, seen.aspect) >= QUICK]
        return any(overlap(a.box, b.box) > 0.15 for a, b in combinations(quick, 2))

    return often(share(seen.frames, fights), 0.35, 0.65)


def battle(seen: SeenShot) -> float:
    """Several people move fast."""

    def many(frame: SeenFrame) -> bool:
        return sum(pace(p, seen.aspect) >= QUICK for p in sure_people(frame)) >= 3

    return often(share(seen.frames, many), 0.3, 0.5)


def ride(what: str) -> Rule:
    """Return the rule for somebody who sits on top of a thing."""

    def rides(frame: SeenFrame) -> bool:
        return any(
            overlap(person.box, thing.box) > 0.25
            and person.box.top < thing.box.top
            and person.box.bottom < thing.box.bottom + 0.1 * thing.box.height
            for thing in sure_things(frame, (what,))
            for person in sure_people(frame)
        )

    return lambda seen: often(share(seen.frames, rides), 0.55, 0.85)


def drive_car(seen: SeenShot) -> float:
    """Somebody is seen inside a large car, or a large car moves."""

    def drives(frame: SeenFrame) -> bool:
        cars = [t.box for t in sure_things(frame, ("car", "truck", "bus")) if area(t.box) > 0.15]
        return any(overlap(car, p.box) > 0.85 for car in cars for p in sure_people(frame))

    inside = often(share(seen.frames, drives), 0.4, 0.6)
    large = share(
        seen.frames, lambda f: any(area(t.box) > 0.08 for t in sure_things(f, ("car", "truck")))
    )
    moving = often(large, 0.3, 0.45) if seen.shot.speed > 0.1 else 0.0
    return max(inside, moving)


def sit(seen: SeenShot) -> float:
    """Somebody sits by the joints, or stays on a seat."""

    def sits(frame: SeenFrame) -> bool:
        seats = [thing.box for thing in sure_things(frame, SEATS)]
        return _any(
            frame,
            lambda p: (
                pace(p, seen.aspect) < QUICK
                and (sitting(p, seen.aspect) or any(overlap(p.box, s) > 0.6 for s in seats))
            ),
        )

    return often(share(seen.frames, sits), 0.3, 0.5)


def climb(seen: SeenShot) -> float:
    """Both hands above the head and a knee drawn up."""
    return often(
        share(seen.frames, lambda f: _any(f, lambda p: climbing(p, seen.aspect))), 0.3, 0.5
    )


def fall_down(seen: SeenShot) -> float:
    """Somebody who stood lies, or lies and moves fast."""
    main = [sure_people(frame)[:1] for frame in seen.frames]
    lies = [bool(p) and lying(p[0], seen.aspect) for p in main]
    quick = any(
        down and pace(p[0], seen.aspect) >= QUICK for down, p in zip(lies, main, strict=True)
    )
    stood = any(p and not down for down, p in zip(lies, main, strict=True))
    dropped = stood and lies and lies[-1] and not lies[0]
    return 0.5 if dropped else 0.4 if quick else 0.0


def sleep(seen: SeenShot) -> float:
    """Somebody lies and hardly moves; in a bed more surely."""

    def sleeps(frame: SeenFrame) -> bool:
        return _any(frame, lambda p: lying(p, seen.aspect) and pace(p, seen.aspect) < SLOW)

    bed = share(seen.frames, lambda f: bool(sure_things(f, ("bed",)))) >= SEEN_OFTEN
    part = share(seen.frames, sleeps)
    return often(part, 0.45, 0.65) if bed else often(part, 0.25, 0.35)


def goodbye(seen: SeenShot) -> float:
    """One raised hand of somebody who stays where he is."""

    def waves(person: Person) -> bool:
        return raised_hands(person) == 1 and pace(person, seen.aspect) < QUICK

    return often(share(seen.frames, lambda f: _any(f, waves)), 0.25, 0.4)


def cheer(seen: SeenShot) -> float:
    """Several people with raised hands."""
    part = share(seen.frames, lambda f: sum(raised_hands(p) > 0 for p in sure_people(f)) >= 3)
    return often(part, 0.4, 0.6)


def dance(seen: SeenShot) -> float:
    """Both hands up, moving, but not from the spot."""

    def dances(person: Person) -> bool:
        return raised_hands(person) == 2 and SLOW <= pace(person, seen.aspect) < QUICK

    return often(share(seen.frames, lambda f: _any(f, dances)), 0.25, 0.4)


def _any(frame: SeenFrame, test: Callable[[Person], bool]) -> bool:
    return any(test(person) for person in sure_people(frame))


def _runs(person: Person, aspect: float) -> bool:
    return pace(person, aspect) >= QUICK and striding(person, aspect)
