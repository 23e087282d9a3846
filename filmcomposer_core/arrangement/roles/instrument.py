"""Instrument: summarise the roles that the arrangement has, then seat players for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby, pairwise

import numpy as np

from filmcomposer_core.arrangement.brief import Forces
from filmcomposer_core.arrangement.casting import cast_roles
from filmcomposer_core.arrangement.desks import Desk, known, reach, technique_for
from filmcomposer_core.arrangement.ground import Block, Ground, Tone
from filmcomposer_core.arrangement.idioms import Idiom, split_desk
from filmcomposer_core.arrangement.lead import double_theme, seat_lead
from filmcomposer_core.arrangement.stand import Sketch, Stand
from filmcomposer_core.arrangement.styles import fitting, median_length_s, style_of
from filmcomposer_core.catalogue import Instrument, instrument
from filmcomposer_core.contracts.plan import CuePlan

#: Who joins after every role of the section has its first desk.
JOINING = ("pad", "double", "bass", "motion", "percussion", "pad", "double", "colour", "bass",
           "double", "pad", "motion", "percussion", "double", "pad", "double")  # fmt: skip


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
    for _, group in groupby(ground.blocks, key=lambda block: block.index - block.order):
        blocks = list(group)
        peak = max(blocks, key=lambda block: block.tension)
        merged = _merged([sketches[block.index] for block in blocks])
        stand = Stand(ground, peak, merged, casting, forces, idiom, [])
        first = _seat_roles(stand)
        for role in JOINING:
            if len(stand.desks) >= max(parts[block.index] for block in blocks):
                break
            _join(stand, role)
        for block in blocks:
            desks = _playing(stand.desks, sketches[block.index])
            seated.append(_share_voices(_fewer(desks, first, parts[block.index])))
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


def _join(stand: Stand, role: str) -> None:
    if role == "double":
        double_theme(stand)
    elif role not in stand.block.section.roles or stand.count(role) >= _most(role, stand.block):
        return
    elif role in ("percussion", "colour"):
        _join_named(stand, role)
    else:
        _join_line(stand, role)


def _most(role: str, block: Block) -> int:
    """Return how many desks of a role make sense at a tension."""
    full = (block.tension > 0.45) + (block.tension > 0.7)
    return {"bass": 1 + full, "pad": 2 + full, "motion": 1 + full}.get(role, 3)


def _join_named(stand: Stand, role: str) -> None:
    """Seat the next drum or colour of the sketch that has something to play."""
    for line, tones in stand.sketch.items():
        kind, _, desk = line.partition(":")
        name, technique = split_desk(desk)
        if kind != role or not tones or not stand.forces.allows(name):
            continue
        if any(d.instrument == name for d in stand.desks):
            continue
        stand.desks.append(
            Desk(
                role=role,
                instrument=name,
                technique=technique,
                lines=(line,),
                reason=f"{instrument(name).name}: {role} that belongs to {stand.idiom.id}.",
            )
        )
        return


def _join_line(stand: Stand, role: str) -> None:
    lines = _lines_for(stand, role)
    tones = [tone for line in lines for tone in stand.sketch.get(line, ())]
    if not tones:
        return
    for name in stand.casting.order(role, stand.block):
        player = known(name)
        if not stand.free(player, len(lines)) or not _agile(stand, player, role):
            continue
        shift = _shift(player, tones, role)
        if shift is None:
            continue
        style = style_of(stand, role, tones, player)
        asked = fitting(split_desk(name)[1], median_length_s(stand.ground, tones))
        technique = technique_for(player, style, asked=asked)
        stand.desks.append(
            Desk(
                role=role,
                instrument=player.id,
                technique=technique,
                lines=lines,
                shift=shift,
                reason=stand.casting.reason(role, player),
            )
        )
        return


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


def _share_voices(desks: list[Desk]) -> tuple[Desk, ...]:
    """Give the three voices of the pad to the desks that play it."""
    pads = [i for i, desk in enumerate(desks) if desk.role == "pad"]
    shares = _shares([instrument(desks[i].instrument) for i in pads])
    for i, lines in zip(pads, shares, strict=True):
        desks[i] = replace(desks[i], lines=lines)
    return tuple(desks)


def _shares(players: Sequence[Instrument]) -> list[tuple[str, ...]]:
    full = ("tenor", "alto", "top")
    pairs = (("alto", "top"), ("tenor", "alto"), ("tenor", "top"))
    shares: list[tuple[str, ...]] = []
    covered: set[str] = set()
    for n, player in enumerate(players):
        if player.polyphony >= 3 and (n == 0 or n >= 2):
            lines: tuple[str, ...] = full
        elif player.polyphony >= 2:
            lines = pairs[n % 3]
        else:
            lines = (next((v for v in ("top", "alto", "tenor") if v not in covered), "alto"),)
        shares.append(lines)
        covered |= set(lines)
    return shares
