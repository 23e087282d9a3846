"""Instrument: summarise the roles that the arrangement has, then seat players for them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise

import numpy as np

from filmcomposer_core.arrangement.brief import Forces
from filmcomposer_core.arrangement.casting import cast_roles
from filmcomposer_core.arrangement.desks import Desk, capable, known, reach, technique_for
from filmcomposer_core.arrangement.divisi import share_voices
from filmcomposer_core.arrangement.ground import Block, Ground, Tone
from filmcomposer_core.arrangement.idioms import Idiom, split_desk
from filmcomposer_core.arrangement.lead import double_theme, hand_over, join_theme, seat_lead
from filmcomposer_core.arrangement.named import join_named, seat_drum
from filmcomposer_core.arrangement.personnel import MIDDLE
from filmcomposer_core.arrangement.stand import Sketch, Stand
from filmcomposer_core.arrangement.styles import fitting, median_length_s, style_of
from filmcomposer_core.catalogue import Instrument, instrument
from filmcomposer_core.contracts.plan import CuePlan

#: Who joins after every role of the section has its first desk.
JOINING = ("pad", "double", "bass", "motion", "percussion", "pad", "double", "colour", "bass",
           "double", "pad", "motion", "percussion", "double", "pad", "double")  # fmt: skip
#: Chance that a long section hands the theme on half-way.
PASSED = 0.8
#: Roles whose colour may change from section to section, and the chance that each does.
CHANGING = ("pad", "motion", "counter")
CHANGED = 0.6
#: Where a named instrument is put to use that no role has taken.
NAMED_ROLES = ("motion", "counter", "pad", "bass", "drone")


def summarise_roles(plan: CuePlan) -> dict[str, int]:
    """Return how many bars each role sounds for, the busiest first."""
    bars: dict[str, int] = {}
    for section in plan.sections:
        if not section.silence:
            for role in section.roles:
                bars[role] = bars.get(role, 0) + section.bars
    return dict(sorted(bars.items(), key=lambda item: (-item[1], item[0])))


def assign_instruments(
    ground: Ground,
    sketches: Sequence[Sketch],
    *,
    parts: Sequence[int],
    idiom: Idiom,
    forces: Forces,
    faithful: bool,
    rng: np.random.Generator,
) -> tuple[tuple[Desk, ...], ...]:
    """Speak third: seat players for every block.

    Parameters
    ----------
    sketches : sequence of mapping
        The lines of each block: name to tones.
    parts : sequence of int
        How many parts should play in each block.
    faithful : bool
        Keep to the idiom's own order of instruments instead of letting the seed vary it.

    Returns
    -------
    tuple of tuple of Desk
        One tuple per block. Every role of the section has a desk where some instrument can take
        it; beyond that desks join by the order of ``JOINING`` up to the number of parts. A section
        keeps its players: a block with fewer parts lets the last to join rest.

    Notes
    -----
    Implements the Instrument agent (Table 2 of FilmComposer): it first summarises the roles, which
    keeps the orchestra from growing beyond what they need (Sec. 3.3).
    """
    roles = tuple(summarise_roles(ground.plan))
    casting = cast_roles(idiom, forces, roles=roles, faithful=faithful, rng=rng)
    seated: list[tuple[Desk, ...]] = []
    led: list[str] = []
    before: dict[str, frozenset[str]] = {}
    for _, group in groupby(ground.blocks, key=lambda block: block.index - block.order):
        blocks = list(group)
        peak = max(blocks, key=lambda block: block.tension)
        merged = _merged([sketches[block.index] for block in blocks])
        changing = [role for role in CHANGING if float(rng.random()) < CHANGED]
        stale = {role: before.get(role, frozenset()) for role in changing}
        stand = Stand(ground, peak, merged, casting, forces, idiom, [], tuple(led), stale)
        first = (*_seat_roles(stand), *seat_named(stand))
        for role in JOINING:
            if len(stand.desks) >= max(parts[block.index] for block in blocks):
                break
            _join(stand, role)
        before = {
            role: frozenset(d.instrument for d in stand.desks if d.role == role)
            for role in CHANGING
        }
        half = blocks[(len(blocks) + 1) // 2 :]
        passes = bool(half) and float(rng.random()) < PASSED
        other = hand_over(stand, half) if passes else None
        for block in blocks:
            desks = _playing(stand.desks, sketches[block.index])
            desks = _fewer(desks, first, parts[block.index])
            if other is not None and block in half:
                desks = [other if desk.leads else desk for desk in desks]
            led += [d.instrument for d in desks if d.leads and d.instrument not in led[-1:]]
            seated.append(share_voices(desks))
    return tuple(seated)


def _merged(sketches: Sequence[Sketch]) -> Sketch:
    """Return the lines of a whole section."""
    merged: dict[str, list[Tone]] = {}
    for sketch in sketches:
        for name, tones in sketch.items():
            merged.setdefault(name, []).extend(tones)
    return merged


def _playing(desks: Sequence[Desk], sketch: Sketch) -> list[Desk]:
    return [desk for desk in desks if any(sketch.get(line) for line in desk.lines)]


def _fewer(desks: Sequence[Desk], first: Sequence[Desk], wanted: int) -> list[Desk]:
    """Keep one desk for each role, and of those that joined as many as the block has room for."""
    joined = [desk for desk in desks if desk not in first]
    room = max(0, wanted - (len(desks) - len(joined)))
    kept = joined[:room]
    return [desk for desk in desks if desk in first or desk in kept]


def _seat_roles(stand: Stand) -> tuple[Desk, ...]:
    """Seat one desk for each role of the section; return them."""
    roles = stand.block.section.roles
    if "melody" in roles:
        seat_lead(stand)
    for role in ("bass", "pad", "motion", "counter", "percussion", "colour", "drone"):
        if role in roles:
            _join(stand, role)
    return tuple(stand.desks)


def seat_named(stand: Stand) -> tuple[Desk, ...]:
    """Seat everyone whom the words name and who has no desk yet; return their desks."""
    before = len(stand.desks)
    others = [(name,) for name in stand.forces.solo]
    for group in (*others, *stand.forces.groups):
        if any(desk.instrument in group for desk in stand.desks):
            continue
        _seat_one(stand, group)
    return tuple(stand.desks[before:])


def _seat_one(stand: Stand, group: Sequence[str]) -> None:
    roles = stand.block.section.roles
    for name in group:
        if seat_drum(stand, name):
            return
        if not instrument(name).pitched:
            continue
        for role in NAMED_ROLES:
            lines = _lines_for(stand, role)
            sung = role in roles and any(stand.sketch.get(line) for line in lines)
            able = name in capable(role)
            if sung and able and seat_line(stand, role, lines, name, strict=True):
                return
        if join_theme(stand, name):
            return


def _join(stand: Stand, role: str) -> None:
    if role == "double":
        double_theme(stand)
    elif role not in stand.block.section.roles or stand.count(role) >= _most(role, stand.block):
        return
    elif role in ("percussion", "colour"):
        join_named(stand, role)
    else:
        _join_line(stand, role)


def _most(role: str, block: Block) -> int:
    """Return how many desks of a role make sense at a tension."""
    full = (block.tension > 0.45) + (block.tension > 0.7)
    return {"bass": 1 + full, "pad": 2 + full, "motion": 1 + full}.get(role, 3)


def _join_line(stand: Stand, role: str) -> None:
    lines = _lines_for(stand, role)
    tones = [tone for line in lines for tone in stand.sketch.get(line, ())]
    if not tones:
        return
    names = _fresh(stand, role, stand.casting.order(role, stand.block))
    if stand.forces.only is not None:
        # A small band shares the work: whoever has least to do comes first.
        names = tuple(sorted(names, key=lambda n: _load(stand, split_desk(n)[0])))
    for strict in (True, False) if stand.forces.only is not None else (True,):
        for name in names:
            if seat_line(stand, role, lines, name, strict=strict):
                return


def _fresh(stand: Stand, role: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return the candidates for a role, those of the section before last if it is to change.

    Beside a section of the strings that holds a chord the other sections come first: they share
    its voices as in a quartet.
    """
    stale = stand.before.get(role, frozenset())
    ordered = sorted(names, key=lambda name: split_desk(name)[0] in stale)
    pads = [desk.instrument for desk in stand.desks if desk.role == "pad"]
    if role == "pad" and any(name in MIDDLE for name in pads):
        ordered = [*(n for n in MIDDLE if stand.forces.allows(n)), *ordered]
    return tuple(dict.fromkeys(ordered))


def _load(stand: Stand, name: str) -> int:
    """Return how busy a player is; who leads is left to the theme as long as others can help."""
    leads = any(desk.leads and desk.instrument == name for desk in stand.desks)
    return stand.load(name) + 3 * leads


def seat_line(stand: Stand, role: str, lines: tuple[str, ...], desk: str, *, strict: bool) -> bool:
    """Give lines to a player who can take them; ``strict`` asks for range and all hands."""
    player = known(desk)
    tones = [tone for line in lines for tone in stand.sketch.get(line, ())]
    if stand.forces.only is not None:
        lines = lines[-max(1, min(len(lines), stand.hands(player))) :]
    if not stand.free(player, len(lines)) or not _agile(stand, player, role):
        return False
    shift = _shift(player, tones, role)
    if shift is None and strict:
        return False
    style = style_of(stand, role, tones, player)
    asked = fitting(split_desk(desk)[1], median_length_s(stand.ground, tones))
    stand.desks.append(
        Desk(
            role=role,
            instrument=player.id,
            technique=technique_for(player, style, asked=asked),
            lines=lines,
            shift=12 if shift is None and role in ("bass", "drone") else shift or 0,
            reason=stand.casting.reason(role, player),
        )
    )
    return True


def _lines_for(stand: Stand, role: str) -> tuple[str, ...]:
    if role == "pad":
        return ("tenor", "alto", "top")
    if role == "motion" and stand.count("motion"):
        return ("answer",)
    return {"motion": ("figure",)}.get(role, (role,))


def _agile(stand: Stand, player: Instrument, role: str) -> bool:
    if role not in ("motion", "counter"):
        return True
    line = stand.sketch.get("figure" if role == "motion" else role, ())
    beats = sorted({tone.beat for tone in line})
    if len(beats) < 2:
        return True
    gap = min(b - a for a, b in pairwise(beats))
    bpm = stand.ground.timeline.bpm_at(stand.ground.timeline.time_at(beats[0]))
    return 1.0 / (gap * 60.0 / bpm) <= player.agility


def _shift(player: Instrument, tones: Sequence[Tone], role: str) -> int | None:
    """Return the octave in which a player reaches a line best, None if none will do.

    Double basses and their like sound an octave below the written bass where they can.
    """
    low_players = role in ("bass", "drone") and player.comfort_low < 34
    options = (-12, 0, 12) if low_players else (0,) if role == "pad" else (0, 12)
    needed = 0.75 if low_players else 0.9
    best: tuple[float, int] | None = None
    for place, shift in enumerate(options):
        playable, comfort = reach(player, tones, shift=shift)
        value = playable + comfort - 0.25 * place
        if playable >= needed and (best is None or value > best[0]):
            best = (value, shift)
    return None if best is None else best[1]
