"""The Plan stage: from what the clip shows to sections, keys, chords and textures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.clip import Analysis, Curves
from filmcomposer_core.contracts.description import Description
from filmcomposer_core.contracts.harmony import Chord, parse_chord
from filmcomposer_core.contracts.labels import NULL
from filmcomposer_core.contracts.plan import CuePlan, Section
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.contracts.tempo import TempoMap
from filmcomposer_core.planning.bars import bar_seconds, playable_bars
from filmcomposer_core.planning.chords import chord_line, cue_chords
from filmcomposer_core.planning.drafts import Draft, Half
from filmcomposer_core.planning.form import (
    layout,
    place_sections,
    snap_rewards,
    split_section,
)
from filmcomposer_core.planning.keys import Key, heard_mode, home_key, section_keys
from filmcomposer_core.planning.motifs import section_motifs
from filmcomposer_core.planning.recipe import Recipe, blended
from filmcomposer_core.planning.roman import symbol
from filmcomposer_core.planning.silence import SILENCE_FROM_S, with_silence
from filmcomposer_core.planning.tension import (
    STEP_S,
    arc_tension,
    bar_means,
    picture_tension,
)
from filmcomposer_core.planning.texture import dynamic, ending, for_players, texture
from filmcomposer_core.planning.wishes import Leaning, leaning
from filmcomposer_core.seeding import rng_for
from filmcomposer_core.timeline import Bar, Timeline

Values = NDArray[np.float64]
_PICTURE_SHARE: Final = 0.55
_ONE_WAVE_S: Final = 105.0


def plan_cue(
    *,
    analysis: Analysis,
    curves: Curves,
    description: Description,
    spots: Sequence[Spot],
    tempo_map: TempoMap,
    seed: int,
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
    close = ending(recipe, duration_s=duration_s, rng=rng)
    picture = picture_tension(analysis, curves, description)
    functions = _sections(bars, picture, duration_s, close, analysis, description, spots, rng)
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
    bar_s = bar_seconds(bars, timeline)
    halves = cue_chords(
        drafts,
        recipe=recipe,
        tension=tension,
        bar_s=bar_s,
        open_end=close == "open",
        weights=wish.weights,
        rng=rng,
    )
    ends_s = [timeline.time_at(bars[draft.end - 1].end_beat) for draft in drafts]
    motifs = section_motifs(
        [draft.function for draft in drafts],
        [(bars[d.first].start_s, end_s) for d, end_s in zip(drafts, ends_s, strict=True)],
        shots=analysis.shots,
        description=description,
    )
    return CuePlan(
        idiom=music.genre.value,
        blend=music.second_genre.value if not wish.unblended else NULL,
        ending=close,
        sections=_written(drafts, bars, halves, tension, recipe, wish, motifs),
        bar_tension=_all_bars(tension, picture, timeline, bars),
    )


def _sections(
    bars: tuple[Bar, ...],
    picture: Values,
    duration_s: float,
    close: str,
    analysis: Analysis,
    description: Description,
    spots: Sequence[Spot],
    rng: np.random.Generator,
) -> list[tuple[str, int]]:
    """Return function and number of bars of each section."""
    starts = np.array([bar.start_s for bar in bars])
    music_s = duration_s - float(starts[0])
    form = layout(music_s, bars=len(bars), ending=close, rng=rng)
    bar_s = np.diff(starts, append=max(duration_s, starts[-1] + 0.5))
    rewards = snap_rewards(starts, bar_s, _events(analysis, description, spots))
    pulls: list[float | None] = [None] * len(form)
    names = [name for name, _ in form]
    if names.count("climax") == 1 and music_s <= _ONE_WAVE_S:
        pulls[names.index("climax")] = _peak_bar(picture, starts, duration_s)
    lengths = place_sections(form, rewards=rewards, pulls=pulls)
    return [
        (name, piece)
        for name, length in zip(names, lengths, strict=True)
        for piece in split_section(name, length)
    ]


def _events(
    analysis: Analysis, description: Description, spots: Sequence[Spot]
) -> list[tuple[float, float]]:
    cuts = [(shot.start_s, 0.7) for shot in analysis.shots[1:]]
    hits = [(spot.time_s, 0.8 if spot.strong else 0.2) for spot in spots]
    moods = [
        (after.time_s, 0.6)
        for before, after in zip(description.emotion, description.emotion[1:], strict=False)
        if before.emotion != after.emotion
    ]
    return cuts + hits + moods


def _peak_bar(picture: Values, starts: Values, duration_s: float) -> float:
    """Return the bar (from 0) where the picture is most tense in the climax's part of the clip."""
    low, high = (int(share * duration_s / STEP_S) for share in (0.55, 0.82))
    width = max(1, min(len(picture), round(4.0 / STEP_S)))
    smooth = np.convolve(picture, np.full(width, 1 / width), mode="same")
    peak = low + int(np.argmax(smooth[low : max(high, low + 1)]))
    return float(np.searchsorted(starts, peak * STEP_S - 2.0))


def _blend(
    functions: list[tuple[str, int]],
    bars: tuple[Bar, ...],
    picture: Values,
    recipe: Recipe,
    duration_s: float,
) -> Values:
    seen = bar_means(picture, bars, duration_s)
    arc = arc_tension(functions, arc=recipe.arc)
    mixed = np.clip(_PICTURE_SHARE * seen + (1 - _PICTURE_SHARE) * arc, 0.0, 1.0)
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
    motifs: Sequence[str],
) -> tuple[Section, ...]:
    sections = []
    heard: dict[str, int] = {}
    modes = _modes(drafts, halves, recipe)
    for number, draft in enumerate(drafts):
        span = slice(draft.first, draft.end)
        mean = float(np.mean(tension[span]))
        again = heard.get(draft.function, 0)
        heard[draft.function] = again + 1
        lead = draft.function in ("theme", "climax") or number == len(drafts) - 1
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
                dynamic=dynamic(recipe, draft.function, tension=mean),
                key=draft.key.tonic,
                mode=modes[draft.key],
                chords=chord_line(
                    halves[2 * draft.first : 2 * draft.end],
                    signatures=[(bar.num, bar.den) for bar in bars[span]],
                    silence=draft.silence,
                ),
                texture="" if draft.silence else roles,
                silence=draft.silence,
                motif=motifs[number],
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
