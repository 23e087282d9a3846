"""The command that writes some bars of some parts anew."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from filmcomposer_core.cli.show import Screen, describe_cue
from filmcomposer_core.cli.summaries import REGENERATE
from filmcomposer_core.contracts.regenerate import Regenerate
from filmcomposer_core.errors import InputError
from filmcomposer_core.pipeline import COMMANDS, run_cue

if TYPE_CHECKING:
    from argparse import _SubParsersAction

_LAST = "report"


def add_regenerate(commands: _SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the words of the command to the parser."""
    parser = commands.add_parser(
        REGENERATE,
        help="write some bars of some parts anew; the rest stays note for note",
        allow_abbrev=False,
    )
    parser.add_argument("out", metavar="DIR", help="the cue folder")
    for name, what in (("from", "begin"), ("to", "end")):
        parser.add_argument(
            f"--{name}",
            dest=f"{name}_s",
            type=float,
            required=True,
            metavar="S",
            help=f"where the bars {what}, in seconds of the picture",
        )
    parser.add_argument(
        "--tracks", required=True, metavar="A,B", help="parts, by their ids in score.json"
    )
    parser.add_argument(
        "--seed", type=int, default=1, metavar="N", help="another seed, other notes (1)"
    )
    parser.add_argument(
        "--until",
        choices=COMMANDS[COMMANDS.index("arrange") :],
        default=_LAST,
        metavar="STAGE",
        help="the last stage to bring up to date (report)",
    )


def regenerate(arguments: argparse.Namespace, folder: Path) -> None:
    """Carry out the command.

    Raises
    ------
    InputError
        For times or parts that are none.
    """
    names = [name.strip() for name in arguments.tracks.split(",")]
    try:
        wanted = Regenerate(
            start_s=arguments.from_s,
            end_s=arguments.to_s,
            tracks=tuple(dict.fromkeys(name for name in names if name)),
            seed=arguments.seed,
        )
    except ValueError as exc:
        msg = f"{exc}."
        raise InputError(msg, "Correct it; filmcomposer regenerate --help tells more.") from exc
    outcome = run_cue(
        folder, changes={}, until=arguments.until, regenerate=wanted, watcher=Screen()
    )
    if arguments.until == _LAST:
        print(describe_cue(folder, outcome))
