"""The same work here and on a real local Ray cluster, whose workers die."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from filmcomposer_core.contracts.sample import DatasetFile
from filmcomposer_core.cue_folder import file_hash
from filmcomposer_core.dataset import make_dataset, read_dataset
from filmcomposer_core.dataset.check import check_dataset
from filmcomposer_core.dataset.make import Job
from filmcomposer_core.dataset.manifest import Pair
from filmcomposer_core.dataset.parallel import cluster, for_each
from filmcomposer_core.errors import InputError
from tests.core.dataset.dying import AlwaysDying, Dying, square
from tests.core.dataset.pairs import RATE, write_pair


def test_work_here_is_done_one_after_another() -> None:
    items = iter([3, 1, 2])
    done = for_each(square, items)
    assert next(done) == (3, 9)
    assert next(items) == 1  # nothing is taken before it is its turn
    assert list(done) == [(2, 4)]


def _job(folder: Path, number: int) -> Job:
    clip, music = folder / f"c{number}.mp4", folder / f"m{number}.wav"
    return Job(
        number=number,
        folder=folder / "set",
        pair=Pair(
            clip=clip.name, music=music.name, film="A", clip_licence="CC0", music_licence="CC0"
        ),
        clip=clip,
        music=music,
        clip_sha256=file_hash(clip),
        music_sha256=file_hash(music),
        rate_hz=RATE,
    )


@pytest.fixture(scope="module")
def ray_address() -> Iterator[str]:
    pytest.importorskip("ray", reason="there is no wheel of Ray for Intel Macs")
    with cluster("local:2"):
        yield "auto"


@pytest.mark.slow
def test_a_killed_worker_costs_no_sample(tmp_path: Path, ray_address: str) -> None:
    for number in range(3):
        write_pair(tmp_path, number)
    make_dataset(tmp_path / "set", DatasetFile(name="Spread", rate_hz=RATE))
    jobs = [_job(tmp_path, number) for number in range(3)]
    work = Dying(victim=jobs[1].id, mark=tmp_path / "mark")
    done = {job.id: outcome for job, outcome in for_each(work, jobs, ray_address=ray_address)}
    assert (tmp_path / "mark").exists()
    assert all(outcome is not None and not outcome.reason for outcome in done.values())
    dataset = read_dataset(tmp_path / "set")
    assert set(dataset.ids()) == {job.id for job in jobs} == set(done)
    assert check_dataset(dataset) == ()


@pytest.mark.slow
def test_what_kills_every_worker_is_given_up_and_faults_are_raised(ray_address: str) -> None:
    done = dict(for_each(AlwaysDying(), [1, 2, 3, 4], ray_address=ray_address))
    assert done == {1: 1, 2: 4, 3: None, 4: 16}
    with pytest.raises(InputError, match="-1 is negative") as caught:
        list(for_each(square, [-1], ray_address=ray_address))
    assert caught.value.hint == "Count from 0."


def test_a_cluster_that_is_not_there_is_told() -> None:
    code = (
        "from filmcomposer_core.dataset.parallel import for_each\n"
        "from filmcomposer_core.errors import InputError\n"
        "try: list(for_each(abs, [1], ray_address='127.0.0.1:1'))\n"
        "except InputError as exc: print(exc.message)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "No Ray cluster answers at '127.0.0.1:1'.\n"
