"""What an action says in the console when it is done: one line, and what is new beside it."""

from __future__ import annotations

from filmcomposer_core.contracts.session import Session
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.adapter.ruler import ruler_time
from filmcomposer_reaper.cue.start_timecode import rates_differ
from filmcomposer_reaper.saying import say_once
from filmcomposer_reaper.words import done_line


def tell_done(reaper: Reaper, session: Session) -> None:
    """Say that a cue is done, and what :func:`tell_makers` and :func:`tell_rates` have to say."""
    reaper.say(f"FilmComposer: {done_line(session, ruler_time(reaper, session.anchor_s))}")
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
