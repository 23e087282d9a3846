"""Which instruments stand ready for each role, in what order, over the whole cue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from filmcomposer_core.arrangement.brief import Forces
from filmcomposer_core.arrangement.desks import capable
from filmcomposer_core.arrangement.ground import Block
from filmcomposer_core.arrangement.idioms import Idiom, split_desk
from filmcomposer_core.arrangement.personnel import BOWED
from filmcomposer_core.catalogue import Instrument, instrument

#: Roles of sections: a soloist of the strings does not accompany the others.
CHORAL = ("pad", "motion", "bass", "drone")
ROLES = ("lead", "full", "counter", "pad", "motion", "bass", "drone")
#: Instruments to fall back on when no one of the palette can take a role.
RESERVE: dict[str, tuple[str, ...]] = {
    "lead": ("violins1", "violas", "cellos", "clarinet_bb", "piano", "strings1_ensemble"),
    "full": ("violins1", "violas", "cellos", "trumpet", "piano", "strings1_ensemble"),
    "counter": ("cellos", "violas", "clarinet_bb", "horn_solo", "piano"),
    "pad": ("violas", "strings1_ensemble", "horns_a4", "clarinets_a2", "violins2", "cellos",
            "bassoons_a2", "trombones_a3", "piano", "organ_church"),
    "motion": ("violas", "violins2", "piano", "harp", "clarinets_a2"),
    "bass": ("cellos", "basses", "bassoon", "tuba", "piano"),
    "drone": ("cellos", "basses", "organ_church"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Casting:
    """Candidates by role (``lead`` and ``full`` are the theme's, soft and loud)."""

    candidates: dict[str, tuple[str, ...]]
    idiom: str
    forces: Forces

    def order(self, role: str, block: Block) -> tuple[str, ...]:
        """Return the candidates for a role in a block, first choice first.

        A turn lets the second choice of a role begin, so that the colour changes with the section.
        """
        names = self.candidates[role]
        turns = role in ("counter", "motion", "lead") and block.section.function == "turn"
        return names[1:2] + names[:1] + names[2:] if turns else names

    def reason(self, role: str, player: Instrument) -> str:
        """Return in a sentence why a player has a role."""
        if why := self.forces.why(player.id):
            return f"{player.name} plays {why}; here it takes the {role}."
        return f"{player.name}: {role} colour of {self.idiom}, in its range at this tempo."


def cast_roles(
    idiom: Idiom,
    forces: Forces,
    *,
    roles: Sequence[str],
    faithful: bool,
    rng: np.random.Generator,
) -> Casting:
    """Return the candidates for every role that the cue has.

    Parameters
    ----------
    roles : sequence of str
        The roles of the plan; others get no candidates.
    faithful : bool
        Keep the palette's order; otherwise the seed may put the second or third choice first.
    """
    candidates: dict[str, tuple[str, ...]] = {}
    for role in ROLES:
        palette = list(getattr(idiom, role))
        if not faithful:
            palette = _stir(palette, rng)
        needed = role in roles or (role in ("lead", "full") and "melody" in roles)
        candidates[role] = _filtered(role, palette, forces) if needed else ()
    return Casting(candidates, idiom.id, forces)


def _stir(palette: list[str], rng: np.random.Generator) -> list[str]:
    """Bring one of the first three to the front, the first being likeliest."""
    weights = np.array([0.5, 0.3, 0.2])[: len(palette)]
    first = int(rng.choice(len(weights), p=weights / weights.sum()))
    return [palette[first], *palette[:first], *palette[first + 1 :]]


def _filtered(role: str, palette: list[str], forces: Forces) -> tuple[str, ...]:
    part = "melody" if role in ("lead", "full") else role
    able = capable(part)
    if forces.only is not None:
        # A small band shares all roles; who is made for one comes first, the deepest for the bass.
        extra = [name for name in able if name in forces.only]
        others = [instrument(name) for name in sorted(forces.only) if name not in extra]
        others = [p for p in others if p.pitched and p.family != "percussion"]
        extra += [p.id for p in sorted(others, key=lambda p: (p.low, p.id))]
    else:
        choral = BOWED if role in CHORAL else ()
        extra = [name for name in forces.wanted if name in able and name not in choral][:6]
    ordered = sorted(palette, key=lambda p: _rank(split_desk(p)[0], forces))
    named = [split_desk(p)[0] for p in palette]
    extra = [name for name in extra if name not in named]
    everyone = [*ordered, *extra]
    everyone += [name for name in RESERVE[role] if name not in everyone]
    everyone.sort(key=lambda p: _preference(split_desk(p)[0], forces, theme=part == "melody"))
    return tuple(p for p in dict.fromkeys(everyone) if forces.allows(split_desk(p)[0]))


def _preference(name: str, forces: Forces, *, theme: bool) -> int:
    """Return 0 for who shall have a role; a soloist has the theme and nothing before others."""
    named = any(name in group for group in forces.groups)
    if name in forces.solo:
        return 0 if theme else 2
    return 0 if named and not theme else 1


def _rank(name: str, forces: Forces) -> int:
    if name in forces.wanted:
        return 0
    return 1 if not forces.liked or name in forces.liked else 2
