"""How many chairs there are: colours that hardly play go to a relative, sixteen parts at most."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from filmcomposer_core.arrangement.brief import Forces
from filmcomposer_core.arrangement.chairs import (
    HIT_RANK,
    Chair,
    Chairs,
    Entry,
    fits,
    rank_of,
    taken_over,
)
from filmcomposer_core.arrangement.gestures import STRONG, TOUCHES, Stage, role_for, struck_at
from filmcomposer_core.arrangement.ground import Ground
from filmcomposer_core.arrangement.hits import Hit
from filmcomposer_core.arrangement.idioms import split_desk
from filmcomposer_core.arrangement.landing import covered
from filmcomposer_core.arrangement.personnel import TOGETHER
from filmcomposer_core.arrangement.settle import rehome, settle, settle_all
from filmcomposer_core.arrangement.vocabulary import DRUMS
from filmcomposer_core.arrangement.writing.pitches import within
from filmcomposer_core.catalogue import Instrument, instrument

#: Parts of a score, duplicates included.
MOST_PARTS = 16
#: Who begins to sound less often than this has no chair of his own if a relative has room.
FEW = 3
#: Onsets that a hit, and a drum as such, count for when someone has to go.
HIT_WORTH, DRUM_WORTH = 8, 12
#: Share of a chair's notes that have to lie well for who takes it over; else others come first.
AT_EASE = 0.7
COVERING = ("colour", "motion", "counter", "pad", "bass", "percussion", "drone")


def form_company(stage: Stage, chairs: Chairs, hits: Sequence[Hit]) -> None:
    """Settle the chairs, let the idle ones go, keep to sixteen, and see that every hit is met."""
    settle_all(stage.ground, chairs)
    kept = _indispensable(stage.forces, chairs)
    _let_idle_go(stage.ground, chairs, kept)
    while len(chairs) > MOST_PARTS and _dismiss(stage.ground, chairs, kept):
        pass
    for hit in unmet(stage.ground, chairs, hits):
        _meet(stage, chairs, hit)


def _indispensable(forces: Forces, chairs: Chairs) -> frozenset[str]:
    """Return the chairs of those who are asked for by name, one for each name."""
    groups = (*forces.groups, *((name,) for name in forces.solo))
    seated = ([name for name in group if name in chairs] for group in groups)
    kept = [max(names, key=lambda n: (chairs[n].onsets, n)) for names in seated if names]
    return (
        frozenset([*kept, *(forces.only or ())]) if len(forces.only or ()) < 6 else frozenset(kept)
    )


def unmet(ground: Ground, chairs: Chairs, hits: Sequence[Hit]) -> list[Hit]:
    """Return the hits at which no accented tone begins within half a frame."""
    onsets = sorted(
        entry.tone.beat
        for chair in chairs.values()
        for entry in chair.entries
        if entry.note is None and entry.tone.accent > 0
    )
    return [hit for hit in hits if not covered(ground, hit, onsets)]


def _let_idle_go(ground: Ground, chairs: Chairs, kept: Collection[str]) -> None:
    """Give what a chair of few notes plays to a relative who can play all of it."""
    idle = [c for c in chairs.values() if c.onsets < FEW and not c.theme and c.player.pitched]
    idle = [chair for chair in idle if chair.instrument not in kept]
    for chair in sorted(idle, key=lambda c: (c.onsets, c.instrument)):
        for other in hosts(chairs, chair):
            kin = other.player.family == chair.player.family
            strikes = any(entry.rank == HIT_RANK for entry in chair.entries)
            does = chair.roles <= other.roles and not strikes
            easy = _ease(chair, other.player) >= AT_EASE
            if (kin or does) and easy and _moves_in(ground, chair, other):
                del chairs[chair.instrument]
                break


def hosts(chairs: Chairs, chair: Chair) -> list[Chair]:
    """Return the chairs that may take over another, the nearest relative first."""

    def distance(other: Chair) -> tuple[bool, bool, bool, bool, float, int, str]:
        player = other.player
        reached = sum(player.low <= e.tone.pitch <= player.high for e in chair.entries)
        return (
            _ease(chair, player) < AT_EASE,
            player.family != chair.player.family,
            not chair.roles & other.roles,
            other.theme,
            -reached / len(chair.entries),
            -player.polyphony,
            other.instrument,
        )

    others = [c for c in chairs.values() if c is not chair and _can_stand_in(c, chair)]
    return sorted(others, key=distance)


def _ease(chair: Chair, player: Instrument) -> float:
    """Return the share of a chair's notes that lie in a player's comfortable range."""
    low, high = player.comfort_low, player.comfort_high
    easy = sum(low <= entry.tone.pitch <= high for entry in chair.entries)
    return easy / len(chair.entries) if player.pitched else 1.0


def _can_stand_in(other: Chair, chair: Chair) -> bool:
    """Whether a player may take over a chair at all: a tune is no drum's, a roll no stroke."""
    if other.player.pitched != chair.player.pitched:
        return False
    if (other.instrument in DRUMS) != (chair.instrument in DRUMS):
        return False
    if other.instrument in TOGETHER and chair.instrument not in TOGETHER:
        return False
    known = {technique.name for technique in other.player.techniques}
    rolls = any(entry.technique == "roll" for entry in chair.entries)
    return not rolls or "roll" in known


def _moves_in(ground: Ground, chair: Chair, host: Chair) -> bool:
    """Let a settled chair take over all entries of another if it has room for all of them."""
    before = list(host.entries)
    for entry in chair.entries:
        moved = taken_over(entry, host.player)
        if moved.tone.pitch != entry.tone.pitch or not fits(ground, host, moved.tone):
            host.entries = before
            return False
        host.insert(moved)
    _take_name(chair, host)
    return True


def _take_name(chair: Chair, host: Chair) -> None:
    host.blocks |= chair.blocks
    told = f"{host.player.name} also plays for {chair.player.name}."
    host.reasons += [told] if told not in host.reasons else []


def _dismiss(ground: Ground, chairs: Chairs, kept: Collection[str]) -> bool:
    """Give what the most dispensable chair without the theme plays to its nearest relative."""
    for chair in sorted(chairs.values(), key=lambda c: (c.theme, _worth(c), c.instrument)):
        able = hosts(chairs, chair)
        if not able or chair.theme or chair.instrument in kept:
            continue
        host = able[0]
        _take_name(chair, host)
        host.entries += [taken_over(entry, host.player) for entry in chair.entries]
        del chairs[chair.instrument]
        for loose in settle(ground, host):
            rehome(ground, chairs, host, loose)
        return True
    return False


def _worth(chair: Chair) -> int:
    """Return how much a chair would be missed: onsets, more for hits and for drums.

    No other instrument sounds like a drum, and a hit is made by its colour.
    """
    strikes = len({e.tone.beat for e in chair.entries if e.rank == HIT_RANK})
    return (
        chair.onsets
        + HIT_WORTH * strikes
        + (DRUM_WORTH if chair.player.family == "percussion" else 0)
    )


def _meet(stage: Stage, chairs: Chairs, hit: Hit) -> None:
    """Accent what already begins at a hit, else touch it with whoever is free, or makes himself."""
    if _accented(stage.ground, chairs, hit):
        return
    choices = [(chair, _touch(stage, chair, hit)) for chair in _touching(stage, chairs, hit)]
    for chair, entry in choices:
        if fits(stage.ground, chair, entry.tone):
            chair.insert(entry)
            return
    for chair, entry in choices:
        near = chair.around(hit.beat - 0.5, hit.beat + 0.5)
        if any(other.rank <= 1 for other in near):
            continue
        chair.entries.append(entry)
        for loose in settle(stage.ground, chair):
            rehome(stage.ground, chairs, chair, loose)
        return
    newcomer = _newcomer(stage, chairs)
    if newcomer is not None:
        newcomer.insert(_touch(stage, newcomer, hit))
        chairs[newcomer.instrument] = newcomer


def _accented(ground: Ground, chairs: Chairs, hit: Hit) -> bool:
    for chair in chairs.values():
        for i, entry in enumerate(chair.entries):
            if entry.note is None and covered(ground, hit, [entry.tone.beat]):
                tone = replace(entry.tone, accent=STRONG - 6)
                chair.entries[i] = replace(entry, tone=tone, rank=rank_of(entry.role, tone))
                return True
    return False


def _touching(stage: Stage, chairs: Chairs, hit: Hit) -> list[Chair]:
    names = [split_desk(desk)[0] for desk in TOUCHES]
    percussion = role_for(hit, COVERING) == "percussion"
    able = [c for c in chairs.values() if c.player.pitched or percussion]
    order = {name: place for place, name in enumerate(names)}
    return sorted(
        able,
        key=lambda c: (
            percussion and c.player.family != "percussion",
            order.get(c.instrument, len(order)),
            c.instrument,
        ),
    )


def _touch(stage: Stage, chair: Chair, hit: Hit) -> Entry:
    player = chair.player
    low, high = player.comfort_low, player.comfort_high
    pitch = within(stage.harmony(hit.beat)[3] + 12, low, max(high, low + 11))
    tone = struck_at(stage, hit, max(player.low, min(player.high, pitch)), 0.25, STRONG)
    role = role_for(hit, COVERING)
    return taken_over(Entry(tone, role, "", rank_of(role, tone)), player)


def _newcomer(stage: Stage, chairs: Chairs) -> Chair | None:
    names = [split_desk(desk)[0] for desk in (*TOUCHES, *sorted(stage.forces.only or ()))]
    free = [n for n in names if n not in chairs and stage.forces.allows(n)]
    if not free or len(chairs) >= MOST_PARTS:
        return None
    player = instrument(free[0])
    return Chair(player.id, reasons=[f"{player.name} marks the picture's strong moments."])
