"""The passes of a rendering: play every part, mix, write and check the files."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.errors import RenderError
from filmcomposer_core.render.channel import PartChannel
from filmcomposer_core.render.job import Job
from filmcomposer_core.render.levels import LevelScale, level_scale
from filmcomposer_core.render.loudness import highest_channel
from filmcomposer_core.render.master import CEILING_DBTP, Master, blocks
from filmcomposer_core.render.session import PartPlan
from filmcomposer_core.render.stores import FrameStore
from filmcomposer_core.render.voices import part_voices
from filmcomposer_core.render.wav import WavFacts, WavWriter, decibels, disk_errors, verify_wav
from filmcomposer_core.seeding import rng_for

MIX_NAME = "cue.wav"
#: A stem that peaks above this must not come out silent.
_HEARD_DBFS = -80.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedPart:
    """A part on disk before the master, its linear peak, and remarks."""

    part: PartPlan
    store: FrameStore
    peak: float
    notes: tuple[str, ...]


def play_parts(job: Job, *, span: tuple[float, float]) -> list[PlayedPart]:
    """Play every part into a store of its own, several at a time."""
    parts = job.session.parts
    if not parts:
        return []
    scale = level_scale(job.font, synth=job.synth)
    futures = [job.pool.submit(_play, job, part, scale) for part in parts]
    ticks = len(parts) * len(list(blocks(job.session.length, job.block)))
    return job.gather(futures, ticks=ticks, span=span, message="playing the parts")


def _play(job: Job, part: PartPlan, scale: LevelScale) -> PlayedPart:
    job.tick()
    voices = part_voices(part, session=job.session, font=job.font, synth=job.synth, scale=scale)
    channel = PartChannel(part, voices, synth=job.synth, seed=job.settings.seed, block=job.block)
    raw = job.work / f"{part.stem}.raw"
    with disk_errors(raw):
        raw.parent.mkdir(parents=True, exist_ok=True)
    store = FrameStore(raw, channels=2, frames=job.session.length)
    peak = 0.0
    for start, count in blocks(job.session.length, job.block):
        job.tick()
        sound = channel.block(start, count)
        peak = max(peak, float(np.abs(sound).max()))
        store.write(start, sound)
    notes = voices.notes
    if voices.voices and not peak:
        notes = (*notes, f"{part.name} has notes, but nothing of it is heard.")
    return PlayedPart(part=part, store=store, peak=peak, notes=notes)


def mix_parts(job: Job, stores: Sequence[FrameStore]) -> FrameStore:
    """Add the stems; a third channel keeps the highest level that any of them has by itself."""
    mix = FrameStore(job.work / "mix.raw", channels=3, frames=job.session.length)
    for start, count in blocks(job.session.length, job.block):
        total = np.zeros((count, 3), np.float32)
        for store in stores:
            sound = store.read(start, count)
            total[:, :2] += sound
            np.maximum(total[:, 2], highest_channel(sound), out=total[:, 2])
        mix.write(start, total)
    return mix


def write_files(
    job: Job,
    played: Sequence[PlayedPart],
    mix: FrameStore,
    master: Master,
    *,
    span: tuple[float, float],
) -> WavFacts:
    """Write the mix and every stem through the master, read them back and check them.

    Returns
    -------
    WavFacts
        Of the mix.

    Raises
    ------
    RenderError
        If the disk refuses, or a file is not what it should be.
    """
    names = [MIX_NAME, *(item.part.stem for item in played)]
    if len(set(names)) < len(names):
        msg = "Two parts of the plan have the same stem file."
        raise RenderError(msg, "Run the build stage again.")
    stores = [mix, *(item.store for item in played)]
    length, seed = job.session.length, job.settings.seed
    with ExitStack() as stack:
        writers = [
            stack.enter_context(
                WavWriter(job.work / name, frames=length, rng=rng_for(seed, "render", name))
            )
            for name in names
        ]
        for start, count in blocks(length, job.block):
            curve = master.curve(mix, start, count)[:, None]
            futures = [
                job.pool.submit(_write_block, writer, store, start, curve)
                for writer, store in zip(writers, stores, strict=True)
            ]
            at = span[0] + (span[1] - span[0]) * 0.6 * start / length
            job.gather(futures, ticks=0, span=(at, at), message="writing the files")
    for item in played:
        item.store.remove()
    # The mix peaks above its loudness, whatever it is.
    peaks = [10.0 ** (master.lufs / 20.0), *(item.peak * master.gain for item in played)]
    return _check(job, names, peaks, span=span)


def _write_block(
    writer: WavWriter, store: FrameStore, start: int, curve: NDArray[np.float32]
) -> None:
    writer.write(store.read(start, len(curve))[:, :2] * curve)


def _check(
    job: Job, names: Sequence[str], peaks: Sequence[float], *, span: tuple[float, float]
) -> WavFacts:
    futures = [
        job.pool.submit(
            verify_wav,
            job.work / name,
            frames=job.session.length,
            sounding=decibels(peak) > _HEARD_DBFS,
            ceiling_dbtp=CEILING_DBTP if name == MIX_NAME else None,
        )
        for name, peak in zip(names, peaks, strict=True)
    ]
    at = span[0] + 0.6 * (span[1] - span[0])
    return job.gather(futures, ticks=0, span=(at, span[1]), message="checking the files")[0]
