"""The command ``filmcomposer bridge``."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from filmcomposer_bridge.client import ensure, find, serve_command, stop
from filmcomposer_bridge.state import LOG_FILE, state_folder
from filmcomposer_core.errors import FilmComposerError, InputError

#: What the bridge answers when a folder may not be opened to it: the user's input is at fault.
_INPUT_CODES = frozenset({"bad_input", "bad_request", "not_registered"})
_NO_BRIDGE = "No bridge is running."
_START_IT = "`filmcomposer bridge start` starts one; jobs that wait go on then."


def main(argv: Sequence[str]) -> int:
    """Carry out ``filmcomposer bridge ARGV``.

    Returns
    -------
    int
        0 done, 1 failed (``status``: no bridge runs), 2 the user's input is at fault.
    """
    arguments = _make_parser().parse_args(argv)
    commands = {"start": _start, "stop": _stop, "status": _status, "serve": _serve}
    try:
        return commands[arguments.command](arguments)
    except FilmComposerError as exc:
        code = exc.exit_code if exc.code not in _INPUT_CODES else InputError.exit_code
        return _fail(str(exc), code)
    except KeyboardInterrupt:
        return _fail("Stopped.", 1)
    except Exception as exc:  # noqa: BLE001 - the outermost frame: no traceback for the user
        return _unexpected(exc)


def _hours(text: str) -> float:
    try:
        hours = float(text)
    except ValueError:
        hours = 0.0
    if not hours > 0:
        msg = f"{text} is not a number above 0"
        raise argparse.ArgumentTypeError(msg)
    return hours


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="filmcomposer bridge",
        description="The local process that does the heavy work for REAPER's actions.",
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    start = commands.add_parser("start", help="start it in the background", allow_abbrev=False)
    serve = commands.add_parser("serve", help="run it in this window", allow_abbrev=False)
    for command in (start, serve):
        command.add_argument(
            "--root",
            dest="roots",
            action="append",
            type=Path,
            default=[],
            metavar="DIR",
            help="a folder whose clips and cue folders it may open (may be repeated)",
        )
        command.add_argument(
            "--idle-hours",
            type=_hours,
            metavar="H",
            help="it ends itself after so many hours without work (4); inf: never",
        )
    commands.add_parser("stop", help="end it; a running job goes on at the next start")
    status = commands.add_parser("status", help="say whether it runs and what it does")
    status.add_argument("--json", action="store_true", help="as JSON, for programs")
    return parser


def _start(arguments: argparse.Namespace) -> int:
    folder = state_folder()
    roots = [_folder(root) for root in arguments.roots]
    already = find(folder)
    command = serve_command(sys.executable)
    if arguments.idle_hours is not None:
        command += ["--idle-hours", str(arguments.idle_hours)]
    if already:
        already.close()
    with ensure(command, folder) as client:
        same = already is not None and already.address.pid == client.address.pid
        words = "is running already" if same else "is running"
        print(f"The bridge {words} (process {client.address.pid}). Log: {folder / LOG_FILE}")
        for root in roots:
            print(f"It may open {client.add_root(root)['path']}.")
    if same and arguments.idle_hours is not None:
        print("--idle-hours goes with a new start: stop the bridge first.")
    return 0


def _folder(root: Path) -> Path:
    """Return a folder that is there, by its full path: the bridge has another current folder."""
    path = Path(os.path.abspath(root.expanduser()))
    if not path.is_dir():
        msg = f"{path} is not a folder."
        raise InputError(msg, "Give an existing folder with --root.")
    return path


def _stop(arguments: argparse.Namespace) -> int:
    status = stop()
    if status is None:
        print(_NO_BRIDGE)
        return 0
    print(f"The bridge (process {status.get('pid')}) has ended.")
    if status.get("running"):
        print("A job was running; it goes on when the bridge is started again.")
    elif status.get("queued"):
        print("The queue is kept; it goes on when the bridge is started again.")
    return 0


def _status(arguments: argparse.Namespace) -> int:
    folder = state_folder()
    client = find(folder)
    log = str(folder / LOG_FILE)
    if client is None:
        none = json.dumps({"alive": False, "log": log})
        print(none if arguments.json else f"{_NO_BRIDGE} {_START_IT} Log: {log}")
        return 1
    with client:
        status = client.status()
    shown = {"alive": True, "log": log, **status}
    print(json.dumps(shown) if arguments.json else "\n".join(_lines(status, log)))
    return 0


def _lines(status: dict[str, Any], log: str) -> list[str]:
    worker = status.get("worker") or {}
    at_work = f", process {worker['pid']}" if worker.get("pid") else ""
    roots = status.get("roots") or ["none yet; an action or `start --root DIR` adds them"]
    return [
        f"The bridge is running: process {status.get('pid')}, version {status.get('version')}, "
        f"for {_duration(status.get('uptime_s'))}.",
        f"Jobs: {status.get('running', 0)} running, {status.get('queued', 0)} queued. "
        f"Worker: {worker.get('state', 'off')}{at_work}.",
        *_job_lines(status.get("job")),
        *(f"Folder: {root}" for root in roots),
        f"Log: {log}",
    ]


def _job_lines(job: dict[str, Any] | None) -> list[str]:
    if not job:
        return []
    left = job.get("seconds_left")
    rest = f", about {left:.0f} s left" if isinstance(left, int | float) else ""
    step = ": ".join(word for word in (job.get("step"), job.get("message")) if word)
    share = f"{100 * float(job.get('fraction') or 0):.0f} %"
    return [f"  {job.get('stage')} of {job.get('cue')}: {share}, {step or 'starting'}{rest}."]


def _duration(seconds: Any) -> str:
    minutes = int(seconds) // 60 if isinstance(seconds, int | float) and seconds >= 0 else 0
    return f"{minutes // 60} h {minutes % 60:02d} min"


def _serve(arguments: argparse.Namespace) -> int:
    # Only here: the other commands need none of the server's packages.
    from filmcomposer_bridge.server import IDLE_HOURS, serve

    hours = IDLE_HOURS if arguments.idle_hours is None else arguments.idle_hours
    if sys.stdout.isatty():
        print("The bridge runs in this window; Ctrl+C ends it.", flush=True)
    served, sentence = serve([_folder(root) for root in arguments.roots], idle_hours=hours)
    if not served:
        return _fail(f"{sentence} `filmcomposer bridge stop` ends it.", 1)
    print(sentence)
    return 0


def _fail(sentence: str, code: int) -> int:
    print(f"filmcomposer bridge: {sentence}", file=sys.stderr)
    return code


def _unexpected(exc: Exception) -> int:
    """Keep the traceback of a fault of ours in the log and say one sentence."""
    said = f"Unexpected fault: {type(exc).__name__}: {exc}."
    try:
        log = state_folder() / LOG_FILE
        handler = logging.FileHandler(log, encoding="utf-8", errors="backslashreplace")
    except (OSError, FilmComposerError):
        return _fail(said, 1)
    stamp = time.strftime("%Y-%m-%d %H:%M:%S")
    record = logging.makeLogRecord(
        {"msg": f"{stamp} {said}", "exc_info": (type(exc), exc, exc.__traceback__)}
    )
    handler.emit(record)
    handler.close()
    return _fail(f"{said} Details are in {log}.", 1)
