"""The command line of ``install.py``."""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence

from installer import environment, reaper
from installer.environment import ROOT, VENV, venv_python
from installer.errors import SetupError
from installer.resource import Reaper, find_reaper, require_writable, why_none

EXAMPLE = ROOT / "examples" / "big_buck_bunny_opening.mp4"
DEMO = ROOT / "demo_cue"
#: Options that say how REAPER is set up.
_INSTALLING = ("shortcuts", "replace_python")
_NONE_TO_CLEAR = "No REAPER was found to take it out of; a portable one is named by --reaper PATH."
_REAPER = ("reaper", "dry_run", "uninstall", *_INSTALLING)


def main(words: Sequence[str]) -> int:
    """Do what the command line asks and return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # an old console lacks letters that names have
    arguments, rest = _parse(words)
    try:
        if arguments.test:
            environment.install("test")
            # A file's tests stay together: some share what took long to make. The longest begin.
            by_file = ["--dist", "loadfile", "--no-loadscope-reorder"]
            every_core = [] if rest else ["-n", "auto", *by_file]
            command = [str(venv_python()), "-m", "pytest", *every_core, *rest]
            return subprocess.call(command, cwd=ROOT)
        if arguments.demo:
            environment.install("")
            command = [str(venv_python()), "-m", "filmcomposer_core", "score", str(EXAMPLE)]
            return subprocess.call([*command, "--out", str(DEMO)], cwd=ROOT)
        return _set_up(arguments)
    except SetupError as exc:
        print(f"install.py: {exc}", file=sys.stderr)
        return 1


def _parse(words: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(
        prog="install.py",
        allow_abbrev=False,
        description="Set FilmComposer up in .venv beside this file, and its actions in REAPER.",
    )
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--demo", action="store_true", help="then score the example clip")
    choice.add_argument("--test", action="store_true", help="with the test tools, then run them")
    choice.add_argument("--no-reaper", action="store_true", help="leave REAPER alone")
    choice.add_argument("--uninstall", action="store_true", help="take it out of REAPER again")
    parser.add_argument(
        "--reaper", metavar="PATH", help="REAPER's resource folder, or a portable REAPER's folder"
    )
    parser.add_argument("--model", action="store_true", help="with what the melody model needs")
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and stop")
    parser.add_argument("--shortcuts", action="store_true", help="also set shortcuts that are free")
    parser.add_argument(
        "--replace-python", action="store_true", help="choose another Python for REAPER's scripts"
    )
    arguments, rest = parser.parse_known_args(words)
    if rest and not arguments.test:
        parser.error(f"unknown arguments: {' '.join(rest)}")
    given = {name for name in _REAPER if getattr(arguments, name) not in (None, False)}
    for first in ("demo", "test", "no_reaper"):
        if getattr(arguments, first) and given - ({"dry_run"} if first == "no_reaper" else set()):
            _refuse(parser, first, sorted(given)[0])
    for other in ("demo", "test", "uninstall"):
        if arguments.model and getattr(arguments, other):
            _refuse(parser, "model", other)
    if arguments.uninstall and given & set(_INSTALLING):
        _refuse(parser, "uninstall", sorted(given & set(_INSTALLING))[0])
    return arguments, rest


def _refuse(parser: argparse.ArgumentParser, first: str, second: str) -> None:
    names = (f"--{name.replace('_', '-')}" for name in (first, second))
    parser.error(" does not go with ".join(names))


def _set_up(arguments: argparse.Namespace) -> int:
    found = None if arguments.no_reaper else next(iter(find_reaper(arguments.reaper)), None)
    if found and not arguments.dry_run:
        # Before minutes of fetching that would come to nothing.
        reaper.refuse_running()
        require_writable(found)
    if not arguments.uninstall:
        _prepare("model" if arguments.model else "", dry_run=arguments.dry_run)
    if found:
        _into_reaper(found, arguments)
    elif not arguments.no_reaper:
        print(_NONE_TO_CLEAR if arguments.uninstall else why_none())
    if arguments.uninstall:
        print(f"{VENV} and the bridge's folder (docs/bridge.md) stay. To remove them too, end the")
        print(f"bridge with {_program()} bridge stop, then delete both.")
    elif not arguments.dry_run:
        print(f"Ready. Score a clip with: {_program()} score CLIP --out DIR")
    if arguments.dry_run:
        print("This was a dry run: nothing was changed.")
    return 0


def _program() -> str:
    """Return the product's command as it can be pasted into a terminal."""
    path = str(venv_python().with_name("filmcomposer"))
    return subprocess.list2cmdline([path]) if os.name == "nt" else shlex.quote(path)


def _prepare(extra: str, *, dry_run: bool) -> None:
    if not dry_run:
        environment.install(extra)
    elif environment.is_installed(extra):
        print("Environment: up to date")
    else:
        print(f"set up {VENV} ({environment.SIZES[extra]})")


def _into_reaper(found: Reaper, arguments: argparse.Namespace) -> None:
    work = reaper.Work(
        reaper=found,
        checkout=ROOT,
        python=venv_python(),
        dry_run=arguments.dry_run,
        shortcuts=arguments.shortcuts,
        replace_python=arguments.replace_python,
    )
    if not arguments.dry_run:
        reaper.refuse_running()  # it may have been started meanwhile
    if arguments.uninstall:
        reaper.uninstall(work)
    else:
        reaper.install(work)
