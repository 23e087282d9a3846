"""The stages that make what is delivered: build, render, report."""

from __future__ import annotations

import os
from pathlib import Path

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.verdict import AssessmentFile
from filmcomposer_core.cue import Cue, Made
from filmcomposer_core.progress import Progress


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
    """Render stems and mix."""
    from filmcomposer_core.render import RenderSettings, render_cue

    settings = cue.ledger.settings
    result = render_cue(
        cue.value("daw_plan.json"),
        cue.folder.work,
        settings=RenderSettings(
            synth=settings.synth,
            soundfont=Path(settings.soundfont) if settings.soundfont else None,
            lufs=settings.lufs,
            seed=settings.seed,
        ),
        progress=progress,
    )
    files = {name: cue.folder.work / name for name in (*result.stems, "cue.wav")}
    loudness = f"{result.lufs:.1f} LUFS, true peak {result.true_peak_dbtp:.1f} dBTP"
    return Made(
        files=files,
        model=f"{result.soundfont} by {result.synth}",
        licence=result.soundfont_licence,
        versions={result.synth: result.synth_version, "soundfont": result.soundfont_sha256},
        notes=(*result.notes, f"Mix: {loudness}."),
    )


def movie(cue: Cue, progress: Progress) -> Made:
    """Put the mix under the picture."""
    from filmcomposer_core.render import Footage, write_movie

    clip = cue.value("analysis.json").clip
    target = cue.folder.work / "cue.mp4"
    result = write_movie(
        clip_path=Path(cue.ledger.settings.clip),
        wav_path=cue.folder.file("cue.wav"),
        out_path=target,
        footage=Footage(
            start_s=clip.picture_start_s,
            duration_s=clip.duration_s,
            fps=clip.fps,
            lead_s=clip.lead_s,
            rate=clip.rate,
            whole=clip.whole,
        ),
        keep_sound_db=cue.ledger.settings.keep_sound_db,
        progress=progress,
    )
    return Made(files={"cue.mp4": target}, notes=result.notes)


def report(cue: Cue, progress: Progress) -> Made:
    """Measure the finished cue and draw it."""
    from filmcomposer_core.report import CueDocuments, dump_report, make_report

    where = cue.place("assessment.json")
    verdicts = codec.parse_json(cue.folder.read("assessment.json").decode(), where=where)
    documents = CueDocuments(
        analysis=cue.value("analysis.json"),
        curves=cue.value("curves.npz"),
        spots=cue.value("spots.csv"),
        description=cue.value("description.toml"),
        tempo=cue.value("tempo.json"),
        plan=cue.value("plan.toml"),
        scheme=cue.value("scheme.json"),
        daw_plan=cue.value("daw_plan.json"),
        assessment=codec.build(AssessmentFile, verdicts, where=where),
        abc=cue.folder.read("melody.abc").decode("utf-8", errors="replace"),
        frames_npz=cue.folder.read("frames.npz"),
        wav_path=cue.folder.file("cue.wav"),
        ledger=cue.ledger,
    )
    report = make_report(documents, progress=progress)
    return Made(
        files={
            "report.html": report.html.encode(),
            "report.json": dump_report(report.data).encode(),
        }
    )
