"""The report as one HTML page that needs no network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib import resources

from filmcomposer_core.contracts.report import ReportFile, ReportHit
from filmcomposer_core.contracts.scheme import Scheme
from filmcomposer_core.contracts.speech import Speech
from filmcomposer_core.contracts.verdict import AssessmentFile, CriterionScore
from filmcomposer_core.report.lanes import Axis, Lane
from filmcomposer_core.report.seen import SEEN_HEAD
from filmcomposer_core.report.spoken import SPOKEN_HEAD, spent, talks_of

Cells = Sequence[str]


def _table(head: Cells, rows: Iterable[Cells], *, numbers: frozenset[int] = frozenset()) -> str:
    def row(cells: Cells, tag: str) -> str:
        inner = "".join(
            f"<{tag}{' class=number' if i in numbers else ''}>{cell}</{tag}>"
            for i, cell in enumerate(cells)
        )
        return f"<tr>{inner}</tr>"

    body = "".join(row(cells, "td") for cells in rows)
    table = f"<table><thead>{row(head, 'th')}</thead><tbody>{body}</tbody></table>"
    return f'<div class="wide">{table}</div>'


def _dot(word: str, text: str) -> str:
    return f'<span class="dot {word}"></span>{escape(text)}'


def _frames(value: float | None) -> str:
    return "none" if value is None else f"{round(value, 1) + 0.0:+.1f}"


def _hit_rows(hits: Sequence[ReportHit]) -> Iterable[Cells]:
    for hit in hits:
        yield (
            _dot(hit.colour, hit.spot),
            escape(hit.timecode),
            escape(hit.name),
            escape(str(hit.weight)),
            f"{hit.bar} | {hit.beat:.2f}",
            _frames(hit.frames_off_midi),
            _frames(hit.frames_off_audio),
            escape(hit.reason),
        )


def _criteria(file: AssessmentFile) -> str:
    cue = file.cue or file.theme

    def score(criterion: CriterionScore) -> str:
        return criterion.verdict if criterion.score is None else f"{criterion.score:.2f}"

    rows = (
        (
            str(c.id),
            escape(c.agent),
            _dot(c.verdict.replace(" ", "-"), c.name),
            score(t),
            score(c),
            escape(c.evidence),
        )
        for t, c in zip(file.theme.criteria, cue.criteria, strict=True)
    )
    head = ("", "Agent", "Criterion", "Theme", "Cue", "Evidence (cue)")
    return _table(head, rows, numbers=frozenset({0, 3, 4}))


def _tracks(scheme: Scheme, names: Mapping[str, str]) -> str:
    def fixed(value: float | dict[str, float]) -> str:
        return "by measure" if isinstance(value, dict) else f"{value:.2f}"

    rows = (
        (
            str(track.track_index),
            escape(names.get(track.id, track.id)),
            escape(track.technique.replace("_", " ")),
            fixed(track.panning),
            fixed(track.reverb_space),
            escape(" ".join(track.reasons.values())),
        )
        for track in scheme.tracks
    )
    head = ("", "Track", "Technique", "Pan", "Reverb", "Why")
    return _table(head, rows, numbers=frozenset({0, 3, 4}))


def _provenance(report: ReportFile) -> str:
    rows = (
        (
            escape(name),
            escape(p.engine),
            escape(p.model),
            escape(p.licence),
            str(p.seed),
            escape(", ".join(f"{k} {v[:16]}" for k, v in p.versions.items())),
        )
        for name, p in report.provenance.items()
    )
    return _table(("Stage", "Engine", "Model", "Licence", "Seed", "Versions"), rows)


def _spoken(speeches: Sequence[Speech], names: Mapping[str, str]) -> str:
    if not speeches:
        return ""
    talks = "".join(
        f"<details><summary>{escape(name)} ({_turns(len(rows))})</summary>"
        f"{_table(SPOKEN_HEAD, rows)}</details>"
        for name, rows in talks_of(speeches, names)
    )
    return f'<h2>Agents</h2><p class="lead">{escape(spent(speeches))}</p>{talks}'


def _turns(number: int) -> str:
    return f"{number} turn{'s' if number > 1 else ''}"


def _timeline(axis: Axis, lanes: Sequence[Lane]) -> str:
    names = "".join(
        f'<div style="height:{lane.height + 1}px" title="{escape(lane.title)}">'
        f"{escape(lane.title)}{_scale(lane)}</div>"
        for lane in lanes
    )
    drawn = "".join(
        f'<svg class="lane" width="{axis.width:g}" height="{lane.height}" role="img" '
        f'aria-label="{escape(lane.title)}">{lane.svg}</svg>'
        for lane in lanes
    )
    return (
        f'<div class="timeline"><div class="names">{names}</div>'
        f'<div class="lanes" data-length="{axis.length_s}" data-width="{axis.width:g}">{drawn}'
        '<div class="playhead"></div></div></div>'
    )


def _scale(lane: Lane) -> str:
    return f"<br><small>{escape(lane.note)}</small>" if lane.note else ""


def _asset(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


def page(
    *,
    title: str,
    axis: Axis,
    lanes: Sequence[Lane],
    pictures: str,
    seen: Iterable[Cells],
    report: ReportFile,
    assessment: AssessmentFile,
    scheme: Scheme,
    names: Mapping[str, str],
    speeches: Sequence[Speech],
    texts: dict[str, str],
) -> str:
    """Return the whole page.

    Parameters
    ----------
    title : str
        Name of the clip.
    axis, lanes : Axis, sequence of Lane
        The timeline.
    pictures : str
        The drawing that holds the pictures of the shots.
    seen : iterable of sequence of str
        Rows of what was seen, cells of HTML.
    report, assessment, scheme
        What the tables show.
    names : mapping of str to str
        Names of the tracks by their ids.
    speeches : sequence of Speech
        What the agents said.
    texts : dict of str
        Headed texts: plot, motion, theme in ABC.
    """
    facts = {
        "Music": report.summary.music,
        "Form": report.summary.form,
        "Strong hits": f"{report.summary.strong_hits_met} of {report.summary.strong_hits} met, "
        f"{report.summary.strong_hits_per_minute:.1f} a minute",
        "Musicality": report.summary.musicality,
        "Parts": report.summary.parts,
        "Sound": report.summary.sound,
    }
    shown = "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in facts.items())
    listed = "".join(f"<li>{escape(note)}</li>" for note in report.notes)
    notes = f"<h2>Notes</h2><ul>{listed}</ul>" if listed else ""
    said = "".join(
        f"<h2>{escape(head)}</h2><pre>{escape(text)}</pre>" for head, text in texts.items()
    )
    head = (
        "Hit", "Timecode", "What", "Weight", "Bar | beat", "Notes, frames", "Sound, frames", "Why",
    )  # fmt: skip
    hits = _table(head, _hit_rows(report.hits), numbers=frozenset({3, 4, 5, 6}))
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(title)}: cue report</title><style>{_asset("page.css")}</style></head><body><main>
{pictures}<h1>{escape(title)}</h1>
<p class="lead">Cue report of FilmComposer. Frames: minus is early.</p>
<div class="top"><dl class="facts">{shown}</dl>
<video src="cue.mp4#t=0.5" controls preload="metadata"></video></div>
{_timeline(axis, lanes)}
{notes}<h2>Hits</h2><p class="lead">Green: the nearest note begins inside the
hit's tolerance, yellow: inside twice it, or a MUST for a downbeat on another beat, red: beyond.
Strong hits (weight 7 and more, or MUST) come first in composing; weaker ones are met where the
phrase allows. Sound: the nearest onset that stands out in the mix; a soft entry under other notes
has none.</p>{hits}
<h2>What was seen</h2><p class="lead">Beneath each word stands what says so, and how surely:
<i>pixels</i> are measures of every frame, <i>detectors</i> look at key frames. Shots with the same
letter show the same place or person. Correct a word in <i>description.toml</i>.</p>
<div class="seen">{_table(SEEN_HEAD, seen)}</div>
<h2>Assessment</h2>{_criteria(assessment)}
<h2>Arrangement and mix</h2>{_tracks(scheme, names)}
{_spoken(speeches, names)}
{said}
<h2>How it was made</h2>{_provenance(report)}
</main><script>{_asset("page.js")}</script></body></html>
"""
