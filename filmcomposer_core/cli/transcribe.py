"""The command that writes down a recording, and makes it the theme of a cue."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from filmcomposer_core.cli.line import Line
from filmcomposer_core.cli.show import Screen, describe_cue
from filmcomposer_core.cli.summaries import TRANSCRIBE
from filmcomposer_core.errors import InputError

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    from filmcomposer_core.contracts.transcript import Transcript
    from filmcomposer_core.transcription.clean import Cleaned


def add_transcribe(commands: _SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the words of the command to the parser."""
    from filmcomposer_core.transcription.engine import ENGINES

    parser = commands.add_parser(
        TRANSCRIBE,
        help="write down what was sung or played: MIDI and ABC, or the theme of a cue",
        allow_abbrev=False,
    )
    parser.add_argument("audio", metavar="AUDIO", help="a recording: WAV, FLAC, MP3, OGG, M4A")
    parser.add_argument(
        "--out", metavar="DIR", default=".", help="where the files go (the present folder)"
    )
    parser.add_argument(
        "--tempo", type=float, default=0.0, metavar="BPM",
        help="the tempo, quarter notes a minute, where you know it",
    )  # fmt: skip
    parser.add_argument("--meter", default="", metavar="N/D", help="the metre: 4/4, 3/4, 6/8")
    parser.add_argument(
        "--engine", choices=ENGINES, default=ENGINES[0], help=f"who listens ({ENGINES[0]})"
    )
    parser.add_argument("--weights", default="", metavar="DIR", help="weights of the engine mt3")
    parser.add_argument(
        "--cue", metavar="DIR", help="make it the theme of this cue; the cue is brought up to date"
    )
    parser.add_argument(
        "--as-played", action="store_true", help="keep the pitches, whatever the cue's keys"
    )


def transcribe(arguments: argparse.Namespace) -> None:
    """Carry out the command.

    Raises
    ------
    InputError
        For a bad recording, tempo, metre or cue folder.
    """
    _check(arguments)
    from filmcomposer_core.atomic import write_atomic
    from filmcomposer_core.transcription.clean import clean_up
    from filmcomposer_core.transcription.engine import transcriber
    from filmcomposer_core.transcription.sheet import sheet_files, told
    from filmcomposer_core.transcription.sound import read_sound

    path, folder = Path(arguments.audio), Path(arguments.out)
    engine = transcriber(arguments.engine, weights=arguments.weights)
    sound = read_sound(path, rate=engine.rate)
    transcript = engine.transcribe(sound, progress=Line("listens"))
    cleaned = clean_up(transcript, bpm=arguments.tempo, meter=arguments.meter)
    for sentence in told(cleaned):
        print(sentence)
    print(f"Heard by {transcript.engine}: {transcript.model}, {transcript.licence}.")
    for name, data in sheet_files(cleaned, transcript, name=path.stem).items():
        write_atomic(folder / name, data)
        print(folder / name)
    if arguments.cue:
        _make_theme(cleaned, transcript, Path(arguments.cue), as_played=arguments.as_played)


def _check(arguments: argparse.Namespace) -> None:
    if arguments.tempo and not 20.0 <= arguments.tempo <= 400.0:
        msg = f"--tempo is {arguments.tempo:g}, must be 20 to 400 beats a minute."
        raise InputError(msg, "Leave it out to have the tempo found.")
    if arguments.meter:
        num, _, den = arguments.meter.partition("/")
        if not (num.isdigit() and 2 <= int(num) <= 16 and den in ("2", "4", "8")):
            msg = f"--meter is {arguments.meter!r}, no metre such as 4/4, 3/4 or 6/8."
            raise InputError(msg, "Leave it out to have the metre found.")


def _make_theme(cleaned: Cleaned, transcript: Transcript, path: Path, *, as_played: bool) -> None:
    """Write the tune into the cue's melody.mid, as its user would, and bring the cue up to date."""
    from filmcomposer_core.atomic import write_atomic
    from filmcomposer_core.cue import Cue
    from filmcomposer_core.cue_folder import open_folder
    from filmcomposer_core.documents import DOCUMENTS
    from filmcomposer_core.pipeline import run_cue
    from filmcomposer_core.stages.idea import lay_idea
    from filmcomposer_core.timeline import Timeline

    run_cue(path, changes={}, until="compose", watcher=Screen())
    with open_folder(path) as folder:
        ledger = folder.load_ledger()
        assert ledger is not None
        cue = Cue(folder, ledger, lambda _: None)
        timeline = Timeline(cue.value("tempo.json").map.points)
        end_s = cue.value("analysis.json").clip.duration_s
        melody = lay_idea(
            cleaned.melody,
            cleaned.key,
            theme=cue.value("melody.mid"),
            plan=cue.value("plan.toml"),
            bars=timeline.bars_until(end_s),
            last_beat=timeline.beat_at(end_s),
            as_played=as_played,
        )
        data = DOCUMENTS["melody.mid"].render(melody, cue)["melody.mid"]
        write_atomic(folder.file("melody.mid"), data)
        _tell_meter(cleaned, {(p.num, p.den) for p in timeline.points})
    outcome = run_cue(path, changes={}, until="report", watcher=Screen())
    print(describe_cue(path, outcome))


def _tell_meter(cleaned: Cleaned, meters: set[tuple[int, int]]) -> None:
    """Say where the cue counts otherwise than the idea, which then crosses its bar lines."""
    own = cleaned.points[0]
    if (own.num, own.den) not in meters:
        print(
            f"Your idea is in {own.num}/{own.den} and the cue is not, so it goes across the bar "
            f'lines; a brief such as "in {own.num}/{own.den}" gives the cue its metre.'
        )
