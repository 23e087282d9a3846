"""Lines and pieces worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence

from filmcomposer_core.assessment.measures.notes import Notes
from filmcomposer_core.assessment.subject import make_subject
from filmcomposer_core.evaluation.piece import Piece, notes_from, piece_of_cue, piece_of_lines
from tests import samples


def crotchets(*pitches: int) -> Notes:
    """A note a beat."""
    return notes_from([(float(i), 1.0, p) for i, p in enumerate(pitches)])


def chords(*rows: Sequence[int], beats: float = 4.0) -> Notes:
    """A chord a bar."""
    return notes_from([(i * beats, beats, p) for i, row in enumerate(rows) for p in row])


def tune(notes: Notes) -> Piece:
    return piece_of_lines([notes], num=4, den=4)


def cue() -> Piece:
    """The sample cue: 20 s at 120 beats a minute."""
    return piece_of_cue(
        make_subject(
            melody=samples.melody(),
            plan=samples.cue_plan(),
            tempo_map=samples.tempo_plan().map,
            spots=samples.spots(),
            curves=samples.curves(),
            description=samples.description(),
            score=samples.score(),
            scheme=samples.scheme(),
        )
    )


#: Sixteen bars in C: an eight-bar period, its second half varied.
AIR = (
    60, 62, 64, 65, 67, 67, 69, 67, 65, 64, 62, 64, 67, 65, 64, 62,
    60, 62, 64, 65, 67, 67, 69, 67, 65, 64, 62, 59, 60, 64, 60, 60,
    67, 69, 67, 65, 64, 65, 67, 64, 65, 67, 65, 64, 62, 64, 65, 62,
    60, 62, 64, 65, 67, 67, 72, 67, 65, 64, 62, 59, 60, 64, 60, 60,
)  # fmt: skip
