"""Find shot boundaries in several ways and hold them against the truth.

Ours, PySceneDetect's detectors at their default settings, TransNetV2 and mixtures of it with ours.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from numpy.typing import NDArray
from scenedetect import detect
from scenedetect.detectors import AdaptiveDetector, ContentDetector

from filmcomposer_core.progress import silent
from filmcomposer_core.visual.frames import Reel, read_pictures
from filmcomposer_core.visual.measure import measure
from filmcomposer_core.visual.shots import hard_cuts, newness_peaks, settle
from filmcomposer_core.visual.source import open_source

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: TransNetV2 looks at windows of so many frames and is sure of those in the middle.
_WINDOW, _MARGIN = 100, 25
_NET_SIZE: Final = (48, 27)
#: The threshold that TransNetV2 comes with.
_LIKELY: Final = 0.5
#: From here on it may be in a transition, and one of this many seconds may be a dissolve; below
#: the last it denies a cut. Chosen on the edits of the tuning half.
_MIXED, _LONG_S, _DENIED = 0.3, 0.2, 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the detectors measured of a clip; arrays of shape (frames,).

    ``dissolves`` has a row (frame, residual, half_s) for each; ``adaptive`` and ``content`` are
    what PySceneDetect finds, ``cut`` and ``transition`` the probabilities of TransNetV2, empty
    without it. The seconds tell what reading and measuring, and the net alone, took.
    """

    fps: float
    newness: Floats
    blank: Flags
    detail: Floats
    times_s: Floats
    voted: Flags
    dissolves: Floats
    adaptive: NDArray[np.int64]
    content: NDArray[np.int64]
    cut: Floats
    transition: Floats
    see_s: float
    net_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A boundary that was found: the first frame of the new shot, and its kind where it is told."""

    frame: int
    kind: str = ""


Detector = Callable[[Evidence], list[Found]]


def gather(clip: Path, *, kept: Path, model: Path | None, again: bool) -> Evidence:
    """Measure a clip in every way, or read what was measured before.

    Parameters
    ----------
    clip : Path
    kept : Path
        An ``.npz`` file with what was measured of the same clip before; written anew.
    model : Path or None
        TransNetV2 as ONNX, from uint8 frames (batch, time, 27, 48, 3) to "cut" and "transition".
    again : bool
        Whether to measure anew.
    """
    clip_mark, net_mark = _hash(clip), _hash(model) if model is not None else ""
    found, marks = None, ("", "")
    if kept.is_file() and not again:
        found, marks = _read(kept)
    if found is None or marks[0] != clip_mark:
        found, marks = _measure(clip), (clip_mark, "")
    if model is not None and marks[1] != net_mark:
        frames = net_frames(clip)
        started = time.perf_counter()
        cut, transition = transnet(frames, model)
        seconds = time.perf_counter() - started
        found = replace(found, cut=cut, transition=transition, net_s=seconds)
        marks = (clip_mark, net_mark)
    kept.parent.mkdir(parents=True, exist_ok=True)
    values = {f.name: getattr(found, f.name) for f in fields(Evidence)}
    np.savez(kept, marks=np.array(marks), **values)
    return found


def _read(kept: Path) -> tuple[Evidence, tuple[str, str]]:
    """Return what was measured, and the marks of the clip and of the model."""
    with np.load(kept, allow_pickle=False) as stored:
        values = {f.name: stored[f.name] for f in fields(Evidence)}
        clip_mark, net_mark = stored["marks"].tolist()
    found = Evidence(**{k: v.item() if v.ndim == 0 else v for k, v in values.items()})
    return found, (clip_mark, net_mark)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _measure(clip: Path) -> Evidence:
    started = time.perf_counter()
    with open_source(clip) as source:
        seen = measure(
            read_pictures(source, Reel(breaks=[])), fps=source.fps, length_s=0.0, progress=silent
        )
        fps = float(source.fps)
    see_s = time.perf_counter() - started
    dissolves = [(d.frame, d.residual, d.half_s) for d in seen.dissolves]
    return Evidence(
        fps=fps,
        newness=seen.column("newness"),
        blank=seen.column("blank").astype(np.bool_),
        detail=seen.column("contrast"),
        times_s=seen.column("time_s"),
        voted=seen.voted(),
        dissolves=np.array(dissolves, np.float64).reshape(-1, 3),
        adaptive=_scenes(clip, AdaptiveDetector()),
        content=_scenes(clip, ContentDetector()),
        cut=np.zeros(0),
        transition=np.zeros(0),
        see_s=see_s,
        net_s=0.0,
    )


def _scenes(clip: Path, detector: Any) -> NDArray[np.int64]:
    scenes = detect(str(clip), detector)
    return np.array([first.frame_num for first, _ in scenes[1:]], np.int64)


def net_frames(clip: Path) -> NDArray[np.uint8]:
    """Return all frames as TransNetV2 wants them, shape (frames, 27, 48, 3), RGB."""
    wide, high = _NET_SIZE
    with av.open(str(clip)) as source:
        stream = source.streams.video[0]
        stream.thread_type = "AUTO"
        shrunk = [
            frame.reformat(wide, high, format="rgb24", interpolation="BICUBIC").to_ndarray()
            for frame in source.decode(stream)
        ]
    return np.stack(shrunk)


def transnet(frames: NDArray[np.uint8], model: Path) -> tuple[Floats, Floats]:
    """Return for each frame how likely it is the last of a shot, and part of a transition.

    Notes
    -----
    T. Souček, J. Lokoč, "TransNet V2", arXiv 2008.04838: windows of 100 frames in steps of 50; the
    ends are repeated.
    """
    session = _session(str(model))
    count, step = len(frames), _WINDOW - 2 * _MARGIN
    after = _MARGIN + -count % step
    padded = np.concatenate([frames[:1].repeat(_MARGIN, 0), frames, frames[-1:].repeat(after, 0)])
    parts = []
    for start in range(0, count, step):
        window = padded[None, start : start + _WINDOW]
        told = session.run(["cut", "transition"], {"frames": window})
        parts.append(np.stack([row[0, _MARGIN : _WINDOW - _MARGIN] for row in told]))
    cut, transition = np.concatenate(parts, axis=1)[:, :count].astype(np.float64)
    return cut, transition


@cache
def _session(model: str) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def ours(seen: Evidence) -> list[Found]:
    """Return what ``visual.analyse_clip`` finds."""
    return _settled(seen, hard_cuts(seen.newness, voted=seen.voted))


def _settled(
    seen: Evidence, cuts: Flags, more: Sequence[tuple[int, float, float]] = ()
) -> list[Found]:
    told = settle(
        cuts=cuts,
        newness=seen.newness,
        blank=seen.blank,
        detail=seen.detail,
        times_s=seen.times_s,
        dissolves=[(int(f), float(r), float(h)) for f, r, h in seen.dissolves] + list(more),
    )
    return [Found(frame=b.frame, kind=b.cut) for b in told]


def _runs(values: Floats, threshold: float) -> list[tuple[int, int]]:
    """Return the stretches (first, last) that are above a threshold."""
    edges = np.diff(np.concatenate([[0], (values > threshold).astype(np.int8), [0]]))
    return [
        (int(a), int(b) - 1)
        for a, b in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True)
    ]


def _net(seen: Evidence, threshold: float) -> list[Found]:
    """Return the frame after the likeliest one of each stretch."""
    peaks = [a + int(np.argmax(seen.cut[a : b + 1])) + 1 for a, b in _runs(seen.cut, threshold)]
    return [Found(frame=frame) for frame in peaks if frame < seen.cut.size]


def _likely(seen: Evidence, threshold: float, reach: int = 1) -> Flags:
    """Tell which frames TransNetV2 takes for the first of a shot, or one ``reach`` frames off."""
    flags = np.zeros(seen.cut.size, np.bool_)
    for found in _net(seen, threshold):
        flags[max(0, found.frame - reach) : found.frame + reach + 1] = True
    return flags


def _net_votes(seen: Evidence, *, threshold: float, both: bool) -> list[Found]:
    voted = _likely(seen, threshold)
    return _settled(seen, hard_cuts(seen.newness, voted=voted | seen.voted if both else voted))


def _net_adds(seen: Evidence, *, threshold: float, least: float) -> list[Found]:
    """Take our cuts, and TransNetV2's where newness stands out a little."""
    cuts = hard_cuts(seen.newness, voted=seen.voted)
    peaks = newness_peaks(seen.newness)
    for found in _net(seen, threshold):
        first = max(1, found.frame - 1)
        at = first + int(np.argmax(peaks[first : found.frame + 2]))
        near = cuts[max(0, at - 4) : at + 5].any()
        cuts[at] |= bool(peaks[at] >= least and not near)
    return _settled(seen, cuts)


def _net_vetoes(seen: Evidence, *, threshold: float) -> list[Found]:
    """Take our cuts unless TransNetV2 sees nothing at all."""
    return _settled(seen, hard_cuts(seen.newness, voted=seen.voted) & _likely(seen, threshold))


def _net_dissolves(seen: Evidence, *, veto: float = 0.0) -> list[Found]:
    """Take our boundaries, and for dissolves also TransNetV2's long transitions."""
    runs = [(a, b) for a, b in _runs(seen.transition, _MIXED) if b - a >= _LONG_S * seen.fps]
    more = [((a + b + 1) // 2, 0.5, 0.5) for a, b in runs]
    cuts = hard_cuts(seen.newness, voted=seen.voted)
    return _settled(seen, cuts & _likely(seen, veto) if veto else cuts, more)


def _net_or_ours(seen: Evidence, *, threshold: float) -> list[Found]:
    mine = ours(seen)
    near = 0.25 * seen.fps
    more = [f for f in _net(seen, threshold) if all(abs(f.frame - m.frame) > near for m in mine)]
    return sorted([*mine, *more], key=lambda found: found.frame)


#: Ways to find boundaries that need no net.
PLAIN: Final[dict[str, Detector]] = {
    "ours": ours,
    "PySceneDetect adaptive": lambda e: [Found(frame=f) for f in e.adaptive.tolist()],
    "PySceneDetect content": lambda e: [Found(frame=f) for f in e.content.tolist()],
}
#: Ways that need TransNetV2.
WITH_NET: Final[dict[str, Detector]] = {
    "TransNetV2": lambda e: _net(e, _LIKELY),
    "TransNetV2, threshold 0.2": lambda e: _net(e, 0.2),
    "ours, its votes for PySceneDetect's": lambda e: _net_votes(e, threshold=0.2, both=False),
    "ours, votes of both": lambda e: _net_votes(e, threshold=0.2, both=True),
    "ours and what it adds": lambda e: _net_adds(e, threshold=_LIKELY, least=0.05),
    "ours less what it denies": lambda e: _net_vetoes(e, threshold=_DENIED),
    "ours and its dissolves": _net_dissolves,
    "both of these": lambda e: _net_dissolves(e, veto=_DENIED),
    "ours or it": lambda e: _net_or_ours(e, threshold=_LIKELY),
}
