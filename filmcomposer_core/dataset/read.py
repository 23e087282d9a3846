"""Read a dataset sample by sample: nothing is in memory but what was asked for."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.sample import (
    DatasetFile,
    MelodyNote,
    RhythmSpot,
    Sample,
    Splits,
    melody_fault,
    spot_fault,
)
from filmcomposer_core.dataset.layout import (
    DATASET,
    MELODY,
    SAMPLE,
    SAMPLES,
    SIDES,
    SPLITS,
    SPOTS,
)
from filmcomposer_core.dataset.melody_file import melody_notes
from filmcomposer_core.errors import InputError

_HINT = "filmcomposer dataset check names every faulty sample."


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A dataset on disk; only the names of its samples are looked up by itself."""

    folder: Path
    about: DatasetFile

    @property
    def name(self) -> str:
        """What it is called."""
        return self.about.name

    @property
    def version(self) -> int:
        """Version of its schema."""
        return self.about.schema

    def ids(self, split: str | None = None) -> tuple[str, ...]:
        """Return the ids of all samples, or of one side of the split, in order.

        Raises
        ------
        InputError
            If there is no such side, or no split was made.
        """
        if split is None:
            return _names(self.folder / SAMPLES)
        if split not in SIDES:
            msg = f"There is no side {split!r} of a split."
            raise InputError(msg, f"Take one of {', '.join(SIDES)}.")
        splits = self.splits()
        if splits is None:
            msg = f"{self.folder} has no split yet."
            raise InputError(msg, f"Make it with: filmcomposer dataset split {self.folder}")
        return splits.train if split == "train" else splits.test

    def __len__(self) -> int:
        """Return how many samples there are."""
        return len(self.ids())

    def splits(self) -> Splits | None:
        """Return the split, None before one was made."""
        path = self.folder / SPLITS
        if not path.exists():
            return None
        found: Splits = codec.build(Splits, _json(path), where=str(path))
        return found

    def file(self, ident: str, name: str) -> Path:
        """Return the path of a file of a sample."""
        return self.folder / SAMPLES / ident / name

    def sample(self, ident: str) -> Sample:
        """Read and check ``sample.json`` of a sample.

        Raises
        ------
        InputError
            If there is no such sample, or its file is faulty.
        """
        path = self.file(ident, SAMPLE)
        sample: Sample = codec.build(Sample, _json(path), where=str(path))
        if sample.id != ident:
            msg = f"{path}: the id is {sample.id}, but the folder is called {ident}."
            raise InputError(msg, "Give the folder its name back.")
        return sample

    def clip_path(self, sample: Sample) -> Path:
        """Return where the clip of a sample lies."""
        return self.file(sample.id, sample.clip.file)

    def music_path(self, sample: Sample) -> Path:
        """Return where the music of a sample lies."""
        return self.file(sample.id, sample.music.file)

    def music(self, ident: str) -> tuple[NDArray[np.float32], int]:
        """Read the music of a sample.

        Returns
        -------
        sound : ndarray, shape (channels, samples), float32
            1 = full scale.
        rate : int
            Sampling rate, Hz.

        Raises
        ------
        InputError
            If it is missing, damaged, or of another rate than the dataset says.
        """
        import soundfile

        path = self.music_path(self.sample(ident))
        try:
            sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
        except (OSError, soundfile.LibsndfileError) as exc:
            msg = f"{path} cannot be read as sound."
            raise InputError(msg, _HINT) from exc
        if rate != self.about.rate_hz:
            msg = f"{path} is sampled at {rate} Hz, the dataset at {self.about.rate_hz} Hz."
            raise InputError(msg, _HINT)
        return np.ascontiguousarray(sound.T), int(rate)

    def spots(self, ident: str) -> tuple[RhythmSpot, ...]:
        """Read the rhythm spots of a sample, in order of time.

        Raises
        ------
        InputError
            If they are missing, faulty, or outside the clip.
        """
        path = self.file(ident, SPOTS)
        anything: Any = tuple[RhythmSpot, ...]
        spots: tuple[RhythmSpot, ...] = codec.build(anything, _json(path), where=str(path))
        _refuse(path, spot_fault(spots, self.sample(ident).clip.duration_s))
        return spots

    def melody(self, ident: str) -> tuple[MelodyNote, ...]:
        """Read the main melody of a sample, in order of time.

        Raises
        ------
        InputError
            If it is missing, faulty, or outside the clip.
        """
        path = self.file(ident, MELODY)
        notes = melody_notes(_bytes(path), where=str(path))
        _refuse(path, melody_fault(notes, self.sample(ident).clip.duration_s))
        return notes


def read_dataset(folder: Path) -> Dataset:
    """Open a dataset.

    Parameters
    ----------
    folder : Path
        The folder with ``dataset.toml``.

    Raises
    ------
    InputError
        If it is no dataset, or one of another version.
    """
    path = folder / DATASET
    if not path.is_file():
        msg = f"{folder} is no dataset: it has no {DATASET}."
        raise InputError(msg, "Make one with: filmcomposer dataset build")
    data = codec.parse_toml(_text(path), where=str(path))
    about: DatasetFile = codec.build(DatasetFile, data, where=str(path))
    return Dataset(folder=folder, about=about)


def _names(folder: Path) -> tuple[str, ...]:
    try:
        with os.scandir(folder) as found:
            return tuple(sorted(e.name for e in found if e.is_dir()))
    except FileNotFoundError:
        return ()


def _refuse(path: Path, fault: str) -> None:
    if fault:
        msg = f"{path}: {fault}."
        raise InputError(msg, _HINT)


def _json(path: Path) -> Any:
    return codec.parse_json(_text(path), where=str(path))


def _text(path: Path) -> str:
    try:
        return _bytes(path).decode("utf-8")
    except UnicodeDecodeError as exc:
        msg = f"{path} is not UTF-8 text."
        raise InputError(msg, _HINT) from exc


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as exc:
        msg = f"{path} is missing."
        raise InputError(msg, _HINT) from exc
    except OSError as exc:
        msg = f"{path} cannot be read: {exc.strerror}."
        raise InputError(msg, _HINT) from exc
