"""Write a dataset: every sample appears whole or not at all."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from filmcomposer_core.atomic import disk_faults, write_atomic
from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.sample import (
    DatasetFile,
    MelodyNote,
    RhythmSpot,
    Sample,
    melody_fault,
    spot_fault,
)
from filmcomposer_core.dataset.layout import (
    BUILDING,
    DATASET,
    MELODY,
    SAMPLE,
    SAMPLES,
    SPOTS,
)
from filmcomposer_core.dataset.melody_file import melody_bytes
from filmcomposer_core.errors import InputError


def make_dataset(folder: Path, about: DatasetFile) -> None:
    """Begin a dataset: write ``dataset.toml``.

    Raises
    ------
    DiskError
        If the folder cannot be written.
    """
    write_atomic(folder / DATASET, codec.dump_toml(about).encode())
    with disk_faults(str(folder)):
        (folder / SAMPLES).mkdir(exist_ok=True)


def write_sample(
    folder: Path,
    sample: Sample,
    *,
    clip: Path,
    music: Path,
    melody: Sequence[MelodyNote],
    spots: Sequence[RhythmSpot],
) -> Path:
    """Add a sample to a dataset; its folder appears whole or not at all.

    Parameters
    ----------
    folder : Path
        The dataset.
    sample : Sample
        Names its files and their hashes.
    clip, music : Path
        Copied to the names that the sample gives them.
    melody : sequence of MelodyNote
        In order, without overlaps, inside the clip.
    spots : sequence of RhythmSpot
        In order, inside the clip.

    Returns
    -------
    Path
        The sample's folder.

    Raises
    ------
    InputError
        If melody or spots do not fit the clip, or the sample is there already.
    DiskError
        If the disk is full or may not be written; nothing of the sample is left then.
    """
    length_s = sample.clip.duration_s
    files = part_files(sample, melody, spots)
    home = folder / SAMPLES / sample.id
    if home.exists():
        msg = f"The sample {sample.id} is there already."
        raise InputError(msg, "Remove its folder to have it made anew.")
    work = folder / BUILDING / f"{sample.id}-{uuid.uuid4().hex[:8]}"
    try:
        with disk_faults(f"Sample {sample.id} ({length_s:.0f} s)"):
            work.mkdir(parents=True)
            home.parent.mkdir(exist_ok=True)
            shutil.copyfile(clip, work / sample.clip.file)
            shutil.copyfile(music, work / sample.music.file)
            for name, data in files.items():
                (work / name).write_bytes(data)
            _settle(work)
            os.rename(work, home)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return home


def rewrite_parts(
    folder: Path, sample: Sample, *, melody: Sequence[MelodyNote], spots: Sequence[RhythmSpot]
) -> None:
    """Replace melody, spots and ``sample.json`` of a sample that is there.

    ``sample.json`` comes last, so that a sample says ``refined`` only once it is.

    Raises
    ------
    InputError
        If melody or spots do not fit the clip.
    """
    for name, data in part_files(sample, melody, spots).items():
        write_atomic(folder / SAMPLES / sample.id / name, data)


def part_files(
    sample: Sample, melody: Sequence[MelodyNote], spots: Sequence[RhythmSpot]
) -> Mapping[str, bytes]:
    """Return the small files of a sample by name, ``sample.json`` last.

    Raises
    ------
    InputError
        If melody or spots do not fit the clip.
    """
    length_s = sample.clip.duration_s
    fault = melody_fault(tuple(melody), length_s) or spot_fault(tuple(spots), length_s)
    if fault:
        msg = f"Sample {sample.id}: {fault}."
        raise InputError(msg, "Correct melody and spots so that they fit the clip.")
    return {
        MELODY: melody_bytes(melody),
        SPOTS: codec.dump_json(list(spots)).encode(),
        SAMPLE: codec.dump_json(sample).encode(),
    }


def _settle(folder: Path) -> None:
    """Have everything in a folder on the disk, so that no crash leaves it half there."""
    for path in folder.iterdir():
        with path.open("rb+") as stream:
            os.fsync(stream.fileno())
