"""Carry out one command line."""

from __future__ import annotations

import argparse
import errno
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from filmcomposer_core.cli.agents import agents
from filmcomposer_core.cli.arguments import make_parser, settings_in
from filmcomposer_core.cli.bench import bench
from filmcomposer_core.cli.clip_points import points_in_seconds
from filmcomposer_core.cli.failure import fail
from filmcomposer_core.cli.models import models
from filmcomposer_core.cli.regenerate import regenerate
from filmcomposer_core.cli.show import Screen, describe_cue
from filmcomposer_core.cli.sounds import sounds
from filmcomposer_core.cli.summaries import (
    AGENTS,
    BENCH,
    MODELS,
    REGENERATE,
    SOUNDS,
    TRAIN,
    TRANSCRIBE,
)
from filmcomposer_core.cli.train import train
from filmcomposer_core.cli.transcribe import transcribe
from filmcomposer_core.errors import FilmComposerError
from filmcomposer_core.pipeline import run_cue

#: Commands that bring no cue up to date.
_APART: Final = {BENCH: bench, SOUNDS: sounds, TRANSCRIBE: transcribe, MODELS: models, TRAIN: train}


def run(argv: Sequence[str]) -> int:
    """Carry out a command line and return its exit code.

    Returns
    -------
    int
        0 done, 1 failed, 2 the user's input is at fault.
    """
    arguments = make_parser().parse_args(argv)
    folder = Path(arguments.out)
    try:
        if arguments.command == AGENTS:
            return agents(arguments)
        _carry_out(arguments, folder)
    except FilmComposerError as exc:
        return fail(str(exc), exc.exit_code)
    except KeyboardInterrupt:
        return fail("Stopped. What was finished is kept; run the command again to go on.", 1)
    except OSError as exc:
        if exc.errno in (errno.ENOSPC, errno.EDQUOT):
            return fail("The disk is full. Free some space and run the command again.", 2)
        return _unexpected(exc, folder)
    except Exception as exc:  # noqa: BLE001 - the outermost frame: no traceback for the user
        return _unexpected(exc, folder)
    return 0


def _carry_out(arguments: argparse.Namespace, folder: Path) -> None:
    if arguments.command == REGENERATE:
        regenerate(arguments, folder)
        return
    if arguments.command in _APART:
        _APART[arguments.command](arguments)
        return
    whole = arguments.command == "score"
    changes = settings_in(arguments)
    for name in ("clip", "soundfont", "vision_model"):
        if changes.get(name):
            changes[name] = str(Path(changes[name]).absolute())
    if changes.get("melody_model") and Path(changes["melody_model"]).is_dir():
        changes["melody_model"] = str(Path(changes["melody_model"]).absolute())
    changes |= points_in_seconds(changes, folder)
    outcome = run_cue(
        folder,
        changes=changes,
        until="report" if whole else arguments.command,
        start=arguments.start if whole else arguments.command,
        discard=tuple(arguments.discard),
        replace_clip=whole and arguments.replace_clip,
        watcher=Screen(),
    )
    if whole:
        print(describe_cue(folder, outcome))


def _unexpected(exc: BaseException, folder: Path) -> int:
    """Keep the traceback of a fault of ours in a file and say one sentence."""
    log = folder / ".filmcomposer" / "error.log"
    text = "".join(traceback.format_exception(exc))
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(text, encoding="utf-8")
        where = f"Details are in {log}."
    except OSError:
        where = "The folder cannot be written, so no details could be kept."
    return fail(f"Unexpected fault: {type(exc).__name__}: {exc}. {where}", 1)
