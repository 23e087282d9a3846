"""What each stage reads and makes. The order of the list is the order of work (Fig. 2).

A stage runs again when the content of an input, or a setting it depends on, has changed.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.score import Melody, Score
from filmcomposer_core.contracts.verdict import Assessment, AssessmentFile, Try
from filmcomposer_core.cue import Cue, Made, pack_curves
from filmcomposer_core.progress import Progress

#: Tries of the theme and of the arrangement before the best is kept.
THEME_TRIES = 3
CUE_TRIES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage: ``command`` is the subcommand that runs it (two stages may share one).

    ``optional`` inputs are used when they are there; ``settings`` are names of fields of
    :class:`filmcomposer_core.contracts.cue.Settings`.
    """

    name: str
    command: str
    inputs: tuple[str, ...]
    run: Callable[[Cue, Progress], Made]
    settings: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


def _see(cue: Cue, progress: Progress) -> Made:
    from filmcomposer_core.visual import analyse_clip

    settings = cue.ledger.settings
    seen = analyse_clip(
        Path(settings.clip), start_timecode=settings.start_timecode or None, progress=progress
    )
    frames = io.BytesIO()
    pictures = {
        f"shot_{k.shot:05d}_{round(k.time_s * 1000):09d}": np.frombuffer(k.jpeg, np.uint8)
        for k in seen.key_frames
    }
    np.savez(frames, **pictures)  # type: ignore[arg-type]
    return Made(
        values={"analysis.json": seen.analysis},
        files={"curves.npz": pack_curves(seen.curves), "frames.npz": frames.getvalue()},
        notes=seen.analysis.clip.notes,
    )


def _spot(cue: Cue, progress: Progress) -> Made:
    from filmcomposer_core.spotting import spot_hits

    spots = spot_hits(cue.value("analysis.json"), cue.value("curves.npz"))
    strong = sum(spot.strong for spot in spots)
    progress(1.0, f"{len(spots)} hits, {strong} strong")
    return Made(values={"spots.csv": spots})


def _describe(cue: Cue, progress: Progress) -> Made:
    from filmcomposer_core.description import describe_clip

    found = describe_clip(
        cue.value("analysis.json"), cue.value("curves.npz"), brief=cue.ledger.settings.brief
    )
    progress(1.0, f"{found.music.genre.value}, {found.music.mood.value}")
    return Made(values={"description.toml": found})


def _tempo(cue: Cue, progress: Progress) -> Made:
    from filmcomposer_core.tempo import fit_tempo

    clip = cue.value("analysis.json").clip
    plan = fit_tempo(
        cue.value("spots.csv"),
        music=cue.value("description.toml").music,
        duration_s=clip.duration_s,
        fps=clip.fps,
        odd_bars=cue.ledger.settings.odd_bars,
    )
    progress(1.0, f"{len(plan.maps)} maps")
    return Made(values={"tempo.json": plan})


def _picture(cue: Cue) -> dict[str, Any]:
    """Gather what planner, arranger and assessor all look at."""
    return {
        "spots": cue.value("spots.csv"),
        "curves": cue.value("curves.npz"),
        "description": cue.value("description.toml"),
        "tempo_map": cue.value("tempo.json").map,
    }


def _plan(cue: Cue, progress: Progress) -> Made:
    from filmcomposer_core.planning import plan_cue

    plan = plan_cue(
        analysis=cue.value("analysis.json"), seed=cue.ledger.settings.seed, **_picture(cue)
    )
    progress(1.0, f"{plan.idiom}, {len(plan.sections)} sections")
    return Made(values={"plan.toml": plan})


def _rank(assessment: Assessment) -> tuple[bool, float]:
    return assessment.accepted, assessment.musicality


def _compose(cue: Cue, progress: Progress) -> Made:
    """Compose until the assessors accept, capped; the best try is kept (Sec. 3.3)."""
    from filmcomposer_core.assessment import assess_theme
    from filmcomposer_core.composition import compose_theme
    from filmcomposer_core.documents import DOCUMENTS

    picture, plan = _picture(cue), cue.value("plan.toml")
    tries: list[tuple[Melody, Assessment]] = []
    wishes: tuple[str, ...] = ()
    for attempt in range(1, THEME_TRIES + 1):
        progress((attempt - 1) / THEME_TRIES, f"try {attempt}")
        melody = compose_theme(
            plan=plan,
            tempo_map=picture["tempo_map"],
            spots=picture["spots"],
            curves=picture["curves"],
            duration_s=cue.value("analysis.json").clip.duration_s,
            seed=cue.ledger.settings.seed,
            attempt=attempt,
            wishes=wishes,
        )
        verdict = assess_theme(melody=melody, plan=plan, **picture)
        tries.append((melody, verdict))
        wishes = verdict.wishes
        if verdict.accepted:
            break
    best = max(range(len(tries)), key=lambda n: _rank(tries[n][1]))
    files: dict[str, bytes | Path] = {}
    for number, (melody, verdict) in enumerate(tries, start=1):
        for name, data in DOCUMENTS["melody.mid"].render(melody, cue).items():
            files[f"candidates/{number}/{name}"] = data
        files[f"candidates/{number}/assessment.json"] = codec.dump_json(verdict).encode()
    files["candidates/tries.json"] = _tries_json("theme", [v for _, v in tries], best)
    melody, verdict = tries[best]
    return Made(values={"melody.mid": melody}, files=files, notes=_said("theme", verdict, tries))


def _tries_json(what: str, verdicts: list[Assessment], best: int) -> bytes:
    rows = tuple(
        Try(
            what=what,
            number=number,
            musicality=v.musicality,
            accepted=v.accepted,
            kept=number == best + 1,
        )
        for number, v in enumerate(verdicts, start=1)
    )
    return codec.dump_json(rows).encode()


def _said(what: str, verdict: Assessment, tries: list[Any]) -> tuple[str, ...]:
    if verdict.accepted:
        return ()
    return (
        f"No try of the {what} met the criteria; the best of {len(tries)} is kept "
        f"({verdict.musicality:.1f} points).",
    )


def _arrange(cue: Cue, progress: Progress) -> Made:
    """Arrange until the assessors accept, capped; the best try is kept."""
    from filmcomposer_core.arrangement import arrange, mix
    from filmcomposer_core.assessment import assess_cue

    picture = _picture(cue)
    plan, melody = cue.value("plan.toml"), cue.value("melody.mid")
    view = {name: picture[name] for name in ("tempo_map", "curves", "description")}
    tries: list[tuple[Score, Assessment]] = []
    wishes: tuple[str, ...] = ()
    for attempt in range(1, CUE_TRIES + 1):
        progress((attempt - 1) / CUE_TRIES, f"try {attempt}")
        score = arrange(
            plan=plan,
            melody=melody,
            duration_s=cue.value("analysis.json").clip.duration_s,
            seed=cue.ledger.settings.seed,
            attempt=attempt,
            wishes=wishes,
            **picture,
        )
        scheme = mix(score=score, plan=plan, **view)
        verdict = assess_cue(melody=melody, score=score, scheme=scheme, plan=plan, **picture)
        tries.append((score, verdict))
        wishes = verdict.wishes
        if verdict.accepted:
            break
    best = max(range(len(tries)), key=lambda n: _rank(tries[n][1]))
    score, verdict = tries[best]
    return Made(
        values={"score.json": score},
        files={"candidates/cue_tries.json": _tries_json("cue", [v for _, v in tries], best)},
        notes=_said("arrangement", verdict, tries),
    )


def _mix(cue: Cue, progress: Progress) -> Made:
    from filmcomposer_core.arrangement import mix

    scheme = mix(
        score=cue.value("score.json"),
        plan=cue.value("plan.toml"),
        tempo_map=cue.value("tempo.json").map,
        curves=cue.value("curves.npz"),
        description=cue.value("description.toml"),
    )
    progress(1.0, f"{len(scheme.tracks)} tracks")
    return Made(values={"scheme.json": scheme})


def _read_tries(cue: Cue, name: str) -> tuple[Try, ...]:
    where = cue.place(name)
    data = codec.parse_json(cue.folder.read(name).decode(), where=where)
    return tuple(codec.build(Try, row, where=where) for row in data)


def _assess(cue: Cue, progress: Progress) -> Made:
    """Assess the theme and, where it is there, the arranged cue (Table 1)."""
    from filmcomposer_core.assessment import assess_cue, assess_theme

    picture = _picture(cue)
    plan, melody = cue.value("plan.toml"), cue.value("melody.mid")
    theme = assess_theme(melody=melody, plan=plan, **picture)
    tries, whole = _read_tries(cue, "candidates/tries.json"), None
    if cue.content("score.json") and cue.content("scheme.json"):
        whole = assess_cue(
            melody=melody,
            score=cue.value("score.json"),
            scheme=cue.value("scheme.json"),
            plan=plan,
            **picture,
        )
        tries += _read_tries(cue, "candidates/cue_tries.json")
    result = AssessmentFile(theme=theme, cue=whole, tries=tries)
    shown = whole or theme
    progress(1.0, f"musicality {shown.musicality:.1f} of 19")
    return Made(files={"assessment.json": codec.dump_json(result).encode()})


def _relative(target: Path, start: Path) -> str:
    try:
        return Path(os.path.relpath(target, start)).as_posix()
    except ValueError:  # another drive on Windows
        return target.as_posix()


def _build(cue: Cue, progress: Progress) -> Made:
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


def _project(cue: Cue, progress: Progress) -> Made:
    from filmcomposer_core.execution import write_rpp

    return Made(files={"cue.rpp": write_rpp(cue.value("daw_plan.json")).encode()})


def _render(cue: Cue, progress: Progress) -> Made:
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


def _movie(cue: Cue, progress: Progress) -> Made:
    from filmcomposer_core.render import write_movie

    clip = cue.value("analysis.json").clip
    target = cue.folder.work / "cue.mp4"
    result = write_movie(
        clip_path=Path(cue.ledger.settings.clip),
        wav_path=cue.folder.file("cue.wav"),
        out_path=target,
        picture_start_s=clip.picture_start_s,
        duration_s=clip.duration_s,
        fps=clip.fps,
        keep_sound_db=cue.ledger.settings.keep_sound_db,
        progress=progress,
    )
    return Made(files={"cue.mp4": target}, notes=result.notes)


def _report(cue: Cue, progress: Progress) -> Made:
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


_PICTURE = ("spots.csv", "curves.npz", "description.toml", "tempo.json")

STAGES: tuple[Stage, ...] = (
    Stage(
        name="see",
        command="see",
        inputs=(),
        run=_see,
        settings=("clip", "start_timecode"),
    ),
    Stage(name="spot", command="spot", inputs=("analysis.json", "curves.npz"), run=_spot),
    Stage(
        name="describe",
        command="describe",
        inputs=("analysis.json", "curves.npz"),
        run=_describe,
        settings=("brief",),
    ),
    Stage(
        name="tempo",
        command="tempo",
        inputs=("analysis.json", "spots.csv", "description.toml"),
        run=_tempo,
        settings=("odd_bars",),
    ),
    Stage(
        name="plan",
        command="plan",
        inputs=("analysis.json", *_PICTURE),
        run=_plan,
        settings=("engine", "seed"),
    ),
    Stage(
        name="compose",
        command="compose",
        inputs=("analysis.json", *_PICTURE, "plan.toml"),
        run=_compose,
        settings=("engine", "seed"),
    ),
    Stage(
        name="arrange",
        command="arrange",
        inputs=("analysis.json", *_PICTURE, "plan.toml", "melody.mid"),
        run=_arrange,
        settings=("engine", "seed"),
    ),
    Stage(
        name="mix",
        command="mix",
        inputs=("score.json", "plan.toml", "tempo.json", "curves.npz", "description.toml"),
        run=_mix,
    ),
    Stage(
        name="assess",
        command="assess",
        inputs=(*_PICTURE, "plan.toml", "melody.mid", "candidates/tries.json"),
        optional=("score.json", "scheme.json", "candidates/cue_tries.json"),
        run=_assess,
    ),
    Stage(
        name="build",
        command="build",
        inputs=(
            "analysis.json",
            "spots.csv",
            "tempo.json",
            "plan.toml",
            "score.json",
            "scheme.json",
        ),
        run=_build,
    ),
    Stage(name="project", command="build", inputs=("daw_plan.json",), run=_project),
    Stage(
        name="render",
        command="render",
        inputs=("daw_plan.json",),
        run=_render,
        settings=("synth", "soundfont", "lufs", "seed"),
    ),
    Stage(
        name="movie",
        command="render",
        inputs=("analysis.json", "cue.wav"),
        run=_movie,
        settings=("clip", "keep_sound_db"),
    ),
    Stage(
        name="report",
        command="report",
        inputs=(
            "analysis.json",
            "frames.npz",
            *_PICTURE,
            "plan.toml",
            "melody.abc",
            "scheme.json",
            "daw_plan.json",
            "assessment.json",
            "cue.wav",
        ),
        run=_report,
    ),
)
