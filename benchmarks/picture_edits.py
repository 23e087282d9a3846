"""Edits cut together from the labelled shots at random, with every join and every trap known.

Joins are hard cuts, jump cuts (two pieces of one shot), dissolves and fades through black. Traps
are no boundaries: flashes of one or two frames, whip pans, black bars that come in. Whole edits are
of low contrast or flicker as old film does, and all are small and coded hard.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from benchmarks.picture_labels import HALVES, LabelledShot

Rng = np.random.Generator

FPS: Final = 24
_SIZES: Final = ((480, 270), (480, 360))
#: Shortest and longest piece between two joins, seconds.
_PIECE_S: Final = (0.4, 5.0)
_JOINS: Final = {"cut": 0.5, "jump": 0.14, "dissolve": 0.2, "fade": 0.16}
#: Lengths of dissolves, and of the parts of a fade through black, seconds.
_DISSOLVE_S: Final = (0.3, 1.5)
_FADE_S: Final = (0.2, 1.0)
_BLACK_S: Final = (0.0, 0.8)
#: Share of the pieces that hold a trap, and the least frames that one needs.
_TRAPS: Final = {"flash": (0.18, 20), "whip": (0.14, 32), "bars": (0.1, 24)}
#: Frames between a trap and the next join.
_CLEAR: Final = 8
#: Kept off the ends of a shot, frames: labels may be one off; fades and dissolves take time.
_HARD_END, _SOFT_END = 2, 30
#: Pieces of one shot lie at least this many frames apart in it.
_LEAP: Final = 12
#: A join across which the picture changes less (mean difference of luma, 0 to 255) is not seen.
_VISIBLE: Final = 8.0
#: A picture with less spread (standard deviation of luma, 0 to 255) shows nothing.
_BLANK: Final = 8.0
_TRIES: Final = 400
#: What whole edits suffer: contrast left, flicker of the gain (standard deviation), quality.
_CONTRASTS: Final = (1.0, 1.0, 0.65, 0.4)
_FLICKERS: Final = (0.0, 0.0, 0.04, 0.08)
_CRF: Final = (24, 33)


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Where a shot begins: ``frame`` is its first, or the first in which it outweighs the old one.

    The pictures before ``first`` and from ``last`` on are unmixed. After a fade ``frame`` is the
    first picture in which anything can be seen again.
    """

    kind: str
    frame: int
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trap:
    """Something that may be taken for a boundary, over ``first`` to before ``last``."""

    kind: str
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """How a piece follows the one before: over how many frames that goes and this one comes.

    ``hold`` are the black frames between them; in a dissolve both share the same frames.
    """

    kind: str
    out: int = 0
    hold: int = 0
    into: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Frames ``start`` to before ``start + frames`` of a clip.

    ``trap`` counts from the piece's first frame; ``fill`` tells that the picture is cropped to the
    frame's shape instead of having bars.
    """

    clip: str
    shot: int
    start: int
    frames: int
    enters: Transition
    fill: bool
    trap: Trap | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A cut-together clip of ``frames`` frames and the truth about it."""

    name: str
    half: str
    seed: tuple[int, ...]
    frames: int
    width: int
    height: int
    contrast: float
    flicker: float
    crf: int
    pieces: tuple[Piece, ...]
    joins: tuple[Join, ...]
    traps: tuple[Trap, ...]


class Thumbs(Protocol):
    """Small grey pictures of some clips."""

    def frames(self, clip: str) -> int:
        """Return how many frames a clip has."""

    def thumb(self, clip: str, frame: int) -> NDArray[np.float32]:
        """Return the luma of a frame, any one shape, 0 to 255."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stock:
    """The part of a labelled shot that may be used."""

    clip: str
    shot: int
    first: int
    last: int


def plan_edit(
    shots: Sequence[LabelledShot], thumbs: Thumbs, *, half: str, number: int, seed: int
) -> Edit:
    """Plan an edit of 30 to 60 s from the shots of one half.

    Parameters
    ----------
    shots : sequence of LabelledShot
        In the order of the table.
    thumbs : Thumbs
        Their clips.
    half : str
    number, seed : int
        The same numbers give the same edit.

    Returns
    -------
    Edit
    """
    key = (seed, HALVES.index(half), number)
    rng = np.random.default_rng(key)
    stock = _stock([shot for shot in shots if shot.half == half], thumbs)
    wanted = int(rng.integers(30, 61)) * FPS
    pieces: list[Piece] = []
    enters = Transition(kind="start")
    while sum(piece.frames for piece in pieces) < wanted:
        leaves = _draw_transition(rng)
        piece = _draw_piece(rng, stock, thumbs, pieces, enters=enters, trail=leaves.out)
        pieces.append(_with_trap(rng, piece, trail=leaves.out))
        enters = leaves
    joins, traps, frames = lay_out(pieces)
    width, height = _SIZES[int(rng.integers(len(_SIZES)))]
    return Edit(
        name=f"{half}_{number:02d}", half=half, seed=key, frames=frames, width=width, height=height,
        contrast=float(rng.choice(_CONTRASTS)), flicker=float(rng.choice(_FLICKERS)),
        crf=int(rng.integers(*_CRF)), pieces=tuple(pieces), joins=joins, traps=traps,
    )  # fmt: skip


def lay_out(pieces: Sequence[Piece]) -> tuple[tuple[Join, ...], tuple[Trap, ...], int]:
    """Return the joins and traps of pieces set one after the other, and the length in frames."""
    joins, traps, end = [], [], 0
    for piece in pieces:
        how = piece.enters
        start = end + how.hold - (how.out if how.kind == "dissolve" else 0)
        if how.kind != "start":
            # Of n mixed frames the one counted i from 0 shows (i + 1) / (n + 1) of the new piece.
            middle = (how.into + 1) // 2 if how.kind == "dissolve" else 0
            joins.append(
                Join(
                    kind=how.kind, frame=start + middle, first=end - how.out, last=start + how.into
                )
            )
        if piece.trap is not None:
            at = piece.trap
            traps.append(Trap(kind=at.kind, first=start + at.first, last=start + at.last))
        end = start + piece.frames
    return tuple(joins), tuple(traps), end


def _stock(shots: Sequence[LabelledShot], thumbs: Thumbs) -> list[_Stock]:
    found = []
    for shot, after in zip(shots, [*shots[1:], None], strict=True):
        if after is not None and after.clip != shot.clip:
            after = None
        end = thumbs.frames(shot.clip) if after is None else after.start_frame
        soft = after is not None and after.cut != "cut"
        first = shot.start_frame + (_HARD_END if shot.cut in ("cut", "start") else _SOFT_END)
        last = end - (_SOFT_END if soft else _HARD_END)
        if last - first >= _frames(_PIECE_S[0]) and shot.place != "black":
            found.append(_Stock(clip=shot.clip, shot=shot.shot, first=first, last=last))
    return found


def _draw_transition(rng: Rng) -> Transition:
    kind = str(rng.choice(list(_JOINS), p=list(_JOINS.values())))
    if kind == "dissolve":
        mixed = _frames(rng.uniform(*_DISSOLVE_S))
        return Transition(kind=kind, out=mixed, into=mixed)
    if kind == "fade":
        out, hold, into = (_frames(rng.uniform(*span)) for span in (_FADE_S, _BLACK_S, _FADE_S))
        return Transition(kind=kind, out=out, hold=hold, into=into)
    return Transition(kind=kind)


def _draw_piece(
    rng: Rng, stock: Sequence[_Stock], thumbs: Thumbs, before: Sequence[Piece], *,
    enters: Transition, trail: int,
) -> Piece:  # fmt: skip
    """Draw a piece that differs from the last one; a jump that cannot be seen becomes a cut."""
    for tried in range(2 * _TRIES):
        if tried == _TRIES and enters.kind == "jump":
            enters = replace(enters, kind="cut")
        one = stock[int(rng.integers(len(stock)))]
        own = _frames(np.exp(rng.uniform(*np.log(_PIECE_S))))
        if before and enters.kind == "jump":
            one = next(s for s in stock if (s.clip, s.shot) == (before[-1].clip, before[-1].shot))
        own = min(own, one.last - one.first - enters.into - trail)
        if own < _frames(_PIECE_S[0]):
            continue
        frames = enters.into + own + trail
        start = int(rng.integers(one.first, one.last - frames + 1))
        fill = bool(rng.random() < 0.6)
        piece = Piece(
            clip=one.clip, shot=one.shot, start=start, frames=frames, enters=enters, fill=fill
        )
        if _shows(piece, thumbs) and (not before or _differs(before[-1], piece, thumbs)):
            if enters.kind == "jump":
                piece = replace(piece, fill=before[-1].fill)
            return piece
    msg = f"no piece of {frames} frames fits a {enters.kind}"
    raise RuntimeError(msg)


def _shows(piece: Piece, thumbs: Thumbs) -> bool:
    """Tell whether there is a picture all through a piece: no fade hides in it."""
    places = [*range(piece.start, piece.start + piece.frames, 4), piece.start + piece.frames - 1]
    return all(float(thumbs.thumb(piece.clip, at).std()) >= _BLANK for at in places)


def _differs(before: Piece, piece: Piece, thumbs: Thumbs) -> bool:
    same = (before.clip, before.shot) == (piece.clip, piece.shot)
    if same != (piece.enters.kind == "jump"):
        return False
    end = before.start + before.frames
    if same and abs(piece.start - end) < _LEAP:
        return False
    change = thumbs.thumb(before.clip, end - 1) - thumbs.thumb(piece.clip, piece.start)
    return float(np.abs(change).mean()) >= _VISIBLE


def _with_trap(rng: Rng, piece: Piece, *, trail: int) -> Piece:
    first = piece.enters.into + _CLEAR
    free = piece.frames - trail - _CLEAR - first
    draw, length = rng.random(), int(rng.integers(5, 10))
    for kind, (share, least) in _TRAPS.items():
        if draw < share:
            long = {"flash": 1 + length % 2, "whip": length, "bars": 1}[kind]
            if free < max(long, least - 2 * _CLEAR):
                return piece
            at = first + int(rng.integers(free - long + 1))
            return replace(piece, fill=True, trap=Trap(kind=kind, first=at, last=at + long))
        draw -= share
    return piece


def _frames(seconds: float) -> int:
    return round(seconds * FPS)
