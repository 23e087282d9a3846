"""Stop the job that the bridge is working on."""

from __future__ import annotations

from collections.abc import Generator
from urllib.parse import quote

from filmcomposer_bridge.protocol import JobView, view_from_json
from filmcomposer_bridge.state import Address, state_folder
from filmcomposer_core.errors import BridgeError
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.bridge.exchange import ask
from filmcomposer_reaper.bridge.link import find
from filmcomposer_reaper.bridge.work import follower_key
from filmcomposer_reaper.poll import Work, pause
from filmcomposer_reaper.words import count, job_words, running_job

#: A job stops at the next point where it reports progress.
STOP_LIMIT_S = 20.0
#: A waiting job begins this soon where none runs.
BEGIN_LIMIT_S = 3.0
LOOK_EVERY_S = 0.25


def work(reaper: Reaper, python: str) -> Work:
    """Cancel the running job; say so where there is nothing to cancel.

    The action that waits for the job says that it was cancelled; where none does, this one.
    """
    folder = state_folder()
    until = reaper.seconds() + BEGIN_LIMIT_S
    while True:
        bridge = yield from find(reaper, folder)
        if bridge is None:
            reaper.say("FilmComposer: there is nothing to cancel; the bridge does not run.")
            return
        job = running_job(bridge.status)
        waiting = count(bridge.status, "queued")
        if job is not None or not waiting or reaper.seconds() > until:
            break
        yield from pause(reaper, LOOK_EVERY_S)
    if job is not None:
        yield from _stop(reaper, bridge.address, job)
    elif waiting:
        reaper.say(
            f"FilmComposer: no job runs yet, {waiting} wait. Press Cancel again in a moment."
        )
    else:
        reaper.say("FilmComposer: there is nothing to cancel; the bridge has no job.")


def _stop(reaper: Reaper, address: Address, job: JobView) -> Work:
    path = f"/v1/jobs/{quote(job.id, safe='')}"
    name = reaper.recall(follower_key(job.key))
    what = job_words(job, name)
    reaper.say(f"FilmComposer: cancelling {what} at {100 * job.fraction:.0f} % ...")
    now = yield from _view(reaper, address, "DELETE", path)
    until = reaper.seconds() + STOP_LIMIT_S
    while not now.ended and reaper.seconds() < until:
        yield from pause(reaper, LOOK_EVERY_S)
        now = yield from _view(reaper, address, "GET", path)
    if not (name and now.state == "cancelled"):
        reaper.say(f"FilmComposer: {what} {_outcome(now)}")


def _outcome(job: JobView) -> str:
    """Return how cancelling ended."""
    if job.state == "cancelled":
        return "is cancelled; what was finished is kept for the next run."
    if job.ended:
        return f"had ended before ({job.state})."
    return (
        "has been told to stop and has not yet. It stops at the end of the step it is in; Bridge "
        "status shows it."
    )


def _view(
    reaper: Reaper, address: Address, method: str, path: str
) -> Generator[None, None, JobView]:
    answer = yield from ask(reaper, address, method, path)
    try:
        return view_from_json(answer)
    except (TypeError, ValueError) as exc:
        msg = f"The bridge (process {address.pid}) gave an answer that makes no sense."
        raise BridgeError(
            msg, "Restart it with `filmcomposer bridge stop`.", code="foreign"
        ) from exc
