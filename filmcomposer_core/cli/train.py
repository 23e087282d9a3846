"""The command that trains the product's networks; each has a word of its own."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from filmcomposer_core.cli.summaries import TRAIN
from filmcomposer_core.cli.train_crt import add_train_crt, train_crt
from filmcomposer_core.cli.train_melody import add_train_melody, train_melody

if TYPE_CHECKING:
    from argparse import _SubParsersAction

_TRAINERS: Final = {"crt": train_crt, "rc-musicgen": train_melody}


def add_train(commands: _SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the words of the command to the parser."""
    parser = commands.add_parser(TRAIN, help="train the rhythm transformer or the melody model")
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="WHAT")
    add_train_crt(kinds)
    add_train_melody(kinds)


def train(arguments: argparse.Namespace) -> None:
    """Carry out the command.

    Raises
    ------
    FilmComposerError
        If something that was given cannot be used, or the work cannot be done here.
    """
    _TRAINERS[arguments.kind](arguments)
