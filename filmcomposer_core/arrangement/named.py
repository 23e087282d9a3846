"""Drums and colours: lines that are written for one instrument, and who else may play them."""

from __future__ import annotations

from filmcomposer_core.arrangement.desks import Desk, technique_for
from filmcomposer_core.arrangement.idioms import split_desk
from filmcomposer_core.arrangement.stand import Stand
from filmcomposer_core.arrangement.vocabulary import DRUMS
from filmcomposer_core.catalogue import instrument


def join_named(stand: Stand, role: str) -> None:
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
    if stand.forces.only is not None and not stand.count(role):
        _stand_in(stand, role)


def _stand_in(stand: Stand, role: str) -> None:
    """Let one of a small band play a colour or drum line whose own player is not of it."""
    forces = stand.forces
    drums = role == "percussion"
    able = [n for n in sorted(forces.only or ()) if forces.allows(n) and (n in DRUMS) == drums]
    for line, tones in stand.sketch.items():
        kind, _, desk = line.partition(":")
        written = instrument(split_desk(desk)[0]) if kind == role else None
        if written is None or not tones or not able or (written.pitched != (not drums)) > drums:
            continue
        name = min(able, key=lambda n: (stand.load(n), -instrument(n).high, n))
        player = instrument(name)
        if stand.hands(player) < 1:
            return
        _seat(stand, role, name, line)
        return


def seat_drum(stand: Stand, name: str) -> bool:
    """Give a named drum a pattern of the idiom, or the strokes of the bass; say if it has one."""
    if name not in DRUMS:
        return False
    lines = [ln for ln, tones in stand.sketch.items() if tones and ln.startswith("percussion:")]
    own = [line for line in lines if split_desk(line.partition(":")[2])[0] == name]
    if lines:
        _seat(stand, "percussion", name, (own or lines)[0])
    elif stand.sketch.get("bass"):
        # The section has no drums of its own: a drum that was asked for falls in with the bass.
        _seat(stand, "bass", name, "bass")
    return bool(lines or stand.sketch.get("bass"))


def _seat(stand: Stand, role: str, name: str, line: str) -> None:
    player = instrument(name)
    style = "flowing" if role == "colour" else "accent"
    why = stand.forces.why(name) or f"as {role} of {stand.idiom.id}"
    stand.desks.append(
        Desk(
            role=role,
            instrument=name,
            technique=technique_for(player, style),
            lines=(line,),
            reason=f"{player.name} plays {why}.",
        )
    )
