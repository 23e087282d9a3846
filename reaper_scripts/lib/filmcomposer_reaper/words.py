"""The bridge's state in a composer's words."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from filmcomposer_bridge.protocol import JobView, view_from_json
from filmcomposer_core.contracts.session import Session


def span(seconds: float) -> str:
    """Return a length of time in its two largest units.

    >>> span(80), span(59.6), span(3725), span(0.2)
    ('1 min 20 s', '1 min 0 s', '1 h 2 min', '0 s')
    """
    whole = max(round(seconds), 0)
    minutes, rest = divmod(whole, 60)
    hours, minutes_left = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes_left} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def running_job(status: dict[str, Any]) -> JobView | None:
    """Return the job at work that a bridge's status tells of; None if it tells of none."""
    job = status.get("job")
    if not isinstance(job, dict):
        return None
    try:
        return view_from_json(job)
    except (TypeError, ValueError):
        return None


def job_words(job: JobView) -> str:
    """Return what a job is: its stage and the cue's name."""
    return f'{job.stage} of "{PurePath(job.cue).name}"'


def progress_words(job: JobView) -> str:
    """Return how far a job is."""
    parts = [f"{job.step}: {job.message}" if job.step and job.message else job.step or job.message]
    parts.append(f"{100 * job.fraction:.0f} %")
    if job.seconds_left is not None:
        parts.append(f"about {span(job.seconds_left)} left")
    return ", ".join(part for part in parts if part)


def jobs_words(running: int, queued: int) -> str:
    """Return how much there is to do."""
    if not running and not queued:
        return "It has nothing to do."
    return f"Jobs: {running} running, {queued} waiting."


def count(status: dict[str, Any], name: str) -> int:
    """Return a number in a bridge's status, rounded; 0 where it has none."""
    found = status.get(name)
    return round(found) if isinstance(found, int | float) else 0


def counted(number: int, thing: str) -> str:
    """Return a number of things.

    >>> counted(1, "hit"), counted(3, "hit")
    ('1 hit', '3 hits')
    """
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def done_lines(session: Session) -> list[str]:
    """Return what was made of a cue and by what, for the console."""
    parts = sum(track.kind == "part" for track in session.tracks)
    hits = sum(marker.hit_class != "avoid" for marker in session.markers)
    what = f"{counted(hits, 'hit')}, {counted(parts, 'part')}, {session.length_s:.1f} s"
    lines = [f'FilmComposer: the cue of "{session.title}" is done: {what}.']
    return [*lines, *(f"  {line}" for line in session.made_by)]
