"""``train rc-musicgen``: the melody model learns to follow rhythm spots."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from filmcomposer_core.errors import Cancelled, InputError

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    from filmcomposer_core.training.recipe import Recipe

_EVERY_S = 1.0


def add_train_melody(kinds: _SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the words of the command to the parser."""
    parser = kinds.add_parser(
        "rc-musicgen",
        help="the Rhythm-Controllable MusicGen (Sec. 3.2, 5.1 of the paper)",
        allow_abbrev=False,
        description="The same command goes on with a run that was stopped or killed.",
    )
    parser.add_argument("dataset", metavar="DATASET", help="a dataset with a split")
    parser.add_argument("--out", required=True, metavar="DIR", help="the run: checkpoints, model")
    parser.add_argument(
        "--model", default="", metavar="NAME|DIR", help="where to begin (the installed model)"
    )
    parser.add_argument("--config", metavar="FILE", help="a TOML file of what differs")
    parser.add_argument(
        "--set",
        dest="changes",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="one key that differs, as in TOML: --set lora_rank=16 (may be repeated)",
    )
    parser.add_argument("--device", default="auto", metavar="NAME", help="cpu, cuda, mps (auto)")


def train_melody(arguments: argparse.Namespace) -> None:
    """Carry out the command.

    Raises
    ------
    FilmComposerError
        If dataset, model or recipe cannot be used, or the work does not fit.
    """
    from filmcomposer_core.dataset import read_dataset
    from filmcomposer_core.melody.checkpoint import read_about
    from filmcomposer_core.melody.devices import find_device
    from filmcomposer_core.melody.installed import find_model
    from filmcomposer_core.training.from_dataset import DatasetSamples
    from filmcomposer_core.training.run import train_melody_model

    recipe = _recipe(arguments)
    dataset = read_dataset(Path(arguments.dataset))
    base = find_model(arguments.model)
    if base is None:
        msg = "There is no melody model to begin from."
        raise InputError(msg, "Fetch one: filmcomposer models get musicgen-melody")
    about = read_about(base)
    trade = "" if about.commercial else ", not for commercial use, nor is what comes of it"
    _say(f"From {about.name or base.name}: {about.licence}{trade}.")
    if find_device(arguments.device) == "cpu":
        _say("There is no GPU in use: a model of full size would take years.")
    sides = (
        DatasetSamples(dataset, side, pitches=recipe.rhythm_pitches) for side in ("train", "test")
    )
    with _Line() as line:
        folder = train_melody_model(
            *sides,
            base=base,
            out=Path(arguments.out),
            recipe=recipe,
            trained_on=dataset.name,
            device=arguments.device,
            progress=line,
        )
    _say(f"{folder}\nTry it: filmcomposer score CLIP --out DIR --engine musicgen --model {folder}")


def _say(sentence: str) -> None:
    """Print in the first process alone, where several share the work."""
    if os.environ.get("RANK", "0") == "0":
        print(sentence)


def _recipe(arguments: argparse.Namespace) -> Recipe:
    from filmcomposer_core.contracts import codec
    from filmcomposer_core.training.recipe import read_recipe

    given: dict[str, Any] = {}
    for change in arguments.changes:
        key, equals, value = change.partition("=")
        try:
            found = codec.parse_toml(f"{key} = {value}", where=f"--set {change}")
        except InputError:
            # A word without quotes, which a shell takes away.
            found = {key.strip(): value}
        if not equals:
            msg = f"--set {change} gives no value."
            raise InputError(msg, "Write KEY=VALUE, for example --set lora_rank=16.")
        given |= found
    return read_recipe(Path(arguments.config) if arguments.config else None, given)


class _Line:
    """One line of progress; Ctrl-C ends the work at the next update, whose state is then kept."""

    def __init__(self) -> None:
        self._stopped = False
        self._drawn = 0.0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> _Line:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._stop)
        return self

    def __exit__(self, *fault: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopped = True
        # A second time ends it at once.
        signal.signal(number, self._before[number])

    def __call__(self, fraction: float, message: str = "") -> None:
        if self._stopped:
            raise Cancelled(f"Stopped: {message}.", "The same command goes on.")
        now = time.monotonic()
        if now - self._drawn < _EVERY_S and fraction < 1.0:
            return
        self._drawn = now
        if os.environ.get("RANK", "0") != "0":
            return
        end = "\r" if sys.stderr.isatty() and fraction < 1.0 else "\n"
        sys.stderr.write(f"{100 * fraction:5.1f} %  {message:<60.60}{end}")
        sys.stderr.flush()
