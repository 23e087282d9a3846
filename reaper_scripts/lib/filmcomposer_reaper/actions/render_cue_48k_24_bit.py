"""Have REAPER render the cue's tracks, 48 kHz and 24 bit."""

from __future__ import annotations

from pathlib import Path

from filmcomposer_core.errors import DawError
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.adapter.render import render_span
from filmcomposer_reaper.cue.folder import cue_folder, project_folder
from filmcomposer_reaper.flow import open_desk
from filmcomposer_reaper.poll import Work

NAME = "reaper_mix"


def work(reaper: Reaper, python: str) -> Work:
    """Render the length of the picture into the cue's folder."""
    desk = open_desk(reaper, make=False)
    target = cue_folder(desk.record, project_folder(reaper)) / f"{NAME}.wav"
    reaper.say(f"FilmComposer: REAPER renders the cue to {target} ...")
    yield
    _make_room(target)
    start_s = desk.picture.position_s
    render_span(
        reaper,
        folder=str(target.parent),
        name=NAME,
        start_s=start_s,
        end_s=start_s + desk.picture.length_s,
        cue=desk.record.id,
    )
    yield
    if not target.is_file() or not target.stat().st_size:
        msg = f"REAPER has not written {target}."
        raise DawError(msg, "It was cancelled, or the disk is full; look at REAPER's own message.")
    reaper.say(f"FilmComposer: {target} is written, 48 kHz, 24 bit.")


def _make_room(target: Path) -> None:
    """Put an earlier render aside, which REAPER would ask about."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            target.replace(target.with_name(f"{NAME}.before.wav"))
    except OSError as exc:
        msg = f"{target} cannot be replaced ({exc.strerror or exc})."
        raise DawError(msg, "Close the program that plays it, or free its folder.") from exc
