"""What the roles have decided, put in the place of what theory computed; a guard looks on.

Where a choice cannot be played, theory's stands, with the reason beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from filmcomposer_core.arrangement.desks import Desk
from filmcomposer_core.arrangement.ground import Ground
from filmcomposer_core.arrangement.roles.analyze import Development
from filmcomposer_core.arrangement.roles.arrange import DUPLICATED, Arrangement
from filmcomposer_core.arrangement.seats import Seat, clashes, list_seats, octave_for, unfit
from filmcomposer_core.arrangement.take import Desks, Take
from filmcomposer_core.catalogue import instrument
from filmcomposer_core.contracts.arranging import ArrangeChoices, Player
from filmcomposer_core.contracts.decision import Decision, refused
from filmcomposer_core.contracts.labels import DYNAMICS, ROLES
from filmcomposer_core.contracts.score import Part

#: A model's reason is cut to this length.
MOST_WHY = 200


def one_line(why: str) -> str:
    """Return a model's reason as a line of a length that files and pages can take."""
    return " ".join(why.split())[:MOST_WHY]


def key_of(measure: int) -> str:
    """Return the name of a measure in replies and schemes."""
    return f"measure{measure}"


def heed_dynamics(
    development: Development, choices: ArrangeChoices
) -> tuple[Development, dict[int, Decision]]:
    """Return the development with the dynamics that were chosen, and who chose them by measure."""
    if choices.analyze is None:
        return development, {}
    dynamics, decided = list(development.dynamics), {}
    for number, computed in enumerate(development.dynamics, start=1):
        key = key_of(number)
        chosen = choices.analyze.dynamics.get(key, computed)
        model = choices.models.get(f"dynamics.{key}", "")
        if chosen not in DYNAMICS:
            decided[number] = refused(model, f"{chosen[:20]!r} is no dynamic mark")
            continue
        dynamics[number - 1] = chosen
        if model:
            decided[number] = Decision(by="model", model=model, computed=computed)
    summary = (
        choices.analyze.development if "development" in choices.models else development.summary
    )
    return replace(development, dynamics=tuple(dynamics), summary=summary), decided


def heed_lines(ground: Ground, arrangement: Arrangement, choices: ArrangeChoices) -> Arrangement:
    """Return the arrangement with the softened and doubled measures that were chosen, by track."""
    reply = choices.arrange
    if reply is None:
        return arrangement
    bars = {bar.number for bar in ground.bars}
    soften = {
        role: frozenset(bars.intersection(numbers))
        for role, numbers in reply.soften.items()
        if role in ROLES
    }
    duplicated = {
        role: frozenset(
            block.index
            for block in ground.blocks
            if {bar.number for bar in block.bars} <= set(reply.duplicate.get(role, ()))
        )
        for role in DUPLICATED
    }
    return replace(arrangement, soften=soften, duplicated=duplicated)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seating:
    """The desks as they play; ``decided`` says by instrument which model chose it, and why."""

    desks: Desks
    decided: Mapping[str, Mapping[str, Decision]] = field(default_factory=dict)


def heed_players(
    take: Take, arrangement: Arrangement, desks: Desks, choices: ArrangeChoices
) -> Seating:
    """Return the desks with the players that were chosen, as far as they can play there."""
    if choices.instrument is None:
        return Seating(desks=desks)
    seats = list_seats(arrangement.sketches, desks)
    players, faults = fitting_players(take, seats, choices.instrument.players)
    rows = [list(row) for row in desks]
    decided: dict[str, dict[str, Decision]] = {}
    for seat in seats:
        player, model = players[seat.id], choices.models.get(f"players.{seat.id}", "")
        if seat.id in faults:
            note = refused(model, faults[seat.id])
            decided.setdefault(seat.instrument, {}).setdefault("instrument", note)
        elif model:
            decided[player.instrument] = _chosen(seat, player, model)
        if player != seat.player:
            for block, place in seat.desks:
                rows[block][place] = _taken(seat, player, rows[block][place])
    return Seating(desks=tuple(tuple(row) for row in rows), decided=decided)


def fitting_players(
    take: Take, seats: tuple[Seat, ...], wanted: Mapping[str, Player]
) -> tuple[dict[str, Player], dict[str, str]]:
    """Return who sits where, and why some of those who were wanted do not.

    Parameters
    ----------
    wanted : mapping of str to Player
        By seat; who is not named stays.

    Returns
    -------
    tuple of (dict, dict)
        Players by seat, all of whom can play there; faults by seat.
    """
    faults: dict[str, str] = {}
    players = {seat.id: seat.player for seat in seats}
    for seat in seats:
        player = wanted.get(seat.id, seat.player)
        fault = unfit(take, seat, player)
        if fault:
            faults[seat.id] = fault
        else:
            players[seat.id] = replace(player, why=one_line(player.why))
    # Two who change places are looked at together; of those in each other's way the last yields.
    while busy := clashes(take, seats, players):
        last = [seat for seat in seats if seat.id in busy][-1]
        faults[last.id] = busy[last.id]
        players[last.id] = last.player
    return players, faults


def _chosen(seat: Seat, player: Player, model: str) -> dict[str, Decision]:
    return {
        name: Decision(by="model", model=model, computed=computed, why=player.why)
        for name, computed in (("instrument", seat.instrument), ("technique", seat.technique))
    }


def _taken(seat: Seat, player: Player, desk: Desk) -> Desk:
    """Return a desk with another player; one who only plays otherwise keeps the octave."""
    if player.instrument == seat.instrument:
        return replace(desk, technique=player.technique)
    found = instrument(player.instrument)
    why = player.why or f"{found.name} takes the {desk.role}."
    return replace(
        desk,
        instrument=found.id,
        technique=player.technique,
        shift=octave_for(seat, found) or 0,
        reason=f"{found.name}: {why}" if player.why else why,
    )


def with_decisions(
    parts: tuple[Part, ...],
    computed: tuple[Part, ...],
    seating: Seating,
    choices: ArrangeChoices,
) -> tuple[Part, ...]:
    """Note on each part who decided its player, softened measures and duplicates.

    Parameters
    ----------
    computed : tuple of Part
        The same parts as theory softens and doubles them.
    """
    return tuple(
        replace(part, decisions=_decisions(part, theirs, seating, choices))
        for part, theirs in zip(parts, computed, strict=True)
    )


def _decisions(
    part: Part, computed: Part, seating: Seating, choices: ArrangeChoices
) -> dict[str, Decision]:
    found = dict(seating.decided.get(part.instrument, {}))
    model = choices.models.get(f"soften.{part.role}", "")
    if model:
        found["soften"] = Decision(by="model", model=model, computed=computed.soften)
    model = choices.models.get(f"duplicate.{part.role}", "")
    if model:
        names = tuple(double.instrument for double in computed.duplicates)
        found["duplicates"] = Decision(by="model", model=model, computed=names)
    return found
