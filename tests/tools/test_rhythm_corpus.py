"""Rhythms of a tune and a chorale by hand, with the strengths that the network learns."""

from __future__ import annotations

from filmcomposer_core.rhythm.code import level_of, onset, place_of, rest
from tests.tools.test_priors import TUNE
from tools.priors.chorales import Chorale
from tools.priors.tunes import TuneNote, tunes_of
from tools.rhythm_corpus.rhythms import accent, chorale_piece, tune_piece


def note(pitch: int, length: int, strength: float) -> TuneNote:
    return TuneNote(bar=1, offset=0, length=length, pitch=pitch, height=0, strength=strength)


def test_accents_by_hand() -> None:
    assert accent(note(60, 192, 1.0), None) == 2  # downbeat .5, half note .5
    assert accent(note(60, 96, 1.0), None) == 1  # .5 + .25
    assert accent(note(60, 48, 0.1), None) == 0  # .05 + .125
    assert accent(note(64, 48, 0.35), note(60, 48, 1.0)) == 1  # .175 + .125 + .5 for the leap
    assert accent(note(63, 48, 0.35), note(60, 48, 1.0)) == 0


def test_a_tune_by_hand() -> None:
    (tune,) = tunes_of(TUNE, source="oneills1850")
    piece = tune_piece(tune)
    assert piece is not None
    assert (piece.num, piece.den, piece.upbeat, len(piece.bars)) == (4, 4, True, 9)
    places = [[place_of(token) for token in bar] for bar in piece.bars]
    assert piece.bars[0][0] == rest(0)
    assert places[0] == [0, 18]  # the upbeat, a quarter
    assert places[1] == [0, 12]  # d4 f4: two halves
    assert places[2] == [0, 6, 9, 12]  # e2dc d4: a quarter, two eighths, a half
    assert places[6] == [0, 2, 4, 6, 18]  # a triplet, a half note, and a rest at the end
    assert piece.bars[6][-1] == rest(18)
    assert [level_of(token) for token in piece.bars[1]] == [2, 2]


def test_a_chorale_by_hand() -> None:
    quarters = tuple((96 * n, 96, 72) for n in range(8))
    halves = tuple((192 * n, 192, 60) for n in range(4))
    chorale = Chorale(
        number="1", tonic=0, minor=False, num=4, den=4,
        voices=(quarters, halves, halves, tuple((s, n, 48) for s, n, _ in halves)),
        lines=(0, 384), pauses=(),
    )  # fmt: skip
    piece = chorale_piece(chorale)
    assert piece is not None
    assert not piece.upbeat
    bar = (onset(0, 2), onset(6, 0), onset(12, 2), onset(18, 0))  # four voices, one, four, one
    assert piece.bars == (bar, bar)
