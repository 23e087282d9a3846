"""The command that measures what the program makes."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from filmcomposer_core.cli.summaries import BENCH
from filmcomposer_core.errors import InputError

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add_bench(commands: _SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the words of the command to the parser."""
    parser = commands.add_parser(
        BENCH, help="measure the music of clips and seeds against real music and chance"
    )
    # Where a fault of ours would be written down.
    parser.set_defaults(out=str(Path(tempfile.gettempdir()) / "filmcomposer-bench"))
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="WHAT")
    music = kinds.add_parser("music", help="score clips and measure the cues", allow_abbrev=False)
    music.add_argument("clips", nargs="+", metavar="CLIPS", help="video files, or folders of them")
    music.add_argument("--seeds", type=int, default=3, metavar="N", help="cues of each clip (3)")
    music.add_argument("--json", metavar="FILE", help="write every value to this file")
    music.add_argument("--audio", action="store_true", help="render and measure the mix too")


_FILMS = frozenset({".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v", ".mxf", ".mpg", ".ogv"})


def _clips(words: list[str]) -> list[Path]:
    found: list[Path] = []
    for word in words:
        path = Path(word)
        if path.is_dir():
            found += sorted(p for p in path.iterdir() if p.suffix.lower() in _FILMS)
        elif path.is_file():
            found.append(path)
        else:
            msg = f"{path} does not exist."
            raise InputError(msg, "Name film clips, or a folder of them.")
    if not found:
        msg = "There is no film clip in what was named."
        raise InputError(msg, "Name film clips, or a folder of them.")
    return list(dict.fromkeys(found))


def bench(arguments: argparse.Namespace) -> None:
    """Carry out the command.

    Raises
    ------
    InputError
        For clips that are not there, a number of seeds below one, or a file that cannot be
        written.
    """
    from filmcomposer_core.evaluation.bench import run_music
    from filmcomposer_core.evaluation.table import table, tree

    if arguments.seeds < 1:
        msg = f"{arguments.seeds} seeds are none."
        raise InputError(msg, "Give a number from 1.")
    clips = _clips(arguments.clips)
    target = None if arguments.json is None else Path(arguments.json)
    if target is not None and not target.absolute().parent.is_dir():
        msg = f"{target} cannot be written: its folder is not there."
        raise InputError(msg, "Name a file in a folder that exists.")
    run = run_music(
        clips,
        seeds=arguments.seeds,
        sound=arguments.audio,
        tell=lambda sentence: print(sentence, file=sys.stderr, flush=True),
    )
    print(table(run))
    if target is not None:
        target.write_text(json.dumps(tree(run), indent=1) + "\n", encoding="utf-8")
