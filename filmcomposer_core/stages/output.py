"""The stages that make what is delivered: build, render, report."""

from __future__ import annotations

import os
from pathlib import Path

from filmcomposer_core.agents.for_cue import kept
from filmcomposer_core.cue import Cue
from filmcomposer_core.cue_folder import file_hash
from filmcomposer_core.progress import Progress
from filmcomposer_core.results import Made


def _relative(target: Path, start: Path) -> str:
    try:
        return Path(os.path.relpath(target, start)).as_posix()
    except ValueError:  # another drive on Windows
        return target.as_posix()


def build(cue: Cue, progress: Progress) -> Made:
    """Turn score and scheme into operations for a DAW."""
    from filmcomposer_core.execution import build_plan

    clip = cue.value("analysis.json").clip
    plan, notes = build_plan(
        analysis=cue.value("analysis.json"),
        spots=cue.value("spots.csv"),
        tempo_map=cue.value("tempo.json").map,
        plan=cue.value("plan.toml"),
        score=cue.value("score.json"),
        scheme=cue.value("scheme.json"),
        title=Path(clip.path).stem,
        video_path=_relative(Path(clip.path).resolve(), cue.folder.path.resolve()),
    )
    progress(1.0, f"{len(plan.operations)} operations")
    return Made(values={"daw_plan.json": plan}, notes=notes)


def project(cue: Cue, progress: Progress) -> Made:
    """Write the operations as a REAPER project."""
    from filmcomposer_core.execution import write_rpp

    return Made(files={"cue.rpp": write_rpp(cue.value("daw_plan.json")).encode()})


def render(cue: Cue, progress: Progress) -> Made:
    """Render stems and mix; what would come out as it is stays in its place."""
    from filmcomposer_core.render import RenderSettings, render_cue

    settings, folder = cue.ledger.settings, cue.folder
    gone = [
        n for n, a in cue.ledger.artefacts.items() if a.stage == "render" and not folder.exists(n)
    ]
    result = render_cue(
        cue.value("daw_plan.json"),
        folder.work,
        settings=RenderSettings(
            synth=settings.synth,
            soundfont=Path(settings.soundfont) if settings.soundfont else None,
            lufs=settings.lufs,
            seed=settings.seed,
        ),
        prints=folder.prints,
        finished=folder.path,
        progress=progress,
    )
    names = (*result.stems, "cue.wav")
    files = {n: folder.work / n if n in result.written else folder.file(n) for n in names}
    for name in names:
        if name in gone:
            cue.tell(f"{name} was not there any more and is made again.")
    if result.kept:
        cue.tell(f"Stems: {result.printed} printed anew, {result.kept} kept.")
    loudness = f"{result.lufs:.1f} LUFS, true peak {result.true_peak_dbtp:.1f} dBTP"
    return Made(
        files=files,
        model=f"{result.soundfont} by {result.synth}",
        licence=result.soundfont_licence,
        versions={result.synth: result.synth_version, "soundfont": result.soundfont_sha256},
        notes=(*result.notes, f"Mix: {loudness}."),
    )


def movie(cue: Cue, progress: Progress) -> Made:
    """Put the mix under the picture, unless the movie that is there is of both."""
    from filmcomposer_core.render import Footage, write_movie
    from filmcomposer_core.render.keys import movie_key
    from filmcomposer_core.render.prints import FinishedMovie, Prints

    clip, clip_path = cue.value("analysis.json").clip, Path(cue.ledger.settings.clip)
    footage = Footage(
        start_s=clip.picture_start_s,
        duration_s=clip.duration_s,
        fps=clip.fps,
        lead_s=clip.lead_s,
        rate=clip.rate,
        whole=clip.whole,
    )
    own_db, wav_path = cue.ledger.settings.keep_sound_db, cue.folder.file("cue.wav")
    key = movie_key(
        wav_sha256=file_hash(wav_path),
        clip=cue.ledger.clip_stat,
        footage=footage,
        keep_sound_db=own_db,
    )
    prints, place = Prints(cue.folder.prints), cue.folder.file("cue.mp4")
    before = prints.finished_movie()
    there = file_hash(place) if place.is_file() else ""
    if before is not None and (before.key, before.sha256) == (key, there):
        progress(1.0, "movie kept")
        return Made(files={"cue.mp4": place}, notes=before.notes)
    target = cue.folder.work / "cue.mp4"
    result = write_movie(
        clip_path=clip_path,
        wav_path=wav_path,
        out_path=target,
        footage=footage,
        keep_sound_db=own_db,
        progress=progress,
    )
    prints.note_movie(FinishedMovie(key=key, sha256=file_hash(target), notes=result.notes))
    return Made(files={"cue.mp4": target}, notes=result.notes)


def report(cue: Cue, progress: Progress) -> Made:
    """Measure the finished cue and draw it."""
    from filmcomposer_core.report import CueDocuments, dump_report, make_report

    documents = CueDocuments(
        analysis=cue.value("analysis.json"),
        curves=cue.value("curves.npz"),
        spots=cue.value("spots.csv"),
        description=cue.value("description.toml"),
        tempo=cue.value("tempo.json"),
        plan=cue.value("plan.toml"),
        scheme=cue.value("scheme.json"),
        daw_plan=cue.value("daw_plan.json"),
        assessment=cue.value("assessment.json"),
        abc=cue.folder.read("melody.abc").decode("utf-8", errors="replace"),
        frames_npz=cue.folder.read("frames.npz"),
        wav_path=cue.folder.file("cue.wav"),
        ledger=cue.ledger,
        speeches=kept(cue),
    )
    report = make_report(documents, progress=progress)
    return Made(
        files={
            "report.html": report.html.encode(),
            "report.json": dump_report(report.data).encode(),
        }
    )
