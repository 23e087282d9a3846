"""The words of the command line."""

from __future__ import annotations

import argparse
import math
from fractions import Fraction
from typing import Any

from filmcomposer_core import __version__
from filmcomposer_core.cli.added import added_commands
from filmcomposer_core.cli.agents import add_agents
from filmcomposer_core.cli.bench import add_bench
from filmcomposer_core.cli.dataset import add_dataset
from filmcomposer_core.cli.models import add_models
from filmcomposer_core.cli.regenerate import add_regenerate
from filmcomposer_core.cli.sounds import add_sounds
from filmcomposer_core.cli.summaries import SUMMARIES
from filmcomposer_core.cli.train import add_train
from filmcomposer_core.cli.transcribe import add_transcribe
from filmcomposer_core.contracts.cue import DTYPES, ENGINES, SYNTHS
from filmcomposer_core.contracts.rhythm import RHYTHMS
from filmcomposer_core.contracts.take import CONDITIONS
from filmcomposer_core.pipeline import COMMANDS

#: How who speaks is named on the command line.
AGENT_WORDS = ("on", "off", "replay")


class _Parser(argparse.ArgumentParser):
    """The outermost parser, whose help also names what other packages add."""

    def format_help(self) -> str:
        """Return the help; only here is it looked up what there is."""
        names = ", ".join(added_commands())
        more = f"\nfurther commands: {names} (each takes --help)\n" if names else ""
        return super().format_help() + more


def _gain(text: str) -> float:
    """Read a gain in dB, or ``off``."""
    return -math.inf if text == "off" else float(text)


def _model(text: str) -> str:
    """Read the path of a model, or ``off``."""
    return "" if text == "off" else text


def agents_setting(word: str) -> str:
    """Return the setting of a word for who speaks: ``on`` follows ``agents.toml``."""
    return "" if word == "on" else word


def _rate(text: str) -> float:
    """Read a rate, as a number or a fraction (24/25)."""
    try:
        return float(Fraction(text))
    except ZeroDivisionError as exc:
        raise ValueError(text) from exc


def _settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, metavar="N", help="another seed, another cue")
    parser.add_argument("--brief", metavar="TEXT", help="what you want, in your own words")
    parser.add_argument(
        "--tc",
        dest="start_timecode",
        metavar="HH:MM:SS:FF",
        help="timecode of the cue's first frame; with --in-point that of the part's first frame",
    )
    parser.add_argument(
        "--in-point",
        dest="in_s",
        metavar="TIME",
        help="where in the clip the cue begins: seconds, or the clip's own timecode (0)",
    )
    parser.add_argument(
        "--out-point",
        dest="out_s",
        metavar="TIME",
        help="the first frame after the cue, likewise; end is the end of the clip",
    )
    parser.add_argument(
        "--rate", type=_rate, metavar="X", help="play the clip X times as fast: 0.5, 24/25"
    )
    parser.add_argument(
        "--vision-model",
        type=_model,
        metavar="PATH",
        help="also let a CLIP-style ONNX model of your own (a folder or file) label the picture; "
        "off drops it again",
    )
    parser.add_argument(
        "--agents",
        choices=AGENT_WORDS,
        help="on: the language model of agents.toml speaks, if there is one; off: theory alone; "
        "replay: what the cue's agents.jsonl holds is said again",
    )
    parser.add_argument("--engine", choices=ENGINES, help="what composes")
    _model_settings(parser)
    parser.add_argument("--soundfont", metavar="FILE", help="an SF2 or SF3 file of your own")
    parser.add_argument("--synth", choices=SYNTHS, help="what plays the soundfont")
    parser.add_argument("--lufs", type=float, metavar="LUFS", help="loudness of the mix (-23)")
    parser.add_argument(
        "--keep-sound",
        dest="keep_sound_db",
        type=_gain,
        metavar="DB",
        help="keep the clip's own sound in the movie at this gain; off drops it again",
    )
    parser.add_argument(
        "--odd-bars",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="let the tempo map use bars of other lengths",
    )
    parser.add_argument(
        "--rhythm",
        choices=RHYTHMS,
        help="who makes the theme's rhythm between motifs: drawn from common bars, cmt = rules on "
        "the picture's motion, transformer = a network that heard old tunes (drawn)",
    )
    parser.add_argument(
        "--candidates", type=int, metavar="N", help="write N themes to choose from (0 to 8)"
    )


def _model_settings(parser: argparse.ArgumentParser) -> None:
    """Add what the engine musicgen takes."""
    model = parser.add_argument_group("engine musicgen")
    model.add_argument(
        "--model",
        dest="melody_model",
        metavar="NAME|DIR",
        help="an installed model, or the folder of one (the installed one)",
    )
    model.add_argument(
        "--condition", choices=CONDITIONS, help="what steers it: words, rhythm spots or both (both)"
    )
    model.add_argument("--guidance", type=float, metavar="X", help="how strictly, 1 to 20 (3)")
    model.add_argument("--top-k", type=int, metavar="N", help="tokens to draw from, 0 = all (250)")
    model.add_argument("--temperature", type=float, metavar="X", help="0 = the likeliest (1)")
    model.add_argument("--dtype", choices=DTYPES, help="precision (auto)")
    model.add_argument(
        "--commercial-safe",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="refuse models that may not be used commercially",
    )


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = _Parser(
        prog="filmcomposer",
        description="Score a film clip: hits, tempo map, theme, orchestra, mix, REAPER session.",
        epilog="A cue folder can be edited by hand and brought up to date with: "
        "filmcomposer score --out DIR",
    )
    parser.add_argument("--version", action="version", version=f"filmcomposer {__version__}")
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", parser_class=argparse.ArgumentParser
    )
    score = commands.add_parser(
        "score", help="do everything: clip in, finished cue out", allow_abbrev=False
    )
    score.add_argument("clip", nargs="?", metavar="CLIP", help="video file; known later on")
    score.add_argument("--out", required=True, metavar="DIR", help="the cue folder")
    score.add_argument(
        "--from", dest="start", choices=COMMANDS, metavar="STAGE", help="run again from this stage"
    )
    score.add_argument(
        "--replace-clip",
        action="store_true",
        help="let CLIP take the place of the folder's clip (a new cut of the same picture)",
    )
    score.add_argument(
        "--discard-edits",
        dest="discard",
        action="append",
        choices=COMMANDS,
        default=[],
        metavar="STAGE",
        help="drop your edits of this stage's files (may be repeated)",
    )
    _settings(score)
    for name in COMMANDS:
        stage = commands.add_parser(name, help=SUMMARIES[name], allow_abbrev=False)
        if name == "see":
            stage.add_argument("clip", nargs="?", metavar="CLIP", help="video file")
            stage.add_argument("--out", required=True, metavar="DIR", help="the cue folder")
        else:
            stage.add_argument("out", metavar="DIR", help="the cue folder")
        stage.add_argument(
            "--discard-edits",
            dest="discard",
            action="store_const",
            const=[name],
            default=[],
            help="drop your edits of this stage's files",
        )
        _settings(stage)
    add_regenerate(commands)
    add_bench(commands)
    add_sounds(commands)
    add_agents(commands)
    add_transcribe(commands)
    add_models(commands)
    add_dataset(commands)
    add_train(commands)
    return parser


SETTINGS = (
    "clip",
    "seed",
    "brief",
    "start_timecode",
    "engine",
    "soundfont",
    "synth",
    "lufs",
    "keep_sound_db",
    "odd_bars",
    "in_s",
    "out_s",
    "rate",
    "candidates",
    "vision_model",
    "agents",
    "melody_model",
    "condition",
    "guidance",
    "top_k",
    "temperature",
    "dtype",
    "commercial_safe",
    "rhythm",
)


def settings_in(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the settings that the user gave on this call; in and out point are still words."""
    given = {
        name: getattr(arguments, name)
        for name in SETTINGS
        if getattr(arguments, name, None) is not None
    }
    return given | ({"agents": agents_setting(given["agents"])} if "agents" in given else {})
