"""Picture, plan, lines and players in the words and short tables in which the roles are asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from filmcomposer_core.arrangement.desks import known
from filmcomposer_core.arrangement.idioms import split_desk
from filmcomposer_core.arrangement.roles.analyze import count_harmonies
from filmcomposer_core.arrangement.seats import FIXED, Seat, pitch_name
from filmcomposer_core.arrangement.stand import Sketch
from filmcomposer_core.arrangement.take import Take
from filmcomposer_core.catalogue import Instrument, instrument
from filmcomposer_core.contracts.description import Description
from filmcomposer_core.contracts.plan import CuePlan, Section

NO_BRIEF = "(none)"
#: Lines of the sketch that make a track of the texture.
LINES = {
    "melody": ("theme",), "pad": ("tenor", "alto", "top"), "bass": ("bass",), "drone": ("drone",),
    "motion": ("figure", "answer"), "counter": ("counter",),
}  # fmt: skip
#: The most instruments that are shown, and techniques of each.
MOST_PLAYERS, MOST_TECHNIQUES = 22, 9
_HEADER = re.compile(r"^(?:X:|T:|%%)")
_MOST_TEXT, _MOST_ABC = 900, 2600


def runs(numbers: Iterable[int]) -> str:
    """Return numbers as a list of runs: ``1-4, 7``; empty for none."""
    found: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return ", ".join(_span(a, b) for a, b in found)


def stretches(values: Sequence[str], start: int = 1) -> str:
    """Return values by measure as ``1-4 p, 5 mf``; empty ones are left out."""
    spans: list[tuple[int, int, str]] = []
    for number, value in enumerate(values, start=start):
        if spans and spans[-1][2] == value:
            spans[-1] = (spans[-1][0], number, value)
        else:
            spans.append((number, number, value))
    return ", ".join(f"{_span(a, b)} {value}" for a, b, value in spans if value)


def _span(first: int, last: int) -> str:
    return f"{first}-{last}" if last > first else str(first)


def brief_of(description: Description) -> str:
    """Return the composer's own words."""
    return description.brief.strip()[:_MOST_TEXT] or NO_BRIEF


def picture_of(description: Description) -> str:
    """Return plot, motion and look of the picture."""
    look = {
        "emotion": description.overall.emotion.value,
        "setting": description.overall.setting.value,
        "view": description.overall.view_scale.value,
    }
    seen = ", ".join(f"{name} {value}" for name, value in look.items() if value != "null")
    texts = (description.plot.value, description.motion.value, seen)
    return "\n".join(text[:_MOST_TEXT] for text in texts if text and text != "null")


def sections_of(plan: CuePlan) -> str:
    """Return the sections, a line each, with the tension of their measures."""
    return "\n".join(_section(plan, section) for section in plan.sections)


def _section(plan: CuePlan, section: Section) -> str:
    first, last = section.start, section.start + section.bars - 1
    tension = [f"{value:.1f}" for value in plan.bar_tension[first - 1 : last]]
    what = "silence" if section.silence else section.texture
    return (
        f"{section.id} ({section.function}), measures {_span(first, last)}: {section.key} "
        f"{section.mode}, {section.dynamic}, {what}; tension {stretches(tension, first)}"
    )


def measures_of(take: Take) -> str:
    """Return chords and motion of the picture by measure, as ``3 | Dm G7 | motion 0.4``."""
    cells: dict[int, list[str]] = {}
    for section in take.ground.plan.sections:
        for number, cell in enumerate(
            section.chords.strip().strip("|").split("|"), start=section.start
        ):
            cells[number] = [word for word in cell.split() if word.upper() != "N.C."]
    counts = count_harmonies(take.ground)  # near the clip's end chords may fall away
    return "\n".join(
        f"{bar.number} | {' '.join(cells.get(bar.number, [])[:count]) or '-'} | motion "
        f"{bar.motion:.1f}"
        for bar, count in zip(take.ground.bars, counts, strict=True)
    )


def abc_of(abc: str) -> str:
    """Return the theme's ABC without the lines that say nothing of the music."""
    kept = [line for line in abc.splitlines() if line.strip() and not _HEADER.match(line)]
    text = "\n".join(kept)
    return text if len(text) <= _MOST_ABC else f"{text[:_MOST_ABC]}\n% (cut here)"


def phrases_of(take: Take, sketches: Sequence[Sketch]) -> str:
    """Return what each phrase has: its measures and the range of every track in it."""
    lines = []
    for block, sketch in zip(take.ground.blocks, sketches, strict=True):
        tracks = []
        for role, names in LINES.items():
            pitches = [tone.pitch for name in names for tone in sketch.get(name, ())]
            if pitches and role in block.section.roles:
                tracks.append(f"{role} {pitch_range(pitches)}")
        tracks += [role for role in ("percussion", "colour") if role in block.section.roles]
        numbers = runs(bar.number for bar in block.bars)
        lines.append(f"{numbers} ({block.section.function}): {'; '.join(tracks)}")
    return "\n".join(lines)


def pitch_range(pitches: Sequence[int]) -> str:
    """Return the lowest and highest of pitches as notes."""
    return f"{pitch_name(min(pitches))}-{pitch_name(max(pitches))}"


def seats_of(take: Take, seats: Sequence[Seat]) -> str:
    """Return the seats, a line each: who sits there now and what is to be played."""
    return "\n".join(_seat(take, seat) for seat in seats)


def _seat(take: Take, seat: Seat) -> str:
    bars = runs(bar.number for i in seat.blocks for bar in take.ground.blocks[i].bars)
    notes = "the theme itself" if seat.alone else seat.role
    drums = not instrument(seat.instrument).pitched
    reach = "" if drums or not seat.tones else f", {pitch_range([t.pitch for t in seat.tones])}"
    stays = ", stays" if seat.role in FIXED else ""
    return f"{seat.id}: {seat.instrument}, {seat.technique}; measures {bars}; {notes}{reach}{stays}"


def players_of(take: Take, seats: Sequence[Seat]) -> str:
    """Return the part of the catalogue that this idiom and brief could use, a line each."""
    return "\n".join(_player(instrument(name)) for name in likely_players(take, seats))


def likely_players(take: Take, seats: Sequence[Seat]) -> tuple[str, ...]:
    """Return who is likely to play: who sits there, who is asked for, then the idiom's palette."""
    roles = {seat.role for seat in seats}
    palette = take.palette
    by_role: Mapping[str, Sequence[str]] = {
        "melody": [*palette.lead[:4], *palette.full[:3]], "counter": palette.counter[:4],
        "pad": palette.pad[:4], "motion": palette.motion[:4], "bass": palette.bass[:3],
        "drone": palette.drone[:2],
    }  # fmt: skip
    names = [seat.instrument for seat in seats if seat.role not in FIXED]
    names += take.forces.wanted
    names += [split_desk(d)[0] for role, row in by_role.items() if role in roles for d in row]
    allowed = [name for name in dict.fromkeys(names) if take.forces.allows(known(name).id)]
    return tuple(allowed[:MOST_PLAYERS])


def _player(player: Instrument) -> str:
    techniques = " ".join(item.name for item in player.techniques[:MOST_TECHNIQUES])
    reach = f"{pitch_name(player.low)}-{pitch_name(player.high)}" if player.pitched else "no pitch"
    return f"{player.id} ({player.family}): {reach}; {techniques}"
