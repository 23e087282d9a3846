"""How the voices of a chord are shared among those who hold it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from filmcomposer_core.arrangement.desks import Desk
from filmcomposer_core.arrangement.personnel import MIDDLE, lines_of
from filmcomposer_core.catalogue import Instrument, instrument

#: The voices of a chord for two or three sections of the strings, the highest first.
QUARTET = {2: (("alto", "top"), ("tenor",)), 3: (("top",), ("alto",), ("tenor",))}


def share_voices(desks: list[Desk]) -> tuple[Desk, ...]:
    """Give the three voices of a chord to the desks that hold it.

    Sections of the strings share them as a quartet does; others double two voices, or hold all.
    """
    pads = [i for i, desk in enumerate(desks) if desk.role == "pad"]
    shares = _shares([_with_free_hands(desks, i) for i in pads])
    for i, lines in zip(pads, shares, strict=True):
        desks[i] = replace(desks[i], lines=lines)
    return tuple(desks)


def _with_free_hands(desks: Sequence[Desk], place: int) -> Instrument:
    """Return a pad's player with the hands that its other desks leave."""
    player = instrument(desks[place].instrument)
    others = [d for i, d in enumerate(desks) if i != place and d.instrument == player.id]
    taken = sum(len(d.lines) for d in others)
    return replace(player, polyphony=max(1, lines_of(player) - taken))


def _shares(players: Sequence[Instrument]) -> list[tuple[str, ...]]:
    full = ("tenor", "alto", "top")
    pairs = (("alto", "top"), ("tenor", "alto"), ("tenor", "top"))
    shares: list[tuple[str, ...]] = []
    covered: set[str] = set()
    choir = [player.id for player in players if player.id in MIDDLE]
    sung = dict(zip(sorted(choir, key=MIDDLE.index), QUARTET.get(len(choir), ()), strict=False))
    for n, player in enumerate(players):
        if player.id in sung:
            lines: tuple[str, ...] = sung[player.id]
        elif player.polyphony >= 3 and (n == 0 or n >= 2):
            lines = full
        elif player.polyphony >= 2:
            lines = pairs[n % 3]
        else:
            lines = (next((v for v in ("top", "alto", "tenor") if v not in covered), "alto"),)
        shares.append(lines)
        covered |= set(lines)
    return shares
