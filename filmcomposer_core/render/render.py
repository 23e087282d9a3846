"""Render a planned session: every part through a sampled orchestra, stems and mix as WAV files."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from importlib import resources
from pathlib import Path

from filmcomposer_core.contracts.daw_plan import DawPlan
from filmcomposer_core.errors import InputError
from filmcomposer_core.progress import Progress, silent
from filmcomposer_core.render.filters import STEP_SAMPLES
from filmcomposer_core.render.job import Job
from filmcomposer_core.render.keys import files_keys, player_key
from filmcomposer_core.render.master import make_master
from filmcomposer_core.render.midi_bytes import SAMPLE_RATE
from filmcomposer_core.render.passes import (
    MIX_NAME,
    PrintedPart,
    keyed_parts,
    mix_parts,
    print_parts,
    write_files,
)
from filmcomposer_core.render.prints import Finished, Prints, file_sha256
from filmcomposer_core.render.result import RenderResult, RenderSettings
from filmcomposer_core.render.session import read_session
from filmcomposer_core.render.soundfont import Soundfont, open_soundfont
from filmcomposer_core.render.synth import open_synth
from filmcomposer_core.render.wav import disk_errors

SHIPPED_FONT = "MuseScore_General_Lite.sf3"
SHIPPED_LICENCE = "MIT (parts CC0 and public domain)"
_MOST_WORKERS = 4
#: Share of the work that is done when the parts are played, mixed, and their loudness is set.
_PLAYED, _MIXED, _LEVELLED = 0.75, 0.8, 0.85


def render_cue(
    plan: DawPlan,
    folder: Path,
    *,
    settings: RenderSettings,
    prints: Path | None = None,
    finished: Path | None = None,
    progress: Progress = silent,
) -> RenderResult:
    """Render a session to ``stems/*.wav`` and ``cue.wav``: 48 kHz, 24 bit, as long as the picture.

    Every file is complete before any takes its place; on failure the folder is as it was. The
    stems carry their share of the hall and of the limiter, so that they add up to the mix.

    Whatever was kept, the files are the same, bit for bit, as if nothing had been.

    Parameters
    ----------
    plan : DawPlan
        The session.
    folder : Path
        Where the files go.
    settings : RenderSettings
        Synthesiser, soundfont, loudness, seed.
    prints : Path or None
        Where the sound of each part is kept for the next time (about a fifth of the size of the
        stems); what this session does not use is removed. None = nothing is kept.
    finished : Path or None
        Where the files of an earlier rendering with these ``prints`` are: those that would come out
        the same are not written again, see :attr:`RenderResult.written`.
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
    block = max(1, round(settings.block_s * SAMPLE_RATE / STEP_SAMPLES)) * STEP_SAMPLES
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
            prints=Prints(work / "prints" if prints is None else prints),
            player=player_key(font=font, synth=synth, length=session.length, block=block),
            block=block,
            pool=pool,
            progress=progress,
        )
        try:
            result = _render(job, finished)
        except BaseException:
            job.stop.set()
            raise
        _put_in_place(work, folder, result.written)
    progress(1.0, _count(result))
    return result


def _count(result: RenderResult) -> str:
    if not result.kept:
        return f"{result.printed} stems printed"
    return f"{result.printed} of {len(result.stems)} stems printed, {result.kept} kept"


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


def _render(job: Job, finished: Path | None) -> RenderResult:
    parts = keyed_parts(job)
    named = [(item.part.stem, item.key) for item in parts]
    keys = files_keys(named, mix=MIX_NAME, player=job.player, settings=job.settings)
    before = job.prints.finished()
    still = {} if finished is None else _still_right(job, before, keys, finished)
    if before is not None and still.keys() == keys.keys():
        return _result(job, before, printed=0, written=())
    # What work broke off has left is kept as far as it takes no more room than this cue.
    job.prints.clear([item.key for item in parts], spare=len(parts))
    printed = print_parts(job, parts, span=(0.02, _PLAYED))
    made = _finish(job, printed, keys, still=still, before=before)
    # Those of the rendering before stay: undo in the project asks for just them.
    job.prints.clear([item.key for item in parts], spare=len(parts))
    anew = sum(part.anew for part in printed)
    return _result(job, made, printed=anew, written=tuple(n for n in keys if n not in still))


def _still_right(
    job: Job, before: Finished | None, keys: Mapping[str, str], finished: Path
) -> dict[str, str]:
    """Return the SHA-256 of the files that would come out as they are."""
    if before is None:
        return {}
    same = [name for name, key in keys.items() if before.keys.get(name) == key]
    there = [name for name in same if (finished / name).is_file()]
    hashes = job.pool.map(lambda name: file_sha256(finished / name), there)
    found = dict(zip(there, hashes, strict=True))
    return {name: sha for name, sha in found.items() if before.sha256.get(name) == sha}


def _finish(
    job: Job,
    printed: Sequence[PrintedPart],
    keys: Mapping[str, str],
    *,
    still: Mapping[str, str],
    before: Finished | None,
) -> Finished:
    """Mix the parts, set the loudness and write the files that are not right yet."""
    mix = mix_parts(job, [part.made for part in printed], span=(_PLAYED, _MIXED))
    job.progress(_MIXED, "setting the loudness")
    master = make_master(mix, length=job.session.length, lufs=job.settings.lufs, block=job.block)
    names = [name for name in keys if name not in still]
    facts, hashes = write_files(job, printed, mix, master, names=names, span=(_LEVELLED, 1.0))
    # The mix of a cue that only lacks a stem has been measured before.
    peak_db = facts[MIX_NAME].peak_db if MIX_NAME in facts or before is None else before.peak_db
    remarks = [note for part in printed for note in part.made.notes]
    made = Finished(
        keys=keys,
        sha256={**still, **hashes},
        lufs=master.lufs,
        peak_db=peak_db,
        notes=(*remarks, *master.notes),
    )
    job.prints.note_finished(made)
    return made


def _result(job: Job, made: Finished, *, printed: int, written: tuple[str, ...]) -> RenderResult:
    return RenderResult(
        synth=job.synth.name,
        synth_version=job.synth.version,
        soundfont=job.font.name,
        soundfont_sha256=job.font.sha256,
        soundfont_licence=job.font.licence or "given by the user",
        lufs=made.lufs,
        true_peak_dbtp=made.peak_db,
        duration_s=job.session.length / SAMPLE_RATE,
        stems=tuple(part.stem for part in job.session.parts),
        printed=printed,
        written=written,
        notes=made.notes,
    )
