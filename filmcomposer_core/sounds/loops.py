"""Loop a held note without a click: its end is faded into what comes before the loop's start."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import signal

Sound = NDArray[np.float32]

#: Where in a held note the loop begins, and from where its end is looked for.
_BEGINS, _ENDS_FROM = 0.42, 0.78
_FADE_S = 0.3
#: A note that is so much weaker at its end dies away: nothing to loop.
_DYING_DB = 9.0
_SILENT = 1e-5


@dataclass(frozen=True, slots=True, kw_only=True)
class Looped:
    """A sound whose samples from ``start`` to its end repeat; None = it is not looped.

    ``likeness`` is the correlation of the two stretches that were faded, -1 to 1.
    """

    sound: Sound
    start: int | None
    likeness: float = 0.0


def looped(sound: Sound, *, held: int, rate: int) -> Looped:
    """Give a held note a loop.

    Parameters
    ----------
    sound : ndarray, shape (samples, 2), float32
        A note that is held for ``held`` samples.
    held : int
        Only what is held is looped.
    rate : int
        Samples a second.

    Returns
    -------
    Looped
        Cut off at the loop's end: behind the last sample the one at ``start`` follows as it did in
        the note itself. A note that dies away is returned whole.
    """
    held = min(held, len(sound))
    mono = sound[:held].mean(axis=1, dtype=np.float64)
    start, fade = round(_BEGINS * held), round(_FADE_S * rate)
    first = round(_ENDS_FROM * held)
    if start <= fade or first <= start + fade or _dies(mono, start, fade):
        return Looped(sound=sound, start=None)
    end, likeness = _best_end(mono, start, fade, first)
    if end is None:
        return Looped(sound=sound, start=None)
    made = sound[:end].copy()
    out, into = _gains(fade, likeness)
    made[end - fade :] = out * sound[end - fade : end] + into * sound[start - fade : start]
    return Looped(sound=made, start=start, likeness=likeness)


def _dies(mono: NDArray[np.float64], start: int, fade: int) -> bool:
    before, after = _level(mono[start - fade : start]), _level(mono[-fade:])
    if before < _SILENT or after < _SILENT:
        return True
    return bool(20.0 * np.log10(before / after) > _DYING_DB)


def _level(sound: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean(sound**2)))


def _best_end(
    mono: NDArray[np.float64], start: int, fade: int, first: int
) -> tuple[int | None, float]:
    """Return the end before which the note sounds most as it does before the loop's start."""
    model = mono[start - fade : start]
    region = mono[first - fade :]
    products = signal.fftconvolve(region, model[::-1], mode="valid")
    squares = np.concatenate(([0.0], np.cumsum(region**2)))
    powers = squares[fade:] - squares[:-fade]
    scale = np.sqrt(np.maximum(powers * float(np.sum(model**2)), 1e-30))
    likeness = products / scale
    best = int(np.argmax(likeness))
    return first + best, float(np.clip(likeness[best], -1.0, 1.0))


def _gains(fade: int, likeness: float) -> tuple[Sound, Sound]:
    """Return the gains of a fade that keeps the level, whatever the two sounds have in common."""
    angle = (np.arange(1, fade + 1) / fade) * (np.pi / 2.0)
    out, into = np.cos(angle), np.sin(angle)
    level = np.sqrt(np.maximum(1.0 + 2.0 * max(likeness, 0.0) * out * into, 1.0))
    return (
        (out / level).astype(np.float32)[:, None],
        (into / level).astype(np.float32)[:, None],
    )
