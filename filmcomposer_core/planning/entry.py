"""Where a cue begins and how it ends, by idiom and picture (craft 1.1 and 1.4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from filmcomposer_core.contracts.clip import Analysis, Curves
from filmcomposer_core.contracts.labels import SHORT_ENDINGS
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.planning.recipe import Recipe
from filmcomposer_core.planning.tension import STEP_S, Values
from filmcomposer_core.timeline import Bar

#: Shorter clips have no time to wait before the music comes in.
_WAITS_FROM_S: Final = 20.0
#: Longest silence before the music comes in: seconds, and share of the clip.
_LONGEST_WAIT_S, _WAIT_SHARE = 4.0, 0.1
#: Share of the cues that wait for a first cut where idiom and picture allow it.
_WAITING: Final = 0.5
#: A cut this near to a bar line is met by it.
_MET_S: Final = 0.15
#: Seconds of the opening by which an entry is chosen.
_OPENING_S: Final = 3.0
#: Clips shorter than this end with a button whatever their idiom.
_TINY_S: Final = 6.0
#: Share of the cues that end by the first habit of their idiom.
_HABIT: Final = 0.67
#: Brightness of the last frames, as a share of the clip's middle, below which it has faded out.
_FADED, _FADE_S = 0.25, 0.4
_ON_A_HIT: Final = ("cut-off", "button")
#: Longest rest between a short last chord and the end of the clip: more is a hole, so the chord is
#: held instead.
_LONGEST_REST_S: Final = 2.4
_INTO_NOTHING: Final = ("evaporate", "cadence")


def sounding_bars(
    bars: tuple[Bar, ...],
    *,
    analysis: Analysis,
    spots: Sequence[Spot],
    recipe: Recipe,
    rng: np.random.Generator,
) -> tuple[Bar, ...]:
    """Return the bars in which the cue plays: all, or those from a first cut on.

    Idioms that know silence may come in out of it where an early cut stands on a bar line and no
    strong hit lies before.
    """
    duration_s = analysis.clip.duration_s
    waits = rng.random() < _WAITING
    if not recipe.silence or duration_s < _WAITS_FROM_S or not waits:
        return bars
    latest_s = min(_LONGEST_WAIT_S, _WAIT_SHARE * duration_s)
    cuts = [shot.start_s for shot in analysis.shots[1:] if shot.start_s <= latest_s]
    first_hit_s = min((spot.time_s for spot in spots if spot.strong), default=duration_s)
    for number, bar in enumerate(bars[:-1]):
        met = any(abs(cut - bar.start_s) <= _MET_S for cut in cuts)
        if number and met and first_hit_s >= bar.start_s - _MET_S:
            return bars[number:]
    return bars


def at_once(picture: Values) -> float:
    """Return how much the picture asks for the theme at once: -1 (it dwells) to 1."""
    opening = float(np.mean(picture[: max(1, round(_OPENING_S / STEP_S))]))
    rest = picture[np.isfinite(picture)]
    return float(np.clip(2.0 * (np.mean(rest <= opening) - 0.5), -1.0, 1.0))


def ending(
    recipe: Recipe,
    *,
    duration_s: float,
    curves: Curves,
    last_bar_s: float,
    spots: Sequence[Spot],
    rng: np.random.Generator,
) -> str:
    """Return how the cue ends.

    Parameters
    ----------
    recipe : Recipe
        Gives the idiom's habits.
    duration_s : float
        Length of the clip; a tiny one has a button.
    curves : Curves
        A picture that fades out takes the music with it, if the idiom knows how.
    last_bar_s : float
        Where the last bar of the cue begins.
    spots : sequence of Spot
        A strong hit on the last downbeat is where the music stops, if the idiom knows how.
    rng : numpy.random.Generator
        Otherwise the idiom's first habit two times in three; a short ending far from the clip's
        end and on no hit becomes one that is held.
    """
    if duration_s < _TINY_S:
        return "button"
    hit = any(spot.strong and abs(spot.time_s - last_bar_s) <= _MET_S for spot in spots)
    wanted = _ON_A_HIT if hit else _INTO_NOTHING if _fades(curves, duration_s) else ()
    habits = recipe.endings
    drawn = habits[0]
    if len(habits) > 1 and rng.random() >= _HABIT:
        drawn = str(rng.choice(habits[1:]))
    found = next((habit for habit in wanted if habit in habits), drawn)
    early = duration_s - last_bar_s > _LONGEST_REST_S
    return "cadence" if found in SHORT_ENDINGS and early and not hit else found


def _fades(curves: Curves, duration_s: float) -> bool:
    last = curves.luma[curves.time_s >= duration_s - _FADE_S]
    middle = float(np.median(curves.luma)) if len(curves.luma) else 0.0
    return len(last) > 0 and middle > 0 and float(np.mean(last)) < _FADED * middle
