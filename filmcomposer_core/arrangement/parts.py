"""From the tracks in the making to the parts of the score, one for each instrument."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from filmcomposer_core.arrangement.brief import Forces
from filmcomposer_core.arrangement.chairs import HIT_RANK, Chair, Chairs, seat_chairs
from filmcomposer_core.arrangement.company import MOST_PARTS, form_company
from filmcomposer_core.arrangement.desks import known
from filmcomposer_core.arrangement.gestures import Stage, touch
from filmcomposer_core.arrangement.guard import playable
from filmcomposer_core.arrangement.hits import Hit
from filmcomposer_core.arrangement.landing import keep_clear, uncovered
from filmcomposer_core.arrangement.loudness import Loudness, loudness_of
from filmcomposer_core.arrangement.perform import play_entries, shape_phrases
from filmcomposer_core.arrangement.polish import polish
from filmcomposer_core.arrangement.roles.analyze import Development
from filmcomposer_core.arrangement.roles.arrange import Arrangement
from filmcomposer_core.arrangement.weigh import weigh_hits
from filmcomposer_core.catalogue import catalogue
from filmcomposer_core.contracts.labels import ROLES
from filmcomposer_core.contracts.score import Duplicate, Part
from filmcomposer_core.contracts.spots import Spot

#: Gain of a duplicated track.
DUPLICATE_GAIN = 0.55
#: A player who strikes this close to a hit is too busy for another one.
NEAR_BEATS = 0.6
#: A part with fewer onsets is not worth doubling.
LEAST_DOUBLED = 4


def write_parts(
    stage: Stage,
    *,
    spots: Sequence[Spot],
    hits: Sequence[Hit],
    arrangements: Sequence[Arrangement],
    development: Development,
    rng: np.random.Generator,
) -> tuple[tuple[Part, ...], ...]:
    """Return every part that has a note, by role and then by seat from high to low.

    An instrument has one part, whatever it does; there are at most sixteen, duplicates included.
    Every note is playable; velocities, expression, softened measures and duplicates are set. The
    parts come once for each arrangement, softened and duplicated as that has it.
    """
    secure_hits(stage, spots, hits)
    chairs = seat_chairs(stage.ground, stage.orchestra)
    form_company(stage, chairs, hits)
    polish(stage.ground, chairs, stage.idiom, stage.forces)
    seated = sorted(chairs.values(), key=_score_order)
    loud = loudness_of(stage.ground, development.dynamics)
    parts = [_part(stage, chair, hits, development, loud, rng) for chair in seated]
    parts = weigh_hits(stage.ground, parts, hits)
    found = []
    for arrangement in arrangements:
        softened = tuple(
            replace(part, soften=_softened(stage, chair, arrangement))
            for part, chair in zip(parts, seated, strict=True)
        )
        found.append(_doubled(stage, chairs, softened, arrangement))
    return tuple(found)


def secure_hits(stage: Stage, spots: Sequence[Spot], hits: Sequence[Hit]) -> None:
    """Make every part playable; a hit that lost its notes on the way gets a touch of its own."""
    for track in stage.orchestra.values():
        track.tones = keep_clear(stage.ground, track, spots, hits)
        track.tones = playable(stage.ground, track)
    for hit in uncovered(stage, hits):
        close = {
            track.instrument
            for track in stage.orchestra.values()
            if any(abs(tone.beat - hit.beat) < NEAR_BEATS for tone in track.tones)
        }
        touch(stage, hit, without=close)


def main_role(chair: Chair) -> str:
    """Return what a chair does for the longest time; the theme if that is half as long."""
    lasting: dict[str, dict[float, float]] = {}
    for entry in chair.entries:
        role = "theme" if entry.rank == 0 else entry.role
        onsets = lasting.setdefault(role, {})
        beat = round(entry.tone.beat, 4)
        onsets[beat] = max(onsets.get(beat, 0.0), entry.tone.length)
    times = {role: sum(onsets.values()) for role, onsets in lasting.items()}
    if times.get("theme", 0.0) * 2 >= max(times.values()):
        return "melody"
    times.pop("theme", None)
    return min(times, key=lambda role: (-times[role], ROLES.index(role)))


def _score_order(chair: Chair) -> tuple[int, int, int, str]:
    leads = -sum(entry.rank == 0 for entry in chair.entries)
    return ROLES.index(main_role(chair)), leads, -chair.player.high, chair.instrument


def _main_technique(chair: Chair, role: str) -> str:
    """Return the technique of most notes in a chair's main role, the theme before doublings."""
    own = [entry for entry in chair.entries if entry.role == role]
    own = [entry for entry in own if entry.rank == 0] or own
    counts = Counter(entry.technique for entry in own)
    return min(counts, key=lambda name: (-counts[name], name))


def _part(
    stage: Stage,
    chair: Chair,
    hits: Sequence[Hit],
    development: Development,
    loud: Loudness,
    rng: np.random.Generator,
) -> Part:
    role, player = main_role(chair), chair.player
    technique = _main_technique(chair, role)
    played = play_entries(
        stage.ground, chair, dynamics=development.dynamics, idiom=stage.idiom, rng=rng, loud=loud
    )
    controllers = shape_phrases(
        stage.ground, player, played, dynamics=development.dynamics, hits=hits, loud=loud
    )
    notes = tuple(
        replace(
            note,
            technique="" if note.technique == technique else note.technique,
            role="" if note.role == role else note.role,
        )
        for note in played
    )
    return Part(
        id=chair.instrument,
        name=player.name,
        role=role,
        instrument=chair.instrument,
        technique=technique,
        notes=notes,
        controllers=controllers,
        reasons=_reasons(chair, role),
    )


def _reasons(chair: Chair, role: str) -> tuple[str, ...]:
    """Return why the chair plays, what it says of its main role first."""
    word = "has the theme" if role == "melody" else role
    return tuple(sorted(chair.reasons, key=lambda reason: word not in reason))


def _softened(stage: Stage, chair: Chair, arrangement: Arrangement) -> tuple[int, ...]:
    """Return the measures to be softened: what is played there is to be, and no theme or hit."""
    lasting: dict[int, dict[str, float]] = {}
    spared: set[int] = set()
    for entry in chair.entries:
        number = stage.ground.bar_at(entry.tone.beat).number
        if entry.role == "melody" or entry.rank == HIT_RANK:
            spared.add(number)
        roles = lasting.setdefault(number, {})
        roles[entry.role] = roles.get(entry.role, 0.0) + entry.tone.length
    asked = []
    for number, roles in lasting.items():
        main = max(roles, key=lambda role: roles[role])
        if number in arrangement.soften.get(main, frozenset()):
            asked.append(number)
    return tuple(sorted(set(asked) - spared))


def _doubled(
    stage: Stage, chairs: Chairs, parts: tuple[Part, ...], arrangement: Arrangement
) -> tuple[Part, ...]:
    """Let catalogue partners play along with parts of full sections while there is room."""
    used = set(chairs)
    room = MOST_PARTS - len(parts)
    doubled = []
    for part in parts:
        found = _partner(stage, chairs[part.id], part, arrangement, used) if room > 0 else None
        if found is not None:
            used.add(found)
            room -= 1
            double = Duplicate(instrument=found, semitones=0, gain=DUPLICATE_GAIN)
            part = replace(part, duplicates=(double,))
        doubled.append(part)
    return tuple(doubled)


def _partner(
    stage: Stage, chair: Chair, part: Part, arrangement: Arrangement, used: Collection[str]
) -> str | None:
    full = chair.blocks and chair.blocks <= arrangement.duplicated.get(part.role, frozenset())
    if not full or chair.onsets < LEAST_DOUBLED:
        return None
    for partner in chair.player.doublings:
        name = partner.split()[0]
        if name not in catalogue() or name in used or not _partner_fits(stage.forces, name):
            continue
        player = known(name)
        if all(player.low <= note.pitch <= player.high for note in part.notes):
            return name
    return None


def _partner_fits(forces: Forces, name: str) -> bool:
    player = known(name)
    return forces.allows(name) and player.family != "percussion" and player.polyphony >= 3
