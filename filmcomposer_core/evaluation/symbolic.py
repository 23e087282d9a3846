"""All measures of notes, without a picture: the same code for cues and for real music."""

from __future__ import annotations

import numpy as np

from filmcomposer_core.assessment.measures.bar_patterns import bar_patterns
from filmcomposer_core.assessment.measures.notes import Floats, Notes
from filmcomposer_core.assessment.measures.texture import role_overlap
from filmcomposer_core.evaluation import form, harmony, intervals, pitch
from filmcomposer_core.evaluation.piece import Piece
from filmcomposer_core.evaluation.playing import playing_faults


def measure_line(piece: Piece, *, profile: Floats) -> dict[str, float]:
    """Measure the leading line.

    Parameters
    ----------
    piece : Piece
        A tune, or what leads in a cue.
    profile : ndarray, shape (25,), float64
        Shares of intervals in real tunes.

    Returns
    -------
    dict of str to float
        By column; NaN where the line is too short to say.
    """
    patterns = bar_patterns(piece.line, piece.bars)
    lengths = form.phrase_lengths(piece.line, piece.lines)
    last = patterns[-1].number if patterns else 0
    planned = form.planned_lengths([p for p in piece.phrases if p <= last], last)
    return {
        **measure_notes(piece.line, piece.lines, profile=profile),
        "motif_recurrence": form.motif_recurrence(patterns),
        "rhythm_reuse": form.rhythm_reuse(patterns),
        "line_loops": form.line_loops(patterns),
        "phrase_bars": float(np.median(lengths)) if lengths.size else float("nan"),
        "phrases_square": form.square_share(lengths),
        "planned_square": form.square_share(planned),
    }


def measure_notes(line: Notes, lines: Floats, *, profile: Floats) -> dict[str, float]:
    """Measure what any passage of a line has, whole or not: its scale and its moves.

    Parameters
    ----------
    line : Notes
        The notes.
    lines : ndarray, shape (bars + 1,), float64
        Bar lines in beats.
    profile : ndarray, shape (25,), float64
        Shares of intervals in real tunes.

    Returns
    -------
    dict of str to float
        By column; NaN where there are too few notes to say.
    """
    moves = intervals.shares(line)
    return {
        "line_notes": float(len(line)),
        "line_clarity": pitch.clarity(line, lines),
        "line_scale": pitch.scale_share(line, lines),
        "line_entropy": pitch.entropy(line, lines),
        "repeated": moves["repeated"],
        "step": moves["step"],
        "third": moves["third"],
        "leap": moves["leap"],
        "mean_move": moves["size"],
        "profile_distance": intervals.profile_distance(line, profile),
        "leap_recovery": intervals.leap_recovery(line),
        "range_4_bars": intervals.phrase_range(line, lines),
    }


def measure_voices(piece: Piece) -> dict[str, float]:
    """Measure all parts together.

    Parameters
    ----------
    piece : Piece
        A chorale or a cue; a single tune gives nothing.

    Returns
    -------
    dict of str to float
        By column.
    """
    if not piece.voices:
        return {}
    notes, lines, beats = piece.pitched, piece.lines, piece.beats
    heard = harmony.heard_chords(notes, beats)
    return {
        "clarity": pitch.clarity(notes, lines),
        "scale": pitch.scale_share(notes, lines),
        "entropy": pitch.entropy(notes, lines),
        "chords": harmony.distinct_chords(heard),
        "chord_beats": harmony.chord_beats(heard),
        "planned_chords": harmony.planned_chords(piece.chords),
        "parallels": _parallels(piece),
        "clashes": harmony.clash_share(notes, piece.chords, piece.bars, beats),
        **playing_faults(piece),
        "overlap": role_overlap(piece.roles)[0] if len(piece.roles) > 1 else float("nan"),
        "loops": form.whole_loops([voice.notes for voice in piece.voices], piece.bars),
    }


def _parallels(piece: Piece) -> float:
    bass = piece.roles.get("bass")
    if bass is None or set(piece.idioms) & harmony.PLANING:
        return float("nan")
    if piece.chords:
        places = np.array([span.start for span in piece.chords])
    else:
        places = np.arange(piece.beats, dtype=np.float64)
    return harmony.parallel_share(piece.line, bass, places, piece.beats)
