"""The command that builds, checks, parts and refines datasets of clips and music."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from filmcomposer_core.cli.line import Line
from filmcomposer_core.cli.summaries import DATASET
from filmcomposer_core.errors import FilmComposerError, InputError

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add_dataset(commands: _SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the words of the command to the parser."""
    parser = commands.add_parser(DATASET, help="build and check datasets of clips and music")
    # Where a fault of ours would be written down.
    parser.set_defaults(out=str(Path(tempfile.gettempdir()) / "filmcomposer-dataset"))
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="WHAT")
    build = kinds.add_parser("build", help="make samples of the pairs of a manifest")
    build.add_argument("manifest", metavar="MANIFEST", help="a TOML or CSV file of pairs")
    build.add_argument("folder", metavar="DATASET", help="its folder; goes on where it stopped")
    build.add_argument("--name", default="", metavar="NAME", help="of the dataset (the folder's)")
    build.add_argument(
        "--rate", type=int, default=0, metavar="HZ", help="sampling rate of the music (44100)"
    )
    build.add_argument("--engine", default="basic-pitch", metavar="NAME", help="what listens")
    build.add_argument("--weights", default="", metavar="DIR", help="weights of the engine mt3")
    stats = kinds.add_parser("stats", help="what it holds: themes, hours, sources (Fig. 6)")
    stats.add_argument("--svg", metavar="FILE", help="also draw the themes")
    check = kinds.add_parser("check", help="find what is wrong in it")
    split = kinds.add_parser("split", help="part it into train and test, no film on both sides")
    split.add_argument("--test", type=float, default=0.1, metavar="X", help="share (0.1)")
    split.add_argument(
        "--seed", type=int, default=0, metavar="N", help="another seed, another split"
    )
    export = kinds.add_parser("export", help="write REAPER projects to refine melody and spots")
    take = kinds.add_parser("import", help="read refined REAPER projects back")
    for one in (stats, check, split, export, take):
        one.add_argument("folder", metavar="DATASET")
    export.add_argument("ids", nargs="+", metavar="ID", help="samples, or all")
    export.add_argument("--to", required=True, metavar="DIR", help="where projects go")
    take.add_argument("projects", nargs="+", metavar="FILE", help="projects that REAPER saved")
    for one in (build, check):
        one.add_argument(
            "--ray",
            default="",
            metavar="ADDRESS",
            help="spread the work: address, auto, local",
        )


def dataset(arguments: argparse.Namespace) -> None:
    """Carry out the command.

    Raises
    ------
    FilmComposerError
        If the dataset or what is given to it is faulty.
    """
    folder = Path(arguments.folder)
    kinds = {
        "build": _build,
        "stats": _stats,
        "check": _check,
        "split": _split,
        "export": _export,
        "import": _import,
    }
    kinds[arguments.kind](arguments, folder)


def _build(arguments: argparse.Namespace, folder: Path) -> None:
    from filmcomposer_core.dataset.build import Plan, build_dataset

    plan = Plan(
        manifest=Path(arguments.manifest),
        folder=folder,
        name=arguments.name,
        rate_hz=arguments.rate,
        engine=arguments.engine,
        weights=arguments.weights,
        ray_address=arguments.ray,
    )
    built = build_dataset(plan, progress=Line("builds", percent=False))
    for sentence in built.told:
        print(sentence)
    for row in built.set_aside:
        print(f"Row {row.row}: {' '.join(row.reasons)}")
    left = len(built.set_aside)
    print(f"Samples made: {built.made}, there before: {built.there}, rows set aside: {left}.")
    if built.set_aside:
        print(f"Reasons are in {folder / 'quarantine'}.")


def _stats(arguments: argparse.Namespace, folder: Path) -> None:
    from filmcomposer_core.atomic import write_atomic
    from filmcomposer_core.dataset.read import read_dataset
    from filmcomposer_core.dataset.stats import dataset_stats, stats_lines, themes_svg

    found = read_dataset(folder)
    stats = dataset_stats(found)
    print("\n".join(stats_lines(stats, name=found.name)))
    if arguments.svg:
        write_atomic(Path(arguments.svg), themes_svg(stats.themes).encode())
        print(arguments.svg)


def _check(arguments: argparse.Namespace, folder: Path) -> None:
    from filmcomposer_core.dataset.check import check_dataset
    from filmcomposer_core.dataset.read import read_dataset

    found = read_dataset(folder)
    faults = check_dataset(found, ray_address=arguments.ray, progress=Line("checks", percent=False))
    for sentence in faults:
        print(sentence)
    if faults:
        msg = f"Faults: {len(faults)}, samples: {len(found)}."
        raise InputError(msg, "Remove a faulty sample's folder and build again, or correct it.")
    print(f"Samples: {len(found)}, nothing wrong.")


def _split(arguments: argparse.Namespace, folder: Path) -> None:
    from filmcomposer_core.dataset.read import read_dataset
    from filmcomposer_core.dataset.split import split_dataset

    found = read_dataset(folder)
    rows = split_dataset(found, share=arguments.test, seed=arguments.seed)
    print(f"{'theme':<12}{'samples':>8}{'test':>6}{'wanted':>8}{'off':>7}")
    for row in rows:
        off = row.test - row.wanted
        print(f"{row.theme:<12}{row.samples:>8}{row.test:>6}{row.wanted:>8.1f}{off:>+7.1f}")
    missing = [row.theme for row in rows if not row.test]
    if missing:
        print(f"No film of these is tested on: {', '.join(missing)}.")
    print(f"{sum(r.test for r in rows)} of {len(found)} samples are tested on.")


def _export(arguments: argparse.Namespace, folder: Path) -> None:
    from filmcomposer_core.dataset.export import export_sample
    from filmcomposer_core.dataset.read import read_dataset

    found = read_dataset(folder)
    for ident in found.ids() if arguments.ids == ["all"] else arguments.ids:
        print(export_sample(found, ident, Path(arguments.to)))


def _import(arguments: argparse.Namespace, folder: Path) -> None:
    from filmcomposer_core.dataset.read import read_dataset
    from filmcomposer_core.dataset.refined import import_sample

    found = read_dataset(folder)
    refused = 0
    for path in arguments.projects:
        try:
            refined = import_sample(found, Path(path))
            print(f"{refined.id}: {' '.join(refined.told)}")
        except FilmComposerError as exc:
            refused += 1
            print(exc)
    if refused:
        msg = f"Not taken over: {refused} of {len(arguments.projects)} projects."
        raise InputError(msg, "Correct them in REAPER and import them again.")
