"""Measure how the notes now on the tracks meet the hits."""

from __future__ import annotations

from pathlib import Path

from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.apply import Plan, apply
from filmcomposer_reaper.bridge.session_file import read_session
from filmcomposer_reaper.cue.folder import cue_folder, project_folder
from filmcomposer_reaper.cue.records import save_record
from filmcomposer_reaper.flow import open_desk
from filmcomposer_reaper.markers.hits import (
    colour_steps,
    measure_hits,
    onset_times,
    present_hits,
    report_lines,
)
from filmcomposer_reaper.poll import Work
from filmcomposer_reaper.telling import tell_rates


def work(reaper: Reaper, python: str) -> Work:
    """Measure, colour the markers and say it in the console; needs no bridge."""
    desk = open_desk(reaper, make=False)
    record = desk.record
    folder: Path = cue_folder(record, project_folder(reaper))
    session = yield from read_session(folder, record.id)
    onsets = yield from onset_times(reaper, record)
    for sentence in onsets.unread:
        reaper.say(f"FilmComposer: {sentence}")
    fps = session.fps_num / session.fps_den
    hits = present_hits(reaper, record, session, desk.picture)
    results = measure_hits(hits, onsets, fps=fps, picture=desk.picture)
    steps = [*colour_steps(reaper, record, results), lambda: save_record(reaper, record)]
    yield from apply(reaper, Plan(name="FilmComposer: Hit report", steps=steps, cost_ms=0.0))
    reaper.say("\n".join(report_lines(reaper, results, fps=fps)))
    tell_rates(reaper, session)
