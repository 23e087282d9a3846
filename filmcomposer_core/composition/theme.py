"""The Compose stage: the theme of a cue on the chords of its plan."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final

import numpy as np

from filmcomposer_core.composition.figures import measure, theme_score
from filmcomposer_core.composition.grid import TICKS, GridBar, build_grid
from filmcomposer_core.composition.hits import Hit, melody_hits
from filmcomposer_core.composition.line import LineWeights
from filmcomposer_core.composition.manner import Manner, Sung
from filmcomposer_core.composition.motif import Motif, find_motifs
from filmcomposer_core.composition.outline import Phrase, outline
from filmcomposer_core.composition.realise import realise
from filmcomposer_core.composition.tables import Style, style_of
from filmcomposer_core.composition.velocity import velocities
from filmcomposer_core.composition.wishes import Leaning, leaning
from filmcomposer_core.contracts.clip import Curves
from filmcomposer_core.contracts.labels import DYNAMIC_LEVELS
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.score import Melody, Note
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.contracts.tempo import TempoMap
from filmcomposer_core.seeding import rng_for
from filmcomposer_core.timeline import Timeline

_MOTIF_TRIES: Final = 96
_MOTIFS_KEPT: Final = 8
#: Bars of theme that may be written in search of the best: long cues are written twice only.
_BARS_TO_WRITE: Final = 360
#: Bars of this length in seconds and more hold a whole motif each.
_BROAD_BAR_S: Final = 3.2
_STABLE: Final = (0, 3, 4, 7)


def compose_theme(
    *,
    plan: CuePlan,
    tempo_map: TempoMap,
    spots: Sequence[Spot],
    curves: Curves,
    duration_s: float,
    seed: int,
    attempt: int = 1,
    wishes: Sequence[str] = (),
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
    wishes : sequence of str
        What the assessor wants mended; see ``wishes.py`` for those understood.

    Returns
    -------
    Melody
        Notes between MIDI 57 and 84 in quarter-note beats from bar 1; empty if no section of the
        plan has a melody.

    Notes
    -----
    Stands in for the rhythm-controlled generation of Sec. 3.2 of FilmComposer: a motif, best of
    96, is developed through the sections in up to eight themes, and the one nearest to the
    figures of real tunes is kept.
    """
    wish = leaning(wishes)
    style = style_of(plan.idiom)
    style = dataclasses.replace(style, span=max(6, style.span + wish.span))
    grid, hits = _ground(plan, tempo_map, spots, curves, duration_s)
    broad = float(np.mean([bar.seconds for bar in grid])) >= _BROAD_BAR_S
    phrases = outline(plan, style, broad=broad, restate=wish.restate, returns=wish.returns)
    if not phrases:
        return Melody(notes=())
    home = plan.sections[0]
    length = round(duration_s * 1000)
    rng = rng_for(seed, "composition", plan.idiom, home.key, home.mode, length, attempt, *wishes)
    last_tick = _last_tick(tempo_map, duration_s)
    sung = _best(phrases, grid, hits, style, broad, wish, plan.ending, last_tick, rng)
    levels = [_level(plan, grid, note) for note in sung]
    loud = velocities(sung, levels, rng)
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
    bars = timeline.bars_until(duration_s)
    while len(bars) < plan.last_bar:
        bars = timeline.bars_until(timeline.time_at(bars[-1].end_beat) + 1e-6)
    ends = [timeline.time_at(bar.end_beat) for bar in bars]
    grid = build_grid(plan, bars, curves=curves, bar_ends_s=ends)
    frames = len(curves.time_s)
    fps = (frames - 1) / float(curves.time_s[-1]) if frames > 1 and curves.time_s[-1] > 0 else 24.0
    return grid, melody_hits(spots, tempo_map=tempo_map, bars=bars, fps=fps)


def _last_tick(tempo_map: TempoMap, duration_s: float) -> int:
    """Return the tick at which the theme is over: a breath before the last frame."""
    margin_s = min(0.3, 0.12 * duration_s)
    beat = Timeline(tempo_map.points).beat_at(duration_s - margin_s)
    return max(2, int(beat * TICKS))


def _best(
    phrases: Sequence[Phrase],
    grid: Sequence[GridBar],
    hits: Sequence[Hit],
    style: Style,
    broad: bool,
    wish: Leaning,
    ending: str,
    last_tick: int,
    rng: np.random.Generator,
) -> list[Sung]:
    """Return the best of several themes, each from a motif of its own."""
    weights = LineWeights(chord=wish.chord, leap=wish.leap, motif=wish.motif, home=wish.home)
    tries = max(2, min(_MOTIFS_KEPT, _BARS_TO_WRITE // max(1, len(grid))))
    motifs = find_motifs(
        _first_bars(phrases, grid, broad=broad),
        style=style,
        weights=weights,
        hits=[hit.tick for hit in hits],
        tries=_MOTIF_TRIES,
        keep=tries,
        rng=rng,
    )
    best: tuple[float, list[Sung]] | None = None
    for motif in motifs:
        manner = _manner(motif, style, weights, wish, rng)
        sung = realise(
            phrases, grid, manner=manner, hits=hits, ending=ending, last_tick=last_tick, rng=rng
        )
        score = theme_score(
            measure(sung, grid),
            corpus=style.corpus,
            notes=len(sung),
            cadences=_stable_ends(sung, grid),
        )
        if best is None or score < best[0]:
            best = (score, sung)
    return best[1] if best else []


def _first_bars(
    phrases: Sequence[Phrase], grid: Sequence[GridBar], *, broad: bool
) -> Sequence[GridBar]:
    """Return the bars of the first plain statement of the motif."""
    for function in ("theme", "climax", ""):
        for phrase in phrases:
            for unit in phrase.units:
                if unit.kind in "MHA" and function in ("", phrase.function) and not unit.inverted:
                    first = grid[unit.first]
                    second = grid[unit.first + 1 : unit.first + 2]
                    same = [bar for bar in second if bar.length == first.length]
                    return [first] if broad else [first, *same]
    return [grid[phrases[0].first]]


def _manner(
    motif: Motif, style: Style, weights: LineWeights, wish: Leaning, rng: np.random.Generator
) -> Manner:
    pickup = 0
    if rng.random() < style.pickup:
        pickup = int(rng.choice((TICKS, TICKS // 2), p=(0.6, 0.4)))
    return Manner(
        style=style,
        weights=weights,
        motif=motif,
        pickup=min(pickup, motif.ticks // 4),
        fresh=wish.fresh,
        same=style.same if wish.same < 0 else wish.same,
        vary=wish.vary,
        reuse=0.8 if wish.fresh > 2 else 0.2 if wish.fresh < 0 else 0.55,
        density=wish.density,
        contrast=wish.contrast,
    )


def _stable_ends(sung: Sequence[Sung], grid: Sequence[GridBar]) -> float:
    """Return the share of phrases whose last note is degree 1, 3 or 5 of its key."""
    bars = {bar.number: bar for bar in grid}
    ends: dict[int, bool] = {}
    for note in sung:
        harmony = bars[note.bar].harmony_at(note.start)
        ends[note.phrase] = (note.pitch - harmony.tonic) % 12 in _STABLE
    return sum(ends.values()) / len(ends) if ends else 1.0
