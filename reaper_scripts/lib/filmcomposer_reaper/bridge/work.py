"""Have the bridge work on a cue, and follow the job without holding REAPER up."""

from __future__ import annotations

import os
import re
import sys
import uuid
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from filmcomposer_bridge.answer import NOT_THERE
from filmcomposer_bridge.protocol import JobView, view_from_json
from filmcomposer_bridge.state import Address, state_folder
from filmcomposer_core.contracts.observed import Observed
from filmcomposer_core.contracts.session import Session
from filmcomposer_core.errors import BridgeError, Cancelled
from filmcomposer_reaper.adapter.instruments import resource_folder
from filmcomposer_reaper.adapter.project import project_in_front
from filmcomposer_reaper.adapter.reaper import Reaper
from filmcomposer_reaper.adapter.ruler import ruler_time
from filmcomposer_reaper.adapter.window import light_button, show_progress
from filmcomposer_reaper.bridge.exchange import ask
from filmcomposer_reaper.bridge.link import reach
from filmcomposer_reaper.bridge.session_file import read_session, write_observed
from filmcomposer_reaper.bridge.waiting import wait_for_project
from filmcomposer_reaper.cue.folder import cue_folder, project_folder
from filmcomposer_reaper.cue.picture import Picture
from filmcomposer_reaper.cue.records import CueRecord, laid_run
from filmcomposer_reaper.poll import pause
from filmcomposer_reaper.words import LOUDNESS, count, cue_words, progress_words

LOOK_EVERY_S = 0.25
#: How often a bridge that is gone is started again under one job.
MOST_LOSSES = 3
#: How many looks in a row (of 5 s each) a busy computer may leave without an answer.
MOST_SILENCE = 6
#: Besides a bridge that is not there: one that does not know the job any more.
_LOST = NOT_THERE | {"not_found"}
#: What a job's log has of each stage, which the status line shows, and of its end.
_NO_NEWS = re.compile(r"\w+: (done in \S+ s|up to date)\.|Done\.|Cancell.*|Failed: .*")
#: The film's seconds are sent to the microsecond, so that the same picture reads the same.
_DECIMALS = 6
SYSTEMS = {"win32": "windows", "darwin": "darwin"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """A job as it is sent, and the folders that the bridge has to open for it."""

    body: dict[str, Any]
    roots: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class _Told:
    """What of a job the user has been told; ``behind`` = another one was there before it."""

    lines: int = 0
    behind: bool = False


def carry_out(
    reaper: Reaper,
    python: str,
    record: CueRecord,
    picture: Picture,
    *,
    stage: str,
    params: dict[str, Any],
    observed: Observed | None,
    lays: bool = True,
) -> Generator[None, None, Session]:
    """Have a job done and return what is to be laid into the project.

    The project that is in front now is in front again when this returns.

    Parameters
    ----------
    reaper : Reaper
    python : str
        The bridge's own interpreter.
    record : CueRecord
    picture : Picture
    stage : str
        ``score`` or a stage command.
    params : dict
        For the bridge, beside the picture and the session.
    observed : Observed or None
        What the user changed in the project; None where nobody looked.
    lays : bool
        Whether the result goes into the project.

    Raises
    ------
    Cancelled
        If the job was cancelled.
    BridgeError
        If it failed, or the bridge cannot be reached.
    DawError
        If the cue folder cannot be used, or the project was closed meanwhile.
    """
    project = project_in_front(reaper)
    folder = cue_folder(record, project_folder(reaper))
    if observed is not None:
        yield from write_observed(folder, observed)
    resources = resource_folder(reaper)
    order = _order(record, picture, folder, stage, params, observed is not None, lays, resources)
    light_button(reaper, on=True)
    key = follower_key(order.body["key"])
    reaper.remember(key, cue_words(record.folder, ruler_time(reaper, picture.position_s)))
    try:
        job = yield from _done(reaper, python, order)
        _judge(job)
        session = yield from read_session(folder, record.id)
        yield from wait_for_project(reaper, project, folder)
    finally:
        reaper.forget(key)
        light_button(reaper, on=False)
        show_progress(reaper, "")
    return session


def follower_key(job: str) -> str:
    """Return under which name an action that follows a job, and tells its end, notes the cue."""
    return f"follows.{job}"


def _order(
    record: CueRecord,
    picture: Picture,
    folder: Path,
    stage: str,
    params: dict[str, Any],
    observed: bool,
    lays: bool,
    resources: str = "",
) -> _Order:
    whole: dict[str, Any] = {
        "clip": picture.path,
        "in_s": round(picture.in_s, _DECIMALS),
        "out_s": round(picture.out_s, _DECIMALS),
        "rate": picture.rate,
        "session": {
            "cue": record.id,
            "anchor_s": picture.position_s,
            "system": SYSTEMS.get(sys.platform, "linux"),
            "run": laid_run(record),
            "lays": lays,
        },
        **params,
    }
    if os.path.isdir(resources):
        whole["session"] |= {"resources": resources}
    if whole.get("sound"):  # it belongs to what is laid
        whole["session"] |= {"sound": whole.pop("sound")}
    if observed:
        whole["observed"] = True
    roots = [os.path.dirname(picture.path), str(folder.parent)]
    roots += [os.path.dirname(str(whole[n])) for n in ("soundfont", "vision_model") if whole.get(n)]
    roots += [resources] if "resources" in whole["session"] else []
    body = {
        "stage": stage,
        "cue": str(folder),
        "key": f"reaper-{record.id}-{uuid.uuid4().hex}",
        "params": whole,
    }
    return _Order(body=body, roots=tuple(dict.fromkeys(roots)))


def _done(reaper: Reaper, python: str, order: _Order) -> Generator[None, None, JobView]:
    """Return the job when it has ended, whatever becomes of the bridge meanwhile."""
    told, losses = _Told(), 0
    while True:
        try:
            bridge = yield from reach(reaper, state_folder(), python)
            told.behind = any(count(bridge.status, name) for name in ("running", "queued"))
            return (yield from _followed(reaper, bridge.address, order, told))
        except BridgeError as exc:
            losses += 1
            if exc.code not in _LOST or losses > MOST_LOSSES:
                raise
            reaper.say(
                "FilmComposer: the bridge went away; it is started again and goes on from what "
                "was finished."
            )


def _followed(
    reaper: Reaper, address: Address, order: _Order, told: _Told
) -> Generator[None, None, JobView]:
    """Send the job, which may be there already under its key, and look until it has ended."""
    for root in order.roots:
        yield from ask(reaper, address, "POST", "/v1/roots", {"path": root})
    job = _view(address, (yield from ask(reaper, address, "POST", "/v1/jobs", order.body)))
    silence = 0
    while True:
        _tell(reaper, job, told)
        if job.ended:
            return job
        yield from pause(reaper, LOOK_EVERY_S)
        path = f"/v1/jobs/{quote(job.id, safe='')}?since={told.lines}"
        try:
            job = _view(address, (yield from ask(reaper, address, "GET", path)))
            silence = 0
        except BridgeError as exc:
            silence += 1
            if exc.code != "no_answer" or silence >= MOST_SILENCE:
                raise


def _tell(reaper: Reaper, job: JobView, told: _Told) -> None:
    """Show how far a job is, and say what is new of it."""
    if job.state == "queued":
        what = "waiting for another job of the bridge" if told.behind else "beginning"
        show_progress(reaper, f"FilmComposer: {what} ...")
    elif not job.ended:
        show_progress(reaper, f"FilmComposer: {progress_words(job)}")
    first = job.next - len(job.log)
    for line in job.log[max(told.lines - first, 0) :]:
        if not (_NO_NEWS.fullmatch(line) or LOUDNESS.fullmatch(line)):
            reaper.say(f"FilmComposer: {line}")
    told.lines = job.next


def _judge(job: JobView) -> None:
    """Raise what became of a job that did not get done."""
    if job.state == "cancelled":
        msg = "The work was cancelled; nothing was changed in the project."
        raise Cancelled(msg, "What was finished is kept for the next run.")
    if job.state != "done":
        fault = job.error
        if fault is None:
            raise BridgeError("The work failed, and the bridge gave no reason.", "See its log.")
        raise BridgeError(fault.message, fault.hint, code=fault.code)


def _view(address: Address, answer: dict[str, Any]) -> JobView:
    try:
        return view_from_json(answer)
    except (TypeError, ValueError) as exc:
        msg = f"The bridge (process {address.pid}) gave an answer that makes no sense."
        hint = "Restart it with `filmcomposer bridge stop`."
        raise BridgeError(msg, hint, code="foreign") from exc
