"""Build a dataset from a manifest: resumable, without duplicates, bad rows set aside."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from filmcomposer_core.atomic import disk_faults
from filmcomposer_core.contracts.sample import DatasetFile
from filmcomposer_core.cue_folder import file_hash
from filmcomposer_core.dataset.layout import BUILDING, DATASET, LOCK, SAMPLES
from filmcomposer_core.dataset.make import Job, Outcome, make_one
from filmcomposer_core.dataset.manifest import Row, read_manifest
from filmcomposer_core.dataset.near import near_samples
from filmcomposer_core.dataset.parallel import for_each
from filmcomposer_core.dataset.quarantine import Quarantined, clear, row_id, set_aside
from filmcomposer_core.dataset.read import Dataset, read_dataset
from filmcomposer_core.dataset.write import make_dataset
from filmcomposer_core.errors import BusyError, InputError
from filmcomposer_core.progress import Progress, silent

_LOST: Final = "Its worker died again and again; run the build once more."
#: Fields in which two rows of one clip and music may not differ.
_SAME: Final = ("film", "clip_licence", "music_licence", "theme", "separated")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to build: the manifest, where to, and what listens."""

    manifest: Path
    folder: Path
    name: str = ""
    rate_hz: int = 0
    engine: str = "basic-pitch"
    weights: str = ""
    ray_address: str = ""


@dataclass(slots=True, kw_only=True)
class Built:
    """What a build did: numbers of samples, rows set aside, and sentences to be told."""

    made: int = 0
    there: int = 0
    set_aside: list[Quarantined] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


def build_dataset(plan: Plan, *, progress: Progress = silent) -> Built:
    """Make a sample of every good pair of a manifest.

    Parameters
    ----------
    plan : Plan
        What to build.
    progress : Progress
        Told the share of rows that are done; may raise to stop.

    Returns
    -------
    Built

    Raises
    ------
    InputError
        If the manifest cannot be read, or the dataset there is another one.
    BusyError
        If another build holds the folder.
    DiskError
        If the disk is full; what was finished is kept, and the same command goes on.

    Notes
    -----
    A sample that is there is not made again: run the same command after a crash, or with more
    rows. Sec. 4 of FilmComposer gives the steps; its musicians' part is the manifest and
    ``dataset import``.
    """
    rows = read_manifest(plan.manifest)
    with _held(plan.folder):
        dataset = _opened(plan)
        shutil.rmtree(plan.folder / BUILDING, ignore_errors=True)
        built = Built()
        jobs = list(_jobs(rows, plan, dataset, built))
        for done, (job, outcome) in enumerate(
            for_each(make_one, jobs, ray_address=plan.ray_address), start=1
        ):
            _settle(job, outcome, built)
            progress(done / len(jobs), f"{done} of {len(jobs)}")
        shutil.rmtree(plan.folder / BUILDING, ignore_errors=True)
        built.told += near_samples(dataset)
    return built


def _settle(job: Job, outcome: Outcome | None, built: Built) -> None:
    if outcome is None:
        outcome = Outcome(reason=_LOST)
    built.told += outcome.told
    if outcome.reason:
        found = Quarantined(
            id=job.id,
            row=job.number,
            clip=job.pair.clip,
            music=job.pair.music,
            reasons=(outcome.reason,),
            trace=outcome.trace,
        )
        built.set_aside.append(found)
        set_aside(job.folder, found)
    else:
        built.made += 1
        clear(job.folder, job.id)


def _jobs(rows: Sequence[Row], plan: Plan, dataset: Dataset, built: Built) -> Iterator[Job]:
    """Yield what is to be made; what is there already, twice or faulty is told."""
    seen: dict[str, Job] = {}
    for row in rows:
        job = _identify(row, plan=plan, rate_hz=dataset.about.rate_hz)
        if isinstance(job, str):
            _refuse(row, plan.folder, job, built)
            continue
        clear(plan.folder, row_id(row))
        earlier = seen.setdefault(job.id, job)
        if earlier is not job:
            _twice(row, job, earlier, built)
        elif (plan.folder / SAMPLES / job.id).exists():
            built.there += 1
            clear(plan.folder, job.id)
        else:
            yield job


def _twice(row: Row, job: Job, earlier: Job, built: Built) -> None:
    """Tell of a row that repeats an earlier one; set it aside if it contradicts that."""
    differing = [n for n in _SAME if getattr(job.pair, n) != getattr(earlier.pair, n)]
    where = f"the same clip and music as row {earlier.number}"
    if differing:
        _refuse(row, job.folder, f"It is {where}, with another {differing[0]}.", built)
    else:
        built.told.append(f"Row {row.number} is {where}.")


def _refuse(row: Row, folder: Path, reason: str, built: Built) -> None:
    found = Quarantined(
        id=row_id(row), row=row.number, clip=row.clip, music=row.music, reasons=(reason,)
    )
    built.set_aside.append(found)
    set_aside(folder, found)


def _identify(row: Row, *, plan: Plan, rate_hz: int) -> Job | str:
    """Hash the files of a row; return its job, or what is wrong with it."""
    if row.pair is None:
        return row.fault
    base = plan.manifest.absolute().parent
    clip, music = base / row.pair.clip, base / row.pair.music
    for path in (clip, music):
        if not path.is_file():
            return f"{path} is not there."
    try:
        hashes = file_hash(clip), file_hash(music)
    except OSError as exc:
        return f"{exc.filename} cannot be read: {exc.strerror}."
    return Job(
        number=row.number,
        folder=plan.folder.absolute(),
        pair=row.pair,
        clip=clip,
        music=music,
        clip_sha256=hashes[0],
        music_sha256=hashes[1],
        rate_hz=rate_hz,
        engine=plan.engine,
        weights=plan.weights,
    )


def _opened(plan: Plan) -> Dataset:
    """Open the dataset that is built, begun now if it is new."""
    if not (plan.folder / DATASET).exists():
        about = DatasetFile(name=plan.name or plan.folder.absolute().name)
        if plan.rate_hz:
            about = DatasetFile(name=about.name, rate_hz=plan.rate_hz)
        make_dataset(plan.folder, about)
    dataset = read_dataset(plan.folder)
    for what, asked, there in (
        ("called", plan.name, dataset.name),
        ("sampled at", plan.rate_hz, dataset.about.rate_hz),
    ):
        if asked and asked != there:
            msg = f"{plan.folder} is {what} {there}, not {asked}."
            raise InputError(msg, "Leave the option out, or build in another folder.")
    return dataset


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold a dataset, so that two builds do not clear away each other's work."""
    from filelock import FileLock, Timeout

    with disk_faults(str(folder)):
        folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / LOCK)
    try:
        with lock.acquire(timeout=0):
            yield
    except Timeout as exc:
        msg = f"Another build holds {folder}."
        raise BusyError(msg, "Wait for it, or stop it.") from exc
