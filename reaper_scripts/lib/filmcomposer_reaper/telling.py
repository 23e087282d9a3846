"""What an action says in the console when it is done: one line, and what is new beside it."""

from __future__ import annotations

from dataclasses import replace

from filmcomposer_core.contracts.session import Session
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.adapter.ruler import ruler_time
from filmcomposer_reaper.adapter.tracks import scan_tracks
from filmcomposer_reaper.cue.records import record_line
from filmcomposer_reaper.cue.start_timecode import rates_differ
from filmcomposer_reaper.flow import Desk, Task, carry
from filmcomposer_reaper.poll import Work
from filmcomposer_reaper.saying import say_once
from filmcomposer_reaper.words import done_line


def carry_and_tell(reaper: Reaper, python: str, desk: Desk, task: Task) -> Work:
    """Have a task done as :func:`filmcomposer_reaper.flow.carry` does, and say so."""
    before = record_line(reaper, desk.record)
    session = yield from carry(reaper, python, desk, task)
    # The record tells of all that is laid: where it stays there was nothing to be written.
    tell_done(reaper, session, changed=record_line(reaper, desk.record) != before)


def tell_done(reaper: Reaper, session: Session, *, changed: bool = True) -> None:
    """Say that a cue is done, and what :func:`tell_makers` and :func:`tell_rates` have to say.

    Only parts that lie in the project count: the user may have deleted some. Without ``changed``
    all is as it was.
    """
    there = {row.part for row in scan_tracks(reaper, session.cue)}
    laid = replace(session, tracks=tuple(track for track in session.tracks if track.id in there))
    start = ruler_time(reaper, session.anchor_s)
    reaper.say(f"FilmComposer: {done_line(laid, start, changed=changed)}")
    tell_makers(reaper, session)
    tell_rates(reaper, session)


def tell_makers(reaper: Reaper, session: Session) -> None:
    """Say which engine, model and seed made the music, where it was not said of this cue before."""
    for line in session.made_by:
        say_once(reaper, f"made.{session.cue}", f"made with: {line}")


def tell_rates(reaper: Reaper, session: Session) -> None:
    """Warn where project and film count other frames a second, once for each cue."""
    warning = rates_differ(reaper, session.fps_num / session.fps_den)
    say_once(reaper, f"rates.{session.cue}", warning)
