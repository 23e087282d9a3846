"""The passes of a rendering: print the parts, mix them, write and check the files."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.errors import RenderError
from filmcomposer_core.render.channel import PartChannel
from filmcomposer_core.render.job import Job
from filmcomposer_core.render.keys import part_key
from filmcomposer_core.render.levels import LevelScale, level_scale
from filmcomposer_core.render.loudness import highest_channel
from filmcomposer_core.render.master import CEILING_DBTP, Master, blocks
from filmcomposer_core.render.performance import Performance, perform
from filmcomposer_core.render.prints import Print
from filmcomposer_core.render.session import PartPlan
from filmcomposer_core.render.stores import FrameStore
from filmcomposer_core.render.synth import Sound
from filmcomposer_core.render.voices import part_voices
from filmcomposer_core.render.wav import WavFacts, WavWriter, decibels, disk_errors, verify_wav
from filmcomposer_core.seeding import rng_for

MIX_NAME = "cue.wav"
#: A stem that peaks above this must not come out silent.
_HEARD_DBFS = -80.0


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedPart:
    """A part, its items in samples, and the key of its print."""

    part: PartPlan
    items: tuple[Performance, ...]
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedPart:
    """A part and its print; ``anew`` where it was played just now."""

    part: PartPlan
    made: Print
    anew: bool


def keyed_parts(job: Job) -> list[KeyedPart]:
    """Work out when the notes of every part sound, and what its print depends on."""
    found: list[KeyedPart] = []
    for part in job.session.parts:
        items = tuple(
            perform(item, timeline=job.session.timeline, length=job.session.length)
            for item in part.items
        )
        key = part_key(part, items, player=job.player, seed=job.settings.seed)
        found.append(KeyedPart(part=part, items=items, key=key))
    names = [MIX_NAME, *(item.part.stem for item in found)]
    if len(set(names)) < len(names):
        msg = "Two parts of the plan have the same stem file."
        raise RenderError(msg, "Run the build stage again.")
    return found


def print_parts(
    job: Job, parts: Sequence[KeyedPart], *, span: tuple[float, float]
) -> list[PrintedPart]:
    """Play every part that has no print yet, several at a time."""
    known = list(job.pool.map(lambda item: job.prints.find(item.key), parts))
    wanted = [item for item, made in zip(parts, known, strict=True) if made is None]
    played: dict[str, Print] = {}
    if wanted:
        scale = level_scale(job.font, synth=job.synth)
        futures = [job.pool.submit(_print, job, item, scale) for item in wanted]
        ticks = len(wanted) * len(list(blocks(job.session.length, job.block)))
        count = f"playing {len(wanted)} of {len(parts)} parts"
        made_now = job.gather(futures, ticks=ticks, span=span, message=count)
        played = {made.key: made for made in made_now}
    return [
        PrintedPart(part=item.part, made=made or played[item.key], anew=made is None)
        for item, made in zip(parts, known, strict=True)
    ]


def _print(job: Job, item: KeyedPart, scale: LevelScale) -> Print:
    job.tick()
    part = item.part
    voices = part_voices(part, item.items, font=job.font, synth=job.synth, scale=scale)
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
    return job.prints.add(item.key, store, frames=job.session.length, peak=peak, notes=notes)


def mix_parts(job: Job, prints: Sequence[Print], *, span: tuple[float, float]) -> FrameStore:
    """Add the parts; a third channel keeps the highest level that any of them has by itself."""
    mix = FrameStore(job.work / "mix.raw", channels=3, frames=job.session.length)
    sounds = [job.prints.sound(made, block=job.block) for made in prints]
    for start, count in blocks(job.session.length, job.block):
        job.progress(span[0] + (span[1] - span[0]) * start / job.session.length, "mixing")
        total = np.zeros((count, 3), np.float32)
        for sound in _next_of_each(job, sounds):
            total[:, :2] += sound
            np.maximum(total[:, 2], highest_channel(sound), out=total[:, 2])
        mix.write(start, total)
    return mix


def _next_of_each(job: Job, sounds: Sequence[Iterator[Sound]]) -> Iterator[Sound]:
    """Yield the next block of each in order, while those after it are being read."""
    ahead = 2 * job.synth.workers
    for first in range(0, len(sounds), ahead):
        futures = [job.pool.submit(next, sound) for sound in sounds[first : first + ahead]]
        yield from (future.result() for future in futures)


def write_files(
    job: Job,
    parts: Sequence[PrintedPart],
    mix: FrameStore,
    master: Master,
    *,
    names: Collection[str],
    span: tuple[float, float],
) -> tuple[dict[str, WavFacts], dict[str, str]]:
    """Write mix and stems through the master, read them back and check them.

    Parameters
    ----------
    job : Job
    parts : sequence of PrintedPart
        All of them.
    mix : FrameStore
        Three channels.
    master : Master
        The gain.
    names : collection of str
        The files that are wanted.
    span : tuple of float
        Progress at the beginning and at the end.

    Returns
    -------
    dict of str to WavFacts, dict of str to str
        What each file holds, and its SHA-256.

    Raises
    ------
    RenderError
        If the disk refuses, or a file is not what it should be.
    """
    length = job.session.length
    wanted = {part.part.stem: part.made for part in parts if part.part.stem in names}
    sounds = {name: job.prints.sound(made, block=job.block) for name, made in wanted.items()}
    if MIX_NAME in names:
        reading = blocks(length, job.block)
        sounds[MIX_NAME] = (mix.read(start, count)[:, :2] for start, count in reading)
    with ExitStack() as stack:
        writers = {name: stack.enter_context(_writer(job, name)) for name in sounds}
        for start, count in blocks(length, job.block):
            curve = master.curve(mix, start, count)[:, None]
            futures = [
                job.pool.submit(_write_block, writers[name], sound, curve)
                for name, sound in sounds.items()
            ]
            at = span[0] + (span[1] - span[0]) * 0.6 * start / length
            job.gather(futures, ticks=0, span=(at, at), message="writing the files")
    # The mix peaks above its loudness, whatever it is.
    peaks = {MIX_NAME: 10.0 ** (master.lufs / 20.0)}
    peaks |= {name: made.peak * master.gain for name, made in wanted.items()}
    facts = _check(job, {name: peaks[name] for name in sounds}, span=span)
    return facts, {name: writer.sha256 for name, writer in writers.items()}


def _writer(job: Job, name: str) -> WavWriter:
    path = job.work / name
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    rng = rng_for(job.settings.seed, "render", name)
    return WavWriter(path, frames=job.session.length, rng=rng)


def _write_block(writer: WavWriter, sound: Iterator[Sound], curve: NDArray[np.float32]) -> None:
    writer.write(next(sound) * curve)


def _check(
    job: Job, peaks: Mapping[str, float], *, span: tuple[float, float]
) -> dict[str, WavFacts]:
    futures = [
        job.pool.submit(
            verify_wav,
            job.work / name,
            frames=job.session.length,
            sounding=decibels(peak) > _HEARD_DBFS,
            ceiling_dbtp=CEILING_DBTP if name == MIX_NAME else None,
        )
        for name, peak in peaks.items()
    ]
    at = span[0] + 0.6 * (span[1] - span[0])
    facts = job.gather(futures, ticks=0, span=(at, span[1]), message="checking the files")
    return dict(zip(peaks, facts, strict=True))
