"""The word that trains the rhythm transformer."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from filmcomposer_core.errors import MissingDependencyError

if TYPE_CHECKING:
    from argparse import _SubParsersAction

_EVERY_S: Final = 2.0


def add_train_crt(kinds: _SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the words of the command to the parser."""
    parser = kinds.add_parser("crt", help="the rhythm transformer", allow_abbrev=False)
    parser.add_argument(
        "rhythms", metavar="FILE", help="rhythms to learn from (python -m tools.rhythm_corpus FILE)"
    )
    parser.add_argument(
        "--out",
        required=True,
        metavar="DIR",
        help="gets checkpoint and weights; goes on from there",
    )
    parser.add_argument("--recipe", metavar="FILE", help="another recipe.toml")


def train_crt(arguments: argparse.Namespace) -> None:
    """Carry out the command.

    Raises
    ------
    FilmComposerError
        If torch is not installed, or rhythms, recipe or checkpoint cannot be used.
    """
    from filmcomposer_core.rhythm.training.pieces import load_pieces
    from filmcomposer_core.rhythm.training.recipe import SHIPPED, read_recipe

    recipe = read_recipe(Path(arguments.recipe) if arguments.recipe else SHIPPED)
    pieces = load_pieces(Path(arguments.rhythms))
    try:
        from filmcomposer_core.rhythm.training.run import WEIGHTS, train
    except ImportError as exc:
        raise MissingDependencyError(
            "Training needs torch, which is not installed.", "Run: python3 install.py --model"
        ) from exc
    folder = Path(arguments.out)
    first, last = train(pieces, recipe, folder, progress=_Line())
    print(f"Held out: {first:.3f} nats an event before, {last:.3f} after; {folder / WEIGHTS}")


class _Line:
    """A line of progress every few seconds."""

    def __init__(self) -> None:
        self._told = 0.0

    def __call__(self, fraction: float, message: str = "") -> None:
        if time.monotonic() - self._told >= _EVERY_S or fraction >= 1.0:
            self._told = time.monotonic()
            print(f"{100 * fraction:5.1f} %  {message}", file=sys.stderr, flush=True)
