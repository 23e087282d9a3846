"""Text cards set apart, so that paper and print are not judged as if they were the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np

from filmcomposer_core.contracts.clip import Analysis, Curves
from filmcomposer_core.description.emotion import Array, Mood, shot_spans
from filmcomposer_core.description.look import shot_weights
from filmcomposer_core.description.merge import MergedShot

#: What is true of a card as of any picture; all else would tell of the paper.
KEPT = ("brightness", "hue", "theme")


def pictures_of(
    analysis: Analysis, curves: Curves, cards: Sequence[bool]
) -> tuple[Analysis, Curves]:
    """Cut the text cards out of what was measured.

    Parameters
    ----------
    analysis : Analysis
    curves : Curves
        Arrays of shape (frames,).
    cards : sequence of bool
        Whether each shot is a text card.

    Returns
    -------
    Analysis, Curves
        The shots that show a picture, their frames counted anew, and the curves of these frames at
        the times they had. A clip of nothing but cards, or without any, is left whole.
    """
    if not any(cards) or all(cards):
        return analysis, curves
    kept = np.ones(len(curves.time_s), bool)
    shots = []
    spans = shot_spans(analysis, curves.time_s)
    for shot, (start, end), card in zip(analysis.shots, spans, cards, strict=True):
        if card:
            kept[start:end] = False
        else:
            shots.append(replace(shot, start_frame=int(kept[:start].sum())))
    length_s = sum(shot.end_s - shot.start_s for shot in shots)
    clip = replace(analysis.clip, duration_s=length_s)
    cut = {field.name: getattr(curves, field.name)[kept] for field in fields(curves)}
    return replace(analysis, clip=clip, shots=tuple(shots)), Curves(**cut)


def carried_over(mood: Mood, time_s: Array) -> Mood:
    """Draw a mood straight on through the times that it leaves out.

    Parameters
    ----------
    mood : Mood
        The mood of the pictures.
    time_s : ndarray, shape (frames,)
        Times of all frames, cards among them, seconds.
    """
    if not len(mood.time_s):
        return mood
    return Mood(
        time_s=time_s,
        valence=np.interp(time_s, mood.time_s, mood.valence),
        arousal=np.interp(time_s, mood.time_s, mood.arousal),
    )


def picture_weights(analysis: Analysis, cards: Sequence[bool]) -> list[float]:
    """Return the share of each shot in the time that shows pictures; a card has none."""
    weights = shot_weights(analysis)
    shown = sum(weight for weight, card in zip(weights, cards, strict=True) if not card)
    if shown <= 0:
        return weights
    return [0.0 if card else weight / shown for weight, card in zip(weights, cards, strict=True)]


def as_cards(shots: Sequence[MergedShot], cards: Sequence[bool]) -> tuple[MergedShot, ...]:
    """Take from cards what describers say of their picture: there is nobody and no place on it."""
    return tuple(
        replace(shot, labels={n: shot.labels[n] for n in KEPT if n in shot.labels}, people=0)
        if card
        else shot
        for shot, card in zip(shots, cards, strict=True)
    )


def groups_apart(groups: Sequence[int], cards: Sequence[bool]) -> tuple[int, ...]:
    """Return the groups of the shots, cards and what is left alone without them on their own (0).

    Examples
    --------
    >>> groups_apart([1, 1, 2, 1, 2], [False, False, True, False, False])
    (1, 1, 0, 1, 0)
    """
    known = (*groups, *[0] * len(cards))
    own = [0 if card else group for group, card in zip(known, cards, strict=False)]
    return tuple(group if own.count(group) > 1 else 0 for group in own)
