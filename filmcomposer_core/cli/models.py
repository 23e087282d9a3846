"""The command that fetches, lists, checks, converts and removes melody models."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from filmcomposer_core.cli.summaries import MODELS
from filmcomposer_core.errors import InputError

if TYPE_CHECKING:
    from argparse import _SubParsersAction

_EVERY_S = 0.5


def add_models(commands: _SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the words of the command to the parser."""
    parser = commands.add_parser(MODELS, help="fetch and manage melody models")
    # Where a fault of ours would be written down.
    parser.set_defaults(out=str(Path(tempfile.gettempdir()) / "filmcomposer-models"))
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="WHAT")
    kinds.add_parser("list", help="what is installed and what can be fetched")
    get = kinds.add_parser("get", help="fetch a model after showing its licence and size")
    get.add_argument("name", metavar="NAME")
    get.add_argument("--yes", action="store_true", help="you have read the licence and agree")
    for word, what in (("check", "compare the files with their hashes"), ("remove", "delete it")):
        kinds.add_parser(word, help=what).add_argument("name", metavar="NAME")
    convert = kinds.add_parser(
        "convert", help="between audiocraft's checkpoints and the layout of transformers"
    )
    convert.add_argument("source", metavar="FROM", help="a folder or checkpoint.th")
    convert.add_argument("target", metavar="TO", help="a new folder")
    convert.add_argument(
        "--parts", metavar="DIR", help="where T5 and EnCodec lie, if the checkpoint lacks them"
    )


def models(arguments: argparse.Namespace) -> None:
    """Carry out the command.

    Raises
    ------
    FilmComposerError
        If a model is not known, cannot be fetched or is damaged.
    """
    from filmcomposer_core.model_store import store

    if arguments.kind == "list":
        print("\n".join(store.listing()))
    elif arguments.kind == "get":
        _get(arguments.name, agreed=arguments.yes)
    elif arguments.kind == "check":
        bad = store.damaged_files(arguments.name)
        if bad:
            msg = f"Not as they were fetched: {', '.join(bad)}."
            raise InputError(msg, f"Fetch it again: filmcomposer models get {arguments.name}")
        print(f"{arguments.name} is whole.")
    elif arguments.kind == "remove":
        store.remove(arguments.name)
        print(f"{arguments.name} is removed.")
    else:
        parts = Path(arguments.parts) if arguments.parts else None
        _convert(Path(arguments.source), Path(arguments.target), parts)


def _get(name: str, *, agreed: bool) -> None:
    from filmcomposer_core.model_store import store
    from filmcomposer_core.model_store.hub import hub_address, list_files

    known = store.known_model(name)
    files = list_files(known.source)
    size = sum(file.size for file in files)
    print(f"{name}: {known.about}.")
    print(f"From {hub_address()}/{known.source}, {len(files)} files, {size / 1e9:.2f} GB.")
    trade = "may be used commercially" if known.commercial else "NOT for commercial use"
    print(f"Licence: {known.licence}, {trade}; what it makes is marked with it.")
    if not agreed and not _agrees():
        print("Nothing was fetched.")
        return
    folder = store.install(name, known, files, _Bar())
    print(f"\n{folder}")


def _agrees() -> bool:
    if not sys.stdin.isatty():
        print("Agree with --yes.")
        return False
    return input("Fetch it under this licence? (yes/no) ").strip().lower() in ("y", "yes")


def _convert(source: Path, target: Path, parts: Path | None) -> None:
    from filmcomposer_core.melody.convert import convert_checkpoint

    made = convert_checkpoint(source, target, parts=parts, progress=_say)
    print(made)


def _say(fraction: float, message: str = "") -> None:
    if message:
        print(message, file=sys.stderr)


class _Bar:
    """One line of progress for all files."""

    def __init__(self) -> None:
        self._drawn = 0.0

    def __call__(self, name: str, here: int, whole: int) -> None:
        now = time.monotonic()
        if now - self._drawn < _EVERY_S and here < whole:
            return
        self._drawn = now
        share = 100.0 * here / whole if whole else 0.0
        end = "\r" if sys.stderr.isatty() else "\n"
        sys.stderr.write(f"{share:5.1f} %  {name:<48.48}{end}")
        sys.stderr.flush()
