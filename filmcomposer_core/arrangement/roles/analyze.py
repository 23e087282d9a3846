"""Analyze: count harmonies, summarise the development, set forte and piano by measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from filmcomposer_core.arrangement.ground import Ground
from filmcomposer_core.arrangement.lay_ground import motion_by_bar
from filmcomposer_core.contracts.clip import Curves
from filmcomposer_core.contracts.description import Description
from filmcomposer_core.contracts.labels import DYNAMIC_LEVELS, DYNAMICS

#: How much the section's mark weighs against the tension of the measure.
SECTION_SHARE = 0.55
#: What the stillest and the wildest measure differ by.
PICTURE_SHARE = 0.16


@dataclass(frozen=True, slots=True, kw_only=True)
class Development:
    """What the Analyze role hands on.

    Attributes
    ----------
    harmonies : tuple of int
        Chords that begin in each measure, from measure 1.
    dynamics : tuple of str
        ``ppp`` to ``fff`` for each measure.
    summary : str
        How picture and music develop, in a sentence or two.
    """

    harmonies: tuple[int, ...]
    dynamics: tuple[str, ...]
    summary: str


def analyze(ground: Ground, *, curves: Curves, description: Description) -> Development:
    """Speak first: count the harmonies of each measure, then judge the development.

    Parameters
    ----------
    ground : Ground
        Bars, chords and tension.
    curves : Curves
        The picture's motion by frame.
    description : Description
        What is seen, in words.

    Returns
    -------
    Development

    Notes
    -----
    Implements duties 1 and 2 of the Analyze agent (Table 2 of FilmComposer); counting first is the
    order that Sec. 3.3 asks for.
    """
    harmonies = count_harmonies(ground)
    starts_s = [ground.timeline.time_at(bar.start) for bar in ground.bars]
    motion = motion_by_bar(starts_s, curves)
    dynamics = _dynamics(ground)
    return Development(
        harmonies=harmonies,
        dynamics=dynamics,
        summary=_summary(ground, harmonies, motion, dynamics, description),
    )


def count_harmonies(ground: Ground) -> tuple[int, ...]:
    """Return how many chords begin in each measure."""
    return tuple(len(ground.spans_in(bar.start, bar.end)) for bar in ground.bars)


def _dynamics(ground: Ground) -> tuple[str, ...]:
    """Blend the section's mark with tension and motion; keep a mark till the level leaves it."""
    found: list[str] = []
    for bar in ground.bars:
        if bar.section is None:
            found.append(found[-1] if found else "p")
            continue
        mark = DYNAMIC_LEVELS[bar.section.dynamic]
        level = SECTION_SHARE * mark + (1 - SECTION_SHARE) * (0.2 + 0.75 * bar.tension)
        level += PICTURE_SHARE * (bar.motion - 0.5)
        near = min(DYNAMICS, key=lambda name: abs(DYNAMIC_LEVELS[name] - level))
        before = found[-1] if found else near
        keeps = abs(DYNAMIC_LEVELS[before] - level) < 0.08 and not _new_section(ground, bar.number)
        found.append(before if keeps else near)
    return tuple(found)


def _new_section(ground: Ground, number: int) -> bool:
    bar = ground.bars[number - 1]
    return bar.section is not None and bar.section.start == number


def _summary(
    ground: Ground,
    harmonies: Sequence[int],
    motion: Sequence[float],
    dynamics: Sequence[str],
    description: Description,
) -> str:
    peak = max(range(len(ground.bars)), key=lambda i: (ground.bars[i].tension, -i))
    fastest = max(range(len(motion)), key=lambda i: (motion[i], -i))
    mood = description.music.mood.value
    sounding = [n for n in harmonies if n] or [0]
    return (
        f"{mood}: {len(ground.plan.sections)} sections, {min(sounding)} to {max(sounding)} chords "
        f"a measure; tension peaks in measure {peak + 1} ({dynamics[peak]}), the picture moves "
        f"most in measure {fastest + 1}."
    )
