"""Measure a finished cue and write the report."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from filmcomposer_core.contracts import codec
from filmcomposer_core.contracts.clip import Analysis, Curves
from filmcomposer_core.contracts.cue import CueFile
from filmcomposer_core.contracts.daw_plan import DawPlan, TrackOp
from filmcomposer_core.contracts.description import Description
from filmcomposer_core.contracts.felt_tempo import felt_quarters, tempo_words
from filmcomposer_core.contracts.harmony import key_words
from filmcomposer_core.contracts.labels import NULL
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.report import ReportFile, ReportHit, Summary
from filmcomposer_core.contracts.scheme import Scheme
from filmcomposer_core.contracts.speech import Speech
from filmcomposer_core.contracts.spots import Spot
from filmcomposer_core.contracts.tempo import TempoPlan
from filmcomposer_core.contracts.verdict import AssessmentFile
from filmcomposer_core.progress import Progress, silent
from filmcomposer_core.report import lanes as draw
from filmcomposer_core.report.hits import measure
from filmcomposer_core.report.lanes import Axis, Lane
from filmcomposer_core.report.page import page
from filmcomposer_core.report.seen import picture_store, pictured, seen_rows
from filmcomposer_core.report.sound import SoundPicture, picture_of
from filmcomposer_core.timeline import Timeline

#: Width of the timeline: at least this, and so many pixels a second, at most that.
_WIDTH = (1000.0, 14.0, 16000.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CueDocuments:
    """Everything the report looks at."""

    analysis: Analysis
    curves: Curves
    spots: tuple[Spot, ...]
    description: Description
    tempo: TempoPlan
    plan: CuePlan
    scheme: Scheme
    daw_plan: DawPlan
    assessment: AssessmentFile
    abc: str
    frames_npz: bytes
    wav_path: Path
    ledger: CueFile
    speeches: tuple[Speech, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The report as a page and as data."""

    html: str
    data: ReportFile


def _music(cue: CueDocuments) -> str:
    blend = f" with {cue.plan.blend}" if cue.plan.blend != NULL else ""
    first = cue.plan.sections[0]
    bpm = [p.bpm for p in cue.tempo.map.points if p.time_s > 0 or cue.tempo.map.first_bar == 1]
    bpm = bpm or [cue.tempo.map.points[0].bpm]
    point = cue.tempo.map.points[-1]
    speed = tempo_words(min(bpm), max(bpm), felt_quarters(point.num, point.den))
    key = key_words(first.key, first.mode)
    return f"{cue.plan.idiom}{blend}, {key}, {point.num}/{point.den}, {speed}"


def _form(plan: CuePlan) -> str:
    return ", ".join(f"{s.function} {s.bars}" for s in plan.sections[:12]) + " bars"


def _names(plan: DawPlan) -> dict[str, str]:
    """Return the names of the tracks as they stand in the session, by their ids."""
    return {op.id: op.name for op in plan.operations if isinstance(op, TrackOp)}


def _parts(scheme: Scheme, names: Mapping[str, str]) -> str:
    # Some names have a comma in them.
    found = [names.get(track.id, track.id) for track in scheme.tracks]
    return f"{len(found)}: " + "; ".join(found)


def _musicality(file: AssessmentFile) -> str:
    cue = file.cue or file.theme
    accepted = "accepted" if cue.accepted else "best try kept, not accepted"
    return f"{cue.musicality:.1f} of {cue.judged} ({accepted})"


def _sound(ledger: CueFile) -> str:
    made = ledger.artefacts.get("cue.wav")
    if made is None:
        return ""
    mix = next((note for note in made.notes if note.startswith("Mix:")), "")
    return f"{made.provenance.model} ({made.provenance.licence}). {mix}"


def _summary(cue: CueDocuments, hits: tuple[ReportHit, ...]) -> Summary:
    strong = [hit for hit in hits if hit.strong]
    minutes = max(cue.analysis.clip.duration_s / 60, 1e-9)
    return Summary(
        music=_music(cue),
        form=_form(cue.plan),
        parts=_parts(cue.scheme, _names(cue.daw_plan)),
        musicality=_musicality(cue.assessment),
        sound=_sound(cue.ledger),
        strong_hits=len(strong),
        strong_hits_met=sum(hit.colour == "green" for hit in strong),
        strong_hits_per_minute=round(len(strong) / minutes, 2),
        missed=tuple(
            f"{hit.timecode} {hit.name}: {hit.reason}" for hit in strong if hit.colour != "green"
        ),
    )


def _lanes(
    cue: CueDocuments,
    axis: Axis,
    hits: tuple[ReportHit, ...],
    sound: SoundPicture,
    pictures: Collection[int],
) -> list[Lane]:
    timeline = Timeline(cue.tempo.map.points)
    return [
        draw.contact_sheet(axis, cue.analysis.shots, pictures),
        draw.motion(axis, cue.curves, cue.analysis.shots),
        draw.hits(axis, hits),
        draw.tempo(axis, timeline, first_bar=cue.tempo.map.first_bar),
        draw.sections(axis, cue.plan, timeline),
        *draw.piano_rolls(axis, cue.daw_plan),
        draw.loudness(axis, sound),
    ]


def make_report(cue: CueDocuments, *, progress: Progress = silent) -> Report:
    """Measure hits, loudness and form of a cue and draw them.

    Parameters
    ----------
    cue : CueDocuments
        The documents of a finished cue and its mix.
    progress : Progress
        Told of the steps.

    Returns
    -------
    Report
    """
    clip = cue.analysis.clip
    hits = measure(
        cue.spots,
        plan=cue.daw_plan,
        mapped=cue.tempo.map.hits,
        wav_path=cue.wav_path,
        fps=float(clip.fps),
        duration_s=clip.duration_s,
    )
    progress(0.5, "hits measured")
    sound = picture_of(cue.wav_path)
    ledger = cue.ledger
    data = ReportFile(
        summary=_summary(cue, hits),
        hits=hits,
        loudness_lufs=sound.loudness_lufs,
        provenance={a.stage: a.provenance for a in ledger.artefacts.values()},
        notes=tuple(dict.fromkeys(n for a in ledger.artefacts.values() for n in a.notes)),
    )
    low, per_second, high = _WIDTH
    axis = Axis(
        length_s=clip.duration_s, width=min(high, max(low, round(clip.duration_s * per_second)))
    )
    pictures = pictured(cue.analysis.shots, cue.frames_npz)
    html = page(
        title=clip.path.replace("\\", "/").rsplit("/", 1)[-1],
        axis=axis,
        lanes=_lanes(cue, axis, hits, sound, pictures),
        pictures=picture_store(pictures),
        seen=seen_rows(cue.analysis.shots, cue.description, pictures),
        report=data,
        assessment=cue.assessment,
        scheme=cue.scheme,
        names=_names(cue.daw_plan),
        speeches=cue.speeches,
        texts={
            "What happens": cue.description.plot.value,
            "How it moves": cue.description.motion.value,
            "Theme": cue.abc,
        },
    )
    met = data.summary.strong_hits_met
    progress(1.0, f"{met} of {data.summary.strong_hits} strong hits met")
    return Report(html=html, data=data)


def dump_report(data: ReportFile) -> str:
    """Return ``report.json`` as text."""
    return codec.dump_json(data)
