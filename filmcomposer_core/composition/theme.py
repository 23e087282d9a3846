"""The Compose stage: the theme of a cue on the chords of its plan."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from filmcomposer_core.composition.critic import theme_faults
from filmcomposer_core.composition.grid import TICKS, GridBar, build_grid
from filmcomposer_core.composition.hits import Hit, melody_hits
from filmcomposer_core.composition.manner import Idea, Manner, Sung
from filmcomposer_core.composition.outline import outline
from filmcomposer_core.composition.outline_units import Phrase
from filmcomposer_core.composition.points import points_for
from filmcomposer_core.composition.realise import realise
from filmcomposer_core.composition.rhythm import Onsets
from filmcomposer_core.composition.shape import summit_of
from filmcomposer_core.composition.sketch import (
    Identity,
    chords_told,
    ideas_for,
    is_minor,
    lens_for,
    pulse_of,
)
from filmcomposer_core.composition.slots import LineWeights
from filmcomposer_core.composition.tables import Style, style_of
from filmcomposer_core.composition.tune_lens import Lens, middle_of, tonic_for
from filmcomposer_core.composition.tune_network import one_thread
from filmcomposer_core.composition.velocity import velocities
from filmcomposer_core.composition.wishes import Leaning, leaning
from filmcomposer_core.contracts.clip import Curves
from filmcomposer_core.contracts.labels import DYNAMIC_LEVELS
from filmcomposer_core.contracts.plan import MAIN_MOTIF, CuePlan
from filmcomposer_core.contracts.rhythm import RhythmWriter
from filmcomposer_core.contracts.score import Melody, Note
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.contracts.tempo import TempoMap
from filmcomposer_core.seeding import rng_for
from filmcomposer_core.timeline import Bar, Timeline

#: Bars of theme that may be written in search of the best: long cues are written once.
_BARS_TO_WRITE: Final = 150
_MOST_THEMES: Final = 2
#: The last note ends on a place that can be written: an eighth.
_LAST_GRID: Final = TICKS // 2


def compose_theme(
    *,
    plan: CuePlan,
    tempo_map: TempoMap,
    spots: Sequence[Spot],
    curves: Curves,
    duration_s: float,
    seed: int,
    attempt: int = 1,
    film: str = "",
    wishes: Sequence[str] = (),
    rhythm: RhythmWriter | None = None,
) -> Melody:
    """Compose the theme.

    Parameters
    ----------
    plan : CuePlan
        Sections, chords and textures; sections without the role ``melody`` stay silent.
    tempo_map : TempoMap
        Bars and beats of the cue.
    spots : sequence of Spot
        Hit points; strong ones get an onset within their tolerance where the melody sounds.
    curves : Curves
        Motion of the picture, shape (frames,), for the density of the rhythm.
    duration_s : float
        Length of the clip in seconds; every note ends before it.
    seed : int
        The cue's seed.
    attempt : int
        Number of the try; each gives another theme.
    film : str
        Names the film; themes of two films differ.
    wishes : sequence of str
        What the assessor wants mended; see ``wishes.py`` for those understood.
    rhythm : callable or None
        Writes the rhythm of the bars outside motifs and the strength of all; None = it is drawn.

    Returns
    -------
    Melody
        Notes between MIDI 57 and 88 in quarter-note beats from bar 1; empty if no section of the
        plan has a melody.

    Notes
    -----
    Stands in for the rhythm-controlled generation of Sec. 3.2 of FilmComposer: a network that has
    read old tunes makes some up; out of the best come a motif, an idea that answers it and the
    rhythm of other bars. They are developed through the sections in two themes, whose
    pitches the network finds on the chords of the plan, and the one to which an ear objects least
    is kept. Motifs depend on film, idiom, key, mode, metre, seed and attempt alone; see
    :func:`motif_key`.
    """
    wish = leaning(wishes)
    style = style_of(plan.idiom)
    style = dataclasses.replace(style, span=max(6, style.span + wish.span))
    grid, hits = _ground(plan, tempo_map, spots, curves, duration_s)
    identity = _identity(plan, film, seed, attempt)
    pulse = pulse_of([(bar.num, bar.den, bar.seconds) for bar in grid])
    singing = [section.motif for section in plan.sections if "melody" in section.roles]
    if not singing:
        return Melody(notes=())
    with one_thread():
        ideas = ideas_for(
            pulse, identity, style=style_of(plan.idiom), last=max(singing),
            # The plan's chords lie under the first tune; others are made up on them.
            chords=() if attempt == 1 else chords_told(plan, grid, pulse, style_of(plan.idiom)),
        )  # fmt: skip
        phrases = outline(
            plan, rng=rng_for(seed, "form", *identity.words), broad=pulse.broad,
            restate=wish.restate, returns=wish.returns, mend=wish.mend,
        )  # fmt: skip
        if not phrases:
            return Melody(notes=())
        rng = rng_for(seed, "composition", *identity.words, round(duration_s * 1000), *wishes)
        last_tick = _last_tick(tempo_map, duration_s, hits)
        points = points_for(
            rhythm, phrases=phrases, grid=grid, hits=hits, ideas=ideas,
            density=style.density * wish.density, timeline=Timeline(tempo_map.points),
        )  # fmt: skip
        sung = _best(
            phrases, grid, hits, style, ideas, lens_for(pulse, style), wish, plan.ending, last_tick,
            rng, points=points.free,
        )  # fmt: skip
    levels = [_level(plan, grid, note) for note in sung]
    loud = velocities(sung, levels, rng, accents=points.levels)
    return Melody(
        notes=tuple(
            Note(
                beat=note.start / TICKS,
                length=note.length / TICKS,
                pitch=note.pitch,
                velocity=velocity,
            )
            for note, velocity in zip(sung, loud, strict=True)
        ),
        phrase_starts=tuple(grid[phrase.first].number for phrase in phrases),
    )


def _level(plan: CuePlan, grid: Sequence[GridBar], note: Sung) -> float:
    section = plan.sections[grid[note.bar - grid[0].number].section]
    return DYNAMIC_LEVELS[section.dynamic]


def _ground(
    plan: CuePlan,
    tempo_map: TempoMap,
    spots: Sequence[Spot],
    curves: Curves,
    duration_s: float,
) -> tuple[tuple[GridBar, ...], tuple[Hit, ...]]:
    timeline = Timeline(tempo_map.points)
    bars = _bars(timeline, plan, duration_s)
    ends = [timeline.time_at(bar.end_beat) for bar in bars]
    grid = build_grid(plan, bars, curves=curves, bar_ends_s=ends)
    frames = len(curves.time_s)
    fps = (frames - 1) / float(curves.time_s[-1]) if frames > 1 and curves.time_s[-1] > 0 else 24.0
    return grid, melody_hits(spots, tempo_map=tempo_map, bars=bars, fps=fps)


def _bars(timeline: Timeline, plan: CuePlan, duration_s: float) -> list[Bar]:
    """Return the bars of a clip, at least to the last planned one."""
    bars = list(timeline.bars_until(duration_s))
    while len(bars) < plan.last_bar:
        end = timeline.time_at(bars[-1].end_beat) if bars else 0.0
        bars = list(timeline.bars_until(end + 1e-6))
    return bars


def _last_tick(tempo_map: TempoMap, duration_s: float, hits: Sequence[Hit]) -> int:
    """Return the tick at which the theme is over: a breath before the last frame.

    It is a place that can be written, unless a late hit needs the room.
    """
    margin_s = min(0.3, 0.12 * duration_s)
    tick = int(Timeline(tempo_map.points).beat_at(duration_s - margin_s) * TICKS)
    even = tick // _LAST_GRID * _LAST_GRID
    late = any(hit.strong and even - 2 * _LAST_GRID <= hit.tick for hit in hits)
    return max(2, tick if late or even <= 2 * _LAST_GRID else even)


def _identity(plan: CuePlan, film: str, seed: int, attempt: int) -> Identity:
    home = plan.sections[0]
    return Identity(
        idiom=plan.idiom,
        tonic=home.key,
        minor=is_minor(home.mode),
        film=film,
        seed=seed,
        attempt=attempt,
    )


def motif_key(
    *,
    plan: CuePlan,
    tempo_map: TempoMap,
    seed: int,
    film: str = "",
    letter: str = MAIN_MOTIF,
) -> str:
    """Return a name that the themes of two cues share if they are made of the same motif.

    Parameters
    ----------
    plan : CuePlan
        The plan of the cue.
    tempo_map : TempoMap
        Its bars.
    seed : int
        As for :func:`compose_theme`.
    film : str
        Likewise.
    letter : str
        The motif's letter in the plan.
    """
    timeline = Timeline(tempo_map.points)
    bars = _bars(timeline, plan, 0.0)[plan.sections[0].start - 1 : plan.last_bar]
    pulse = pulse_of([(b.num, b.den, timeline.time_at(b.end_beat) - b.start_s) for b in bars])
    identity = _identity(plan, film, seed, 1)
    style = style_of(plan.idiom)
    with one_thread():
        ideas = ideas_for(pulse, identity, style=style, last=letter)
    return ideas[letter].motif.key


def _best(
    phrases: Sequence[Phrase],
    grid: Sequence[GridBar],
    hits: Sequence[Hit],
    style: Style,
    ideas: Mapping[str, Idea],
    lens: Lens,
    wish: Leaning,
    ending: str,
    last_tick: int,
    rng: np.random.Generator,
    *,
    points: Mapping[int, Onsets],
) -> list[Sung]:
    """Return the best of several themes of the same material."""
    weights = LineWeights(chord=wish.chord, leap=wish.leap, motif=wish.motif, home=wish.home)
    home = grid[0].harmonies[0]
    tunes = {letter: idea.tune.heights for letter, idea in ideas.items() if idea.tune is not None}
    tonics = {
        letter: tonic_for(heights, home.tonic, minor=home.minor, centre=style.centre)
        for letter, heights in tunes.items()
    }
    middles = {
        letter: tonics[letter] + middle_of(heights, minor=home.minor)
        for letter, heights in tunes.items()
    }
    summit, top = summit_of(phrases, grid, style, ideas, tonics)
    manner = Manner(
        style=style,
        weights=weights,
        ideas=ideas,
        fresh=wish.fresh,
        same=style.same if wish.same < 0 else wish.same,
        vary=wish.vary,
        density=wish.density,
        contrast=wish.contrast,
        summit=summit,
        top=top,
        lens=lens,
        tonics=tonics,
        middles=middles,
        mend=wish.mend,
        points=points,
    )
    best: tuple[float, list[Sung]] | None = None
    for _ in range(max(1, min(_MOST_THEMES, _BARS_TO_WRITE // max(1, len(grid))))):
        sung = realise(
            phrases, grid, manner=manner, hits=hits, ending=ending, last_tick=last_tick, rng=rng
        )
        if not sung:
            continue
        faults = theme_faults(sung, phrases, grid, style, summit)
        if best is None or faults < best[0]:
            best = (faults, sung)
    return best[1] if best else []
