"""Faults that players would meet: range, speed, hands and breath."""

from __future__ import annotations

from filmcomposer_core.assessment.measures.playing import playability
from filmcomposer_core.evaluation.piece import Piece


def playing_faults(piece: Piece) -> dict[str, float]:
    """Count what cannot be played.

    Parameters
    ----------
    piece : Piece
        With the players of its voices.

    Returns
    -------
    dict
        ``range_faults``: notes outside the playable range; ``strained``: share of notes that are
        too fast, too many at once or without breath; ``uncomfortable``: share outside comfort.
        NaN where no player is known.
    """
    total = outside = hard = uneasy = 0
    for voice in piece.voices:
        if voice.player is None or not voice.player.pitched or not len(voice.notes):
            continue
        starts, ends = piece.times_of(voice.notes.start), piece.times_of(voice.notes.end)
        found = playability(voice.notes, starts, ends, voice.player)
        total += found.notes
        outside += found.unplayable
        uneasy += found.uncomfortable
        hard += min(found.notes, found.too_fast + found.too_thick + found.breathless)
    if not total:
        return dict.fromkeys(("range_faults", "strained", "uncomfortable"), float("nan"))
    return {
        "range_faults": float(outside),
        "strained": hard / total,
        "uncomfortable": uneasy / total,
    }
