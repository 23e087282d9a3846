"""How the camera moves at a key frame, and how people move beside it, from the optical flow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts.sightings import STILL, Box, CameraMove
from filmcomposer_core.visual.motion import dense_flow, one_thread
from filmcomposer_core.visual.shrink import Pixels, halved

Floats = NDArray[np.float64]
Complex = NDArray[np.complex128]
Flags = NDArray[np.bool_]
Kind = TypeVar("Kind", Floats, Complex)

#: The picture is looked at in blocks of this many pixels a side.
_BLOCK: Final = 8
#: A block has texture if its weakest direction varies by this many levels from pixel to pixel.
_TEXTURE: Final = 1.5
#: With fewer textured blocks than this nothing can be said of the camera.
_LEAST_BLOCKS: Final = 12
#: Rows and columns at the border that are never lighter than this are black bars.
_BAR_LEVEL: Final = 24
#: A block moves with the camera if its flow is off by no more than this: pixels, and share of the
#: flow's usual length.
_OFF_PX: Final = 0.35
_OFF_SHARE: Final = 0.05
#: A block that moves less than this, pixels, stands still.
_STANDS_PX: Final = 0.15
#: A picture of which this share stands still has a still camera, unless far more moves as one.
_STANDS_SHARE: Final = 0.25
_RATHER_STILL: Final = 0.45
#: Every two of this many blocks propose a move, if they lie this far apart, picture widths.
_PROPOSERS: Final = 28
_APART: Final = 0.15
_ROUNDS: Final = 3
#: From this share on the camera's move is known well enough to be taken off a person's.
KNOWN_SHARE: Final = 0.4
#: How far around a person the picture is looked at otherwise, share of the box.
_AROUND: Final = 0.35
#: A person moves as fast as this share of the picture in the box does not exceed: limbs are slim.
_FAST_PART: Final = 0.8


@dataclass(frozen=True, slots=True)
class Flow:
    """Where the picture goes at a key frame.

    ``vectors`` holds for each pixel its move right (real) and down (imaginary), picture widths per
    second, ``known`` those that are no black bars, ``move`` and ``turn`` the camera's part of it:
    at a place p from the middle of the picture, in picture widths, ``move + turn * p``.
    """

    vectors: Complex = field(repr=False)
    known: Flags = field(repr=False)
    move: complex
    turn: complex
    camera: CameraMove


def measure_flow(before: Pixels, after: Pixels, *, step_s: float) -> Flow:
    """Measure how the picture moves, and what of it is the camera's.

    Parameters
    ----------
    before, after : ndarray, shape (height, width), uint8
        Luma of two frames of a shot; of the same frame where there is only one.
    step_s : float
        Seconds between them; 0 for the same frame.

    Returns
    -------
    Flow

    Notes
    -----
    The camera's part is the similarity (move, growth, turn) that most textured blocks agree with,
    of those that two of the blocks propose, then fitted to all that agree. Where a good part of
    the picture stands quite still, so does the camera, however much moves before it.
    """
    small, later = halved(before), halved(after)
    known = _without_bars(small)
    if step_s <= 0:
        still = np.zeros(small.shape, np.complex128)
        return Flow(still, known, 0j, 0j, STILL)
    with one_thread():
        pixels = dense_flow(small, later).astype(np.float64)
    width = small.shape[1]
    moves = (pixels[..., 0] + 1j * pixels[..., 1]) / width
    rows, columns = _blocks(known).nonzero()
    textured = _texture(small)[rows, columns] >= _TEXTURE
    rows, columns = rows[textured], columns[textured]
    flows = _means(moves)[rows, columns]
    places = _places(small.shape)[rows, columns]
    move, turn, share = _fit(places, flows, width=width)
    speed = float(np.abs(moves[known]).mean()) if known.any() else 0.0
    camera = CameraMove(
        x=move.real / step_s,
        y=move.imag / step_s,
        zoom=float(np.log2(max(0.1, 1.0 + turn.real))) / step_s,
        share=share,
        speed=speed / step_s,
    )
    return Flow(moves / step_s, known, move / step_s, turn / step_s, camera)


def person_motion(flow: Flow, box: Box) -> float:
    """Return how fast the picture inside a box moves against what is around it.

    Parameters
    ----------
    flow : Flow
        Of the picture.
    box : Box
        Around a person.

    Returns
    -------
    float
        Picture widths per second: the speed that four fifths of the box do not exceed.
    """
    height, width = flow.vectors.shape
    top, bottom = _range(box.top, box.bottom, height)
    left, right = _range(box.left, box.right, width)
    inside = flow.vectors[top:bottom, left:right]
    if flow.camera.share >= KNOWN_SHARE:
        places = _pixel_places(flow.vectors.shape)[top:bottom, left:right]
        rest = inside - (flow.move + flow.turn * places)
    else:
        rest = inside - _flow_around(flow, box)
    return float(np.quantile(np.abs(rest), _FAST_PART))


def _flow_around(flow: Flow, box: Box) -> complex:
    """Return the middle of the flow in a ring around a box; 0 where the box fills the picture."""
    height, width = flow.vectors.shape
    wide, high = _AROUND * box.width, _AROUND * box.height
    top, bottom = _range(max(0.0, box.top - high), min(1.0, box.bottom + high), height)
    left, right = _range(max(0.0, box.left - wide), min(1.0, box.right + wide), width)
    ring = np.zeros(flow.vectors.shape, np.bool_)
    ring[top:bottom, left:right] = True
    top, bottom = _range(box.top, box.bottom, height)
    left, right = _range(box.left, box.right, width)
    ring[top:bottom, left:right] = False
    around = flow.vectors[ring & flow.known]
    return complex(np.median(around.real), np.median(around.imag)) if around.size else 0j


def _range(low: float, high: float, size: int) -> tuple[int, int]:
    """Return the pixels of a stretch given as shares of a side, at least one."""
    first = min(int(low * size), size - 1)
    return first, max(first + 1, min(size, round(high * size)))


def _fit(places: Complex, flows: Complex, *, width: int) -> tuple[complex, complex, float]:
    """Return move, turn and the share of blocks that agree."""
    if places.size < _LEAST_BLOCKS:
        return 0j, 0j, 0.0
    lengths = np.abs(flows)
    off = _OFF_PX / width + _OFF_SHARE * float(np.median(lengths))
    moves, turns = _proposals(places, flows)
    agreeing = np.abs(flows - moves[:, None] - turns[:, None] * places) <= off
    votes = agreeing.sum(axis=1)
    best = int(np.argmax(votes))
    standing = int((lengths <= _STANDS_PX / width).sum())
    if standing >= max(_STANDS_SHARE * places.size, _RATHER_STILL * int(votes[best])):
        return 0j, 0j, float((lengths <= off).mean())
    agrees = agreeing[best]
    move, turn = complex(moves[best]), complex(turns[best])
    for _ in range(_ROUNDS):
        move, turn = _least_squares(places[agrees], flows[agrees])
        agrees = np.abs(flows - move - turn * places) <= off
        if int(agrees.sum()) < 2:
            return 0j, 0j, 0.0
    return move, turn, float(agrees.mean())


def _proposals(places: Complex, flows: Complex) -> tuple[Complex, Complex]:
    """Return the moves and turns that pairs of blocks propose, and each block's move alone."""
    chosen = np.unique(np.linspace(0, places.size - 1, _PROPOSERS).astype(np.int64))
    place, flow = places[chosen], flows[chosen]
    one, other = np.triu_indices(chosen.size, 1)
    apart = np.abs(place[one] - place[other]) >= _APART
    one, other = one[apart], other[apart]
    turns = (flow[one] - flow[other]) / (place[one] - place[other])
    moves = flow[one] - turns * place[one]
    return np.concatenate([flow, moves]), np.concatenate([np.zeros_like(flow), turns])


def _least_squares(places: Complex, flows: Complex) -> tuple[complex, complex]:
    middle, mean = places.mean(), flows.mean()
    spread = places - middle
    size = float((np.abs(spread) ** 2).sum())
    turn = complex((spread.conj() * (flows - mean)).sum() / size) if size > 0 else 0j
    return complex(mean - turn * middle), turn


def _without_bars(luma: Pixels) -> Flags:
    """Tell which pixels lie between black bars; all do where there is nothing but black."""
    light = luma > _BAR_LEVEL
    rows, columns = np.flatnonzero(light.any(axis=1)), np.flatnonzero(light.any(axis=0))
    known = np.ones(luma.shape, np.bool_)
    if rows.size:
        known[: rows[0]] = known[rows[-1] + 1 :] = False
        known[:, : columns[0]] = known[:, columns[-1] + 1 :] = False
    return known


def _blocks(known: Flags) -> Flags:
    """Tell which blocks lie wholly, with their neighbours, in the picture without bars."""
    inside = np.asarray(_means(known.astype(np.float64)) == 1.0, np.bool_)
    if known.all():
        return inside
    padded = np.pad(inside, 1, constant_values=False)
    height, width = inside.shape
    around = [padded[r : r + height, c : c + width] for r in range(3) for c in range(3)]
    return np.asarray(np.all(around, axis=0), np.bool_)


def _texture(luma: Pixels) -> Floats:
    """Return for each block how much it varies, levels a pixel, in its weakest direction."""
    levels = luma.astype(np.float64)
    down: Floats = np.gradient(levels, axis=0)
    right: Floats = np.gradient(levels, axis=1)
    xx, yy, xy = _means(right**2), _means(down**2), _means(right * down)
    weakest = (xx + yy) / 2 - np.hypot((xx - yy) / 2, xy)
    return np.asarray(np.sqrt(np.maximum(weakest, 0.0)), np.float64)


def _means(pixels: Kind) -> Kind:
    """Return the mean of each block."""
    rows, columns = pixels.shape[0] // _BLOCK, pixels.shape[1] // _BLOCK
    whole = pixels[: rows * _BLOCK, : columns * _BLOCK]
    means: Kind = whole.reshape(rows, _BLOCK, columns, _BLOCK).mean(axis=(1, 3))
    return means


def _pixel_places(shape: tuple[int, ...]) -> Complex:
    """Return where each pixel lies from the middle of the picture, picture widths."""
    height, width = shape
    across = (np.arange(width) + 0.5) / width - 0.5
    down = ((np.arange(height) + 0.5) - height / 2) / width
    return np.asarray(across + 1j * down[:, None], np.complex128)


def _places(shape: tuple[int, ...]) -> Complex:
    return _means(_pixel_places(shape))
