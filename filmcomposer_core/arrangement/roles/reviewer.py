"""Reviewer: does arrangement and mix match the picture, are techniques effective; final scheme."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from filmcomposer_core.arrangement.levels import (
    Levels,
    Roles,
    part_levels,
    pitch_span,
    total_level,
)
from filmcomposer_core.catalogue import instrument
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.score import DOUBLING, Note, Score

#: The theme stands at least this far above anything near its register, dB.
MARGIN_DB = 4.5
#: No part is lowered by more than this for the theme's sake, dB.
MOST_DB = 8.0
#: Loudness follows tension at least this well (rank correlation).
FOLLOWS = 0.4
#: The energy's centre lies no further from the middle than this.
LOPSIDED = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What the Reviewer asks for; nothing asked means that the scheme is final.

    Attributes
    ----------
    lower_db : dict of (str, int) to float
        For Volume: part and measure to what has to be taken off, dB.
    wider : bool
        For Volume: loudness does not follow the tension well enough.
    narrower : bool
        For Mixing: the stage leans to one side.
    techniques : dict of str to str
        Part to a technique that suits its notes better.
    follows : float
        Rank correlation of loudness and tension; ``moves`` that of loudness and motion.
    """

    lower_db: dict[tuple[str, int], float]
    wider: bool
    narrower: bool
    techniques: dict[str, str]
    follows: float
    moves: float

    @property
    def content(self) -> bool:
        """Whether no role has to speak again."""
        return not (self.lower_db or self.wider or self.narrower)


def review(
    score: Score,
    plan: CuePlan,
    *,
    envelopes: Mapping[str, Mapping[str, float]],
    pans: Mapping[str, float],
    motion: Sequence[float],
    leads: Sequence[str],
    roles: Roles,
    seconds_per_beat: float,
) -> Review:
    """Speak last: compare the mix with the picture and the parts with their techniques.

    Parameters
    ----------
    envelopes, pans : mapping
        What Volume and Mixing have set, by part id.
    motion : sequence of float
        The picture's motion by measure.
    leads : sequence of str
        Ids of the parts that carry the theme.
    roles : mapping of str to sequence of str
        What each part mainly does in each measure.
    seconds_per_beat : float
        At the centre tempo, for lengths of notes.

    Returns
    -------
    Review

    Notes
    -----
    Implements duties 1 and 2 of the Reviewer agent (Table 2 of FilmComposer); duty 3, the final
    scheme, is written from its last review.
    """
    levels = {p.id: part_levels(score, p, envelopes[p.id]) for p in score.parts if p.notes}
    loudness = total_level(levels) if levels else np.zeros(len(score.measures))
    sounding = loudness > -80.0
    tension = [plan.bar_tension[min(m.number, plan.last_bar) - 1] for m in score.measures]
    follows = rank_correlation(loudness[sounding], np.array(tension)[sounding])
    moves = rank_correlation(loudness[sounding], np.array(motion)[sounding])
    return Review(
        lower_db=_margins(score, envelopes, leads, roles),
        wider=follows < FOLLOWS and float(np.ptp(tension)) > 0.2,
        narrower=abs(_centre(levels, pans)) > LOPSIDED,
        techniques=better_techniques(score, seconds_per_beat),
        follows=follows,
        moves=moves,
    )


def _margins(
    score: Score,
    envelopes: Mapping[str, Mapping[str, float]],
    leads: Sequence[str],
    roles: Roles,
) -> dict[tuple[str, int], float]:
    """Return by how much parts near the theme's register are too loud, by measure.

    A part is not lowered in a measure in which it has theme or doubling itself.
    """
    silent = np.full(len(score.measures), -np.inf)
    theme, low, high = silent, -silent, silent
    for part in score.parts:
        own = [note for note in part.notes if part.role_of(note) == "melody"]
        if part.id in leads and own:
            theme = np.maximum(theme, part_levels(score, part, envelopes[part.id], notes=own))
            own_low, own_high = pitch_span(score, own)
            low, high = np.minimum(low, own_low), np.maximum(high, own_high)
    found: dict[tuple[str, int], float] = {}
    for part in score.parts:
        if not part.notes or not instrument(part.instrument).pitched:
            continue
        level = part_levels(score, part, envelopes[part.id])
        tune = np.array([role in ("melody", DOUBLING) for role in roles[part.id]])
        own_low, own_high = pitch_span(score, part.notes)
        near = (own_high >= low - 6) & (own_low <= high + 6) & np.isfinite(level)
        both = near & np.isfinite(theme) & ~tune
        over = np.zeros(len(level))
        over[both] = level[both] - theme[both] + MARGIN_DB
        for i in np.flatnonzero(over > 0.5):
            found[part.id, int(i) + 1] = min(MOST_DB, float(over[i]))
    return found


def _centre(levels: Mapping[str, Levels], pans: Mapping[str, float]) -> float:
    power = {name: float(np.sum(10.0 ** (level / 10.0))) for name, level in levels.items()}
    total = sum(power.values())
    return sum(pans[name] * power[name] for name in power) / total if total > 0 else 0.0


def better_techniques(score: Score, seconds_per_beat: float) -> dict[str, str]:
    """Return better techniques for parts whose notes are too short for a slow beginning."""
    better = {}
    for part in score.parts:
        player = instrument(part.instrument)
        known = [technique.name for technique in player.techniques]
        slow = player.technique(part.technique).attack_ms
        notes = [note for note in part.notes if part.technique_of(note) == part.technique]
        if notes and _median_ms(notes, seconds_per_beat) < 2.0 * slow and slow > 130:
            quicker = [t for t in player.techniques if t.attack_ms < slow and t.key is None]
            plain = [t.name for t in quicker if t.name in ("sustain", "legato", "detache")]
            if plain and part.technique in known:
                better[part.id] = plain[0]
    return better


def _median_ms(notes: Sequence[Note], seconds_per_beat: float) -> float:
    return 1000.0 * seconds_per_beat * float(np.median([note.length for note in notes]))


def rank_correlation(a: Levels, b: Levels) -> float:
    """Return Spearman's rank correlation, 0 where one side does not vary."""
    if len(a) < 3 or np.ptp(a) < 1e-9 or np.ptp(b) < 1e-9:
        return 0.0
    return float(np.corrcoef(_ranks(a), _ranks(b))[0, 1])


def _ranks(values: Levels) -> Levels:
    """Return ranks, equal values sharing their mean rank."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    result: Levels = (ends - (counts - 1) / 2.0)[inverse]
    return result
