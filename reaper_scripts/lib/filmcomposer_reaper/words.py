"""The bridge's state in a composer's words."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Any

from filmcomposer_bridge.protocol import JobView, view_from_json
from filmcomposer_core.contracts.session import Session

#: How the core tells the loudness of a mix.
LOUDNESS = re.compile(r"Mix: (\S+ LUFS), true peak \S+ dBTP\.")
_DIGITS = re.compile(r"-[0-9a-f]{8}$")


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


def cue_name(folder: str) -> str:
    """Return the name of a cue by its folder, without the digits that tell cues of one film apart.

    >>> cue_name("/films/FilmComposer/night train-0a1b2c3d"), cue_name("/films/door-slam")
    ('night train', 'door-slam')
    """
    return _DIGITS.sub("", PurePath(folder).name)


def cue_words(folder: str, start: str) -> str:
    """Return which cue is meant: its name, and the timecode where its picture begins."""
    return f'"{cue_name(folder)}" at {start}'


def job_words(job: JobView, name: str = "") -> str:
    """Return what a job is: its stage, and ``name`` or its cue's."""
    quoted = f'"{cue_name(job.cue)}"'
    return f"{job.stage} of {name or quoted}"


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


def done_line(session: Session, start: str, *, changed: bool = True) -> str:
    """Return what was made of a cue, for the console.

    Parameters
    ----------
    session : Session
        With the tracks that lie in the project.
    start : str
        Its picture's timecode.
    changed : bool
        Whether anything in the project is another than before.
    """
    parts = sum(track.kind == "part" for track in session.tracks)
    hits = sum(marker.hit_class != "avoid" for marker in session.markers)
    what = f"{counted(hits, 'hit')}, {counted(parts, 'part')}, {session.length_s:.1f} s"
    loudness = next((found[1] for n in session.notes if (found := LOUDNESS.fullmatch(n))), "")
    what += f", {loudness}" if loudness else ""
    cue = f'the cue of "{session.title}" at {start}'
    return f"{cue} is done: {what}." if changed else f"nothing changed in {cue}: {what}."
