"""The master: one gain for the loudness, one curve for the peaks, the same for all stems."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.render.limiter import REACH, limiter_curve, peak_levels
from filmcomposer_core.render.loudness import LoudnessMeter
from filmcomposer_core.render.midi_bytes import SAMPLE_RATE
from filmcomposer_core.render.stores import FrameStore
from filmcomposer_core.render.synth import Sound
from filmcomposer_core.render.wav import decibels

CEILING_DBTP = -1.0
#: Kept below the ceiling, for dither and for what meters differ in.
_MARGIN_DB = 0.15
#: The limiter takes no more than this off a peak; then the cue stays softer than asked for.
_MOST_LIMITING_DB = 6.0
_MOST_GAIN_DB = 40.0
_CLOSE_LU, _MOST_ROUNDS = 0.05, 4
#: Sound above this level at the last frame is faded out, and above the second it is reported.
_FADE_ABOVE_DBFS, _REPORT_ABOVE_DBFS = -90.0, -60.0
#: Length of that fade: a ringing hall is taken out as a mixer would, hardly anything at once.
_FADE_S, _SHORT_FADE_S = 1.0, 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Master:
    """The gain of every stem: linear ``gain``, limited at ``ceiling``, faded over ``fade`` samples.

    ``lufs`` is the loudness that comes of it.
    """

    gain: float
    ceiling: float
    fade: int
    length: int
    lufs: float
    notes: tuple[str, ...]

    def curve(self, mix: FrameStore, start: int, count: int) -> NDArray[np.float32]:
        """Return the gain at every sample of a block, the same whatever the blocks.

        Parameters
        ----------
        mix : FrameStore
            Three channels: left, right, and the highest level of any stem.
        start, count : int
            The block.

        Returns
        -------
        ndarray, shape (count,), float32
            Linear gain.
        """
        around = mix.read(start - REACH, count + 2 * REACH) * np.float32(self.gain)
        level = np.maximum(peak_levels(around[:, :2], ceiling=self.ceiling), around[:, 2])
        curve = limiter_curve(level, ceiling=self.ceiling)[REACH : REACH + count]
        curve = curve * np.float32(self.gain)
        if self.fade and start + count > self.length - self.fade:
            rest = self.length - np.arange(start, start + count)
            curve *= np.sin(0.5 * np.pi * np.clip(rest / self.fade, 0.0, 1.0)) ** 2
        return curve


def make_master(mix: FrameStore, *, length: int, lufs: float, block: int) -> Master:
    """Find the gain that brings a mix to a loudness.

    Parameters
    ----------
    mix : FrameStore
        Three channels: left, right, and the highest level of any stem.
    length : int
        Samples.
    lufs : float
        Integrated loudness aimed at.
    block : int
        Samples held at a time.
    """
    before, peak = _measure(mix, None, length=length, block=block)
    ceiling = 10.0 ** ((CEILING_DBTP - _MARGIN_DB) / 20.0)
    if not math.isfinite(before):
        note = "The cue is silent: nothing sounds in it, so there is no loudness to set."
        return Master(gain=1.0, ceiling=ceiling, fade=0, length=length, lufs=before, notes=(note,))
    most_db = min(_MOST_GAIN_DB, decibels(ceiling / peak) + _MOST_LIMITING_DB)
    gain_db = min(lufs - before, most_db)
    fade, notes = _ending(mix, gain_db=gain_db, length=length)
    for _ in range(_MOST_ROUNDS):
        master = Master(
            gain=10.0 ** (gain_db / 20.0),
            ceiling=ceiling,
            fade=fade,
            length=length,
            lufs=before + gain_db,
            notes=notes,
        )
        if not fade and peak * master.gain <= 0.5 * ceiling:
            return master
        reached, _ = _measure(mix, master, length=length, block=block)
        if abs(lufs - reached) <= _CLOSE_LU or gain_db >= most_db > gain_db + lufs - reached:
            break
        if gain_db >= most_db:
            break
        gain_db = min(gain_db + lufs - reached, most_db)
    return _finished(master, reached, aim=lufs)


def _finished(master: Master, reached: float, *, aim: float) -> Master:
    notes = master.notes
    if abs(reached - aim) > 0.5:
        notes = (
            *notes,
            f"The mix is at {reached:.1f} LUFS instead of {aim:g}: more would need more than "
            f"{_MOST_LIMITING_DB:g} dB of limiting.",
        )
    return Master(
        gain=master.gain,
        ceiling=master.ceiling,
        fade=master.fade,
        length=master.length,
        lufs=reached,
        notes=notes,
    )


def blocks(length: int, block: int) -> Iterator[tuple[int, int]]:
    """Yield first sample and number of samples of every block."""
    for start in range(0, length, block):
        yield start, min(block, length - start)


def _measure(
    mix: FrameStore, master: Master | None, *, length: int, block: int
) -> tuple[float, float]:
    """Return loudness and sample peak of the mix, through a master if there is one."""
    meter, peak = LoudnessMeter(), 0.0
    for start, count in blocks(length, block):
        sound: Sound = mix.read(start, count)[:, :2]
        if master is not None:
            sound = sound * master.curve(mix, start, count)[:, None]
        peak = max(peak, float(np.abs(sound).max(initial=0.0)))
        meter.add(sound)
    return meter.integrated_lufs(), peak


def _ending(mix: FrameStore, *, gain_db: float, length: int) -> tuple[int, tuple[str, ...]]:
    """Return the length of the fade that the end needs, and a remark if it is heard."""
    last = min(length, SAMPLE_RATE // 100)
    level = np.abs(mix.read(length - last, last)[:, :2]).max(initial=0.0)
    level_db = decibels(float(level)) + gain_db
    if level_db < _FADE_ABOVE_DBFS:
        return 0, ()
    quiet = level_db < _REPORT_ABOVE_DBFS
    fade = min(round((_SHORT_FADE_S if quiet else _FADE_S) * SAMPLE_RATE), length // 6)
    if quiet:
        return fade, ()
    note = (
        f"Sound still rings at {level_db:.0f} dBFS when the picture ends; it is faded out over "
        f"{fade / SAMPLE_RATE:.2f} s."
    )
    return fade, (note,)
