"""Room between the roles: what begins together in one third of an octave moves apart."""

from __future__ import annotations

from typing import Final

from filmcomposer_core.arrangement.page import Held, Page, move
from filmcomposer_core.arrangement.repair import choices, cost_of

#: A third of an octave in semitones, and the slots of a beat in which onsets are one.
BAND: Final = 4
SLOTS: Final = 12
#: Roles that move out of the way, the first first; the bass and hits stay.
YIELDING: Final = ("motion", "pad", "colour", "drone", "counter")
#: A note may move this far for the sake of room, and no further than this dear.
FARTHEST: Final = 9
DEAREST: Final = 14.0

Cell = tuple[int, int]


def space_out(page: Page) -> None:
    """Let roles that begin together in one third of an octave take other tones of the chord.

    A unison is a doubling and stays. A note moves only to where it meets nobody else, and clashes
    with nobody on a strong beat.
    """
    cells: dict[Cell, list[Held]] = {}
    for held in page.held:
        cells.setdefault(_cell(held, held.pitch), []).append(held)
    for cell in sorted(cells):
        for _ in range(len(cells[cell])):
            crowded = [h for h in cells[cell] if _met(cells, h, h.pitch)]
            able = [h for h in crowded if h.movable and h.entry.role in YIELDING]
            able = [h for h in able if h.entry.tone.accent <= 0]
            if not able:
                break
            able.sort(key=lambda h: (YIELDING.index(h.entry.role), h.entry.tone.length, -h.pitch))
            if not any(_move_away(page, cells, held) for held in able):
                break


def _cell(held: Held, pitch: int) -> Cell:
    return round(held.entry.tone.beat * SLOTS), pitch // BAND


def _met(cells: dict[Cell, list[Held]], held: Held, pitch: int) -> bool:
    """Whether another role begins with a note near a pitch."""
    role = held.entry.role
    others = cells.get(_cell(held, pitch), ())
    return any(h is not held and h.entry.role != role and h.pitch != pitch for h in others)


def _move_away(page: Page, cells: dict[Cell, list[Held]], held: Held) -> bool:
    beats = [b for b in range(held.first, held.last) if b in page.at]
    strong = [b for b in beats if b in page.strong]
    best = min(
        (
            (cost_of(page, held, pitch, beats), pitch)
            for pitch in choices(page, held)
            if abs(pitch - held.pitch) <= FARTHEST
            and not _met(cells, held, pitch)
            and not any(page.clashes(b, pitch, held) for b in strong)
        ),
        default=None,
    )
    if best is None or best[0] > DEAREST:
        return False
    cells[_cell(held, held.pitch)].remove(held)
    move(held, best[1])
    cells.setdefault(_cell(held, held.pitch), []).append(held)
    return True
