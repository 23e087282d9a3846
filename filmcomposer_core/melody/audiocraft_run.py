"""Run the script in audiocraft's environment: its lines read, its end awaited, ended when asked."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import IO, Any, Final

from filmcomposer_core.errors import FilmComposerError
from filmcomposer_core.melody.memory import OutOfMemoryError
from filmcomposer_core.progress import Progress

WORKER: Final = Path(__file__).with_name("audiocraft_worker.py")
#: How often the caller is asked whether to go on, seconds.
_POLL_S: Final = 0.2
#: How long a process that was asked to end may take, seconds.
_PATIENCE_S: Final = 0.5
_MEMORY: Final = ("out of memory", "not enough memory", "can't allocate")
_KILLED: Final = (-9, 137)
_INSTEAD: Final = "Convert the model and use it without audiocraft: filmcomposer models convert."


def run_worker(
    python: Path, request: Path, progress: Progress, *, script: Path = WORKER
) -> dict[str, Any]:
    """Run the script and return what it says at its end.

    Parameters
    ----------
    python : Path
        Of audiocraft's environment.
    request : Path
        What is asked for; the script's other files lie beside it.
    progress : Progress
        Called for every line and while there is none; what it raises ends the process.
    script : Path
        What is run.

    Returns
    -------
    dict
        With ``takes`` and ``rate``.

    Raises
    ------
    OutOfMemoryError
        If its memory is too small.
    FilmComposerError
        If it fails otherwise.
    """
    env = {**os.environ, "HF_HUB_OFFLINE": "1"}
    # -I: neither our packages nor the user's may be found from there.
    command = [str(python), "-I", str(script), str(request)]
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as warnings:
        try:
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=warnings, stdin=subprocess.DEVNULL,
                text=True, encoding="utf-8", errors="replace", env=env, cwd=request.parent,
            )  # fmt: skip
        except OSError as exc:
            msg = f"audiocraft could not be started: {exc.strerror or exc}."
            raise FilmComposerError(msg, f"Check {python}.") from exc
        with process:
            try:
                told = _follow(process, progress)
            finally:
                _end(process)
        if "takes" in told and process.returncode == 0:
            return told
        raise _failure(told, process.returncode, warnings)


def _follow(process: subprocess.Popen[str], progress: Progress) -> dict[str, Any]:
    """Pass on the progress until the last line; return the line that tells how it ended."""
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(process.stdout, lines), daemon=True).start()
    fraction, end = 0.0, dict[str, Any]()
    progress(fraction, "Loading audiocraft's model.")
    while True:
        try:
            line = lines.get(timeout=_POLL_S)
        except queue.Empty:
            progress(fraction)
            continue
        if line is None:
            process.wait()
            return end
        said = _said(line)
        if "fraction" in said:
            fraction = min(max(float(said["fraction"]), fraction), 1.0)
            progress(fraction, "audiocraft is composing.")
        elif said:
            end = said


def _read(stream: IO[str] | None, lines: queue.SimpleQueue[str | None]) -> None:
    try:
        for line in stream or ():
            lines.put(line)
    except ValueError:
        pass  # closed: the work was given up
    finally:
        lines.put(None)


def _said(line: str) -> dict[str, Any]:
    """Return what a line says, nothing if it is not one of the script's own."""
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _failure(told: dict[str, Any], code: int, warnings: IO[str]) -> FilmComposerError:
    warnings.seek(0)
    last = [line.strip() for line in warnings if line.strip()][-1:]
    reason = str(told.get("failed") or (last[0] if last else f"it ended with code {code}"))[:300]
    if code in _KILLED or any(words in reason.lower() for words in _MEMORY):
        msg = "The memory is too small for audiocraft's model."
        return OutOfMemoryError(msg, "Ask for a shorter take, or use the processor: device cpu.")
    return FilmComposerError(f"audiocraft failed: {reason.rstrip('.')}.", _INSTEAD)
