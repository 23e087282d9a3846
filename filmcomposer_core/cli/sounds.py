"""The command that matches REAPER's plug-ins to the instruments."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from filmcomposer_core.cli.summaries import SOUNDS

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add_sounds(commands: _SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the words of the command to the parser."""
    parser = commands.add_parser(
        SOUNDS, help="name your plug-ins, presets and track templates for the instruments"
    )
    # Where a fault of ours would be written down.
    parser.set_defaults(out=str(Path(tempfile.gettempdir()) / "filmcomposer-sounds"))
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="WHAT")
    scan = kinds.add_parser(
        "scan",
        help="add what REAPER has to sounds.toml; what is there is not changed",
        allow_abbrev=False,
    )
    scan.add_argument("resources", metavar="RESOURCE_DIR", help="REAPER's resource folder")
    scan.add_argument(
        "--to", metavar="FILE", help="the mapping (RESOURCE_DIR/FilmComposer/sounds.toml)"
    )


def sounds(arguments: argparse.Namespace) -> None:
    """Carry out the command: print the mapping, and write it.

    Raises
    ------
    InputError
        If the folder is none of REAPER's, or the mapping cannot be read.
    DiskError
        If it cannot be written.
    """
    from filmcomposer_core.sounds.choose import scan_sounds
    from filmcomposer_core.sounds.mapping import listing, read_sounds

    target = None if arguments.to is None else Path(arguments.to).absolute()
    scanned = scan_sounds(Path(arguments.resources).absolute(), target)
    for sentence in scanned.said:
        print(sentence)
    print()
    print(listing(read_sounds(scanned.path), scanned.added))
    print(f"\n{scanned.path}")
