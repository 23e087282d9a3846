"""Show what the bridge is doing; start it where none runs."""

from __future__ import annotations

from pathlib import Path

from filmcomposer_bridge.state import LOG_FILE, state_folder
from filmcomposer_core import __version__
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.bridge.link import Bridge, find, reach
from filmcomposer_reaper.bridge.work import follower_key
from filmcomposer_reaper.poll import Work
from filmcomposer_reaper.words import (
    count,
    job_words,
    jobs_words,
    progress_words,
    running_job,
    span,
)


def work(reaper: Reaper, python: str) -> Work:
    """Say the bridge's version, its jobs and its log file in REAPER's console."""
    folder = state_folder()
    bridge = yield from find(reaper, folder)
    if bridge is None:
        bridge = yield from reach(reaper, folder, python)
    job = running_job(bridge.status)
    name = "" if job is None else reaper.recall(follower_key(job.key))
    reaper.say("\n".join(lines(bridge, folder, name)))


def lines(bridge: Bridge, folder: Path, name: str = "") -> list[str]:
    """Return what to say of a bridge; ``name`` is that of the cue at work, where it is known."""
    status, address = bridge.status, bridge.address
    said = [
        f"FilmComposer bridge {address.version} runs: process {address.pid}, port {address.port}, "
        f"for {span(count(status, 'uptime_s'))}."
    ]
    if address.version != __version__:
        said.append(
            f"These actions are FilmComposer {__version__}. Run `filmcomposer bridge stop`, then "
            "Bridge status, to have both alike."
        )
    said.append(jobs_words(count(status, "running"), count(status, "queued")))
    job = running_job(status)
    if job is not None:
        said.append(f"  {job_words(job, name)}: {progress_words(job)}")
    said.append(f"Log: {folder / LOG_FILE}")
    return said
