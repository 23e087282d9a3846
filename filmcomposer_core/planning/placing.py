"""Which form fits the picture, and on which bars its sections begin."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Final

import numpy as np

from filmcomposer_core.contracts.clip import Analysis
from filmcomposer_core.contracts.description import Description
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.planning.entry import at_once
from filmcomposer_core.planning.form import layouts, place_sections, snap_rewards, split_section
from filmcomposer_core.planning.tension import STEP_S, Values
from filmcomposer_core.timeline import Bar

_ONE_WAVE_S: Final = 105.0
#: Spread of chance among the ways to lay out a cue, and what an entry costs at a tense opening.
_FORM_LUCK, _ENTRY_COST = 0.8, 0.6
#: A shot this long on both sides makes a cut weigh in full, seconds; worth of such a cut, and of
#: one to another place or person.
_FULL_SHOT_S, _CUT, _PLACE_CUT = 3.0, 0.6, 0.9
#: Worth of a strong cut or a hit that must be met, of a strong gesture inside a shot, of a weak
#: hit, and of another mood.
_STRONG, _GESTURE, _WEAK, _MOOD = 1.2, 0.7, 0.2, 0.6


def placed_form(
    bars: tuple[Bar, ...],
    *,
    picture: Values,
    analysis: Analysis,
    description: Description,
    spots: Sequence[Spot],
    ending: str,
    rng: np.random.Generator,
) -> list[tuple[str, int]]:
    """Return function and number of bars of each section, by what the picture marks.

    Parameters
    ----------
    bars : tuple of Bar
        The bars that play.
    picture : ndarray, shape (ceil(duration_s / 0.25),)
        Tension of the picture, see :func:`tension.picture_tension`.
    analysis, description, spots
        Cuts, groups of shots, changes of emotion and hits draw the boundaries.
    ending : str
        One of ``contracts.labels.ENDINGS``.
    rng : numpy.random.Generator
        A chance for each way to lay out the cue against the one that fits the picture best.

    Returns
    -------
    list of (str, int)
        Their bars add up to ``len(bars)``.
    """
    duration_s = analysis.clip.duration_s
    starts = np.array([bar.start_s for bar in bars])
    music_s = duration_s - float(starts[0])
    bar_s = np.diff(starts, append=max(duration_s, starts[-1] + 0.5))
    rewards = snap_rewards(starts, bar_s, _events(analysis, description, spots))
    peak = _peak_bar(picture, starts, duration_s) if music_s <= _ONE_WAVE_S else None
    found = []
    for form in layouts(music_s, bars=len(bars), ending=ending):
        names = [name for name, _ in form]
        one = names.count("climax") == 1
        pulls = [peak if one and name == "climax" else None for name in names]
        cost, lengths = place_sections(form, rewards=rewards, pulls=pulls)
        cost += _ENTRY_COST * at_once(picture) * (names[0] == "establish")
        cost -= float(rng.gumbel(0.0, _FORM_LUCK))
        found.append((cost, list(zip(names, lengths, strict=True))))
    chosen = min(found)[1]
    return [(name, piece) for name, length in chosen for piece in split_section(name, length)]


def _events(
    analysis: Analysis, description: Description, spots: Sequence[Spot]
) -> list[tuple[float, float]]:
    groups = {shot.shot: shot.group for shot in description.shots}
    cuts = []
    for number, (before, after) in enumerate(itertools.pairwise(analysis.shots), start=1):
        here, there = groups.get(number, 0), groups.get(number + 1, 0)
        shorter_s = min(before.end_s - before.start_s, after.end_s - after.start_s)
        worth = _CUT if here == there != 0 else _PLACE_CUT
        cuts.append((after.start_s, worth * min(1.0, shorter_s / _FULL_SHOT_S)))
    hits = [(spot.time_s, _hit_worth(spot)) for spot in spots]
    moods = [
        (after.time_s, _MOOD)
        for before, after in zip(description.emotion, description.emotion[1:], strict=False)
        if before.emotion != after.emotion
    ]
    return cuts + hits + moods


def _hit_worth(spot: Spot) -> float:
    if not spot.strong:
        return _WEAK
    return _STRONG if spot.must or spot.kind == "cut" else _GESTURE


def _peak_bar(picture: Values, starts: Values, duration_s: float) -> float:
    """Return the bar (from 0) where the picture is most tense in the climax's part of the clip."""
    low, high = (int(share * duration_s / STEP_S) for share in (0.55, 0.82))
    width = max(1, min(len(picture), round(4.0 / STEP_S)))
    smooth = np.convolve(picture, np.full(width, 1 / width), mode="same")
    peak = low + int(np.argmax(smooth[low : max(high, low + 1)]))
    return float(np.searchsorted(starts, peak * STEP_S - 2.0))
