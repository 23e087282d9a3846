"""Rhythms of pieces to learn from: the file that holds them, and rows of classes made of it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.atomic import write_atomic
from filmcomposer_core.contracts.rhythm import TICKS
from filmcomposer_core.errors import InputError
from filmcomposer_core.rhythm.code import (
    BACK,
    BAR,
    FEATURES,
    PLACES,
    TOKENS,
    Bar,
    bar_classes,
    is_onset,
    metre_class,
    place_of,
    row,
)

#: Answer of what is no event.
NOTHING: Final = -1
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """The rhythm of a piece: events of each bar as tokens; ``upbeat`` = its first bar is one."""

    num: int
    den: int
    upbeat: bool
    bars: tuple[Bar, ...]

    @property
    def ticks(self) -> int:
        """Length of a bar in ticks."""
        return TICKS * 4 * self.num // self.den


def save_pieces(path: Path, pieces: Sequence[Piece]) -> None:
    """Write pieces to a file: tokens one after the other, and where each piece begins."""
    tokens = [[token for bar in piece.bars for token in (BAR, *bar)] for piece in pieces]
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        tokens=np.array([t for piece in tokens for t in piece], np.uint8),
        lengths=np.array([len(piece) for piece in tokens], np.int32),
        metres=np.array([(p.num, p.den, p.upbeat) for p in pieces], np.uint8),
    )
    write_atomic(path, buffer.getvalue())


def load_pieces(path: Path) -> list[Piece]:
    """Return the pieces of a file.

    Raises
    ------
    InputError
        If it is not there or holds no rhythms.
    """
    hint = f"Make it from music21's corpus: python -m tools.rhythm_corpus {path}"
    if not path.is_file():
        raise InputError(f"{path} is not there.", hint)
    try:
        with np.load(path) as data:
            tokens, lengths, metres = data["tokens"], data["lengths"], data["metres"]
    except (OSError, ValueError, KeyError, EOFError) as exc:
        raise InputError(f"{path} holds no rhythms.", hint) from exc
    if not len(lengths) or len(metres) != len(lengths) or lengths.sum() != len(tokens):
        raise InputError(f"{path} holds no whole rhythms.", hint)
    if int(tokens.max()) >= TOKENS:
        raise InputError(f"{path} holds rhythms of another version.", hint)
    parts = np.split(tokens, np.cumsum(lengths)[:-1])
    return [
        Piece(num=int(num), den=int(den), upbeat=bool(upbeat), bars=_bars(part))
        for part, (num, den, upbeat) in zip(parts, metres, strict=True)
    ]


def _bars(tokens: Iterable[int]) -> tuple[Bar, ...]:
    bars: list[list[int]] = []
    for token in tokens:
        if token == BAR:
            bars.append([])
        else:
            bars[-1].append(int(token))
    return tuple(tuple(bar) for bar in bars)


def closes(piece: Piece, number: int) -> bool:
    """Whether a bar is the last of four and rests on its last note, a quarter or longer."""
    counted = number - piece.upbeat
    if counted % 4 != 3:
        return False
    onsets = [token for token in piece.bars[number] if is_onset(token)]
    return bool(onsets) and piece.ticks - PLACES[place_of(onsets[-1])] >= TICKS


def rows_of(piece: Piece) -> Rows:
    """Return what is known before each event and what comes, shape (events, FEATURES + 1)."""
    metre = metre_class(piece.num, piece.den)
    out = []
    for number, events in enumerate(piece.bars):
        density, strength = bar_classes(events, piece.ticks)
        place = (number - piece.upbeat) % 8
        known = (metre, density, strength, place, int(closes(piece, number)))
        before = BAR
        for token in (*events, BAR):
            past = piece.bars[max(0, number - max(BACK)) : number]
            out.append((*row(before, known, past), token))
            before = token
    return np.array(out, np.int64).reshape(-1, len(FEATURES) + 1)
