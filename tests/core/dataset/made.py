"""Small samples and datasets made on the spot."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile

from filmcomposer_core.contracts.description import Attributes, Label
from filmcomposer_core.contracts.sample import (
    ClipFile,
    DatasetFile,
    Licences,
    MelodyNote,
    MusicFile,
    MusicWords,
    RhythmSpot,
    Sample,
    VisualDescription,
)
from filmcomposer_core.dataset import Dataset, make_dataset, read_dataset, write_sample

RATE = 8000
MELODY = (
    MelodyNote(start_s=0.5, end_s=1.0, pitch=60, velocity=80),
    MelodyNote(start_s=1.0, end_s=2.25, pitch=64, velocity=100),
    MelodyNote(start_s=4.0, end_s=7.5, pitch=67, velocity=127),
)
SPOTS = tuple(RhythmSpot(time_s=n.start_s, strength=round(n.velocity / 127, 3)) for n in MELODY)


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def sample(
    number: int = 1, *, film: str = "A Film", theme: str = "drama", refined: bool = False
) -> Sample:
    """Return a sample whose clip and music are those that ``add`` writes."""
    sound = Label(value=theme, source="user", confidence=1.0)
    return Sample(
        id=f"{number:016x}",
        film=film,
        start_s=60.0,
        end_s=68.0,
        theme=theme,
        clip=ClipFile(file="clip.mp4", sha256=sha(_clip(number)), fps=24.0, duration_s=8.0),
        music=MusicFile(
            file="music.flac", sha256="0" * 64, rate_hz=RATE, duration_s=8.0, source="library"
        ),
        visual=VisualDescription(overall=Attributes(theme=sound)),
        words=MusicWords(genre="waltz", mood="sad", by="people"),
        licences=Licences(clip="CC BY 4.0", music="CC0 1.0"),
        refined=refined,
    )


def _clip(number: int) -> bytes:
    return f"clip {number}".encode()


def empty(folder: Path) -> Dataset:
    make_dataset(folder, DatasetFile(name="Tiny", rate_hz=RATE))
    return read_dataset(folder)


def add(dataset: Dataset, one: Sample) -> Sample:
    """Write a sample with a stand-in for its clip and a real sound file."""
    number = int(one.id, 16)
    clip, music = dataset.folder / "clip.tmp", dataset.folder / "music.tmp"
    clip.write_bytes(_clip(number))
    sound = np.random.default_rng(number).normal(0, 0.1, (8 * RATE, 2))
    soundfile.write(music, sound, RATE, format="FLAC", subtype="PCM_16")
    one = replace(one, music=replace(one.music, sha256=sha(music.read_bytes())))
    write_sample(dataset.folder, one, clip=clip, music=music, melody=MELODY, spots=SPOTS)
    clip.unlink()
    music.unlink()
    return one
