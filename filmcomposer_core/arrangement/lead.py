"""Who plays the theme, and who doubles it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from filmcomposer_core.arrangement.brief import Forces
from filmcomposer_core.arrangement.desks import Desk, known, reach, technique_for
from filmcomposer_core.arrangement.ground import Block, Ground, Tone
from filmcomposer_core.arrangement.idioms import Idiom, split_desk
from filmcomposer_core.arrangement.personnel import TOGETHER
from filmcomposer_core.arrangement.stand import Stand
from filmcomposer_core.arrangement.styles import median_length_s, theme_style
from filmcomposer_core.arrangement.vocabulary import DRUMS
from filmcomposer_core.catalogue import Instrument, catalogue, instrument
from filmcomposer_core.contracts.plan import MAIN_MOTIF, Section

#: From this tension on the theme is given to the loud candidates.
LOUD = 0.6
#: Below this tension the theme stands alone.
DOUBLED = 0.45
#: Instruments wide enough for any tune.
WIDE = ("strings1_ensemble", "piano")
#: What counts against who had the theme just before, and for who had it first, at its return.
STALE, HOME = 0.6, 0.3
#: What a semitone away from the middle of the comfortable range counts.
TESSITURA = 0.02
#: What counts against strings that are no desk but all together: a tune wants one voice.
CROWD = 1.0
#: Sections in which the theme comes home to its first colour.
RETURNS = ("aftermath", "button")
#: A section of at least so many bars may hand the theme on half-way, in these functions.
HANDED_BARS = 6
HANDED = ("theme", "turn", "build")
#: Share of comfortable notes from which a named instrument has the theme; rank of who may not.
EASY, UNFIT = 0.5, 3
#: Who is named has the theme before others only if it lies no further off the middle than this.
HIGH_STRAIN = 0.24
_DOUBLE = re.compile(r"^(\w+?)([+-]\d+)$")


def seat_lead(stand: Stand) -> None:
    """Give the theme of a block to the first candidate that can play the whole section's tune."""
    tones = stand.sketch.get("theme", ())
    if not tones:
        return
    section = stand.block.section
    tune = theme_of_section(stand.ground, section)
    names = _candidates(stand, section)
    player = _best(stand, names, tune)
    stand.desks.append(_lead_desk(stand, player, tune, _reason(stand, player, section)))


def _lead_desk(stand: Stand, player: Instrument, tune: Sequence[Tone], reason: str) -> Desk:
    style = theme_style(stand.idiom, median_length_s(stand.ground, tune))
    return Desk(
        role="melody",
        instrument=player.id,
        technique=technique_for(player, style),
        lines=("theme",),
        leads=True,
        reason=reason,
    )


def theme_of_section(ground: Ground, section: Section) -> list[Tone]:
    """Return the theme's notes in a section."""
    bars = ground.bars[section.start - 1 : section.start - 1 + section.bars]
    notes = ground.theme_in(bars[0].start, bars[-1].end) if bars else ()
    return [Tone(n.beat, n.length, n.pitch) for n in notes]


def _candidates(stand: Stand, section: Section) -> tuple[str, ...]:
    loud = section.tension >= LOUD or section.function == "climax"
    soft = section.function in ("establish", "aftermath")
    order = ("full", "lead") if loud and not soft else ("lead", "full")
    return tuple(n for role in order for n in stand.casting.order(role, stand.block))


def _best(stand: Stand, names: Sequence[str], tune: Sequence[Tone]) -> Instrument:
    """Return the soloist who can play the tune, else who is named, else the best of the palette.

    Within each of these the balance of order and comfortable range decides.
    """
    forces = stand.forces
    order = tuple(dict.fromkeys([*forces.solo, *forces.wanted, *(split_desk(n)[0] for n in names)]))
    ranked: list[tuple[int, float, int, str]] = []
    for place, desk in enumerate(name for name in order if forces.allows(name)):
        player = instrument(desk)
        playable, comfort = reach(player, tune)
        if playable < 1.0 or not stand.free(player) or _fastest(stand, tune) > player.agility:
            continue
        rank = _rank(stand, player, comfort, strain(player, tune))
        if rank < UNFIT:
            # The first soloist has the theme even where it lies less well.
            value = _worse(stand, player, tune, place) if rank else float(place)
            value += CROWD * (desk in TOGETHER and rank > 0)
            ranked.append((rank, value, place, desk))
    if ranked:
        return instrument(min(ranked)[3])
    return _anyone(stand, tune)


def _turn(stand: Stand, name: str) -> float:
    """Return what the sections before say of a player: the theme passes on, and comes home."""
    if not stand.led:
        return 0.0
    if stand.block.section.function in RETURNS and stand.block.section.motif == MAIN_MOTIF:
        return -HOME if name == stand.led[0] else 0.0
    # A climax rather belongs to the strongest voice, even if it had the theme before.
    share = 0.5 if stand.block.section.function == "climax" else 1.0
    return STALE * share * (kin(name) == kin(stand.led[-1]))


def _worse(stand: Stand, player: Instrument, tune: Sequence[Tone], place: int) -> float:
    """Return what speaks against a player for a tune: his place in the palette, his register."""
    comfort = reach(player, tune)[1]
    return 0.12 * place - comfort + _turn(stand, player.id) + strain(player, tune)


def strain(player: Instrument, tune: Sequence[Tone]) -> float:
    """Return how far a tune lies from the middle of a player's comfortable range."""
    middle = (player.comfort_low + player.comfort_high) / 2
    pitches = [float(tone.pitch) for tone in tune] or [middle]
    return TESSITURA * abs(float(np.median(pitches)) - middle)


def kin(name: str) -> str:
    """Return what an instrument sounds like to the ear: a trumpet is the trumpets' colour.

    Examples
    --------
    >>> kin("trumpets_a3") == kin("trumpet_muted")
    True
    """
    return name.split("_", maxsplit=1)[0].rstrip("s12")


def hand_over(stand: Stand, blocks: Sequence[Block]) -> Desk | None:
    """Return who takes the theme over in the latter half of a section, None if nobody does.

    Parameters
    ----------
    stand : Stand
        The section with everyone seated.
    blocks : sequence of Block
        The blocks of that half.
    """
    leads = [desk for desk in stand.desks if desk.leads]
    section = stand.block.section
    small = stand.forces.only is not None or stand.forces.solo
    if not leads or small or section.bars < HANDED_BARS or section.function not in HANDED:
        return None
    notes = stand.ground.theme_in(blocks[0].start, blocks[-1].end)
    tune = [Tone(n.beat, n.length, n.pitch) for n in notes]
    first = leads[0]
    before = (*stand.led, first.instrument)
    other = replace(stand, led=before)
    names = [split_desk(name)[0] for name in _candidates(other, section)]
    names = [name for name in names if kin(name) != kin(first.instrument)]
    able = [
        (_worse(other, player, tune, place), place, player)
        for place, player in enumerate(map(instrument, names))
        if reach(player, tune)[0] == 1.0
        and reach(player, tune)[1] >= EASY
        and other.free(player)
        and _fastest(other, tune) <= player.agility
        and player.id not in (*DRUMS, *TOGETHER)
    ]
    if not able:
        return None
    player = min(able, key=lambda item: item[:2])[2]
    reason = (
        f"{player.name} has the theme after {instrument(first.instrument).name}: "
        "the second phrase answers in another colour."
    )
    return _lead_desk(stand, player, tune, reason)


def _rank(stand: Stand, player: Instrument, comfort: float, strained: float) -> int:
    """Return how strongly the theme is a player's: soloist, named, anyone, nobody's idea."""
    forces = stand.forces
    if player.id in forces.solo:
        return 0
    if player.id in DRUMS or not player.pitched:
        return UNFIT
    named = player.id in forces.wanted and comfort >= EASY and strained <= HIGH_STRAIN
    # Who is named has the theme by turns, but for the climax; only a soloist keeps it.
    had = stand.led[-1:] if stand.block.section.function != "climax" else ()
    return 1 if named and not any(kin(name) == kin(player.id) for name in had) else 2


def _anyone(stand: Stand, tune: Sequence[Tone]) -> Instrument:
    """Return whoever reaches most of the tune: a wide instrument, else any that is allowed."""
    everyone = [*WIDE, *(i.id for i in catalogue().values() if i.pitched and i.agility >= 4)]
    allowed = [instrument(n) for n in dict.fromkeys(everyone) if stand.forces.allows(n)]
    allowed = [p for p in allowed if stand.free(p)] or [instrument("piano")]
    return max(allowed, key=lambda p: reach(p, tune))


def spare_player(ground: Ground, idiom: Idiom, forces: Forces) -> str:
    """Return who plays theme notes in sections that list no melody: whoever reaches most."""
    notes = [Tone(n.beat, n.length, n.pitch) for n in ground.melody.notes]
    names = [split_desk(n)[0] for n in (*idiom.lead, *idiom.full, *WIDE)]
    everyone = [*forces.solo, *names, *sorted(forces.only or ())]
    allowed = [n for n in dict.fromkeys(everyone) if forces.allows(n)]
    return max(allowed or ["piano"], key=lambda n: reach(instrument(n), notes)[0])


def _fastest(stand: Stand, tune: Sequence[Tone]) -> float:
    """Return the tune's quickest notes per second, one exceptional pair left out."""
    gaps = sorted(b.beat - a.beat for a, b in pairwise(tune))
    if len(gaps) < 3:
        return 0.0
    bpm = stand.ground.timeline.bpm_at(stand.ground.timeline.time_at(tune[0].beat))
    return bpm / 60.0 / max(gaps[1], 1e-3)


def _reason(stand: Stand, player: Instrument, section: Section) -> str:
    if why := stand.forces.why(player.id):
        if player.id in stand.forces.solo:
            return f"{player.name} has the theme {why}."
        return f"{player.name} plays {why}; here it has the theme."
    how = "strong" if section.tension >= LOUD else "gentle"
    voice = f"a {how} {stand.idiom.id} voice whose good register holds this tune"
    return f"{player.name} has the theme: {voice}."


def double_theme(stand: Stand) -> None:
    """Let one more instrument of the palette double the theme at the unison or an octave."""
    block = stand.block
    tones = stand.sketch.get("theme", ())
    loud = block.section.function in ("climax", "build", "button", "theme", "turn")
    if any(desk.leads and desk.instrument in stand.forces.solo for desk in stand.desks):
        return  # A soloist has the theme to himself.
    # The first statement is plain, or nobody would know the theme when it comes back dressed up.
    enough = DOUBLED if stand.led else LOUD
    if not tones or block.tension < enough or not loud or not stand.count("melody"):
        return
    if stand.count("melody") > (4 if block.section.function == "climax" else 2):
        return
    tune = theme_of_section(stand.ground, block.section)
    # Not the same octave above all along: each section begins with another of the palette's.
    turn = 0 if block.section.function == "climax" else len(stand.led) % len(stand.idiom.double)
    for item in (*stand.idiom.double[turn:], *stand.idiom.double[:turn]):
        match = _DOUBLE.match(item)
        if match is None:
            continue
        player, shift = known(match[1]), int(match[2])
        playable, comfort = reach(player, tune, shift=shift)
        if playable < 1.0 or comfort < 0.6 or not _may_double(stand, player):
            continue
        _seat_double(stand, player, tune, shift=shift, how=_octave(shift))
        return


def join_theme(stand: Stand, name: str) -> bool:
    """Let a named player double the theme in the octave that suits him; say whether he does."""
    player = instrument(name)
    tones = stand.sketch.get("theme", ())
    drum = name in DRUMS or not player.pitched
    if drum or not tones or not stand.count("melody") or player.family == "colour":
        return False
    tune = theme_of_section(stand.ground, stand.block.section)
    fits = [(reach(player, tune, shift=s)[1], -abs(s), s) for s in (0, 12, -12, 24, -24)]
    comfort, _, shift = max(fits)
    quick = _fastest(stand, tune) <= player.agility
    if reach(player, tune, shift=shift)[0] < 1.0 or comfort < EASY or not quick:
        return False
    _seat_double(stand, player, tune, shift=shift, how=f" {stand.forces.why(name)}")
    return True


def _seat_double(
    stand: Stand, player: Instrument, tune: Sequence[Tone], *, shift: int, how: str
) -> None:
    style = theme_style(stand.idiom, median_length_s(stand.ground, tune))
    stand.desks.append(
        Desk(
            role="melody",
            instrument=player.id,
            technique=technique_for(player, style),
            lines=("theme",),
            shift=shift,
            reason=f"{player.name} strengthens the theme{how}.",
        )
    )


def _may_double(stand: Stand, player: Instrument) -> bool:
    return stand.forces.allows(player.id) and stand.free(player)


def _octave(shift: int) -> str:
    return {12: " an octave higher", -12: " an octave lower"}.get(shift, " at the unison")
