"""Make the edits of ``picture_edits`` into small video files, with their truth beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.picture_edits import FPS, Edit, Piece, Trap
from filmcomposer_core.contracts import codec

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]

#: Long side of the source pictures, pixels.
_SIDE: Final = 480
_THUMB: Final = (64, 36)
#: How much of the picture a whip pan shows at a time.
_CROP: Final = 0.6
#: Share of white in a flash.
_WHITE: Final = 0.8
#: Black bars that come in leave a picture of this shape.
_WIDE: Final = 2.39
#: Luma about which contrast is lowered, 0 to 255.
_GREY: Final = 96.0


class Stills:
    """The frames of some clips at most 480 pixels wide, kept in memory as JPEG."""

    def __init__(self, folder: Path, clips: Sequence[str]) -> None:
        self._jpegs: dict[str, list[Image]] = {}
        self._thumbs: dict[str, list[Floats]] = {}
        for name in dict.fromkeys(clips):
            kept = list(_read(folder / name))
            self._jpegs[name] = [jpeg for jpeg, _ in kept]
            self._thumbs[name] = [thumb for _, thumb in kept]

    def frames(self, clip: str) -> int:
        """Return how many frames a clip has."""
        return len(self._jpegs[clip])

    def picture(self, clip: str, frame: int) -> Image:
        """Return a frame, shape (height, width, 3), BGR."""
        return np.asarray(cv2.imdecode(self._jpegs[clip][frame], cv2.IMREAD_COLOR), np.uint8)

    def thumb(self, clip: str, frame: int) -> Floats:
        """Return the luma of a frame, shape (36, 64), 0 to 255."""
        return self._thumbs[clip][frame]


def _read(path: Path) -> Iterator[tuple[Image, Floats]]:
    with av.open(str(path)) as source:
        stream = source.streams.video[0]
        stream.thread_type = "AUTO"
        for frame in source.decode(stream):
            scale = min(1.0, _SIDE / frame.width)
            wide, high = (max(2, round(n * scale / 2) * 2) for n in (frame.width, frame.height))
            small = frame.reformat(width=wide, height=high, format="bgr24").to_ndarray()
            grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
            thumb = cv2.resize(grey, _THUMB, interpolation=cv2.INTER_AREA).astype(np.float32)
            jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 95])[1]
            yield np.asarray(jpeg, np.uint8), thumb


def write_edit(edit: Edit, stills: Stills, folder: Path) -> Path:
    """Encode an edit to ``folder`` and write what is true of it as JSON beside it.

    Raises
    ------
    RuntimeError
        If there are more or fewer frames than the truth says.
    """
    path = folder / f"{edit.name}.mp4"
    options = {"preset": "veryfast", "crf": str(edit.crf), "threads": "2"}
    number = 0
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=FPS, options=options)
        video.width, video.height, video.pix_fmt = edit.width, edit.height, "yuv420p"
        for number, picture in enumerate(pictures(edit, stills), start=1):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = number - 1, Fraction(1, FPS)
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
    if number != edit.frames:
        msg = f"{edit.name}: {number} frames written, {edit.frames} planned"
        raise RuntimeError(msg)
    path.with_suffix(".json").write_text(json.dumps(asdict(edit), indent=1), encoding="utf-8")
    return path


def read_edit(path: Path) -> Edit:
    """Return the truth that was written beside an edit."""
    data: dict[str, Any] = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    return codec.build(Edit, data, where=str(path))


def pictures(edit: Edit, stills: Stills) -> Iterator[Image]:
    """Yield the frames of an edit, shape (height, width, 3), BGR."""
    rng = np.random.default_rng([*edit.seed, 1])
    shade = iter(lambda: max(0.3, 1 + edit.flicker * float(rng.normal())), None)
    tail: list[Floats] = []
    leaves = [piece.enters for piece in edit.pieces[1:]]
    for piece, after in zip(edit.pieces, [*leaves, None], strict=True):
        drawn = [_toned(edit, part, next(shade)) for part in _drawn(edit, piece, stills)]
        trail = after.out if after is not None else 0
        own = drawn[piece.enters.into : len(drawn) - trail]
        opening = drawn[: piece.enters.into]
        for shown in (*_joined(piece, tail, opening), *own):
            yield np.clip(shown, 0, 255).astype(np.uint8)
        tail = drawn[len(drawn) - trail :]


def _joined(piece: Piece, tail: Sequence[Floats], opening: Sequence[Floats]) -> Iterator[Floats]:
    """Yield the mixed frames between two pieces; of hard joins there are none."""
    if piece.enters.kind == "dissolve":
        for share, old, new in zip(_ramp(len(tail)), tail, opening, strict=True):
            yield (1 - share) * old + share * new
        return
    if piece.enters.kind == "fade":
        yield from ((1 - share) * old for share, old in zip(_ramp(len(tail)), tail, strict=True))
        yield from [np.zeros_like(opening[0])] * piece.enters.hold
        for share, new in zip(_ramp(len(opening)), opening, strict=True):
            yield share * new


def _ramp(frames: int) -> list[np.float32]:
    return [np.float32((k + 1) / (frames + 1)) for k in range(frames)]


def _toned(edit: Edit, drawn: tuple[Floats, NDArray[np.bool_]], gain: float) -> Floats:
    """Lower the contrast and let it flicker, but leave bars black."""
    picture, lit = drawn
    toned = (_GREY + edit.contrast * (picture - _GREY)) * np.float32(gain)
    return np.where(lit, toned, np.float32(0))


def _drawn(edit: Edit, piece: Piece, stills: Stills) -> Iterator[tuple[Floats, NDArray[np.bool_]]]:
    """Yield the frames of a piece on the canvas, and where the canvas is not bars."""
    for k in range(piece.frames):
        picture = stills.picture(piece.clip, piece.start + k)
        if piece.trap is not None and piece.trap.kind == "whip":
            picture = _whipped(picture, piece.trap, k)
        canvas, lit = _placed(picture, edit.width, edit.height, fill=piece.fill)
        if piece.trap is not None and piece.trap.kind == "flash" and _within(piece.trap, k):
            canvas += np.float32(_WHITE) * (255 - canvas)
        if piece.trap is not None and piece.trap.kind == "bars" and k >= piece.trap.first:
            bar = round((edit.height - edit.width / _WIDE) / 2)
            lit[:bar] = lit[-bar:] = False
        yield canvas, lit


def _within(trap: Trap, k: int) -> bool:
    return trap.first <= k < trap.last


def _placed(
    picture: Image, width: int, height: int, *, fill: bool
) -> tuple[Floats, NDArray[np.bool_]]:
    """Scale a picture to a canvas, cropped if it fills it, else with bars."""
    high, wide = picture.shape[:2]
    choose = max if fill else min
    scale = choose(width / wide, height / high)
    size = (max(1, round(wide * scale)), max(1, round(high * scale)))
    scaled = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    scaled = scaled[max(0, top) : max(0, top) + height, max(0, left) : max(0, left) + width]
    canvas = np.zeros((height, width, 3), np.float32)
    lit = np.zeros((height, width, 1), np.bool_)
    x, y = max(0, -left), max(0, -top)
    canvas[y : y + scaled.shape[0], x : x + scaled.shape[1]] = scaled
    lit[y : y + scaled.shape[0], x : x + scaled.shape[1]] = True
    return canvas, lit


def _whipped(picture: Image, trap: Trap, k: int) -> Image:
    """Show the left part of a picture before a whip pan and the right after, smeared between."""
    high, wide = picture.shape[:2]
    part = (round(wide * _CROP), round(high * _CROP))
    way, steps = wide - part[0], trap.last - trap.first + 1
    done = min(max(k - trap.first + 1, 0), steps) / steps
    if _within(trap, k):
        picture = np.asarray(cv2.blur(picture, (max(1, way // steps), 1)), np.uint8)
    left, top = round(way * done), (high - part[1]) // 2
    return picture[top : top + part[1], left : left + part[0]]
