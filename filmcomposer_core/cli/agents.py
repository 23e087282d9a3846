"""The commands about language models: try an endpoint, store its key, score a model."""

from __future__ import annotations

import argparse
import getpass
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from filmcomposer_core.cli.agents_score import SCORE, add_score, score
from filmcomposer_core.cli.summaries import AGENTS
from filmcomposer_core.errors import InputError

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    from filmcomposer_core.agents.settings import AgentSettings

_HOW = "docs/agents.md tells how to set one up (OpenAI, Ollama, LM Studio, vLLM, llama.cpp)."


def add_agents(commands: _SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the words of the commands to the parser."""
    parser = commands.add_parser(AGENTS, help="try the language model, store its key")
    # Where a fault of ours would be written down.
    parser.set_defaults(out=str(Path(tempfile.gettempdir()) / "filmcomposer-agents"))
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="WHAT")
    check = kinds.add_parser(
        "check",
        help="ask the endpoint a tiny question and say what works",
        allow_abbrev=False,
    )
    key = kinds.add_parser(
        "key", help="store the endpoint's key in the system's keyring", allow_abbrev=False
    )
    key.add_argument("act", choices=("set", "delete"), help="ask for the key, or forget it")
    for one in (check, key):
        one.add_argument("--url", metavar="URL", help="another endpoint than the configured one")
        one.add_argument("--model", metavar="NAME", help="another model")
    check.add_argument("--vision-model", metavar="NAME", help="another model that is shown frames")
    add_score(kinds)


def agents(arguments: argparse.Namespace) -> int:
    """Carry out one of the commands and return its exit code.

    Raises
    ------
    FilmComposerError
        If the settings are faulty, the extra is missing, or there is no keyring.
    """
    if arguments.kind == SCORE:
        return score(arguments)
    return _key(arguments) if arguments.kind == "key" else _check(arguments)


def _settings(arguments: argparse.Namespace) -> AgentSettings:
    from filmcomposer_core.agents.settings import read_settings

    names = ("url", "model", "vision_model")
    given = {name: getattr(arguments, name, None) or "" for name in names}
    if arguments.kind == "key" and given["url"]:
        given["model"] = given["model"] or "any"  # a key is of the endpoint
    return read_settings(given=given)


def _check(arguments: argparse.Namespace) -> int:
    from filmcomposer_core.agents.check import NO_ENDPOINT, check_endpoint
    from filmcomposer_core.agents.settings import settings_file

    settings = _settings(arguments)
    path = settings_file()
    print(f"{'settings':>9}  {path}{'' if path.is_file() else ' (not there)'}")
    if not settings.url:
        print(f"{'':>9}  {NO_ENDPOINT}\n{'':>9}  {_HOW}")
        return 0
    usable = True
    for finding in check_endpoint(settings):
        mark = "" if finding.ok else "  <- cannot be used"
        print(f"{finding.name:>9}  {finding.words}{mark}", flush=True)
        usable = usable and finding.ok
    return 0 if usable else 1


def _key(arguments: argparse.Namespace) -> int:
    from filmcomposer_core.agents.key import delete_key, store_key

    settings = _settings(arguments)
    if not settings.url:
        raise InputError("No endpoint is configured.", f"Name it with --url. {_HOW}")
    if arguments.act == "delete":
        gone = delete_key(settings)
        print(f"The key of {settings.host} is {'deleted' if gone else 'not stored'}.")
        return 0
    store_key(settings, _prompted(f"Key for {settings.host} (it is not shown): "))
    print(f"The key of {settings.host} is stored in the system's keyring.")
    return 0


def _prompted(words: str) -> str:
    """Ask for a key without showing it; a key that is piped in is read as it comes."""
    if sys.stdin is not None and sys.stdin.isatty():
        return getpass.getpass(words)
    return sys.stdin.readline() if sys.stdin is not None else ""
