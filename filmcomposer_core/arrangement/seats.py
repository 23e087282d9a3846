"""Seats: what one player of the arrangement does over the whole cue, and who could do it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from filmcomposer_core.arrangement.brief import DRUMS
from filmcomposer_core.arrangement.desks import Desk, capable, reach
from filmcomposer_core.arrangement.ground import Ground, Tone
from filmcomposer_core.arrangement.stand import Sketch
from filmcomposer_core.arrangement.take import Desks, Take
from filmcomposer_core.catalogue import Instrument, catalogue, instrument
from filmcomposer_core.contracts.arranging import Player

#: Lines of these roles are written for one instrument: nobody else can take them.
FIXED = ("colour",)
#: Roles whose lines are quick enough to ask for a quick player.
QUICK = ("melody", "motion", "counter")
#: Octaves in which a player may take over a line; a chord and the theme stay where they are.
OCTAVES = {"melody": (0, 12, -12), "pad": (0,), "percussion": (0,)}
#: Share of a line that has to lie in a player's range.
MOST_OF_IT = 0.9
PITCH_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_SHOWN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Desks of one role, player and technique, named by role and number (``pad1``).

    ``desks`` are their places, as block and place in it. ``tones`` is what is written for them,
    before any octave is chosen; ``alone`` says that it is the theme itself, which nothing moves.
    """

    id: str
    role: str
    instrument: str
    technique: str
    alone: bool
    desks: tuple[tuple[int, int], ...]
    tones: tuple[Tone, ...]

    @property
    def blocks(self) -> frozenset[int]:
        """The blocks in which somebody sits there."""
        return frozenset(block for block, _ in self.desks)

    @property
    def player(self) -> Player:
        """Who theory has seated there."""
        return Player(instrument=self.instrument, technique=self.technique)


def list_seats(sketches: Sequence[Sketch], desks: Desks) -> tuple[Seat, ...]:
    """Return the seats in the order in which they first play."""
    places: dict[tuple[str, str, str, bool], list[tuple[int, int]]] = {}
    for block, row in enumerate(desks):
        for place, desk in enumerate(row):
            places.setdefault((*desk.key, desk.leads), []).append((block, place))
    counts: dict[str, int] = {}
    seats = []
    for (role, player, technique, leads), found in places.items():
        counts[role] = counts.get(role, 0) + 1
        seats.append(
            Seat(
                id=f"{role}{counts[role]}",
                role=role,
                instrument=player,
                technique=technique,
                alone=leads,
                desks=tuple(found),
                tones=tuple(tone for b, p in found for tone in lines_of(sketches[b], desks[b][p])),
            )
        )
    return tuple(seats)


def lines_of(sketch: Sketch, desk: Desk) -> list[Tone]:
    """Return what is written for a desk."""
    return [tone for line in desk.lines for tone in sketch.get(line, ())]


def unfit(take: Take, seat: Seat, player: Player) -> str:
    """Return why a player cannot sit in a seat, empty if he can.

    Parameters
    ----------
    take : Take
    seat : Seat
    player : Player
        Any words: they may be a model's.

    Returns
    -------
    str
        In the words of the trade, without a full stop.
    """
    if (player.instrument, player.technique) == (seat.instrument, seat.technique):
        return ""
    found = catalogue().get(player.instrument)
    if found is None:
        return f"{seat.id}: the catalogue has no instrument {player.instrument[:40]!r}"
    names = [item.name for item in found.techniques]
    if player.technique not in names:
        known = ", ".join(names)
        return f"{seat.id}: {found.id} has no {player.technique[:40]!r}, it has {known}"
    if player.technique in take.forces.shunned and player.technique != seat.technique:
        return f"{seat.id}: the brief refuses {player.technique}"
    if seat.role in FIXED:
        return f"{seat.id}: its line is written for {seat.instrument}, who stays there"
    if found.id == seat.instrument:
        return ""
    return _refused_by_brief(take, seat, found) or _unable(take, seat, found)


def _refused_by_brief(take: Take, seat: Seat, player: Instrument) -> str:
    forces = take.forces
    if not forces.allows(player.id):
        return f"{seat.id}: the brief does not allow {player.id}"
    if seat.instrument in forces.wanted:
        return f"{seat.id}: the brief asks for {seat.instrument}, who stays there"
    return ""


def _unable(take: Take, seat: Seat, player: Instrument) -> str:
    if seat.role == "percussion":
        same = (
            player.family == "percussion" and player.pitched == instrument(seat.instrument).pitched
        )
        return "" if same else f"{seat.id}: {player.id} cannot take strokes of {seat.instrument}"
    if not player.pitched or player.id in DRUMS:
        return f"{seat.id}: {player.id} plays no pitches"
    if seat.role in ("pad", "bass", "drone") and player.id not in capable(seat.role):
        need = "two notes at a time" if seat.role == "pad" else "a range below E2"
        return f"{seat.id}: {player.id} cannot play a {seat.role}, which needs {need}"
    shift = octave_for(seat, player)
    if shift is None:
        share = reach(player, seat.tones)[0]
        return (
            f"{seat.id}: only {share:.0%} of its notes lie in the range of {player.id}, "
            f"{pitch_name(player.low)} to {pitch_name(player.high)}"
        )
    if seat.role in QUICK and quickest(take.ground, seat.tones) > player.agility:
        return f"{seat.id}: its notes are too quick for {player.id}"
    return ""


def octave_for(seat: Seat, player: Instrument) -> int | None:
    """Return the octave, in semitones, in which a player takes a seat's line; None if in none."""
    options = (0,) if seat.alone else OCTAVES.get(seat.role, (0, 12, -12))
    needed = 1.0 if seat.role == "melody" else MOST_OF_IT
    best: tuple[float, int] | None = None
    for place, shift in enumerate(options):
        playable, comfort = reach(player, seat.tones, shift=shift)
        value = playable + comfort - 0.25 * place
        if playable >= needed and (best is None or value > best[0]):
            best = (value, shift)
    return None if best is None else best[1]


def quickest(ground: Ground, tones: Sequence[Tone]) -> float:
    """Return a line's quickest onsets per second, one exceptional pair left out."""
    beats = sorted({round(tone.beat, 4) for tone in tones})
    gaps = sorted((b - a, a) for a, b in pairwise(beats))
    if len(gaps) < 3:
        return 0.0
    gap, beat = gaps[1]
    return ground.timeline.bpm_at(ground.timeline.time_at(beat)) / 60.0 / max(gap, 1e-3)


def clashes(take: Take, seats: Sequence[Seat], players: Mapping[str, Player]) -> dict[str, str]:
    """Return the seats whose new player already plays elsewhere at the same time, and where.

    In a small band everybody may have several lines, as many as he has hands.
    """
    if take.forces.only is not None:
        return {}
    sits: dict[tuple[int, str], list[str]] = {}
    for seat in seats:
        for block in seat.blocks:
            sits.setdefault((block, players[seat.id].instrument), []).append(seat.id)
    found: dict[str, str] = {}
    for seat in seats:
        name = players[seat.id].instrument
        if name == seat.instrument:
            continue
        others = {o for block in seat.blocks for o in sits[block, name] if o != seat.id}
        if others:
            where = ", ".join(sorted(others)[:_SHOWN])
            found[seat.id] = f"{seat.id}: {name} already plays {where} at the same time"
    return found


def pitch_name(pitch: int) -> str:
    """Return a MIDI pitch as a note: 60 is C4."""
    return f"{PITCH_NAMES[pitch % 12]}{pitch // 12 - 1}"
