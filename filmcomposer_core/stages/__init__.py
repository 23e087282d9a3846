"""What each stage reads and makes. The order of the list is the order of work (Fig. 2).

A stage runs again when the content of an input, or a setting it depends on, has changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from filmcomposer_core.cue import Cue
from filmcomposer_core.progress import Progress
from filmcomposer_core.results import Made
from filmcomposer_core.stages import composing, music, output, picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage: ``command`` is the subcommand that runs it (two stages may share one).

    ``optional`` inputs are used when they are there; of ``exact`` ones all counts, also what is
    left out of the content of others (:attr:`filmcomposer_core.documents.Document.counts`).
    ``settings`` are names of fields of :class:`filmcomposer_core.contracts.cue.Settings`.
    """

    name: str
    command: str
    inputs: tuple[str, ...]
    run: Callable[[Cue, Progress], Made]
    settings: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()


_PICTURE = ("spots.csv", "curves.npz", "description.toml", "tempo.json")

#: What only the engine ``musicgen`` takes.
MODEL_SETTINGS = (
    *("melody_model", "condition", "guidance", "top_k", "temperature", "dtype"),
    "commercial_safe",
)

STAGES: tuple[Stage, ...] = (
    Stage(
        name="see",
        command="see",
        inputs=(),
        run=picture.see,
        settings=("clip", "in_s", "out_s", "rate"),
    ),
    Stage(
        name="spot",
        command="spot",
        inputs=("analysis.json", "curves.npz"),
        run=picture.spot,
        settings=("start_timecode",),
    ),
    Stage(
        name="recognise",
        command="describe",
        inputs=("analysis.json", "curves.npz"),
        run=picture.recognise,
        settings=("clip", "in_s", "out_s", "rate", "vision_model"),
    ),
    Stage(
        name="describe",
        command="describe",
        inputs=("analysis.json", "curves.npz", "sightings.json"),
        run=picture.describe,
        settings=("brief", "agents"),
    ),
    Stage(
        name="tempo",
        command="tempo",
        inputs=("analysis.json", "spots.csv", "description.toml"),
        run=picture.tempo,
        settings=("odd_bars", "tempo_points"),
    ),
    Stage(
        name="plan",
        command="plan",
        inputs=("analysis.json", *_PICTURE),
        run=music.plan,
        settings=("seed",),
    ),
    Stage(
        name="compose",
        command="compose",
        inputs=("analysis.json", *_PICTURE, "plan.toml"),
        run=composing.compose,
        settings=("engine", "seed", "candidates", "agents", "rhythm", *MODEL_SETTINGS),
    ),
    Stage(
        name="arrange",
        command="arrange",
        inputs=("analysis.json", *_PICTURE, "plan.toml", "melody.mid"),
        run=music.arrange,
        settings=("seed", "agents"),
    ),
    Stage(
        name="mix",
        command="mix",
        inputs=("score.json", "plan.toml", "tempo.json", "curves.npz", "description.toml"),
        run=music.mix,
        settings=("agents",),
    ),
    Stage(
        name="assess",
        command="assess",
        inputs=(*_PICTURE, "plan.toml", "melody.mid", "candidates/tries.json"),
        optional=("score.json", "scheme.json", "candidates/cue_tries.json"),
        run=music.assess,
        settings=("agents",),
    ),
    Stage(
        name="build",
        command="build",
        inputs=(
            "analysis.json",
            "spots.csv",
            "tempo.json",
            "plan.toml",
            "score.json",
            "scheme.json",
        ),
        run=output.build,
        settings=("start_timecode",),
    ),
    Stage(
        name="project",
        command="build",
        inputs=("daw_plan.json",),
        run=output.project,
        exact=("daw_plan.json",),
    ),
    Stage(
        name="render",
        command="render",
        inputs=("daw_plan.json",),
        run=output.render,
        settings=("synth", "soundfont", "lufs", "seed"),
    ),
    Stage(
        name="movie",
        command="render",
        inputs=("analysis.json", "cue.wav"),
        run=output.movie,
        settings=("clip", "keep_sound_db"),
    ),
    Stage(
        name="report",
        command="report",
        inputs=(
            "analysis.json",
            "frames.npz",
            *_PICTURE,
            "plan.toml",
            "melody.abc",
            "scheme.json",
            "daw_plan.json",
            "assessment.json",
            "cue.wav",
        ),
        run=output.report,
        settings=("start_timecode", "agents"),
    ),
)
