"""The Plan stage: from what the clip shows to sections, keys, chords and textures."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.clip import Analysis, Curves
from filmcomposer_core.contracts.description import Description
from filmcomposer_core.contracts.harmony import Chord, parse_chord
from filmcomposer_core.contracts.labels import NULL
from filmcomposer_core.contracts.plan import MAIN_MOTIF, CuePlan, Section
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.contracts.tempo import TempoMap
from filmcomposer_core.planning.bars import bar_seconds, playable_bars
from filmcomposer_core.planning.chords import chord_line, cue_chords
from filmcomposer_core.planning.drafts import Draft, Half
from filmcomposer_core.planning.entry import ending, sounding_bars
from filmcomposer_core.planning.keys import Key, heard_mode, home_key, section_keys
from filmcomposer_core.planning.motifs import section_motifs
from filmcomposer_core.planning.placing import placed_form
from filmcomposer_core.planning.recipe import Recipe, blended
from filmcomposer_core.planning.roman import symbol
from filmcomposer_core.planning.silence import SILENCE_FROM_S, with_silence
from filmcomposer_core.planning.tension import (
    arc_tension,
    bar_means,
    picture_tension,
)
from filmcomposer_core.planning.texture import dynamics, for_players, texture
from filmcomposer_core.planning.tunes import Tunes, cue_tunes
from filmcomposer_core.planning.wishes import Leaning, leaning
from filmcomposer_core.seeding import rng_for
from filmcomposer_core.timeline import Bar, Timeline

Values = NDArray[np.float64]
_PICTURE_SHARE: Final = 0.6
#: How much more of the picture's own rise and fall is kept inside a section: the form sets the
#: levels of the sections, the picture breathes within them.
_BREATH: Final = 0.35


def plan_cue(
    *,
    analysis: Analysis,
    curves: Curves,
    description: Description,
    spots: Sequence[Spot],
    tempo_map: TempoMap,
    seed: int,
    film: str = "",
    wishes: Sequence[str] = (),
) -> CuePlan:
    """Plan a cue: sections, keys, chords, tension and textures.

    Parameters
    ----------
    analysis : Analysis
        The clip and its shots.
    curves : Curves
        Per-frame curves, shape (frames,) each.
    description : Description
        Gives idiom, blend, brightness of the mode and emotion over time.
    spots : sequence of Spot
        Hit points; strong ones draw section starts.
    tempo_map : TempoMap
        The bars on which sections are laid; planning starts in its ``first_bar``.
    seed : int
        The cue's seed.
    film : str
        Names the film, as for ``composition.compose_theme``: the chords lie under its tunes.
    wishes : sequence of str
        What the assessor wants mended; see ``wishes.py`` for those understood.

    Returns
    -------
    CuePlan
        Sections without a gap from ``first_bar`` to the bar whose downbeat is the last that
        leaves time for the release before the clip ends.

    Notes
    -----
    Implements the planning that Sec. 3.2 of FilmComposer leaves to a language model.
    """
    duration_s = analysis.clip.duration_s
    wish = leaning(wishes)
    music = description.music
    recipe = blended(music.genre.value, NULL if wish.unblended else music.second_genre.value)
    recipe = for_players(recipe, music.instrumentation.value)
    rng = rng_for(seed, "planning", recipe.name, analysis.clip.sha256, *wishes)
    timeline = Timeline(tempo_map.points)
    bars = playable_bars(
        timeline,
        first_bar=tempo_map.first_bar,
        duration_s=duration_s,
        strong_s=[spot.time_s for spot in spots if spot.strong],
        must_s=[spot.time_s for spot in spots if spot.must and spot.strong],
    )
    bars = sounding_bars(bars, analysis=analysis, spots=spots, recipe=recipe, rng=rng)
    close = ending(
        recipe,
        duration_s=duration_s,
        curves=curves,
        last_bar_s=bars[-1].start_s,
        spots=spots,
        rng=rng,
    )
    picture = picture_tension(analysis, curves, description)
    functions = placed_form(
        bars,
        picture=picture,
        analysis=analysis,
        description=description,
        spots=spots,
        ending=close,
        rng=rng,
    )
    tension = _blend(functions, bars, picture, recipe, duration_s)
    keys = section_keys(
        [name for name, _ in functions],
        home=home_key(recipe, brightness=music.mode_brightness, asked=music.key.value, rng=rng),
        recipe=recipe,
        brightness=music.mode_brightness,
        duration_s=duration_s,
        settled=wish.settled,
        rng=rng,
    )
    drafts = _drafts(functions, keys)
    if recipe.silence and duration_s > SILENCE_FROM_S:
        drafts = with_silence(drafts, bars, timeline, spots)
    ends_s = [timeline.time_at(bars[draft.end - 1].end_beat) for draft in drafts]
    motifs = section_motifs(
        [draft.function for draft in drafts],
        [(bars[d.first].start_s, end_s) for d, end_s in zip(drafts, ends_s, strict=True)],
        shots=analysis.shots,
        description=description,
    )
    drafts = [
        dataclasses.replace(draft, motif=motif) for draft, motif in zip(drafts, motifs, strict=True)
    ]
    bar_s = bar_seconds(bars, timeline)
    tunes = cue_tunes(
        drafts,
        [(bar.num, bar.den, float(seconds)) for bar, seconds in zip(bars, bar_s, strict=True)],
        idiom=music.genre.value,
        film=film,
        seed=seed,
    )
    halves = cue_chords(
        drafts,
        recipe=recipe,
        tension=tension,
        bar_s=bar_s,
        open_end=close == "open",
        weights=wish.weights,
        rng=rng,
        tunes=tunes,
    )
    return CuePlan(
        idiom=music.genre.value,
        blend=music.second_genre.value if not wish.unblended else NULL,
        ending=close,
        sections=_written(drafts, bars, halves, tension, recipe, wish, duration_s, tunes),
        bar_tension=_all_bars(tension, picture, timeline, bars),
    )


def _blend(
    functions: list[tuple[str, int]],
    bars: tuple[Bar, ...],
    picture: Values,
    recipe: Recipe,
    duration_s: float,
) -> Values:
    seen = bar_means(picture, bars, duration_s)
    arc = arc_tension(functions, arc=recipe.arc)
    lengths = [bars_here for _, bars_here in functions]
    means = np.repeat([part.mean() for part in np.split(seen, np.cumsum(lengths)[:-1])], lengths)
    mixed = _PICTURE_SHARE * seen + (1 - _PICTURE_SHARE) * arc + _BREATH * (seen - means)
    mixed = np.clip(mixed, 0.0, 1.0)
    return np.asarray(np.round(mixed, 3), dtype=np.float64)


def _drafts(functions: list[tuple[str, int]], keys: list[Key]) -> list[Draft]:
    drafts: list[Draft] = []
    first = wave = 0
    for (name, length), key in zip(functions, keys, strict=True):
        if name == "theme" and drafts and drafts[-1].function in ("aftermath", "climax"):
            wave += 1
        drafts.append(Draft(first=first, bars=length, function=name, key=key, wave=wave))
        first += length
    return drafts


def _written(
    drafts: list[Draft],
    bars: tuple[Bar, ...],
    halves: list[Half],
    tension: Values,
    recipe: Recipe,
    wish: Leaning,
    duration_s: float,
    tunes: Tunes,
) -> tuple[Section, ...]:
    sections = []
    means = [float(np.mean(tension[draft.first : draft.end])) for draft in drafts]
    marks = dynamics(recipe, [draft.function for draft in drafts], means, duration_s=duration_s)
    heard: dict[str, int] = {}
    # A tune has its mode before its chords are chosen; elsewhere the chords say which it is.
    sung = {d.key: d.key.mode for d, row in zip(drafts, tunes.stated, strict=True) if row}
    modes = _modes(drafts, halves, recipe) | sung
    for number, draft in enumerate(drafts):
        span = slice(draft.first, draft.end)
        mean = means[number]
        again = heard.get(draft.function, 0)
        heard[draft.function] = again + 1
        sings = draft.function in ("theme", "climax") or draft.motif != MAIN_MOTIF
        lead = sings or number == len(drafts) - 1
        roles = texture(
            recipe, draft.function, tension=mean, fuller=wish.fuller + again % 2, lead=lead
        )
        sections.append(
            Section(
                id=letters(number),
                start=bars[draft.first].number,
                bars=draft.bars,
                function=draft.function,
                tension=round(mean, 3),
                dynamic=marks[number],
                key=draft.key.tonic,
                mode=modes[draft.key],
                chords=chord_line(
                    halves[2 * draft.first : 2 * draft.end],
                    signatures=[(bar.num, bar.den) for bar in bars[span]],
                    silence=draft.silence,
                ),
                texture="" if draft.silence else roles,
                silence=draft.silence,
                motif=draft.motif,
            )
        )
    return tuple(sections)


def _modes(drafts: list[Draft], halves: list[Half], recipe: Recipe) -> dict[Key, str]:
    """Return for every key of the cue the mode that its chords let hear."""
    chords: dict[Key, list[Chord]] = {draft.key: [] for draft in drafts}
    for half in halves:
        if half.key in chords:
            chords[half.key].append(parse_chord(symbol(half.step, key=half.key.tonic)))
    return {key: heard_mode(key, c, allowed=recipe.modes) for key, c in chords.items()}


def letters(number: int) -> str:
    """Return the rehearsal letter of a section counted from 0: A to Z, then AA."""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def _all_bars(
    tension: Values, picture: Values, timeline: Timeline, bars: tuple[Bar, ...]
) -> tuple[float, ...]:
    lead_in = timeline.bars_until(bars[0].start_s)[: bars[0].number - 1]
    before = bar_means(picture, lead_in, bars[0].start_s) if lead_in else np.zeros(0)
    return tuple(float(value) for value in np.round(np.concatenate([before, tension]), 3))
