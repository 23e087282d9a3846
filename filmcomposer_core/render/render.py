"""Render a planned session: every part through a sampled orchestra, stems and mix as WAV files."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from importlib import resources
from pathlib import Path

from filmcomposer_core.contracts.daw_plan import DawPlan
from filmcomposer_core.errors import InputError
from filmcomposer_core.progress import Progress, silent
from filmcomposer_core.render.filters import STEP_SAMPLES
from filmcomposer_core.render.job import Job
from filmcomposer_core.render.master import make_master
from filmcomposer_core.render.midi_bytes import SAMPLE_RATE
from filmcomposer_core.render.passes import MIX_NAME, mix_parts, play_parts, write_files
from filmcomposer_core.render.result import RenderResult, RenderSettings
from filmcomposer_core.render.session import read_session
from filmcomposer_core.render.soundfont import Soundfont, open_soundfont
from filmcomposer_core.render.synth import open_synth
from filmcomposer_core.render.wav import disk_errors

SHIPPED_FONT = "MuseScore_General_Lite.sf3"
SHIPPED_LICENCE = "MIT (parts CC0 and public domain)"
_MOST_WORKERS = 4
#: Share of the work that is done when the parts are played, and when their loudness is set.
_PLAYED, _MIXED = 0.75, 0.85


def render_cue(
    plan: DawPlan, folder: Path, *, settings: RenderSettings, progress: Progress = silent
) -> RenderResult:
    """Render a session to ``stems/*.wav`` and ``cue.wav``: 48 kHz, 24 bit, as long as the picture.

    Every file is complete before any takes its place; on failure the folder is as it was. The
    stems carry their share of the hall and of the limiter, so that they add up to the mix.

    Parameters
    ----------
    plan : DawPlan
        The session.
    folder : Path
        The cue folder.
    settings : RenderSettings
        Synthesiser, soundfont, loudness, seed.
    progress : Progress
        Told the share done; may raise ``Cancelled``.

    Raises
    ------
    InputError
        If the soundfont or the name of the synthesiser is wrong.
    MissingDependencyError
        If the synthesiser is not installed.
    RenderError
        If the disk is full or may not be written to, or a file comes out wrong.

    Notes
    -----
    Implements the final audio of Sec. 3.3 and 5.3 with a soundfont in place of commercial
    samples.
    """
    session = read_session(plan)
    if session.length < 1:
        msg = "The picture has no length, so nothing can be rendered."
        raise InputError(msg, "Check the clip.")
    progress(0.0, "opening the soundfont")
    font = _font(settings)
    workers = max(1, min(_MOST_WORKERS, os.cpu_count() or 1))
    with (
        closing(open_synth(settings.synth, workers=workers)) as synth,
        _work_folder(folder) as work,
        ThreadPoolExecutor(workers) as pool,
    ):
        job = Job(
            session=session,
            settings=settings,
            font=font,
            synth=synth,
            work=work,
            block=max(1, round(settings.block_s * SAMPLE_RATE / STEP_SAMPLES)) * STEP_SAMPLES,
            pool=pool,
            progress=progress,
        )
        try:
            result = _render(job)
        except BaseException:
            job.stop.set()
            raise
        _put_in_place(work, folder, (*result.stems, MIX_NAME))
    progress(1.0, "rendered")
    return result


def _font(settings: RenderSettings) -> Soundfont:
    if settings.soundfont is not None:
        return open_soundfont(settings.soundfont)
    shipped = resources.files("filmcomposer_core").joinpath("data", "soundfont", SHIPPED_FONT)
    with resources.as_file(shipped) as path:
        return open_soundfont(path, licence=SHIPPED_LICENCE)


@contextmanager
def _work_folder(folder: Path) -> Iterator[Path]:
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".render-", dir=folder))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _put_in_place(work: Path, folder: Path, names: Sequence[str]) -> None:
    for name in names:
        with disk_errors(folder / name):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (work / name).replace(folder / name)


def _render(job: Job) -> RenderResult:
    session = job.session
    played = play_parts(job, span=(0.02, _PLAYED))
    mix = mix_parts(job, [part.store for part in played])
    job.progress(_PLAYED + 0.02, "setting the loudness")
    master = make_master(mix, length=session.length, lufs=job.settings.lufs, block=job.block)
    facts = write_files(job, played, mix, master, span=(_MIXED, 1.0))
    remarks = [note for part in played for note in part.notes]
    return RenderResult(
        synth=job.synth.name,
        synth_version=job.synth.version,
        soundfont=job.font.name,
        soundfont_sha256=job.font.sha256,
        soundfont_licence=job.font.licence or "given by the user",
        lufs=master.lufs,
        true_peak_dbtp=facts.peak_db,
        duration_s=session.length / SAMPLE_RATE,
        stems=tuple(part.stem for part in session.parts),
        notes=(*remarks, *master.notes),
    )
